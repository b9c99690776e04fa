/** The gateways: what the library renders, started by its own start script. */
import { createHash } from 'node:crypto';
import { haproxy } from '../../constructs/gateway/haproxy';
import { NameServer } from '../../test/traffic/support/dns';
import { gatewayModel } from '../../test/traffic/support/model';
import { until } from '../../test/traffic/support/until';
import { gateways, names, upstream } from './addresses';
import { apiKey, type Contender, consumer, type Scenario } from './contender';
import type { Cores } from './cores';
import { Running } from './processes';

const apis = {
  proxy: {},
  key: {
    policies: {
      authentication: { apiKey: {} },
      // So many that none is refused.
      rateLimit: { requests: 1_000_000, perSeconds: 10 },
    },
  },
  cache: { policies: { cache: { ttlSeconds: 600 } } },
};

export interface Gateways {
  readonly contenders: readonly Contender[];
  /** The other member of the pair. */
  readonly other: Running;
}

interface Start {
  readonly letters: string;
  readonly index: number;
  readonly address: string;
  readonly cores: string;
}

function start({ letters, index, address, cores }: Start): Running {
  const model = gatewayModel(apis, { letters });
  const member = model.members[index];
  if (!member) throw new Error(`No member ${index}`);
  const container = haproxy.render(model, member);
  const sha256 = createHash('sha256').update(apiKey).digest('hex');
  const environment = {
    ...container.environment,
    [container.consumersVariable]: haproxy.consumersText([{ consumer, sha256 }]),
    TASK_ADDRESS: address,
    DNS_ADDRESS: `${names.host}:${names.port}`,
  };
  return new Running(`gateway at ${address}`, [...container.entryPoint, ...container.command], {
    cores,
    environment,
  });
}

async function get(url: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, { headers: { 'X-Api-Key': apiKey } });
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: 0, text: '' };
  }
}

const url = (address: string, scenario: Scenario, id = 1) => `http://${address}:8080/${scenario}/${id}`;

/** It is healthy, and has found the API's address. */
async function ready(gateway: Running, address: string): Promise<void> {
  await until(`${gateway.name} is ready`, async () => {
    gateway.mustRun();
    const health = await get(`http://${address}:9000${haproxy.healthPath}`);
    const statuses = Object.keys(apis).map(
      async (name) => (await get(url(address, name as Scenario))).status,
    );
    return health.status === 200 && (await Promise.all(statuses)).every((status) => status === 200);
  });
}

/** Requests that a member has looked up in its cache. */
async function lookedUp(address: string): Promise<number> {
  const { text } = await get(`http://${address}:9000/metrics?scope=backend`);
  return Number(text.match(/^haproxy_backend_http_requests_total\{proxy="cache"\} (\d+)$/m)?.[1]);
}

/** Which of the two keeps an answer is decided by a hash: tries until it is the other one. */
async function urlOfOther(): Promise<string> {
  let id = 0;
  await until('gateway-a asks gateway-b', async () => {
    id += 1;
    const before = await lookedUp(gateways.pairB);
    await get(url(gateways.pairA, 'cache', id));
    return (await lookedUp(gateways.pairB)) > before;
  });
  return url(gateways.pairA, 'cache', id);
}

/** Resolves when all are ready. The pair's second member stands for another machine: it has the other cores. */
export async function startGateways(api: Running, { measured, others }: Cores): Promise<Gateways> {
  const server = await NameServer.start(names.host, names.port);
  const [address = ''] = upstream.split(':');
  for (const name of Object.keys(apis)) server.set(`${name}.test.internal`, [address]);
  server.set('gateway-a.test.internal', [gateways.pairA]);
  server.set('gateway-b.test.internal', [gateways.pairB]);
  const first = start({ letters: 'ab', index: 0, address: gateways.pairA, cores: measured });
  const other = start({ letters: 'ab', index: 1, address: gateways.pairB, cores: others });
  const alone = start({ letters: 'a', index: 0, address: gateways.alone, cores: measured });
  await Promise.all([
    ready(first, gateways.pairA),
    ready(other, gateways.pairB),
    ready(alone, gateways.alone),
  ]);
  const pair = { name: 'gateway, one of a pair', process: first, behind: [api] };
  const lone = { name: 'gateway, alone', process: alone, behind: [api] };
  return {
    other,
    contenders: [
      { scenario: 'proxy', ...pair, url: url(gateways.pairA, 'proxy') },
      { scenario: 'key', ...lone, url: url(gateways.alone, 'key') },
      { scenario: 'key', ...pair, url: url(gateways.pairA, 'key') },
      { scenario: 'cache', ...lone, url: url(gateways.alone, 'cache'), behind: [] },
      {
        scenario: 'cache',
        name: 'gateway, the other keeps it',
        process: first,
        url: await urlOfOther(),
        behind: [other],
      },
    ],
  };
}
