/** Makes a task known where it is looked for: in Cloud Map and in its target groups. */
import {
  DeregisterTargetsCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DeregisterInstanceCommand,
  RegisterInstanceCommand,
  type ServiceDiscoveryClient,
  UpdateInstanceCustomHealthStatusCommand,
} from '@aws-sdk/client-servicediscovery';
import type { Registration, ServiceRegistry } from './types';

/** Whose deregistration has nothing left to do, and whose health nobody keeps. */
const GONE = [
  'TargetGroupNotFound',
  'InvalidTarget',
  'ServiceNotFound',
  'InstanceNotFound',
  'CustomHealthNotFound',
];

export class Registrations {
  constructor(
    private readonly region: string,
    private readonly balancing: ElasticLoadBalancingV2Client,
    private readonly discovery: ServiceDiscoveryClient,
  ) {}

  async register(registration: Registration, checked: boolean): Promise<void> {
    for (const registry of registration.registries) {
      await this.discovery.send(
        new RegisterInstanceCommand({
          ServiceId: registry.serviceId,
          InstanceId: registration.taskId,
          Attributes: {
            ...attributes(registration, registry, this.region),
            ...(checked && { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' }),
          },
        }),
      );
    }
    for (const { targetGroupArn, containerPort } of registration.loadBalancers) {
      const Targets = [{ Id: registration.address, Port: containerPort }];
      await this.balancing.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets }));
    }
  }

  /** What is already gone, or keeps no health of its own, is no error. */
  async reportHealth({ registries, taskId }: Registration, healthy: boolean): Promise<void> {
    const Status = healthy ? 'HEALTHY' : 'UNHEALTHY';
    for (const { serviceId: ServiceId } of registries) {
      const command = new UpdateInstanceCustomHealthStatusCommand({ ServiceId, InstanceId: taskId, Status });
      await this.discovery.send(command).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
    }
  }

  /** Each place is tried, whatever the others answer. @throws the first error that matters */
  async deregister(registration: Registration): Promise<void> {
    const { taskId, address, registries, loadBalancers } = registration;
    const attempts = [
      ...loadBalancers.map(({ targetGroupArn, containerPort }) =>
        this.balancing.send(
          new DeregisterTargetsCommand({
            TargetGroupArn: targetGroupArn,
            Targets: [{ Id: address, Port: containerPort }],
          }),
        ),
      ),
      ...registries.map(({ serviceId }) =>
        this.discovery.send(new DeregisterInstanceCommand({ ServiceId: serviceId, InstanceId: taskId })),
      ),
    ];
    for (const result of await Promise.allSettled(attempts)) {
      if (result.status === 'rejected' && !isGone(result.reason)) throw result.reason;
    }
  }
}

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html; the last ones are what ECS adds. */
function attributes(
  registration: Registration,
  registry: ServiceRegistry,
  region: string,
): Record<string, string> {
  return {
    AWS_INSTANCE_IPV4: registration.address,
    ...(registry.port !== undefined && { AWS_INSTANCE_PORT: String(registry.port) }),
    AVAILABILITY_ZONE: registration.zone,
    REGION: region,
    ECS_CLUSTER_NAME: registration.clusterName,
    ECS_SERVICE_NAME: registration.serviceName,
    ECS_TASK_DEFINITION_FAMILY: registration.family,
  };
}

function isGone(error: unknown): boolean {
  return error instanceof Error && GONE.some((name) => error.name.startsWith(name));
}
