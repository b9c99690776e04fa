/** Broken files: what one field can say of itself. */
import { type Broken, type Edit, NETWORK, REGION, refuses } from './environment-fixture';

const fields: Broken[] = [
  {
    kind: 'an unknown key',
    edits: [['    port: 8080', '    prot: 8080']],
    at: ['13:5 UNKNOWN_KEY'],
    says: [
      'apis.orders.prot',
      '`prot` is not a key of `orders`',
      '`image`, `canary`, `command`, `port`',
      'Write `port`',
    ],
  },
  {
    kind: 'an unknown key that resembles none',
    edits: [['    port: 8080', '    blanket: 3']],
    at: ['13:5 UNKNOWN_KEY'],
    says: ['`blanket` is not a key of `orders`', 'Remove `blanket`'],
  },
  ...[
    ['replicas: 3', 'Write `instances: { min: 2, max: 4 }`'],
    // Two letters from `paths`.
    ['tasks: 3', 'Write `instances: { min: 2, max: 4 }`'],
    ['waf: {}', 'No web ACL is made'],
    ['env: {}', 'Write `environment: { NAME: value }`'],
  ].map(([line = '', says = '']) => ({
    kind: `another tool's word, ${line}`,
    edits: [['    port: 8080', `    ${line}`] as Edit],
    at: ['13:5 UNKNOWN_KEY'],
    says: [`\`${line.split(':')[0]}\` is a word of other tools`, says],
  })),
  {
    kind: 'a key that pools scale by elsewhere',
    edits: [['    port: 8080', '    instances: { targetMemoryPercent: 60 }']],
    at: ['13:18 UNKNOWN_KEY'],
    says: [
      '`targetMemoryPercent` is a word of other tools',
      'Pools scale by average CPU: write `targetCpuPercent`',
    ],
  },
  {
    kind: 'a policy beside the policies',
    edits: [['    port: 8080', '    cors: { origins: any }']],
    at: ['13:5 UNKNOWN_KEY'],
    says: ['`cors` is not a key of `orders`', 'Write it under `policies:`'],
  },
  {
    kind: 'an element of a list that may be a word',
    edits: [
      [
        '      authentication: { apiKey: {} }',
        '      authentication: { apiKey: {} }\n      cors: { origins: ["https://a.example", "https://a.example/"] }',
      ],
    ],
    at: ['17:46 WRONG_FORM'],
    says: [
      '`origins[1]` is not written in the form that it must have',
      '"https://a.example/"',
      'https://app.example.com',
    ],
  },
  {
    kind: 'one value where a list or a word is meant',
    edits: [
      [
        'apiKey: {}',
        'jwt: { issuer: "https://login.example.com", jwksUrl: "https://login.example.com/keys", audience: orders }',
      ],
    ],
    at: ['16:122 NOT_ONE_OF'],
    says: [
      '`audience` is not one of the values',
      '"orders"',
      '`any`, or a list of printable ASCII characters',
      'Write a list: `[orders]`',
    ],
  },
  {
    kind: 'a number that is not one of those that there are',
    edits: [['region: eu-central-1\n', 'region: eu-central-1\nlogRetentionDays: 31\n']],
    at: ['4:19 NOT_ONE_OF'],
    // 30 is nearer, and keeps less.
    says: ['`logRetentionDays` is not one of the values', 'Write `60`'],
  },
  {
    kind: 'a misspelt key that must be there',
    edits: [['region:', 'regoin:']],
    at: ['3:1 UNKNOWN_KEY'],
    says: ['`regoin` is not a key of an environment file', 'Write `region`'],
  },
  {
    kind: 'a key of the prototype',
    edits: [['name: shop', 'name: shop\nconstructor: x']],
    at: ['2:1 UNKNOWN_KEY'],
    says: ['`constructor` is not a key', 'Remove `constructor`'],
  },
  {
    kind: '__proto__',
    edits: [['LOG_LEVEL: info', '__proto__: hunter2']],
    at: ['22:7 UNKNOWN_KEY'],
    says: ['`__proto__` cannot be a key'],
  },
  {
    kind: 'a missing key at the top',
    edits: [['name: shop\n', '']],
    at: ['1:1 MISSING_KEY'],
    says: ['`name` is missing.', 'Name of the environment', 'Add `name`'],
  },
  {
    kind: 'a missing key in an API',
    edits: [['    image: ghcr.io/example/orders:1\n', '']],
    at: ['11:3 MISSING_KEY'],
    says: ['apis.orders.image', '`image` is missing in `orders`', 'Container image', 'Add `image`'],
  },
  {
    kind: 'a key without a value',
    edits: [['port: 8080', 'port:']],
    at: ['13:5 EMPTY_VALUE'],
    says: ['`port` has no value', 'Port that the container listens on', 'Give it a value, or remove it'],
  },
  {
    kind: 'a mapping without a value',
    edits: [['  acme: { apis: [orders] }', '  acme:']],
    at: ['24:3 EMPTY_VALUE'],
    says: ['`acme` has no value', 'Write `{}`'],
  },
  {
    kind: 'a number in quotes',
    edits: [['port: 8080', 'port: "8080"']],
    at: ['13:11 WRONG_TYPE'],
    says: ['`port` must be a whole number, and this is text', '"8080"', '1 to 65535', 'Remove the quotes'],
  },
  {
    kind: 'a number that is not whole',
    edits: [['port: 8080', 'port: 80.5']],
    at: ['13:11 WRONG_TYPE'],
    says: ['must be a whole number, and this is not whole', '80.5'],
  },
  {
    kind: 'a number where text is wanted',
    edits: [['port: 8080', 'health: { status: 200 }']],
    at: ['13:23 WRONG_TYPE'],
    says: ['`status` must be text, and this is a number', '200', 'Put it in quotes'],
  },
  {
    kind: 'one value where a list is wanted',
    edits: [['paths: [/orders]', 'paths: /orders']],
    at: ['14:12 WRONG_TYPE'],
    says: ['`paths` must be a list, and this is text', '"/orders"', 'Put it in brackets'],
  },
  {
    kind: 'a list where a mapping is wanted',
    edits: [['consumers:\n  acme: { apis: [orders] }', 'consumers: [acme]']],
    at: ['23:12 WRONG_TYPE'],
    says: ['`consumers` must be a mapping, and this is a list'],
  },
  {
    kind: 'text where true or false is wanted',
    edits: [[REGION, `${REGION}deletionProtection: yes\n`]],
    at: ['4:21 WRONG_TYPE'],
    says: ['`deletionProtection` must be true or false, and this is text', '"yes"'],
  },
  {
    kind: 'a number out of range',
    edits: [['port: 8080', 'port: 70000']],
    at: ['13:11 OUT_OF_RANGE'],
    says: ['`port` is too large', '70000', '1 to 65535'],
  },
  {
    kind: 'a number below the range',
    edits: [[REGION, `${REGION}deregistrationDelaySeconds: 0\n`]],
    at: ['4:29 OUT_OF_RANGE'],
    says: ['`deregistrationDelaySeconds` is too small', '0', '1 to 3600'],
  },
  {
    kind: 'a value that is none of those allowed',
    edits: [['stage: gateway', 'stage: gatway']],
    at: ['2:8 NOT_ONE_OF'],
    says: [
      '`stage` is not one of the values',
      '"gatway"',
      '`api`, `load-balanced`, `gateway`',
      'Write `gateway`',
    ],
  },
  {
    kind: 'a number that is none of those allowed',
    edits: [[REGION, `${REGION}logRetentionDays: 29\n`]],
    at: ['4:19 NOT_ONE_OF'],
    says: ['29', '`14`, `30`, `60`', 'Write `30`'],
  },
  {
    kind: 'a name with characters that it may not have',
    edits: [['name: shop', 'name: Shop_1']],
    at: ['1:7 WRONG_FORM'],
    says: ['"Shop_1"', 'lower-case letters, digits and single hyphens'],
  },
  {
    kind: 'a name that is too long',
    edits: [['name: shop', 'name: a-very-long-name-for-an-environment']],
    at: ['1:7 TOO_LONG'],
    says: ['`name` has 35 characters', '24 characters at most', 'Shorten it'],
  },
  {
    kind: 'an API name that cannot be one',
    edits: [['  catalog:\n', '  Catalog_API:\n']],
    at: ['18:3 BAD_NAME'],
    says: ['"Catalog_API" cannot be a name in `apis`', 'lower-case letters', 'Choose another name'],
  },
  {
    kind: 'an API name that is too long',
    edits: [['  catalog:\n', '  catalog-of-all-products:\n']],
    at: ['18:3 BAD_NAME'],
    says: ['20 characters at most', 'it has 23'],
  },
  {
    kind: 'an empty list',
    edits: [['paths: [/orders]', 'paths: []']],
    at: ['14:12 TOO_FEW'],
    says: ['`paths` has 0 entries', '1 at least'],
  },
  {
    kind: 'too long a list',
    edits: [['zones: [a, b]', 'zones: [a, b, c, a, b, c, a]']],
    at: ['6:10 TOO_MANY'],
    says: ['`zones` has 7 entries', '6 at most'],
  },
  {
    kind: 'a path in another form',
    edits: [['paths: [/orders]', 'paths: [/v1, /orders/]']],
    at: ['14:18 WRONG_FORM'],
    says: [
      'apis.orders.paths[1]',
      '`paths[1]` is not written',
      '"/orders/"',
      'begins with / and has no / at its end',
    ],
  },
  {
    kind: 'a host name with a scheme',
    edits: [['  name: api.example.com', '  name: https://api.example.com']],
    at: ['8:9 WRONG_FORM'],
    says: ['"https://api.example.com"', 'without scheme, port or wildcard'],
  },
  {
    kind: 'text that is no region',
    edits: [['eu-central-1', 'frankfurt']],
    at: ['3:9 WRONG_FORM'],
    says: ['"frankfurt"', 'a region code, such as eu-central-1'],
  },
  {
    kind: 'an existing network without its subnets',
    edits: [[NETWORK, '  vpc: vpc-0123456789abcdef0\n  cidr: 10.0.0.0/16']],
    at: ['4:1 ZONES_TOO_FEW'],
    says: ['A load balancer stands in two zones at least', 'Name a public subnet in another zone'],
  },
  {
    kind: 'an existing network with a wrong id',
    edits: [
      [
        NETWORK,
        '  vpc: vpc-1\n  cidr: 10.0.0.0/16\n  publicSubnets: { a: subnet-00000001, b: subnet-00000002 }',
      ],
    ],
    at: ['5:8 WRONG_FORM'],
    says: ['"vpc-1"', 'a VPC id, such as vpc-0123456789abcdef0'],
  },
  {
    kind: 'a new network with a misspelt key',
    edits: [['  zones: [a, b]', '  egres: public']],
    at: ['6:3 UNKNOWN_KEY'],
    says: ['`egres` is not a key of `network`', '`cidr`, `zones`, `egress`', 'Write `egress`'],
  },
  {
    kind: 'an existing network with a key of a new one',
    edits: [
      [
        '  zones: [a, b]',
        '  vpc: vpc-0123456789abcdef0\n  publicSubnets: { a: subnet-00000001, b: subnet-00000002 }\n  egress: public',
      ],
    ],
    at: ['8:3 UNKNOWN_KEY'],
    says: [
      '`egress` does not go together with the other keys of `network`',
      'use only `cidr`, `zones`, `egress`',
    ],
  },
  {
    kind: 'a misspelt vpc',
    edits: [['  zones: [a, b]', '  vpcc: vpc-0123456789abcdef0']],
    at: ['6:3 UNKNOWN_KEY'],
    says: ['`vpcc` is not a key of `network`', 'Write `vpc`'],
  },
  {
    kind: 'a network that is no mapping',
    edits: [[`network:\n${NETWORK}`, 'network: big']],
    at: ['4:10 WRONG_TYPE'],
    says: ['`network` must be a mapping, and this is text', '`vpc`, `cidr`', '`cidr`, `zones`, `egress`'],
  },
  {
    kind: 'an authentication that does not exist',
    edits: [['authentication: { apiKey: {} }', 'authentication: publik']],
    at: ['16:23 NOT_ONE_OF'],
    says: ['"publik"', '`public`, or a mapping with `apiKey`'],
  },
  {
    kind: 'an authentication with a misspelt key',
    edits: [['apiKey: {}', 'apiKeys: {}']],
    at: ['16:25 UNKNOWN_KEY'],
    says: ['`apiKeys` is not a key of `authentication`', 'Write `apiKey`'],
  },
  {
    kind: 'an authentication with a wrong header',
    edits: [['apiKey: {}', 'apiKey: { header: "X Key" }']],
    at: ['16:43 WRONG_FORM'],
    says: ['"X Key"', 'a header in lower case'],
  },
  {
    kind: 'a state without its kind',
    edits: [[REGION, `${REGION}state: { bucket: states }\n`]],
    at: ['4:1 MISSING_KEY'],
    says: ['state.kind', '`kind` is missing', '`local`, `s3`'],
  },
  {
    kind: 'a state of an unknown kind',
    edits: [[REGION, `${REGION}state: { kind: s4 }\n`]],
    at: ['4:16 NOT_ONE_OF'],
    says: ['"s4"', '`local`, `s3`', 'Write `s3`'],
  },
  {
    kind: 'a state in S3 without its bucket',
    edits: [[REGION, `${REGION}state: { kind: s3 }\n`]],
    at: ['4:1 MISSING_KEY'],
    says: ['`bucket` is missing in `state`'],
  },
];

describe('fields', () => refuses(fields));
