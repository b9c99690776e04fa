/** Proves what a gateway's container is made of, and what is refused before any cloud call. */
import { describe, expect, test } from '@jest/globals';
import { gunzipSync, strFromU8 } from 'fflate';
import {
  type GatewayApi,
  type GatewayContainer,
  type GatewayModel,
  policies,
  prefixesInOrder,
} from '../../constructs/gateway';
import { haproxy } from '../../constructs/gateway/haproxy';
import { pack } from '../../constructs/gateway/haproxy/container/container';
import { Problems } from '../../constructs/problems';
import { gatewayModel } from '../traffic/support/model';

const render = (model: GatewayModel, index = 0): GatewayContainer => {
  const member = model.members[index];
  if (!member) throw new Error(`No member ${index}`);
  return haproxy.render(model, member);
};

const unpack = (text = '') => strFromU8(gunzipSync(Buffer.from(text, 'base64')));
const configuration = (model: GatewayModel, index = 0) =>
  unpack(render(model, index).environment.FILE_HAPROXY_CFG);
const heads = (text: string) => text.split('\n').filter((one) => /^\S/.test(one));

function problemsOf(model: GatewayModel) {
  try {
    render(model);
  } catch (error) {
    if (error instanceof Problems) return error.problems;
    throw error;
  }
  return [];
}

const apiKey = { authentication: { apiKey: {} } };
const everything = gatewayModel({
  orders: {
    policies: { ...apiKey, rateLimit: { requests: 5, perSeconds: 10 }, cache: { ttlSeconds: 30 } },
  },
  catalog: {},
});

describe('the container', () => {
  const container = render(everything);

  test('is a shell that hands over to one script, and has a variable for each file', () => {
    expect(container.entryPoint).toEqual(['/bin/bash', '-c']);
    // The script that hands over, and the one that runs from then on.
    expect(container.command).toHaveLength(2);
    expect(container.consumersVariable).toBe('CONSUMERS');
    expect(Object.keys(container.environment)).toEqual([
      'FILE_HAPROXY_CFG',
      'FILE_TRAILERS_LUA',
      'FILE_HOPS_LUA',
      'FILE_APIS_MAP',
      'FILE_CONSUMERS_MAP',
      'FILE_DATES_LUA',
      'FILE_FRESHNESS_LUA',
      'FILE_CACHED_LST',
    ]);
    expect(unpack(container.environment.FILE_APIS_MAP)).toBe(
      '/catalog/ catalog|/catalog\n/orders/ orders|/orders\n',
    );
    expect(unpack(container.environment.FILE_CONSUMERS_MAP)).toBe('acme all\nglobex all\n');
    expect(unpack(container.environment.FILE_CACHED_LST)).toBe('orders\n');
  });

  test('stops within grace, longest request and five seconds', () => {
    expect(container.stopTimeoutSeconds).toBe(11);
    const slow = gatewayModel({ orders: { requestTimeoutSeconds: 60 } }, { graceSeconds: 20 });
    expect(render(slow).stopTimeoutSeconds).toBe(85);
    expect(configuration(slow)).toContain('  hard-stop-after 60s\n');
  });

  test('is the same for the same model', () => {
    expect(render(everything)).toEqual(container);
  });

  test('has the same bytes on every machine: no time, and Unix in the header', () => {
    expect(pack('gateway\n')).toBe('H4sIAAAAAAACA0tPLEktT6zkAgDjlHnyCAAAAA==');
  });

  test('differs between the members only in who is who', () => {
    const [a, b] = [configuration(everything, 0), configuration(everything, 1)];
    expect(a).toContain('  localpeer gateway-a\n');
    expect(b).toContain('  localpeer gateway-b\n');
    const sorted = (text: string) =>
      text
        .replaceAll(/gateway-[ab]/g, 'gateway-x')
        .replaceAll(/,mod\(2\) -m int [01] /g, ',mod(2) -m int x ')
        .split('\n')
        .sort();
    expect(sorted(a)).toEqual(sorted(b));
  });

  test('opens the ports that the engines open', () => {
    expect(haproxy.ports).toEqual({ traffic: 8080, cache: 8081, peers: 10_000, status: 9000 });
    const listening = configuration(everything).match(/(?<=(bind|peer gateway-a) "\$\{LISTEN\}:)\d+/g);
    expect(listening).toEqual(['8080', '9000', '10000', '8081']);
    expect(haproxy.healthPath).toBe('/healthz');
  });
});

describe('a policy that no API uses renders nothing', () => {
  test('no policy', () => {
    const text = configuration(gatewayModel({ orders: {} }));
    expect(heads(text)).toEqual([
      'global',
      'defaults base',
      'resolvers pools.20s',
      'frontend traffic from base',
      'frontend gateway.status from base',
      'frontend gateway.control from base',
      'backend orders from base',
    ]);
    expect(text).not.toMatch(/sha2|map_str|track-sc|cache-use|401|403|429|X-Cache|RateLimit/);
    expect(Object.keys(render(gatewayModel({ orders: {} })).environment)).toEqual([
      'FILE_HAPROXY_CFG',
      'FILE_TRAILERS_LUA',
      'FILE_HOPS_LUA',
      'FILE_APIS_MAP',
    ]);
  });

  test('each policy adds its own, and nothing of the others', () => {
    const sections = (input: unknown) =>
      heads(configuration(gatewayModel({ orders: { policies: input } })))
        .slice(6)
        .toSorted();
    expect(sections(apiKey)).toEqual(['backend orders from base']);
    expect(sections({ rateLimit: { requests: 1, perSeconds: 1, by: 'api' } })).toEqual([
      'backend orders from base',
      'listen gateway.peer.gateway-b from base',
      'peers gateway',
      'resolvers members',
    ]);
    const cached = [
      'backend gateway.members from base',
      'backend orders from base',
      'backend orders.cached from base',
      'cache gateway',
      'frontend gateway.cache from base',
    ];
    expect(sections({ cache: { ttlSeconds: 1, invalidation: 'none' } })).toEqual([
      ...cached,
      'resolvers members',
    ]);
    expect(sections({ cache: { ttlSeconds: 1 } })).toEqual([
      ...cached,
      'listen gateway.peer.gateway-b from base',
      'peers gateway',
      'resolvers members',
    ]);
  });

  test('an API without a policy has the same backend beside one that has them all', () => {
    const backend = (text: string) => /^backend catalog from base\n(?: {2}.*\n)*/m.exec(text)?.[0];
    expect(backend(configuration(everything))).toBe(backend(configuration(gatewayModel({ catalog: {} }))));
  });

  test('places that differ only in who is let in share what both do', () => {
    const rateLimit = { requests: 5, perSeconds: 60, by: 'address' };
    const transformation = { response: { removeHeaders: ['x-internal'] } };
    const text = configuration(
      gatewayModel({
        orders: {
          policies: { rateLimit, transformation },
          routes: { keyed: { methods: ['PUT'], policies: apiKey } },
        },
      }),
    );
    const lines = text.split('\n');
    expect(lines.filter((one) => one.includes('del-header x-internal'))).toEqual([
      '  http-response del-header x-internal',
    ]);
    expect(lines.filter((one) => one.includes('set-var-fmt(txn.limit_key)'))).toEqual([
      '  http-request set-var-fmt(txn.limit_key) "%[var(txn.api)]|%[var(txn.client),ipmask(32,64)]"',
    ]);
  });

  test('windows of the same length share a table per member', () => {
    const limited = (perSeconds: number) => ({
      policies: { rateLimit: { requests: 1, perSeconds, by: 'api' } },
    });
    const text = configuration(gatewayModel({ a: limited(60), b: limited(60), c: limited(1) }));
    expect(text.match(/(?<=^ {2}table )\S+/gm)).toEqual([
      'gateway-a.1',
      'gateway-b.1',
      'gateway-a.60',
      'gateway-b.60',
    ]);
  });
});

describe('refused', () => {
  test('a request that takes longer than a gateway may take to stop', () => {
    const model = gatewayModel({ fast: {}, slow: { requestTimeoutSeconds: 96 } }, { graceSeconds: 20 });
    expect(problemsOf(model)).toEqual([
      {
        code: 'DRAIN_TOO_LONG',
        path: ['apis', 'slow', 'requestTimeoutSeconds'],
        message:
          "A gateway that stops would cut this API's requests: Fargate gives it 120 s, of which 20 s are gateway.graceSeconds.",
        given: '96 s',
        allowed: 'up to 95 s',
        fix: 'Set it to 95 or less, or lower gateway.graceSeconds.',
      },
    ]);
    expect(problemsOf(gatewayModel({ slow: { requestTimeoutSeconds: 95 } }, { graceSeconds: 20 }))).toEqual(
      [],
    );
  });

  test('a limit per consumer where there are none', () => {
    const model = gatewayModel({ orders: { policies: { rateLimit: { requests: 1, perSeconds: 1 } } } });
    expect(problemsOf(model)).toMatchObject([
      { code: 'LIMIT_WITHOUT_CONSUMER', path: ['apis', 'orders', 'policies', 'rateLimit', 'by'] },
    ]);
  });

  test('what does not fit a task definition', () => {
    const word = (seed: number) => (Math.imul(seed + 1, 2_654_435_761) >>> 0).toString(36);
    const apis = (count: number) =>
      gatewayModel(
        Object.fromEntries(
          Array.from({ length: count }, (_, index) => [
            `api-${index}`,
            {
              paths: Array.from(
                { length: 20 },
                (__, nth) => `/${word(index * 20 + nth)}${word(nth * 7 + index)}`,
              ),
            },
          ]),
        ),
      );
    expect(problemsOf(apis(100))).toEqual([]);
    expect(problemsOf(apis(300))).toMatchObject([
      { code: 'GATEWAY_TOO_LARGE', path: ['apis'], allowed: 'up to 60 KB' },
    ]);
  });

  test('all of it at once', () => {
    const model = gatewayModel({
      orders: { requestTimeoutSeconds: 600, headers: { 'x-a': 'b\nc' }, paths: ['/a b'], hosts: ['a/b'] },
    });
    expect(problemsOf(model).map(({ path }) => path.join('.'))).toEqual([
      'apis.orders.paths.0',
      'apis.orders.hosts.0',
      'apis.orders.headers.x-a',
      'apis.orders.requestTimeoutSeconds',
    ]);
  });

  test.each([
    'x-consumer-id',
    'x-gateway-key',
    'x-forwarded-for',
    'x-real-ip',
    'forwarded',
    'host',
    'connection',
    'upgrade',
    'content-length',
    'transfer-encoding',
    'x-request-id',
    'x_api_key',
    'X-Api-Key',
    'proxy',
  ])('%s as the header of a key', (header) => {
    expect(policies.safeParse({ authentication: { apiKey: { header } } }).success).toBe(false);
  });

  test.each(['x-api-key', 'authorization', 'x-consumerid', 'hostname', 'te-key'])('but not %s', (header) => {
    expect(policies.safeParse({ authentication: { apiKey: { header } } }).success).toBe(true);
  });
});

describe('the consumers secret', () => {
  const one = { consumer: 'acme', sha256: 'a'.repeat(64) };
  const other = { consumer: 'globex', sha256: '0'.repeat(64) };

  test('has a line per key, and a first line when there is none', () => {
    expect(haproxy.consumersText([])).toBe('# SHA-256 of each key, and the consumer that it belongs to.\n');
    expect(haproxy.consumersText([one, other]).split('\n').slice(1)).toEqual([
      `${'0'.repeat(64)} globex`,
      `${'a'.repeat(64)} acme`,
      '',
    ]);
  });

  test('is read as it was written', () => {
    expect(haproxy.parseConsumersText(haproxy.consumersText([one, other]))).toEqual([other, one]);
    expect(haproxy.parseConsumersText('')).toEqual([]);
  });

  test.each(['secret-key acme', `${'A'.repeat(64)} acme`, `${'a'.repeat(64)}`, `${'a'.repeat(64)} a b`])(
    'with the line %j is refused, without the line in the message',
    (text) => {
      try {
        haproxy.parseConsumersText(`# x\n${text}\n`);
        throw new Error('accepted');
      } catch (error) {
        if (!(error instanceof Problems)) throw error;
        expect(error.problems).toMatchObject([{ code: 'CONSUMER_KEY', line: 2 }]);
        expect(error.message).not.toContain(text);
      }
    },
  );
});

test('routes stand in the order of the load balancer', () => {
  const apis: Pick<GatewayApi, 'name' | 'paths' | 'hosts' | 'headers'>[] = [
    { name: 'a', paths: ['/'], hosts: [], headers: {} },
    { name: 'b', paths: ['/', '/x/y'], hosts: [], headers: {} },
    { name: 'c', paths: ['/'], hosts: ['h.test'], headers: {} },
    { name: 'd', paths: ['/x'], hosts: [], headers: { h: '1' } },
    { name: 'e', paths: ['/'], hosts: [], headers: { h: '1', i: '2' } },
  ];
  expect(prefixesInOrder(apis).map(({ api, path }) => `${api} ${path}`)).toEqual([
    'c /',
    'e /',
    'd /x',
    'b /x/y',
    'a /',
    'b /',
  ]);
});

test('an API may have many routes: a line of the configuration has no more than 64 words', () => {
  const routes = Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [
      `route-${index}`,
      {
        paths: [`/orders/${index}`],
        policies:
          index % 2 ? { rateLimit: { requests: 5, perSeconds: 5, by: 'api' } } : { cors: { origins: 'any' } },
      },
    ]),
  );
  const text = configuration(
    gatewayModel({ orders: { policies: { rateLimit: { requests: 1, perSeconds: 1, by: 'api' } }, routes } }),
  );
  const words = text.split('\n').map((one) => one.match(/"(?:\\.|[^"])*"|'[^']*'|\S+/g)?.length ?? 0);
  expect(Math.max(...words)).toBeLessThanOrEqual(63);
});
