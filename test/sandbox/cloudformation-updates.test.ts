import { ListCertificatesCommand } from '@aws-sdk/client-acm';
import { ListUserPoolsCommand } from '@aws-sdk/client-cognito-identity-provider';
import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeClustersCommand,
  ListServicesCommand,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListNamespacesCommand } from '@aws-sdk/client-servicediscovery';
import { Cloud, elements, ref, template } from './cloudformation-kit';
import { balancer } from './cloudformation-updates-balancer';
import { names, records } from './cloudformation-updates-names';
import { network } from './cloudformation-updates-network';
import { services } from './cloudformation-updates-services';
import { createCluster } from './emulator-kit';

const beside = { ...network.beside, ...balancer.beside, ...services.beside, ...names.beside };
const rows = Object.entries({ ...network.rows, ...balancer.rows, ...services.rows, ...names.rows });

/** All rows in one stack. */
const body = (phase: 'before' | 'after') =>
  template({
    ...beside,
    Attached: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      Properties: { VpcId: ref('Net'), Port: 8080, Protocol: 'HTTP', TargetType: 'instance' },
    },
    Behind: {
      Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
      Properties: {
        ListenerArn: ref('Standing'),
        Priority: 9,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/behind'] } }],
        Actions: [{ Type: 'forward', TargetGroupArn: ref('Attached') }],
      },
    },
    ...Object.fromEntries(
      rows.map(([id, { type, more, [phase]: Properties }]) => [id, { Type: type, Properties, ...more }]),
    ),
  });

let cloud: Cloud;
let empty: Record<string, number | undefined>;
beforeAll(async () => {
  cloud = await Cloud.start();
  await createCluster(cloud.aws);
  empty = await everything();
});
afterAll(() => cloud.stop());

/** How much of everything the account has. */
async function everything(): Promise<Record<string, number | undefined>> {
  const { acm, cloudMap, ec2, ecs, elb, secrets } = cloud.aws;
  const { NatGateways } = await ec2.send(new DescribeNatGatewaysCommand({}));
  const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: ['main', 'c'] }));
  return {
    addresses: (await ec2.send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0,
    certificates: (await acm.send(new ListCertificatesCommand({}))).CertificateSummaryList?.length,
    clusters: clusters?.filter(({ status }) => status === 'ACTIVE').length,
    definitions: (await ecs.send(new ListTaskDefinitionsCommand({}))).taskDefinitionArns?.length,
    groups: (await cloud.groupNames('')).length,
    internetGateways: (await ec2.send(new DescribeInternetGatewaysCommand({}))).InternetGateways?.length ?? 0,
    loadBalancers: (await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers?.length ?? 0,
    namespaces: (await cloudMap.send(new ListNamespacesCommand({}))).Namespaces?.length,
    natGateways: NatGateways?.filter(({ State }) => State !== 'deleted').length ?? 0,
    pools: (await cloud.cognito.send(new ListUserPoolsCommand({ MaxResults: 10 }))).UserPools?.length,
    records: (await records(cloud)).length,
    roles: elements(await cloud.iam('ListRoles'), 'RoleName').length,
    routeTables: (await ec2.send(new DescribeRouteTablesCommand({}))).RouteTables?.length,
    secrets: (await secrets.send(new ListSecretsCommand({}))).SecretList?.length,
    securityGroups: (await ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups?.length,
    services: (await ecs.send(new ListServicesCommand({ cluster: 'main' }))).serviceArns?.length,
    subnets: (await ec2.send(new DescribeSubnetsCommand({}))).Subnets?.length,
    targetGroups: (await elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.length ?? 0,
    vpcs: (await ec2.send(new DescribeVpcsCommand({}))).Vpcs?.length,
  };
}

describe.each([
  ['made', 'before', 'was', 'CREATE_COMPLETE'],
  ['updated', 'after', 'becomes', 'UPDATE_COMPLETE'],
  ['updated back', 'before', 'was', 'UPDATE_COMPLETE'],
] as const)('when the stack is %s', (what, phase, expected, status) => {
  let ids: Record<string, string>;
  beforeAll(async () => {
    ids = await cloud.physicalIds('all').catch(() => ({}));
    if (what === 'updated') {
      const { Changes = [] } = await cloud.changeSet('all', body(phase));
      const told = Changes.map(({ ResourceChange: one }) => [
        one?.Action,
        one?.LogicalResourceId,
        one?.Replacement,
      ]);
      expect(told.sort()).toEqual(rows.map(([id]) => ['Modify', id, 'False']).sort());
    }
    expect(await cloud.deployWithTasks('all', body(phase), 'svc')).toBe(status);
  });

  it('is the same resources', async () => {
    const now = await cloud.physicalIds('all');
    expect(Object.keys(now)).toHaveLength(rows.length + Object.keys(beside).length + 2);
    if (what !== 'made') expect(now).toEqual(ids);
  });

  it.each(rows)('%s is as the template says', async (id, row) => {
    const now = await cloud.physicalIds('all');
    expect(await row.read(cloud, now[id] ?? '', now)).toEqual(row[expected]);
  });
});

it('leaves nothing when it is removed, but the record that validated a certificate', async () => {
  expect(await cloud.remove('all')).toBe('DELETE_COMPLETE');
  expect(await everything()).toEqual({ ...empty, records: 1 });
});
