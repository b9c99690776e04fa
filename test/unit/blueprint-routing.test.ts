/** Listener rules: within the load balancer's quotas, the more specific first, each with a number of its own. */
import type { ListenerRule } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
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

const catalog = (more: string): Edit => ['    paths: [/catalog]', more];

describe('the conditions of a rule', () => {
  test('are at most five values: a path takes two', () => {
    expect(rulesOf('catalog', catalog('    paths: [/a, /b, /c]'))).toEqual([
      'traffic-1-catalog path /a /a/* /b /b/* /c',
      'traffic-1-2-catalog path /c/*',
    ]);
  });

  test('of the path / are one value', () => {
    expect(rulesOf('catalog', catalog('    paths: [/]'))).toEqual(['traffic-0-catalog path /*']);
  });

  test('have the hosts in each rule', () => {
    expect(
      rulesOf('catalog', catalog('    paths: [/a, /b]\n    hosts: [x.example.com, y.example.com]')),
    ).toEqual([
      'traffic-1-catalog host x.example.com path /a /a/* /b /b/*',
      'traffic-1-2-catalog host y.example.com path /a /a/* /b /b/*',
    ]);
  });

  test('have as many hosts in a rule as the paths leave room for', () => {
    const hosts = ['a', 'b', 'c', 'd'].map((letter) => `${letter}.example.com`).join(', ');
    expect(rulesOf('catalog', catalog(`    paths: [/]\n    hosts: [${hosts}]`))).toEqual([
      'traffic-0-catalog host a.example.com b.example.com c.example.com d.example.com path /*',
    ]);
  });

  test('have all headers in each rule, by lower-case name', () => {
    expect(
      rulesOf('catalog', catalog('    paths: [/a, /b]\n    headers: { X-Tenant: One, x-beta: "1" }')),
    ).toEqual([
      'traffic-1-catalog x-tenant One x-beta 1 path /a /a/* /b',
      'traffic-1-2-catalog x-tenant One x-beta 1 path /b/*',
    ]);
  });

  test('of paths with other numbers of segments are rules of their own', () => {
    expect(rulesOf('catalog', catalog('    paths: [/, /v2/catalog, /catalog]'))).toEqual([
      'traffic-2-catalog path /v2/catalog /v2/catalog/*',
      'traffic-1-catalog path /catalog /catalog/*',
      'traffic-0-catalog path /*',
    ]);
  });
});

describe('the order of the rules', () => {
  const first = (...edits: Edit[]) => load(...edits).trafficRules.map((rule) => rule.api);

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
    for (const { priority } of attachRules) {
      expect(priority).toBeGreaterThanOrEqual(1);
      expect(priority).toBeLessThanOrEqual(10_000);
    }
  });
});

test('two rules whose names hash to one place have a number each', () => {
  const both: Edit = [
    '  catalog:\n',
    '  az: { image: x, paths: [/az] }\n  bm: { image: x, paths: [/bm] }\n  catalog:\n',
  ];
  const priority = (api: string) => load(both).trafficRules.find((rule) => rule.api === api)?.priority;
  // Their band begins at 48851, and both hash to 329.
  expect([priority('az'), priority('bm')]).toEqual([49_180, 49_181]);
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
