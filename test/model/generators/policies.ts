/** Policies of all kinds, in words that the requests use too. */
import fc from 'fast-check';
import { issuers } from './tokens';

/** Some of the keys, each in two of five cases. */
export const some = (shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(shape).map(([name, one]) => [
          name,
          fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, { arbitrary: one, weight: 2 }),
        ]),
      ),
    )
    .map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)));
const pick = fc.constantFrom;

export const hosts = ['shop.test', 'eu.shop.test'] as const;
export const parameters = ['page', 'state', 'q'] as const;
export const origins = ['https://app.test', 'https://other.test'] as const;
export const consumers = ['acme', 'globex', 'initech'] as const;

const check = fc.oneof(
  fc.record({ integer: fc.record({ minimum: pick(-5, 0, 1), maximum: pick(9, 1000) }) }),
  fc.record({ enum: pick(['open', 'shipped'], ['7', 'a b']) }),
  fc.record({ pattern: pick('[a-z]+', '\\d{1,3}', '^[A-Z]\\d$', '.{0,3}', 'a|bc', '[^x]*') }),
);

const jwt = fc
  .record({
    issuer: pick(...issuers.map(({ name }) => name)),
    audience: pick(['orders'], ['orders', 'shop'], 'any'),
    algorithms: pick(
      ['RS256'],
      ['RS256', 'ES256'],
      ['RS256', 'ES256'],
      ['RS256', 'ES256'],
      ['RS256', 'ES256'],
    ),
    forward: fc.boolean(),
    leewaySeconds: pick(0, 30),
  })
  .chain((one) =>
    some({
      clientIds: pick(['app-1', 'app-2'], ['app-1', 'app-2', 'x']),
      consumerClaim: pick('sub', 'client_id', 'realm.name', '/realm/a.b', 'https://shop.test/id'),
    }).map((more) => ({ ...one, ...more })),
  )
  .map((one) => ({ ...one, jwksUrl: issuers.find(({ name }) => name === one.issuer)?.jwksUrl }));

export const authentication = fc.oneof(
  fc.constant('public'),
  fc.record({ apiKey: fc.record({ header: pick('x-api-key', 'x-key') }) }),
  fc.record({ jwt }),
  fc.record({ jwt }),
  fc.record({ apiKey: fc.constant({}), jwt }),
);

const claims = pick<Record<string, unknown>>(
  { tier: ['gold', 'silver', true] },
  { level: [7], tier: ['gold', true] },
  { 'realm.name': ['ann'] },
  { 'https://shop.test/id': ['ann', 7] },
);
const authorization = fc.oneof(
  fc.record({ claims }),
  some({
    scopes: pick(['read'], ['read', 'write']),
    anyScope: pick(['read', 'admin']),
    claims,
    consumers: pick(['acme'], ['acme', 'jwt:app-1'], ['globex', 'jwt:#7']),
  }),
);

const windows = (requests: fc.Arbitrary<number>) =>
  fc
    .uniqueArray(pick(3600, 40_000, 86_400), { minLength: 1, maxLength: 2 })
    .chain((all) =>
      fc.tuple(...all.map((perSeconds) => requests.map((one) => ({ requests: one, perSeconds })))),
    );
const few = pick(1, 3, 10, 30, 100_000);
const rateLimit = fc.oneof(
  fc.record({ windows: windows(few), by: pick('consumer', 'address', 'api') }),
  fc.record({ requests: few, perSeconds: pick(3600, 40_000), by: pick('consumer', 'address', 'api') }),
  fc.record({ plans: fc.record({ free: windows(few), gold: windows(few) }) }),
  fc.record({ plans: fc.record({ gold: windows(few) }), defaultPlan: pick('gold', 'free') }),
);

const schemas = [
  {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'integer', minimum: 1 } },
    additionalProperties: false,
  },
  { type: 'object', properties: { name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 } } },
  { type: ['array', 'null'], items: { enum: ['a', 1, true] }, uniqueItems: true },
  { properties: { id: { format: 'uuid' }, name: { format: 'date' } }, minProperties: 1 },
  {
    $defs: { line: { type: 'object', required: ['id'] } },
    properties: { lines: { items: { $ref: '#/$defs/line' } } },
  },
  { additionalProperties: { type: ['integer', 'string'], minLength: 2, exclusiveMaximum: 9, multipleOf: 7 } },
];

const validation = {
  methods: pick(['GET', 'POST'], ['GET'], ['POST', 'PUT', 'DELETE']),
  maxBodyBytes: pick(0, 10, 100),
  requiredHeaders: fc.oneof(fc.constant({}), check).map((one) => ({ 'x-tenant': one })),
  query: fc.record({
    parameters: fc.dictionary(
      pick(...parameters),
      fc.oneof(fc.constant({}), check, fc.constant({ required: true })),
      { maxKeys: 3 },
    ),
    additional: pick('refuse', 'allow'),
  }),
};
/** Of a body that is read, and of one that is only measured. */
const bodies: readonly Record<string, fc.Arbitrary<unknown>>[] = [
  {
    contentTypes: pick(['application/json'], ['application/json', 'application/a+json']),
    requiredJsonFields: pick(['id'], ['id', 'name'], ['customer.id']),
    requireLength: fc.boolean(),
  },
  {
    contentTypes: pick(['application/json'], ['text/plain', 'application/json']),
    requireLength: fc.constant(true),
  },
];

const cache = fc
  .record({
    ttlSeconds: pick(7200, 86_400),
    freshness: pick('override', 'override', 'respect'),
    cookies: pick('bypass', 'drop'),
    invalidation: pick('path', 'api', 'none'),
  })
  .chain((one) =>
    some({
      varyBy: some({
        headers: pick([], ['accept-language'], ['x-tenant', 'accept-language']),
        query: pick([], ['page'], ['page', 'state']),
        consumer: fc.boolean(),
        scope: pick(false, false, false, true),
      }),
      generation: pick(1, 7),
      statuses: pick([200], [200, 404], [301, 302, 404, 410], [200, 500]),
      ...(one.freshness === 'respect' ? { defaultTtlSeconds: fc.constant(7200) } : {}),
    }).map((more) => ({ ...one, ...more })),
  );

const value = pick('fixed', '{consumer}!', '{api}/{route}', 'from {clientAddress}');
/** So much that it needs room beside a large head. */
const many = (name: string, value: string) =>
  Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`${name}-${index}`, value]));
const transformation = (paths: fc.Arbitrary<unknown>) =>
  fc
    .tuple(
      fc.option(paths, { nil: undefined, freq: 3 }),
      some({
        request: some({
          setHeaders: fc.oneof(fc.record({ 'x-tier': value }), fc.constant(many('x-set', 'v'.repeat(250)))),
          removeHeaders: fc.constant(['x-debug']),
          renameHeaders: fc.constant({ 'x-tenant': 'x-renter' }),
          setQuery: fc.record({ state: pick('open', 'a b&c', 'ü') }),
          removeQuery: fc.constant(['q']),
        }),
        response: some({
          setHeaders: fc.record({ 'x-served-by': pick('{api}', '{route}') }),
          removeHeaders: fc.constant(['x-internal']),
          renameHeaders: fc.constant({ 'x-old': 'x-new' }),
        }),
      }),
    )
    .map(([path, more]) => (path === undefined ? more : { path, ...more }));
const prefixPath = fc.oneof(
  fc.constant({ stripPrefix: true }),
  fc.record({ replacePrefix: pick('/v9', '/deep/er') }),
);

const cors = fc
  .record({
    origins: fc.oneof(fc.constant('any'), fc.subarray([...origins], { minLength: 1 })),
    methods: pick(['GET'], ['GET', 'POST', 'PUT']),
    headers: pick([], ['content-type', 'x-api-key']),
    exposeHeaders: pick(
      [],
      ['x-left'],
      Array.from({ length: 40 }, (_, index) => `x-exposed-header-${index}`),
    ),
    maxAgeSeconds: pick(0, 600),
    credentials: fc.boolean(),
  })
  .map((one) => ({ ...one, credentials: one.credentials && one.origins !== 'any' }));

const securityHeaders = fc.oneof(
  fc.constant('none'),
  some({
    hsts: fc.oneof(
      fc.constant('none'),
      fc.record({ maxAgeSeconds: pick(0, 63_072_000), includeSubDomains: fc.boolean() }),
      fc.constant({ includeSubDomains: true, preload: true }),
    ),
    contentTypeOptions: pick('nosniff', 'none'),
    frameOptions: pick('DENY', 'SAMEORIGIN'),
    referrerPolicy: pick('no-referrer', 'same-origin'),
    contentSecurityPolicy: pick("default-src 'none'"),
    removeServerHeaders: fc.boolean(),
  }),
);

/** What a route can also be without. @param placeholder in the paths of the route, if any */
export const optional = (placeholder?: string): Record<string, fc.Arbitrary<unknown>> => ({
  authorization,
  validation: fc.oneof(
    ...bodies.map((body, index) =>
      fc
        .tuple(
          some({
            ...validation,
            ...body,
            ...(placeholder ? { pathParameters: check.map((one) => ({ [placeholder]: one })) } : {}),
          }),
          index === 0 ? fc.record({ body: fc.record({ schema: pick(...schemas) }) }) : fc.constant({}),
        )
        .map(([one, read]) => ({ ...one, ...read })),
    ),
  ),
  rateLimit,
  cache,
  cors,
  transformation: transformation(
    placeholder ? fc.oneof(prefixPath, fc.constant({ rewrite: `/things/{${placeholder}}/all` })) : prefixPath,
  ),
});
export const needed = { authentication, securityHeaders };
export const policies = some({ ...needed, ...optional() });

type Said = Readonly<Record<string, unknown>>;
interface Written {
  readonly authentication?: 'public' | { readonly jwt?: unknown };
  readonly authorization?: 'none' | { readonly consumers?: readonly string[] };
  readonly rateLimit?: 'none' | { readonly by?: string };
  readonly cache?: 'none' | { readonly varyBy?: { readonly scope?: boolean } };
}

/** What can only be asked of callers whom the authentication knows. */
function unfit({ authentication = 'public', authorization: needs, rateLimit: limit, cache: kept }: Written) {
  const tokens = authentication !== 'public' && authentication.jwt !== undefined;
  const asks = needs !== undefined && needs !== 'none';
  const { consumers = [], ...ofTokens } = asks ? needs : {};
  const asksTokens = Object.keys(ofTokens).length > 0 || consumers.some((name) => name.startsWith('jwt:'));
  const limits = limit !== undefined && limit !== 'none';
  return [
    ...(asks && (authentication === 'public' || (asksTokens && !tokens)) ? ['authorization'] : []),
    ...(limits && authentication === 'public' && (limit.by ?? 'consumer') === 'consumer'
      ? ['rateLimit']
      : []),
    ...(kept !== undefined && kept !== 'none' && kept.varyBy?.scope && !tokens ? ['cache'] : []),
  ];
}

/** Without what is unfit, as an environment with that is refused. @param ofApi what a route has besides */
export const fitting = (own: Said, ofApi?: Said): Said => ({
  ...own,
  ...Object.fromEntries(unfit({ ...ofApi, ...own }).map((name) => [name, ofApi ? 'none' : undefined])),
});
