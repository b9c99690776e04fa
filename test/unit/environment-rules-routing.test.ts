/** Routes that leave open who answers, and what else does not fit. */
import { type Broken, balanced, failure, PORT, REGION, refuses } from './environment-fixture';

const routing: Broken[] = [
  {
    kind: 'two APIs with the same path',
    edits: [['paths: [/catalog]', 'paths: [/catalog, /orders]']],
    at: ['20:23 ROUTE_TWICE'],
    says: ['`catalog` and `orders` both claim /orders on any host'],
  },
  {
    kind: 'two APIs with the same host, header and path',
    edits: [
      [PORT, '    hosts: [a.example.com]\n    headers: { X-Tenant: One }\n'],
      [
        'paths: [/catalog]',
        'paths: [/orders]\n    hosts: [b.example.com, a.example.com]\n    headers: { x-tenant: one }',
      ],
    ],
    at: ['21:13 ROUTE_TWICE'],
    says: ['both claim /orders on a.example.com'],
  },
  {
    kind: 'two APIs whose headers one request can have',
    edits: [
      [PORT, '    headers: { x-one: "1" }\n'],
      ['paths: [/catalog]', 'paths: [/orders]\n    headers: { x-two: "2" }'],
    ],
    at: ['20:13 ROUTE_AMBIGUOUS'],
    says: ['can have the headers of both `catalog` and `orders`'],
  },
  {
    kind: 'a path that stands twice',
    edits: [['paths: [/orders]', 'paths: [/orders, /orders]']],
    at: ['14:22 LISTED_TWICE'],
    says: ['/orders stands twice in `paths`'],
  },
  {
    kind: 'a path with nine segments',
    edits: [['paths: [/orders]', 'paths: [/a/b/c/d/e/f/g/h/i]']],
    at: ['14:13 PATH_DEPTH'],
    says: ['9 segments', '8 segments'],
  },
  {
    kind: 'four headers',
    edits: [[PORT, '    headers: { a: "1", b: "1", c: "1", d: "1" }\n']],
    at: ['13:5 HEADERS_TOO_MANY'],
    says: ['no room for a path', '3 headers'],
  },
  {
    kind: 'a header that stands twice in other letters',
    edits: [[PORT, '    headers: { x-tenant: a, X-Tenant: b }\n']],
    at: ['13:29 LISTED_TWICE'],
    says: ['`X-Tenant` stands twice'],
  },
  {
    kind: 'the Host header',
    edits: [[PORT, '    headers: { Host: a.example.com }\n']],
    at: ['13:16 HEADER_RESERVED'],
    says: ['Name the hosts in `hosts`'],
  },
  {
    kind: 'a header that the gateway takes away',
    edits: [[PORT, '    headers: { X-Consumer-Id: acme }\n']],
    at: ['13:16 HEADER_RESERVED'],
    says: ['`X-Consumer-Id` is set or taken away on the way', 'a header that clients set'],
  },
  {
    kind: 'the header of the attach rules',
    edits: [[PORT, '    headers: { x-stagecraft-target: orders }\n']],
    at: ['13:16 HEADER_RESERVED'],
    says: ['`x-stagecraft-target`'],
  },
  {
    kind: 'a header value that no client can send',
    edits: [[PORT, '    headers: { x-tenant: "a\\nb" }\n']],
    at: ['13:26 HEADER_VALUE'],
    says: ['printable ASCII'],
  },
  {
    kind: 'more wildcards than a rule has',
    edits: [balanced, [PORT, '    headers: { x-tenant: "*a*b*c*d*" }\n']],
    at: ['13:5 WILDCARDS_TOO_MANY'],
    says: ['would have 6 wildcards', '5 in a rule'],
  },
  {
    kind: 'more rules than a load balancer has',
    edits: [
      balanced,
      [
        'paths: [/catalog]',
        `paths: [${Array.from({ length: 97 }, (_, index) => `/c${index}`).join(', ')}]\n    listenerSeed: 0`,
      ],
    ],
    at: ['10:1 RULES_TOO_MANY'],
    says: [
      'At stage `load-balanced` the load balancer would have 102 rules',
      '98 rules for paths, hosts and headers, 2 for target groups, 2 for the gateways',
      '100 rules',
      'or stay there: the load balancer has 2 rules then',
    ],
  },
  {
    kind: 'two APIs whose rules have one number',
    edits: [
      balanced,
      [
        '  catalog:\n',
        '  ade: { image: x, paths: [/ade] }\n  adm: { image: x, paths: [/adm] }\n  catalog:\n',
      ],
    ],
    at: ['20:3 LISTENER_NUMBER_TWICE'],
    says: [
      'of `ade` for /ade and of `adm` for /adm fall on the same number of the listener, 43196',
      'Add `listenerSeed: 1` to `adm`; or, if `adm` is deployed already, add `listenerSeed: 1` to `ade`.',
    ],
  },
  {
    kind: 'two APIs whose target groups have one number',
    edits: [
      balanced,
      ['  catalog:\n', '  aee: { image: x, paths: [/1] }\n  aeo: { image: x, paths: [/2] }\n  catalog:\n'],
    ],
    at: ['20:3 LISTENER_NUMBER_TWICE'],
    says: ['of `aee` for its target group and of `aeo` for its target group', '2399'],
  },
  {
    kind: 'operators from everywhere, from no block, and from inside of one',
    edits: [[REGION, `${REGION}operatorCidrs: [0.0.0.0/0, 300.0.0.0/8, 198.51.100.7/24]\n`]],
    at: ['4:17 OPERATOR_CIDR', '4:28 OPERATOR_CIDR', '4:41 OPERATOR_CIDR'],
    says: ['too large', 'no block of IPv4 addresses', 'Write `198.51.100.0/24`.'],
  },
];

const rest: Broken[] = [
  {
    kind: 'a gateway size that Fargate has not',
    edits: [[REGION, `${REGION}gateway: { cpu: 256, memoryMiB: 4096 }\n`]],
    at: ['4:33 FARGATE_MEMORY'],
    says: ['512, 1024, 2048 MiB for 256 CPU units', '`memoryMiB: 2048`'],
  },
  {
    kind: 'a cache that takes the memory of its gateway',
    edits: [[REGION, `${REGION}gateway: { cacheMiB: 1000 }\n`]],
    at: ['4:22 CACHE_MEMORY'],
    says: ['leaves the gateway too little memory', '832'],
  },
  {
    kind: 'two gateways of one name',
    edits: [[REGION, `${REGION}gateway: { members: [{ name: a, zone: a }, { name: a, zone: b }] }\n`]],
    at: ['4:52 MEMBER_TWICE'],
    says: ['Two gateways have the same name'],
  },
  {
    kind: 'a gateway in a zone that the network has not',
    edits: [[REGION, `${REGION}gateway: { members: [{ name: a, zone: a }, { name: b, zone: c }] }\n`]],
    at: ['4:61 MEMBER_ZONE'],
    says: ['no private subnet in zone `c`', '`a`, `b`'],
  },
  {
    kind: 'a consumer of an API that is not there',
    edits: [['apis: [orders]', 'apis: [order]']],
    at: ['24:18 API_UNKNOWN'],
    says: ['There is no API `order`', 'Write `orders`'],
  },
  {
    kind: 'a consumer of what every object has',
    edits: [['apis: [orders]', 'apis: [orders, constructor]']],
    at: ['24:26 API_UNKNOWN'],
    says: ['There is no API `constructor`'],
  },
  {
    kind: 'a key that no one can have',
    edits: [['apis: [orders]', 'apis: [catalog]']],
    at: ['16:7 CONSUMERS_MISSING'],
    says: ['No consumer may call `orders`', 'consumers:'],
  },
  {
    kind: 'a limit per consumer of an API that knows none',
    edits: [['authentication: { apiKey: {} }', 'authentication: public']],
    at: ['17:7 LIMIT_WITHOUT_CONSUMER'],
    says: ['this API is public', 'address, api'],
  },
  {
    kind: 'a tag that only AWS sets',
    edits: [[REGION, `${REGION}tags: { "aws:team": x }\n`]],
    at: ['4:9 TAG_RESERVED'],
    says: ['`aws:`'],
  },
  {
    kind: 'a tag with a character that AWS does not take',
    edits: [[REGION, `${REGION}tags: { team: "a&b" }\n`]],
    at: ['4:15 TAG_CHARACTERS'],
    says: ['`team`', 'letters, digits, spaces'],
  },
  {
    kind: 'a tag that stands twice for IAM',
    edits: [[REGION, `${REGION}tags: { team: a, Team: b }\n`]],
    at: ['4:18 LISTED_TWICE'],
    says: ['`Team` stands twice'],
  },
  {
    kind: 'more tags than a resource has',
    edits: [
      [REGION, `${REGION}tags: { ${Array.from({ length: 49 }, (_, index) => `t${index}: x`).join(', ')} }\n`],
    ],
    at: ['4:1 TAGS_TOO_MANY'],
    says: ['49 tags, and 2 more', '48', 'Remove 1'],
  },
  {
    kind: 'a scope that the resource server has not',
    edits: [
      [
        REGION,
        `${REGION}identity: { cognito: { domainPrefix: shop, scopes: { read: Read }, machineClients: { job: { scopes: [api/read] } } } }\n`,
      ],
    ],
    at: ['4:102 SCOPE_UNKNOWN'],
    says: ['There is no scope `api/read`', '`read`', 'without the identifier'],
  },
  {
    kind: 'a domain prefix that Cognito reserves',
    edits: [
      [REGION, `${REGION}identity: { cognito: { domainPrefix: my-aws-shop, scopes: { read: Read } } }\n`],
    ],
    at: ['4:38 DOMAIN_PREFIX_RESERVED'],
    says: ['`aws`', 'another prefix'],
  },
  {
    kind: 'a resource server without scopes',
    edits: [[REGION, `${REGION}identity: { cognito: { domainPrefix: shop, scopes: {} } }\n`]],
    at: ['4:44 SCOPES_COUNT'],
    says: ['no scope', '1 to 100'],
  },
];

describe('routing', () => refuses(routing));
describe('gateways, consumers, tags, identity', () => refuses(rest));

test('a path that many APIs claim is told once for each of them', () => {
  const apis = Array.from({ length: 200 }, (_, i) => `  api-${i}: { image: example/api:1 }`).join('\n');
  const text = `name: many\nstage: api\nregion: eu-central-1\napis:\n${apis}\n`;
  const codes = failure(text).problems.map(({ code, path }) => `${code} ${path.join('.')}`);
  expect(codes.filter((one) => one.startsWith('ROUTE_TWICE'))).toHaveLength(199);
  expect(codes[0]).toBe('ROUTE_TWICE apis.api-1.paths.0');
});
