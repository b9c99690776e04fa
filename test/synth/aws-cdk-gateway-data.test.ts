/** What people have, in CloudFormation: equal in all stages, kept when it is protected, or adopted. */
import { ExistingConsumersSecret } from '../../constructs/aws-cdk/consumers-secret';
import { GatewayData } from '../../constructs/aws-cdk/gateway-data';
import { resolve } from '../../constructs/blueprint/resolve';
import { parsed } from '../unit/environment-fixture';
import { stackAt, stages, synthesizedAt, synthesizedIn, templateOf } from './support/aws-cdk-template';
import { blueprintAt } from './support/blueprints';

const identity =
  'identity: { cognito: { domainPrefix: shop-api, scopes: { read: Read }, machineClients: { job: { scopes: [read] } } } }\n';

test('it is equal in all stages, to the letter', () => {
  const [api, balanced, gateway] = stages.map((stage) => {
    const holds = Object.entries(synthesizedAt(stage).resources).filter(([, { Type }]) =>
      ['AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret'].includes(Type),
    );
    return Object.fromEntries(holds);
  });
  expect(Object.keys(gateway ?? {})).toHaveLength(5);
  expect(api).toEqual(gateway);
  expect(balanced).toEqual(gateway);
});

test('protected, the stack refuses to be deleted, and so does the user pool', () => {
  const protect = (deletionProtection: boolean) => {
    const stack = stackAt(
      resolve(
        parsed(
          ['region:', `deletionProtection: ${deletionProtection}\nregion:`],
          ['apis:\n', `${identity}apis:\n`],
        ),
      ),
    );
    const { DeletionProtection } = templateOf(stack).one('IdentityUserPool');
    return [stack.terminationProtection, DeletionProtection];
  };
  expect(protect(true)).toEqual([true, 'ACTIVE']);
  expect(protect(false)).toEqual([false, 'INACTIVE']);
});

test('a secret that exists is taken, and none is made', () => {
  const { data } = blueprintAt('gateway');
  const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:own/consumers-a1B2c3';
  const stack = synthesizedIn((scope) => {
    const consumersSecret = new ExistingConsumersSecret(scope, 'keys', { arn });
    expect(new GatewayData(scope, 'data', { data, consumersSecret }).consumersSecret?.secret.secretArn).toBe(
      arn,
    );
  });
  expect(stack.counts).toEqual({ 'AWS::Logs::LogGroup': 2 });
});
