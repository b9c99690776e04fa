/** A new version of an API: what it adds to a blueprint, and what is refused. */
import { parseEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import { balanced, direct, type Edit, PORT, parsed, refuses, shop } from './environment-fixture';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-a1B2c3';
const written = (text: string): Edit => [PORT, `${PORT}    canary: ${text}\n`];
const NEW = '{ image: ghcr.io/example/orders:2, percent: 5 }';

describe('a canary', () => {
  const plain = resolve(parsed());
  const tried = resolve(
    parsed([
      PORT,
      `    port: 3000
    cpu: 512
    memoryMiB: 1024
    environment: { LEVEL: info, MODE: old }
    secrets: { TOKEN: '${SECRET}' }
    instances: { min: 3, targetCpuPercent: 70 }
    canary:
      image: ghcr.io/example/orders:2
      percent: 5
      instances: { min: 1, max: 2 }
      environment: { MODE: new }
`,
    ]),
  );
  const service = (id: string) => {
    const found = tried.services.find((one) => one.id === id);
    if (!found) throw new Error(`no service ${id}`);
    return found;
  };

  test('is a service more, with what the API says and what it says itself', () => {
    expect(plain.services.map(({ id }) => id)).toEqual(['orders', 'catalog']);
    expect(tried.services.map(({ id }) => id)).toEqual(['orders', 'orders-canary', 'catalog']);
    const [stable, canary] = [service('orders'), service('orders-canary')];
    expect(canary).toMatchObject({
      name: 'shop-orders-canary',
      discovery: { name: 'orders-canary', ttlSeconds: 5 },
      desiredCount: 1,
      scaling: {
        min: 1,
        max: 2,
        targetCpuPercent: 70,
        policyName: 'shop-orders-canary-cpu',
        cooldownSeconds: 300,
      },
      securityGroup: {
        id: 'orders-canary',
        ingress: [{ id: 'from-gateways', from: { group: 'gateway' }, port: 3000 }],
      },
      logGroup: { name: '/stagecraft/shop/orders-canary' },
      after: [],
    });
    expect(canary.attachment).toBeUndefined();
    expect(canary.taskDefinition).toEqual({
      ...stable.taskDefinition,
      family: 'shop-orders-canary',
      containers: [
        {
          ...stable.taskDefinition.containers[0],
          name: 'orders-canary',
          image: 'ghcr.io/example/orders:2',
          environment: { LEVEL: 'info', MODE: 'new' },
        },
        {
          ...stable.taskDefinition.containers[1],
          name: 'orders-canary-probe',
          dependsOn: [{ container: 'orders-canary', condition: 'START' }],
        },
      ],
    });
    expect(canary.taskDefinition.containers[0]?.secrets).toEqual({ TOKEN: { arn: SECRET } });
    expect(canary.executionRole.statements).toEqual(stable.executionRole.statements);
    expect(canary.deployment).toEqual(stable.deployment);
    expect(canary.placement).toEqual(stable.placement);
  });

  test('changes nothing of the API, nor of the others, but what the gateways run', () => {
    const after = resolve(parsed(written(NEW)));
    expect(after.services.filter(({ id }) => id !== 'orders-canary')).toEqual(plain.services);
    expect(after.loadBalancer).toEqual(plain.loadBalancer);
    const without = (blueprint: typeof plain) =>
      blueprint.gateway?.members.map(({ taskDefinition, ...rest }) => rest);
    expect(without(after)).toEqual(without(plain));
    const runs = (blueprint: typeof plain) =>
      blueprint.gateway?.members.map(({ taskDefinition }) => taskDefinition.containers[0]?.environment);
    expect(runs(after)).not.toEqual(runs(plain));
  });

  test('is steady before any gateway is deployed', () => {
    expect(tried.gateway?.canaries).toEqual(['orders-canary']);
    expect(plain.gateway?.canaries).toBeUndefined();
  });

  test('has one instance when nothing is said', () => {
    const { services } = resolve(parsed(written(NEW)));
    const canary = services.find(({ id }) => id === 'orders-canary');
    expect([canary?.desiredCount, canary?.scaling]).toEqual([1, undefined]);
  });

  test('has names that AWS takes, however long the API and the environment are called', () => {
    const text = shop(
      ['name: shop', 'name: abcdef'],
      ['region: eu-central-1', 'region: ap-northeast-1'],
      ['  orders:\n', '  orders-of-everything:\n'],
      ['apis: [orders]', 'apis: [orders-of-everything]'],
      written(NEW),
    );
    const canary = resolve(parseEnvironment(text, 'shop.yaml')).services[1];
    const roles = [canary?.executionRole.name ?? '', canary?.taskRole.name ?? ''];
    expect(roles).toEqual([
      'abcdef-ap-northeast-1-orders-of-everything-canary-execution',
      'abcdef-ap-northeast-1-orders-of-everything-canary-task',
    ]);
    for (const role of roles) expect(role.length).toBeLessThanOrEqual(64);
  });
});

refuses([
  {
    kind: 'a canary at stage load-balanced',
    edits: [balanced, written(NEW)],
    at: ['14:5 CANARY_STAGE'],
    says: ['Only gateways', 'load-balanced', 'stage gateway', 'Take `canary` out'],
  },
  {
    kind: 'a canary at stage api',
    edits: [direct, written(NEW)],
    at: ['14:5 CANARY_STAGE'],
    says: ['stage api'],
  },
  {
    kind: 'an API that is called like the new version of another',
    edits: [written(NEW), ['  catalog:\n', '  orders-canary:\n']],
    at: ['19:3 CANARY_NAME'],
    says: ['`orders-canary`', 'new version of `orders`'],
  },
  {
    kind: 'more than half of the callers',
    edits: [written('{ image: x, percent: 51 }')],
    at: ['14:34 OUT_OF_RANGE'],
    says: ['51', '50'],
  },
  {
    kind: 'a new version with fewer instances at most than at least',
    edits: [written('{ image: x, percent: 5, instances: { min: 3, max: 2 } }')],
    at: ['14:63 INSTANCES_RANGE'],
    says: ['min 3, max 2', '3 or more'],
  },
  {
    kind: 'a variable of a new version that is the sandbox’s own, or a secret of the API',
    edits: [
      [
        PORT,
        `${PORT}    secrets: { TOKEN: '${SECRET}' }\n    canary: { image: x, percent: 5, environment: { TASK_ADDRESS: a, TOKEN: b } }\n`,
      ],
    ],
    at: ['15:52 VARIABLE_RESERVED', '15:69 VARIABLE_TWICE'],
    says: ['`TASK_ADDRESS` is set by what runs the task', '`TOKEN` is one of'],
  },
]);
