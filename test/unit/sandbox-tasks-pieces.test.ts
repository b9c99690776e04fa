import { describe, expect, test } from '@jest/globals';
import { Addresses } from '../../sandbox/tasks/addresses';
import {
  afterFailure,
  afterHealthyTask,
  breakerThreshold,
  NO_FAILURES,
  restartDelaySeconds,
} from '../../sandbox/tasks/failures';
import { nextHealth, UNCHECKED_SECONDS } from '../../sandbox/tasks/health';
import { atAddress } from '../../sandbox/tasks/health-command';
import { toServiceView } from '../../sandbox/tasks/service-view';
import { toTaskSpec } from '../../sandbox/tasks/task-definition';
import { parseValueFrom, pickJsonKey } from '../../sandbox/tasks/value-from';

describe('addresses', () => {
  const a = { id: 'subnet-a', zone: 'eu-central-1a', cidr: '127.50.0.0/28' };
  const b = { id: 'subnet-b', zone: 'eu-central-1b', cidr: '127.50.0.16/28' };

  test('skips what AWS keeps and what the load balancer has', () => {
    const addresses = new Addresses();
    const taken = Array.from({ length: 10 }, () => addresses.take([a], []).address);
    expect(taken.map((address) => Number(address.split('.')[3]))).toEqual([4, 5, 6, 7, 8, 9, 11, 12, 13, 14]);
    expect(() => addresses.take([a], [])).toThrow('no free address in subnet-a (127.50.0.0/28)');
  });

  test('goes to the zone with the fewest tasks, then to the next subnet that has room', () => {
    const addresses = new Addresses();
    expect(addresses.take([a, b], []).address).toBe('127.50.0.4');
    expect(addresses.take([a, b], ['eu-central-1a']).address).toBe('127.50.0.20');
    expect(addresses.take([a, b], ['eu-central-1a', 'eu-central-1b']).address).toBe('127.50.0.5');
  });

  test('an address that was given back rests while others are free', () => {
    const addresses = new Addresses();
    addresses.release(addresses.take([a], []).address);
    expect(addresses.take([a], []).address).toBe('127.50.0.5');
  });

  test('a network that is not on loopback is refused with what to do', () => {
    expect(() => new Addresses().take([{ id: 'subnet-x', zone: 'z', cidr: '10.0.0.0/24' }], [])).toThrow(
      'subnet subnet-x is 10.0.0.0/24: tasks of the sandbox run on loopback addresses only',
    );
    expect(() => new Addresses().take([], [])).toThrow('the service names no subnet');
  });
});

describe('failures', () => {
  test('the delay doubles from the second fast failure on, up to a minute', () => {
    expect([1, 2, 3, 4, 7, 8, 9, 50].map(restartDelaySeconds)).toEqual([0, 1, 2, 4, 32, 60, 60, 60]);
  });

  test('a task that served for ten seconds is replaced at once, however many failed before', () => {
    const often = { failedTasks: 0, inARow: 7, mayStartAtMs: 0 };
    expect(afterFailure(often, { healthySeconds: 10, completed: true }, 5000)).toEqual({
      failedTasks: 0,
      inARow: 0,
      mayStartAtMs: 5000,
    });
  });

  test('before the deployment completes, failures are its own', () => {
    const once = afterFailure(NO_FAILURES, { healthySeconds: undefined, completed: false }, 5000);
    expect(once).toEqual({ failedTasks: 1, inARow: 1, mayStartAtMs: 5000 });
    expect(afterFailure(once, { healthySeconds: 1, completed: false }, 6000)).toEqual({
      failedTasks: 2,
      inARow: 2,
      mayStartAtMs: 7000,
    });
  });

  test('a healthy task lets the circuit breaker count anew', () => {
    expect(afterHealthyTask({ failedTasks: 2, inARow: 2, mayStartAtMs: 7000 })).toEqual({
      failedTasks: 0,
      inARow: 2,
      mayStartAtMs: 7000,
    });
  });

  test.each([
    [0, 3],
    [5, 3],
    [7, 4],
    [10, 5],
    [1000, 200],
  ])('%i desired tasks: the circuit breaker trips at %i', (desired, threshold) => {
    expect(breakerThreshold(desired)).toBe(threshold);
  });
});

describe('health', () => {
  const alone = { targets: [], waited: false, containers: undefined };

  test('is what the target groups say, all of them', () => {
    expect(nextHealth('unknown', { ...alone, targets: ['healthy', 'healthy'] })).toBe('healthy');
    expect(nextHealth('unknown', { ...alone, targets: ['healthy', 'initial'] })).toBe('unknown');
    expect(nextHealth('healthy', { ...alone, targets: ['healthy', 'unhealthy'] })).toBe('unhealthy');
    expect(nextHealth('unknown', { ...alone, targets: ['initial'], waited: true })).toBe('unknown');
  });

  test('a task that served is not replaced because its target group is out of use for a moment', () => {
    expect(nextHealth('healthy', { ...alone, targets: [undefined] })).toBe('healthy');
    expect(nextHealth('healthy', { ...alone, targets: ['unused'] })).toBe('healthy');
    expect(nextHealth('unhealthy', { ...alone, targets: ['initial'] })).toBe('unknown');
  });

  test('a task that nobody checks counts once it has waited', () => {
    expect(nextHealth('unknown', alone)).toBe('unknown');
    expect(nextHealth('unknown', { ...alone, waited: true })).toBe('healthy');
    expect(UNCHECKED_SECONDS).toBe(40);
  });

  test('a health check of a container counts at once, however long the task has run', () => {
    expect(nextHealth('unknown', { ...alone, waited: true, containers: 'UNKNOWN' })).toBe('unknown');
    expect(nextHealth('unknown', { ...alone, containers: 'HEALTHY' })).toBe('healthy');
    expect(nextHealth('healthy', { ...alone, waited: true, containers: 'UNHEALTHY' })).toBe('unhealthy');
  });

  test('behind a load balancer both have to pass', () => {
    expect(nextHealth('unknown', { ...alone, targets: ['healthy'], containers: 'UNKNOWN' })).toBe('unknown');
    expect(nextHealth('unknown', { ...alone, targets: ['initial'], containers: 'HEALTHY' })).toBe('unknown');
    expect(nextHealth('unknown', { ...alone, targets: ['healthy'], containers: 'HEALTHY' })).toBe('healthy');
  });

  test("localhost in a health check's command is the task's own address", () => {
    const text = 'curl -f http://localhost:8080/healthz?of=localhost.test || nc 127.0.0.1 80 && x 127.0.0.12';
    expect(atAddress(['CMD-SHELL', text], '127.9.0.4')).toEqual([
      'CMD-SHELL',
      'curl -f http://127.9.0.4:8080/healthz?of=localhost.test || nc 127.9.0.4 80 && x 127.0.0.12',
    ]);
  });
});

describe('valueFrom', () => {
  const secret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf';

  test.each([
    [secret, { kind: 'secret', arn: secret }],
    [`${secret}:token::`, { kind: 'secret', arn: secret, jsonKey: 'token' }],
    [`${secret}::AWSPREVIOUS:`, { kind: 'secret', arn: secret, stage: 'AWSPREVIOUS' }],
    [`${secret}:token::v1`, { kind: 'secret', arn: secret, jsonKey: 'token', version: 'v1' }],
    ['arn:aws:ssm:eu-central-1:123456789012:parameter/a/b', { kind: 'parameter', name: '/a/b' }],
    ['arn:aws:ssm:eu-central-1:123456789012:parameter/a', { kind: 'parameter', name: 'a' }],
    ['plain-name', { kind: 'parameter', name: 'plain-name' }],
  ])('%s', (text, expected) => {
    expect(parseValueFrom(text)).toEqual(expected);
  });

  test('any other ARN is refused', () => {
    expect(() => parseValueFrom('arn:aws:s3:::bucket')).toThrow(
      'is the ARN of neither a Secrets Manager secret nor',
    );
  });

  test('a key is picked from JSON, and its absence is told', () => {
    expect(pickJsonKey(secret, '{"a":"x","b":2}', 'a')).toBe('x');
    expect(pickJsonKey(secret, '{"a":"x","b":2}', 'b')).toBe('2');
    expect(pickJsonKey(secret, 'text', undefined)).toBe('text');
    expect(() => pickJsonKey(secret, '{"a":"x"}', 'c')).toThrow('has no key "c"');
    expect(() => pickJsonKey(secret, 'text', 'c')).toThrow('is not JSON');
  });
});

describe('task definition', () => {
  const main = { name: 'main', image: 'api:1', command: ['node', 'server.js'] };

  test('becomes what a process needs, with defaults as on Fargate', () => {
    const spec = toTaskSpec({
      taskDefinitionArn: 'arn:td',
      family: 'api',
      containerDefinitions: [
        {
          ...main,
          entryPoint: ['/bin/sh', '-c'],
          environment: [{ name: 'PORT', value: '8080' }],
          secrets: [{ name: 'KEYS', valueFrom: 'arn:x' }],
          portMappings: [{ containerPort: 8080 }, { containerPort: 53, protocol: 'udp' }],
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': '/api', 'awslogs-stream-prefix': 'api' },
          },
        },
      ],
    });
    expect(spec).toEqual({
      arn: 'arn:td',
      family: 'api',
      containers: [
        {
          name: 'main',
          command: ['/bin/sh', '-c', 'node', 'server.js'],
          environment: { PORT: '8080' },
          secrets: { KEYS: 'arn:x' },
          ports: [8080],
          essential: true,
          dependsOn: [],
          stopTimeoutSeconds: 30,
          awslogs: { group: '/api', streamPrefix: 'api' },
        },
      ],
    });
  });

  test('volumes are folders, and a container that is not essential may run what its image says', () => {
    const mountPoints = [{ sourceVolume: 'keys', containerPath: '/keys', readOnly: true }];
    const spec = toTaskSpec({
      volumes: [{ name: 'keys' }],
      containerDefinitions: [
        { ...main, mountPoints },
        { name: 'side', image: 'collector:1', essential: false },
      ],
    });
    expect(spec.volumes).toEqual(['keys']);
    expect(spec.containers[0]?.mounts).toEqual([{ volume: 'keys', path: '/keys' }]);
    expect(spec.containers[1]).toMatchObject({ command: [], essential: false });
    const efs = { name: 'files', efsVolumeConfiguration: { fileSystemId: 'fs-1' } };
    expect(() => toTaskSpec({ volumes: [efs], containerDefinitions: [main] })).toThrow(
      'volume "files" is a file system outside of the task',
    );
  });

  test.each([
    ['no command', [{ name: 'main', image: 'api:1' }], 'the sandbox has no container engine'],
    [
      'no command of a container that an essential one needs',
      [
        { ...main, dependsOn: [{ containerName: 'api', condition: 'START' as const }] },
        { name: 'api', image: 'api:1', essential: false },
      ],
      'container "api" (api:1) has no command: the sandbox has no container engine',
    ],
    ['no container', [], 'the task definition has no container'],
    [
      'an unknown dependency',
      [{ ...main, dependsOn: [{ containerName: 'init', condition: 'START' as const }] }],
      'depends on "init", which is not in the task definition',
    ],
    [
      'a dependency on health that nobody checks',
      [
        { ...main, dependsOn: [{ containerName: 'side', condition: 'HEALTHY' as const }] },
        { ...main, name: 'side' },
      ],
      'which has no health check',
    ],
    [
      'a circle',
      [
        { ...main, dependsOn: [{ containerName: 'side', condition: 'START' as const }] },
        { ...main, name: 'side', dependsOn: [{ containerName: 'main', condition: 'START' as const }] },
      ],
      'containers wait for each other: main -> side -> main',
    ],
  ])('%s is refused', (_, containerDefinitions, message) => {
    expect(() => toTaskSpec({ containerDefinitions })).toThrow(message);
  });
});

test('a service is read with the defaults of ECS', () => {
  const view = toServiceView({
    serviceArn: 'arn:aws:ecs:eu-central-1:123456789012:service/main/orders',
    serviceName: 'orders',
    clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/main',
    status: 'DRAINING',
    deployments: [{ id: 'ecs-svc/1', status: 'PRIMARY', taskDefinition: 'arn:td', rolloutState: 'FAILED' }],
    serviceRegistries: [{ registryArn: 'arn:aws:servicediscovery:eu-central-1:123456789012:service/srv-1' }],
  });
  expect(view).toEqual({
    arn: 'arn:aws:ecs:eu-central-1:123456789012:service/main/orders',
    name: 'orders',
    clusterName: 'main',
    active: false,
    desiredCount: 0,
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    graceSeconds: 0,
    breaker: { enabled: false, rollback: false },
    deployments: [{ id: 'ecs-svc/1', primary: true, taskDefinitionArn: 'arn:td', failed: true }],
    loadBalancers: [],
    registries: [{ serviceId: 'srv-1' }],
    subnetIds: [],
  });
});
