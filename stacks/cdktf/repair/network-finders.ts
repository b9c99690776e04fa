/** Finds what a network is made of: by its tags where it has no name, else by what it belongs to. */
import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type Filter,
  type SecurityGroupRule,
  type Tag,
} from '@aws-sdk/client-ec2';
import { ENVIRONMENT_TAG, type Finder, isOurs, named, type Planned, type Search } from './finder';

const filter = (Name: string, ...Values: string[]): Filter => ({ Name, Values });

const nameTag = (planned: Planned): string => named((planned.tags ?? {}) as Planned, 'Name');

/** Of this environment, under the name that is planned. */
const tagged = (planned: Planned, { environment }: Search): Filter[] => [
  filter(`tag:${ENVIRONMENT_TAG}`, environment),
  filter('tag:Name', nameTag(planned)),
];

interface Tagged {
  readonly Tags?: Tag[];
}

/** The same one at each run, when a deploy that was not repaired has left several. */
function first<Item extends Tagged>(
  items: readonly Item[] | undefined,
  search: Search,
  id: (item: Item) => string | undefined,
): string | undefined {
  return (items ?? [])
    .filter(({ Tags }) => isOurs(Tags, search))
    .flatMap((item) => id(item) ?? [])
    .toSorted()[0];
}

/** Of those that have no name but a tag. What the filters of a request leave in is looked at once more. */
const firstNamed = <Item extends Tagged>(
  items: readonly Item[] | undefined,
  planned: Planned,
  search: Search,
  id: (item: Item) => string | undefined,
): string | undefined => {
  const name = nameTag(planned);
  const isNamed = ({ Tags = [] }: Item) => Tags.some(({ Key, Value }) => Key === 'Name' && Value === name);
  return first(items?.filter(isNamed), search, id);
};

const vpc: Finder = async (planned, search) => {
  const Filters = [...tagged(planned, search), filter('cidr', named(planned, 'cidr_block'))];
  const { Vpcs } = await search.clients.ec2.send(new DescribeVpcsCommand({ Filters }));
  return firstNamed(Vpcs, planned, search, ({ VpcId }) => VpcId);
};

const subnet: Finder = async (planned, search) => {
  const inVpc = [
    filter('vpc-id', named(planned, 'vpc_id')),
    filter('cidr-block', named(planned, 'cidr_block')),
  ];
  const Filters = [...tagged(planned, search), ...inVpc];
  const { Subnets } = await search.clients.ec2.send(new DescribeSubnetsCommand({ Filters }));
  return firstNamed(Subnets, planned, search, ({ SubnetId }) => SubnetId);
};

const internetGateway: Finder = async (planned, search) => {
  const Filters = tagged(planned, search);
  const { InternetGateways } = await search.clients.ec2.send(
    new DescribeInternetGatewaysCommand({ Filters }),
  );
  return firstNamed(InternetGateways, planned, search, ({ InternetGatewayId }) => InternetGatewayId);
};

const address: Finder = async (planned, search) => {
  const Filters = tagged(planned, search);
  const { Addresses } = await search.clients.ec2.send(new DescribeAddressesCommand({ Filters }));
  return firstNamed(Addresses, planned, search, ({ AllocationId }) => AllocationId);
};

const natGateway: Finder = async (planned, search) => {
  const living = filter('state', 'pending', 'available');
  const command = new DescribeNatGatewaysCommand({ Filter: [...tagged(planned, search), living] });
  const { NatGateways } = await search.clients.ec2.send(command);
  return firstNamed(NatGateways, planned, search, ({ NatGatewayId }) => NatGatewayId);
};

const routeTable: Finder = async (planned, search) => {
  const Filters = [...tagged(planned, search), filter('vpc-id', named(planned, 'vpc_id'))];
  const { RouteTables } = await search.clients.ec2.send(new DescribeRouteTablesCommand({ Filters }));
  return firstNamed(RouteTables, planned, search, ({ RouteTableId }) => RouteTableId);
};

const route: Finder = async (planned, { clients }) => {
  const table = named(planned, 'route_table_id');
  const to = named(planned, 'destination_cidr_block');
  const { RouteTables } = await clients.ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [table] }));
  const found = RouteTables?.[0]?.Routes?.some(({ DestinationCidrBlock }) => DestinationCidrBlock === to);
  return found ? `${table}_${to}` : undefined;
};

const association: Finder = async (planned, { clients }) => {
  const table = named(planned, 'route_table_id');
  const subnetId = named(planned, 'subnet_id');
  const { RouteTables } = await clients.ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [table] }));
  const found = RouteTables?.[0]?.Associations?.some(({ SubnetId }) => SubnetId === subnetId);
  return found ? `${subnetId}/${table}` : undefined;
};

const securityGroup: Finder = async (planned, search) => {
  const Filters = [filter('vpc-id', named(planned, 'vpc_id')), filter('group-name', named(planned, 'name'))];
  const { SecurityGroups } = await search.clients.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  return first(SecurityGroups, search, ({ GroupId }) => GroupId);
};

/** AWS tells -1 where Terraform says nothing: a rule for all protocols has no ports. */
const port = (value: unknown): number => (typeof value === 'number' ? value : -1);

const isSameRule = (rule: SecurityGroupRule, planned: Planned): boolean =>
  rule.IpProtocol === planned.ip_protocol &&
  port(rule.FromPort) === port(planned.from_port) &&
  port(rule.ToPort) === port(planned.to_port) &&
  (planned.cidr_ipv4
    ? rule.CidrIpv4 === planned.cidr_ipv4
    : rule.ReferencedGroupInfo?.GroupId === named(planned, 'referenced_security_group_id'));

const securityGroupRule =
  (isEgress: boolean): Finder =>
  async (planned, { clients }) => {
    const Filters = [filter('group-id', named(planned, 'security_group_id'))];
    const command = new DescribeSecurityGroupRulesCommand({ Filters });
    const { SecurityGroupRules = [] } = await clients.ec2.send(command);
    return SecurityGroupRules.find((rule) => rule.IsEgress === isEgress && isSameRule(rule, planned))
      ?.SecurityGroupRuleId;
  };

export const networkFinders: Readonly<Record<string, Finder>> = {
  aws_eip: address,
  aws_internet_gateway: internetGateway,
  aws_nat_gateway: natGateway,
  aws_route: route,
  aws_route_table: routeTable,
  aws_route_table_association: association,
  aws_security_group: securityGroup,
  aws_subnet: subnet,
  aws_vpc: vpc,
  aws_vpc_security_group_egress_rule: securityGroupRule(true),
  aws_vpc_security_group_ingress_rule: securityGroupRule(false),
};
