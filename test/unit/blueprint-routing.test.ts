/** Listener rules: within the load balancer's quotas, the more specific first, each with a number of its own. */

import fc from 'fast-check';
import { rulePriority } from '../../constructs/blueprint/aws-lists';
import type { ListenerRule } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import { attachPriority, type Draft, draftRules } from '../../constructs/blueprint/resolving/listener-rules';
import type { Api } from '../../constructs/blueprint/schema';
import { balanced, type Edit, PORT, parsed } from './environment-fixture';

const load = (...edits: Edit[]) => {
  const { loadBalancer } = resolve(parsed(balanced, ...edits));
  if (!loadBalancer) throw new Error('no load balancer');
  return loadBalancer;
};

const text = ({ id, conditions }: ListenerRule): string =>
  [id, ...conditions.flatMap((one) => [one.kind === 'header' ? one.name : one.kind, ...one.values])].join(
    ' ',
  );

/** Rules of one API in the order that they are tried. */
const rulesOf = (api: string, ...edits: Edit[]): string[] =>
  load(...edits)
    .trafficRules.filter((rule) => rule.api === api)
    .toSorted((a, b) => a.priority - b.priority)
    .map(text);

const same = (one: Draft, other: Draft | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);

const catalog = (more: string): Edit => ['    paths: [/catalog]', more];

describe('a rule', () => {
  test('is for one path', () => {
    expect(rulesOf('catalog', catalog('    paths: [/a, /b]'))).toEqual([
      'traffic-catalog-31560577 path /a /a/*',
      'traffic-catalog-d5bd6aed path /b /b/*',
    ]);
  });

  test('of the path / has one value', () => {
    expect(rulesOf('catalog', catalog('    paths: [/]'))).toEqual(['traffic-catalog-766e0153 path /*']);
  });

  test('is for one host', () => {
    expect(rulesOf('catalog', catalog('    paths: [/a]\n    hosts: [x.example.com, y.example.com]'))).toEqual(
      [
        'traffic-catalog-ebbbe418 host y.example.com path /a /a/*',
        'traffic-catalog-7960f656 host x.example.com path /a /a/*',
      ],
    );
  });

  test('has all headers, by lower-case name', () => {
    expect(
      rulesOf('catalog', catalog('    paths: [/a]\n    headers: { X-Tenant: One, x-beta: "1" }')),
    ).toEqual(['traffic-catalog-31560577 x-tenant One x-beta 1 path /a /a/*']);
  });

  test('has five values at most: a path that would be one too many has two rules', () => {
    const rules = rulesOf(
      'catalog',
      catalog('    paths: [/a]\n    hosts: [x.example.com]\n    headers: { a: "1", b: "1", c: "1" }'),
    );
    expect(rules.toSorted()).toEqual([
      'traffic-catalog-9d3e6f6a host x.example.com a 1 b 1 c 1 path /a/*',
      'traffic-catalog-bfce7a59 host x.example.com a 1 b 1 c 1 path /a',
    ]);
  });

  test('of a path with more segments comes first', () => {
    expect(rulesOf('catalog', catalog('    paths: [/, /v2/catalog, /catalog]'))).toEqual([
      'traffic-catalog-56cc7f22 path /v2/catalog /v2/catalog/*',
      'traffic-catalog-07835e91 path /catalog /catalog/*',
      'traffic-catalog-766e0153 path /*',
    ]);
  });
});

describe('the order of the rules', () => {
  const first = (...edits: Edit[]) => load(...edits).trafficRules.flatMap(({ api }) => api ?? []);

  test('is by host before header before path', () => {
    const text = [
      '    paths: [/]\n    hosts: [x.example.com]',
      '  headed:\n    image: x\n    headers: { x-beta: "1" }\n    paths: [/]',
      '  twice-headed:\n    image: x\n    headers: { x-beta: "1", x-tenant: a }\n    paths: [/]',
      '  deep:\n    image: x\n    paths: [/a/b/c]',
      '  all:\n    image: x\n    paths: [/]',
    ].join('\n');
    expect(first(catalog(text))).toEqual(['catalog', 'twice-headed', 'headed', 'deep', 'orders', 'all']);
  });

  test('is that of the priorities, after those of the attach rules', () => {
    const { trafficRules, attachRules } = load(catalog('    paths: [/, /a/b/c/d/e/f/g/h]'));
    const priorities = trafficRules.map((rule) => rule.priority);
    expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
    expect(Math.min(...priorities)).toBeGreaterThan(10_000);
    expect(Math.max(...priorities)).toBeLessThanOrEqual(50_000);
    expect(rulePriority).toEqual([1, 50_000]);
    for (const { priority } of attachRules) {
      expect(priority).toBeGreaterThanOrEqual(1);
      expect(priority).toBeLessThanOrEqual(10_000);
    }
  });

  test('leaves the number before those of the APIs to the gateways', () => {
    // By their hashes these would have 10,000, and 10,001.
    expect([attachPriority('ujq', 0), attachPriority('rjij', 0)]).toEqual([10_000, 10_000]);
  });
});

/** An API as far as its rules go. */
const routed = (paths: readonly string[], more: Partial<Api> = {}): Api =>
  ({ paths, hosts: [], headers: {}, listenerSeed: 0, ...more }) as unknown as Api;

describe('a rule stays as it is', () => {
  test('whatever APIs come and go: 5,000 names, alone and in any company', () => {
    const apiName = fc.stringMatching(/^[a-z](-?[a-z0-9]){0,17}$/);
    const names = [...new Set(fc.sample(apiName, { numRuns: 6_000, seed: 9 }))].slice(0, 5_000);
    expect(names).toHaveLength(5_000);
    const alone = new Map(
      names.map((name) => [name, draftRules({ apis: { [name]: routed([`/${name}`]) } })]),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 4_000 }), (some) => {
        const apis = Object.fromEntries(some.map((name) => [name, routed([`/${name}`])]));
        const all = draftRules({ apis });
        expect(all).toHaveLength(some.length);
        // Not with a matcher for each: there are millions.
        expect(all.every((one) => same(one, alone.get(one.api)?.[0]))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('whatever paths and hosts come, go and change places beside it', () => {
    const paths = fc.uniqueArray(fc.stringMatching(/^(\/[a-z]{1,3}){1,4}$/), { minLength: 1, maxLength: 8 });
    const hosts = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}\.example\.com$/), { maxLength: 5 });
    const inOrder = fc.tuple(paths, hosts).chain(([allPaths, allHosts]) =>
      fc.record({
        all: fc.constant({ paths: allPaths, hosts: allHosts }),
        paths: fc.shuffledSubarray(allPaths, { minLength: 1 }),
        hosts: fc.shuffledSubarray(allHosts, { minLength: Math.min(1, allHosts.length) }),
      }),
    );
    fc.assert(
      fc.property(inOrder, fc.integer({ min: 0, max: 3 }), ({ all, paths: some, hosts: on }, headers) => {
        const more = {
          headers: Object.fromEntries(['a', 'b', 'c'].slice(0, headers).map((one) => [one, '1'])),
        };
        const whole = draftRules({ apis: { shop: routed(all.paths, { ...more, hosts: all.hosts }) } });
        const part = draftRules({ apis: { shop: routed(some, { ...more, hosts: on }) } });
        const byId = new Map(whole.map((one) => [one.id, one]));
        expect(byId.size).toBe(whole.length);
        for (const one of part) expect(one).toEqual(byId.get(one.id));
      }),
    );
  });

  const apis =
    '  ade: { image: x, paths: [/ade] }\n  adm: { image: x, paths: [/adm], listenerSeed: 1 }\n  catalog:\n';

  test('also beside one that had to take another number', () => {
    const priority = (api: string, ...edits: Edit[]) =>
      load(...edits).trafficRules.find((rule) => rule.api === api)?.priority;
    const both: Edit = ['  catalog:\n', apis];
    expect(priority('ade', both)).toBe(43_196);
    expect(priority('adm', both)).not.toBe(43_196);
    expect(priority('adm', ['  catalog:\n', '  adm: { image: x, paths: [/adm] }\n  catalog:\n'])).toBe(
      43_196,
    );
  });
});

test('of 5,000 environments with ten APIs few have to name a seed', () => {
  const apiName = fc.stringMatching(/^[a-z]{3,12}$/);
  const names = fc.sample(fc.uniqueArray(apiName, { minLength: 10, maxLength: 10 }), {
    numRuns: 5_000,
    seed: 3,
  });
  const clashing = names.filter((some) => {
    const rules = draftRules({ apis: Object.fromEntries(some.map((name) => [name, routed([`/${name}`])])) });
    const numbers = [
      ...rules.map(({ priority }) => priority),
      ...some.map((name) => attachPriority(name, 0)),
    ];
    return new Set(numbers).size < numbers.length;
  });
  // 45 pairs, in 5,500 numbers of a path with one segment and in 10,000 of target groups: 1.3 %.
  expect(clashing.length).toBeGreaterThan(20);
  expect(clashing.length).toBeLessThan(120);
});

test('a target group has another name exactly when AWS replaces it', () => {
  const name = (...edits: Edit[]) => load(...edits).targetGroups[0]?.name;
  expect(name()).toMatch(/^shop-orders-[0-9a-f]{4}$/);
  expect(name(['    port: 8080', '    port: 8081'])).not.toBe(name());
  expect(name(['10.0.0.0/16', '10.1.0.0/16'])).not.toBe(name());
  expect(name(['    port: 8080', '    port: 8080\n    cpu: 512\n    memoryMiB: 1024'])).toBe(name());
  expect(name(['zones: [a, b]', 'zones: [a, b, c]'])).toBe(name());
});

test('a longer request gives the load balancer a longer idle timeout', () => {
  const edits: Edit[] = [
    ['region: eu-central-1', 'region: eu-central-1\nderegistrationDelaySeconds: 200'],
    [PORT, '    requestTimeoutSeconds: 120\n'],
  ];
  expect(load().idleTimeoutSeconds).toBe(60);
  expect(load(...edits).idleTimeoutSeconds).toBe(125);
});

test('a certificate that exists is used, and without a zone there is no record', () => {
  const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b';
  const { https, records } = load([
    '  hostedZone: { id: Z0123456789ABC, name: example.com }',
    `  certificateArn: ${arn}`,
  ]);
  expect(https.certificate).toEqual({ kind: 'existing', arn });
  expect(records).toEqual([]);
});

test('hosts of APIs are in the certificate and have records', () => {
  const { https, records } = load([PORT, '    hosts: [b.example.com, api.example.com, a.example.com]\n']);
  const names = ['api.example.com', 'a.example.com', 'b.example.com'];
  expect(https.certificate).toMatchObject({ domains: names });
  expect(records.map((record) => record.name)).toEqual(names);
});
