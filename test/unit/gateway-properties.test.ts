/**
 * Proves, for generated inputs, that HAProxy takes whatever the schema takes, and that a string never becomes more
 * than the word that it stands for. `haproxy -c` does the judging; a warning counts as an error.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { environmentSchema } from '../../constructs/blueprint/schema';
import type { GatewayModel } from '../../constructs/gateway';
import { apiModel, gatewayModel } from '../traffic/support/model';
import { complaint, filesOf } from './gateway-files';
import { answerPlaces, answerPlain, answerPolicies } from './gateway-properties-answers';
import { callerPlaces, callerPlain, callerPolicies } from './gateway-properties-callers';
import { validationPlaces, validationPlain, validationPolicies } from './gateway-properties-validation';

const letters = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const headerName = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const path = fc
  .array(fc.stringMatching(/^[A-Za-z0-9._~-]{1,8}$/), { maxLength: 3 })
  .map((parts) => `/${parts.join('/')}`);
const host = fc.tuple(letters, letters).map(([one, two]) => `${one}.${two}-x.test`);
const seconds = fc.integer({ min: 1, max: 86_400 });

const window = { requests: fc.integer({ min: 1, max: 1_000_000 }), perSeconds: seconds };
const windows = fc.array(fc.record(window), { minLength: 1, maxLength: 3 });
const by = fc.constantFrom('address', 'api', 'consumer');

const policy = fc.record(
  {
    ...callerPolicies,
    rateLimit: fc.oneof(
      fc.record({ ...window, by }),
      fc.record({ windows, by }),
      fc.record(
        { plans: fc.dictionary(letters, windows, { minKeys: 1, maxKeys: 3 }), defaultPlan: letters },
        { requiredKeys: ['plans'] },
      ),
    ),
    cache: fc.record(
      {
        ttlSeconds: seconds,
        freshness: fc.constantFrom('override', 'respect'),
        defaultTtlSeconds: fc.constant(1),
        invalidation: fc.constantFrom('path', 'api', 'none'),
        generation: fc.integer({ min: 1 }),
        varyBy: fc.record(
          {
            headers: fc.array(headerName, { maxLength: 4 }),
            query: fc.array(fc.stringMatching(/^[A-Za-z0-9_.-]{1,40}$/), { maxLength: 8 }),
            consumer: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['ttlSeconds'] },
    ),
    ...answerPolicies,
    ...validationPolicies,
  },
  { requiredKeys: [] },
);

const api = fc.record(
  {
    image: fc.constant('example/api:1'),
    paths: fc.array(path, { minLength: 1, maxLength: 4 }),
    hosts: fc.array(host, { maxLength: 2 }),
    headers: fc.dictionary(headerName, fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }), {
      maxKeys: 3,
    }),
    requestTimeoutSeconds: fc.integer({ min: 1, max: 90 }),
    health: fc.record({ path, status: fc.constantFrom('200', '200-299', '404') }),
    balancing: fc.record(
      {
        algorithm: fc.constantFrom('leastconn', 'roundrobin'),
        slowStartSeconds: fc.integer({ min: 0, max: 600 }),
        maxConnectionsPerInstance: fc.integer({ min: 1, max: 10_000 }),
        maxConcurrentRequests: fc.integer({ min: 1, max: 20_000 }),
        queueTimeoutSeconds: fc.integer({ min: 1, max: 5 }),
        connectTimeoutSeconds: fc.integer({ min: 1, max: 30 }),
        retries: fc.integer({ min: 0, max: 5 }),
      },
      { requiredKeys: [] },
    ),
    canary: fc.record({ image: fc.constant('example/api:2'), percent: fc.integer({ min: 1, max: 50 }) }),
    policies: policy,
  },
  { requiredKeys: ['image'] },
);

const environment = fc.record({
  name: fc.constant('test'),
  stage: fc.constant('gateway'),
  region: fc.constant('eu-central-1'),
  apis: fc.dictionary(letters, api, { minKeys: 1, maxKeys: 4 }),
  consumers: fc.dictionary(
    letters,
    fc.record({ apis: fc.array(letters, { minLength: 1 }), plan: letters }, { requiredKeys: [] }),
    {
      maxKeys: 3,
    },
  ),
});

test('whatever the schema takes, HAProxy takes', () => {
  let rendered = 0;
  fc.assert(
    fc.property(environment, fc.constantFrom('ab', 'abc'), (input, letter) => {
      const parsed = environmentSchema.safeParse(input);
      fc.pre(parsed.success);
      const { apis, consumers } = parsed.data;
      const model: GatewayModel = {
        ...gatewayModel({}, { letters: letter, balancerCidrs: ['10.0.0.0/24', '10.0.1.0/24'] }),
        consumers: Object.entries(consumers).map(([name, consumer]) => ({
          name,
          apis: consumer.apis,
          plan: consumer.plan,
        })),
        apis: Object.entries(apis).map(([name, one]) => ({
          ...apiModel(name, { ...one, canaryPercent: 'canary' in one ? one.canary?.percent : undefined }),
          health: one.health,
        })),
      };
      const files = filesOf(model);
      // A limit per consumer of a public API is refused: that takes two fields to see.
      fc.pre(files !== undefined);
      rendered += 1;
      expect(complaint(files)).toBe('');
    }),
    { numRuns: 40, maxSkipsPerRun: 100 },
  );
  expect(rendered).toBe(40);
}, 180_000);

const nasty = fc.constantFrom(
  '"',
  "'",
  '\\',
  ' ',
  '\n  http-request deny',
  '\r\n',
  '\t',
  '#',
  '%[env(HOME)]',
  '%{+Q}o',
  '%%',
  '$HOME',
  '$'.concat('{HOME}'),
  '" hdr Evil "x',
  ' if TRUE',
  ' || TRUE',
  '} || { TRUE',
  ')',
  ',',
  '|',
  '-m',
  '--',
  '}',
  '*',
  '?',
  '^(',
  '[',
  '\u0000',
  '\u0085',
  '\u2028',
  'é',
  '..',
  '/../',
  '',
);
const hostile = fc.oneof(
  fc
    .array(fc.oneof(nasty, fc.string({ maxLength: 4, unit: 'binary' })), { maxLength: 4 })
    .map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('a', '/a', 'a.test'), nasty).map((parts) => parts.join('')),
);

/** A model with one string wherever a string can be. */
const places: Record<string, (text: string) => GatewayModel> = {
  path: (text) => model({ paths: [text] }),
  host: (text) => model({ hosts: [text] }),
  'header name': (text) => model({ headers: { [text]: 'v' } }),
  'header value': (text) => model({ headers: { 'x-a': text } }),
  api: (text) => ({ ...model({}), apis: [{ ...first(model({})), name: text }] }),
  'pool host': (text) => ({
    ...model({}),
    apis: [{ ...first(model({})), pool: { ...first(model({})).pool, host: text } }],
  }),
  'canary host': (text) => {
    const api = first(model({ canaryPercent: 5 }));
    return {
      ...model({}),
      apis: [{ ...api, canary: { percent: 5, pool: { ...api.pool, host: text } } }],
    };
  },
  'health path': (text) => withHealth({ path: text }),
  'health status': (text) => withHealth({ status: text }),
  consumer: (text) => ({ ...model({}), consumers: [{ name: text, apis: ['orders'] }] }),
  'api of a consumer': (text) => ({ ...model({}), consumers: [{ name: 'acme', apis: [text] }] }),
  'plan of a consumer': (text) =>
    withPlans({ abc: [{ requests: 1, perSeconds: 1 }] }, { consumers: [{ name: 'acme', plan: text }] }),
  plan: (text) => withPlans({ [text]: [{ requests: 1, perSeconds: 1 }] }),
  'default plan': (text) => withPlans({ abc: [{ requests: 1, perSeconds: 1 }] }, {}, text),
  member: (text) => ({
    ...model({}),
    members: [
      { name: text, host: 'a.test' },
      { name: 'other', host: 'b.test' },
    ],
  }),
  'member host': (text) => ({
    ...model({}),
    members: [
      { name: 'a', host: 'a.test' },
      { name: 'b', host: text },
    ],
  }),
  cidr: (text) => ({ ...model({}), balancerCidrs: [text] }),
  'environment host': (text) => ({ ...model({}), hosts: ['h.test', text] }),
  'key header': (text) => withPolicies({ authentication: { apiKey: { header: text } } }),
  'vary header': (text) => withCache({ headers: [text], query: ['q'] }),
  'vary query': (text) => withCache({ headers: ['h'], query: [text] }),
  ...answerPlaces((input) => model(input)),
  ...callerPlaces((input) => model(input)),
  ...validationPlaces((input) => model(input)),
};

const first = ({ apis }: GatewayModel) => {
  const [one] = apis;
  if (!one) throw new Error('No API');
  return one;
};
const whole = {
  authentication: { apiKey: {} },
  rateLimit: { requests: 1, perSeconds: 1 },
  cache: { ttlSeconds: 1 },
};
const model = (input: object) =>
  gatewayModel(
    { orders: { policies: whole, headers: { 'x-a': 'v' }, hosts: ['h.test'], ...input } },
    {
      consumers: [{ name: 'acme', apis: ['orders'] }],
      balancerCidrs: ['10.0.0.0/16'],
    },
  );
const withHealth = (health: object): GatewayModel => ({
  ...model({}),
  apis: [{ ...first(model({})), health: { ...first(model({})).health, ...health } }],
});
const withPolicies = (policies: object): GatewayModel => ({
  ...model({}),
  apis: [{ ...first(model({})), policies: { ...first(model({})).policies, ...policies } }],
});
const withPlans = (
  plans: Record<string, { requests: number; perSeconds: number }[]>,
  more: Partial<GatewayModel> = {},
  defaultPlan?: string,
): GatewayModel => ({
  ...withPolicies({ rateLimit: { plans, defaultPlan, by: 'consumer' } }),
  ...more,
});
const withCache = (varyBy: { headers: string[]; query: string[] }) =>
  withPolicies({
    cache: {
      ttlSeconds: 1,
      freshness: 'respect',
      statuses: [200],
      cookies: 'bypass',
      invalidation: 'path',
      generation: 1,
      varyBy: { ...varyBy, scope: false, consumer: true },
    },
  });

/** Number of words of each line, as HAProxy splits them; in the configuration also each line's keyword. */
function structure(name: string, text: string): string[] {
  return text.split('\n').map((line) => {
    const words = line.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+|\S/g) ?? [];
    const keyword = name === 'haproxy.cfg' ? `${line.startsWith(' ') ? '  ' : ''}${words[0]}` : '';
    return `${keyword} ${words.length}`;
  });
}

const plain: Record<string, string> = {
  path: '/a',
  'health path': '/a',
  'health status': '200',
  cidr: '10.0.0.0/8',
  ...answerPlain,
  ...callerPlain,
  ...validationPlain,
};

test.each(Object.entries(places))(
  'no string as %s changes the structure',
  (place, build) => {
    const expected = filesOf(build(plain[place] ?? 'abc'));
    if (!expected) throw new Error(`The plain text is refused as ${place}`);
    let checked = 0;
    fc.assert(
      fc.property(hostile, (text) => {
        const files = filesOf(build(text));
        if (!files) return;
        expect(Object.keys(files)).toEqual(Object.keys(expected));
        for (const [name, content] of Object.entries(files)) {
          expect([name, structure(name, content)]).toEqual([name, structure(name, expected[name] ?? '')]);
        }
        // The judgement of HAProxy itself, for some.
        if (checked++ < 3) expect(complaint(files)).toBe('');
      }),
      { numRuns: 200 },
    );
  },
  60_000,
);

test('what is not refused is compared as it is written', () => {
  // Refusing everything would pass the test above.
  for (const value of [
    'a"b',
    "a'b",
    'a\\b',
    '$HOME',
    '%[env(HOME)]',
    'a b',
    '#',
    'é',
    '" hdr Evil "',
    '--',
    '-m',
  ]) {
    const files = filesOf(model({ headers: { 'x-a': value } }));
    expect(files).toBeDefined();
    expect(complaint(files ?? {})).toBe('');
  }
});
