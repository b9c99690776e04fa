/** The routes of an API: what is refused, and which of several takes a request. */
import { expect, test } from '@jest/globals';
import { formsInOrder } from '../../constructs/gateway';
import { gatewayModel } from '../traffic/support/model';
import { type Broken, parsed, refuses } from './environment-fixture';

const LIMIT = '      rateLimit: { requests: 10, perSeconds: 60 }\n';
const routes = (...lines: string[]) =>
  `${LIMIT}    routes:\n${lines.map((line) => `      ${line}\n`).join('')}`;
const limit = 'policies: { rateLimit: none }';

const table: Broken[] = [
  {
    kind: 'a second route with the same shape',
    edits: [
      [
        LIMIT,
        routes(
          `read: { methods: [GET], paths: ['/orders/{id}'], ${limit} }`,
          `head: { methods: [HEAD], paths: ['/orders/{order}'], ${limit} }`,
        ),
      ],
    ],
    at: ['20:7 ROUTE_COLLIDES'],
    says: [
      '`head` takes requests that `read` takes too',
      'HEAD /orders/{order}; read: GET HEAD /orders/{id}',
    ],
  },
  {
    kind: 'a path that is not under the API',
    edits: [[LIMIT, routes(`read: { paths: ['/invoices/{id}'], ${limit} }`)]],
    at: ['19:23 ROUTE_OUTSIDE'],
    says: ['No request to `orders` has this path', 'paths that begin with `/orders`'],
  },
  {
    kind: 'a route of everything',
    edits: [[LIMIT, routes(`all: { ${limit} }`)]],
    at: ['19:7 ROUTE_OF_ALL'],
    says: ['`all` takes all requests of `orders`'],
  },
  {
    kind: 'a route that changes nothing',
    edits: [[LIMIT, routes('read: { methods: [GET] }')]],
    at: ['19:7 ROUTE_WITHOUT_POLICY'],
    says: ['`read` changes no policy'],
  },
  {
    kind: 'a path with a slash at its end',
    edits: [[LIMIT, routes(`read: { paths: [/orders/], ${limit} }`)]],
    at: ['19:23 WRONG_FORM'],
    says: ['/orders, /orders/{id} or /orders/{rest+}, without a slash at the end'],
  },
  {
    kind: 'a placeholder for all that follow, not at the end',
    edits: [[LIMIT, routes(`read: { paths: ['/orders/{rest+}/x'], ${limit} }`)]],
    at: ['19:23 WRONG_FORM'],
    says: ['/orders/{rest+}'],
  },
  {
    kind: 'a limit per consumer on a public route',
    edits: [[LIMIT, routes('read: { methods: [GET], policies: { authentication: public } }')]],
    at: ['19:31 LIMIT_WITHOUT_CONSUMER'],
    says: ['this API is public'],
  },
];

refuses(table);

test('the more specific path takes a request, then the one with methods', () => {
  const route = (name: string, paths: string[], methods: 'GET'[] = []) => ({ name, paths, methods });
  const order = formsInOrder([
    route('rest', []),
    route('all', ['/orders/{rest+}']),
    route('one', ['/orders/{id}']),
    route('word', ['/orders/status']),
    route('word-get', ['/orders/status'], ['GET']),
    route('deep', ['/orders/{id}/items']),
    route('word-all', ['/orders/status/{rest+}']),
  ]);
  expect(order.map(({ route: name }) => name)).toEqual([
    'word-get',
    'word',
    'word-all',
    'one',
    'deep',
    'all',
    'rest',
  ]);
});

test('a route has its own policies, and the others of its API', () => {
  const environment = parsed([
    LIMIT,
    routes(
      'read: { methods: [GET], policies: { cache: { ttlSeconds: 5 } } }',
      "status: { paths: ['/orders/status'], policies: { authentication: public, rateLimit: none } }",
    ),
  ]);
  const { policies, routes: input } = environment.apis.orders ?? {};
  const [read, status] = gatewayModel({ orders: { policies, routes: input } }).apis[0]?.routes ?? [];
  expect(read).toMatchObject({
    methods: ['GET'],
    paths: [],
    refines: ['cache'],
    policies: { authentication: { apiKey: { header: 'x-api-key' } }, cache: { ttlSeconds: 5 } },
  });
  expect(read?.policies.rateLimit).toBeDefined();
  expect(status?.refines).toEqual(['authentication', 'rateLimit']);
  expect(status?.policies).toMatchObject({ authentication: 'public', rateLimit: undefined });
});
