import { DescribeCertificateCommand, ListTagsForCertificateCommand } from '@aws-sdk/client-acm';
import {
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  ListTagsForResourceCommand as ListLogTagsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import {
  GetNamespaceCommand,
  GetServiceCommand,
  ListTagsForResourceCommand as ListNameTagsCommand,
} from '@aws-sdk/client-servicediscovery';
import { type Cloud, elements, filter, ref } from './cloudformation-kit';
import { after, before, both, fresh, old, pairs, type Table } from './cloudformation-updates';
import { rawCall } from './emulator-kit';

const ZONE = 'Z0SANDBOX';

/** Of the zone: `name type ttl values`, but for its own. */
export async function records(cloud: Cloud): Promise<string[]> {
  const path = `/2013-04-01/hostedzone/${ZONE}/rrset`;
  const { text } = await rawCall(cloud.aws.emulator.access, 'route53', { method: 'GET', path });
  return [...text.matchAll(/<ResourceRecordSet>(.*?)<\/ResourceRecordSet>/gs)]
    .map(([, one = '']) =>
      ['Name', 'Type', 'TTL', 'Value', 'DNSName'].flatMap((name) => elements(one, name)).join(' '),
    )
    .filter((one) => !/ (NS|SOA) /.test(one));
}

const dns = (TTL: number | string) => ({ DnsConfig: { DnsRecords: [{ Type: 'A', TTL }] } });
const metrics = filter(ref('LogGroup')).Properties;
const transformation = {
  MetricName: 'm',
  MetricNamespace: 'n',
  MetricValue: '2',
  Dimensions: [{ Key: 'k', Value: '$.k' }],
};
const bucketPolicy = (Id: string) => ({ PolicyDocument: { Version: '2012-10-17', Statement: [], Id } });

export const names: Table = {
  beside: {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'bucket-of-a-row' } },
    Alias: {
      Type: 'AWS::Route53::RecordSet',
      Properties: {
        HostedZoneId: ZONE,
        Name: 'alias.example.test',
        Type: 'A',
        AliasTarget: { DNSName: 'x.example.test', HostedZoneId: ZONE },
      },
    },
  },
  rows: {
    Certificate: {
      type: 'AWS::CertificateManager::Certificate',
      ...both(
        {
          DomainName: 'a.example.test',
          ValidationMethod: 'DNS',
          DomainValidationOptions: [{ DomainName: 'a.example.test', HostedZoneId: ZONE }],
        },
        before,
        after,
      ),
      read: async (cloud, CertificateArn) => {
        const { acm } = cloud.aws;
        const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
        const { Tags } = await acm.send(new ListTagsForCertificateCommand({ CertificateArn }));
        return [Certificate?.Status, pairs(Tags)];
      },
      was: ['ISSUED', old],
      becomes: ['ISSUED', fresh],
    },
    LogGroup: {
      type: 'AWS::Logs::LogGroup',
      ...both({ LogGroupName: '/g' }, { RetentionInDays: '7', ...before }, after),
      read: async (cloud, id) => {
        const { logGroups } = await cloud.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
        const resourceArn = `arn:aws:logs:eu-central-1:123456789012:log-group:${id}`;
        const { tags } = await cloud.logs.send(new ListLogTagsCommand({ resourceArn }));
        return [logGroups?.[0]?.retentionInDays, tags];
      },
      was: [7, old],
      becomes: [undefined, fresh],
    },
    MetricFilter: {
      type: 'AWS::Logs::MetricFilter',
      before: { ...metrics, FilterName: 'f' },
      after: { ...metrics, FilterName: 'f', MetricTransformations: [transformation] },
      read: async (cloud) => {
        const { metricFilters } = await cloud.logs.send(
          new DescribeMetricFiltersCommand({ logGroupName: '/g' }),
        );
        return metricFilters?.map(({ metricTransformations: [one] = [] }) => [
          one?.metricValue,
          one?.dimensions,
        ]);
      },
      was: [['1', undefined]],
      becomes: [['2', { k: '$.k' }]],
    },
    Record: {
      type: 'AWS::Route53::RecordSet',
      ...both(
        { HostedZoneId: ZONE, Name: 'r.example.test.' },
        { Type: 'A', TTL: '60', ResourceRecords: ['10.0.0.1'] },
        { Type: 'CNAME', TTL: 30, ResourceRecords: ['x.example.test'] },
      ),
      read: async (cloud) => (await records(cloud)).filter((one) => one.startsWith('r.')),
      was: ['r.example.test. A 60 10.0.0.1'],
      becomes: ['r.example.test. CNAME 30 x.example.test'],
    },
    BucketPolicy: {
      type: 'AWS::S3::BucketPolicy',
      ...both({ Bucket: ref('Bucket') }, bucketPolicy('one'), bucketPolicy('two')),
      read: async (cloud) => {
        const path = '/bucket-of-a-row?policy';
        return JSON.parse((await rawCall(cloud.aws.emulator.access, 's3', { method: 'GET', path })).text).Id;
      },
      was: 'one',
      becomes: 'two',
    },
    Secret: {
      type: 'AWS::SecretsManager::Secret',
      ...both(
        { Name: 's' },
        { SecretString: 'one', Description: 'd', ...before },
        { SecretString: 'two', Description: 'e', ...after },
      ),
      read: async (cloud, SecretId) => {
        const { secrets } = cloud.aws;
        const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
        const { Description, Tags } = await secrets.send(new DescribeSecretCommand({ SecretId }));
        return [SecretString, Description, pairs(Tags)];
      },
      was: ['one', 'd', old],
      becomes: ['two', 'e', fresh],
    },
    Namespace: {
      type: 'AWS::ServiceDiscovery::PrivateDnsNamespace',
      ...both(
        { Name: 'n.test', Vpc: ref('Net') },
        { Description: 'one', ...before },
        { Description: 'two', ...after },
      ),
      read: async (cloud, id) => {
        const { Namespace } = await cloud.aws.cloudMap.send(new GetNamespaceCommand({ Id: id }));
        const command = new ListNameTagsCommand({ ResourceARN: Namespace?.Arn });
        return [Namespace?.Description, pairs((await cloud.aws.cloudMap.send(command)).Tags)];
      },
      was: ['one', old],
      becomes: ['two', fresh],
    },
    Discovery: {
      type: 'AWS::ServiceDiscovery::Service',
      ...both(
        { Name: 'web', NamespaceId: ref('Namespace') },
        { Description: 'one', ...dns('10'), ...before },
        { Description: 'two', ...dns(20), ...after },
      ),
      read: async (cloud, id) => {
        const { Service } = await cloud.aws.cloudMap.send(new GetServiceCommand({ Id: id }));
        const command = new ListNameTagsCommand({ ResourceARN: Service?.Arn });
        const { Tags } = await cloud.aws.cloudMap.send(command);
        return [Service?.Description, Service?.DnsConfig?.DnsRecords?.[0]?.TTL, pairs(Tags)];
      },
      was: ['one', 10, old],
      becomes: ['two', 20, fresh],
    },
  },
};
