import {
  DescribeAddressesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcAttributeCommand,
  type VpcAttributeName,
} from '@aws-sdk/client-ec2';
import { attribute, type Cloud, ref } from './cloudformation-kit';
import { after, before, both, fresh, old, type Table } from './cloudformation-updates';

const tagsOf = async (cloud: Cloud, id = '') => {
  const { Tags = [] } = await cloud.aws.ec2.send(
    new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] }),
  );
  return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
};

const rulesOf = async (cloud: Cloud, id = '') => {
  const { SecurityGroupRules = [] } = await cloud.aws.ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [id] }] }),
  );
  return SecurityGroupRules.map(
    ({ IsEgress, IpProtocol, FromPort, CidrIpv4, Description }) =>
      `${IsEgress ? 'out' : 'in'} ${IpProtocol} ${FromPort} ${CidrIpv4} ${Description ?? '-'}`,
  ).sort();
};

const dnsOf = async (cloud: Cloud, id: string) => {
  const read = async (Attribute: VpcAttributeName) =>
    await cloud.aws.ec2.send(new DescribeVpcAttributeCommand({ VpcId: id, Attribute }));
  return [
    (await read('enableDnsHostnames')).EnableDnsHostnames?.Value,
    (await read('enableDnsSupport')).EnableDnsSupport?.Value,
  ];
};

const subnet = (index: number) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: {
    VpcId: ref('Net'),
    CidrBlock: `10.8.${index}.0/24`,
    AvailabilityZone: { 'Fn::Select': [index, { 'Fn::GetAZs': '' }] },
  },
});
const group = { GroupDescription: 'g', VpcId: ref('Net') };
const natGateway = { SubnetId: ref('A'), AllocationId: attribute('Address', 'AllocationId') };
const rule = (port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp: '10.0.0.0/8' });
const ownRule = (direction: 'in' | 'out') => ({
  type: `AWS::EC2::SecurityGroup${direction === 'in' ? 'Ingress' : 'Egress'}`,
  ...both({ GroupId: ref('Group'), ...rule(80) }, { Description: 'one' }, { Description: 'two' }),
  read: async (cloud: Cloud, _: string, { Group }: Readonly<Record<string, string>>) =>
    (await rulesOf(cloud, Group)).filter((one) => one.startsWith(`${direction} tcp`)),
  was: [`${direction} tcp 80 10.0.0.0/8 one`],
  becomes: [`${direction} tcp 80 10.0.0.0/8 two`],
});
const tagged = { read: tagsOf, was: old, becomes: fresh };
const route = { RouteTableId: ref('Table'), DestinationCidrBlock: '0.0.0.0/0' };

export const network: Table = {
  beside: {
    Net: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.8.0.0/16' } },
    A: subnet(0),
    B: subnet(1),
    C: subnet(2),
    Attachment: {
      Type: 'AWS::EC2::VPCGatewayAttachment',
      Properties: { VpcId: ref('Net'), InternetGatewayId: ref('InternetGateway') },
    },
    Association: {
      Type: 'AWS::EC2::SubnetRouteTableAssociation',
      Properties: { SubnetId: ref('A'), RouteTableId: ref('Table') },
    },
    Group: { Type: 'AWS::EC2::SecurityGroup', Properties: group },
  },
  rows: {
    Vpc: {
      type: 'AWS::EC2::VPC',
      ...both(
        { CidrBlock: '10.9.0.0/16', EnableDnsSupport: 'true' },
        { EnableDnsHostnames: false, ...before },
        { EnableDnsHostnames: true, ...after },
      ),
      read: async (cloud, id) => [await dnsOf(cloud, id), await tagsOf(cloud, id)],
      was: [[false, true], old],
      becomes: [[true, true], fresh],
    },
    Subnet: {
      type: 'AWS::EC2::Subnet',
      ...both(
        { VpcId: ref('Net'), CidrBlock: '10.8.9.0/24' },
        { MapPublicIpOnLaunch: 'false', ...before },
        { MapPublicIpOnLaunch: true, ...after },
      ),
      read: async (cloud, id) => {
        const { Subnets } = await cloud.aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
        return [Subnets?.[0]?.MapPublicIpOnLaunch, await tagsOf(cloud, id)];
      },
      was: [false, old],
      becomes: [true, fresh],
    },
    InternetGateway: { type: 'AWS::EC2::InternetGateway', before, after, ...tagged },
    Table: { type: 'AWS::EC2::RouteTable', ...both({ VpcId: ref('Net') }, before, after), ...tagged },
    NatGateway: {
      type: 'AWS::EC2::NatGateway',
      more: { DependsOn: 'Attachment' },
      ...both(natGateway, before, after),
      ...tagged,
    },
    Address: {
      type: 'AWS::EC2::EIP',
      more: { DependsOn: 'Attachment' },
      ...both({ Domain: 'vpc' }, before, after),
      read: async (cloud, id) => {
        const { Addresses } = await cloud.aws.ec2.send(new DescribeAddressesCommand({ PublicIps: [id] }));
        return await tagsOf(cloud, Addresses?.[0]?.AllocationId);
      },
      was: old,
      becomes: fresh,
    },
    Route: {
      type: 'AWS::EC2::Route',
      more: { DependsOn: 'Attachment' },
      ...both(route, { GatewayId: ref('InternetGateway') }, { NatGatewayId: ref('NatGateway') }),
      read: async (cloud, _, { Table = '' }) => {
        const { RouteTables } = await cloud.aws.ec2.send(
          new DescribeRouteTablesCommand({ RouteTableIds: [Table] }),
        );
        const found = RouteTables?.[0]?.Routes?.find((one) => one.DestinationCidrBlock === '0.0.0.0/0');
        return [found?.GatewayId?.slice(0, 4), found?.NatGatewayId?.slice(0, 4)];
      },
      was: ['igw-', undefined],
      becomes: [undefined, 'nat-'],
    },
    SecurityGroup: {
      type: 'AWS::EC2::SecurityGroup',
      before: {
        ...group,
        SecurityGroupIngress: [rule(80), rule(81)],
        SecurityGroupEgress: [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }],
        ...before,
      },
      after: {
        ...group,
        SecurityGroupIngress: [rule(81), rule(82)],
        SecurityGroupEgress: [rule(443)],
        ...after,
      },
      read: async (cloud, id) => [await rulesOf(cloud, id), await tagsOf(cloud, id)],
      was: [['in tcp 80 10.0.0.0/8 -', 'in tcp 81 10.0.0.0/8 -', 'out -1 -1 0.0.0.0/0 -'], old],
      becomes: [['in tcp 81 10.0.0.0/8 -', 'in tcp 82 10.0.0.0/8 -', 'out tcp 443 10.0.0.0/8 -'], fresh],
    },
    Ingress: ownRule('in'),
    Egress: ownRule('out'),
  },
};
