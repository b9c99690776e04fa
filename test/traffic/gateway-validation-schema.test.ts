/** Proves that a body reaches an API only if it matches the schema, however it is sent, and as it was sent. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Agreed } from './support/agreed';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { exchange } from './support/raw';

const order = {
  $defs: {
    line: { type: 'object', required: ['sku'], properties: { sku: { pattern: '^[A-Z]{3}-\\d{4}$' } } },
  },
  type: 'object',
  required: ['id', 'lines'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    lines: { type: 'array', items: { $ref: '#/$defs/line' }, minItems: 1 },
    note: { type: ['string', 'null'], maxLength: 12_000 },
  },
  additionalProperties: false,
};

let pair: Pair;
let agreed: Agreed;
beforeAll(async () => {
  const validation = { body: { schema: order } };
  pair = await Pair.start({
    net: 95,
    instances: { orders: 1, small: 1, open: 1 },
    model: gatewayModel({
      orders: {
        policies: { validation },
        routes: { any: { paths: ['/orders/any'], policies: { validation: { methods: ['POST'] } } } },
      },
      small: {
        policies: {
          validation: {
            contentTypes: ['application/json', 'application/vnd.small+json'],
            maxBodyBytes: 100,
            requireLength: true,
            body: { schema: { maxProperties: 1 } },
            requiredJsonFields: ['a'],
          },
        },
      },
      open: {
        policies: { cache: { ttlSeconds: 60 }, validation: { body: { schema: { type: 'integer' } } } },
      },
    }),
  });
  agreed = new Agreed(pair);
}, 30_000);
afterAll(() => pair.stop());
afterEach(() => agreed.again());

const json = { 'content-type': 'application/json' };
const id = '0123abcd-0123-4567-89ab-0123456789ef';
const good = { id, lines: [{ sku: 'ABC-1234', count: 2 }] };
const send = (body: unknown, path = '/orders/1', headers: Record<string, string> = json) =>
  agreed.both(path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
async function told(body: unknown): Promise<unknown> {
  const reply = await send(body);
  expect(reply.headers['content-type']).toBe('application/problem+json');
  const { status, title, detail, errors } = JSON.parse(reply.body);
  expect([reply.status, title]).toEqual([status, 'Bad Request']);
  return [status, detail, errors];
}

test('what matches passes, byte by byte', async () => {
  for (const body of [
    JSON.stringify(good),
    JSON.stringify({ ...good, note: null }, undefined, '\t'),
    JSON.stringify({ ...good, note: 'é😀\u0000' }),
    `{"\\u0069d":"${id}","lines":[{"sku":"ABC\\u002d1234"}]}\r\n`,
    JSON.stringify({ ...good, note: 'x'.repeat(12_000) }),
  ]) {
    expect((await send(body)).status).toBe(200);
    expect(pair.pool('orders').seen.at(-1)?.body).toBe(body);
  }
  expect(agreed.reached('orders')).toBe(10);
});

test('what does not is refused, with the keyword and the place', async () => {
  const fault = (detail: string, pointer: string) => [
    400,
    'The JSON body does not match its schema.',
    [{ detail, pointer }],
  ];
  expect(await told([])).toEqual(fault('type', '#'));
  expect(await told({ lines: [] })).toEqual(fault('required', '#/id'));
  expect(await told({ id, lines: [] })).toEqual(fault('minItems', '#/lines'));
  expect(await told({ id: 7, lines: [{ sku: 'ABC-1234' }] })).toEqual(fault('type', '#/id'));
  expect(await told({ id: `${id}0`, lines: [{ sku: 'ABC-1234' }] })).toEqual(fault('format', '#/id'));
  expect(await told({ id, lines: [...good.lines, { sku: 'ABC-12345' }] })).toEqual(
    fault('pattern', '#/lines/1/sku'),
  );
  expect(await told({ ...good, note: 'é'.repeat(12_001).slice(0, 6000), x: 1 })).toEqual(
    fault('additionalProperties', '#/x'),
  );
  // A name is told without a sign that could end the text around it, or begin another.
  expect(await told({ ...good, '"}],"x":%[src]\'\\\n': 1 })).toEqual(
    fault('additionalProperties', '#/%22%7D%5D%2C%22x%22%3A%25%5Bsrc%5D%27%5C%0A'),
  );
  const twice = `{"id":"${id}","id":"${id}","lines":[{"sku":"ABC-1234"}]}`;
  expect(await told(twice)).toEqual([
    400,
    'The body is not sound JSON.',
    [{ detail: 'name twice at byte 46', pointer: '#' }],
  ]);
  expect(agreed.reached('orders')).toBe(0);
});

test('the log has the reason in a word', async () => {
  const reasons = [];
  for (const [index, body] of ['{}', '{', '', '{"a":1,"b":2}', '{"b":1}'].entries()) {
    const path = index < 3 ? '/orders/1' : '/small/1';
    const headers = { ...json, 'X-Request-Id': `schema-reason-${index}` };
    await pair.call(0, path, { method: 'POST', headers, body });
    reasons.push((await pair.member(0).logged(`schema-reason-${index}`)).deny);
  }
  expect(reasons).toEqual(['json-schema', 'json', 'json', 'json-schema', 'json-field']);
});

const chunks = (...parts: string[]) =>
  `${[...parts, ''].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}`;
const inChunks = async (path: string, body: string, more = '') => {
  const head = `POST ${path} HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\nContent-Type: application/json\r\n${more}Transfer-Encoding: chunked\r\n\r\n`;
  return (await exchange(pair.member(0).address, `${head}${body}`)).at(-1)?.status;
};

test('in chunks: as with a length', async () => {
  const text = JSON.stringify(good);
  expect(await inChunks('/orders/1', chunks(text))).toBe(200);
  expect(await inChunks('/orders/1', chunks(...text))).toBe(200);
  expect(pair.pool('orders').seen.at(-1)?.body).toBe(text);
  expect(await inChunks('/orders/1', chunks(text, 'x'))).toBe(400);
  expect(await inChunks('/orders/1', chunks(text, ' '.repeat(100), '{}'))).toBe(400);
  expect(await inChunks('/orders/1', chunks())).toBe(400);
  // What comes after the part that is at hand counts: none of it is passed on unread.
  const blank = ' '.repeat(1000);
  const upTo = (bytes: number) => [
    text,
    ...(blank
      .repeat(13)
      .slice(0, bytes - text.length)
      .match(/.{1,1000}/g) ?? []),
  ];
  expect(await inChunks('/orders/1', chunks(...upTo(12_288)))).toBe(200);
  expect(await inChunks('/orders/1', chunks(...upTo(12_289)))).toBe(413);
  expect(await inChunks('/orders/1', chunks(...upTo(12_288), ...Array(60).fill(blank), 'x'))).toBe(413);
  expect(await inChunks('/orders/1', chunks(text, ...Array(60).fill(blank)))).toBe(413);
  // There is room for the largest head beside it.
  const large = `X-Large: ${'x'.repeat(15_000)}\r\n`;
  expect(await inChunks('/orders/1', chunks(...upTo(12_288)), large)).toBe(200);
  expect(await inChunks('/orders/1', chunks(...upTo(12_289)), large)).toBe(413);
  expect(agreed.reached('orders')).toBe(4);
  // Where a length is asked for.
  expect(await inChunks('/small/1', chunks('{"a":1}'))).toBe(411);
  expect(agreed.reached('small')).toBe(0);
});

test('fields after the last chunk do not reach the API, though the body was waited for', async () => {
  const text = JSON.stringify(good);
  const whole = `${chunks(text).slice(0, -2)}X-Consumer-Id: admin\r\n\r\n`;
  // HAProxy 3.2 drops them, and one before it ends the request.
  expect([200, 400]).toContain(await inChunks('/orders/1', whole));
  const seen = pair.pool('orders').seen.splice(0);
  expect(seen.map(({ trailers }) => trailers)).toEqual(seen.map(() => ({})));
  agreed.again();
});

test('at every size around what a buffer holds: it is read as a whole, or refused', async () => {
  const text = JSON.stringify(good);
  // The last character decides, so half of it would be taken for good.
  for (const size of fc.sample(fc.integer({ min: 9000, max: 33_000 }), { numRuns: 40, seed: 7 })) {
    const large = `X-Large: ${'x'.repeat(15_000)}\r\n`;
    const body = `${text}${' '.repeat(size - text.length - 1)}x`;
    expect([400, 413]).toContain(
      await inChunks('/orders/1', chunks(...(body.match(/.{1,997}/g) ?? [])), large),
    );
  }
  expect(agreed.reached('orders')).toBe(0);
});

test('only where the policy is, and only for what brings a body', async () => {
  expect((await send('no JSON', '/orders/any')).status).toBe(200);
  expect((await agreed.both('/orders/1')).status).toBe(200);
  expect((await agreed.both('/open/1')).status).toBe(200);
  expect((await send('1', '/open/1')).status).toBe(200);
  expect((await send('1.5', '/open/1')).status).toBe(400);
  // A body that a GET brings is one, too.
  expect((await agreed.both('/orders/1', { headers: json, body: '{}' })).status).toBe(400);
  expect((await agreed.both('/orders/1', { method: 'DELETE', headers: json, body: '[]' })).status).toBe(400);
});

test('size, type and fields beside a schema', async () => {
  const small = (body: string, type = 'application/json') =>
    agreed.outcome('/small/1', { method: 'POST', headers: { 'content-type': type }, body });
  expect(await small('{"a":1}')).toBe(200);
  expect(await small('{"a":1}', 'application/vnd.small+json')).toBe(200);
  expect(await small('{"a":1}', 'text/json')).toMatch(/^415 /);
  expect(await small('{"b":1}')).toBe('400 The JSON body lacks a field that it needs.');
  expect(await small('{"a":1,"b":1}')).toBe('400 The JSON body does not match its schema.');
  expect(await small(`{"a":1${' '.repeat(93)}}`)).toBe(200);
  expect(await small(`{"a":1${' '.repeat(94)}}`)).toBe('413 The body may have 100 bytes at most.');
  expect(agreed.reached('small')).toBe(6);
});

test('whatever is sent, the members answer, and only what matches passes', async () => {
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(JSON.stringify(good), `${JSON.stringify(good)},`),
  );
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      expect((await send(text)).status).toBe(text === JSON.stringify(good) ? 200 : 400);
    }),
    { numRuns: 60 },
  );
}, 60_000);
