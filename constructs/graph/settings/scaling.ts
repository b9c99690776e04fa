import type { Value } from '../value';

export interface ScalingResources {
  readonly 'scaling-target': {
    readonly serviceNamespace: 'ecs';
    readonly scalableDimension: 'ecs:service:DesiredCount';
    /** The ECS service. */
    readonly clusterArn: Value;
    readonly serviceName: Value;
    readonly minCapacity: number;
    readonly maxCapacity: number;
  };
  readonly 'scaling-policy': {
    readonly name: string;
    readonly scalingTarget: Value;
    readonly metric: 'ECSServiceAverageCPUUtilization';
    readonly targetPercent: number;
    readonly cooldownSeconds: number;
  };
}
