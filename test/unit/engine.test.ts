import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as choosing from '../../cli/choose-engine';
import { updateSandbox } from '../../sandbox/client';
import { SandboxFolder, type SandboxInfo } from '../../sandbox/folder';
import { identify } from '../../sandbox/processes';
import { type Project, projectAt } from '../../stacks/project';
import { UserError } from '../../stacks/user-error';

/** A project on a machine that has only the Terraform which a test puts on it. */
let machine: string;
let project: Project;
const path = process.env.PATH;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'stagecraft-engine-'));
  mkdirSync(join(machine, 'bin'));
  process.env.PATH = join(machine, 'bin');
  project = projectAt(machine);
});

afterEach(() => {
  process.env.PATH = path;
  rmSync(machine, { recursive: true });
});

/** By name. */
async function chooseEngine(...given: Parameters<typeof choosing.chooseEngine>) {
  const { engine, why } = await choosing.chooseEngine(...given);
  return { engine: engine.name, why };
}

const asked = () => join(machine, 'terraform-asked');

function terraform(version: string): void {
  const file = join(machine, 'bin', 'terraform');
  writeFileSync(file, `#!/bin/sh\n: > ${asked()}\necho "Terraform v${version}"\necho "on linux_amd64"\n`);
  chmodSync(file, 0o755);
}

/** This process stands for the daemon. */
function startSandbox(more: Partial<SandboxInfo> = {}): void {
  const folder = new SandboxFolder(project.sandbox);
  folder.make();
  folder.writeInfo({
    ...identify(process.pid),
    instance: 'one',
    environment: 'sandbox',
    stage: 'gateway',
    region: 'eu-central-1',
    account: '123456789012',
    ports: { emulator: 6000, https: 6001, http: 6002, dns: 6003 },
    startedAt: '2026-01-01T00:00:00.000Z',
    ...more,
  });
}

describe('the engine that was asked for', () => {
  it.each(['cdktf', 'aws-cdk'] as const)(
    'is taken as it is, without a look at Terraform: %s',
    async (engine) => {
      terraform('1.11.4');
      expect(await chooseEngine(project, engine)).toEqual({ engine });
      expect(existsSync(asked())).toBe(false);
    },
  );

  it('is taken when the running sandbox has had none yet', async () => {
    startSandbox();
    expect(await chooseEngine(project, 'aws-cdk')).toEqual({ engine: 'aws-cdk' });
  });

  it.each(['cdktf', 'aws-cdk'] as const)('may be the one that deployed before: %s', async (engine) => {
    startSandbox();
    await updateSandbox(project.sandbox, { engine });
    expect(await chooseEngine(project, engine)).toEqual({ engine });
  });

  it.each([
    [
      'aws-cdk',
      'cdktf',
      'The sandbox was deployed with cdktf, and aws-cdk knows nothing of what is there. Go on with --engine cdktf, or begin anew: npx stagecraft down',
    ],
    [
      'cdktf',
      'aws-cdk',
      'The sandbox was deployed with aws-cdk, and cdktf knows nothing of what is there. Go on with --engine aws-cdk, or begin anew: npx stagecraft down',
    ],
  ] as const)('is refused when another one deployed: %s after %s', async (engine, before, message) => {
    startSandbox();
    await updateSandbox(project.sandbox, { engine: before });
    const chosen = chooseEngine(project, engine);
    await expect(chosen).rejects.toThrow(UserError);
    await expect(chosen).rejects.toMatchObject({ message });
  });
});

describe('the engine that deployed before', () => {
  it('is gone on with, whatever Terraform there is', async () => {
    startSandbox();
    terraform('1.11.4');
    await updateSandbox(project.sandbox, { engine: 'aws-cdk' });
    expect(await chooseEngine(project)).toEqual({ engine: 'aws-cdk' });
    await updateSandbox(project.sandbox, { engine: 'cdktf' });
    rmSync(join(machine, 'bin', 'terraform'));
    expect(await chooseEngine(project)).toEqual({ engine: 'cdktf' });
    expect(existsSync(asked())).toBe(false);
  });

  it('is remembered when the sandbox is brought to another stage', async () => {
    startSandbox();
    await updateSandbox(project.sandbox, { engine: 'aws-cdk' });
    await updateSandbox(project.sandbox, { stage: 'api' });
    expect(await chooseEngine(project)).toEqual({ engine: 'aws-cdk' });
  });

  it('is kept when the daemon was killed, for whoever names none', async () => {
    terraform('1.11.4');
    startSandbox({ engine: 'aws-cdk' });
    expect(await chooseEngine(project)).toEqual({ engine: 'aws-cdk' });
    startSandbox({ engine: 'aws-cdk', startTime: 'another time' });
    expect(await chooseEngine(project)).toEqual({ engine: 'aws-cdk' });
    // What it deployed is gone with the account: another one finds nothing in its way.
    expect(await chooseEngine(project, 'cdktf')).toEqual({ engine: 'cdktf' });
  });
});

describe('without a word from anybody', () => {
  it.each(['1.11.0', '1.11.4', '2.0.0'])('it is Terraform’s when there is one: %s', async (version) => {
    terraform(version);
    expect(await chooseEngine(project)).toEqual({ engine: 'cdktf' });
  });

  it('it is AWS CDK when there is no Terraform, and says so', async () => {
    expect(await chooseEngine(project)).toEqual({
      engine: 'aws-cdk',
      why: 'terraform was not found: deploying with AWS CDK.',
    });
  });

  it('it is AWS CDK when Terraform is too old, and says so', async () => {
    terraform('1.10.5');
    expect(await chooseEngine(project)).toEqual({
      engine: 'aws-cdk',
      why: 'terraform 1.10.5 was found; 1.11 or newer is needed: deploying with AWS CDK.',
    });
  });
});
