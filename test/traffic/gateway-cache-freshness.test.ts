/** Proves how long an answer is kept, and that its age is told right, when the API has a say in it. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Call } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import type { Answer } from './support/pool';
import { until } from './support/until';

const respect = (ttlSeconds: number, rest = {}) => ({
  policies: { cache: { ttlSeconds, freshness: 'respect', ...rest } },
});

let pair: Pair;
beforeAll(async () => {
  pair = await Pair.start({
    net: 71,
    model: gatewayModel({
      told: {
        ...respect(3600),
        routes: {
          hurried: { paths: ['/told/hurried/{id}'], ...respect(2) },
          fixed: { paths: ['/told/fixed/{id}'], policies: { cache: { ttlSeconds: 60 } } },
          never: { paths: ['/told/never/{id}'], policies: { cache: 'none' } },
          newer: { paths: ['/told/newer/{id}'], policies: { cache: { ttlSeconds: 60, generation: 2 } } },
        },
      },
      guessed: respect(3600, { defaultTtlSeconds: 60 }),
    }),
  });
}, 30_000);
afterAll(() => pair?.stop());
beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = () => ({});
  }
});

let number = 0;
const fresh = (start: string) => `${start}/${++number}`;
const outcome = async (member: number, path: string, options?: Call) =>
  (await pair.call(member, path, options)).headers['x-cache'];
const outcomes = async (path: string, first?: Call, second: Call | undefined = first) => [
  await outcome(0, path, first),
  await outcome(1, path, second),
];
const saying = (api: string, headers: Answer['headers']) => {
  pair.pool(api).behaviour = () => ({ headers });
};
const cacheControl = (value: string | string[]) => ({ 'Cache-Control': value });
const inAnHour = () => new Date(Date.now() + 3_600_000).toUTCString();

describe('what the API says is respected:', () => {
  test.each<[string, Answer['headers']]>([
    ['max-age', cacheControl('max-age=60')],
    ['max-age in capitals', cacheControl('Public, Max-Age=60')],
    ['max-age in quotation marks', cacheControl('max-age="60"')],
    ['s-maxage', cacheControl('s-maxage=60')],
    ['s-maxage before max-age', cacheControl('max-age=0, s-maxage=60')],
    ['s-maxage before max-age, in the other order', cacheControl('s-maxage=60,max-age=0')],
    ['max-age before Expires', { ...cacheControl('max-age=60'), Expires: '0' }],
    ['must-revalidate, as nothing is given after its time', cacheControl('max-age=60, must-revalidate')],
    ['proxy-revalidate and immutable', cacheControl('immutable, max-age=60, proxy-revalidate')],
    ['an age that is less', { ...cacheControl('max-age=60'), Age: '30' }],
    ['as much as can be said', cacheControl('max-age=2147483647')],
    ['more than can be said', cacheControl('max-age=2147483648')],
    ['a number beyond all bounds', cacheControl('max-age=99999999999999999999999')],
    ['Expires alone', { Expires: inAnHour() }],
    ['an age that is no number', { ...cacheControl('max-age=60'), Age: 'x' }],
    ['the first of two ages', { ...cacheControl('max-age=60'), Age: ['1', '99'] }],
    ['the first age of a list', { ...cacheControl('max-age=60'), Age: '1, 99' }],
    ['CDN-Cache-Control first', { ...cacheControl('no-store'), 'CDN-Cache-Control': 'max-age=60' }],
  ])('kept: %s', async (_, headers) => {
    saying('told', headers);
    expect(await outcomes(fresh('/told'))).toEqual(['MISS', 'HIT']);
    expect(await outcomes(fresh('/guessed'))).toEqual(['MISS', 'HIT']);
  });

  test.each<[string, Answer['headers']]>([
    ['max-age=0', cacheControl('max-age=0')],
    ['s-maxage=0', cacheControl('max-age=60, s-maxage=0')],
    ['Expires in the past', { Expires: new Date(0).toUTCString() }],
    ['Expires that is no date, even with a default', { Expires: '0' }],
    ['Expires before Date', { Expires: inAnHour(), Date: new Date(Date.now() + 7_200_000).toUTCString() }],
    ['CDN-Cache-Control: private', { ...cacheControl('max-age=60'), 'CDN-Cache-Control': 'private' }],
    ['max-age twice', cacheControl('max-age=60, max-age=90')],
    ['s-maxage twice', cacheControl('s-maxage=60, s-maxage=90, max-age=60')],
    ['a negative max-age', cacheControl('max-age=-60')],
    ['a max-age that is no number', cacheControl('max-age=1e3')],
    ['a max-age of nothing', cacheControl('max-age, public')],
    ['a space in the middle', cacheControl('max-age= 60')],
    ['an age as great', { ...cacheControl('max-age=60'), Age: '60' }],
    ['an age beyond all bounds', { ...cacheControl('max-age=60'), Age: '99999999999999999999' }],
    ['the first of two ages', { ...cacheControl('max-age=60'), Age: ['99', '1'] }],
    ['no-store', cacheControl('max-age=60, no-store')],
    ['private', cacheControl('s-maxage=60, private')],
    ['no-cache', cacheControl('max-age=60, no-cache')],
    ['Set-Cookie', { ...cacheControl('max-age=60'), 'Set-Cookie': 'a=b' }],
  ])('not kept: %s', async (_, headers) => {
    saying('told', headers);
    saying('guessed', headers);
    expect(await outcomes(fresh('/told'))).toEqual(['MISS', 'MISS']);
    expect(await outcomes(fresh('/guessed'))).toEqual(['MISS', 'MISS']);
  });

  test.each<[string, Answer['headers']]>([
    ['nothing', {}],
    ['public', cacheControl('public')],
    ['what is spelled alike', cacheControl('x-max-age=60, max-aged, stale-if-error=60')],
  ])('kept only by the default of the policy: %s', async (_, headers) => {
    saying('told', headers);
    saying('guessed', headers);
    expect(await outcomes(fresh('/told'))).toEqual(['MISS', 'MISS']);
    expect(await outcomes(fresh('/guessed'))).toEqual(['MISS', 'HIT']);
  });

  test.each([
    ['the API', '/told', { 'Cache-Control': 'max-age=2' }],
    ['the API, of which part is over', '/told', { 'Cache-Control': 'max-age=100', Age: '98' }],
    ['the policy, whatever more the API says', '/told/hurried', { 'Cache-Control': 'max-age=3600' }],
  ])('the time is up as %s says', async (_, start, headers) => {
    saying('told', headers);
    const path = fresh(start);
    const begun = performance.now();
    expect(await outcomes(path)).toEqual(['MISS', 'HIT']);
    await until('it is fetched again', async () => (await outcome(1, path)) === 'MISS', { withinSeconds: 4 });
    // Time is counted in whole seconds.
    expect(performance.now() - begun).toBeGreaterThan(950);
    expect(performance.now() - begun).toBeLessThan(3500);
  });

  test('only in its own routes', async () => {
    saying('told', cacheControl('max-age=0'));
    expect(await outcomes(fresh('/told/fixed'))).toEqual(['MISS', 'HIT']);
    expect(await outcomes(fresh('/told/hurried'))).toEqual(['MISS', 'MISS']);
  });
});

test('the age is what the answer had when it came, and the time since', async () => {
  saying('told', { ...cacheControl('max-age=3600'), Age: '100' });
  const path = fresh('/told');
  const miss = await pair.call(0, path);
  expect(miss.headers).toMatchObject({ 'x-cache': 'MISS', age: '100' });
  await setTimeout(1100);
  const hit = await pair.call(1, path);
  expect(hit.headers['x-cache']).toBe('HIT');
  expect(Number(hit.headers.age)).toBeGreaterThanOrEqual(101);
  expect(Number(hit.headers.age)).toBeLessThan(110);
  expect(hit.headers['cache-control']).toBe('max-age=3600');
});

test('an age beyond the time of the policy is no reason not to keep an answer', async () => {
  saying('told', { Age: '100' });
  const path = fresh('/told/fixed');
  expect(await outcomes(path)).toEqual(['MISS', 'HIT']);
  expect((await pair.call(0, path)).headers.age).toMatch(/^10[0-9]$/);
});

test('the age of what passes by, and of what is not kept, is as it came', async () => {
  saying('told', { 'Cache-Control': 'max-age=60', Age: '100' });
  for (const [path, expected] of [
    [fresh('/told'), 'MISS'],
    [fresh('/told/never'), 'BYPASS'],
  ] as const) {
    expect((await pair.call(0, path)).headers).toMatchObject({ 'x-cache': expected, age: '100' });
  }
});

test('a part is given whole, and the whole is kept', async () => {
  const part = { headers: { Range: 'bytes=0-1' } };
  const path = fresh('/told/fixed');
  pair.pool('told').behaviour = ({ headers }) =>
    headers.range
      ? { status: 206, headers: { 'Content-Range': 'bytes 0-1/5' }, body: 'ab' }
      : { body: 'abcde' };
  expect(await pair.call(0, path, part)).toMatchObject({
    status: 200,
    body: 'abcde',
    headers: { 'x-cache': 'MISS' },
  });
  expect(await outcome(1, path)).toBe('HIT');
  expect(await pair.call(0, path, part)).toMatchObject({
    status: 200,
    body: 'abcde',
    headers: { 'x-cache': 'HIT' },
  });
});

test.each([301, 302, 404, 410, 500])('%i is not kept, whatever the API says', async (status) => {
  for (const path of [fresh('/told'), fresh('/told/fixed'), fresh('/guessed')]) {
    const answer = () => ({ status, headers: cacheControl('public, max-age=60, s-maxage=60') });
    for (const { name } of pair.model.apis) pair.pool(name).behaviour = answer;
    expect(await outcomes(path)).toEqual(['MISS', 'MISS']);
  }
});

test('HEAD leaves nothing', async () => {
  const path = fresh('/told/fixed');
  expect(await outcomes(path, { method: 'HEAD' }, { method: 'GET' })).toEqual(['MISS', 'MISS']);
  expect(await outcomes(path, { method: 'HEAD' })).toEqual(['HIT', 'HIT']);
});

/** The last one: a member is replaced. */
test('another generation forgets what both members keep of its route, and only that', async () => {
  const paths = (route: string) => Array.from({ length: 16 }, (_, id) => `/told/${route}/kept-${id}`);
  const kept = [...paths('fixed'), ...paths('newer')];
  for (const path of kept) expect(await outcome(0, path)).toBe('MISS');
  const { model } = pair;
  const apis = model.apis.map((api) => ({
    ...api,
    routes: api.routes.map(({ policies, ...route }) => {
      const cache = policies.cache && { ...policies.cache, generation: policies.cache.generation + 1 };
      return { ...route, policies: { ...policies, ...(route.name === 'newer' ? { cache } : {}) } };
    }),
  }));
  await pair.member(0).kill();
  await pair.startMember(0, { ...model, apis }).ready();
  const hits = async (route: string) => {
    const all = await Promise.all(paths(route).map((path) => outcome(0, path)));
    return all.filter((one) => one === 'HIT').length;
  };
  // What the member that was not replaced had, all the time.
  await until('the new member finds the other', async () => (await hits('fixed')) > 0, { withinSeconds: 5 });
  expect(await hits('newer')).toBe(0);
  expect(await hits('newer')).toBe(16);
});
