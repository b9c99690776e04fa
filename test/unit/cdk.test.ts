import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CdkError, type CdkOptions, cdkEnvironment, parseProgress, runCdk } from '../../stacks/aws-cdk/cdk';

// The cdk CLI takes seconds to start, and more of them beside other work.
jest.setTimeout(60_000);

/** What the cdk CLI 2.1148.1 printed of two deploys, one of which failed. */
const recorded = {
  stack:
    'CDKToolkit |  0/12 | 2:53:29 PM | CREATE_IN_PROGRESS      | AWS::CloudFormation::Stack | CDKToolkit User Initiated ',
  complete:
    'sandbox | 12/33 | 3:01:04 PM | CREATE_COMPLETE      | AWS::ECS::TaskDefinition | Default/catalog/Default/TaskDefinition (catalogTaskDefinition404F9D0D)',
  listener:
    'small | 2/4 | 3:09:00 PM | CREATE_FAILED           | AWS::ElasticLoadBalancingV2::Listener | Api/Listener (ApiListener) An error occurred (LoadBalancerNotFound) when calling the CreateListener operation: The specified load balancer does not exist.',
  update:
    "small | 0/4 | 3:09:31 PM | UPDATE_FAILED           | AWS::Logs::LogGroup        | Api/Group (ApiGroup) The sandbox's emulator cannot update KmsKeyId of AWS::Logs::LogGroup in place.",
  rollback:
    'small | 0/4 | 3:09:31 PM | UPDATE_ROLLBACK_IN_PROG | AWS::CloudFormation::Stack | small The following resource(s) failed to update: [ApiGroup, Clash].',
  failedAgain:
    'small | 3:09:00 PM | CREATE_FAILED           | AWS::ElasticLoadBalancingV2::Listener | Api/Listener (ApiListener) An error occurred (LoadBalancerNotFound) when calling the CreateListener operation: The specified load balancer does not exist.',
};

const access = {
  region: 'eu-central-1',
  endpoint: 'http://localhost:5100',
  credentials: { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'hidden' },
};

describe('an event', () => {
  it.each([
    [
      recorded.complete,
      {
        done: 12,
        all: 33,
        status: 'CREATE_COMPLETE',
        type: 'AWS::ECS::TaskDefinition',
        resource: 'Default/catalog/Default/TaskDefinition (catalogTaskDefinition404F9D0D)',
      },
    ],
    [
      recorded.stack,
      {
        done: 0,
        all: 12,
        status: 'CREATE_IN_PROGRESS',
        type: 'AWS::CloudFormation::Stack',
        resource: 'CDKToolkit User Initiated',
      },
    ],
    [
      recorded.listener,
      {
        done: 2,
        all: 4,
        status: 'CREATE_FAILED',
        type: 'AWS::ElasticLoadBalancingV2::Listener',
        resource:
          'Api/Listener (ApiListener) An error occurred (LoadBalancerNotFound) when calling the CreateListener operation: The specified load balancer does not exist.',
      },
    ],
    [
      recorded.rollback,
      {
        done: 0,
        all: 4,
        status: 'UPDATE_ROLLBACK_IN_PROG',
        type: 'AWS::CloudFormation::Stack',
        resource: 'small The following resource(s) failed to update: [ApiGroup, Clash].',
      },
    ],
    [
      'small | 1/4 | 15:09:00 | CREATE_FAILED           | AWS::Logs::LogGroup | Other one of: a | b',
      {
        done: 1,
        all: 4,
        status: 'CREATE_FAILED',
        type: 'AWS::Logs::LogGroup',
        resource: 'Other one of: a | b',
      },
    ],
  ])('is read from %s', (line, expected) => {
    expect(parseProgress(line)).toEqual(expected);
  });

  it.each([
    '',
    '✨  Synthesis time: 0.38s',
    'small: creating CloudFormation changeset...',
    'small: deploying... [1/1]',
    '2/4 Currently in progress: ApiListener',
    'Failed resources:',
    recorded.failedAgain,
    // A delete that CloudFormation gave up on is no failure of the deploy.
    'small | 3/4 | 3:09:00 PM | DELETE_FAILED (skipped) | AWS::Logs::LogGroup | Other (this will take a few minutes to recover)',
    '❌  small failed to deploy',
    '✅  small (no changes)',
    'arn:aws:cloudformation:eu-central-1:123456789012:stack/small/0ed0357e-0da4-4db5-a39d-cc41abca9f97',
  ])('is not seen in %j', (line) => {
    expect(parseProgress(line)).toBeUndefined();
  });
});

describe('the variables', () => {
  it("point the CLI at the sandbox's AWS, with nothing of the user's", () => {
    expect(cdkEnvironment('/project/.stagecraft/sandbox', access)).toEqual({
      AWS_ENDPOINT_URL: 'http://localhost:5100',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:5100',
      AWS_ACCESS_KEY_ID: 'AKIASANDBOX',
      AWS_SECRET_ACCESS_KEY: 'hidden',
      AWS_REGION: 'eu-central-1',
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '2',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_HOME: '/project/.stagecraft/sandbox/cdk',
      HOME: '/project/.stagecraft/sandbox',
      NO_PROXY: 'localhost,127.0.0.1',
      no_proxy: 'localhost,127.0.0.1',
    });
  });
});

describe('running the CLI', () => {
  let folder: string;
  let options: CdkOptions;
  const variables = { ...process.env };

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'stagecraft-cdk-')));
    const assembly = join(folder, 'cdk.out');
    mkdirSync(assembly);
    const small = {
      type: 'aws:cloudformation:stack',
      environment: 'aws://123456789012/eu-central-1',
      properties: { templateFile: 'small.template.json' },
      displayName: 'small',
    };
    const manifest = { version: '36.0.0', artifacts: { small } };
    writeFileSync(join(assembly, 'manifest.json'), JSON.stringify(manifest));
    const template = { Resources: { Group: { Type: 'AWS::Logs::LogGroup' } } };
    writeFileSync(join(assembly, 'small.template.json'), JSON.stringify(template));
    options = {
      assembly,
      environment: cdkEnvironment(folder, { ...access, endpoint: 'http://localhost:1' }),
    };
  });

  afterEach(() => {
    process.env = { ...variables };
    rmSync(folder, { recursive: true });
  });

  /** The options of a run in which a script stands for the CLI: Node.js runs it first, and it ends the process. */
  function standIn(script: string): CdkOptions {
    const file = join(folder, 'stand-in.js');
    writeFileSync(file, `${script}\nprocess.exit();\n`);
    return { ...options, environment: { ...options.environment, NODE_OPTIONS: `--require ${file}` } };
  }

  /** A CLI that prints this and fails. */
  const failingWith = (...lines: string[]): CdkOptions =>
    standIn(
      `require('node:fs').writeSync(1, ${JSON.stringify(`${lines.join('\n')}\n`)}); process.exitCode = 1;`,
    );

  it('hands on each line of the real one', async () => {
    const lines: string[] = [];
    await runCdk(options, ['list'], (line) => lines.push(line));
    expect(lines).toEqual(['small']);
  });

  it('fails with what the real one says', async () => {
    const failed = runCdk(options, ['deploy', 'large']);
    await expect(failed).rejects.toThrow(CdkError);
    await expect(failed).rejects.toThrow(/^cdk deploy failed:\nNo stacks match the name\(s\) large$/);
  });

  it("uses the assembly as it is, where no cdk.json of the user's is", async () => {
    const lines: string[] = [];
    const seen = standIn('console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)]))');
    await runCdk(seen, ['deploy', 'small'], (line) => lines.push(line));
    const { assembly } = options;
    const always = ['--app', assembly, '--no-notices', '--no-color', '--ci'];
    expect(lines.map((line) => JSON.parse(line))).toEqual([[assembly, 'deploy', 'small', ...always]]);
  });

  it("gives the CLI the sandbox's account, whatever this process has", async () => {
    process.env.AWS_PROFILE = 'production';
    process.env.AWS_SESSION_TOKEN = 'token';
    process.env.AWS_REGION = 'us-east-1';
    process.env.AWS_ENDPOINT_URL_STS = 'https://sts.us-east-1.amazonaws.com';
    process.env.CDK_DEFAULT_ACCOUNT = '210987654321';
    process.env.CDK_HOME = '/home/user/.cdk';
    process.env.TEAM = 'platform';
    const lines: string[] = [];
    const seen = standIn('console.log(JSON.stringify(process.env))');
    await runCdk(seen, ['list'], (line) => lines.push(line));
    const given = JSON.parse(lines[0] ?? '') as Record<string, string>;
    const about = Object.entries(given).filter(([name]) =>
      /^(AWS_|CDK_|HOME$|NO_PROXY$|no_proxy$)/.test(name),
    );
    expect(Object.fromEntries(about)).toEqual(options.environment);
    expect([given.TEAM, given.PATH]).toEqual(['platform', process.env.PATH]);
  });

  it('fails with the resources that failed, each with its reason and once, and not with what went well', async () => {
    const failed = runCdk(
      failingWith(
        '✨  Synthesis time: 0.38s',
        recorded.complete,
        recorded.listener,
        recorded.update,
        recorded.update,
        recorded.rollback,
        '',
        'Failed resources:',
        recorded.failedAgain,
        '❌  small failed to deploy',
        '❌  small failed to deploy',
      ),
      ['deploy', 'small'],
    );
    await expect(failed).rejects.toThrow(CdkError);
    await expect(failed).rejects.toMatchObject({
      message: [
        'cdk deploy failed:',
        '  AWS::ElasticLoadBalancingV2::Listener Api/Listener (ApiListener) An error occurred (LoadBalancerNotFound) when calling the CreateListener operation: The specified load balancer does not exist.',
        "  AWS::Logs::LogGroup Api/Group (ApiGroup) The sandbox's emulator cannot update KmsKeyId of AWS::Logs::LogGroup in place.",
        '  ❌  small failed to deploy',
      ].join('\n'),
    });
  });

  it('fails with the end of what was said when no resource is named', async () => {
    const said = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`);
    const failed = runCdk(failingWith(...said), ['bootstrap', 'aws://123456789012/eu-central-1']);
    await expect(failed).rejects.toMatchObject({
      message: ['cdk bootstrap failed:', ...said.slice(10)].join('\n'),
    });
  });

  it('does not start after an abort', async () => {
    const started = join(folder, 'started');
    const signal = AbortSignal.abort(new Error('stopped'));
    const run = { ...standIn(`require('node:fs').writeFileSync(${JSON.stringify(started)}, '')`), signal };
    await expect(runCdk(run, ['list'])).rejects.toThrow('stopped');
    expect(existsSync(started)).toBe(false);
  });

  describe('against an AWS that does not answer', () => {
    let server: Server;

    beforeEach(async () => {
      server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      options = {
        ...options,
        environment: cdkEnvironment(folder, { ...access, endpoint: `http://localhost:${port}` }),
      };
    });

    it("the sandbox's is called, whatever proxy and ~/.cdk.json the user has", async () => {
      const home = join(folder, 'home');
      mkdirSync(home);
      writeFileSync(join(home, '.cdk.json'), JSON.stringify({ profile: 'production' }));
      process.env = { ...process.env, HOME: home, HTTP_PROXY: 'http://127.0.0.1:9', no_proxy: 'example.com' };
      const controller = new AbortController();
      server.once('request', () => controller.abort(new Error('called')));
      const run = runCdk({ ...options, signal: controller.signal }, ['deploy', 'small']);
      await expect(run).rejects.toThrow(/^called$/);
    });

    afterEach(() => {
      // A CLI that was not ended is by this.
      server.close();
      server.closeAllConnections();
    });

    it('an abort ends the CLI while it waits', async () => {
      const controller = new AbortController();
      const closed = new Promise<string>((resolve) => {
        server.once('request', ({ socket, headers }) => {
          socket.once('close', () => resolve(headers.host ?? ''));
          controller.abort(new Error('stopped'));
        });
      });
      const run = runCdk({ ...options, signal: controller.signal }, ['deploy', 'small']);
      await expect(run).rejects.toThrow(/^stopped$/);
      expect(await closed).toBe(`localhost:${(server.address() as AddressInfo).port}`);
    });
  });
});
