/** Environments: a few APIs with routes and policies of all kinds, in words that the requests use too. */
import fc from 'fast-check';
import { collide, formsInOrder, type GatewayModel, prefixesInOrder } from '../../../constructs/gateway';
import { haproxy } from '../../../constructs/gateway/haproxy';
import { type ApiInput, gatewayModel } from '../../traffic/support/model';
import { issuers } from './tokens';

/** Some of the keys, each in two of five cases. */
const some = (shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> =>
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

export const names = ['orders', 'stock', 'users'] as const;
export const bases = ['/orders', '/orders/v2', '/stock', '/'] as const;
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
      consumerClaim: pick('sub', 'client_id'),
    }).map((more) => ({ ...one, ...more })),
  )
  .map((one) => ({ ...one, jwksUrl: issuers.find(({ name }) => name === one.issuer)?.jwksUrl }));

const authentication = fc.oneof(
  fc.constant('public'),
  fc.record({ apiKey: fc.record({ header: pick('x-api-key', 'x-key') }) }),
  fc.record({ jwt }),
  fc.record({ apiKey: fc.constant({}), jwt }),
);

const authorization = some({
  scopes: pick(['read'], ['read', 'write']),
  anyScope: pick(['read', 'admin']),
  claims: pick({ tier: ['gold', 'silver'] }, { tier: [true] }, { level: [7] }),
  consumers: pick(['acme'], ['acme', 'jwt:app-1'], ['globex', 'jwt:#7']),
});

const windows = (requests: fc.Arbitrary<number>) =>
  fc
    .uniqueArray(pick(3600, 40_000, 86_400), { minLength: 1, maxLength: 2 })
    .chain((all) =>
      fc.tuple(...all.map((perSeconds) => requests.map((one) => ({ requests: one, perSeconds })))),
    );
const few = pick(1, 3, 10, 30, 100_000);
const rateLimit = fc.oneof(
  fc.record({ windows: windows(few), by: pick('consumer', 'address', 'api') }),
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
];

const validation = some({
  methods: pick(['GET', 'POST'], ['GET'], ['POST', 'PUT', 'DELETE']),
  contentTypes: pick(['application/json'], ['text/plain', 'application/json']),
  maxBodyBytes: pick(0, 10, 100),
  body: fc.record({ schema: pick(...schemas) }),
  requiredHeaders: pick(
    { 'x-tenant': {} },
    { 'x-tenant': { pattern: '[a-z]+' } },
    { 'x-tenant': { integer: {} } },
  ),
  query: fc.record({
    parameters: fc.dictionary(
      pick(...parameters),
      fc.oneof(fc.constant({}), check, fc.constant({ required: true })),
      { maxKeys: 3 },
    ),
    additional: pick('refuse', 'allow'),
  }),
});

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
      }),
      statuses: pick([200], [200, 404], [301, 302, 404, 410], [200, 500]),
      ...(one.freshness === 'respect' ? { defaultTtlSeconds: fc.constant(7200) } : {}),
    }).map((more) => ({ ...one, ...more })),
  );

const value = pick('fixed', '{consumer}!', '{api}/{route}', 'from {clientAddress}');
const transformation = (paths: fc.Arbitrary<unknown>) =>
  some({
    path: paths,
    request: some({
      setHeaders: fc.record({ 'x-tier': value }),
      removeHeaders: fc.constant(['x-debug']),
      setQuery: fc.record({ state: pick('open', 'a b&c', 'ü') }),
      removeQuery: fc.constant(['q']),
    }),
    response: some({
      setHeaders: fc.record({ 'x-served-by': pick('{api}', '{route}') }),
      removeHeaders: fc.constant(['x-internal']),
      renameHeaders: fc.constant({ 'x-old': 'x-new' }),
    }),
  });
const prefixPath = fc.oneof(
  fc.constant({ stripPrefix: true }),
  fc.record({ replacePrefix: pick('/v9', '/deep/er') }),
);

const cors = fc.record({
  origins: fc.oneof(fc.constant('any'), fc.subarray([...origins], { minLength: 1 })),
  methods: pick(['GET'], ['GET', 'POST', 'PUT']),
  headers: pick([], ['content-type', 'x-api-key']),
});

const ofApi = { authorization, validation, rateLimit, cache, cors };
const policies = some({ authentication, ...ofApi, transformation: transformation(prefixPath) });

const routeNames = ['one', 'two', 'three'] as const;
const suffixes = ['/{id}', '/items/{item}', '/{rest+}', '/static', '/items/{item}/parts', ''] as const;

function route(base: string) {
  const under = (suffix: string) => (base === '/' ? suffix || '/' : `${base}${suffix}`);
  const none = <Of>(arbitrary: fc.Arbitrary<Of>) =>
    fc.oneof({ arbitrary: fc.constant('none'), weight: 1 }, { arbitrary, weight: 3 });
  return fc
    .record({ at: pick(...suffixes), methods: pick(undefined, ['GET'], ['POST', 'PUT']) })
    .chain(({ at, methods }) =>
      some({
        authentication,
        ...Object.fromEntries(
          Object.entries(ofApi).map(([name, one]) => [name, none(one as fc.Arbitrary<unknown>)]),
        ),
        transformation: none(
          transformation(
            at === '/items/{item}'
              ? fc.oneof(prefixPath, fc.constant({ rewrite: '/things/{item}/all' }))
              : prefixPath,
          ),
        ),
      }).map((own) => ({ paths: [under(at)], ...(methods ? { methods } : {}), policies: own })),
    );
}

const api = fc
  .record({
    paths: fc.uniqueArray(pick(...bases), { minLength: 1, maxLength: 2 }),
    hosts: pick([], [], [], ['shop.test'], [...hosts]),
    headers: pick<Record<string, string>>(
      {},
      {},
      {},
      { 'x-channel': 'beta*' },
      { 'x-channel': 'b?t', 'x-tenant': 'acme' },
    ),
  })
  .chain((one) =>
    fc
      .record({
        policies,
        routes: fc.dictionary(pick(...routeNames), route(one.paths[0] ?? '/'), { maxKeys: 3 }),
      })
      .map((more): ApiInput => ({ ...one, ...more })),
  );

/** Two that take the same requests are refused by the environment file. */
function isClear({ apis }: GatewayModel): boolean {
  const ways = prefixesInOrder(apis).map(({ api: _, ...way }) => JSON.stringify(way));
  const clear = apis.every(({ routes }) => {
    const forms = formsInOrder(routes);
    return forms.every((one, index) => forms.slice(index + 1).every((other) => !collide(one, other)));
  });
  return clear && new Set(ways).size === ways.length;
}

/** An API that no generated request is for: by its limit one sees whether a member knows what the other has counted. */
export const barrier = { name: 'barrier', requests: 1_000_000 };

function modelOf([apis, own]: [Record<string, ApiInput>, boolean]): GatewayModel | undefined {
  try {
    const model = gatewayModel(
      {
        ...apis,
        [barrier.name]: {
          policies: { rateLimit: { requests: barrier.requests, perSeconds: 3600, by: 'api' } },
        },
      },
      {
        ...(own ? { hosts: [...hosts, 'api.test'] } : {}),
        balancerCidrs: ['127.30.0.0/16'],
        consumers: [
          { name: 'acme', plan: 'gold' },
          { name: 'globex', plan: 'free', apis: ['orders', 'users'] },
          { name: 'initech' },
        ],
      },
    );
    return isClear(model) && haproxy.problems(model).length === 0 ? model : undefined;
  } catch {
    return undefined;
  }
}

/** Environments that the product takes. */
export const environment: fc.Arbitrary<GatewayModel> = fc
  .tuple(fc.dictionary(pick(...names), api, { minKeys: 2, maxKeys: 3 }), fc.boolean())
  .map(modelOf)
  .filter((model) => model !== undefined);
