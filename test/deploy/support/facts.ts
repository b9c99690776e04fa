/**
 * Everything that an engine has provisioned, read back through AWS's own APIs. What stands before `...` is AWS's default:
 * AWS tells it where nothing was said, and the emulator does not.
 */
import * as acm from '@aws-sdk/client-acm';
import * as scaling from '@aws-sdk/client-application-auto-scaling';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as cognito from '@aws-sdk/client-cognito-identity-provider';
import * as iam from '@aws-sdk/client-iam';
import * as route53 from '@aws-sdk/client-route-53';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as map from '@aws-sdk/client-servicediscovery';
import type { SandboxAccess } from '../../../sandbox/credentials';
import { all, type Facts, Inventory, policyFacts, type Reader } from './inventory';
import { containers, loadBalancing, network } from './network-facts';

/** What `cdk bootstrap` makes once for an account. */
const BOOTSTRAP = 'cdk-hnb659fds-';

export async function facts(access: SandboxAccess): Promise<Facts> {
  const inventory = new Inventory();
  const readers: readonly Reader[] = [
    network,
    containers,
    loadBalancing,
    roles,
    logGroups,
    names,
    secretsWithText,
    userPools,
    zones,
    certificates,
    autoscaling,
  ];
  for (const read of readers) await read(inventory, access);
  return inventory.facts();
}

const roles: Reader = async (inventory, access) => {
  const client = new iam.IAMClient(access);
  const own = { client };
  for (const { RoleName } of await all(iam.paginateListRoles(own, {}), ({ Roles }) => Roles)) {
    if (RoleName?.startsWith(BOOTSTRAP)) continue;
    const { Role } = await client.send(new iam.GetRoleCommand({ RoleName }));
    const inline: Record<string, object> = {};
    for (const PolicyName of await all(
      iam.paginateListRolePolicies(own, { RoleName }),
      ({ PolicyNames }) => PolicyNames,
    )) {
      const policy = await client.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName }));
      inline[PolicyName] = policyFacts(policy.PolicyDocument as string);
    }
    const attached = await all(
      iam.paginateListAttachedRolePolicies(own, { RoleName }),
      ({ AttachedPolicies }) => AttachedPolicies,
    );
    const trust = policyFacts(Role?.AssumeRolePolicyDocument as string);
    inventory.add('iam.roles', RoleName, { ...Role, AssumeRolePolicyDocument: trust, inline, attached }, [
      Role?.Arn,
    ]);
  }
  client.destroy();
};

const logGroups: Reader = async (inventory, access) => {
  const client = new logs.CloudWatchLogsClient(access);
  const own = { client };
  for (const group of await all(logs.paginateDescribeLogGroups(own, {}), (page) => page.logGroups)) {
    const { arn, logGroupArn, logGroupName, creationTime, storedBytes, ...settings } = group;
    const { tags } = await client.send(
      new logs.ListTagsForResourceCommand({ resourceArn: arn?.replace(/:\*$/, '') }),
    );
    inventory.add('logs.groups', logGroupName, { ...settings, tags });
  }
  const filters = await all(logs.paginateDescribeMetricFilters(own, {}), (page) => page.metricFilters);
  for (const { creationTime, ...filter } of filters) {
    inventory.add('logs.metricFilters', `${filter.logGroupName}: ${filter.filterName}`, filter);
  }
  client.destroy();
};

/** Cloud Map. */
const names: Reader = async (inventory, access) => {
  const client = new map.ServiceDiscoveryClient(access);
  const own = { client };
  const tags = async (ResourceARN: string | undefined) =>
    (await client.send(new map.ListTagsForResourceCommand({ ResourceARN }))).Tags;
  for (const { Id } of await all(map.paginateListNamespaces(own, {}), ({ Namespaces }) => Namespaces)) {
    const { Namespace: one } = await client.send(new map.GetNamespaceCommand({ Id }));
    const ids = [one?.Arn, Id, one?.Properties?.DnsProperties?.HostedZoneId];
    inventory.add('cloudMap.namespaces', one?.Name, { ...one, Tags: await tags(one?.Arn) }, ids);
  }
  for (const { Id } of await all(map.paginateListServices(own, {}), ({ Services }) => Services)) {
    const { Service: one } = await client.send(new map.GetServiceCommand({ Id }));
    inventory.add('cloudMap.services', one?.Name, { ...one, Tags: await tags(one?.Arn) }, [one?.Arn, Id]);
  }
  client.destroy();
};

const secretsWithText: Reader = async (inventory, access) => {
  const client = new secrets.SecretsManagerClient(access);
  for (const { ARN } of await all(secrets.paginateListSecrets({ client }, {}), (page) => page.SecretList)) {
    const SecretId = ARN as string;
    const described = await client.send(new secrets.DescribeSecretCommand({ SecretId }));
    const { SecretString, VersionId } = await client.send(new secrets.GetSecretValueCommand({ SecretId }));
    const { ResourcePolicy } = await client.send(new secrets.GetResourcePolicyCommand({ SecretId }));
    const { Name } = described;
    inventory.add('secretsManager.secrets', Name, { ...described, SecretString, ResourcePolicy }, [ARN]);
    inventory.add('secretsManager.currentVersions', Name, {}, [VersionId]);
  }
  client.destroy();
};

const userPools: Reader = async (inventory, access) => {
  const client = new cognito.CognitoIdentityProviderClient(access);
  const own = { client };
  const pools = await all(cognito.paginateListUserPools(own, { MaxResults: 60 }), (page) => page.UserPools);
  for (const { Id: UserPoolId } of pools) {
    const { UserPool } = await client.send(new cognito.DescribeUserPoolCommand({ UserPoolId }));
    inventory.add('cognito.userPools', UserPool?.Name, { DeletionProtection: 'INACTIVE', ...UserPool }, [
      UserPool?.Arn,
      UserPoolId,
    ]);
    const ofPool = { UserPoolId };
    for (const { ClientId } of await all(
      cognito.paginateListUserPoolClients(own, ofPool),
      ({ UserPoolClients }) => UserPoolClients,
    )) {
      const { UserPoolClient: one } = await client.send(
        new cognito.DescribeUserPoolClientCommand({ UserPoolId, ClientId }),
      );
      const hasSecret = Boolean(one?.ClientSecret);
      const TokenValidityUnits = { IdToken: 'hours', RefreshToken: 'days', ...one?.TokenValidityUnits };
      inventory.add('cognito.clients', one?.ClientName, { ...one, TokenValidityUnits, hasSecret }, [
        ClientId,
      ]);
    }
    for (const server of await all(
      cognito.paginateListResourceServers(own, { UserPoolId, MaxResults: 50 }),
      ({ ResourceServers }) => ResourceServers,
    )) {
      inventory.add('cognito.resourceServers', server.Identifier, server);
    }
    const { DomainDescription } = await client.send(
      new cognito.DescribeUserPoolDomainCommand({ Domain: UserPool?.Domain }),
    );
    inventory.add('cognito.domains', UserPool?.Domain, DomainDescription as object);
  }
  client.destroy();
};

const zones: Reader = async (inventory, access) => {
  const client = new route53.Route53Client(access);
  const own = { client };
  for (const zone of await all(route53.paginateListHostedZones(own, {}), (page) => page.HostedZones)) {
    const { Id: HostedZoneId, Name, CallerReference, ...settings } = zone;
    inventory.add('route53.zones', Name, settings);
    const { ResourceRecordSets = [], IsTruncated } = await client.send(
      new route53.ListResourceRecordSetsCommand({ HostedZoneId }),
    );
    if (IsTruncated) throw new Error(`Zone ${Name} has more records than one page holds.`);
    for (const record of ResourceRecordSets) {
      inventory.add('route53.records', `${record.Name} ${record.Type}`, record);
    }
  }
  client.destroy();
};

const certificates: Reader = async (inventory, access) => {
  const client = new acm.ACMClient(access);
  for (const { CertificateArn } of await all(
    acm.paginateListCertificates({ client }, {}),
    (page) => page.CertificateSummaryList,
  )) {
    const { Certificate } = await client.send(new acm.DescribeCertificateCommand({ CertificateArn }));
    const { Tags } = await client.send(new acm.ListTagsForCertificateCommand({ CertificateArn }));
    inventory.add('acm.certificates', Certificate?.DomainName, { ...Certificate, Tags }, [CertificateArn]);
    for (const { DomainName, ResourceRecord } of Certificate?.DomainValidationOptions ?? []) {
      const { Name, Value } = ResourceRecord ?? {};
      inventory.add('acm.validations', DomainName, { Type: ResourceRecord?.Type }, [Name, Value]);
    }
  }
  client.destroy();
};

const SCALING_ROLE =
  'arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService';

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html */
const TRACKING = { DisableScaleIn: false, ScaleInCooldown: 300, ScaleOutCooldown: 300 };

const autoscaling: Reader = async (inventory, access) => {
  const client = new scaling.ApplicationAutoScalingClient(access);
  const own = { client };
  const ServiceNamespace = 'ecs';
  for (const { ScalableTargetARN: ResourceARN, ...target } of await all(
    scaling.paginateDescribeScalableTargets(own, { ServiceNamespace }),
    (page) => page.ScalableTargets,
  )) {
    const { Tags } = await client.send(new scaling.ListTagsForResourceCommand({ ResourceARN }));
    inventory.add('autoscaling.targets', target.ResourceId, {
      ...target,
      RoleARN: target.RoleARN ?? SCALING_ROLE,
      Tags,
    });
  }
  for (const { PolicyARN, Alarms = [], ...policy } of await all(
    scaling.paginateDescribeScalingPolicies(own, { ServiceNamespace }),
    (page) => page.ScalingPolicies,
  )) {
    const { TargetTrackingScalingPolicyConfiguration: settings } = policy;
    inventory.add('autoscaling.policies', policy.PolicyName, {
      ...policy,
      TargetTrackingScalingPolicyConfiguration: { ...TRACKING, ...settings },
      alarms: Alarms.length,
    });
  }
  client.destroy();
};
