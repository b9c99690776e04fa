/**
 * `up` with the AWS CDK engine, as a person without Terraform types it. What green means: the cdk CLI has deployed
 * each stage into the sandbox, every claim of `verify` holds, a second `up` has no changes, a stage change replaces
 * nothing and lets no request fail, and `down` leaves nothing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Agent } from 'undici';
import { NEVER_HEALTHY, withBadCatalog } from '../e2e/support/bad-images';
import { statusesDuring } from '../e2e/support/during';
import { listens, root, run } from '../e2e/support/stagecraft';
import { type ProjectFolder, pathWithout, projectFolder } from './support/project';

const PORTS = { https: 19443, http: 19080, emulator: 19100, dns: 19353 };
const NOTHING = { add: 0, change: 0, remove: 0, replace: 0, replacements: [], repaired: [] };

interface Up {
  readonly stage: string;
  readonly engine: string;
  readonly good: boolean;
  readonly changes: typeof NOTHING;
  readonly inert: readonly unknown[];
  readonly claims: readonly { id: string; result: string; evidence: string }[];
}

jest.setTimeout(300_000);

let project: ProjectFolder;
let withoutTerraform: Record<string, string>;

async function stagecraft(args: readonly string[]) {
  return run(process.execPath, [path.join(root, 'bin/stagecraft.js'), ...args], {
    env: withoutTerraform,
    cwd: project.path,
    timeoutSeconds: 280,
  });
}

async function up(...more: string[]): Promise<Up> {
  const ports = Object.entries(PORTS).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
  const result = await stagecraft(['up', ...ports, ...more, '--json']);
  if (result.code !== 0) throw new Error(`exit ${result.code}\n${result.stdout}\n${result.stderr}`);
  return JSON.parse(result.stdout) as Up;
}

/** All but what the stage goes without, as the file says by name. */
const shown = (result: Up) => result.claims.filter((claim) => claim.result !== 'not kept');
const notHolding = (result: Up) => shown(result).filter((claim) => claim.result !== 'holds');

/** How the public API answers until the work is done. */
async function answersDuring(work: Promise<unknown>): Promise<Record<string, number>> {
  const ca = readFileSync(path.join(project.path, '.stagecraft/sandbox/ca.pem'));
  const agent = new Agent({ connect: { ca, servername: 'api.sandbox.test' } });
  const counts = await statusesDuring(work, (turn) =>
    agent.request({
      origin: `https://127.0.0.1:${PORTS.https}`,
      path: `/catalog?during=${turn}`,
      method: 'GET',
      headers: { host: `api.sandbox.test:${PORTS.https}` },
    }),
  );
  await agent.close();
  return counts;
}

beforeAll(() => {
  project = projectFolder('127.21.0.0/16');
  withoutTerraform = { PATH: pathWithout('terraform', project.path) };
});

afterAll(async () => {
  await stagecraft(['down']);
  project.dispose();
});

test('without Terraform, up deploys stage api with AWS CDK', async () => {
  const result = await up('--stage', 'api');
  expect(result).toMatchObject({ engine: 'aws-cdk', stage: 'api', good: true, inert: [] });
  expect(shown(result).map(({ id, result: holds }) => [id, holds])).toEqual([
    ['reachable', 'holds'],
    ['healthy', 'holds'],
  ]);
  expect(result.claims).toHaveLength(2 + 10);
});

test('load-balanced: replaces nothing, and all claims hold', async () => {
  const result = await up('--stage', 'load-balanced');
  expect(notHolding(result)).toEqual([]);
  expect(result.claims).toHaveLength(5 + 10);
  expect(result.changes).toMatchObject({ change: 2, replace: 0 });
});

test('load-balanced -> gateway: replaces nothing, no request fails, all claims hold', async () => {
  const deploy = up();
  const statuses = await answersDuring(deploy);
  const result = await deploy;
  expect(Object.keys(statuses)).toEqual(['200']);
  expect(notHolding(result)).toEqual([]);
  expect(result.claims).toHaveLength(23);
  expect(result.changes.replace).toBe(0);
  const limit = result.claims.find((claim) => claim.id === 'orders.rate-limit');
  // Validation's requests before have counted too; how many are over when `verify` had to wait for the pair.
  expect(limit?.evidence).toMatch(/^(13|18|20) of 20 per 10 s passed, the next 5 were 429/);
  expect((await up()).changes).toEqual(NOTHING);
});

test('the plain cdk CLI finds the same, with the documented variables', async () => {
  const { stdout } = await stagecraft(['env', '--json']);
  const variables = JSON.parse(stdout) as Record<string, string>;
  const found = await run(
    'npx',
    ['--no-install', 'cdk', 'deploy', 'sandbox', '--require-approval', 'never'],
    {
      env: {
        ...variables,
        STAGECRAFT_ENVIRONMENTS: path.join(project.path, 'environments'),
      },
      timeoutSeconds: 120,
    },
  );
  expect(`${found.stdout}${found.stderr}`).toContain('sandbox (no changes)');
  expect(found.code).toBe(0);
});

test('the running sandbox keeps to its engine', async () => {
  const result = await stagecraft(['up', '--engine', 'cdktf']);
  expect(result.code).toBe(1);
  expect(result.stderr).toBe(
    'The sandbox was deployed with aws-cdk, and cdktf knows nothing of what is there. ' +
      'Go on with --engine aws-cdk, or begin anew: stagecraft down\n',
  );
});

test('no key and no hash is in the template', () => {
  const folder = path.join(project.path, '.stagecraft/sandbox');
  const keys = Object.values(
    JSON.parse(readFileSync(path.join(folder, 'keys.json'), 'utf8')) as Record<string, string>,
  );
  const template = readFileSync(path.join(folder, 'cdk.out/sandbox.template.json'), 'utf8');
  expect(keys).toHaveLength(2);
  for (const key of keys) expect(template).not.toContain(key);
  expect(template).not.toMatch(/[0-9a-f]{64} (demo|acme)/);
});

test('an image that never is healthy fails the deploy by name, and the old tasks serve every request', async () => {
  const file = path.join(project.path, 'environments/sandbox.yaml');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, withBadCatalog(good, NEVER_HEALTHY));
  try {
    const ports = Object.entries(PORTS).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
    const deploy = stagecraft(['up', ...ports]);
    const statuses = await answersDuring(deploy);
    const result = await deploy;
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      [
        'The deploy of service sandbox-catalog failed: ECS deployment circuit breaker: tasks failed to start.',
        '  Task failed container health checks (catalog: exit code 143; catalog-probe: UNHEALTHY)',
        '  The version before serves.',
      ].join('\n'),
    );
    expect(result.stderr).not.toContain('sandbox-orders failed');
    expect(Object.keys(statuses)).toEqual(['200']);
    expect(statuses['200']).toBeGreaterThan(100);
  } finally {
    writeFileSync(file, good);
  }
  const again = await up();
  expect(again.changes).toEqual(NOTHING);
  expect(again.good).toBe(true);
});

test('gateway -> load-balanced: replaces nothing, no request fails', async () => {
  const deploy = up('--stage', 'load-balanced');
  const statuses = await answersDuring(deploy);
  const result = await deploy;
  expect(Object.keys(statuses)).toEqual(['200']);
  expect(notHolding(result)).toEqual([]);
  expect(result.changes.replace).toBe(0);
  expect(result.changes.remove).toBeGreaterThan(30);
});

test('down leaves no listening port and no state', async () => {
  expect((await stagecraft(['down'])).code).toBe(0);
  expect(existsSync(path.join(project.path, '.stagecraft/sandbox'))).toBe(false);
  const listening = [PORTS.https, PORTS.http, PORTS.emulator].map((port) => listens(port));
  expect(await Promise.all(listening)).toEqual([false, false, false]);
});
