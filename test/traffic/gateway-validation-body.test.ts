/** Validation of the body: its size, before it is read, and the fields of a JSON object. By a schema: gateway-validation-schema. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Agreed } from './support/agreed';
import type { Call } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { exchange, openSocket } from './support/raw';
import { until } from './support/until';

let pair: Pair;
let agreed: Agreed;
beforeAll(async () => {
  pair = await Pair.start({
    net: 66,
    shift: 120,
    instances: { notes: 1, files: 1 },
    model: gatewayModel({
      notes: {
        policies: { validation: { maxBodyBytes: 12_288, requiredJsonFields: ['title', 'author.name'] } },
      },
      files: { policies: { validation: { maxBodyBytes: 1000 } } },
    }),
  });
  agreed = new Agreed(pair);
}, 30_000);
afterAll(() => pair.stop());
afterEach(() => agreed.again());

const request = (path: string, headers: string, body = '') =>
  `POST ${path} HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n${headers}\r\n${body}`;

/** Statuses that are answered to the first bytes, and after the first of them to more. */
async function answers(member: number, bytes: string, more?: string): Promise<number[]> {
  const socket = openSocket(pair.member(member).address);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const heads = () => [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
  socket.write(bytes);
  await until('an answer', async () => heads().length > 0);
  if (more !== undefined) {
    socket.write(more);
    await until('another answer', async () => heads().length > 1);
  }
  socket.destroy();
  return heads();
}

test('body size: by the length that is announced, before any of it is read', async () => {
  const files = (headers: string, body = '') => answers(1, request('/files/1', headers, body));
  expect(await files('Content-Length: 1000\r\n', 'x'.repeat(1000))).toEqual([200]);
  expect(await files('Content-Length: 1001\r\n')).toEqual([413]);
  expect(await files('Content-Length: 999999999999999\r\n')).toEqual([413]);
  // More than 15 digits are no length.
  expect(await files('Content-Length: 9223372036854775807\r\n')).toEqual([400]);
  // The client is not told to go on.
  expect(await files('Content-Length: 1001\r\nExpect: 100-continue\r\n')).toEqual([413]);
  expect(await files('Content-Length: 0\r\n')).toEqual([200]);
  expect(await files('')).toEqual([200]);
  expect(await files('Transfer-Encoding: chunked\r\n')).toEqual([411]);
  // Of both the coding counts (RFC 9112, section 6.3).
  expect(await files('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n')).toEqual([411]);
  expect(agreed.reached('files')).toBe(3);
  expect(pair.pool('files').broken).toEqual([]);
});

test('HTTP/1.0 is measured too', async () => {
  const old = (length: number) =>
    `POST /files/1 HTTP/1.0\r\nHost: api.test\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
  const statuses = [];
  for (const length of [1000, 1001])
    statuses.push((await exchange(pair.member(0).address, old(length)))[0]?.status);
  expect(statuses).toEqual([200, 413]);
});

const json = { 'content-type': 'application/json' };
const note = (body: unknown, headers: Call['headers'] = json, method = 'POST') =>
  agreed.outcome('/notes/1', {
    method,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

test('JSON fields: those that are there pass, as they are', async () => {
  const body = { title: 'a', author: { name: 'b', age: 1 }, more: 'x'.repeat(10_000) };
  expect(await note(body)).toBe(200);
  expect(pair.pool('notes').seen.at(-1)?.body).toBe(JSON.stringify(body));
  expect(await note({ author: { name: 0 }, title: false })).toBe(200);
  expect(
    await note({ title: '', author: { name: '' } }, { 'content-type': 'application/json; charset=utf-8' }),
  ).toBe(200);
  // What has no body has no fields to show, unless its method says that it brings something.
  expect(await agreed.outcome('/notes/1')).toBe(200);
  expect(agreed.reached('notes')).toBe(8);
});

/** The detail and the errors of a problem. */
async function problem(body: string): Promise<unknown> {
  const reply = await agreed.both('/notes/1', { method: 'POST', headers: json, body });
  const { detail, errors } = JSON.parse(reply.body);
  return [reply.status, detail, errors];
}

test('JSON fields: those that are missing are named', async () => {
  const lacks = (pointer: string) => [
    400,
    'The JSON body lacks a field that it needs.',
    [{ detail: 'required', pointer }],
  ];
  expect(await problem('{"author":{"name":"b"}}')).toEqual(lacks('#/title'));
  expect(await problem('{"title":null,"author":{"name":"b"}}')).toEqual(lacks('#/title'));
  expect(await problem('{"x":{"title":"a"},"author":{"name":"b"}}')).toEqual(lacks('#/title'));
  expect(await problem('[{"title":"a","author":{"name":"b"}}]')).toEqual(lacks('#/title'));
  expect(await problem('"title"')).toEqual(lacks('#/title'));
  expect(await problem('{"title":"a","author":{},"name":"b"}')).toEqual(lacks('#/author/name'));
  expect(await problem('{"title":"a","author.name":"b"}')).toEqual(lacks('#/author/name'));
  const field = '400 The JSON body lacks a field that it needs.';
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
    expect(await note({ title: 'a' }, json, method)).toBe(field);
  expect(agreed.reached('notes')).toBe(0);
});

test('JSON fields: what is no sound JSON is told where it is not', async () => {
  const told = (detail: string) => [400, 'The body is not sound JSON.', [{ detail, pointer: '#' }]];
  expect(await problem('')).toEqual(told('no body'));
  expect(await problem('{"title":"a","author":{"name":"b"}} {}')).toEqual(
    told('text behind the end at byte 37'),
  );
  expect(await problem('{"title":"a","author":{"name":"b"},"title":"c"}')).toEqual(
    told('name twice at byte 36'),
  );
  expect(await problem('{"title":"a\0","author":{"name":"b"}}')).toEqual(
    told('control character at byte 12'),
  );
  expect(await problem('title=a')).toEqual(told('word at byte 1'));
  for (const method of ['PUT', 'PATCH']) {
    expect(await note('', json, method)).toBe('400 The body is not sound JSON.');
  }
  expect(agreed.reached('notes')).toBe(0);
});

test('JSON fields: a body that cannot be looked into is refused', async () => {
  const whole = { title: 'a', author: { name: 'b' } };
  expect(await note(whole, { ...json, 'content-encoding': 'gzip' })).toBe(
    '415 The body must not be compressed.',
  );
  const types: Record<string, string>[] = [{ 'content-type': 'text/plain' }, {}];
  for (const headers of types) {
    expect(await note(whole, headers)).toBe(
      '415 The body has no media type that is taken. The header Accept names those.',
    );
  }
  expect(await note({ ...whole, more: 'x'.repeat(12_288) })).toBe(
    '413 The body may have 12288 bytes at most.',
  );
  expect(agreed.reached('notes')).toBe(0);
});

test('JSON fields: a client that waits to be told to go on is told so', async () => {
  const body = '{"title":"a","author":{"name":"b"}}';
  const head = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n`;
  expect(await answers(0, request('/notes/1', head), body)).toEqual([100, 200]);
  expect(pair.pool('notes').seen.at(-1)?.body).toBe(body);
  expect(await answers(0, request('/notes/1', head), body.replace('name', 'mane'))).toEqual([100, 400]);
  expect(agreed.reached('notes')).toBe(1);
});
