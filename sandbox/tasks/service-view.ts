/** From what DescribeServices answers to what the scheduler thinks in. Pure. */
import type { Service } from '@aws-sdk/client-ecs';
import type { ServiceView } from './types';

export function toServiceView(service: Service): ServiceView {
  const configuration = service.deploymentConfiguration;
  const breaker = configuration?.deploymentCircuitBreaker;
  return {
    arn: service.serviceArn ?? '',
    name: service.serviceName ?? '',
    clusterName: (service.clusterArn ?? '').split('/').pop() ?? '',
    active: service.status === 'ACTIVE',
    desiredCount: service.desiredCount ?? 0,
    minimumHealthyPercent: configuration?.minimumHealthyPercent ?? 100,
    maximumPercent: configuration?.maximumPercent ?? 200,
    graceSeconds: service.healthCheckGracePeriodSeconds ?? 0,
    breaker: { enabled: breaker?.enable ?? false, rollback: breaker?.rollback ?? false },
    deployments: (service.deployments ?? []).map((deployment) => ({
      id: deployment.id ?? '',
      primary: deployment.status === 'PRIMARY',
      taskDefinitionArn: deployment.taskDefinition ?? '',
      failed: deployment.rolloutState === 'FAILED',
    })),
    loadBalancers: (service.loadBalancers ?? []).flatMap(
      ({ targetGroupArn, containerName, containerPort }) =>
        targetGroupArn === undefined
          ? []
          : [{ targetGroupArn, containerName: containerName ?? '', containerPort: containerPort ?? 0 }],
    ),
    registries: (service.serviceRegistries ?? []).map(({ registryArn, port, containerPort }) => ({
      serviceId: (registryArn ?? '').split('/').pop() ?? '',
      port: port ?? containerPort,
    })),
    subnetIds: service.networkConfiguration?.awsvpcConfiguration?.subnets ?? [],
  };
}
