/** What the Pulumi CLI is asked for, with a script in its place: the real one is not on every machine. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Stage } from '../../constructs/blueprint/schema';
import { whyMissing } from '../../sandbox/needs';
import { explainMissing } from '../../sandbox/prerequisites';
import { PulumiError } from '../../stacks/pulumi/cli';
import { countChanges, PulumiDeployment } from '../../stacks/pulumi/deployment';
import { pulumi } from '../../stacks/pulumi/engine';
import { kept } from '../../stacks/pulumi/kept';

const root = resolve(__dirname, '../..');
const access = {
  region: 'eu-central-1',
  endpoint: 'http://localhost:5100',
  credentials: { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'hidden' },
};

/** A machine that has only the CLI which a test puts on it. */
let machine: string;
let sandbox: string;
const variables = { ...process.env };

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'stagecraft-pulumi-'));
  sandbox = join(machine, '.stagecraft', 'sandbox');
  mkdirSync(join(machine, 'bin'));
  process.env.PATH = join(machine, 'bin');
});

afterEach(() => {
  process.env = { ...variables };
  rmSync(machine, { recursive: true });
});

function cli(script: string): void {
  const file = join(machine, 'bin', 'pulumi');
  writeFileSync(file, `#!/bin/sh\nPATH=/bin:/usr/bin\n${script}\n`);
  chmodSync(file, 0o755);
}

const project = () => ({ root: machine, environments: join(root, 'environments'), sandbox });

const deployment = (instance = 'one', stage: Stage = 'load-balanced') =>
  PulumiDeployment.synthesize(
    project(),
    { environment: 'sandbox', stage, access, instance },
    new AbortController().signal,
  );

const urn = (type: string, name = 'one') => `urn:pulumi:sandbox::stagecraft::a:b:C$${type}::${name}`;

describe('the CLI', () => {
  it('is needed, and no other engine is looked for', async () => {
    const why = await whyMissing(pulumi.needs);
    expect(why).toBe('pulumi was not found');
    const { name, install } = pulumi.needs;
    const packages = 'npm install --save-dev @pulumi/pulumi@3 @pulumi/aws@7';
    expect(install).toEqual({
      Debian: `see www.pulumi.com/docs/iac/download-install for the CLI, then: ${packages}`,
      macOS: `brew install pulumi/tap/pulumi && ${packages}`,
    });
    expect(explainMissing([{ name, why: why ?? '', install }])).toContain('  pulumi: pulumi was not found\n');
  });

  it.each([
    ['v3.99.0', 'pulumi 3.99.0 was found; 3.100 or newer is needed'],
    ['v3.100.0', undefined],
    ['v3.276.0', undefined],
  ])('%s will do: %s', async (version, why) => {
    cli(`echo ${version}`);
    expect(await whyMissing(pulumi.needs)).toBe(why);
  });
});

describe('a deployment', () => {
  it('asks the CLI for a stack of the environment’s name, a preview and an update, in the sandbox alone', async () => {
    const log = join(machine, 'log');
    cli(`echo "$PWD|$*" >> ${log}
      env | grep -E '^(AWS_P|AWS_E|PULUMI_|STAGECRAFT_S)' | sort > ${log}.env
      case "$1" in
        preview) echo '{"steps":[{"op":"create","urn":"${urn('aws:ec2/vpc:Vpc')}"}]}';;
        up) echo '{"sequence":1,"timestamp":1,"resOutputsEvent":{"metadata":{"op":"create","urn":"${urn('aws:ec2/vpc:Vpc', 'Vpc')}"}}}'
          echo '{"sequence":2,"timestamp":1,"resOutputsEvent":{"metadata":{"op":"same","urn":"${urn('aws:lb/listener:Listener')}"}}}';;
      esac`);
    Object.assign(process.env, {
      AWS_PROFILE: 'production',
      PULUMI_STACK: 'prod',
      PULUMI_CONFIG_PASSPHRASE: 'mine',
      PULUMI_ACCESS_TOKEN: 'mine',
      PULUMI_HOME: '/plugins',
    });
    const made = await deployment();
    expect(made.stage).toBe('load-balanced');
    const said: string[] = [];
    expect(await made.prepare()).toBeUndefined();
    expect(await made.plan()).toMatchObject({ add: 1, change: 0, remove: 0, replace: 0 });
    await made.apply((text) => said.push(text));
    expect(said).toEqual(['1 Vpc: create']);
    const folder = join(sandbox, 'pulumi');
    const always = '--non-interactive --color never';
    expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
      `${folder}|stack select --create --stack sandbox ${always}`,
      `${folder}|preview --json --stack sandbox ${always}`,
      `${folder}|up --yes --skip-preview --json --stack sandbox ${always}`,
    ]);
    expect(readFileSync(`${log}.env`, 'utf8').trim().split('\n')).toEqual([
      'AWS_EC2_METADATA_DISABLED=true',
      'AWS_ENDPOINT_URL=http://localhost:5100',
      `PULUMI_BACKEND_URL=file://${folder}`,
      `PULUMI_CONFIG_PASSPHRASE_FILE=${join(folder, 'passphrase')}`,
      'PULUMI_HOME=/plugins',
      'PULUMI_SKIP_UPDATE_CHECK=true',
      'STAGECRAFT_STAGE=load-balanced',
    ]);
  });

  it('counts the resources of the provider, as CDKTF does: one of the graph may be several', async () => {
    expect((await deployment('one', 'gateway')).resourceCount).toBe(96);
  });

  it('keeps its passphrase, which only its owner can read', async () => {
    await deployment();
    const file = join(sandbox, 'pulumi', 'passphrase');
    const passphrase = readFileSync(file, 'utf8');
    expect(passphrase).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(sandbox, 'pulumi')).mode & 0o777).toBe(0o700);
    await deployment();
    expect(readFileSync(file, 'utf8')).toBe(passphrase);
  });

  it('has a project of its own, whose program is this one', async () => {
    await deployment();
    const folder = join(sandbox, 'pulumi');
    expect(JSON.parse(readFileSync(join(folder, 'Pulumi.yaml'), 'utf8'))).toEqual({
      name: 'stagecraft',
      runtime: { name: 'nodejs', options: { typescript: false, nodeargs: '--import tsx' } },
    });
    expect(readFileSync(join(folder, 'index.js'), 'utf8')).toBe(
      `module.exports = require(${JSON.stringify(join(root, 'stacks/pulumi/main.ts'))});\n`,
    );
  });

  it('puts the state of an account that is gone aside', async () => {
    cli('mkdir -p .pulumi');
    await (await deployment('one')).prepare();
    expect(await (await deployment('one')).prepare()).toBeUndefined();
    const said = await (await deployment('other')).prepare();
    expect(said).toContain("the account that was deployed to is gone with its sandbox's daemon");
    expect(readdirSync(join(sandbox, 'pulumi')).filter((name) => name.startsWith('.pulumi'))).toEqual([
      '.pulumi',
      '.pulumi.account',
      '.pulumi.of-one',
    ]);
  });

  it.each([
    [
      'in one document',
      '{"steps":[],"diagnostics":[{"severity":"error","message":"no such thing\\n"},{"severity":"info"}]}',
    ],
    [
      'in events',
      '{"sequence":1,"timestamp":1,"diagnosticEvent":{"severity":"error","message":"no such thing"}}\n{}',
    ],
    ['in plain text', 'no such thing'],
  ])('fails with what the CLI said %s', async (_, text) => {
    cli(`cat <<'END'\n${text.replaceAll('thing\n"', 'thing\\n"')}\nEND\nexit 255`);
    const failed = (await deployment()).plan();
    await expect(failed).rejects.toThrow(PulumiError);
    await expect(failed).rejects.toThrow(/^pulumi preview failed:\n *no such thing$/);
  });
});

describe('what a preview would do', () => {
  it('counts what is of AWS, a replacement as one change, and says what it is for', () => {
    const { replacements, ...counts } = countChanges([
      { op: 'create', urn: 'urn:pulumi:sandbox::stagecraft::pulumi:pulumi:Stack::stagecraft-sandbox' },
      { op: 'create', urn: urn('pulumi:providers:aws') },
      { op: 'create', urn: urn('aws:ec2/subnet:Subnet') },
      { op: 'same', urn: urn('aws:ec2/eip:Eip') },
      { op: 'update', urn: urn('aws:ecs/service:Service') },
      { op: 'delete', urn: urn('aws:lb/listenerRule:ListenerRule') },
      {
        op: 'create-replacement',
        urn: urn('aws:lb/loadBalancer:LoadBalancer', 'alb'),
        replaceReasons: ['internal'],
      },
      {
        op: 'replace',
        urn: urn('aws:lb/loadBalancer:LoadBalancer', 'alb'),
        replaceReasons: ['internal', 'internal'],
      },
      { op: 'delete-replaced', urn: urn('aws:lb/loadBalancer:LoadBalancer', 'alb') },
      { op: 'replace', urn: urn('aws:ecs/taskDefinition:TaskDefinition', 'task') },
    ]);
    expect(counts).toEqual({ add: 1, change: 3, remove: 1, replace: 1, repaired: [] });
    expect(replacements).toEqual([
      { type: 'aws:lb/loadBalancer:LoadBalancer', address: 'alb', because: ['internal'] },
      { type: 'aws:ecs/taskDefinition:TaskDefinition', address: 'task', because: [] },
    ]);
  });

  it.each(Object.keys(kept))('names what is made once as the AWS package does: %s', (type) => {
    const [, path = '', name = ''] = /^aws:(\w+\/\w+):(\w+)$/.exec(type) ?? [];
    const { [name]: made } = require(`@pulumi/aws/${path}`) as Record<string, { __pulumiType: string }>;
    expect(made?.__pulumiType).toBe(type);
  });
});

describe('stagecraft env', () => {
  it('leaves the user’s own state alone until Pulumi has deployed into the sandbox', async () => {
    expect(pulumi.variables(project(), access)).toEqual({});
    expect(existsSync(sandbox)).toBe(false);
    await deployment();
    expect(Object.keys(pulumi.variables(project(), access))).toEqual([
      'PULUMI_BACKEND_URL',
      'PULUMI_CONFIG_PASSPHRASE_FILE',
    ]);
  });
});
