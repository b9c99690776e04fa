/** Proves that a query parameter that is set or removed is so in whatever way a client writes it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Call } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import type { Seen } from './support/pool';

const acme = { headers: { 'X-Api-Key': 'acme-key' } };
let pair: Pair;

beforeAll(async () => {
  pair = await Pair.start({
    net: 68,
    shift: 70,
    keys: { 'acme-key': 'acme' },
    model: gatewayModel({
      query: {
        policies: {
          authentication: { apiKey: {} },
          transformation: {
            request: { setQuery: { tenant: '{consumer}', note: 'é & %=+"' }, removeQuery: ['debug'] },
          },
        },
      },
      quiet: { policies: { transformation: { request: { removeQuery: ['debug', 'q.x'] } } } },
    }),
  });
}, 30_000);
afterAll(() => pair?.stop());

/** What the API gets of a request; the members are asked in turn. */
let turn = 0;
async function seenBy(api: string, path: string, options?: Call): Promise<Seen> {
  const { seen } = pair.pool(api);
  seen.length = 0;
  const { status } = await pair.call(turn++ % 2, path, options);
  expect([path, status, seen.length]).toEqual([path, 200, 1]);
  return seen[0] as Seen;
}

describe('query parameters', () => {
  const own = 'tenant=acme&note=%C3%A9%20%26%20%25%3D%2B%22';
  test.each([
    ['', own],
    ['?', own],
    ['?page=1&sort=a', `page=1&sort=a&${own}`],
    ['?tenant=globex', own],
    ['?tenant=a&tenant=b&tenant&page=1&tenant=c', `page=1&${own}`],
    ['?%74enant=globex&t%65nant=x&%54ENANT=y', own],
    ['?tenant[]=globex&tenant%5B%5D=x&tenant[0]=y', own],
    ['?Tenant=globex&TENANT=x', own],
    ['?+tenant=globex&%20%20tenant=x&tenant%00x=y', own],
    ['?a=1;tenant=globex', `a=1%3Btenant=globex&${own}`],
    ['?tenants=1&xtenant=2&a=tenant=3', `tenants=1&xtenant=2&a=tenant=3&${own}`],
    ['?&&tenant=x&&', own],
    ['?debug=1&debug&page=2', `page=2&${own}`],
  ])('%s', async (query, expected) => {
    expect((await seenBy('query', `/query/1${query}`, acme)).url).toBe(`/query/1?${expected}`);
  });

  test.each([
    ['?debug=1', ''],
    ['?debug', ''],
    ['?q%2Ex=1&q_x=2&qxx=3', '?q_x=2&qxx=3'],
    ['?a=1&debug=2', '?a=1'],
    ['?debug=1&a=1&b', '?a=1&b'],
    ['', ''],
  ])('only removed: %j becomes %j', async (query, expected) => {
    expect((await seenBy('quiet', `/quiet/1${query}`)).url).toBe(`/quiet/1${expected}`);
  });

  test('no length of the query lets one slip through', async () => {
    const before = pair.pool('query').seen.length;
    const fill = (count: number, one: string) => `?${one.repeat(count)}tenant=globex`;
    for (const query of [
      fill(4097, '&'),
      fill(1366, ';'),
      fill(700, ';&&&'),
      fill(5000, 'a'),
      `${fill(4000, '&')}&${'b'.repeat(200)}`,
    ])
      expect((await pair.call(0, `/query/1${query}`, acme)).status).toBe(414);
    expect(pair.pool('query').seen).toHaveLength(before);
    expect((await seenBy('query', `/query/1${fill(4000, '&')}`, acme)).url).toBe(`/query/1?${own}`);
    expect((await seenBy('query', `/query/1${fill(1000, ';&')}`, acme)).url).not.toContain('globex');
  });
});
