/**
 * Shows that the emulator refuses, with AWS's code and text, what comes before what it needs and what goes while it is
 * used: so a deploy that forgets a wait fails here too. Does not prove: how long AWS takes until something is free.
 */
import {
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  AllocateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNatGatewayCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DetachInternetGatewayCommand,
  ReleaseAddressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { CreateServiceCommand, DeleteServiceCommand } from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  type Aws,
  attachInternet,
  changeRecord,
  createCluster,
  registerTask,
  startAws,
} from './emulator-kit';

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
  await createCluster(aws);
});
afterAll(() => aws.stop());

/** Code and text of an error. */
const refused = async (call: Promise<unknown>): Promise<string> => {
  const error = await call.then(
    () => undefined,
    (reason: Error) => reason,
  );
  if (error === undefined) throw new Error('it was not refused');
  return `${error.name}: ${error.message}`;
};

let blocks = 40;

/** A VPC with two subnets and a security group; no way to the internet. */
async function closedNetwork() {
  const block = `127.${++blocks}`;
  const { Vpc } = await aws.ec2.send(new CreateVpcCommand({ CidrBlock: `${block}.0.0/16` }));
  const vpc = Vpc?.VpcId ?? '';
  const subnet = async (index: number) => {
    const AvailabilityZone = `eu-central-1${'ab'[index]}`;
    const CidrBlock = `${block}.${index}.0/24`;
    const command = new CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone });
    return (await aws.ec2.send(command)).Subnet?.SubnetId ?? '';
  };
  const subnets = [await subnet(0), await subnet(1)] as const;
  const newGroup = async (GroupName: string) => {
    const command = new CreateSecurityGroupCommand({ GroupName, Description: 'g', VpcId: vpc });
    return (await aws.ec2.send(command)).GroupId ?? '';
  };
  return { vpc, subnets, newGroup, group: await newGroup('tasks') };
}

type Closed = Awaited<ReturnType<typeof closedNetwork>>;

const newBalancer = ({ subnets, group }: Closed, Name: string, more: { Scheme?: 'internal' } = {}) =>
  aws.elb.send(
    new CreateLoadBalancerCommand({ Name, Subnets: [...subnets], SecurityGroups: [group], ...more }),
  );

const newNat = async ({ subnets }: Closed) => {
  const { AllocationId } = await aws.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  const command = new CreateNatGatewayCommand({ SubnetId: subnets[0], AllocationId });
  const { NatGateway } = await aws.ec2.send(command);
  return { nat: NatGateway?.NatGatewayId ?? '', allocation: AllocationId ?? '' };
};

const newService = async ({ subnets, group }: Closed, serviceName: string) =>
  aws.ecs.send(
    new CreateServiceCommand({
      cluster: 'main',
      serviceName,
      taskDefinition: await registerTask(aws),
      launchType: 'FARGATE',
      desiredCount: 1,
      networkConfiguration: {
        awsvpcConfiguration: { subnets: [subnets[1]], securityGroups: [group], assignPublicIp: 'ENABLED' },
      },
    }),
  );

describe('without an internet gateway in the VPC', () => {
  it('a load balancer that faces the internet is refused, and leaves nothing behind', async () => {
    const network = await closedNetwork();
    const reason = `InvalidSubnetException: VPC ${network.vpc} has no internet gateway`;
    expect(await refused(newBalancer(network, 'edge'))).toBe(reason);
    await attachInternet(aws, network.vpc);
    await newBalancer(network, 'edge');
  });

  it('one inside of the VPC is not', async () => {
    await newBalancer(await closedNetwork(), 'inside', { Scheme: 'internal' });
  });

  it('a NAT gateway is refused', async () => {
    const network = await closedNetwork();
    expect(await refused(newNat(network))).toBe(
      `Gateway.NotAttached: Network ${network.vpc} has no Internet gateway attached`,
    );
  });

  it('a route to a gateway that is attached nowhere, or elsewhere, is refused', async () => {
    const { vpc } = await closedNetwork();
    const { RouteTable } = await aws.ec2.send(new CreateRouteTableCommand({ VpcId: vpc }));
    const table = RouteTable?.RouteTableId ?? '';
    const { InternetGateway } = await aws.ec2.send(new CreateInternetGatewayCommand({}));
    const elsewhere = await attachInternet(aws, (await closedNetwork()).vpc);
    const route = (GatewayId: string | undefined) =>
      aws.ec2.send(
        new CreateRouteCommand({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId }),
      );
    for (const gateway of [InternetGateway?.InternetGatewayId, elsewhere]) {
      expect(await refused(route(gateway))).toBe(
        `InvalidParameterValue: route table ${table} and network gateway ${gateway} belong to different networks`,
      );
    }
    await route(await attachInternet(aws, vpc));
  });
});

describe('what is used stays', () => {
  const detach = (InternetGatewayId: string, VpcId: string) =>
    aws.ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  const mapped = (vpc: string) =>
    `DependencyViolation: Network ${vpc} has some mapped public address(es). ` +
    'Please unmap those public address(es) before detaching the gateway.';
  const deleteSubnet = (SubnetId: string) => aws.ec2.send(new DeleteSubnetCommand({ SubnetId }));
  const usedSubnet = (id: string) =>
    `DependencyViolation: The subnet '${id}' has dependencies and cannot be deleted.`;
  const deleteGroup = (GroupId: string) => aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  const usedGroup = (id: string) => `DependencyViolation: resource ${id} has a dependent object`;

  it('under a load balancer: its gateway, subnets and security group', async () => {
    const network = await closedNetwork();
    const gateway = await attachInternet(aws, network.vpc);
    const { LoadBalancers } = await newBalancer(network, 'used');
    expect(await refused(detach(gateway, network.vpc))).toBe(mapped(network.vpc));
    expect(await refused(deleteSubnet(network.subnets[1]))).toBe(usedSubnet(network.subnets[1]));
    expect(await refused(deleteGroup(network.group))).toBe(usedGroup(network.group));
    const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
    await aws.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await detach(gateway, network.vpc);
    for (const subnet of network.subnets) await deleteSubnet(subnet);
    await deleteGroup(network.group);
    await aws.ec2.send(new DeleteVpcCommand({ VpcId: network.vpc }));
  });

  it('under a NAT gateway: the gateway, its subnet and its address', async () => {
    const network = await closedNetwork();
    const gateway = await attachInternet(aws, network.vpc);
    const { nat, allocation } = await newNat(network);
    const release = () => aws.ec2.send(new ReleaseAddressCommand({ AllocationId: allocation }));
    expect(await refused(detach(gateway, network.vpc))).toBe(mapped(network.vpc));
    expect(await refused(deleteSubnet(network.subnets[0]))).toBe(usedSubnet(network.subnets[0]));
    expect(await refused(release())).toMatch(/^InvalidIPAddress\.InUse: Address [\d.]+ is in use\.$/);
    await aws.ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: nat }));
    await release();
    await detach(gateway, network.vpc);
    await deleteSubnet(network.subnets[0]);
  });

  it('under a service whose tasks have public addresses: the gateway, its subnet and its group', async () => {
    const network = await closedNetwork();
    const gateway = await attachInternet(aws, network.vpc);
    await newService(network, 'orders');
    expect(await refused(detach(gateway, network.vpc))).toBe(mapped(network.vpc));
    expect(await refused(deleteSubnet(network.subnets[1]))).toBe(usedSubnet(network.subnets[1]));
    expect(await refused(deleteGroup(network.group))).toBe(usedGroup(network.group));
    await aws.ecs.send(new DeleteServiceCommand({ cluster: 'main', service: 'orders', force: true }));
    await detach(gateway, network.vpc);
    await deleteSubnet(network.subnets[1]);
    await deleteGroup(network.group);
  });

  it('a security group that a rule of another one names, and a VPC that has a group or a gateway', async () => {
    const { vpc, subnets, group, newGroup } = await closedNetwork();
    const gateway = await attachInternet(aws, vpc);
    const other = await newGroup('other');
    const UserIdGroupPairs = [{ GroupId: group }];
    await aws.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: other,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs }],
      }),
    );
    expect(await refused(deleteGroup(group))).toBe(usedGroup(group));
    for (const subnet of subnets) await deleteSubnet(subnet);
    const deleteVpc = () => aws.ec2.send(new DeleteVpcCommand({ VpcId: vpc }));
    const usedVpc = `DependencyViolation: The vpc '${vpc}' has dependencies and cannot be deleted.`;
    expect(await refused(deleteVpc())).toBe(usedVpc);
    for (const one of [other, group]) await deleteGroup(one);
    expect(await refused(deleteVpc())).toBe(usedVpc);
    await detach(gateway, vpc);
    await deleteVpc();
  });
});

test('a rule of a security group that is gone is told by its id, which Terraform takes for removed', async () => {
  const { group } = await closedNetwork();
  const { SecurityGroupRules } = await aws.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: group,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
    }),
  );
  const id = SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? '';
  const revoke = () =>
    aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: group, SecurityGroupRuleIds: [id] }));
  await revoke();
  expect(await refused(revoke())).toBe(
    `InvalidSecurityGroupRuleId.NotFound: The security group rule ID '${id}' does not exist`,
  );
});

describe('a certificate', () => {
  it('that is not issued yet is refused by a listener; one that a listener shows cannot be deleted', async () => {
    const network = await closedNetwork();
    await attachInternet(aws, network.vpc);
    const { LoadBalancers } = await newBalancer(network, 'tls');
    const listener = (CertificateArn: string | undefined) =>
      aws.elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
          Port: 443,
          Protocol: 'HTTPS',
          Certificates: [{ CertificateArn }],
          DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        }),
      );
    const { CertificateArn } = await aws.acm.send(
      new RequestCertificateCommand({ DomainName: 'tls.example.test', ValidationMethod: 'DNS' }),
    );
    expect(await refused(listener(CertificateArn))).toBe(
      `UnsupportedCertificate: The certificate '${CertificateArn}' must have a fully-qualified domain name, ` +
        'a supported signature, and a supported key size.',
    );
    const { Certificate } = await aws.acm.send(new DescribeCertificateCommand({ CertificateArn }));
    const { Name = '', Value = '' } = Certificate?.DomainValidationOptions?.[0]?.ResourceRecord ?? {};
    await changeRecord(aws, 'CREATE', Name, 'CNAME', Value);
    const { Listeners } = await listener(CertificateArn);
    const deleteCertificate = () => aws.acm.send(new DeleteCertificateCommand({ CertificateArn }));
    expect(await refused(deleteCertificate())).toBe(
      `ResourceInUseException: Certificate ${CertificateArn} in account 123456789012 is in use.`,
    );
    await aws.elb.send(new DeleteListenerCommand({ ListenerArn: Listeners?.[0]?.ListenerArn }));
    await deleteCertificate();
  });
});
