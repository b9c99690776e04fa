/**
 * An environment with APIs in nested stacks goes through the stages and back in the emulator's CloudFormation: nothing is made
 * anew, and each step is in the order that lets no request fail. Without the cdk CLI, which `test/deploy` runs; its part, the
 * templates in S3, is done by hand.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import type { Stage } from '../../constructs/blueprint/schema';
import { signedFetch } from '../../sandbox/signed-fetch';
import { changesIn, type Placed } from '../../stacks/aws-cdk/changes';
import { synthesize } from '../../stacks/aws-cdk/synthesize';
import { type Emulator, startEmulator } from '../deploy/support/emulator';
import { shopOf } from '../synth/support/many-apis';
import { freePort, REGION } from './emulator-kit';

const ACCOUNT = '123456789012';
const BUCKET = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
const APIS = {
  orders: '',
  stock: 'nestedStack: b',
  users: 'nestedStack: b, instances: { min: 2, max: 4 }',
};

const root = mkdtempSync(path.join(tmpdir(), 'stagecraft-nested-stages-'));
let emulator: Emulator;
let client: CloudFormationClient;
let count = 0;

beforeAll(async () => {
  writeFileSync(path.join(root, 'shop.yaml'), shopOf(APIS));
  emulator = await startEmulator(await freePort(), 'shop.example=Z0123456789SHOP');
  client = new CloudFormationClient({ ...emulator.access, maxAttempts: 1 });
  const where = `<CreateBucketConfiguration><LocationConstraint>${REGION}</LocationConstraint></CreateBucketConfiguration>`;
  await put(`/${BUCKET}`, where);
  const version = { Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Type: 'String' };
  await signedFetch(emulator.access, 'ssm', '/', {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.PutParameter' },
    body: JSON.stringify(version),
  });
});

afterAll(async () => {
  client?.destroy();
  await emulator?.close();
  rmSync(root, { recursive: true, force: true });
});

async function put(at: string, body: string): Promise<void> {
  const answer = await signedFetch(emulator.access, 's3', at, { method: 'PUT', body });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** What the cdk CLI does with an assembly: its files into the bucket. @returns address of the stack's template */
async function published(folder: string): Promise<string> {
  const { files } = JSON.parse(readFileSync(path.join(folder, 'shop.assets.json'), 'utf8'));
  let own = '';
  for (const { source, destinations } of Object.values<{ source: { path: string }; destinations: object }>(
    files,
  )) {
    const [{ objectKey }] = Object.values(destinations) as [{ objectKey: string }];
    await put(`/${BUCKET}/${objectKey}`, readFileSync(path.join(folder, source.path), 'utf8'));
    if (source.path === 'shop.template.json') own = `${emulator.endpoint}/${BUCKET}/${objectKey}`;
  }
  return own;
}

interface Step {
  readonly planned: readonly Placed[];
  readonly events: readonly StackEvent[];
}

async function goTo(stage: Stage): Promise<Step> {
  count += 1;
  const outdir = path.join(root, `out-${count}`);
  synthesize({ environments: root, outdir, account: ACCOUNT, stages: { shop: stage } });
  expect(readdirSync(outdir).filter((file) => file.endsWith('.nested.template.json')).length).toBeGreaterThan(
    1,
  );
  const { Id = '' } = await client.send(
    new CreateChangeSetCommand({
      StackName: 'shop',
      ChangeSetName: `c${count}`,
      ChangeSetType: count === 1 ? 'CREATE' : 'UPDATE',
      IncludeNestedStacks: true,
      TemplateURL: await published(outdir),
    }),
  );
  const planned = await changesIn(client, 'shop', `c${count}`);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: Id }));
  const status = await settled();
  expect(status).toBe(count === 1 ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE');
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'shop' }));
  const since = StackEvents.reverse();
  const began = since.findLastIndex(
    ({ LogicalResourceId, ResourceStatus }) =>
      LogicalResourceId === 'shop' && /^(CREATE|UPDATE)_IN_PROGRESS$/.test(ResourceStatus ?? ''),
  );
  return { planned, events: since.slice(began) };
}

/** Polls: a stack tells nobody when it is done. The test's own time ends it. */
async function settled(): Promise<string> {
  for (;;) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'shop' }));
    const { StackStatus = '' } = Stacks?.[0] ?? {};
    if (!StackStatus.endsWith('_IN_PROGRESS')) return StackStatus;
    await delay(100);
  }
}

/** What is changed of what is there, without the nested stacks themselves. */
const modified = ({ planned }: Step): string[] =>
  planned
    .map(({ change }) => change.ResourceChange)
    .filter((one) => one?.Action === 'Modify' && one.ResourceType !== 'AWS::CloudFormation::Stack')
    .map((one) => `${one?.LogicalResourceId?.replace(/[0-9A-F]{8}$/, '')} ${one?.Replacement}`)
    .toSorted();

/** Each is done before the next one begins: `UPDATE b/services`, `CREATE gateway-a`. */
function expectInTurn({ events }: Step, ...turns: readonly string[]): void {
  const place = (turn: string, end: string): number => {
    const [verb = '', pattern = ''] = turn.split(' ');
    const at = events.findIndex(
      (one) =>
        one.ResourceStatus === `${verb}_${end}` &&
        new RegExp(`^${pattern}`).test(one.LogicalResourceId ?? ''),
    );
    if (at < 0) throw new Error(`There is no ${turn}`);
    return at;
  };
  for (const [index, turn] of turns.slice(1).entries()) {
    expect([turn, place(turn, 'IN_PROGRESS') > place(turns[index] as string, 'COMPLETE')]).toEqual([
      turn,
      true,
    ]);
  }
}

const SERVICES = ['ordersService False', 'stockService False', 'usersService False'];

test('it goes to stage gateway and back, nothing is made anew, and traffic never meets an empty pool', async () => {
  expect(modified(await goTo('api'))).toEqual([]);
  const balanced = await goTo('load-balanced');
  expect(modified(balanced)).toEqual(SERVICES);
  expectInTurn(
    balanced,
    'CREATE NestedStacksbfrombalancer',
    'UPDATE NestedStacksbservices',
    'CREATE LoadBalancerTraffictrafficstock',
  );
  expectInTurn(balanced, 'CREATE LoadBalancerusersAttachRule', 'UPDATE NestedStacksbservices');
  expect(await emulator.registrations()).toEqual({
    'shop-orders': ['there'],
    'shop-stock': ['there'],
    'shop-users': ['there'],
  });

  const gateway = await goTo('gateway');
  expect(modified(gateway)).toEqual(['LoadBalancerTraffictrafficgateway False', ...SERVICES]);
  expectInTurn(
    gateway,
    'CREATE NestedStacksbfromgateways',
    'CREATE GatewaygatewayaService',
    'CREATE GatewaygatewaybService',
    'UPDATE LoadBalancerTraffictrafficgateway',
    'UPDATE NestedStacksbservices',
    'DELETE NestedStacksbfrombalancer',
  );
  expectInTurn(gateway, 'UPDATE NestedStacksbservices', 'DELETE LoadBalancerstockTargetGroup');

  const back = await goTo('load-balanced');
  expect(modified(back)).toEqual(['LoadBalancerTraffictrafficgateway False', ...SERVICES]);
  expectInTurn(
    back,
    'CREATE NestedStacksbfrombalancer',
    'UPDATE NestedStacksbservices',
    'UPDATE LoadBalancerTraffictrafficgateway',
    'DELETE GatewaygatewayaService',
    'DELETE NestedStacksbfromgateways',
    'DELETE GatewaygatewayGroup',
  );
  const first = await goTo('api');
  expect(modified(first)).toEqual(SERVICES);
  expectInTurn(first, 'UPDATE NestedStacksbservices', 'DELETE LoadBalancerstockTargetGroup');
  expect(await emulator.registrations()).toEqual({ 'shop-orders': [], 'shop-stock': [], 'shop-users': [] });
  expect(await emulator.unsupported()).toEqual([]);
}, 240_000);
