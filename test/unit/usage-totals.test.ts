import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CountedRow, type LatencyRow, usageOf } from '../../cli/usage-totals';

const row = (over: Partial<CountedRow>): CountedRow => ({
  consumer: 'acme',
  api: 'orders',
  status: 200,
  cache: '-',
  deny: '-',
  requests: 1,
  bytesIn: 0,
  bytesOut: 0,
  ...over,
});

describe('usage', () => {
  test('is counted by API and consumer: errors, refusals by reason, bytes, cache', () => {
    const counted = [
      row({ requests: 10, bytesIn: 1000, bytesOut: 5000 }),
      row({ requests: 3, cache: 'HIT', bytesIn: 300, bytesOut: 900 }),
      row({ requests: 1, cache: 'MISS', bytesIn: 100, bytesOut: 300 }),
      row({ requests: 4, cache: 'BYPASS' }),
      row({ requests: 2, status: 429, deny: 'rate-limit' }),
      row({ requests: 5, status: 403, deny: 'not-allowed' }),
      row({ requests: 3, status: 400 }),
      row({ requests: 3, status: 499 }),
      row({ requests: 0, status: 600 }),
      row({ requests: 5, status: 500 }),
      row({ requests: 2, status: 599 }),
      row({ requests: 1, status: 504 }),
      row({ requests: 2, status: -1 }),
      row({ consumer: '-', requests: 9, status: 401, deny: 'no-key' }),
      row({ consumer: '-', api: '-', requests: 8, status: 404, deny: 'no-route' }),
    ];
    const latencies: LatencyRow[] = [{ consumer: 'acme', api: 'orders', p50: 12, p95: 80, p99: 203 }];
    expect(usageOf(counted, latencies)).toEqual({
      rows: [
        {
          consumer: 'acme',
          api: 'orders',
          requests: 41,
          errors4xx: 13,
          errors5xx: 8,
          refused: 7,
          refusedBy: { 'not-allowed': 5, 'rate-limit': 2 },
          bytesIn: 1400,
          bytesOut: 6200,
          cacheHits: 3,
          cacheMisses: 1,
          cacheBypassed: 4,
          cacheHitRatio: 0.75,
          latencyMs: { p50: 12, p95: 80, p99: 203 },
        },
        {
          consumer: null,
          api: 'orders',
          requests: 9,
          errors4xx: 9,
          errors5xx: 0,
          refused: 9,
          refusedBy: { 'no-key': 9 },
          bytesIn: 0,
          bytesOut: 0,
          cacheHits: 0,
          cacheMisses: 0,
          cacheBypassed: 0,
          cacheHitRatio: null,
          latencyMs: null,
        },
        {
          consumer: null,
          api: null,
          requests: 8,
          errors4xx: 8,
          errors5xx: 0,
          refused: 8,
          refusedBy: { 'no-route': 8 },
          bytesIn: 0,
          bytesOut: 0,
          cacheHits: 0,
          cacheMisses: 0,
          cacheBypassed: 0,
          cacheHitRatio: null,
          latencyMs: null,
        },
      ],
      total: {
        requests: 58,
        errors4xx: 30,
        errors5xx: 8,
        refused: 24,
        refusedBy: { 'no-key': 9, 'no-route': 8, 'not-allowed': 5, 'rate-limit': 2 },
        bytesIn: 1400,
        bytesOut: 6200,
        cacheHits: 3,
        cacheMisses: 1,
        cacheBypassed: 4,
        cacheHitRatio: 0.75,
      },
    });
  });

  test('tells routes apart when the rows do, and keeps their order', () => {
    const counted = [
      row({ route: '-', requests: 1 }),
      row({ route: 'reports', requests: 2 }),
      row({ route: 'items', requests: 3 }),
      row({ api: 'catalog', route: 'items', requests: 4 }),
    ];
    const { rows } = usageOf(counted, [
      { consumer: 'acme', api: 'orders', route: 'items', p50: 1, p95: 2, p99: 3 },
    ]);
    expect(rows.map(({ api, route, requests, latencyMs }) => [api, route, requests, latencyMs?.p99])).toEqual(
      [
        ['catalog', 'items', 4, undefined],
        ['orders', 'items', 3, 3],
        ['orders', 'reports', 2, undefined],
        ['orders', null, 1, undefined],
      ],
    );
  });

  test('tells callers apart only when the rows do', () => {
    const { rows } = usageOf([row({ consumer: undefined, requests: 2 })], []);
    expect(rows.map((one) => ['consumer' in one, one.requests])).toEqual([[false, 2]]);
  });

  test('without requests is empty', () => {
    expect(usageOf([], [])).toEqual({
      rows: [],
      total: {
        requests: 0,
        errors4xx: 0,
        errors5xx: 0,
        refused: 0,
        refusedBy: {},
        bytesIn: 0,
        bytesOut: 0,
        cacheHits: 0,
        cacheMisses: 0,
        cacheBypassed: 0,
        cacheHitRatio: null,
      },
    });
  });
});

describe('whatever was counted', () => {
  const names = fc.constantFrom('-', 'acme', 'beta', '["odd', 'a"]');
  const counted = fc.array(
    fc.record({
      consumer: names,
      api: names,
      status: fc.constantFrom(-1, 200, 304, 400, 429, 499, 500, 503),
      cache: fc.constantFrom('-', 'HIT', 'MISS', 'BYPASS'),
      deny: fc.constantFrom('-', 'rate-limit', 'no-key', 'no-route'),
      requests: fc.integer({ min: 1, max: 1_000_000 }),
      bytesIn: fc.integer({ min: 0, max: 1_000_000 }),
      bytesOut: fc.integer({ min: 0, max: 1_000_000 }),
    }),
    { maxLength: 40 },
  );

  test('the order of the rows changes nothing', () => {
    fc.assert(
      fc.property(
        counted.chain((rows) =>
          fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
        ),
        ([rows, shuffled]) => {
          expect(usageOf(shuffled, [])).toEqual(usageOf(rows, []));
          // Also the order in which reasons and rows are printed.
          expect(JSON.stringify(usageOf(shuffled, []))).toBe(JSON.stringify(usageOf(rows, [])));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('nothing is lost and nothing is counted twice', () => {
    fc.assert(
      fc.property(counted, (rows) => {
        const { rows: groups, total } = usageOf(rows, []);
        const added = (value: (one: (typeof groups)[number]) => number) =>
          groups.reduce((all, one) => all + value(one), 0);
        for (const field of ['requests', 'errors4xx', 'errors5xx', 'refused', 'bytesIn', 'bytesOut'] as const)
          expect(added((one) => one[field])).toBe(total[field]);
        for (const field of ['cacheHits', 'cacheMisses', 'cacheBypassed'] as const)
          expect(added((one) => one[field])).toBe(total[field]);
        expect(total.requests).toBe(rows.reduce((all, one) => all + one.requests, 0));
        for (const one of [...groups, total])
          expect(Object.values(one.refusedBy).reduce((all, many) => all + many, 0)).toBe(one.refused);
        const keys = groups.map(({ api, consumer }) => JSON.stringify([api, consumer]));
        expect(new Set(keys).size).toBe(keys.length);
        expect(new Set(rows.map(({ api, consumer }) => JSON.stringify([api, consumer]))).size).toBe(
          keys.length,
        );
      }),
      { numRuns: 200 },
    );
  });
});
