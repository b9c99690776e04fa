/** What a task definition says of its containers, alone and beside each other. */
import type { Blueprint, Container } from '../../constructs/blueprint/blueprint';
import { type Settings, synthesized, synthesizedAt } from './support/aws-cdk-template';
import { blueprintAt } from './support/blueprints';

const identity: Blueprint['identity'] = {
  userPoolName: 'shop',
  domainPrefix: 'shop-tokens',
  tokenDomain: 'auth.eu-central-1.amazoncognito.com',
  deletionProtection: false,
  resourceServer: { identifier: 'api', name: 'api', scopes: [] },
  machineClients: [],
};

/** The gateway stage with these in the place of each member's containers. */
function withContainers(
  containers: (own: Container) => Container[],
  more: Partial<Blueprint> & { readonly volumes?: readonly string[] } = {},
): Settings {
  const { volumes, ...blueprint } = { ...blueprintAt('gateway'), ...more };
  const { gateway } = blueprint;
  if (gateway === undefined) throw new Error('no gateway');
  const members = gateway.members.map((member) => ({
    ...member,
    taskDefinition: {
      ...member.taskDefinition,
      containers: member.taskDefinition.containers.flatMap(containers),
      ...(volumes && { volumes }),
    },
  }));
  return synthesized({ ...blueprint, gateway: { ...gateway, members } }).one('GatewaygatewayaTaskDefinition');
}

test('one that says nothing of others says only what it is', () => {
  const { ContainerDefinitions, ...task } = synthesizedAt('gateway').one('GatewaygatewayaTaskDefinition');
  expect(ContainerDefinitions).toEqual([
    {
      Name: 'gateway-a',
      Image: 'registry.example/haproxy:lts',
      Essential: true,
      EntryPoint: ['sh', '-c'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell reads it, and nothing before it
      Command: ['echo "${CONFIG}" | base64 -d | gunzip > /tmp/haproxy.cfg'],
      PortMappings: [8080, 9000, 10000].map((port) => ({
        ContainerPort: port,
        HostPort: port,
        Protocol: 'tcp',
      })),
      Environment: [
        { Name: 'CONFIG', Value: 'H4sIAAAA' },
        { Name: 'ME', Value: 'gateway-a' },
      ],
      Secrets: [{ Name: 'CONSUMERS', ValueFrom: { Ref: expect.stringMatching(/^GatewayConsumersSecret/) } }],
      StopTimeout: 60,
      LogConfiguration: {
        LogDriver: 'awslogs',
        Options: {
          'awslogs-group': { Ref: expect.stringMatching(/^GatewaygatewayaLogsGroup/) },
          'awslogs-region': 'eu-central-1',
          'awslogs-stream-prefix': 'gateway-a',
          mode: 'non-blocking',
          'max-buffer-size': '26214400b',
        },
      },
    },
  ]);
  expect(task).toMatchObject({
    Family: 'shop-gateway-a',
    Cpu: '256',
    Memory: '512',
    NetworkMode: 'awsvpc',
    RequiresCompatibilities: ['FARGATE'],
    RuntimePlatform: { CpuArchitecture: 'X86_64', OperatingSystemFamily: 'LINUX' },
  });
  expect(task.Volumes).toBeUndefined();
});

const beside = (own: Container): Container[] => [
  { ...own, dependsOn: [{ container: 'keys', condition: 'HEALTHY' }] },
  {
    name: 'keys',
    image: 'registry.example/keys:1',
    ports: [],
    secrets: {},
    environment: { B: '2' },
    stopTimeoutSeconds: 5,
    essential: false,
    healthCheck: {
      command: ['CMD-SHELL', 'test -e /keys/current'],
      intervalSeconds: 10,
      timeoutSeconds: 3,
      retries: 2,
      startPeriodSeconds: 5,
    },
    mounts: [{ volume: 'keys', path: '/keys', readOnly: true }],
    engineValues: { A_ISSUER: { ref: 'user-pool-issuer' } },
  },
];

test('what it says of others is told in the words of ECS', () => {
  const { ContainerDefinitions, Volumes } = withContainers(beside, { identity, volumes: ['keys'] });
  const [gateway, keys] = ContainerDefinitions;
  expect(Volumes).toEqual([{ Name: 'keys' }]);
  expect(gateway.DependsOn).toEqual([{ ContainerName: 'keys', Condition: 'HEALTHY' }]);
  expect(keys).toMatchObject({
    Essential: false,
    HealthCheck: {
      Command: ['CMD-SHELL', 'test -e /keys/current'],
      Interval: 10,
      Timeout: 3,
      Retries: 2,
      StartPeriod: 5,
    },
    MountPoints: [{ SourceVolume: 'keys', ContainerPath: '/keys', ReadOnly: true }],
    Environment: [
      {
        Name: 'A_ISSUER',
        Value: { 'Fn::GetAtt': [expect.stringMatching(/^IdentityUserPool/), 'ProviderURL'] },
      },
      { Name: 'B', Value: '2' },
    ],
  });
});

test('what is not there is refused', () => {
  expect(() => withContainers(beside, { volumes: ['keys'] })).toThrow(
    'Container "keys" reads the user-pool-issuer, and there is none. Give it as userPoolIssuer.',
  );
  expect(() => withContainers((own) => beside(own).slice(0, 1))).toThrow(
    'Container "gateway-a" waits for "keys", which is not in its task. Containers: gateway-a.',
  );
});
