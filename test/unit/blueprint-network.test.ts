/** Subnets, ways out, and what else an environment has one of. */
import { resolve } from '../../constructs/blueprint/resolve';
import { balanced, type Edit, parsed, REGION } from './environment-fixture';

const network = (...edits: Edit[]) => {
  const found = resolve(parsed(balanced, ...edits)).network;
  if (found.kind !== 'new') throw new Error('not a new network');
  return found;
};

const ZONES: Edit = ['zones: [a, b]', 'zones: [c, a]'];

describe('subnets', () => {
  test('are sixteenths by the letter of their zone', () => {
    expect(network(ZONES, ['10.0.0.0/16', '192.168.4.0/22']).zones).toEqual([
      {
        letter: 'c',
        zone: 'eu-central-1c',
        publicCidr: '192.168.4.128/26',
        privateCidr: '192.168.6.128/26',
        nat: true,
        natZone: 'c',
      },
      {
        letter: 'a',
        zone: 'eu-central-1a',
        publicCidr: '192.168.4.0/26',
        privateCidr: '192.168.6.0/26',
        nat: true,
        natZone: 'a',
      },
    ]);
  });

  test('do not move when a zone is added', () => {
    const before = network();
    const after = network(['zones: [a, b]', 'zones: [c, a, b]']);
    expect(after.zones.slice(1)).toEqual(before.zones);
  });
});

describe('the way out', () => {
  test('is one NAT gateway for all, in the first zone', () => {
    const { zones } = network(ZONES, ['  zones:', '  egress: single-nat\n  zones:']);
    expect(zones.map(({ letter, nat, natZone }) => ({ letter, nat, natZone }))).toEqual([
      { letter: 'c', nat: true, natZone: 'c' },
      { letter: 'a', nat: false, natZone: 'c' },
    ]);
  });

  test('is public addresses: then there is no private subnet and no NAT gateway', () => {
    const edit: Edit = ['  zones:', '  egress: public\n  zones:'];
    expect(network(edit).zones).toEqual([
      { letter: 'a', zone: 'eu-central-1a', publicCidr: '10.0.0.0/20', nat: false },
      { letter: 'b', zone: 'eu-central-1b', publicCidr: '10.0.16.0/20', nat: false },
    ]);
    const [orders] = resolve(parsed(balanced, edit)).services;
    expect(orders?.placement).toEqual({ subnets: 'public', zones: ['a', 'b'], assignPublicIp: true });
  });
});

describe('the state', () => {
  const state = (text = '') => resolve(parsed([REGION, `${REGION}${text}`])).state;

  test.each([
    ['', { kind: 'local', path: 'terraform.shop.eu-central-1.tfstate' }],
    [
      'state: { kind: local, path: shop.here.eu-central-1.tfstate }\n',
      { kind: 'local', path: 'shop.here.eu-central-1.tfstate' },
    ],
    [
      'state: { kind: s3, bucket: states }\n',
      { kind: 's3', bucket: 'states', key: 'stagecraft/shop.eu-central-1.tfstate', region: 'eu-central-1' },
    ],
    [
      'state: { kind: s3, bucket: states, key: shop/eu-central-1/b, region: us-east-1 }\n',
      { kind: 's3', bucket: 'states', key: 'shop/eu-central-1/b', region: 'us-east-1' },
    ],
    [
      'state: { kind: s3, bucket: states, key: shop-eu-central-1.tfstate }\n',
      { kind: 's3', bucket: 'states', key: 'shop-eu-central-1.tfstate', region: 'eu-central-1' },
    ],
  ])('written as "%s"', (text, expected) => {
    expect(state(text)).toEqual(expected);
  });
});

test('tags say where a resource comes from, and the file has the last word', () => {
  expect(resolve(parsed()).tags).toEqual({ 'stagecraft:environment': 'shop' });
  const edit: Edit = [REGION, `${REGION}tags: { team: web, "stagecraft:environment": other }\n`];
  expect(resolve(parsed(edit)).tags).toEqual({ 'stagecraft:environment': 'other', team: 'web' });
});

test('a user pool has scopes, and clients that ask for them by their whole name', () => {
  const cognito =
    'identity: { cognito: { domainPrefix: shop-api, resourceServer: api.example.com, scopes: { read: Read }, machineClients: { job: { scopes: [read] } } } }\n';
  expect(resolve(parsed()).identity).toBeUndefined();
  expect(resolve(parsed([REGION, REGION + cognito])).identity).toEqual({
    userPoolName: 'shop',
    domainPrefix: 'shop-api',
    tokenDomain: 'auth.eu-central-1.amazoncognito.com',
    deletionProtection: false,
    resourceServer: {
      identifier: 'api.example.com',
      name: 'api.example.com',
      scopes: [{ name: 'read', description: 'Read' }],
    },
    machineClients: [
      { id: 'job', name: 'shop-job', scopes: ['api.example.com/read'], accessTokenMinutes: 60 },
    ],
  });
});
