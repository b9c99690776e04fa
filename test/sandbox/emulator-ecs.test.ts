import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  ListServicesCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { DeleteRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateServiceCommand as CreateNameCommand,
  CreatePrivateDnsNamespaceCommand,
} from '@aws-sdk/client-servicediscovery';
import {
  type Aws,
  attach,
  type Balancer,
  createBalancer,
  createCluster,
  createNetwork,
  createTargetGroup,
  type Network,
  registerTask,
  startAws,
} from './emulator-kit';

let aws: Aws;
let network: Network;
let balancer: Balancer;
let group: string;
let task: string;

beforeAll(async () => {
  aws = await startAws();
  network = await createNetwork(aws);
  await createCluster(aws);
  balancer = await createBalancer(aws, network, 'edge');
  group = await createTargetGroup(aws, network, 'orders');
  await attach(aws, balancer.listener, group, 1);
  task = await registerTask(aws);
});
afterAll(() => aws.stop());

const input = (serviceName: string, more: Partial<CreateServiceCommandInput> = {}) => ({
  cluster: 'main',
  serviceName,
  taskDefinition: task,
  desiredCount: 2,
  launchType: 'FARGATE' as const,
  networkConfiguration: {
    awsvpcConfiguration: { subnets: [...network.subnets], securityGroups: [network.securityGroup] },
  },
  ...more,
});

const create = (serviceName: string, more: Partial<CreateServiceCommandInput> = {}) =>
  aws.ecs.send(new CreateServiceCommand(input(serviceName, more)));

async function described(name: string): Promise<Service> {
  const command = new DescribeServicesCommand({ cluster: 'main', services: [name], include: ['TAGS'] });
  const service = (await aws.ecs.send(command)).services?.[0];
  if (!service) throw new Error(`no service ${name}`);
  return service;
}

const behind = (targetGroupArn: string) => [{ targetGroupArn, containerName: 'app', containerPort: 8080 }];

describe('a service', () => {
  it('is the same when the call comes again with its token, as from a client that got no answer', async () => {
    const first = await create('again', { clientToken: 'the call' });
    const second = await create('again', { clientToken: 'the call' });
    expect(second.service?.createdAt).toEqual(first.service?.createdAt);
    expect(second.service?.deployments).toEqual(first.service?.deployments);
    expect((await described('again')).deployments).toHaveLength(1);
  });

  it('reads back as it was written', async () => {
    const { OperationId } = await aws.cloudMap.send(
      new CreatePrivateDnsNamespaceCommand({ Name: 'internal', Vpc: network.vpc }),
    );
    expect(OperationId).toBeDefined();
    const { Service: name } = await aws.cloudMap.send(new CreateNameCommand({ Name: 'orders' }));
    const written = {
      loadBalancers: behind(group),
      serviceRegistries: [{ registryArn: name?.Arn ?? '' }],
      deploymentConfiguration: {
        maximumPercent: 100,
        minimumHealthyPercent: 0,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
      healthCheckGracePeriodSeconds: 30,
      enableExecuteCommand: true,
      enableECSManagedTags: true,
      propagateTags: 'SERVICE' as const,
      availabilityZoneRebalancing: 'DISABLED' as const,
      tags: [{ key: 'environment', value: 'sandbox' }],
    };
    await create('written', written);
    expect(await described('written')).toMatchObject({
      ...written,
      serviceArn: 'arn:aws:ecs:eu-central-1:123456789012:service/main/written',
      status: 'ACTIVE',
      taskDefinition: task,
      desiredCount: 2,
      launchType: 'FARGATE',
      platformVersion: 'LATEST',
      schedulingStrategy: 'REPLICA',
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: network.subnets,
          securityGroups: [network.securityGroup],
          assignPublicIp: 'DISABLED',
        },
      },
    });
  });

  it('gets the defaults of ECS', async () => {
    await create('plain');
    expect(await described('plain')).toMatchObject({
      deploymentConfiguration: {
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        deploymentCircuitBreaker: { enable: false, rollback: false },
      },
      loadBalancers: [],
      serviceRegistries: [],
      enableExecuteCommand: false,
      enableECSManagedTags: false,
      propagateTags: 'NONE',
      availabilityZoneRebalancing: 'ENABLED',
    });
  });

  it('is updated in every part, back to empty lists too', async () => {
    await create('changing', { loadBalancers: behind(group), healthCheckGracePeriodSeconds: 30 });
    await aws.ecs.send(
      new UpdateServiceCommand({
        cluster: 'main',
        service: 'changing',
        loadBalancers: [],
        serviceRegistries: [],
        healthCheckGracePeriodSeconds: 0,
        enableExecuteCommand: true,
        propagateTags: 'TASK_DEFINITION',
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
        availabilityZoneRebalancing: 'DISABLED',
        networkConfiguration: { awsvpcConfiguration: { subnets: [network.subnets[0]] } },
      }),
    );
    expect(await described('changing')).toMatchObject({
      loadBalancers: [],
      serviceRegistries: [],
      healthCheckGracePeriodSeconds: 0,
      enableExecuteCommand: true,
      propagateTags: 'TASK_DEFINITION',
      deploymentConfiguration: {
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        deploymentCircuitBreaker: { enable: true, rollback: false },
      },
      availabilityZoneRebalancing: 'DISABLED',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: [network.subnets[0]], securityGroups: [] },
      },
    });
  });

  it('that was deleted is no longer listed, and its name is free', async () => {
    await create('leaving');
    const gone = { cluster: 'main', service: 'leaving' };
    await expect(aws.ecs.send(new DeleteServiceCommand(gone))).rejects.toThrow(
      'The service cannot be stopped while it is scaled above 0.',
    );
    await aws.ecs.send(new DeleteServiceCommand({ ...gone, force: true }));
    expect((await described('leaving')).status).toBe('INACTIVE');
    const { serviceArns } = await aws.ecs.send(new ListServicesCommand({ cluster: 'main' }));
    expect(serviceArns).not.toContain('arn:aws:ecs:eu-central-1:123456789012:service/main/leaving');
    await expect(aws.ecs.send(new UpdateServiceCommand({ ...gone, desiredCount: 1 }))).rejects.toMatchObject({
      name: 'ServiceNotActiveException',
    });
    await create('leaving');
    expect((await described('leaving')).status).toBe('ACTIVE');
  });
});

describe('ECS refuses', () => {
  const refused = (more: Partial<CreateServiceCommandInput>) => create('refused', more);

  it('a target group that no load balancer uses, also when one did', async () => {
    const alone = await createTargetGroup(aws, network, 'alone');
    const error = {
      name: 'InvalidParameterException',
      message: `The target group with targetGroupArn ${alone} does not have an associated load balancer.`,
    };
    await expect(refused({ loadBalancers: behind(alone) })).rejects.toMatchObject(error);
    await create('detached');
    const update = new UpdateServiceCommand({
      cluster: 'main',
      service: 'detached',
      loadBalancers: behind(alone),
    });
    await expect(aws.ecs.send(update)).rejects.toMatchObject(error);
    const rule = await attach(aws, balancer.listener, alone, 2);
    await aws.ecs.send(update);
    await aws.elb.send(new DeleteRuleCommand({ RuleArn: rule }));
    await expect(refused({ loadBalancers: behind(alone) })).rejects.toMatchObject(error);
  });

  it.each([
    [
      'an unknown target group',
      { loadBalancers: behind('arn:none') },
      'The specified target group arn:none does not exist.',
    ],
    [
      'an unknown service registry',
      { serviceRegistries: [{ registryArn: 'arn:none' }] },
      'Unable to find service registry arn:none.',
    ],
    [
      'a grace period without a load balancer',
      { healthCheckGracePeriodSeconds: 10 },
      'Health check grace period is only valid for services configured to use load balancers',
    ],
    [
      'a Fargate service without a network',
      { networkConfiguration: undefined },
      "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    ],
    [
      'zone rebalancing where no task may be started first',
      {
        availabilityZoneRebalancing: 'ENABLED' as const,
        deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 0 },
      },
      'Availability Zone rebalancing needs a maximumPercent greater than 100.',
    ],
  ])('%s', async (_, more, message) => {
    await expect(refused(more)).rejects.toMatchObject({ name: 'InvalidParameterException', message });
  });

  it.each([
    ['name', 'sidecar', 8080, 'The container sidecar does not exist in the task definition.'],
    ['port', 'app', 9999, 'The container app did not have a container port 9999 defined.'],
  ])(
    'a container %s that the task definition does not have',
    async (_, containerName, containerPort, message) => {
      const loadBalancers = [{ targetGroupArn: group, containerName, containerPort }];
      await expect(refused({ loadBalancers })).rejects.toMatchObject({ message });
    },
  );

  it('a name in use', async () => {
    await create('twice');
    await expect(create('twice')).rejects.toThrow('Creation of service was not idempotent.');
  });

  it('a name in use, with the token of the first call and another setting, or with another token', async () => {
    await create('token', { clientToken: 'one' });
    const message = 'Creation of service was not idempotent.';
    await expect(create('token', { clientToken: 'one', desiredCount: 3 })).rejects.toThrow(message);
    await expect(create('token', { clientToken: 'two' })).rejects.toThrow(message);
    expect((await described('token')).desiredCount).toBe(2);
  });

  it('a call with its token again, once the service drains or is gone', async () => {
    const token = { clientToken: 'drained', desiredCount: 0 };
    const first = await create('drained', token);
    await aws.ecs.send(new DeleteServiceCommand({ cluster: 'main', service: 'drained' }));
    const second = await create('drained', token);
    expect(second.service?.createdAt).not.toEqual(first.service?.createdAt);
  });

  it('a task definition that was deregistered', async () => {
    const old = await registerTask(aws);
    await aws.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: old }));
    await expect(refused({ taskDefinition: old })).rejects.toThrow('TaskDefinition is inactive');
  });

  it('a task definition beyond 64 KiB', async () => {
    const register = (length: number) =>
      aws.ecs.send(
        new RegisterTaskDefinitionCommand({
          family: 'large',
          containerDefinitions: [{ name: 'app', image: 'x', memory: 128, command: ['x'.repeat(length)] }],
        }),
      );
    await register(65_000);
    await expect(register(65_536)).rejects.toThrow(
      /^Actual length: '\d+'\. Max allowed length is '65536' bytes\.$/,
    );
  });

  it('to delete a cluster under its services', async () => {
    await expect(aws.ecs.send(new DeleteClusterCommand({ cluster: 'main' }))).rejects.toMatchObject({
      name: 'ClusterContainsServicesException',
    });
  });
});
