/** What a gateway's task has when an API takes tokens, and that it has nothing of it when none does. */
import type { Service } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import { type Edit, parsed, REGION } from './environment-fixture';

const KEY = 'authentication: { apiKey: {} }';
const IDENTITY =
  'identity:\n  cognito: { domainPrefix: shop-prod, scopes: { read: Read }, machineClients: { robot: { scopes: [read] } } }\n';
const pooled: Edit[] = [
  [KEY, 'authentication: { jwt: { userPool: true } }'],
  [
    REGION,
    `${REGION}${IDENTITY}gateway: { keysRefreshSeconds: 60, keysImage: 123456789012.dkr.ecr.eu-central-1.amazonaws.com/node:22 }\n`,
  ],
];

function member(...edits: Edit[]): Service {
  const [first] = resolve(parsed(...edits)).gateway?.members ?? [];
  if (!first) throw new Error('no gateway');
  return first;
}

test('without tokens there is one container, and nothing that it waits for', () => {
  const { taskDefinition } = member();
  expect(Object.keys(taskDefinition)).not.toContain('volumes');
  expect(taskDefinition.containers.map(({ name }) => name)).toEqual(['gateway']);
  expect(Object.keys(taskDefinition.containers[0] ?? {}).sort()).toEqual(
    [
      'command',
      'entryPoint',
      'environment',
      'image',
      'name',
      'ports',
      'secrets',
      'stopTimeoutSeconds',
    ].sort(),
  );
  expect(taskDefinition.containers[0]?.command?.[0]).not.toMatch(/follow|USR2|jwt/);
});

test('with tokens the key helper stands beside the gateway, in a volume of both', () => {
  const { taskDefinition, executionRole } = member(...pooled);
  const [gateway, keys] = taskDefinition.containers;
  expect(taskDefinition.volumes).toEqual(['keys']);
  expect(gateway).toMatchObject({
    dependsOn: [{ container: 'keys', condition: 'START' }],
    mounts: [{ volume: 'keys', path: '/keys', readOnly: true }],
    engineValues: { USER_POOL_ISSUER: { ref: 'user-pool-issuer' } },
  });
  expect(keys).toMatchObject({
    name: 'keys',
    image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/node:22',
    entryPoint: ['node', '--max-old-space-size=48', '--eval'],
    essential: true,
    // Other gateways ask there for the keys that it keeps.
    ports: [9004],
    secrets: {},
    mounts: [{ volume: 'keys', path: '/keys', readOnly: false }],
    engineValues: { USER_POOL_ISSUER: { ref: 'user-pool-issuer' } },
  });
  expect(JSON.parse(keys?.environment.KEY_HELPER ?? '')).toEqual({
    issuers: [{ id: 'user-pool', issuer: { variable: 'USER_POOL_ISSUER' } }],
    refreshSeconds: 60,
    keepHours: 24,
    retrySeconds: 30,
    folder: 'jwt',
    members: ['gateway-b.shop.internal'],
    waitSeconds: 10,
  });
  expect(executionRole.statements.find(({ sid }) => sid === 'PullImage')?.resources).toEqual([
    { arn: 'arn:aws:ecr:eu-central-1:123456789012:repository/node' },
  ]);
});

test('an issuer is asked once, however many APIs take its tokens', () => {
  const jwt = 'authentication: { jwt: { issuer: https://login.test, audience: any } }';
  const { taskDefinition } = member(
    [KEY, jwt],
    ['    paths: [/catalog]\n', `    paths: [/catalog]\n    policies: { ${jwt} }\n`],
  );
  const [gateway, keys] = taskDefinition.containers;
  const { issuers } = JSON.parse(keys?.environment.KEY_HELPER ?? '');
  expect(issuers).toEqual([
    { id: expect.stringMatching(/^issuer-[0-9a-f]{8}$/), issuer: 'https://login.test' },
  ]);
  expect(gateway).not.toHaveProperty('engineValues.USER_POOL_ISSUER');
});

test.each([
  ['x/y', 'x-y'],
  ['https://api.example.com', 'https-api.example.com'],
  ['api.example.com', 'api.example.com'],
])('a resource server of the identifier %s has a name that Cognito takes', (identifier, name) => {
  const identity = IDENTITY.replace('domainPrefix', `resourceServer: "${identifier}", domainPrefix`);
  const { identity: made } = resolve(
    parsed([KEY, 'authentication: { jwt: { userPool: true } }'], [REGION, `${REGION}${identity}`]),
  );
  expect(made?.resourceServer).toMatchObject({ identifier, name });
  expect(made?.machineClients[0]?.scopes).toEqual([`${identifier}/read`]);
});
