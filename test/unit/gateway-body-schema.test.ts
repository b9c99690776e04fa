/** Proves that the gateway's word on a body is that of a validator which others trust, over generated schemas and bodies. */
import { isIPv4, isIPv6 } from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';
import { BodyChecker, type Schema } from './support/body-checker';
import { near, patterns, schemas, textMatching } from './support/schemas';

const checker = new BodyChecker();
afterAll(() => checker.remove());

const isDate = (text: string) =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
  new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

function isTime(text: string): boolean {
  const found = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
  if (!found) return false;
  const [hour, minute, second, , hours, minutes] = found.slice(1).map((part) => Number(part ?? 0));
  if ([hour, hours].some((one = 0) => one > 23) || [minute, minutes].some((one = 0) => one > 59))
    return false;
  // 60 is the second after the last one of a day of UTC.
  const before = `2000-01-02T${text
    .replace(/^(\d\d:\d\d):60/, '$1:59')
    .replace(/\.\d+/, '')
    .toUpperCase()}`;
  return second === 60 ? new Date(before).toISOString().endsWith('T23:59:59.000Z') : (second as number) < 60;
}

const ajv = new Ajv2020({
  strict: false,
  ownProperties: true,
  formats: {
    date: isDate,
    time: isTime,
    'date-time': (text) => /^.{10}[Tt]/.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11)),
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    ipv4: isIPv4,
    ipv6: (text) => isIPv6(text) && !text.includes('%'),
  },
});

/** Printed when something differs, so that it can be tried again. */
const seed = Math.floor(Math.random() * 2 ** 31);

interface Pair {
  readonly schema: Schema;
  readonly bodies: readonly unknown[];
}
const pairs: fc.Arbitrary<Pair> = schemas.chain((schema) =>
  fc.array(near(schema, schema), { minLength: 24, maxLength: 24 }).map((bodies) => ({ schema, bodies })),
);

test('24,000 bodies: the same verdict as Ajv, of 1,000 schemas', () => {
  const all = fc.sample(pairs, { numRuns: 1000, seed });
  const answers = checker.check(
    all.map(({ schema, bodies }) => ({ schema, texts: bodies.map((body) => JSON.stringify(body)) })),
  );
  const seen = { good: 0, bad: 0 };
  all.forEach(({ schema, bodies }, index) => {
    const validate = ajv.compile(schema);
    ajv.removeSchema(schema);
    bodies.forEach((body, at) => {
      const good = validate(JSON.parse(JSON.stringify(body)));
      const answer = answers[index]?.[at] ?? '';
      seen[good ? 'good' : 'bad']++;
      if ((answer === 'good') !== good || !/^(good|json-schema [A-Za-z]+ #[A-Za-z0-9._~%/-]*)$/.test(answer))
        throw new Error(`Seed ${seed}: ${answer}, Ajv ${good}: ${JSON.stringify({ schema, body })}`);
    });
  });
  // It is no proof when nearly all are the one or the other.
  expect(seen.good + seen.bad).toBe(24_000);
  expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(5000);
});

const symbols = fc.constantFrom(
  'a',
  'b',
  '0',
  '9',
  '-',
  '.',
  ' ',
  'é',
  '😀',
  '\n',
  '\r',
  '\u2028',
  '\x01',
  '\x7f',
);
const matched = patterns.chain((pattern) => {
  const text = fc.oneof(fc.string({ unit: symbols, maxLength: 10 }), textMatching(pattern));
  return fc.array(text, { minLength: 20, maxLength: 20 }).map((texts) => ({ pattern, texts }));
});

test('20,000 texts: patterns take what JavaScript takes', () => {
  const all = fc.sample(matched, { numRuns: 1000, seed });
  const answers = checker.check(
    all.map(({ pattern, texts }) => ({
      schema: { pattern },
      texts: texts.map((text) => JSON.stringify(text)),
    })),
  );
  const seen = { true: 0, false: 0 };
  all.forEach(({ pattern, texts }, index) => {
    texts.forEach((text, at) => {
      const good = new RegExp(pattern, 'u').test(text);
      seen[`${good}`]++;
      const answer = answers[index]?.[at];
      if ((answer === 'good') !== good)
        throw new Error(`Seed ${seed}: ${answer}, JavaScript ${good}: ${JSON.stringify({ pattern, text })}`);
    });
  });
  expect(seen.true + seen.false).toBe(20_000);
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(3000);
});
