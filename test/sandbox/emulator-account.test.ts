import { DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  CreatePrivateDnsNamespaceCommand,
  CreateServiceCommand,
  DeleteNamespaceCommand,
  DeleteServiceCommand,
  DeregisterInstanceCommand,
  GetNamespaceCommand,
  ListInstancesCommand,
  ListNamespacesCommand,
  ListServicesCommand,
  RegisterInstanceCommand,
  UpdatePrivateDnsNamespaceCommand,
} from '@aws-sdk/client-servicediscovery';
import type { RepairClients } from '../../stacks/cdktf/repair/clients';
import { serviceFinders } from '../../stacks/cdktf/repair/service-finders';
import { type Aws, changeRecord, jsonCall, rawCall, startAws } from './emulator-kit';

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

describe('Route 53', () => {
  it('has the zone that was given, under its id', async () => {
    const path = '/2013-04-01/hostedzone/Z0SANDBOX';
    const { status, text } = await rawCall(aws.emulator.access, 'route53', { method: 'GET', path });
    expect(status).toBe(200);
    expect(text).toContain('<Name>example.test.</Name>');
    expect(text).toContain('<PrivateZone>false</PrivateZone>');
  });

  it('does not create a record twice, and creates one again that was deleted', async () => {
    expect((await changeRecord(aws, 'CREATE', 'www.example.test', 'A', '192.0.2.1')).status).toBe(200);
    expect((await changeRecord(aws, 'CREATE', 'zzz.example.test', 'A', '192.0.2.1')).status).toBe(200);
    const twice = await changeRecord(aws, 'CREATE', 'www.example.test', 'A', '192.0.2.2');
    expect(twice.status).toBe(400);
    expect(twice.text).toContain('already exists');
    expect((await changeRecord(aws, 'DELETE', 'www.example.test', 'A', '192.0.2.1')).status).toBe(200);
    expect((await changeRecord(aws, 'CREATE', 'www.example.test', 'A', '192.0.2.1')).status).toBe(200);
  });
});

describe('ACM', () => {
  it('issues a certificate when all of its records are there, and not before', async () => {
    const { CertificateArn } = await aws.acm.send(
      new RequestCertificateCommand({
        DomainName: 'api.example.test',
        SubjectAlternativeNames: ['other.example.test'],
        ValidationMethod: 'DNS',
      }),
    );
    const certificate = async () =>
      (await aws.acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
    const records = ((await certificate())?.DomainValidationOptions ?? []).map(
      ({ ResourceRecord }) => [ResourceRecord?.Name ?? '', ResourceRecord?.Value ?? ''] as const,
    );
    expect(records).toHaveLength(2);
    const [one, two] = records;
    if (!one || !two) throw new Error('there are two records');
    expect((await certificate())?.Status).toBe('PENDING_VALIDATION');
    await changeRecord(aws, 'UPSERT', one[0], 'CNAME', one[1]);
    expect((await certificate())?.Status).toBe('PENDING_VALIDATION');
    await changeRecord(aws, 'UPSERT', two[0], 'CNAME', 'elsewhere.example.test');
    expect((await certificate())?.Status).toBe('PENDING_VALIDATION');
    await changeRecord(aws, 'UPSERT', two[0], 'CNAME', two[1]);
    expect((await certificate())?.Status).toBe('ISSUED');
  });
});

describe('Secrets Manager', () => {
  it('leaves a label of ones own where it is when new versions become current', async () => {
    const SecretId = 'consumers';
    await aws.secrets.send(new CreateSecretCommand({ Name: SecretId }));
    const put = (SecretString: string, VersionStages?: string[]) =>
      aws.secrets.send(new PutSecretValueCommand({ SecretId, SecretString, VersionStages }));
    const first = (await put('one', ['AWSCURRENT', 'STAGECRAFT_INITIAL'])).VersionId ?? '';
    const second = (await put('two')).VersionId ?? '';
    const third = (await put('three')).VersionId ?? '';
    const fourth = (await put('four')).VersionId ?? '';
    const stages = async (IncludeDeprecated: boolean) => {
      const command = new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated });
      const { Versions = [] } = await aws.secrets.send(command);
      return Object.fromEntries(Versions.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]));
    };
    const labelled = { [first]: ['STAGECRAFT_INITIAL'], [third]: ['AWSPREVIOUS'], [fourth]: ['AWSCURRENT'] };
    expect(await stages(false)).toEqual(labelled);
    expect(await stages(true)).toEqual({ ...labelled, [second]: [] });
    const value = async (more: { VersionId?: string; VersionStage?: string } = {}) =>
      (await aws.secrets.send(new GetSecretValueCommand({ SecretId, ...more }))).SecretString;
    expect(await value()).toBe('four');
    expect(await value({ VersionStage: 'AWSPREVIOUS' })).toBe('three');
    expect(await value({ VersionStage: 'STAGECRAFT_INITIAL' })).toBe('one');
  });
});

describe('Cloud Map', () => {
  /** @returns the namespace's id */
  async function namespace(Name: string): Promise<string> {
    await aws.cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name, Vpc: 'vpc-1' }));
    const Filters = [{ Name: 'NAME' as const, Values: [Name] }];
    const { Namespaces } = await aws.cloudMap.send(new ListNamespacesCommand({ Filters }));
    expect(Namespaces).toHaveLength(1);
    return Namespaces?.[0]?.Id ?? '';
  }

  it('has several namespaces in one VPC, and finds the services of one', async () => {
    const [a, b] = [await namespace('a.internal'), await namespace('b.internal')];
    await aws.cloudMap.send(new CreateServiceCommand({ Name: 'orders', NamespaceId: a }));
    await aws.cloudMap.send(new CreateServiceCommand({ Name: 'catalog', NamespaceId: b }));
    const Filters = [{ Name: 'NAMESPACE_ID' as const, Values: [b] }];
    const { Services } = await aws.cloudMap.send(new ListServicesCommand({ Filters }));
    expect(Services?.map(({ Name }) => Name)).toEqual(['catalog']);
    const again = new CreatePrivateDnsNamespaceCommand({ Name: 'a.internal', Vpc: 'vpc-1' });
    await expect(aws.cloudMap.send(again)).rejects.toThrow();
  });

  it("lets resolvers keep for 15 s that a name does not exist, and a change keeps the namespace's zone", async () => {
    const Id = await namespace('d.internal');
    const dns = async () =>
      (await aws.cloudMap.send(new GetNamespaceCommand({ Id }))).Namespace?.Properties?.DnsProperties;
    const before = await dns();
    expect(before).toEqual({ HostedZoneId: expect.any(String), SOA: { TTL: 15 } });
    const Properties = { DnsProperties: { SOA: { TTL: 5 } } };
    await aws.cloudMap.send(new UpdatePrivateDnsNamespaceCommand({ Id, Namespace: { Properties } }));
    expect(await dns()).toEqual({ HostedZoneId: before?.HostedZoneId, SOA: { TTL: 5 } });
  });

  it('lists a hundred services at a time, and a search finds what comes after', async () => {
    const id = await namespace('many.internal');
    const names = Array.from({ length: 101 }, (_, index) => `api-${String(index).padStart(3, '0')}`);
    for (const Name of names) {
      const Tags = [{ Key: 'stagecraft:environment', Value: 'many' }];
      await aws.cloudMap.send(new CreateServiceCommand({ Name, NamespaceId: id, Tags }));
    }
    const Filters = [{ Name: 'NAMESPACE_ID' as const, Values: [id] }];
    const first = await aws.cloudMap.send(new ListServicesCommand({ Filters }));
    expect([first.Services?.length, first.NextToken]).toEqual([100, expect.any(String)]);
    const { NextToken } = first;
    const rest = await aws.cloudMap.send(new ListServicesCommand({ Filters, NextToken }));
    expect(rest.Services?.map(({ Name }) => Name)).toEqual(['api-100']);
    expect(rest.NextToken).toBeUndefined();
    const search = { clients: { cloudMap: aws.cloudMap } as RepairClients, environment: 'many' };
    const planned = { name: 'api-100', dns_config: [{ namespace_id: id }] };
    expect(await serviceFinders.aws_service_discovery_service?.(planned, search)).toBe(
      rest.Services?.[0]?.Id,
    );
  });

  it('replaces an instance that is registered again, and keeps what is in use', async () => {
    const id = await namespace('c.internal');
    const { Service } = await aws.cloudMap.send(
      new CreateServiceCommand({ Name: 'orders', NamespaceId: id }),
    );
    const ServiceId = Service?.Id ?? '';
    const register = (address: string) =>
      aws.cloudMap.send(
        new RegisterInstanceCommand({
          ServiceId,
          InstanceId: 'task-1',
          Attributes: { AWS_INSTANCE_IPV4: address },
        }),
      );
    await register('127.20.0.5');
    await register('127.20.0.6');
    const { Instances } = await aws.cloudMap.send(new ListInstancesCommand({ ServiceId }));
    expect(Instances?.map(({ Attributes }) => Attributes)).toEqual([{ AWS_INSTANCE_IPV4: '127.20.0.6' }]);
    const inUse = { name: 'ResourceInUse' };
    const removeService = () => aws.cloudMap.send(new DeleteServiceCommand({ Id: ServiceId }));
    const removeNamespace = () => aws.cloudMap.send(new DeleteNamespaceCommand({ Id: id }));
    await expect(removeNamespace()).rejects.toMatchObject(inUse);
    await expect(removeService()).rejects.toMatchObject(inUse);
    await aws.cloudMap.send(new DeregisterInstanceCommand({ ServiceId, InstanceId: 'task-1' }));
    await removeService();
    await removeNamespace();
  });
});

describe('calls that moto lacks', () => {
  const cognito = async (action: string, input: unknown) =>
    jsonCall(aws.emulator.access, 'cognito-idp', `AWSCognitoIdentityProviderService.${action}`, input);
  const scaling = async (action: string, input: unknown) =>
    jsonCall(aws.emulator.access, 'application-autoscaling', `AnyScaleFrontendService.${action}`, input);

  it('change and delete a resource server of Cognito, and tag a pool', async () => {
    const { answer } = await cognito('CreateUserPool', { PoolName: 'machines' });
    const pool = answer.UserPool as { Id: string; Arn: string };
    const server = { UserPoolId: pool.Id, Identifier: 'orders', Name: 'orders' };
    await cognito('CreateResourceServer', server);
    const Scopes = [{ ScopeName: 'read', ScopeDescription: 'read orders' }];
    expect((await cognito('UpdateResourceServer', { ...server, Name: 'new', Scopes })).status).toBe(200);
    expect((await cognito('DescribeResourceServer', server)).answer.ResourceServer).toEqual({
      ...server,
      Name: 'new',
      Scopes,
    });
    expect((await cognito('DeleteResourceServer', server)).status).toBe(200);
    expect((await cognito('DescribeResourceServer', server)).answer.__type).toBe('ResourceNotFoundException');
    await cognito('TagResource', { ResourceArn: pool.Arn, Tags: { a: '1', b: '2' } });
    await cognito('UntagResource', { ResourceArn: pool.Arn, TagKeys: ['a'] });
    const tags = await cognito('ListTagsForResource', { ResourceArn: pool.Arn });
    expect(tags.answer.Tags).toEqual({ b: '2' });
  });

  it('tag a target of Application Auto Scaling', async () => {
    const { answer } = await scaling('RegisterScalableTarget', {
      ServiceNamespace: 'dynamodb',
      ResourceId: 'table/orders',
      ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
      MinCapacity: 1,
      MaxCapacity: 2,
      RoleARN: 'arn:aws:iam::123456789012:role/scaling',
      Tags: { a: '1' },
    });
    const ResourceARN = answer.ScalableTargetARN;
    expect((await scaling('ListTagsForResource', { ResourceARN })).answer).toEqual({ Tags: { a: '1' } });
    await scaling('TagResource', { ResourceARN, Tags: { b: '2' } });
    await scaling('UntagResource', { ResourceARN, TagKeys: ['a'] });
    expect((await scaling('ListTagsForResource', { ResourceARN })).answer).toEqual({ Tags: { b: '2' } });
    const none = await scaling('ListTagsForResource', { ResourceARN: 'arn:none' });
    expect(none.answer.__type).toBe('ResourceNotFoundException');
  });

  it('know the policies that AWS manages', async () => {
    const arn = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy';
    const path = `/?Action=GetPolicy&Version=2010-05-08&PolicyArn=${arn}`;
    const { status, text } = await rawCall(aws.emulator.access, 'iam', { method: 'GET', path });
    expect(status).toBe(200);
    expect(text).toContain('<PolicyName>AmazonECSTaskExecutionRolePolicy</PolicyName>');
  });
});
