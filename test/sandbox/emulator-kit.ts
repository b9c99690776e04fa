/** The sandbox's emulator for a test, and an account that has what an ECS service needs. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { ACMClient } from '@aws-sdk/client-acm';
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  type ContainerDefinition,
  CreateClusterCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { newCredentials, type SandboxAccess } from '../../sandbox/credentials';
import { type Emulator, startEmulator } from '../../sandbox/emulator';
import { signedFetch } from '../../sandbox/signed-fetch';
import type { DeploymentReport } from '../../sandbox/tasks/types';

// Importing moto takes seconds, and many of them beside other work.
jest.setTimeout(90_000);

export const REGION = 'eu-central-1';
export const ACCOUNT = '123456789012';

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Aws {
  readonly emulator: Emulator;
  readonly acm: ACMClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly secrets: SecretsManagerClient;
  readonly cloudMap: ServiceDiscoveryClient;
  stop(): Promise<void>;
}

export async function startAws(): Promise<Aws> {
  const emulator = await startEmulator({
    port: await freePort(),
    region: REGION,
    credentials: newCredentials(),
    hostedZones: { 'example.test': 'Z0SANDBOX' },
    log: () => {},
  });
  const options = { ...emulator.access, maxAttempts: 1 };
  const clients = {
    acm: new ACMClient(options),
    ec2: new EC2Client(options),
    ecs: new ECSClient(options),
    elb: new ElasticLoadBalancingV2Client(options),
    secrets: new SecretsManagerClient(options),
    cloudMap: new ServiceDiscoveryClient(options),
  };
  const stop = async () => {
    for (const client of Object.values(clients)) client.destroy();
    await emulator.stop();
  };
  return { emulator, ...clients, stop };
}

/** A call to a service whose SDK client is no dependency of ours. */
export async function rawCall(
  access: SandboxAccess,
  service: string,
  request: {
    readonly method?: string;
    readonly path?: string;
    readonly target?: string;
    readonly body?: string;
  },
): Promise<{ readonly status: number; readonly text: string }> {
  const { method = 'POST', path = '/', target, body } = request;
  const response = await signedFetch(access, service, path, {
    method,
    body,
    headers: {
      'content-type': target ? 'application/x-amz-json-1.1' : 'application/xml',
      ...(target ? { 'x-amz-target': target } : {}),
    },
  });
  return { status: response.status, text: await response.text() };
}

/** JSON protocol of a service whose SDK client is no dependency of ours. */
export async function jsonCall(
  access: SandboxAccess,
  service: string,
  target: string,
  input: unknown,
): Promise<{ readonly status: number; readonly answer: Record<string, unknown> }> {
  const { status, text } = await rawCall(access, service, { target, body: JSON.stringify(input) });
  return { status, answer: text === '' ? {} : JSON.parse(text) };
}

/** Changes a record of the zone that exists from the start. */
export function changeRecord({ emulator }: Aws, action: string, name: string, type: string, value: string) {
  const record = `<ResourceRecordSet><Name>${name}</Name><Type>${type}</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>${value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>`;
  const changes = `<Changes><Change><Action>${action}</Action>${record}</Change></Changes>`;
  return rawCall(emulator.access, 'route53', {
    path: '/2013-04-01/hostedzone/Z0SANDBOX/rrset',
    body: `<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch>${changes}</ChangeBatch></ChangeResourceRecordSetsRequest>`,
  });
}

export interface Network {
  readonly vpc: string;
  readonly subnets: readonly [string, string];
  readonly securityGroup: string;
}

/** Gives a VPC its way to the internet. @returns id of the gateway */
export async function attachInternet({ ec2 }: Pick<Aws, 'ec2'>, VpcId: string): Promise<string> {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const InternetGatewayId = InternetGateway?.InternetGatewayId ?? '';
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  return InternetGatewayId;
}

/** Two zones in the addresses of loopback, as the sandbox's environment has it. */
export async function createNetwork(aws: Aws): Promise<Network> {
  const { ec2 } = aws;
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '127.20.0.0/16' }));
  const vpc = Vpc?.VpcId ?? '';
  await attachInternet(aws, vpc);
  const subnet = async (index: number) => {
    const zone = `${REGION}${'ab'[index]}`;
    const input = { VpcId: vpc, CidrBlock: `127.20.${index}.0/24`, AvailabilityZone: zone };
    return (await ec2.send(new CreateSubnetCommand(input))).Subnet?.SubnetId ?? '';
  };
  const subnets = [await subnet(0), await subnet(1)] as const;
  const { GroupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'tasks', Description: 'tasks', VpcId: vpc }),
  );
  return { vpc, subnets, securityGroup: GroupId };
}

/** Registers a revision of the family `orders`. @returns its ARN */
export async function registerTask({ ecs }: Aws, more: Partial<ContainerDefinition> = {}): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'orders',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'app', image: 'orders:1', essential: true, portMappings: [{ containerPort: 8080 }], ...more },
      ],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

export async function createCluster({ ecs }: Aws): Promise<void> {
  await ecs.send(new CreateClusterCommand({ clusterName: 'main' }));
}

export interface Balancer {
  readonly loadBalancer: string;
  readonly listener: string;
}

export async function createBalancer({ elb }: Aws, network: Network, name: string): Promise<Balancer> {
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name: name, Subnets: [...network.subnets] }),
  );
  const loadBalancer = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancer,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    }),
  );
  return { loadBalancer, listener: Listeners?.[0]?.ListenerArn ?? '' };
}

export async function createTargetGroup({ elb }: Aws, network: Network, name: string): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      VpcId: network.vpc,
      Protocol: 'HTTP',
      Port: 8080,
      TargetType: 'ip',
    }),
  );
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
}

/** Lets a header lead to the target group. @returns ARN of the rule */
export async function attach(
  { elb }: Aws,
  listener: string,
  group: string,
  priority: number,
): Promise<string> {
  const { Rules } = await elb.send(
    new CreateRuleCommand({
      ListenerArn: listener,
      Priority: priority,
      Conditions: [
        { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-group', Values: [`${priority}`] } },
      ],
      Actions: [{ Type: 'forward', TargetGroupArn: group }],
    }),
  );
  return Rules?.[0]?.RuleArn ?? '';
}

/** What the tasks controller says of a deployment. */
export const report = (
  id: string,
  runningCount: number,
  more: Partial<DeploymentReport> = {},
): DeploymentReport => ({
  id,
  runningCount,
  pendingCount: 0,
  failedTasks: 0,
  rolloutState: 'IN_PROGRESS',
  rolloutStateReason: '',
  ...more,
});
