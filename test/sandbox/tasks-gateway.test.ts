/** A gateway's task with its key helper, as the task definition says it, run by the tasks controller. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Container } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import { haproxy } from '../../constructs/gateway/haproxy';
import { toTaskSpec } from '../../sandbox/tasks/task-definition';
import { containerDefinitions } from '../synth/support/container-definitions';
import { call } from '../traffic/support/client';
import { Issuer, issuerKey, jwkOf, nowSeconds, signed } from '../traffic/support/issuer';
import { gatewayModel } from '../traffic/support/model';
import { parsed, REGION } from '../unit/environment-fixture';
import { service, World } from './tasks-world';

jest.setTimeout(90_000);

const issuer = new Issuer('https://login.test', '127.50.9.1', 6016);
const key = issuerKey('2026-01');
let world: World;

beforeAll(async () => {
  issuer.keys = [jwkOf(key)];
  await issuer.start();
  world = new World();
}, 30_000);
afterAll(async () => {
  await world.close();
  await issuer.stop();
});

/** The metrics collector as a member's task has it; its program is not on this machine, so another runs in its place. */
function collector(): Container {
  const { gateway } = resolve(parsed([REGION, `${REGION}gateway: { metrics: cloudwatch }\n`]));
  const containers = gateway?.members[0]?.taskDefinition.containers ?? [];
  const found = containers.find(({ name }) => name === 'metrics');
  if (!found) throw new Error('no collector');
  return { ...found, command: ['sleep', '600'] };
}

beforeAll(async () => {
  const jwt = { issuer: issuer.name, jwksUrl: issuer.jwksUrl, audience: 'any' };
  const model = gatewayModel({ orders: { policies: { authentication: { jwt } } } }, { letters: 'a' });
  const [member] = model.members;
  if (!member) throw new Error('no member');
  const { consumersVariable, sidecars = [], volumes = [], ...container } = haproxy.render(model, member);
  const more = { image: 'x', secrets: {}, ports: [] };
  const text = containerDefinitions(
    [
      { ...more, name: 'gateway', ...container },
      ...sidecars.map((one) => ({ ...more, ...one })),
      collector(),
    ],
    { region: 'eu-central-1', logGroupName: '/gateway', logStreamPrefix: 'a' },
  );
  const spec = toTaskSpec({
    taskDefinitionArn: 'td:1',
    containerDefinitions: JSON.parse(text),
    volumes: volumes.map((name) => ({ name })),
  });
  world.specs = {
    'td:1': spec.containers.map((one) => ({ ...one, ports: one.name === 'gateway' ? [9000] : [] })),
  };
  world.volumes = { 'td:1': spec.volumes ?? [] };
  await world.change(service());
  await world.completed();
});

const address = () => world.running[0]?.privateIpv4Address ?? '';
const ask = async (headers: Record<string, string>) => (await call(address(), '/orders', { headers })).status;
const token = () => signed(key, { iss: issuer.name, sub: 'user', exp: nowSeconds() + 60 });

const processOf = (name: string): number => {
  const [pid] = [...world.processes].find(([, what]) => what.startsWith(`container ${name}:`)) ?? [];
  if (pid === undefined) throw new Error(`no container ${name}`);
  return pid;
};

test('the gateway gets the keys from the volume that both have', async () => {
  // Past the gateway there is nothing here.
  expect(await ask({ Authorization: `Bearer ${token()}` })).toBe(503);
  expect(await ask({ Authorization: `Bearer ${token()}x` })).toBe(401);
});

test('the gateway serves on when its collector is killed', async () => {
  const [before] = world.running;
  process.kill(processOf('metrics'), 'SIGKILL');
  while ([...world.processes.values()].some((what) => what.startsWith('container metrics:')))
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await ask({ Authorization: `Bearer ${token()}` })).toBe(503);
  await world.change(service());
  expect(world.running).toMatchObject([
    {
      taskArn: before?.taskArn,
      containers: [
        { name: 'keys', lastStatus: 'RUNNING' },
        { name: 'gateway', lastStatus: 'RUNNING' },
        { name: 'metrics', lastStatus: 'STOPPED', exitCode: 137 },
      ],
    },
  ]);
});

test('a gateway that loses its key helper is drained and replaced, and the new one knows the keys', async () => {
  const [before] = world.running;
  process.kill(processOf('keys'), 'SIGKILL');
  await world.until(() => world.report.tasks.some(({ lastStatus }) => lastStatus === 'STOPPED'), 60);
  const stopped = world.report.tasks.find(({ taskArn }) => taskArn === before?.taskArn);
  expect(stopped).toMatchObject({
    ...{ stoppedReason: 'Essential container in task exited', stopCode: 'EssentialContainerExited' },
    containers: [
      { name: 'keys', exitCode: 137 },
      // It has drained and ended by itself.
      { name: 'gateway', exitCode: 0 },
      { name: 'metrics', exitCode: 137 },
    ],
  });
  await world.until(() => world.running.length === 1 && world.running[0]?.taskArn !== before?.taskArn, 30);
  await eventually(async () => (await ask({ Authorization: `Bearer ${token()}` })) === 503);
});

/** Asks again until it is so; an address that nothing listens on yet is not. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error('still not so after 20 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
