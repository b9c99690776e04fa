/** Environments: a few APIs with routes and policies of all kinds, in words that the requests use too. */
import fc from 'fast-check';
import { collide, formsInOrder, type GatewayModel, prefixesInOrder } from '../../../constructs/gateway';
import { haproxy } from '../../../constructs/gateway/haproxy';
import { type ApiInput, gatewayModel } from '../../traffic/support/model';
import { fitting, hosts, needed, optional, policies, some } from './policies';

const pick = fc.constantFrom;

const names = ['orders', 'stock', 'users'] as const;
const bases = ['/orders', '/orders/v2', '/stock', '/'] as const;
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
        ...needed,
        ...Object.fromEntries(
          Object.entries(optional(/\{(\w+)\}/.exec(at)?.[1])).map(([name, one]) => [name, none(one)]),
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
      .map((more): ApiInput => {
        const ofApi = fitting(more.policies);
        const routes = Object.entries(more.routes).map(([name, own]) => [
          name,
          { ...own, policies: fitting(own.policies, ofApi) },
        ]);
        return { ...one, policies: ofApi, routes: Object.fromEntries(routes) };
      }),
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
