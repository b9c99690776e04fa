/**
 * What AWS refuses to make a second time. An emulator that lets it pass hides what goes wrong after a deploy that failed
 * half-way.
 */
import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupEgressCommand,
  CreateInternetGatewayCommand,
  CreateRouteTableCommand,
  DescribeSecurityGroupRulesCommand,
  ModifySecurityGroupRulesCommand,
} from '@aws-sdk/client-ec2';
import { CreateListenerCommand, CreateLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreatePrivateDnsNamespaceCommand,
  CreateServiceCommand,
  ListNamespacesCommand,
} from '@aws-sdk/client-servicediscovery';
import { type Aws, createNetwork, jsonCall, type Network, startAws } from './emulator-kit';

jest.setTimeout(60_000);

let aws: Aws;
let network: Network;
let balancer: string;

beforeAll(async () => {
  aws = await startAws();
  network = await createNetwork(aws);
  const { LoadBalancers } = await aws.elb.send(
    new CreateLoadBalancerCommand({
      Name: 'one',
      Subnets: [...network.subnets],
      SecurityGroups: [network.securityGroup],
    }),
  );
  balancer = LoadBalancers?.[0]?.LoadBalancerArn as string;
});

afterAll(async () => aws?.stop());

async function internetGateway(): Promise<string> {
  const { InternetGateway } = await aws.ec2.send(new CreateInternetGatewayCommand({}));
  return InternetGateway?.InternetGatewayId as string;
}

/** AWS's code of the refusal. */
async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'let pass',
    (error: Error) => error.name,
  );
}

describe('a second one is refused', () => {
  test('internet gateway of a VPC', async () => {
    const InternetGatewayId = await internetGateway();
    const attach = new AttachInternetGatewayCommand({ InternetGatewayId, VpcId: network.vpc });
    expect(await refusal(aws.ec2.send(attach))).toBe('InvalidParameterValue');
  });

  test('route table of a subnet', async () => {
    const table = async () => {
      const made = await aws.ec2.send(new CreateRouteTableCommand({ VpcId: network.vpc }));
      return made.RouteTable?.RouteTableId as string;
    };
    const tie = (RouteTableId: string) =>
      aws.ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId: network.subnets[0] }));
    await tie(await table());
    expect(await refusal(tie(await table()))).toBe('Resource.AlreadyAssociated');
  });

  test.each(['internet-facing', 'internal'] as const)('load balancer of that name, %s', async (Scheme) => {
    const create = new CreateLoadBalancerCommand({ Name: 'one', Subnets: [...network.subnets], Scheme });
    expect(await refusal(aws.elb.send(create))).toBe('DuplicateLoadBalancerNameException');
  });

  test('listener on that port', async () => {
    const listen = (Port: number) =>
      aws.elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: balancer,
          Protocol: 'HTTP',
          Port,
          DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        }),
      );
    await listen(8001);
    expect(await refusal(listen(8001))).toBe('DuplicateListenerException');
    expect(await refusal(listen(8002))).toBe('let pass');
  });

  test('name in a namespace, in upper case too', async () => {
    await aws.cloudMap.send(
      new CreatePrivateDnsNamespaceCommand({ Name: 'refuse.internal', Vpc: network.vpc }),
    );
    const { Namespaces } = await aws.cloudMap.send(new ListNamespacesCommand({}));
    const NamespaceId = Namespaces?.find(({ Name }) => Name === 'refuse.internal')?.Id;
    const register = (Name: string, CreatorRequestId: string) =>
      aws.cloudMap.send(
        new CreateServiceCommand({
          Name,
          CreatorRequestId,
          DnsConfig: { NamespaceId, DnsRecords: [{ Type: 'A', TTL: 5 }] },
        }),
      );
    await register('orders', '1');
    expect(await refusal(register('orders', '2'))).toBe('ServiceAlreadyExists');
    expect(await refusal(register('Orders', '3'))).toBe('ServiceAlreadyExists');
    expect(await refusal(register('catalog', '4'))).toBe('let pass');
  });

  test('domain of a user pool, and a pool goes only after its domain', async () => {
    const cognito = async (action: string, input: object) => {
      const target = `AWSCognitoIdentityProviderService.${action}`;
      return (await jsonCall(aws.emulator.access, 'cognito-idp', target, input)).answer;
    };
    const pool = async (PoolName: string) =>
      ((await cognito('CreateUserPool', { PoolName })).UserPool as { Id: string }).Id;
    const first = await pool('first');
    const second = await pool('second');
    expect(await cognito('CreateUserPoolDomain', { UserPoolId: first, Domain: 'taken' })).not.toHaveProperty(
      'message',
    );
    expect(await cognito('CreateUserPoolDomain', { UserPoolId: second, Domain: 'taken' })).toMatchObject({
      message: 'Domain already associated with another user pool.',
    });
    expect(await cognito('CreateUserPoolDomain', { UserPoolId: first, Domain: 'other' })).toMatchObject({
      message: 'User pool already has a domain configured.',
    });
    expect(await cognito('DeleteUserPool', { UserPoolId: first })).toMatchObject({
      message: 'User pool cannot be deleted. It has a domain configured that should be deleted first.',
    });
    await cognito('DeleteUserPoolDomain', { UserPoolId: first, Domain: 'taken' });
    expect(await cognito('DeleteUserPool', { UserPoolId: first })).toEqual({});
  });
});

test('a rule for all protocols takes another description, and still has no ports', async () => {
  const GroupId = network.securityGroup;
  const everywhere = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.9.0.0/16' }] }];
  await aws.ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: everywhere }));
  const find = async () => {
    const Filters = [{ Name: 'group-id', Values: [GroupId] }];
    const { SecurityGroupRules } = await aws.ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
    return SecurityGroupRules?.find(({ CidrIpv4 }) => CidrIpv4 === '10.9.0.0/16');
  };
  const before = await find();
  const SecurityGroupRule = { IpProtocol: '-1', CidrIpv4: '10.9.0.0/16', Description: 'out' };
  const rules = [{ SecurityGroupRuleId: before?.SecurityGroupRuleId as string, SecurityGroupRule }];
  await aws.ec2.send(new ModifySecurityGroupRulesCommand({ GroupId, SecurityGroupRules: rules }));
  expect(await find()).toEqual({ ...before, Description: 'out' });
});
