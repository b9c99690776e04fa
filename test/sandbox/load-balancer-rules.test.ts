import type { Action, Condition } from '../../sandbox/load-balancer/state';
import { ask, Bench, forward, group, httpState, notFound, rule, Target } from './load-balancer-kit';

const ports = { https: 5901, http: 5900 };
const alpha = new Target('alpha', '127.40.1.1', 5902);
const beta = new Target('beta', '127.40.1.2', 5902);
const groups = [group('alpha', [alpha]), group('beta', [beta])];
let bench: Bench;

beforeAll(async () => {
  await Promise.all([alpha.listen(), beta.listen()]);
  bench = await Bench.open(ports, httpState({ groups }));
});

afterAll(async () => {
  await bench.close();
  await Promise.all([alpha.stop(), beta.stop()]);
});

const path = (...values: string[]): Condition => ({ field: 'path-pattern', values });
const fixed = (body: string): Action => ({
  type: 'fixed-response',
  status: 200,
  contentType: 'text/plain',
  body,
});

/** Whatever HAProxy's own grammar would make of it, it is a path. */
const strange = '/$HOME/$(HOME)/%[src]/it\'s/"x"/a\\d/%20/{}()|^+';

/** Headers that claim another address. */
const forged: Record<string, string>[] = [
  {},
  { 'x-forwarded-for': '255.255.255.255' },
  { forwarded: 'for=255.255.255.255' },
];

describe('conditions', () => {
  const tagged = (index: number): Condition => ({
    field: 'http-header',
    name: 'X-Case',
    values: [String(index)],
  });
  const cases: [string, Condition[], string, Parameters<typeof ask>[2], boolean][] = [
    ['path, whole', [path('/orders')], '/orders', {}, true],
    ['path, not a part of it', [path('/orders')], '/orders/1', {}, false],
    ['path without the query', [path('/orders')], '/orders?x=/none', {}, true],
    ['path, star over slashes', [path('/orders/*')], '/orders/1/items', {}, true],
    ['path, star for nothing', [path('/orders/*')], '/orders/', {}, true],
    ['path, question mark is one character', [path('/v?/x')], '/v2/x', {}, true],
    ['path, question mark is not two', [path('/v?/x')], '/v22/x', {}, false],
    ['path, case counts', [path('/Orders')], '/orders', {}, false],
    ['path, dot is a dot', [path('/a.b')], '/aXb', {}, false],
    ['path, any of the values', [path('/a', '/b')], '/b', {}, true],
    [
      'host',
      [{ field: 'host-header', values: ['api.example.com'] }],
      '/',
      { headers: { host: 'api.example.com' } },
      true,
    ],
    [
      'host, case does not count',
      [{ field: 'host-header', values: ['API.example.com'] }],
      '/',
      { headers: { host: 'api.EXAMPLE.com' } },
      true,
    ],
    [
      'host, port ignored',
      [{ field: 'host-header', values: ['api.example.com'] }],
      '/',
      { headers: { host: 'api.example.com:8443' } },
      true,
    ],
    [
      'host, wildcard',
      [{ field: 'host-header', values: ['*.example.com'] }],
      '/',
      { headers: { host: 'a.b.example.com' } },
      true,
    ],
    [
      'host, wildcard is not the apex',
      [{ field: 'host-header', values: ['*.example.com'] }],
      '/',
      { headers: { host: 'example.com' } },
      false,
    ],
    [
      'host, dot is a dot',
      [{ field: 'host-header', values: ['a.example.com'] }],
      '/',
      { headers: { host: 'aXexample.com' } },
      false,
    ],
    [
      'header',
      [{ field: 'http-header', name: 'X-Attach', values: ['beta-*'] }],
      '/',
      { headers: { 'x-attach': 'BETA-1' } },
      true,
    ],
    ['header, absent', [{ field: 'http-header', name: 'X-Attach', values: ['*'] }], '/', {}, false],
    [
      'header, whole value',
      [{ field: 'http-header', name: 'X-Attach', values: ['a'] }],
      '/',
      { headers: { 'x-attach': 'a,b' } },
      false,
    ],
    [
      'header, any of several lines',
      [{ field: 'http-header', name: 'X-Attach', values: ['b'] }],
      '/',
      { headers: { 'x-attach': ['b', 'a'] } },
      true,
    ],
    ['method', [{ field: 'http-request-method', values: ['POST', 'PUT'] }], '/', { method: 'PUT' }, true],
    ['method, another', [{ field: 'http-request-method', values: ['POST', 'PUT'] }], '/', {}, false],
    [
      'query',
      [{ field: 'query-string', values: [{ key: 'version', value: 'v1' }] }],
      '/?a=1&Version=V1&b=2',
      {},
      true,
    ],
    [
      'query, another value',
      [{ field: 'query-string', values: [{ key: 'version', value: 'v1' }] }],
      '/?version=v11',
      {},
      false,
    ],
    [
      'query, another key',
      [{ field: 'query-string', values: [{ key: 'version', value: 'v1' }] }],
      '/?aversion=v1',
      {},
      false,
    ],
    [
      'query, value under any key',
      [{ field: 'query-string', values: [{ value: '*wanted*' }] }],
      '/?z=1&x=unwanted2',
      {},
      true,
    ],
    [
      'query, star stays in one value',
      [{ field: 'query-string', values: [{ key: 'a', value: '*c' }] }],
      '/?a=b&d=c',
      {},
      false,
    ],
    [
      'query, escaped star',
      [{ field: 'query-string', values: [{ key: 'a', value: '\\*' }] }],
      '/?a=b',
      {},
      false,
    ],
    [
      'source',
      [{ field: 'source-ip', values: ['10.0.0.0/8', '127.40.9.0/24'] }],
      '/',
      { localAddress: '127.40.9.7' },
      true,
    ],
    ...['gateway', 'orders'].flatMap((group): typeof cases =>
      forged.map((more) => [
        `an attach rule, for a client that says ${JSON.stringify({ group, ...more })}`,
        [
          { field: 'http-header', name: 'x-stagecraft-target', values: [group] },
          { field: 'source-ip', values: ['255.255.255.255/32'] },
        ],
        '/',
        { headers: { 'x-stagecraft-target': group, ...more } },
        false,
      ]),
    ),
    [
      'an attach rule, for an operator',
      [
        { field: 'http-header', name: 'x-stagecraft-target', values: ['orders'] },
        { field: 'source-ip', values: ['127.0.0.0/8'] },
      ],
      '/',
      { headers: { 'x-stagecraft-target': 'orders' } },
      true,
    ],
    [
      'an attach rule, for an operator who asks for another group',
      [
        { field: 'http-header', name: 'x-stagecraft-target', values: ['orders'] },
        { field: 'source-ip', values: ['127.0.0.0/8'] },
      ],
      '/',
      { headers: { 'x-stagecraft-target': 'gateway' } },
      false,
    ],
    [
      'source, another',
      [{ field: 'source-ip', values: ['10.0.0.0/8'] }],
      '/',
      { headers: { 'x-forwarded-for': '10.1.1.1' } },
      false,
    ],
    ['all of them', [path('/a'), { field: 'http-request-method', values: ['GET'] }], '/a', {}, true],
    [
      'all of them, one missing',
      [path('/a'), { field: 'http-request-method', values: ['POST'] }],
      '/a',
      {},
      false,
    ],
    ['quotes and signs are themselves', [path(strange)], strange, {}, true],
  ];

  beforeAll(() => {
    const rules = cases.map(([, conditions], index) =>
      rule(index + 1, fixed('match'), tagged(index), ...conditions),
    );
    return bench.become(httpState({ rules, groups }));
  });

  it.each(cases.map((each, index) => [...each, index] as const))(
    '%s',
    async (_, __, asked, options, expected, index) => {
      const answer = await ask(ports.http, asked, {
        ...options,
        headers: { ...options?.headers, 'x-case': String(index) },
      });
      expect([answer.status, answer.body]).toEqual(expected ? [200, 'match'] : [404, 'no rule']);
    },
  );

  it('takes the lowest priority of those that match', async () => {
    const rules = [
      rule(5, fixed('five'), path('/x')),
      rule(7, fixed('seven'), path('/*')),
      rule(9, fixed('nine'), path('/x')),
    ];
    await bench.become(httpState({ rules, groups }));
    expect((await ask(ports.http, '/x')).body).toBe('five');
    expect((await ask(ports.http, '/y')).body).toBe('seven');
  });

  it('carries a rule with a hundred values', async () => {
    const values = Array.from({ length: 100 }, (_, index) => `/path-${index}/*`);
    await bench.become(httpState({ rules: [rule(1, fixed('match'), path(...values))], groups }));
    expect((await ask(ports.http, '/path-99/x')).body).toBe('match');
    expect((await ask(ports.http, '/path-100/x')).status).toBe(404);
  });
});

it('uses the default action when nothing matches', async () => {
  await bench.become(
    httpState({ rules: [rule(1, forward('alpha'), path('/a'))], defaultAction: notFound, groups }),
  );
  expect((await ask(ports.http, '/b')).body).toBe('no rule');
});
