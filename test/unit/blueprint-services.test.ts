/** Tasks: their size, what they may do, where they run. */
import type { Service } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import {
  balanced,
  direct,
  type Edit,
  existing,
  LEVEL,
  PORT,
  parsed,
  REGION,
  TWO,
} from './environment-fixture';

const service = (id: string, ...edits: Edit[]): Service => {
  const { services, gateway } = resolve(parsed(...edits));
  const found = [...services, ...(gateway?.members ?? [])].find((one) => one.id === id);
  if (!found) throw new Error(`no service ${id}`);
  return found;
};

const LOGS = {
  sid: 'WriteLogs',
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [{ ref: 'log-group' }],
};
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-a1B2c3';
const PARAMETER = 'arn:aws:ssm:eu-central-1:123456789012:parameter/shop/token';

describe('a task', () => {
  test('has what the file says', () => {
    const edits: Edit[] = [
      [
        '    port: 8080',
        '    port: 3000\n    cpu: 1024\n    memoryMiB: 2048\n    architecture: arm64\n    command: [serve, --quiet]',
      ],
    ];
    expect(service('orders', ...edits).taskDefinition).toEqual({
      family: 'shop-orders',
      cpu: 1024,
      memoryMiB: 2048,
      architecture: 'ARM64',
      containers: [
        {
          name: 'orders',
          image: 'ghcr.io/example/orders:1',
          command: ['serve', '--quiet'],
          ports: [3000],
          environment: {},
          secrets: {},
          stopTimeoutSeconds: 40,
          // Its probe ends with it, and then the task does.
          essential: false,
        },
        expect.objectContaining({ name: 'orders-probe' }),
      ],
    });
    expect(service('orders').logGroup).toEqual({
      id: 'orders-logs',
      name: '/stagecraft/shop/orders',
      retentionDays: 30,
    });
  });

  test('is asked by a probe beside it, in the words of the file', () => {
    const health =
      'health: { path: /ready, status: 200-299, intervalSeconds: 15, timeoutSeconds: 3, unhealthyThreshold: 4, graceSeconds: 90, probeImage: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/tools/bash:5" }';
    const orders = service('orders', ['    port: 8080', `    port: 3000\n    ${health}`]);
    const [api, probe, ...others] = orders.taskDefinition.containers;
    expect(others).toEqual([]);
    expect(api?.healthCheck).toBeUndefined();
    expect(api?.essential).toBe(false);
    expect(probe).not.toHaveProperty('essential');
    expect(probe).toEqual({
      name: 'orders-probe',
      image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/tools/bash:5',
      entryPoint: ['/bin/bash', '-c'],
      command: [expect.stringContaining('/dev/tcp/127.0.0.1/$1'), 'probe', '3000'],
      ports: [],
      environment: {},
      secrets: {},
      dependsOn: [{ container: 'orders', condition: 'START' }],
      healthCheck: {
        command: [
          ...['CMD', '/bin/bash', '-c', expect.stringContaining('/dev/tcp/127.0.0.1/$1')],
          ...['probe', '3000', '/ready', '200', '299'],
        ],
        intervalSeconds: 15,
        timeoutSeconds: 3,
        retries: 4,
        startPeriodSeconds: 90,
      },
      stopTimeoutSeconds: 12,
    });
    expect(orders.executionRole.statements.map(({ sid }) => sid)).toEqual([
      'WriteLogs',
      'SignInToRegistry',
      'PullImage',
    ]);
  });

  test('is asked by a probe at every stage, and so is a new version', () => {
    const probed = (...edits: Edit[]) =>
      resolve(parsed(...edits)).services.map(({ taskDefinition: { containers } }) =>
        containers.map(({ name }) => name),
      );
    const both = [
      ['orders', 'orders-probe'],
      ['catalog', 'catalog-probe'],
    ];
    expect(probed()).toEqual(both);
    expect(probed(balanced)).toEqual(both);
    expect(probed([PORT, `${PORT}    canary: { image: o:2, percent: 5 }\n`])[1]).toEqual([
      'orders-canary',
      'orders-canary-probe',
    ]);
  });

  test('that checks itself has no probe', () => {
    const health = 'health: { command: [CMD-SHELL, "curl -f http://localhost:3000/ || exit 1"] }';
    const orders = service('orders', ['    port: 8080', `    port: 3000\n    ${health}`]);
    expect(orders.taskDefinition.containers[0]).not.toHaveProperty('essential');
    expect(orders.taskDefinition.containers).toEqual([
      expect.objectContaining({
        name: 'orders',
        healthCheck: {
          command: ['CMD-SHELL', 'curl -f http://localhost:3000/ || exit 1'],
          intervalSeconds: 10,
          timeoutSeconds: 4,
          retries: 2,
          startPeriodSeconds: 30,
        },
      }),
    ]);
  });

  test.each([
    [20, 30],
    [110, 120],
    [200, 120],
  ])('whose requests take up to %i s has %i s to stop', (requestTimeoutSeconds, stopTimeoutSeconds) => {
    const edits: Edit[] = [
      balanced,
      [REGION, `${REGION}deregistrationDelaySeconds: 3600\n`],
      [PORT, `    requestTimeoutSeconds: ${requestTimeoutSeconds}\n`],
    ];
    const [container] = service('orders', ...edits).taskDefinition.containers;
    expect(container?.stopTimeoutSeconds).toBe(stopTimeoutSeconds);
  });

  test('has its variables by name, so that their order in the file changes nothing', () => {
    const [one, other] = ['      B: b\n      A: a', '      A: a\n      B: b'].map((text) =>
      JSON.stringify(service('catalog', [LEVEL, text]).taskDefinition),
    );
    expect(one).toBe(other);
  });

  test('of a gateway has the time that its drain takes', () => {
    const [container] = service('gateway-a').taskDefinition.containers;
    expect(container).toMatchObject({ ports: [8080, 8081, 10_000, 9000], stopTimeoutSeconds: 55 });
  });
});

describe('instances', () => {
  test('are a fixed number without a maximum', () => {
    const fixed = service('orders', [PORT, '    instances: { min: 3, max: 3 }\n']);
    expect([service('orders').desiredCount, fixed.desiredCount]).toEqual([2, 3]);
    expect(service('orders')).not.toHaveProperty('scaling');
    expect(fixed).not.toHaveProperty('scaling');
  });

  test('scale by CPU up to the maximum', () => {
    const edit: Edit = [PORT, '    instances: { min: 3, max: 9, targetCpuPercent: 50 }\n'];
    expect(service('orders', edit)).toMatchObject({
      desiredCount: 3,
      scaling: { min: 3, max: 9, targetCpuPercent: 50, policyName: 'shop-orders-cpu', cooldownSeconds: 300 },
    });
  });
});

describe('the execution role', () => {
  const statements = (...edits: Edit[]) => service('orders', ...edits).executionRole.statements;

  test('writes logs and no more', () => {
    expect(statements()).toEqual([LOGS]);
    expect(service('orders').executionRole).toMatchObject({
      name: 'shop-eu-central-1-orders-execution',
      principal: 'ecs-tasks.amazonaws.com',
    });
  });

  test('reads exactly the secrets of its API', () => {
    const edit: Edit = [
      PORT,
      `    secrets: { B: "${SECRET}:password::", A: "${SECRET}:user::", TOKEN: "${PARAMETER}" }\n`,
    ];
    expect(statements(edit)).toEqual([
      LOGS,
      { sid: 'ReadSecrets', actions: ['secretsmanager:GetSecretValue'], resources: [{ arn: SECRET }] },
      { sid: 'ReadParameters', actions: ['ssm:GetParameters'], resources: [{ arn: PARAMETER }] },
    ]);
    expect(service('catalog', edit).executionRole.statements).toEqual([LOGS]);
    const [container] = service('orders', edit).taskDefinition.containers;
    expect(container?.secrets).toEqual({
      A: { arn: `${SECRET}:user::` },
      B: { arn: `${SECRET}:password::` },
      TOKEN: { arn: PARAMETER },
    });
  });

  test.each([
    [
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/orders:1',
      'arn:aws:ecr:eu-west-1:123456789012:repository/team/orders',
    ],
    [
      '123456789012.dkr.ecr.us-east-1.amazonaws.com/orders@sha256:00000000000000000000000000000000',
      'arn:aws:ecr:us-east-1:123456789012:repository/orders',
    ],
  ])('pulls %s from its repository alone', (image, arn) => {
    expect(statements(['ghcr.io/example/orders:1', image])).toEqual([
      LOGS,
      { sid: 'SignInToRegistry', actions: ['ecr:GetAuthorizationToken'], resources: [{ arn: '*' }] },
      {
        sid: 'PullImage',
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
        resources: [{ arn }],
      },
    ]);
  });

  test('pulls a public image without any right', () => {
    expect(statements(['ghcr.io/example/orders:1', 'public.ecr.aws/x/orders:1'])).toEqual([LOGS]);
  });
});

test.each(['orders', 'gateway-a'])('the program in %s may do nothing in AWS', (id) => {
  expect(service(id).taskRole.statements).toEqual([]);
});

describe('in a network that exists', () => {
  const PRIVATE = '\n  privateSubnets: { b: subnet-00000004, a: subnet-00000003 }';

  test('tasks run in its private subnets', () => {
    const { network } = resolve(parsed(existing(TWO, PRIVATE)));
    expect(network).toEqual({
      kind: 'existing',
      vpcId: 'vpc-0123456789abcdef0',
      cidr: '10.0.0.0/16',
      publicSubnetIds: { a: 'subnet-00000001', b: 'subnet-00000002' },
      privateSubnetIds: { a: 'subnet-00000003', b: 'subnet-00000004' },
    });
    const placement = { subnets: 'private', zones: ['a', 'b'], assignPublicIp: false };
    expect(service('orders', existing(TWO, PRIVATE)).placement).toEqual(placement);
    expect(service('gateway-b', existing(TWO, PRIVATE)).placement).toEqual({ ...placement, zones: ['b'] });
  });

  test.each([
    ['at stage api', [direct, existing(TWO, PRIVATE)]],
    ['without private subnets', [existing(TWO)]],
  ] as [string, Edit[]][])('tasks have public addresses %s', (_when, edits) => {
    expect(service('orders', ...edits).placement).toEqual({
      subnets: 'public',
      zones: ['a', 'b'],
      assignPublicIp: true,
    });
  });
});
