/** From environment files to Terraform configurations: what the cdktf CLI runs, and what `stagecraft up` calls. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Problems } from '../../constructs/problems';
import { type SynthesizeOptions, synthesize } from '../../stacks/cdktf/synthesize';
import { blueprintAt } from './support/blueprints';
import { Synthesized, synthesized, synthesizedAt } from './support/terraform-json';

const project = path.resolve(__dirname, '../..');
const environments = path.join(project, 'environments');
const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-app-'));
let folders = 0;

afterAll(() => rmSync(scratch, { recursive: true }));

const newFolder = (): string => {
  folders += 1;
  return mkdtempSync(path.join(scratch, `${folders}-`));
};

function synthesizedFiles(options: Partial<SynthesizeOptions> = {}): Record<string, Synthesized> {
  const stacks = synthesize({ environments, outdir: newFolder(), root: scratch, ...options });
  return Object.fromEntries(
    stacks.map(({ name, workingFolder }) => [
      name,
      new Synthesized(readFileSync(path.join(workingFolder, 'cdk.tf.json'), 'utf8')),
    ]),
  );
}

function runProgram(file: string, parameters: string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, ['--import', 'tsx', path.join(project, file), ...parameters], {
    cwd: project,
    encoding: 'utf8',
    // Newer Node.js versions speak of what cdktf's dependencies use.
    env: { ...process.env, NODE_OPTIONS: '--no-deprecation', ...env },
  });
}

/** What the plain CLIs say of the environment that runs on this machine. */
const LEFT_OUT =
  'LOOPBACK_NETWORK  sandbox is left out: 127.20.0.0/16 is on one machine alone. `npx stagecraft up sandbox` runs it in the sandbox; in AWS it needs a private block, such as 10.0.0.0/16.\n';

describe('the environments of this repository', () => {
  const all = synthesizedFiles();

  test('are one stack each', () => {
    expect(Object.keys(all)).toEqual(['dev', 'prod', 'sandbox', 'staging']);
  });

  test('say the same on every machine and at every time', () => {
    const again = synthesizedFiles();
    for (const [name, { text }] of Object.entries(all)) {
      expect(text).toBe(again[name]?.text);
      expect(text).not.toContain(project);
      expect(text).not.toContain(scratch);
    }
  });

  test('never load the index of the bindings: it takes ten times as long as all that is used of it', () => {
    const { stdout, stderr } = runProgram('test/synth/support/loaded-bindings.ts', [
      environments,
      newFolder(),
    ]);
    const loaded = JSON.parse(stdout || stderr) as string[];
    expect(loaded).toContain('lib/ecs-service/index.js');
    expect(loaded).not.toContain('lib/index.js');
    expect(loaded.filter((file) => !/^lib\/[a-z0-9-]+\/index\.js$/.test(file))).toEqual([]);
  });
});

describe('a stack', () => {
  const { configuration } = synthesizedAt('gateway');

  test('has its region and its tags', () => {
    expect(configuration.provider.aws).toEqual([
      {
        region: 'eu-central-1',
        default_tags: [{ tags: { Environment: 'shop', ManagedBy: 'stagecraft' } }],
      },
    ]);
  });

  test('keeps a local state beside the project, whatever the folder that it is synthesized into', () => {
    expect(configuration.terraform.backend).toEqual({ local: { path: '../../terraform.shop.tfstate' } });
  });

  test('keeps a shared state encrypted and locked', () => {
    const state = { kind: 's3', bucket: 'states', key: 'shop.tfstate', region: 'eu-west-1' } as const;
    expect(synthesized({ ...blueprintAt('api'), state }).configuration.terraform.backend).toEqual({
      s3: { bucket: 'states', key: 'shop.tfstate', region: 'eu-west-1', encrypt: true, use_lockfile: true },
    });
  });

  test('takes the provider that the bindings were made for, or the one it is told', () => {
    const versions = (awsProviderVersion?: string): string[] =>
      Object.values(synthesizedFiles({ only: ['dev'], awsProviderVersion })).map(
        (stack) => stack.configuration.terraform.required_providers.aws.version,
      );
    expect(versions()).toEqual([expect.stringMatching(/^6\.\d+\.\d+$/)]);
    expect(versions('~> 5.100')).toEqual(['~> 5.100']);
  });

  test.each([
    ['api', ['cluster', 'consumers_secret_arn', 'log_groups', 'namespace', 'services']],
    [
      'load-balanced',
      [
        'cluster',
        'consumers_secret_arn',
        'endpoint',
        'hosted_zones',
        'load_balancer_dns_name',
        'log_groups',
        'namespace',
        'services',
        'target_groups',
      ],
    ],
    [
      'gateway',
      [
        'cluster',
        'consumers_secret_arn',
        'endpoint',
        'gateway_log_groups',
        'gateways',
        'hosted_zones',
        'load_balancer_dns_name',
        'log_groups',
        'namespace',
        'services',
        'target_groups',
      ],
    ],
  ] as const)('tells the operator at stage %s', (stage, names) => {
    const { output = {} } = synthesizedAt(stage).configuration;
    expect(Object.keys(output).toSorted()).toEqual(names);
    for (const { sensitive } of Object.values(output)) expect(sensitive).not.toBe(true);
  });

  test('tells where tokens come from when it has a user pool', () => {
    const { output = {} } = synthesized({
      ...blueprintAt('api'),
      identity: {
        userPoolName: 'shop',
        domainPrefix: 'shop-tokens',
        tokenDomain: 'auth.eu-central-1.amazoncognito.com',
        deletionProtection: false,
        resourceServer: { identifier: 'api', name: 'api', scopes: [] },
        machineClients: [{ id: 'batch', name: 'shop-batch', scopes: [], accessTokenMinutes: 60 }],
      },
    }).configuration;
    expect(output.token_endpoint?.value).toMatch(
      /^https:\/\/\$\{aws_cognito_user_pool_domain\.Identity_Domain_[0-9A-F]{8}\.domain\}\.auth\.eu-central-1\.amazoncognito\.com\/oauth2\/token$/,
    );
    expect(Object.keys(output.client_ids?.value)).toEqual(['batch']);
  });
});

describe('synthesize', () => {
  test('takes one environment, at another stage than its file says', () => {
    const outdir = newFolder();
    const [stack, ...others] = synthesize({
      environments,
      outdir,
      only: ['sandbox'],
      stages: { sandbox: 'api' },
    });
    expect(others).toEqual([]);
    expect(stack).toMatchObject({ name: 'sandbox', blueprint: { stage: 'api' } });
    expect(stack?.workingFolder).toBe(path.join(outdir, 'stacks/sandbox'));
  });

  test('refuses an environment that is not there', () => {
    expect(() => synthesize({ environments, outdir: newFolder(), only: ['nowhere'] })).toThrow(Problems);
  });

  test('tells what is wrong in all files at once, and writes nothing', () => {
    const broken = newFolder();
    cpSync(path.join(environments, 'dev.yaml'), path.join(broken, 'dev.yaml'));
    writeFileSync(path.join(broken, 'one.yaml'), 'name: one\nstage: middle\n');
    writeFileSync(path.join(broken, 'two.yaml'), 'name: two\nstage: api\nregoin: eu-central-1\n');
    const outdir = path.join(scratch, 'nothing');
    let files: (string | undefined)[] = [];
    try {
      synthesize({ environments: broken, outdir });
    } catch (error) {
      files = (error as Problems).problems.map((problem) => problem.file && path.basename(problem.file));
    }
    expect([...new Set(files)]).toEqual(['one.yaml', 'two.yaml']);
    expect(existsSync(outdir)).toBe(false);
  });
});

describe('the program that the cdktf CLI runs', () => {
  test('writes into the folder that it is told', () => {
    const outdir = newFolder();
    const { status, stderr } = runProgram('stacks/cdktf/main.ts', [], {
      CDKTF_OUTDIR: outdir,
      STAGECRAFT_AWS_PROVIDER_VERSION: '~> 5.100',
    });
    expect([status, stderr]).toEqual([0, LEFT_OUT]);
    const { configuration } = new Synthesized(
      readFileSync(path.join(outdir, 'stacks/prod/cdk.tf.json'), 'utf8'),
    );
    expect(configuration.terraform.required_providers.aws.version).toBe('~> 5.100');
  });

  test.each([
    ['a broken file', 'name: one\nstage: middle\n', /one\.yaml:2:8 {2}\S+ {2}stage/],
    ['a file that is no YAML', 'name: [one\n', /one\.yaml/],
  ])('ends with the problems of %s, and no stack trace', (_what, text, expected) => {
    const broken = newFolder();
    writeFileSync(path.join(broken, 'one.yaml'), text);
    const { status, stderr } = runProgram('stacks/cdktf/main.ts', [], {
      CDKTF_OUTDIR: newFolder(),
      STAGECRAFT_ENVIRONMENTS: broken,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('names a folder that is not there, and how to say which it is', () => {
    const { status, stderr } = runProgram('stacks/cdktf/main.ts', [], {
      CDKTF_OUTDIR: newFolder(),
      STAGECRAFT_ENVIRONMENTS: 'nowhere',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('FOLDER_MISSING');
    expect(stderr).toContain('STAGECRAFT_ENVIRONMENTS');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
