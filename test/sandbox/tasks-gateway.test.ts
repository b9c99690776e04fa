/** A gateway's task with its key helper, as the task definition says it, run by the tasks controller. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { containerDefinitions } from '../../constructs/cdktf/container-definitions';
import { haproxy } from '../../constructs/gateway/haproxy';
import { toTaskSpec } from '../../sandbox/tasks/task-definition';
import { call } from '../traffic/support/client';
import { Issuer, issuerKey, jwkOf, nowSeconds, signed } from '../traffic/support/issuer';
import { gatewayModel } from '../traffic/support/model';
import { service, World } from './tasks-world';

jest.setTimeout(30_000);

const issuer = new Issuer('https://login.test', '127.50.9.1', 6016);
const key = issuerKey('2026-01');
let world: World;

beforeAll(async () => {
  issuer.keys = [jwkOf(key)];
  await issuer.start();
  world = new World();
});
afterAll(async () => {
  await world.close();
  await issuer.stop();
});

test('the gateway gets the keys from the volume that both have', async () => {
  const jwt = { issuer: issuer.name, jwksUrl: issuer.jwksUrl, audience: 'any' };
  const model = gatewayModel({ orders: { policies: { authentication: { jwt } } } }, { letters: 'a' });
  const [member] = model.members;
  if (!member) throw new Error('no member');
  const { consumersVariable, sidecars = [], volumes = [], ...container } = haproxy.render(model, member);
  const more = { image: 'x', secrets: {}, ports: [] };
  const text = containerDefinitions(
    [{ ...more, name: 'gateway', ...container }, ...sidecars.map((one) => ({ ...more, ...one }))],
    { region: 'eu-central-1', logGroupName: '/gateway', logStreamPrefix: 'a' },
  );
  const spec = toTaskSpec({
    taskDefinitionArn: 'td:1',
    // As Terraform reads it: there two signs stand for one.
    containerDefinitions: JSON.parse(text.replace(/([$%])\1\{/g, '$1{')),
    volumes: volumes.map((name) => ({ name })),
  });
  world.specs = {
    'td:1': spec.containers.map((one) => ({ ...one, ports: one.name === 'gateway' ? [9000] : [] })),
  };
  world.volumes = { 'td:1': spec.volumes ?? [] };
  await world.change(service());
  await world.completed();
  const address = world.running[0]?.privateIpv4Address ?? '';
  const ask = async (headers: Record<string, string>) => (await call(address, '/orders', { headers })).status;
  const token = signed(key, { iss: issuer.name, sub: 'user', exp: nowSeconds() + 60 });
  // Past the gateway there is nothing here.
  expect(await ask({ Authorization: `Bearer ${token}` })).toBe(503);
  expect(await ask({ Authorization: `Bearer ${token}x` })).toBe(401);
});
