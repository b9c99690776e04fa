/**
 * `up` with the AWS CDK engine, as a person without Terraform types it. What green means: the cdk CLI has deployed
 * each stage into the sandbox, every claim of `verify` holds, a second `up` has no changes, a stage change replaces
 * nothing and lets no request fail, and `down` leaves nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Agent } from 'undici';
import type { Stage } from '../../constructs/blueprint/schema';
import { badDeploys, expectRefused, expectServed, type Sandbox, whileAsked } from '../e2e/support/bad-deploy';
import { haproxyOfImages } from '../e2e/support/bad-images';
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

jest.setTimeout(480_000);

let project: ProjectFolder;
let withoutTerraform: Record<string, string>;
let sandbox: Sandbox;

async function stagecraft(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const ports = Object.entries(PORTS).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
  const all = args[0] === 'up' ? [...args, ...ports] : args;
  return run(process.execPath, [path.join(root, 'bin/stagecraft.js'), ...all], {
    env: { ...withoutTerraform, ...env },
    cwd: project.path,
    timeoutSeconds: 280,
  });
}

async function up(...more: string[]): Promise<Up> {
  const result = await stagecraft(['up', ...more, '--json']);
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

const refused = (stage: Stage) =>
  test.each(badDeploys('aws-cdk', stage))(
    `at ${stage} bad images fail the deploy by name, and the old tasks serve every request: %j`,
    async (images) => {
      const instances = await expectRefused(sandbox, stage, images);
      const { result, served } = await whileAsked(sandbox, stage, () => up('--stage', stage));
      expect(result.changes).toEqual(NOTHING);
      expectServed(served);
      expect(served.catalog.instances).toEqual(instances.catalog);
      expect(served.orders.instances).toEqual(instances.orders);
    },
  );

beforeAll(() => {
  project = projectFolder('127.21.0.0/16');
  const file = path.join(project.path, 'environments/sandbox.yaml');
  withoutTerraform = {
    PATH: pathWithout('terraform', project.path),
    STAGECRAFT_HAPROXY: haproxyOfImages(project.path),
  };
  sandbox = {
    engine: 'aws-cdk',
    folder: path.join(project.path, '.stagecraft/sandbox'),
    ports: PORTS,
    text: () => readFileSync(file, 'utf8'),
    stagecraft,
  };
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

refused('api');

test('load-balanced: replaces nothing, and all claims hold', async () => {
  const result = await up('--stage', 'load-balanced');
  expect(notHolding(result)).toEqual([]);
  expect(result.claims).toHaveLength(5 + 10);
  expect(result.changes).toMatchObject({ change: 2, replace: 0 });
});

refused('load-balanced');

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
      'Go on with --engine aws-cdk, or begin anew: npx stagecraft down\n',
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

refused('gateway');

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
