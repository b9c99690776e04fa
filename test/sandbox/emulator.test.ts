import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CreateSecurityGroupCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { DeleteClusterCommand, ListClustersCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import { signedFetch } from '../../sandbox/signed-fetch';
import { type Aws, freePort, jsonCall, rawCall, startAws } from './emulator-kit';

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

/** The revision now. */
const revision = () => aws.emulator.control.changes(-1, 0);

describe('changes', () => {
  it('grow with a call that changed something, not with one that reads or failed, nor with what is told', async () => {
    const before = await revision();
    await aws.ecs.send(new ListClustersCommand({}));
    await aws.ec2.send(new DescribeVpcsCommand({}));
    const failing = aws.ecs.send(new DeleteClusterCommand({ cluster: 'none' }));
    await expect(failing).rejects.toThrow('Cluster not found.');
    await aws.emulator.control.putServices({});
    expect(await revision()).toBe(before);
    await aws.ec2.send(new CreateSecurityGroupCommand({ GroupName: 'y', Description: 'y' }));
    expect(await revision()).toBe(before + 1);
    await rawCall(aws.emulator.access, 'route53', {
      path: '/2013-04-01/hostedzone',
      body: '<CreateHostedZoneRequest><Name>other.test</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>',
    });
    expect(await revision()).toBe(before + 2);
  });

  it('are waited for, at most as long as asked', async () => {
    const before = await revision();
    const started = performance.now();
    expect(await aws.emulator.control.changes(before, 0.3)).toBe(before);
    expect(performance.now() - started).toBeGreaterThan(250);
    const waiting = aws.emulator.control.changes(before, 60);
    await aws.ec2.send(new CreateSecurityGroupCommand({ GroupName: 'z', Description: 'z' }));
    expect(await waiting).toBe(before + 1);
  });
});

describe('what the emulator cannot do', () => {
  const listed = async (action: string) =>
    (await aws.emulator.control.unsupported()).filter((one) => one.action === action);

  it('is an action that moto lacks: refused at once, in the protocol of the service, and recorded', async () => {
    const { status, answer } = await jsonCall(
      aws.emulator.access,
      'ecs',
      'AmazonEC2ContainerServiceV20141113.ExecuteCommand',
      {},
    );
    expect(status).toBe(501);
    expect(answer).toMatchObject({
      __type: 'NotImplementedInSandbox',
      message: expect.stringMatching(
        /^The sandbox's emulator \(moto [\d.]+\) cannot do ecs:ExecuteCommand: /,
      ),
    });
    expect(await listed('ExecuteCommand')).toEqual([
      {
        service: 'ecs',
        action: 'ExecuteCommand',
        count: 1,
        detail: 'The execute_command action has not been implemented',
      },
    ]);
    const xml = await rawCall(aws.emulator.access, 'elasticloadbalancing', {
      method: 'GET',
      path: '/?Action=DescribeTrustStores&Version=2015-12-01',
    });
    expect(xml.status).toBe(501);
    expect(xml.text).toContain('<Code>NotImplementedInSandbox</Code>');
  });

  it('is a task outside a service: the SDK fails without trying again', async () => {
    const command = new RunTaskCommand({ cluster: 'main', taskDefinition: 'orders' });
    await expect(aws.ecs.send(command)).rejects.toMatchObject({
      name: 'NotImplementedInSandbox',
      message: expect.stringContaining('the sandbox runs tasks of services only'),
    });
    expect(await listed('RunTask')).toMatchObject([{ service: 'ecs', count: 1 }]);
  });

  it('is a path that no service has', async () => {
    const path = '/2013-04-01/trafficpolicy/1/1';
    expect((await rawCall(aws.emulator.access, 'route53', { method: 'GET', path })).status).toBe(501);
    expect(await listed(`Get ${path}`)).toMatchObject([{ service: 'route53', count: 1 }]);
  });

  it('is a resource type of CloudFormation that moto lacks: the template is refused as a whole', async () => {
    const create = (name: string, resources: unknown) => {
      const template = encodeURIComponent(JSON.stringify({ Resources: resources }));
      const query = `Action=CreateStack&Version=2010-05-15&StackName=${name}&TemplateBody=${template}`;
      return rawCall(aws.emulator.access, 'cloudformation', { method: 'GET', path: `/?${query}` });
    };
    const bucket = { Type: 'AWS::S3::Bucket' };
    const refused = await create('refused', {
      Bucket: bucket,
      Names: { Type: 'AWS::AppRunner::Service', Properties: { Name: 'x' } },
    });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('does not have these resource types: AWS::AppRunner::Service');
    expect(await listed('AWS::AppRunner::Service')).toMatchObject([{ service: 'cloudformation', count: 1 }]);
    const taken = await create('taken', { Bucket: bucket, CDKMetadata: { Type: 'AWS::CDK::Metadata' } });
    expect(taken.status).toBe(200);
  });
});

describe('the control interface', () => {
  const put = async (path: string, body: string) => {
    const response = await signedFetch(aws.emulator.access, 'sandbox', `/_sandbox/${path}`, {
      method: 'PUT',
      body,
    });
    return { status: response.status, answer: (await response.json()) as { readonly error: string } };
  };

  it.each([
    ['ecs/services', 'nonsense', 'the body is not JSON'],
    ['ecs/services', '[]', 'the body must be an object of service ARN to report'],
    ['ecs/services', '{"arn":1}', 'arn: the report must be an object'],
    ['ecs/services', '{"arn":{"deployments":[1]}}', 'arn: deployments must be a list of objects'],
    ['ecs/services', '{"arn":{"deployments":[{}]}}', 'arn: id is missing'],
    [
      'ecs/services',
      '{"arn":{"deployments":[{"id":"a","rolloutState":"DONE"}]}}',
      "arn: rolloutState 'DONE' is not one of IN_PROGRESS, COMPLETED, FAILED",
    ],
    [
      'ecs/services',
      '{"arn":{"deployments":[{"id":"a","runningCount":-1}]}}',
      'arn: runningCount must be a whole number from 0, not -1',
    ],
    ['ecs/rollback', '{}', 'the body must be an object with serviceArn and reason'],
    ['ecs/rollback', '{"serviceArn":"arn:x","reason":"y"}', 'there is no service arn:x'],
    ['elbv2/health', '{"arn":[{"id":"a","port":1}]}', 'arn: state None is not one of '],
    ['elbv2/health', '{"arn":[{"id":"a","state":"healthy"}]}', 'arn: a target needs an id and a port'],
  ])('refuses PUT %s %s', async (path, body, error) => {
    const refused = await put(path, body);
    expect(refused.status).toBe(400);
    expect(refused.answer.error).toContain(error);
  });

  it('knows no other path', async () => {
    expect(await put('ecs', '{}')).toEqual({
      status: 404,
      answer: { error: 'there is no PUT /_sandbox/ecs' },
    });
  });
});

describe('the process', () => {
  const launcher = join(__dirname, '../../sandbox/emulator/launcher.py');
  const launch = (port: number, ...more: string[]) =>
    spawn('python3', [launcher, '--port', String(port), '--region', 'eu-central-1', ...more], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        PYTHONDONTWRITEBYTECODE: '1',
        AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'secret',
      },
    });

  it('ends with 3 and names the port when it is in use', async () => {
    const port = Number(new URL(aws.emulator.endpoint).port);
    const child = launch(port);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    expect(await once(child, 'close')).toEqual([3, null]);
    expect(said).toBe(`port ${port} on 127.0.0.1 is in use\n`);
  });

  it('ends when the process that it belongs to is gone', async () => {
    const owner = spawn('sleep', ['1000'], { stdio: 'ignore' });
    const child = launch(await freePort(), '--parent-pid', String(owner.pid));
    const ended = once(child, 'exit');
    owner.kill('SIGKILL');
    expect(await ended).toEqual([0, null]);
  });

  it('ends at once with SIGTERM, also while somebody waits for a change', async () => {
    const own = await startAws();
    const waiting = own.emulator.control.changes(1000, 60).catch(() => undefined);
    const started = performance.now();
    await own.stop();
    expect(performance.now() - started).toBeLessThan(4000);
    expect(await own.emulator.exited).toBe('the emulator ended with exit code 0');
    await waiting;
  });
});
