/** From environment files to CloudFormation templates: what the cdk CLI runs. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Problems } from '../../constructs/problems';
import { type SynthesizeOptions, synthesize } from '../../stacks/aws-cdk/synthesize';
import { type Settings, Synthesized, stackAt, synthesized, synthesizedAt } from './support/aws-cdk-template';
import { blueprintAt } from './support/blueprints';

const project = path.resolve(__dirname, '../..');
const environments = path.join(project, 'environments');
const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-cdk-'));
let folders = 0;

afterAll(() => rmSync(scratch, { recursive: true }));

const newFolder = (): string => {
  folders += 1;
  return mkdtempSync(path.join(scratch, `${folders}-`));
};

const readJson = (file: string): Settings => JSON.parse(readFileSync(file, 'utf8'));

function templates(options: Partial<SynthesizeOptions> = {}): Record<string, string> {
  const stacks = synthesize({ environments, outdir: newFolder(), ...options });
  return Object.fromEntries(
    stacks.map(({ name, templateFile }) => [name, readFileSync(templateFile, 'utf8')]),
  );
}

/** Without credentials, and without the CLI's way to find any. */
function runProgram(env: NodeJS.ProcessEnv) {
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, AWS_PROFILE: ___, ...others } = process.env;
  return spawnSync(process.execPath, ['--import', 'tsx', path.join(project, 'stacks/aws-cdk/main.ts')], {
    cwd: project,
    encoding: 'utf8',
    env: { ...others, NODE_OPTIONS: '--no-deprecation', ...env },
  });
}

/** What the plain CLIs say of the environment that runs on this machine. */
const LEFT_OUT =
  'LOOPBACK_NETWORK  sandbox is left out: 127.20.0.0/16 is on one machine alone. `npx stagecraft up sandbox` runs it in the sandbox; in AWS it needs a private block, such as 10.0.0.0/16.\n';

describe('the environments of this repository', () => {
  const outdir = newFolder();
  const stacks = synthesize({ environments, outdir });

  test('are one stack each', () => {
    expect(stacks.map(({ name }) => name)).toEqual(['dev', 'prod', 'sandbox', 'staging']);
  });

  test("pass CDK's own check of the templates", () => {
    const { pluginReports } = readJson(path.join(outdir, 'validation-report.json'));
    const checks: Settings[] = pluginReports.map(({ pluginName, conclusion, violations }: Settings) => ({
      pluginName,
      conclusion,
      violations,
    }));
    expect(checks).toEqual([
      { pluginName: 'CloudFormation Validate', conclusion: 'success', violations: [] },
    ]);
  });

  test('look nothing up, carry no asset but the template, and fit any account', () => {
    const { artifacts, missing } = readJson(path.join(outdir, 'manifest.json'));
    expect(missing).toBeUndefined();
    expect(artifacts.prod.environment).toBe('aws://unknown-account/eu-central-1');
    for (const { name } of stacks) {
      const { files, dockerImages } = readJson(path.join(outdir, `${name}.assets.json`));
      expect(Object.values<Settings>(files).map(({ source }) => source.path)).toEqual([
        `${name}.template.json`,
      ]);
      expect(dockerImages).toEqual({});
    }
  });

  test('say the same on every machine and at every time', () => {
    const again = templates();
    for (const { name, templateFile } of stacks) {
      const text = readFileSync(templateFile, 'utf8');
      expect(text).toBe(again[name]);
      expect(text).not.toContain(project);
      expect(text).not.toContain(scratch);
    }
  });

  test('hold no secret: no value is generated in a template, no client secret comes out of it', () => {
    for (const { templateFile } of stacks) {
      const text = readFileSync(templateFile, 'utf8');
      expect(text).not.toMatch(/GenerateSecretString|ClientSecret|\{\{resolve:/);
    }
  });
});

test('needs no package of another engine, and no checker', () => {
  const script = `require('./stacks/aws-cdk/synthesize'); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
    cwd: project,
    encoding: 'utf8',
  });
  const loaded = JSON.parse(stdout || stderr) as string[];
  const packages = loaded.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  expect(packages).toContain('aws-cdk-lib');
  expect(packages.filter((name) => /cdktf|cdktn|pulumi|cdk-nag/.test(name ?? ''))).toEqual([]);
});

describe('a stack', () => {
  test('has its region, the account it is told, and its name', () => {
    const stack = stackAt(blueprintAt('api'));
    expect([stack.region, stack.stackName]).toEqual(['eu-central-1', 'shop']);
    const [told] = synthesize({ environments, outdir: newFolder(), only: ['dev'], account: '123456789012' });
    const { artifacts } = readJson(path.join(path.dirname(told?.templateFile ?? ''), 'manifest.json'));
    expect(artifacts.dev.environment).toBe('aws://123456789012/eu-central-1');
  });

  test('has its tags on what can have them', () => {
    const { resources } = synthesizedAt('gateway');
    const untagged = Object.values(resources).filter(
      ({ Properties }) =>
        !JSON.stringify(Properties?.Tags ?? Properties?.UserPoolTags ?? '').includes('ManagedBy'),
    );
    expect([...new Set(untagged.map(({ Type }) => Type))].toSorted()).toEqual([
      'AWS::ApplicationAutoScaling::ScalableTarget',
      'AWS::ApplicationAutoScaling::ScalingPolicy',
      'AWS::EC2::Route',
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::SubnetRouteTableAssociation',
      'AWS::EC2::VPCGatewayAttachment',
      'AWS::ElasticLoadBalancingV2::Listener',
      'AWS::ElasticLoadBalancingV2::ListenerRule',
      'AWS::Route53::RecordSet',
    ]);
  });

  test.each([
    ['api', ['ClusterName', 'ConsumersSecretArn', 'LogGroupNames', 'NamespaceName', 'ServiceNames']],
    [
      'load-balanced',
      [
        'ClusterName',
        'ConsumersSecretArn',
        'Endpoint',
        'HostedZoneIds',
        'LoadBalancerDnsName',
        'LogGroupNames',
        'NamespaceName',
        'ServiceNames',
        'TargetGroupArns',
      ],
    ],
    [
      'gateway',
      [
        'ClusterName',
        'ConsumersSecretArn',
        'Endpoint',
        'GatewayLogGroupNames',
        'GatewayServiceNames',
        'HostedZoneIds',
        'LoadBalancerDnsName',
        'LogGroupNames',
        'NamespaceName',
        'ServiceNames',
        'TargetGroupArns',
      ],
    ],
  ] as const)('tells the operator at stage %s', (stage, names) => {
    expect(Object.keys(synthesizedAt(stage).template.Outputs).toSorted()).toEqual(names);
  });

  test('tells where tokens come from when it has a user pool', () => {
    const { Outputs } = synthesized({
      ...blueprintAt('api'),
      identity: {
        userPoolName: 'shop',
        domainPrefix: 'shop-tokens',
        tokenDomain: 'auth.eu-central-1.amazoncognito.com',
        deletionProtection: false,
        resourceServer: { identifier: 'api', name: 'api', scopes: [] },
        machineClients: [{ id: 'batch', name: 'shop-batch', scopes: [], accessTokenMinutes: 60 }],
      },
    }).template;
    expect(Outputs.TokenEndpoint.Value['Fn::Join'][1]).toEqual([
      'https://',
      { Ref: expect.stringMatching(/^IdentityUserPoolDomain/) },
      '.auth.eu-central-1.amazoncognito.com/oauth2/token',
    ]);
    expect(Outputs.ClientIds.Value['Fn::Join'][1][0]).toBe('{"batch":"');
  });
});

describe('synthesize', () => {
  test('takes one environment, at another stage than its file says', () => {
    const [stack, ...others] = synthesize({
      environments,
      outdir: newFolder(),
      only: ['sandbox'],
      stages: { sandbox: 'api' },
    });
    expect(others).toEqual([]);
    expect(stack).toMatchObject({ name: 'sandbox', blueprint: { stage: 'api' } });
    const { counts } = new Synthesized(readJson(stack?.templateFile as string));
    expect(counts['AWS::ElasticLoadBalancingV2::LoadBalancer']).toBeUndefined();
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

describe('the program that the cdk CLI runs', () => {
  test('is what cdk.json names', () => {
    expect(readJson(path.join(project, 'cdk.json')).app).toBe('npx tsx stacks/aws-cdk/main.ts');
  });

  test('writes into the folder that it is told, without credentials', () => {
    const outdir = newFolder();
    const { status, stderr } = runProgram({ CDK_OUTDIR: outdir, CDK_VALIDATION: 'false' });
    expect([status, stderr]).toEqual([0, LEFT_OUT]);
    const artifacts = Object.keys(readJson(path.join(outdir, 'manifest.json')).artifacts);
    expect(artifacts).toEqual(expect.arrayContaining(['dev', 'prod', 'staging']));
    expect(artifacts).not.toContain('sandbox');
  });

  test('ends with the problems of a broken file, and no stack trace', () => {
    const broken = newFolder();
    writeFileSync(path.join(broken, 'one.yaml'), 'name: one\nstage: middle\n');
    const { status, stderr } = runProgram({ CDK_OUTDIR: newFolder(), STAGECRAFT_ENVIRONMENTS: broken });
    expect(status).toBe(1);
    expect(stderr).toMatch(/one\.yaml:2:8 {2}\S+ {2}stage/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
