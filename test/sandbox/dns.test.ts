import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import {
  CreatePrivateDnsNamespaceCommand,
  CreateServiceCommand,
  DeregisterInstanceCommand,
  ListNamespacesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
  UpdateInstanceCustomHealthStatusCommand,
} from '@aws-sdk/client-servicediscovery';
import { type NameServer, startNameServer } from '../../sandbox/dns/server';
import { clientOptions, startMoto } from './load-balancer-moto';

const port = 5953;
const cloudMap = new ServiceDiscoveryClient(clientOptions(5952));
let stopMoto = async () => {};
let server: NameServer;
let serviceId: string;
/** The server's clock. What it has kept is forgotten when the longest TTL here has gone by. */
let nowMs = 0;
const pass = (seconds: number) => {
  nowMs += 1000 * seconds;
};
const refreshed = async () => {
  await server.refresh();
  pass(15);
};
const resolver = new Resolver({ timeout: 2000, tries: 1 });
resolver.setServers([`127.0.0.1:${port}`]);

const register = (id: string, address: string) =>
  cloudMap.send(
    new RegisterInstanceCommand({
      ServiceId: serviceId,
      InstanceId: id,
      Attributes: { AWS_INSTANCE_IPV4: address },
    }),
  );

beforeAll(async () => {
  stopMoto = await startMoto(5952);
  await cloudMap.send(
    new CreatePrivateDnsNamespaceCommand({
      Name: 'shop.internal',
      Vpc: 'vpc-1',
      Properties: { DnsProperties: { SOA: { TTL: 7 } } },
    }),
  );
  const { Namespaces = [] } = await cloudMap.send(new ListNamespacesCommand({}));
  const { Service } = await cloudMap.send(
    new CreateServiceCommand({
      Name: 'orders',
      NamespaceId: Namespaces[0]?.Id,
      DnsConfig: { RoutingPolicy: 'MULTIVALUE', DnsRecords: [{ Type: 'A', TTL: 10 }] },
      HealthCheckCustomConfig: { FailureThreshold: 1 },
    }),
  );
  serviceId = Service?.Id ?? '';
  server = await startNameServer({ port, servicediscovery: cloudMap, log: () => {}, now: () => nowMs });
}, 30_000);

afterAll(async () => {
  await server?.close();
  await stopMoto();
});

it('refuses before the first refresh', async () => {
  await expect(resolver.resolve4('orders.shop.internal')).rejects.toMatchObject({ code: 'EREFUSED' });
});

it('says what Cloud Map says, after each refresh, as soon as it has forgotten what it said', async () => {
  await server.refresh();
  await expect(resolver.resolve4('orders.shop.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await register('one', '127.20.0.5');
  await register('two', '127.20.0.6');
  pass(7);
  await expect(resolver.resolve4('orders.shop.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await server.refresh();
  pass(6);
  await expect(resolver.resolve4('orders.shop.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  // The TTL of the namespace's SOA record.
  pass(1);
  const answers = await resolver.resolve4('orders.shop.internal', { ttl: true });
  expect(answers.sort((a, b) => a.address.localeCompare(b.address))).toEqual([
    { address: '127.20.0.5', ttl: 10 },
    { address: '127.20.0.6', ttl: 10 },
  ]);
  await expect(resolver.resolve6('orders.shop.internal')).rejects.toMatchObject({ code: 'ENODATA' });
  pass(4);
  expect((await resolver.resolve4('orders.shop.internal', { ttl: true }))[0]?.ttl).toBe(6);
});

it('leaves unhealthy instances out', async () => {
  await cloudMap.send(
    new UpdateInstanceCustomHealthStatusCommand({
      ServiceId: serviceId,
      InstanceId: 'one',
      Status: 'UNHEALTHY',
    }),
  );
  await refreshed();
  expect(await resolver.resolve4('orders.shop.internal')).toEqual(['127.20.0.6']);
});

it('answers at most eight of twelve', async () => {
  for (let index = 10; index < 22; index++) await register(`more-${index}`, `127.20.0.${index}`);
  await refreshed();
  expect(await resolver.resolve4('orders.shop.internal')).toHaveLength(8);
  for (let index = 10; index < 22; index++)
    await cloudMap.send(new DeregisterInstanceCommand({ ServiceId: serviceId, InstanceId: `more-${index}` }));
  await refreshed();
  expect(await resolver.resolve4('orders.shop.internal')).toEqual(['127.20.0.6']);
});

it('keeps its answers when Cloud Map cannot be read', async () => {
  const send = jest.spyOn(cloudMap, 'send').mockRejectedValue(new Error('down') as never);
  await expect(server.refresh()).rejects.toThrow('down');
  send.mockRestore();
  expect(await resolver.resolve4('orders.shop.internal')).toEqual(['127.20.0.6']);
});

it('names the port and the option when the port is in use', async () => {
  const holder: Socket = createSocket('udp4');
  await new Promise<void>((resolve) => holder.bind({ port: 5954, address: '127.0.0.1' }, resolve));
  await expect(startNameServer({ port: 5954, servicediscovery: cloudMap, log: () => {} })).rejects.toThrow(
    'UDP port 5954 on 127.0.0.1, for DNS, is in use: stop what listens there, or choose another with --dns-port.',
  );
  await new Promise<void>((resolve) => holder.close(() => resolve()));
});
