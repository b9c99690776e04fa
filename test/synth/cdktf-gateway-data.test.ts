/** What people have, in Terraform: at the same addresses in all stages, kept when it is protected, or adopted. */

import { resolve } from '../../constructs/blueprint/resolve';
import { ExistingConsumersSecret } from '../../constructs/cdktf/consumers-secret';
import { GatewayData } from '../../constructs/cdktf/gateway-data';
import { parsed } from '../unit/environment-fixture';
import { blueprintAt } from './support/blueprints';
import { synthesized, synthesizedAt, synthesizedIn } from './support/terraform-json';

const HOLDS = ['aws_cloudwatch_log_group', 'aws_secretsmanager_secret', 'aws_cognito_user_pool'];

const identity =
  'identity: { cognito: { domainPrefix: shop-api, scopes: { read: Read }, machineClients: { job: { scopes: [read] } } } }\n';

test('it is equal in all stages, to the letter', () => {
  const [api, balanced, gateway] = (['api', 'load-balanced', 'gateway'] as const).map((stage) => {
    const { resource = {} } = synthesizedAt(stage).configuration;
    const { aws_cloudwatch_log_group, aws_secretsmanager_secret, aws_secretsmanager_secret_version } =
      resource;
    return { aws_cloudwatch_log_group, aws_secretsmanager_secret, aws_secretsmanager_secret_version };
  });
  expect(Object.values(gateway ?? {}).map((each) => Object.keys(each ?? {}).length)).toEqual([4, 1, 1]);
  expect(api).toEqual(gateway);
  expect(balanced).toEqual(gateway);
});

test('protected, each refuses to be destroyed, but for the logs of an API, which go with the API', () => {
  const protect = (deletionProtection: boolean) => {
    const stack = synthesized(
      resolve(
        parsed(
          ['region:', `deletionProtection: ${deletionProtection}\nregion:`],
          ['apis:\n', `${identity}apis:\n`],
        ),
      ),
    );
    const kept = HOLDS.flatMap((type) =>
      Object.entries(stack.all(type)).map(([name, { lifecycle = {} }]) => [name, lifecycle.prevent_destroy]),
    );
    const { deletion_protection } = stack.one('aws_cognito_user_pool.Identity_UserPool');
    return { kept: Object.fromEntries(kept), deletion_protection };
  };
  expect(protect(true)).toEqual({
    kept: {
      'Gateway_gateway-a_Logs_Group': true,
      'Gateway_gateway-b_Logs_Group': true,
      catalog_Logs_Group: undefined,
      orders_Logs_Group: undefined,
      Gateway_ConsumersSecret: true,
      Identity_UserPool: true,
    },
    deletion_protection: 'ACTIVE',
  });
  const open = protect(false);
  expect(Object.values(open.kept)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(open.deletion_protection).toBeUndefined();
});

test('a secret that exists is taken, and none is made', () => {
  const { data } = blueprintAt('gateway');
  const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:own/consumers-a1B2c3';
  const stack = synthesizedIn((scope) => {
    const consumersSecret = new ExistingConsumersSecret(arn);
    expect(new GatewayData(scope, 'data', { data, consumersSecret }).consumersSecret?.arn).toBe(arn);
  });
  expect(stack.counts).toEqual({ aws_cloudwatch_log_group: 2 });
});
