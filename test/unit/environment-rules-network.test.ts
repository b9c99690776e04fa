/** Networks and domains that AWS does not take, or that do not reach far enough for the stage. */
import { type Broken, balanced, DOMAIN, existing, PORT, refuses, TWO, ZONE } from './environment-fixture';

const network: Broken[] = [
  {
    kind: 'an address inside of a block',
    edits: [['10.0.0.0/16', '10.0.3.0/16']],
    at: ['5:9 CIDR_ADDRESS'],
    says: ['inside of a block', '`10.0.0.0/16`'],
  },
  {
    kind: 'numbers that are no address',
    edits: [['10.0.0.0/16', '10.0.0.256/16']],
    at: ['5:9 CIDR_ADDRESS'],
    says: ['This is no IPv4 block'],
  },
  {
    kind: 'a prefix that is too long for IPv4',
    edits: [['10.0.0.0/16', '10.0.0.0/33']],
    at: ['5:9 CIDR_ADDRESS'],
    says: ['This is no IPv4 block'],
  },
  {
    kind: 'a VPC that is too large',
    edits: [['10.0.0.0/16', '10.0.0.0/8']],
    at: ['5:9 CIDR_SIZE'],
    says: ['larger', '/16 to /23'],
  },
  {
    kind: 'a VPC whose subnets are too small for a load balancer',
    edits: [['10.0.0.0/16', '10.0.0.0/24']],
    at: ['5:9 CIDR_SIZE'],
    says: ['too small for a load balancer', '/27'],
  },
  {
    kind: 'addresses of someone else',
    edits: [['10.0.0.0/16', '11.0.0.0/16']],
    at: ['5:9 CIDR_PUBLIC'],
    says: ['someone on the internet', '10.0.0.0/8'],
  },
  {
    kind: 'a block that is private only in part',
    edits: [['10.0.0.0/16', '172.32.0.0/16']],
    at: ['5:9 CIDR_PUBLIC'],
    says: ['172.32.0.0/16'],
  },
  {
    kind: 'a zone that the region has not',
    edits: [['zones: [a, b]', 'zones: [a, d]']],
    at: ['6:14 ZONE_UNKNOWN'],
    says: ['eu-central-1 has no zone `d`', '`a`, `b`, `c`'],
  },
  {
    kind: 'a zone that stands twice',
    edits: [['zones: [a, b]', 'zones: [a, b, a]']],
    at: ['6:17 ZONE_TWICE'],
    says: ['Zone `a` stands twice'],
  },
  {
    kind: 'one zone for a load balancer',
    edits: [balanced, ['zones: [a, b]', 'zones: [a]']],
    at: ['6:3 ZONES_TOO_FEW'],
    says: ['A load balancer stands in two zones at least', '[a, b]'],
  },
  {
    kind: 'an existing network with one public subnet',
    edits: [existing('{ a: subnet-00000001 }'), ['stage: gateway', 'stage: load-balanced']],
    at: ['7:3 ZONES_TOO_FEW'],
    says: ['A load balancer stands in two zones at least', 'public subnet in another zone'],
  },
  {
    kind: 'a private subnet where the load balancer does not reach',
    edits: [existing(TWO, '\n  privateSubnets: { b: subnet-00000003, c: subnet-00000004 }')],
    at: ['8:41 SUBNETS_MISSING'],
    says: ['Zone `c` has a private subnet for tasks and no public one'],
  },
  {
    kind: 'a subnet at two places',
    edits: [existing(TWO, '\n  privateSubnets: { a: subnet-00000003, b: subnet-00000001 }')],
    at: ['8:44 SUBNET_TWICE'],
    says: ['The same subnet stands at two places', 'subnet-00000001'],
  },
  {
    kind: 'private subnets in one zone for two gateways',
    edits: [existing(TWO, '\n  privateSubnets: { a: subnet-00000003 }')],
    at: ['8:3 SUBNETS_MISSING'],
    says: ['A pair of gateways needs subnets for tasks in two zones'],
  },
];

const domain: Broken[] = [
  {
    kind: 'a load balancer without a domain',
    edits: [[DOMAIN, '']],
    at: ['2:8 DOMAIN_MISSING'],
    says: ['Stage `gateway` has a load balancer', '`hostedZone` or `certificateArn`'],
  },
  {
    kind: 'a domain without a way to a certificate',
    edits: [[ZONE, '']],
    at: ['7:1 CERTIFICATE_MISSING'],
    says: ['no way to a certificate', '`hostedZone`', '`certificateArn`'],
  },
  {
    kind: 'a domain outside of its zone',
    edits: [['  name: api.example.com', '  name: api.badexample.com']],
    at: ['8:9 HOST_OUTSIDE_ZONE'],
    says: ['api.badexample.com is not in the hosted zone example.com', 'ends with .example.com'],
  },
  {
    kind: 'a host outside of the zone',
    edits: [[PORT, '    hosts: [orders.example.com, orders.example.org]\n']],
    at: ['13:33 HOST_OUTSIDE_ZONE'],
    says: ['apis.orders.hosts[1]'],
  },
  {
    kind: 'more names than a certificate has',
    edits: [
      [
        PORT,
        `    hosts: [${Array.from({ length: 10 }, (_, index) => `h${index}.example.com`).join(', ')}]\n`,
      ],
    ],
    at: ['7:1 CERTIFICATE_DOMAINS'],
    says: ['11 names', '10 names'],
  },
  {
    kind: 'a name that is too long for a certificate',
    edits: [['  name: api.example.com', `  name: ${'x'.repeat(54)}.example.com`]],
    at: ['8:9 CERTIFICATE_NAME_LENGTH'],
    says: ['64 characters at most', '66 characters'],
  },
  {
    kind: 'a certificate of another region',
    edits: [[ZONE, '  certificateArn: arn:aws:acm:us-east-1:123456789012:certificate/0a1b\n']],
    at: ['9:19 ARN_REGION'],
    says: ['another region than the load balancer', 'us-east-1', 'eu-central-1'],
  },
];

describe('network', () => refuses(network));
describe('domain', () => refuses(domain));
