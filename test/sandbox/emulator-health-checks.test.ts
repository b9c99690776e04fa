/** What the emulator, like ECS, refuses in a container's health check, and what Cloud Map keeps of a task's health. */
import { type HealthCheck, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  CreatePrivateDnsNamespaceCommand,
  CreateServiceCommand,
  GetInstancesHealthStatusCommand,
  ListNamespacesCommand,
  RegisterInstanceCommand,
  UpdateInstanceCustomHealthStatusCommand,
} from '@aws-sdk/client-servicediscovery';
import { type Aws, createNetwork, startAws } from './emulator-kit';

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

const register = (healthCheck: HealthCheck) =>
  aws.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'checked',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'main', image: 'api:1', command: ['node'], healthCheck }],
    }),
  );

const command = ['CMD', 'true'];

test.each<[HealthCheck, string]>([
  [{ command: ['true'] }, 'must start with NONE, CMD, CMD-SHELL'],
  [{ command: ['CMD'] }, 'must start with NONE, CMD, CMD-SHELL'],
  [{ command, interval: 4 }, 'Invalid health check interval of container main: 4. It must be from 5 to 300.'],
  [{ command, interval: 301 }, 'must be from 5 to 300'],
  [{ command, timeout: 1 }, 'must be from 2 to 60'],
  [{ command, timeout: 61 }, 'must be from 2 to 60'],
  [{ command, retries: 0 }, 'must be from 1 to 10'],
  [{ command, retries: 11 }, 'must be from 1 to 10'],
  [{ command, startPeriod: 301 }, 'must be from 0 to 300'],
])('%j is refused', async (healthCheck, message) => {
  await expect(register(healthCheck)).rejects.toThrow(message);
});

test('the least and the most are taken', async () => {
  for (const check of [
    { command, interval: 5, timeout: 2, retries: 1, startPeriod: 0 },
    { command: ['CMD-SHELL', 'true'], interval: 300, timeout: 60, retries: 10, startPeriod: 300 },
  ]) {
    const { taskDefinition } = await register(check);
    expect(taskDefinition?.containerDefinitions?.[0]?.healthCheck).toEqual(check);
  }
});

test('Cloud Map begins with the health that it is told, and keeps none without a custom health check', async () => {
  const { vpc } = await createNetwork(aws);
  await aws.cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name: 'shop.internal', Vpc: vpc }));
  const { Namespaces = [] } = await aws.cloudMap.send(new ListNamespacesCommand({}));
  const NamespaceId = Namespaces[0]?.Id;
  const named = async (Name: string, custom: boolean) => {
    const { Service } = await aws.cloudMap.send(
      new CreateServiceCommand({
        Name,
        NamespaceId,
        DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 5 }] },
        ...(custom && { HealthCheckCustomConfig: { FailureThreshold: 1 } }),
      }),
    );
    const ServiceId = Service?.Id ?? '';
    const Attributes = { AWS_INSTANCE_IPV4: '127.50.1.4', AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' };
    await aws.cloudMap.send(new RegisterInstanceCommand({ ServiceId, InstanceId: 'one', Attributes }));
    return ServiceId;
  };
  const health = async (ServiceId: string) =>
    (await aws.cloudMap.send(new GetInstancesHealthStatusCommand({ ServiceId }))).Status;
  const say = (ServiceId: string) =>
    aws.cloudMap.send(
      new UpdateInstanceCustomHealthStatusCommand({ ServiceId, InstanceId: 'one', Status: 'HEALTHY' }),
    );
  const checked = await named('orders', true);
  expect(await health(checked)).toEqual({ one: 'UNHEALTHY' });
  await say(checked);
  expect(await health(checked)).toEqual({ one: 'HEALTHY' });
  await expect(say(await named('catalog', false))).rejects.toThrow('has no custom health check');
});
