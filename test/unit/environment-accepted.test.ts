/** What is close to what the rules refuse, and sound. */
import {
  balanced,
  DOMAIN,
  direct,
  type Edit,
  existing,
  PORT,
  parsed,
  REGION,
  TWO,
  ZONE,
} from './environment-fixture';

const accepted: [what: string, edits: Edit[]][] = [
  ['one zone at stage api', [direct, ['zones: [a, b]', 'zones: [a]']]],
  ['no domain at stage api', [direct, [DOMAIN, '']]],
  ['a /24 at stage api', [direct, ['10.0.0.0/16', '10.0.0.0/24']]],
  ['a /23 with a load balancer', [['10.0.0.0/16', '10.0.0.0/23']]],
  ['shared address space', [['10.0.0.0/16', '100.64.0.0/16']]],
  ['loopback addresses, which the sandbox has', [['10.0.0.0/16', '127.20.0.0/16']]],
  [
    'any zone of a region that is not known yet',
    [
      ['eu-central-1', 'eu-north-9'],
      ['zones: [a, b]', 'zones: [a, f]'],
    ],
  ],
  ['a domain that is the zone itself', [['  name: api.example.com', '  name: example.com']]],
  [
    'a certificate of its own and no zone',
    [[ZONE, '  certificateArn: arn:aws:acm:eu-central-1:123456789012:certificate/0a1b\n']],
  ],
  [
    'a long request at stage api, with room for it at the next',
    [
      direct,
      [REGION, `${REGION}deregistrationDelaySeconds: 3600\n`],
      ['    port: 8080', '    requestTimeoutSeconds: 3599'],
    ],
  ],
  [
    'a long request without gateways',
    [
      balanced,
      [REGION, `${REGION}deregistrationDelaySeconds: 300\n`],
      ['    port: 8080', '    requestTimeoutSeconds: 299'],
    ],
  ],
  [
    'the longest request that a gateway can finish',
    [
      [REGION, `${REGION}deregistrationDelaySeconds: 300\n`],
      ['    port: 8080', '    requestTimeoutSeconds: 95'],
    ],
  ],
  ['a path below the path of another API', [['paths: [/catalog]', 'paths: [/orders/catalog]']]],
  ['the same path on another host', [['paths: [/catalog]', 'paths: [/orders]\n    hosts: [b.example.com]']]],
  [
    'the same path with more headers',
    [['paths: [/catalog]', 'paths: [/orders]\n    headers: { x-tenant: b }']],
  ],
  [
    'the same path with another value of a header',
    [
      [PORT, '    headers: { x-tenant: a }\n'],
      ['paths: [/catalog]', 'paths: [/orders]\n    headers: { X-Tenant: b }'],
    ],
  ],
  [
    '100 rules',
    [
      balanced,
      [
        'paths: [/catalog]',
        `paths: [${Array.from({ length: 95 }, (_, index) => `/c${index}`).join(', ')}]\n    listenerSeed: 3`,
      ],
    ],
  ],
  [
    'at stage gateway, what the rules of a load balancer could not hold',
    [
      [PORT, '    headers: { x-tenant: "*a*b*c*d*" }\n'],
      ['paths: [/catalog]', `paths: [${Array.from({ length: 400 }, (_, index) => `/c${index}`).join(', ')}]`],
      // Whose rules would have one number.
      [
        '  catalog:\n',
        '  ade: { image: x, paths: [/ade] }\n  adm: { image: x, paths: [/adm] }\n  catalog:\n',
      ],
    ],
  ],
  [
    '48 tags',
    [[REGION, `${REGION}tags: { ${Array.from({ length: 48 }, (_, index) => `t${index}: x`).join(', ')} }\n`]],
  ],
  ['a key that no one can have before there are gateways', [balanced, ['apis: [orders]', 'apis: [catalog]']]],
  [
    'an existing network with private subnets',
    [existing(TWO, '\n  privateSubnets: { a: subnet-00000003, b: subnet-00000004 }')],
  ],
  ['an existing network without private subnets', [existing(TWO)]],
];

test.each(accepted)('%s is accepted', (_what, edits) => {
  expect(parsed(...edits).name).toBe('shop');
});
