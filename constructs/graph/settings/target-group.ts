import type { TargetGroup } from '../../blueprint/blueprint';
import type { Value } from '../value';

export interface TargetGroupResources {
  readonly 'target-group': Omit<TargetGroup, 'id'> & {
    readonly protocol: 'HTTP';
    readonly targetType: 'ip';
    readonly vpcId: Value;
    readonly healthCheckProtocol: 'HTTP';
  };
}
