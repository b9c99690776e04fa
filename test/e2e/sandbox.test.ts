/**
 * One command brings the whole up. What green means: the real provider has applied each stage, a stage change has
 * replaced nothing, a second plan is empty, every claim of `verify` holds over TLS, and `down` leaves nothing.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Agent } from 'undici';
import type { Stage } from '../../constructs/blueprint/schema';
import { readSandbox } from '../../sandbox/client';
import { projectAt } from '../../stacks/project';
import {
  badDeploys,
  expectRefused,
  expectServed,
  type Sandbox as Running,
  whileAsked,
} from './support/bad-deploy';
import { haproxyOfImages } from './support/bad-images';

import { document, eventually, listens, PORTS, root, run, stagecraft } from './support/stagecraft';

interface Up {
  readonly stage: string;
  readonly good: boolean;
  readonly endpoint: string;
  readonly changes: { add: number; change: number; remove: number; replace: number };
  readonly unenforced: Readonly<Record<string, readonly string[]>>;
  readonly claims: readonly { id: string; result: string; evidence: string }[];
}

const { sandbox: folder } = projectAt(root);
const NOTHING = { add: 0, change: 0, remove: 0, replace: 0, replacements: [], repaired: [] };
const up = (...more: string[]) => document<Up>(['up', ...PORTS, ...more], 400);
const notHolding = (result: Up) => result.claims.filter((claim) => claim.result !== 'holds');
/** What the stages before the gateways go without, as `sandbox.yaml` says by name. */
const UNKEPT = [
  'orders.authentication',
  'orders.rateLimit',
  'orders.transformation',
  'orders/report.authorization',
  'orders/report.validation',
  'orders/place.validation',
  'catalog.securityHeaders',
  'catalog.cache',
  'catalog.cors',
  'catalog.compression',
].map((id) => `${id} not kept`);

/** Processes whose command line speaks of this sandbox's folder or of the sample API in this checkout. */
function ownProcesses(): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(folder) || line.includes('--emulator-port 15100'));
}

async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const agent = new Agent({
    connect: { ca: readFileSync(join(folder, 'ca.pem')), servername: 'api.sandbox.test' },
  });
  try {
    const answer = await agent.request({
      origin: 'https://127.0.0.1:18443',
      path,
      method: 'GET',
      headers: { host: 'api.sandbox.test:18443', ...headers },
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } finally {
    await agent.close();
  }
}

/** Pids of the sample API's processes that serve an API, by the address that they listen on. */
function tasksOf(api: string): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  const pids = lines
    .filter((line) => line.includes('examples/sample-api/server.ts'))
    .map((line) => Number.parseInt(line, 10));
  return pids.filter((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return environment.includes(`API_NAME=${api}`) && environment.includes('DNS_ADDRESS=127.0.0.1:15353');
    } catch {
      return false;
    }
  });
}

const scratch = mkdtempSync(join(tmpdir(), 'stagecraft-e2e-'));
const running: Running = {
  engine: 'cdktf',
  folder,
  ports: { https: 18443, emulator: 15100 },
  text: () => readFileSync(join(root, 'environments/sandbox.yaml'), 'utf8'),
  stagecraft: (args, env) =>
    run(process.execPath, ['bin/stagecraft.js', ...args, ...(args[0] === 'up' ? PORTS : [])], {
      env,
      timeoutSeconds: 400,
    }),
};

/** Then the good file: the deploy goes on from there, and nobody notices. */
async function mended(stage: Stage): Promise<void> {
  const deploy = () => up('--stage', stage);
  // At stage `api` callers ask a task, and each deploy makes other ones.
  if (stage === 'api') expect((await deploy()).changes.replace).toBe(0);
  else {
    const { result, served } = await whileAsked(running, stage, deploy);
    expectServed(served);
    expect(result.changes.replace).toBe(0);
  }
}

const refused = (stage: Stage) =>
  test.each(badDeploys('cdktf', stage))(
    `at ${stage} bad images fail the deploy by name, and the old tasks serve every request: %j`,
    async (images) => {
      await expectRefused(running, stage, images);
      await mended(stage);
    },
  );

jest.setTimeout(420_000);

beforeAll(async () => {
  if (await readSandbox(folder))
    throw new Error('A sandbox runs in this checkout. End it first: npx stagecraft down');
  process.env.STAGECRAFT_HAPROXY = haproxyOfImages(scratch);
});

afterAll(async () => {
  await stagecraft(['down']);
  rmSync(scratch, { recursive: true });
});

describe('the gateway stage', () => {
  test('comes up with one command, and every claim holds', async () => {
    const result = await up();
    expect(notHolding(result)).toEqual([]);
    expect(result.claims.map((claim) => claim.id)).toEqual([
      'tls',
      'redirect',
      'not-found',
      'routing',
      'distribution',
      'members',
      'path-confusion',
      'catalog.public',
      'orders.no-key',
      'orders.identity',
      'orders.wrong-token',
      'orders.token',
      'orders/report.authorization',
      'orders/report.validation',
      'orders/place.validation',
      'catalog.cache',
      'catalog.cors',
      'catalog.compression',
      'orders.security-headers',
      'catalog.security-headers',
      'orders.response-headers',
      'orders.request',
      'orders.rate-limit',
    ]);
    // Seven requests before it have used up seven of the 20. Nobody has used the window before this run: it is exact. When
    // the gateways had to be waited for, as long as two windows, that was in the claim about the cache or in this one:
    // two requests between have used up two, or none has used up any.
    const limit = result.claims.find((claim) => claim.id === 'orders.rate-limit');
    expect(limit?.evidence).toMatch(/^(13|18|20) of 20 per 10 s passed, the next 5 were 429/);
    expect(result.changes.replace).toBe(0);
    expect(result.changes.add).toBeGreaterThan(90);
  });

  test('a second time, changes nothing', async () => {
    const result = await up();
    expect(result.changes).toEqual(NOTHING);
    expect(result.good).toBe(true);
  });

  test('puts a new task in the place of one that is killed, while the other serves', async () => {
    const before = tasksOf('catalog');
    expect(before).toHaveLength(2);
    const killed = before[0] as number;
    process.kill(killed, 'SIGKILL');
    const statuses: number[] = [];
    await eventually('two catalog tasks, without the killed one', 30, async () => {
      statuses.push((await get(`/catalog?kill=${statuses.length}`)).status);
      const now = tasksOf('catalog');
      return now.length === 2 && !now.includes(killed) ? now : undefined;
    });
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    await eventually('the service is steady', 30, async () => {
      const status = await stagecraft(['status', '--json']);
      return status.code === 0 ? status : undefined;
    });
  });

  test('keeps no key and no hash in the state or the configuration', () => {
    const keys = Object.values(
      JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as Record<string, string>,
    );
    const state = readFileSync(join(folder, 'terraform.eu-central-1.tfstate'), 'utf8');
    const text = readFileSync(join(folder, 'cdktf.out/stacks/sandbox/cdk.tf.json'), 'utf8');
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(state).not.toContain(key);
      expect(text).not.toContain(key);
    }
    expect(state).not.toMatch(/[0-9a-f]{64} (demo|acme)/);
  });

  refused('gateway');
});

describe('the stages one by one', () => {
  describe.each(['load-balanced', 'api'] as const)('%s', (stage) => {
    test('is gone back to, and nothing is replaced', async () => {
      const result = await up('--stage', stage);
      expect(result.stage).toBe(stage);
      expect(result.changes.replace).toBe(0);
      expect(result.changes.remove).toBeGreaterThan(0);
      expect(
        notHolding(result)
          .map(({ id, result: outcome }) => `${id} ${outcome}`)
          .toSorted(),
      ).toEqual(UNKEPT.toSorted());
      expect(Object.values(result.unenforced).map((texts) => texts.length)).toEqual([6, 4]);
    });

    refused(stage);
  });

  let early: string;
  test('a consumer gets a key where there is no gateway', async () => {
    early = (await document<{ key: string }>(['consumers', 'add', 'acme'])).key;
    expect(early).toMatch(/^stagecraft_/);
  });

  test('the plain cdktf CLI deploys the same, with the documented variables', async () => {
    const variables = await stagecraft(['env', '--json']);
    const env = JSON.parse(variables.stdout) as Record<string, string>;
    const args = ['--no-install', 'cdktf', 'deploy', 'sandbox', '--auto-approve', '--skip-provider-lock'];
    const deployed = await run('npx', args, {
      env: { ...env, DISABLE_VERSION_CHECK: '1', CI: '1' },
      timeoutSeconds: 400,
    });
    expect(deployed.code === 0 ? '' : `${deployed.stdout}\n${deployed.stderr}`).toBe('');
    const result = await up();
    expect(result.changes).toEqual(NOTHING);
    expect(notHolding(result)).toEqual([]);
  });

  test('the key works from the first gateway on, and so do those from before', async () => {
    const kept = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as Record<string, string>;
    expect((await get('/orders', { 'x-api-key': early })).status).toBe(200);
    // A known key that lacks the scope gets 403, an unknown one 401; both before any limit, which `verify` has used.
    const report = async (key: string) => (await get('/orders/reports/2026', { 'x-api-key': key })).status;
    const keys = [early, ...Object.values(kept), 'stagecraft_other'];
    expect(await Promise.all(keys.map(report))).toEqual([403, 403, 403, 401]);
  });
});

test('down leaves no process, no listening port and no state', async () => {
  const result = await stagecraft(['down']);
  expect(result.code).toBe(0);
  expect(existsSync(folder)).toBe(false);
  expect(ownProcesses()).toEqual([]);
  expect(await Promise.all([18443, 18080, 15100].map((port) => listens(port)))).toEqual([
    false,
    false,
    false,
  ]);
});
