/** Requests in the words of the environments: most of them nearly right. */
import fc from 'fast-check';
import type { GatewayApi, GatewayModel, GatewayRoute, Policies } from '../../../constructs/gateway';
import type { Asked } from '../reading/http';
import { answers } from './answers';
import { barrier } from './environments';
import { consumers, hosts, origins, parameters } from './policies';

const pick = fc.constantFrom;

/** Keys in clear. The last one's consumer is in no environment file. */
export const keys: Readonly<Record<string, string>> = {
  ...Object.fromEntries(consumers.map((name) => [`key-of-${name}-4c1b`, name])),
  'key-of-acme-new': 'acme',
  'key-of-nobody': 'nobody',
};

const segment = fc.oneof(
  {
    arbitrary: pick('7', 'items', 'Items', 'static', 'parts', 'v2', 'x', 'a%20b', '%C3%A9', "it's"),
    weight: 12,
  },
  { arbitrary: pick(...Object.keys(answers)), weight: 6 },
  {
    arbitrary: pick('..', '.', '', '%2e', '%2F', 'a;b', '%', '%zz', '%00', '%C3', '%e2%80%a8', '%41', '\\'),
    weight: 1,
  },
);
const rest = fc
  .tuple(fc.array(segment, { maxLength: 3 }), pick('', '', '', '/'))
  .map(([segments, end]) => `${segments.map((one) => `/${one}`).join('')}${end}`);

const pair = fc
  .tuple(
    fc.oneof(
      { arbitrary: pick(...parameters), weight: 9 },
      { arbitrary: pick('Page', 'other', 'page[]', 'st%61te', '+q', '%20q'), weight: 1 },
    ),
    pick(
      '=1',
      '=7',
      '=open',
      '=a+b',
      '=a%20b',
      '=',
      '',
      '=-3',
      '=1000',
      '=abc',
      '=B2',
      '=%C3%A9',
      '=x%00',
      '=a;b',
      '=007',
    ),
  )
  .map((parts) => parts.join(''));
const query = fc.oneof(
  { arbitrary: fc.constant(''), weight: 4 },
  { arbitrary: fc.array(pair, { maxLength: 3 }).map((pairs) => `?${pairs.join('&')}`), weight: 6 },
);

const optional = (name: string, values: fc.Arbitrary<string>, often = 1, never = 2) =>
  fc.oneof(
    { arbitrary: fc.constant([] as [string, string][]), weight: never },
    { arbitrary: values.map((value): [string, string][] => [[name, value]]), weight: often },
  );

const key = fc.oneof(
  { arbitrary: pick(...Object.keys(keys)), weight: 9 },
  { arbitrary: fc.constant('wrong-key'), weight: 1 },
);

/** Values of `Authorization` that are signed already: signing takes time. By issuer; `others` are of none. */
export type Signed = Readonly<Record<string, readonly string[]>>;

const nearly = <Value>(right: fc.Arbitrary<Value>, other: fc.Arbitrary<Value>, often = 9) =>
  fc.oneof({ arbitrary: right, weight: often }, { arbitrary: other, weight: 1 });

type Lines = [string, string][];
const one = (name: string, values: fc.Arbitrary<string>) => values.map((value): Lines => [[name, value]]);

/** What the API asks of a caller, or something else. */
function credentials({ authentication }: Policies, signed: Signed): fc.Arbitrary<Lines> {
  const all = Object.values(signed).flat();
  const any = fc
    .tuple(
      optional('x-api-key', key),
      optional('X-Key', key, 1, 4),
      optional('x-api-key', key, 1, 9),
      optional('Authorization', pick(...all)),
      optional('Authorization', pick(...all), 1, 9),
    )
    .map((lists) => lists.flat());
  const { apiKey, jwt } = authentication === 'public' ? {} : authentication;
  const issuer = jwt && 'issuer' in jwt ? jwt.issuer : '';
  const token = one('Authorization', nearly(pick(...(signed[issuer] ?? all)), pick(...all)));
  const right = [
    ...(apiKey ? [one(apiKey.header, key)] : []),
    ...(jwt ? [token] : []),
    ...(apiKey || jwt ? [] : [fc.constant<Lines>([])]),
  ];
  return nearly(fc.oneof(...right), any, 5);
}

const bodies = pick(
  '{"id":1}',
  '{"id":1.0}',
  '{"id":0}',
  '{"id":"1"}',
  '{"id":1,"x":2}',
  '{"name":"ann"}',
  '{"name":"Ann"}',
  '{"name":"annemarie"}',
  '["a",1]',
  '[1,1.0]',
  'null',
  '[true,',
  ' {"id": 7} ',
  '{"id":1,"id":2}',
  '{"id":1,"\\u0069d":1}',
  '{"id":1}x',
  '{"id":01}',
  '{"id":1e0,"name":"\\ud800"}',
  '{"id":10e-1,"name":"ann"}',
  '{"id":14,"name":"ab"}',
  '{"name":"2024-02-29"}',
  '{"name":"2023-02-29","id":"00000000-0000-0000-0000-00000000000f"}',
  '{"customer":{"id":7},"lines":[{"id":1},{}]}',
  '{"customer":{"id":{}},"lines":[{"id":1}]}',
  `${'['.repeat(32)}${']'.repeat(32)}`,
  `${'['.repeat(33)}${']'.repeat(33)}`,
  `["${'x'.repeat(13_000)}"]`,
);

/** How long a body is, mostly in the one way that all programs read alike. */
const framing = fc.oneof(
  {
    arbitrary: fc.constant((body: string) => ['Content-Length', `${Buffer.byteLength(body)}`] as const),
    weight: 14,
  },
  {
    arbitrary: pick('chunked', 'Chunked').map((coding) => () => ['Transfer-Encoding', coding] as const),
    weight: 3,
  },
  { arbitrary: fc.constant(() => ['Transfer-Encoding', 'chunked,'] as const), weight: 1 },
  {
    arbitrary: pick('18446744073709551616', '1234567890123456').map(
      (length) => () => ['Content-Length', length] as const,
    ),
    weight: 1,
  },
);

/** Makes a head so many bytes larger than what there is room for, less the line that names the request. */
function filler(target: string, lines: readonly (readonly string[])[], more: number) {
  const bytes = lines.reduce((sum, line) => sum + line.join(': ').length + 2, target.length + 2);
  return ['X-Filler', 'f'.repeat(Math.max(0, 15_360 + more - bytes - 40))] as const;
}

const others = fc
  .tuple(
    optional('x-tenant', pick('acme', 'acme', '7', 'ACME', 'a b'), 2, 1),
    optional('x-tenant', pick('acme'), 1, 30),
    optional('Accept-Language', pick('de', 'en'), 1, 2),
    optional('Origin', pick(...origins, 'https://evil.test')),
    optional('Access-Control-Request-Method', pick('GET', 'POST', 'DELETE'), 1, 2),
    optional('x-debug', pick('1'), 1, 4),
    optional('x-consumer-id', pick('acme'), 1, 9),
    optional('Cookie', pick('a=b'), 1, 9),
    optional('Range', pick('bytes=0-1'), 1, 9),
    optional('If-None-Match', pick('"x"', '*'), 1, 9),
    optional('If-Match', pick('"x"'), 1, 30),
    optional('Accept', pick('application/json', 'text/html, text/event-stream'), 1, 9),
    fc
      .oneof(
        { arbitrary: fc.constant(undefined), weight: 9 },
        {
          arbitrary: pick(
            'X-Real-IP',
            'X-HTTP-Method-Override',
            'X-Verb-Override',
            'X-Original-URL',
            'CF-Connecting-IP',
            'X-Forwarded-Prefix',
            'X-Forwarded-Host',
            'True-Client-IP',
            'X-Remote-Addr',
            'X-Rewrite-Url',
            'X-Consumer-Plan',
            'X-Gateway-Key',
            'X_Consumer_Id',
            'X-Request-URI',
            'Base-Url',
            'X-Callback-Url',
            'Proxy-Authenticate',
            'User-Agent',
            'X-Other',
            'Keep-Alive',
            'TE',
          ),
          weight: 2,
        },
      )
      .map((name): Lines => (name ? [[name, 'DELETE']] : [])),
    optional('Expect', nearly(pick('100-continue'), pick('200-ok', '100-continue, x'), 4), 1, 20),
    optional('Content-Encoding', pick('gzip'), 1, 30),
    optional('X-Forwarded-For', pick('10.0.0.1', '10.0.0.2', '10.9.9.9, 10.0.0.1')),
  )
  .map((lists) => lists.flat());

/** A path of the template; `undefined` is any below the API's own. */
function pathTo(api: GatewayApi, template: string | undefined): fc.Arbitrary<string> {
  const anywhere = fc
    .tuple(nearly(pick(...api.paths), pick('/ORDERS', '/ordersx', '/nothing'), 20), rest)
    .map(([base, below]) => (base === '/' && below !== '' ? below : `${base}${below}`));
  if (template === undefined) return anywhere;
  const words = template.split('/').map((word) => (word.startsWith('{') ? segment : fc.constant(word)));
  const there = fc
    .tuple(fc.tuple(...words), pick('', '', '', '/'))
    .map(([parts, end]) => parts.join('/') + end);
  return nearly(there, anywhere, 4);
}

/** For one of the API's routes, or for what no route takes. */
function ofPlace(
  api: GatewayApi,
  route: GatewayRoute | undefined,
  net: string,
  signed: Signed,
): fc.Arbitrary<Asked> {
  const policies = route?.policies ?? api.policies;
  const methods = policies.validation?.methods ?? route?.methods ?? [];
  const wantsChannel = api.headers['x-channel'] !== undefined;
  return fc
    .record({
      method: nearly(
        methods.length > 0 ? pick(...methods) : pick('GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'),
        pick('GET', 'HEAD', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'),
        8,
      ),
      target: fc.tuple(pathTo(api, route?.paths[0]), query).map((parts) => parts.join('')),
      host: nearly(
        api.hosts.length > 0 ? pick(...api.hosts) : pick(...hosts, 'api.test'),
        pick('SHOP.test', 'shop.test:443', 'shop.test.', 'a_b', 'shop..test', 'nowhere.test'),
        20,
      ),
      channel: optional('X-Channel', pick('beta-1', 'BET', 'alpha'), wantsChannel ? 20 : 1, 4),
      caller: credentials(policies, signed),
      more: others,
      framed: framing,
      room: fc.oneof({ arbitrary: fc.constant(undefined), weight: 25 }, fc.integer({ min: -200, max: 200 })),
      body: fc.oneof(pick(''), pick('{}', 'x'.repeat(50), 'y'.repeat(200)), bodies),
      type: optional(
        'Content-Type',
        pick('application/json', 'text/plain; charset=utf-8', 'Application/JSON;a=b', 'image/png'),
        5,
        1,
      ),
    })
    .map(({ method, target, host, channel, caller, more, body, type, framed, room }) => {
      const withBody = ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method);
      const headers = [['Host', host] as const, ...channel, ...caller, ...more, ...(withBody ? type : [])];
      const lines = [...headers, ...(withBody ? [framed(body)] : [])];
      const all = room === undefined ? lines : [...lines, filler(target, lines, room)];
      return { method, target, from: `${net}.9`, headers: all, ...(withBody ? { body } : {}) };
    });
}

/** A stream of requests for an environment, from a net of its own. Every other one is one of the last again. */
export function stream(
  { apis }: GatewayModel,
  net: string,
  signed: Signed,
  length: number,
): fc.Arbitrary<Asked[]> {
  const fresh = fc.oneof(
    ...apis
      .filter(({ name }) => name !== barrier.name)
      .flatMap((api) => [undefined, ...api.routes].map((route) => ofPlace(api, route, net, signed))),
  );
  const last = fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 12 }));
  const other = fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, { arbitrary: key, weight: 1 });
  return fc.array(fc.tuple(fresh, last, other), { minLength: length, maxLength: length }).map((all) => {
    const asked: Asked[] = [];
    for (const [one, back, by] of all) asked.push(again(back ? asked.at(-back) : undefined, by) ?? one);
    return asked;
  });
}

/** The same request, perhaps with another key. */
function again(asked: Asked | undefined, by: string | undefined): Asked | undefined {
  if (!asked || by === undefined) return asked;
  const headers = asked.headers.map(
    ([name, value]) => [name, /^x-(api-)?key$/i.test(name) ? by : value] as const,
  );
  return { ...asked, headers };
}
