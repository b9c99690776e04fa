import { Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { NameTag } from '../../graph/settings/network';
import { accept } from '../suppressions';
import type { Builders } from './builder';

/**
 * L1 resources: L2's `Vpc` numbers the subnets and divides the addresses among them by itself, so that a zone or a private
 * subnet more would move the ones that are there.
 */
export const network: Pick<
  Builders,
  | 'vpc'
  | 'internet-gateway'
  | 'subnet'
  | 'route-table'
  | 'route'
  | 'subnet-route-table-association'
  | 'elastic-ip'
  | 'nat-gateway'
> = {
  vpc: ({ scope, name, settings: { tags, ...settings }, beside, transformed }) => {
    const vpc = tagged(new ec2.CfnVPC(scope, name, transformed(settings)), tags);
    accept(vpc, {
      rule: 'AwsSolutions-VPC7',
      reason:
        'Flow logs are billed by the gigabyte and kept where the account wants them: add them to `vpc`.',
    });
    const zones = beside.flatMap((one) => (one.type === 'subnet' ? [one.settings.availabilityZone] : []));
    const named = ec2.Vpc.fromVpcAttributes(scope, 'Imported', {
      vpcId: vpc.ref,
      vpcCidrBlock: settings.cidrBlock,
      availabilityZones: [...new Set(zones)],
    });
    return { named, construct: vpc };
  },
  'internet-gateway': ({ scope, name, settings: { vpcId, tags }, values }) => {
    const gateway = tagged(new ec2.CfnInternetGateway(scope, name), tags);
    const attachment = new ec2.CfnVPCGatewayAttachment(scope, `${name}Attachment`, {
      vpcId: values.of('vpc', vpcId).vpcId,
      internetGatewayId: gateway.ref,
    });
    return { named: gateway, awaited: [attachment] };
  },
  subnet: ({ scope, name, settings, values, transformed }) => {
    const { vpcId, cidrBlock, availabilityZone, mapPublicIpOnLaunch, routeTableId, tags } = settings;
    const subnet = new ec2.CfnSubnet(
      scope,
      name,
      transformed({
        vpcId: values.of('vpc', vpcId).vpcId,
        cidrBlock,
        availabilityZone,
        mapPublicIpOnLaunch,
      }),
    );
    accept(subnet, {
      rule: 'W3010',
      reason:
        'The environment file names the zones: a subnet must not move when AWS lists them in another order.',
    });
    const named = ec2.Subnet.fromSubnetAttributes(scope, `${name}-imported`, {
      subnetId: subnet.ref,
      availabilityZone,
      ipv4CidrBlock: cidrBlock,
      routeTableId: values.of('route-table', routeTableId).ref,
    });
    return { named, construct: tagged(subnet, tags) };
  },
  'route-table': ({ scope, name, settings: { vpcId, tags }, values }) => {
    const table = new ec2.CfnRouteTable(scope, name, { vpcId: values.of('vpc', vpcId).vpcId });
    return { named: tagged(table, tags) };
  },
  route: ({ scope, name, settings, values }) => {
    const { routeTableId, destinationCidrBlock, gatewayId, natGatewayId } = settings;
    const route = new ec2.CfnRoute(scope, name, {
      routeTableId: values.of('route-table', routeTableId).ref,
      destinationCidrBlock,
      ...(gatewayId && { gatewayId: values.of('internet-gateway', gatewayId).ref }),
      ...(natGatewayId && { natGatewayId: values.of('nat-gateway', natGatewayId).ref }),
    });
    // AWS takes a route to a gateway that is attached.
    if (gatewayId) route.node.addDependency(...values.awaitedOf(gatewayId));
    return { named: route };
  },
  'subnet-route-table-association': ({ scope, name, settings: { subnetId, routeTableId }, values }) => ({
    named: new ec2.CfnSubnetRouteTableAssociation(scope, name, {
      subnetId: values.of('subnet', subnetId).subnetId,
      routeTableId: values.of('route-table', routeTableId).ref,
    }),
  }),
  'elastic-ip': ({ scope, name, settings: { domain, tags }, transformed }) => ({
    named: tagged(new ec2.CfnEIP(scope, name, transformed({ domain })), tags),
  }),
  'nat-gateway': ({ scope, name, settings: { allocationId, subnetId, tags }, values, transformed }) => {
    const nat = new ec2.CfnNatGateway(
      scope,
      name,
      transformed({
        allocationId: values.of('elastic-ip', allocationId).attrAllocationId,
        subnetId: values.of('subnet', subnetId).subnetId,
      }),
    );
    return { named: tagged(nat, tags) };
  },
};

/** What L1 resources of the network are called in the console. */
function tagged<Resource extends Construct>(resource: Resource, { Name }: NameTag): Resource {
  Tags.of(resource).add('Name', Name);
  return resource;
}
