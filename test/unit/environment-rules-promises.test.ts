/** A policy is never dropped in silence: below stage gateway it is refused, unless the API names it. */
import { parseEnvironment } from '../../constructs/blueprint/load';
import { promiseText, unenforced } from '../../constructs/blueprint/promises';
import type { Stage } from '../../constructs/blueprint/schema';
import { policies } from '../../constructs/gateway';
import { failure, summary } from './environment-fixture';

/** One of each, as it is written. */
const written: Readonly<Record<string, string>> = {
  authentication: '{ apiKey: {} }',
  securityHeaders: '{ frameOptions: DENY }',
  authorization: '{ consumers: [acme] }',
  validation: '{ maxBodyBytes: 8192 }',
  rateLimit: '{ requests: 10, perSeconds: 60 }',
  cache: '{ ttlSeconds: 30 }',
  cors: '{ origins: [https://app.example.com] }',
  compression: 'true',
  transformation: '{ request: { setHeaders: { x-tier: standard } } }',
};
const BELOW = ['api', 'load-balanced'] as const satisfies readonly Stage[];

const shop = (stage: Stage, ...ofOrders: string[]): string =>
  [
    'name: shop',
    `stage: ${stage}`,
    'region: eu-central-1',
    'domain: { name: api.example.com, hostedZone: { id: Z0123456789ABC, name: example.com } }',
    'consumers: { acme: {} }',
    'apis:',
    '  orders:',
    '    image: ghcr.io/example/orders:1',
    '    paths: [/orders]',
    ...ofOrders.map((line) => `    ${line}`),
    '',
  ].join('\n');

const REFUSED = ['7:3 POLICIES_UNENFORCED'];
const parse = (text: string) => parseEnvironment(text, 'shop.yaml');
/** What is not enforced, in words. */
const open = (text: string) =>
  Object.fromEntries(
    Object.entries(unenforced(parse(text))).map(([api, promised]) => [api, promised.map(promiseText)]),
  );

test('the table has every policy that there is', () => {
  expect(Object.keys(written).toSorted()).toEqual(Object.keys(policies.shape).toSorted());
});

describe.each(BELOW)('stage %s', (stage) => {
  // The gateways know an allowed consumer by its key.
  const alone = Object.entries(written);

  test.each(alone)(
    '%s of an API is refused, and taken when the API goes without by name',
    (policy, value) => {
      const said = `policies: { ${policy}: ${value} }`;
      expect(summary(shop(stage, said))).toEqual(REFUSED);
      const { message } = failure(shop(stage, said));
      expect(message).toContain(`given:   ${policy}\n`);
      const line = `unenforcedBeforeGateway: [${policy}]`;
      expect(message).toContain(`accept it: write \`${line}\` under \`orders\``);
      expect(open(shop(stage, said, line))).toEqual({ orders: [policy] });
    },
  );

  test.each(alone)('%s of a route alone is refused, and taken by name', (policy, value) => {
    const said = `routes: { place: { methods: [POST], policies: { ${policy}: ${value} } } }`;
    expect(summary(shop(stage, said))).toEqual(REFUSED);
    expect(failure(shop(stage, said)).message).toContain(`given:   ${policy} (route place)\n`);
    const text = shop(stage, said, `unenforcedBeforeGateway: [${policy}]`);
    expect(open(text)).toEqual({ orders: [`${policy} (route place)`] });
  });

  test('bounds of the balancing are promised too', () => {
    const said = 'balancing: { maxConcurrentRequests: 100 }';
    expect(summary(shop(stage, said))).toEqual(REFUSED);
    expect(open(shop(stage, said, 'unenforcedBeforeGateway: [balancing]'))).toEqual({
      orders: ['balancing'],
    });
  });

  test('all that is not named comes in one problem, with the whole line to write', () => {
    const said = [
      'policies: { authentication: { apiKey: {} }, rateLimit: { requests: 10, perSeconds: 60 } }',
      'routes:',
      '  place: { methods: [POST], policies: { authorization: { consumers: [acme] }, rateLimit: none } }',
      'unenforcedBeforeGateway: [rateLimit]',
    ];
    expect(summary(shop(stage, ...said))).toEqual(REFUSED);
    const { message } = failure(shop(stage, ...said));
    expect(message).toContain('given:   authentication, authorization (route place)\n');
    expect(message).toContain('`unenforcedBeforeGateway: [authentication, rateLimit, authorization]`');
  });

  test('what is so without being said is promised to nobody', () => {
    const texts = [
      shop(stage),
      shop(stage, 'policies: { authentication: public, securityHeaders: {} }', 'balancing: { retries: 2 }'),
      shop(stage, 'routes: { place: { methods: [POST], policies: { rateLimit: none, cache: none } } }'),
    ];
    for (const text of texts) expect(open(text)).toEqual({});
  });
});

test('at stage gateway all is enforced, whatever the API goes without before', () => {
  const said = 'policies: { authentication: { apiKey: {} } }';
  expect(open(shop('gateway', said))).toEqual({});
  expect(open(shop('gateway', said, 'unenforcedBeforeGateway: [authentication]'))).toEqual({});
});

test.each(['api', 'load-balanced', 'gateway'] as const)(
  '%s: nothing can be accepted before it is said',
  (stage) => {
    const text = shop(stage, 'unenforcedBeforeGateway: [cache]');
    expect(summary(text)).toEqual(['10:31 UNENFORCED_UNSAID']);
    expect(failure(text).message).toContain('`orders` has no `cache` that could go unenforced.');
  },
);
