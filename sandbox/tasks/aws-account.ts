/** The emulated account through AWS's own APIs: what a scheduler reads and writes there. */
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  paginateListClusters,
  paginateListServices,
  paginateListTasks,
} from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { SandboxAccess } from '../credentials';
import { Registrations } from './registrations';
import { SecretValues } from './secret-values';
import { toServiceView } from './service-view';
import { toTaskSpec } from './task-definition';
import type { Account, Registration, ServiceView, Subnet, TaskSpec } from './types';

/** DescribeServices takes so many names. */
const SERVICES_PER_CALL = 10;

export class AwsAccount implements Account {
  private readonly ecs: ECSClient;
  private readonly ec2: EC2Client;
  private readonly logs: CloudWatchLogsClient;
  private readonly registrations: Registrations;
  private readonly secrets: SecretValues;
  private readonly streams = new Map<string, Promise<unknown>>();
  /** A revision of a task definition never changes, nor does a subnet's address block. */
  private readonly specs = new Map<string, TaskSpec>();
  private readonly knownSubnets = new Map<string, Subnet>();

  constructor(access: SandboxAccess) {
    const options = { ...access, maxAttempts: 2 };
    this.ecs = new ECSClient(options);
    this.ec2 = new EC2Client(options);
    this.logs = new CloudWatchLogsClient(options);
    this.registrations = new Registrations(
      access.region,
      new ElasticLoadBalancingV2Client(options),
      new ServiceDiscoveryClient(options),
    );
    this.secrets = new SecretValues(access, new SecretsManagerClient(options));
  }

  async services(): Promise<readonly ServiceView[]> {
    const found: ServiceView[] = [];
    for (const cluster of await this.clusters()) found.push(...(await this.servicesOf(cluster)));
    return found;
  }

  async stopRequests(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const cluster of await this.clusters()) {
      const pages = paginateListTasks({ client: this.ecs }, { cluster, desiredStatus: 'STOPPED' });
      for await (const { taskArns = [] } of pages) found.push(...taskArns);
    }
    return found;
  }

  private async clusters(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { clusterArns = [] } of paginateListClusters({ client: this.ecs }, {}))
      found.push(...clusterArns);
    return found;
  }

  private async servicesOf(cluster: string): Promise<ServiceView[]> {
    const found: ServiceView[] = [];
    const pages = paginateListServices({ client: this.ecs, pageSize: SERVICES_PER_CALL }, { cluster });
    for await (const { serviceArns = [] } of pages) {
      // The emulator answers all services in one page, whatever size was asked for.
      for (let first = 0; first < serviceArns.length; first += SERVICES_PER_CALL) {
        const services = serviceArns.slice(first, first + SERVICES_PER_CALL);
        const answer = await this.ecs.send(new DescribeServicesCommand({ cluster, services }));
        found.push(...(answer.services ?? []).map(toServiceView));
      }
    }
    return found;
  }

  async taskSpec(arn: string): Promise<TaskSpec> {
    const known = this.specs.get(arn);
    if (known !== undefined) return known;
    const answer = await this.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }));
    const spec = toTaskSpec(answer.taskDefinition ?? {});
    this.specs.set(arn, spec);
    return spec;
  }

  async subnets(ids: readonly string[]): Promise<readonly Subnet[]> {
    const missing = ids.filter((id) => !this.knownSubnets.has(id));
    if (missing.length > 0) {
      const answer = await this.ec2.send(new DescribeSubnetsCommand({ SubnetIds: missing }));
      for (const { SubnetId: id = '', AvailabilityZone: zone = '', CidrBlock: cidr = '' } of answer.Subnets ??
        []) {
        this.knownSubnets.set(id, { id, zone, cidr });
      }
    }
    return ids.flatMap((id) => this.knownSubnets.get(id) ?? []);
  }

  secret(valueFrom: string): Promise<string> {
    return this.secrets.read(valueFrom);
  }

  register(registration: Registration, checked: boolean): Promise<void> {
    return this.registrations.register(registration, checked);
  }

  reportHealth(registration: Registration, healthy: boolean): Promise<void> {
    return this.registrations.reportHealth(registration, healthy);
  }

  deregister(registration: Registration): Promise<void> {
    return this.registrations.deregister(registration);
  }

  async appendLog(
    group: string,
    stream: string,
    events: readonly { timestamp: number; message: string }[],
  ): Promise<void> {
    const key = `${group} ${stream}`;
    if (!this.streams.has(key)) {
      const create = new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream });
      const created = this.logs.send(create).catch((error: unknown) => {
        if (!(error instanceof ResourceAlreadyExistsException)) throw error;
      });
      this.streams.set(key, created);
    }
    await this.streams.get(key);
    const logEvents = [...events];
    await this.logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents }));
  }
}
