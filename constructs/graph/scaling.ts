import type { Service } from '../blueprint/blueprint';
import { type Resource, resource } from './resource';
import { ref, type Value } from './value';

/** Holds the average CPU of a service's tasks at its target, between two numbers of tasks. */
export function scaling(
  { min, max, targetCpuPercent, policyName, cooldownSeconds }: NonNullable<Service['scaling']>,
  clusterArn: Value,
  service: Resource,
): Resource[] {
  const target = resource(
    'scaling-target',
    'ScalingTarget',
    {
      serviceNamespace: 'ecs',
      scalableDimension: 'ecs:service:DesiredCount',
      clusterArn,
      serviceName: ref(service, 'name'),
      minCapacity: min,
      maxCapacity: max,
    },
    { transform: 'scalingTarget' },
  );
  const policy = resource(
    'scaling-policy',
    'ScalingPolicy',
    {
      name: policyName,
      scalingTarget: ref(target, 'id'),
      metric: 'ECSServiceAverageCPUUtilization',
      targetPercent: targetCpuPercent,
      cooldownSeconds,
    },
    { transform: 'scalingPolicy' },
  );
  return [target, policy];
}
