/** What the daemon's test deploys into the emulated account: two zones, a load balancer, the sample API behind it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type Deployment,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateServiceCommand as CreateNameCommand,
  CreatePrivateDnsNamespaceCommand,
  ListNamespacesCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import type { SandboxAccess } from '../../sandbox/credentials';
import { attachInternet } from './emulator-kit';

const CLUSTER = 'main';
const SERVICE = 'orders';
const SAMPLE_API = ['node', '--require', 'tsx/cjs', 'examples/sample-api/server.ts'];
const API_PORT = 6080;

export class DaemonAccount {
  private readonly ec2: EC2Client;
  private readonly ecs: ECSClient;
  private readonly elbv2: ElasticLoadBalancingV2Client;
  private readonly discovery: ServiceDiscoveryClient;
  private targetGroupArn = '';

  constructor(access: SandboxAccess) {
    const options = { ...access, maxAttempts: 1 };
    this.ec2 = new EC2Client(options);
    this.ecs = new ECSClient(options);
    this.elbv2 = new ElasticLoadBalancingV2Client(options);
    this.discovery = new ServiceDiscoveryClient(options);
  }

  async provision(): Promise<void> {
    const { Vpc } = await this.ec2.send(new CreateVpcCommand({ CidrBlock: '127.50.0.0/16' }));
    const VpcId = Vpc?.VpcId ?? '';
    await attachInternet({ ec2: this.ec2 }, VpcId);
    const subnet = async (CidrBlock: string, AvailabilityZone: string) => {
      const { Subnet } = await this.ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }));
      return Subnet?.SubnetId ?? '';
    };
    const open = [
      await subnet('127.50.0.0/24', 'eu-central-1a'),
      await subnet('127.50.1.0/24', 'eu-central-1b'),
    ];
    const closed = [
      await subnet('127.50.16.0/24', 'eu-central-1a'),
      await subnet('127.50.17.0/24', 'eu-central-1b'),
    ];
    await this.loadBalancer(VpcId, open);
    await this.ecs.send(new CreateClusterCommand({ clusterName: CLUSTER }));
    await this.ecs.send(
      new CreateServiceCommand({
        cluster: CLUSTER,
        serviceName: SERVICE,
        taskDefinition: await this.taskDefinition('1'),
        desiredCount: 2,
        launchType: 'FARGATE',
        healthCheckGracePeriodSeconds: 30,
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
        networkConfiguration: { awsvpcConfiguration: { subnets: closed } },
        loadBalancers: [
          { targetGroupArn: this.targetGroupArn, containerName: 'main', containerPort: API_PORT },
        ],
        serviceRegistries: [{ registryArn: await this.name(VpcId) }],
      }),
    );
  }

  /** Another version of the API; the service is told to run it. */
  async deploy(version: string, command = SAMPLE_API): Promise<void> {
    const taskDefinition = await this.taskDefinition(version, command);
    await this.ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service: SERVICE, taskDefinition }));
  }

  /** The SDK's waiter for a stable service does not look at health; what `wait_for_steady_state` reads does. */
  async completed(): Promise<void> {
    for (;;) {
      const [deployment, ...others] = await this.deployments();
      if (others.length === 0 && deployment?.rolloutState === 'COMPLETED') return;
      await sleep(200);
    }
  }

  async deployments(): Promise<readonly Deployment[]> {
    const answer = await this.ecs.send(
      new DescribeServicesCommand({ cluster: CLUSTER, services: [SERVICE] }),
    );
    return answer.services?.[0]?.deployments ?? [];
  }

  /** `127.50.16.4 healthy`, sorted. */
  async targets(): Promise<readonly string[]> {
    const answer = await this.elbv2.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: this.targetGroupArn }),
    );
    const states = (answer.TargetHealthDescriptions ?? []).map(
      ({ Target, TargetHealth }) => `${Target?.Id} ${TargetHealth?.State}`,
    );
    return states.sort();
  }

  private async taskDefinition(version: string, command = SAMPLE_API): Promise<string> {
    const { taskDefinition } = await this.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: SERVICE,
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [
          {
            name: 'main',
            image: 'sample-api',
            command,
            environment: [
              { name: 'API_NAME', value: SERVICE },
              { name: 'API_VERSION', value: version },
              { name: 'PORT', value: String(API_PORT) },
              { name: 'DRAIN_SECONDS', value: '1' },
            ],
            portMappings: [{ containerPort: API_PORT }],
            stopTimeout: 10,
          },
        ],
      }),
    );
    return taskDefinition?.taskDefinitionArn ?? '';
  }

  private async loadBalancer(VpcId: string, Subnets: string[]): Promise<void> {
    const { TargetGroups } = await this.elbv2.send(
      new CreateTargetGroupCommand({
        Name: SERVICE,
        Protocol: 'HTTP',
        Port: API_PORT,
        VpcId,
        TargetType: 'ip',
        HealthCheckPath: '/healthz',
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 2,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
      }),
    );
    this.targetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
    await this.elbv2.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: this.targetGroupArn,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }],
      }),
    );
    const { LoadBalancers } = await this.elbv2.send(
      new CreateLoadBalancerCommand({ Name: 'main', Type: 'application', Subnets }),
    );
    await this.elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: this.targetGroupArn }],
      }),
    );
  }

  /** `orders.test.internal` */
  private async name(Vpc: string): Promise<string | undefined> {
    await this.discovery.send(new CreatePrivateDnsNamespaceCommand({ Name: 'test.internal', Vpc }));
    const { Namespaces } = await this.discovery.send(new ListNamespacesCommand({}));
    const { Service } = await this.discovery.send(
      new CreateNameCommand({
        Name: SERVICE,
        NamespaceId: Namespaces?.[0]?.Id,
        DnsConfig: { RoutingPolicy: 'MULTIVALUE', DnsRecords: [{ Type: 'A', TTL: 5 }] },
      }),
    );
    return Service?.Arn;
  }
}
