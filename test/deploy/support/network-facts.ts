/**
 * Network, containers and load balancing, as AWS tells of them. What stands before `...` is AWS's default: AWS tells it
 * where nothing was said, and the emulator does not.
 */
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { all, type Reader } from './inventory';

const tag = (tags: readonly { Key?: string; Value?: string }[] | undefined, key: string) =>
  tags?.find(({ Key }) => Key === key)?.Value;

export const network: Reader = async (inventory, access) => {
  const client = new ec2.EC2Client(access);
  const own = { client };
  const vpcs = await all(ec2.paginateDescribeVpcs(own, {}), ({ Vpcs }) => Vpcs);
  for (const vpc of vpcs.filter(({ IsDefault }) => !IsDefault)) {
    const { VpcId } = vpc;
    const attribute = (Attribute: ec2.VpcAttributeName) =>
      client.send(new ec2.DescribeVpcAttributeCommand({ VpcId, Attribute }));
    const { EnableDnsSupport } = await attribute('enableDnsSupport');
    const { EnableDnsHostnames } = await attribute('enableDnsHostnames');
    const name = tag(vpc.Tags, 'Name') as string;
    inventory.add('ec2.vpcs', name, { ...vpc, EnableDnsSupport, EnableDnsHostnames }, [VpcId]);
    const inVpc = { Filters: [{ Name: 'vpc-id', Values: [VpcId as string] }] };
    const tables = await all(ec2.paginateDescribeRouteTables(own, inVpc), (page) => page.RouteTables);
    for (const table of tables) {
      const main = table.Associations?.some(({ Main }) => Main) ? `main of ${name}` : undefined;
      inventory.add('ec2.routeTables', tag(table.Tags, 'Name') ?? main, table, [table.RouteTableId]);
    }
    for (const subnet of await all(ec2.paginateDescribeSubnets(own, inVpc), ({ Subnets }) => Subnets)) {
      const { SubnetId, SubnetArn, Tags } = subnet;
      const { Routes } = tables.find(({ Associations }) =>
        Associations?.some((association) => association.SubnetId === SubnetId),
      ) as ec2.RouteTable;
      inventory.add('ec2.subnets', tag(Tags, 'Name'), { ...subnet, Routes }, [SubnetArn, SubnetId]);
    }
    for (const nat of await all(
      ec2.paginateDescribeNatGateways(own, { Filter: inVpc.Filters }),
      (page) => page.NatGateways,
    )) {
      // AWS tells of it for an hour more.
      if (nat.State === 'deleted') continue;
      inventory.add('ec2.natGateways', tag(nat.Tags, 'Name'), { ConnectivityType: 'public', ...nat }, [
        nat.NatGatewayId,
      ]);
    }
    const groups = await all(ec2.paginateDescribeSecurityGroups(own, inVpc), (page) => page.SecurityGroups);
    for (const { IpPermissions, IpPermissionsEgress, ...group } of groups) {
      inventory.add('ec2.securityGroups', group.GroupName, group, [group.SecurityGroupArn, group.GroupId]);
      const ofGroup = { Filters: [{ Name: 'group-id', Values: [group.GroupId as string] }] };
      for (const rule of await all(
        ec2.paginateDescribeSecurityGroupRules(own, ofGroup),
        ({ SecurityGroupRules }) => SecurityGroupRules,
      )) {
        const { IpProtocol, FromPort, CidrIpv4, CidrIpv6, ReferencedGroupInfo } = rule;
        const peer = ReferencedGroupInfo?.GroupId ?? CidrIpv4 ?? CidrIpv6;
        const way = rule.IsEgress ? 'to' : 'from';
        const what = `${group.GroupName}: ${IpProtocol} ${FromPort ?? 'all'} ${way} ${peer}`;
        inventory.add('ec2.securityGroupRules', what, rule);
      }
    }
  }
  const gateways = await all(ec2.paginateDescribeInternetGateways(own, {}), (page) => page.InternetGateways);
  for (const gateway of gateways) {
    const name = tag(gateway.Tags, 'Name');
    if (name) inventory.add('ec2.internetGateways', name, gateway, [gateway.InternetGatewayId]);
  }
  const { Addresses = [] } = await client.send(new ec2.DescribeAddressesCommand({}));
  for (const address of Addresses) {
    inventory.add('ec2.addresses', tag(address.Tags, 'Name'), address, [address.AllocationId]);
  }
  client.destroy();
};

export const containers: Reader = async (inventory, access) => {
  const client = new ecs.ECSClient(access);
  const own = { client };
  const clusterArns = await all(ecs.paginateListClusters(own, {}), (page) => page.clusterArns);
  for (const arn of clusterArns) {
    const { clusters = [] } = await client.send(
      new ecs.DescribeClustersCommand({
        clusters: [arn],
        include: ['SETTINGS', 'CONFIGURATIONS', 'TAGS', 'ATTACHMENTS'],
      }),
    );
    for (const cluster of clusters) inventory.add('ecs.clusters', cluster.clusterName, cluster, [arn]);
    const services = await all(ecs.paginateListServices(own, { cluster: arn }), (page) => page.serviceArns);
    for (const serviceArn of services) {
      const described = await client.send(
        new ecs.DescribeServicesCommand({ cluster: arn, services: [serviceArn], include: ['TAGS'] }),
      );
      for (const { events, deployments = [], ...service } of described.services ?? []) {
        const { deploymentConfiguration: settings } = service;
        const alarms = { enable: false, rollback: false };
        const told = {
          ...service,
          deploymentConfiguration: { alarms, ...settings },
          // The service tells the numbers too.
          deployments: deployments.map(({ id, desiredCount, runningCount, ...deployment }) => deployment),
        };
        inventory.add('ecs.services', service.serviceName, told, [serviceArn]);
      }
    }
  }
  const definitions = await all(
    ecs.paginateListTaskDefinitions(own, {}),
    ({ taskDefinitionArns }) => taskDefinitionArns,
  );
  for (const arn of definitions) {
    const { taskDefinition, tags } = await client.send(
      new ecs.DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ['TAGS'] }),
    );
    const volumes = taskDefinition?.volumes?.map((volume) => ({ configuredAtLaunch: false, ...volume }));
    inventory.add('ecs.taskDefinitions', taskDefinition?.family, { ...taskDefinition, volumes, tags }, [arn]);
  }
  client.destroy();
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#load-balancer-attributes */
const BALANCER = {
  'access_logs.s3.enabled': 'false',
  'client_keep_alive.seconds': '3600',
  'connection_logs.s3.enabled': 'false',
  'routing.http.preserve_host_header.enabled': 'false',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
  'routing.http.xff_client_port.enabled': 'false',
  'routing.http.xff_header_processing.mode': 'append',
  'routing.http2.enabled': 'true',
  'waf.fail_open.enabled': 'false',
  'zonal_shift.config.enabled': 'false',
};

const byKey = (attributes: readonly { Key?: string; Value?: string }[] = []) =>
  Object.fromEntries(attributes.map(({ Key, Value }) => [Key, Value]));

/** An action with all that it does. */
const filled = (action: elb.Action): elb.Action => {
  const { RedirectConfig: redirect } = action;
  const kept = { Host: '#{host}', Path: '/#{path}', Query: '#{query}' };
  return { Order: 1, ...action, ...(redirect && { RedirectConfig: { ...kept, ...redirect } }) };
};

export const loadBalancing: Reader = async (inventory, access) => {
  const client = new elb.ElasticLoadBalancingV2Client(access);
  const own = { client };
  const tags = async (arn: string | undefined) => {
    const command = new elb.DescribeTagsCommand({ ResourceArns: [arn as string] });
    return (await client.send(command)).TagDescriptions?.[0]?.Tags;
  };
  const balancers = await all(elb.paginateDescribeLoadBalancers(own, {}), (page) => page.LoadBalancers);
  for (const balancer of balancers) {
    const { LoadBalancerArn: arn, LoadBalancerName: name } = balancer;
    const { Attributes } = await client.send(
      new elb.DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }),
    );
    inventory.add(
      'elbv2.loadBalancers',
      name,
      {
        Scheme: 'internet-facing',
        ...balancer,
        Attributes: { ...BALANCER, ...byKey(Attributes) },
        Tags: await tags(arn),
      },
      [arn, balancer.DNSName],
    );
    const listeners = await all(
      elb.paginateDescribeListeners(own, { LoadBalancerArn: arn }),
      ({ Listeners }) => Listeners,
    );
    for (const { ListenerArn, ...listener } of listeners) {
      const port = String(listener.Port);
      const settings = await client.send(new elb.DescribeListenerAttributesCommand({ ListenerArn }));
      inventory.add(
        'elbv2.listeners',
        port,
        {
          ...listener,
          DefaultActions: listener.DefaultActions?.map(filled),
          Attributes: settings.Attributes,
          Tags: await tags(ListenerArn),
        },
        [ListenerArn],
      );
      const rules = await all(elb.paginateDescribeRules(own, { ListenerArn }), ({ Rules }) => Rules);
      for (const { RuleArn, ...rule } of rules) {
        inventory.add('elbv2.rules', `${port}: ${rule.Priority}`, {
          ...rule,
          Actions: rule.Actions?.map(filled),
          Tags: await tags(RuleArn),
        });
      }
    }
  }
  const groups = await all(elb.paginateDescribeTargetGroups(own, {}), ({ TargetGroups }) => TargetGroups);
  for (const group of groups) {
    const { TargetGroupArn: arn, TargetGroupName: name } = group;
    const { Attributes } = await client.send(
      new elb.DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }),
    );
    inventory.add('elbv2.targetGroups', name, { ...group, Attributes, Tags: await tags(arn) }, [arn]);
  }
  client.destroy();
};
