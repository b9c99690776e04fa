/**
 * Proves that a header's value is compared with a route's wildcards as a load balancer does it, and in a time that no
 * value makes long. An API without an instance answers 503 to what is routed to it; 404 is the answer to all else.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { exchange } from './support/raw';

const seed = Date.now() % 2 ** 31;
const piece = fc.stringMatching(/^[ab.?$]{0,3}$/);
const generated = fc.sample(
  fc
    .array(piece, { minLength: 2, maxLength: 6 })
    .map((pieces) => pieces.join('*'))
    .filter((text) => /[*?]/.test(text)),
  { seed, numRuns: 60 },
);
/** Each tries to make a search start again where it has been. */
const costly = [
  'a*a*a*a*a*b',
  '*a*a*a*a*',
  `*${'a'.repeat(40)}b*${'a'.repeat(40)}b*`,
  `*${'?'.repeat(60)}b*${'a'.repeat(60)}`,
  '*a?a*a?b*a?c*',
  `*${'a'.repeat(127)}`,
];
const some = ['*', '?', '**', 'a*', '*a', 'ab*b', 'aa*aa', 'a?*?a', '*ab*ab*', 'a**b', '*é?', 'v1.?-*'];
const patterns = [...some, ...generated, ...costly];

let pair: Pair;

beforeAll(async () => {
  const apis = Object.fromEntries(
    patterns.map((value, index) => [`p${index}`, { paths: [`/p${index}`], headers: { 'X-Value': value } }]),
  );
  const model = gatewayModel(apis, { letters: 'a' });
  pair = await Pair.start({
    net: 118,
    model,
    instances: Object.fromEntries(model.apis.map(({ name }) => [name, 0])),
  });
}, 40_000);

afterAll(() => pair?.stop());

const request = (path: string, value: string, last = '') =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nX-Value: ${value}\r\n${last}\r\n`;

/** Statuses of requests on one connection, in their order. */
async function ask(path: string, values: readonly string[]): Promise<number[]> {
  const all = values.map((value, at) =>
    request(path, value, at === values.length - 1 ? 'Connection: close\r\n' : ''),
  );
  const replies = await exchange(pair.member(0).address, all.join(''), { open: true });
  return replies.map(({ status }) => status);
}

/** By trying all, letter by letter and in either case. */
function matches(pattern: string, value: string): boolean {
  let ends = new Set([0]);
  for (const sign of pattern.toLowerCase()) {
    const next = new Set<number>();
    for (const end of ends) {
      if (sign === '*') for (let at = end; at <= value.length; at++) next.add(at);
      else if (end < value.length && (sign === '?' || value[end]?.toLowerCase() === sign)) next.add(end + 1);
    }
    ends = next;
  }
  return ends.has(value.length);
}

test('what matches is routed, and nothing else', async () => {
  const values = fc.sample(fc.stringMatching(/^[abAB.$]{1,9}$/), { seed, numRuns: 50 });
  const fixed = ['a', 'b', 'ab', 'aba', 'aaa', 'aaaa', 'abab', 'ababab', 'ab.b', 'A', 'v1.2-', 'V1.x-y'];
  const all = [...new Set([...fixed, ...values])];
  let routed = 0;
  for (const [index, pattern] of patterns.entries()) {
    // As bytes, one character each.
    const bytes = Buffer.from(pattern).toString('latin1');
    const statuses = await ask(`/p${index}`, all);
    const expected = all.map((value) => (matches(bytes, value) ? 503 : 404));
    expect({ seed, pattern, statuses }).toEqual({ seed, pattern, statuses: expected });
    routed += expected.filter((status) => status === 503).length;
  }
  // Routing nothing would pass too.
  expect(routed).toBeGreaterThan(all.length);
}, 60_000);

test('bytes beyond ASCII', async () => {
  const index = patterns.indexOf('*é?');
  const latin1 = (text: string) => Buffer.from(text).toString('latin1');
  expect(await ask(`/p${index}`, [latin1('é1'), latin1('xé1'), latin1('é'), latin1('e1')])).toEqual([
    503, 503, 404, 404,
  ]);
});

test('no value of the largest size takes long', async () => {
  const times = 20;
  /** The least of three: what else the machine does is no part of it. */
  const spent = async (path: string, value: string) => {
    const all: number[] = [];
    for (let round = 0; round < 3; round++) {
      const started = performance.now();
      await ask(path, Array<string>(times).fill(value));
      all.push(performance.now() - started);
    }
    return Math.min(...all);
  };
  const size = 14_500;
  // What ends otherwise, though it holds all that is looked for.
  const values = [
    'a'.repeat(size),
    `${'a'.repeat(size)}ba`,
    `${'ab'.repeat(size / 2)}a`,
    `${`${'a'.repeat(39)}b`.repeat(size / 40)}ca`,
  ];
  for (const value of values) {
    for (const pattern of costly) {
      const plain = await spent('/nowhere', value);
      const own = await spent(`/p${patterns.indexOf(pattern)}`, value);
      // 5 ms each, beside what reading so much takes on a busy machine.
      expect({ pattern, quick: own < times * 5 + 4 * plain }).toEqual({ pattern, quick: true });
    }
  }
}, 60_000);
