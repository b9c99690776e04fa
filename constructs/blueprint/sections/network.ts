import { z } from 'zod';
import { cidrBlock, zoneLetter } from '../fields';

const newNetwork = z
  .strictObject({
    cidr: cidrBlock.default('10.0.0.0/16').describe('IPv4 block of the VPC, /16 to /24.'),
    zones: z
      .array(zoneLetter)
      .min(1)
      .max(6)
      .default(['a', 'b'])
      .describe(
        'Availability zones by letter: `a` is eu-central-1a in eu-central-1. By default a and b, in ap-northeast-1 a and c; in us-west-1 they must be named, as accounts see other letters there.',
      ),
    egress: z
      .enum(['nat-per-zone', 'single-nat', 'public'])
      .default('nat-per-zone')
      .describe(
        'How tasks reach the internet: a NAT gateway per zone, one for all, or public addresses and none. From stage `load-balanced` on.',
      ),
  })
  .describe('A network of its own.');

const subnetsByZone = z
  .record(
    zoneLetter,
    z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id, such as subnet-0123456789abcdef0'),
  )
  .describe('Subnet ids by zone letter.');

const twoSubnets = { examples: [{ a: 'subnet-0123456789abcdef0', b: 'subnet-0123456789abcdef1' }] };

const existingNetwork = z
  .strictObject({
    vpc: z
      .string()
      .regex(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id, such as vpc-0123456789abcdef0')
      .describe('Id of a VPC that exists.'),
    cidr: cidrBlock.describe('IPv4 block of that VPC.'),
    publicSubnets: subnetsByZone
      .default({})
      .describe('Its public subnets by zone letter. Not needed behind a `listener` that exists.')
      .meta(twoSubnets),
    privateSubnets: subnetsByZone.optional().describe('Its private subnets by zone letter.').meta(twoSubnets),
  })
  .describe('A VPC that exists.');

export const network = z
  .union([existingNetwork, newNetwork])
  .prefault({})
  .describe('A new network, or a VPC that exists.');
