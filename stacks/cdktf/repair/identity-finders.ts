/** Finds who may call, and under which name they call: certificates, records, secrets, user pools. */
import {
  DescribeCertificateCommand,
  ListTagsForCertificateCommand,
  paginateListCertificates,
} from '@aws-sdk/client-acm';
import {
  DescribeResourceServerCommand,
  DescribeUserPoolCommand,
  DescribeUserPoolDomainCommand,
  paginateListUserPoolClients,
  paginateListUserPools,
} from '@aws-sdk/client-cognito-identity-provider';
import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { type Finder, isOurs, NotYetKnown, named, type Planned, unlessMissing } from './finder';

/** Names are not unique, so the tags count; one whose validation failed is good for nothing. */
const certificate: Finder = async (planned, search) => {
  const { acm } = search.clients;
  const domain = named(planned, 'domain_name');
  for await (const { CertificateSummaryList = [] } of paginateListCertificates({ client: acm }, {})) {
    for (const { CertificateArn, DomainName } of CertificateSummaryList) {
      if (DomainName !== domain) continue;
      const { Tags } = await acm.send(new ListTagsForCertificateCommand({ CertificateArn }));
      if (!isOurs(Tags, search)) continue;
      const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
      const isAlive = ['ISSUED', 'PENDING_VALIDATION'].includes(Certificate?.Status ?? '');
      if (isAlive && hasNames(Certificate?.SubjectAlternativeNames, domain, planned)) return CertificateArn;
    }
  }
  return undefined;
};

function hasNames(names: readonly string[] | undefined, domain: string, planned: Planned): boolean {
  const wanted = new Set([domain, ...((planned.subject_alternative_names ?? []) as readonly string[])]);
  const has = new Set([domain, ...(names ?? [])]);
  return wanted.size === has.size && [...wanted].every((name) => has.has(name));
}

/** A record has no tags: it is ours when it says what it would say. */
const record: Finder = async (planned, { clients }) => {
  const zone = named(planned, 'zone_id');
  const name = plainName(named(planned, 'name'));
  const type = named(planned, 'type');
  const says = values(planned);
  const command = new ListResourceRecordSetsCommand({
    HostedZoneId: zone,
    StartRecordName: name,
    StartRecordType: type as 'A',
    MaxItems: 1,
  });
  const [found] = (await clients.route53.send(command)).ResourceRecordSets ?? [];
  if (found?.Type !== type || plainName(found.Name ?? '') !== name) return undefined;
  const has = found.AliasTarget
    ? [found.AliasTarget.DNSName ?? '']
    : (found.ResourceRecords ?? []).map(({ Value = '' }) => Value);
  return has.map(plainName).toSorted().join() === says.map(plainName).toSorted().join()
    ? `${zone}_${name}_${type}`
    : undefined;
};

/** Route 53 writes names in lower case, with a dot at the end, and an alias with a prefix of its own. */
const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '');

/** @throws NotYetKnown */
function values(planned: Planned): string[] {
  const [alias] = (planned.alias ?? []) as readonly Planned[];
  if (alias) return [named(alias, 'name')];
  const records = planned.records as readonly string[] | undefined;
  if (!records?.length) throw new NotYetKnown('records');
  return [...records];
}

const secret: Finder = async (planned, search) => {
  const SecretId = named(planned, 'name');
  const found = await unlessMissing(search.clients.secrets.send(new DescribeSecretCommand({ SecretId })));
  return found && !found.DeletedDate && isOurs(found.Tags, search) ? found.ARN : undefined;
};

const userPool: Finder = async (planned, search) => {
  const { cognito } = search.clients;
  const name = named(planned, 'name');
  for await (const { UserPools = [] } of paginateListUserPools({ client: cognito }, { MaxResults: 60 })) {
    for (const { Id } of UserPools.filter(({ Name }) => Name === name)) {
      const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId: Id }));
      if (isOurs(UserPool?.UserPoolTags, search)) return Id;
    }
  }
  return undefined;
};

const userPoolClient: Finder = async (planned, { clients }) => {
  const UserPoolId = named(planned, 'user_pool_id');
  const pages = paginateListUserPoolClients({ client: clients.cognito }, { UserPoolId });
  for await (const { UserPoolClients = [] } of pages) {
    const found = UserPoolClients.find(({ ClientName }) => ClientName === planned.name);
    if (found) return `${UserPoolId}/${found.ClientId}`;
  }
  return undefined;
};

const userPoolDomain: Finder = async (planned, { clients }) => {
  const Domain = named(planned, 'domain');
  const { DomainDescription } = await clients.cognito.send(new DescribeUserPoolDomainCommand({ Domain }));
  return DomainDescription?.UserPoolId === named(planned, 'user_pool_id') ? Domain : undefined;
};

const resourceServer: Finder = async (planned, { clients }) => {
  const UserPoolId = named(planned, 'user_pool_id');
  const Identifier = named(planned, 'identifier');
  const command = new DescribeResourceServerCommand({ UserPoolId, Identifier });
  const found = await unlessMissing(clients.cognito.send(command));
  return found?.ResourceServer ? `${UserPoolId}|${Identifier}` : undefined;
};

export const identityFinders: Readonly<Record<string, Finder>> = {
  aws_acm_certificate: certificate,
  aws_cognito_resource_server: resourceServer,
  aws_cognito_user_pool: userPool,
  aws_cognito_user_pool_client: userPoolClient,
  aws_cognito_user_pool_domain: userPoolDomain,
  aws_route53_record: record,
  aws_secretsmanager_secret: secret,
};
