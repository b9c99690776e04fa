import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct, IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { Part } from '../graph/part';
import { type TargetGroupLink, targetGroup } from '../graph/target-group';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';

/** A target group that a service may be put into. */
export interface ITargetGroup {
  readonly targetGroup: elbv2.IApplicationTargetGroup;
  /** What puts the target group behind a load balancer: a service in it must wait for these. */
  readonly attached: readonly IDependable[];
}

export interface TargetGroupTransform {
  readonly targetGroup?: Transform<elbv2.ApplicationTargetGroupProps>;
  readonly attachRule?: Transform<elbv2.ApplicationListenerRuleProps>;
}

export interface TargetGroupProps {
  readonly targetGroup: blueprint.TargetGroup;
  /** The rule that puts the group behind the listener before any traffic comes to it. */
  readonly attachRule: blueprint.ListenerRule;
  readonly listener: elbv2.IApplicationListener;
  readonly vpc: ec2.IVpc;
  readonly transform?: TargetGroupTransform;
}

/**
 * A target group, and the rule that puts it behind a listener.
 *
 * ECS refuses a service whose target group has no load balancer, and traffic must not meet an empty group:
 * so the attach rule comes first, then the service, then the rule that brings traffic.
 */
export class TargetGroup extends PartConstruct<'target-group'> implements ITargetGroup {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: TargetGroupProps | Part<'target-group'>) {
    super(scope, id, props instanceof Part ? props : TargetGroup.#part(id, props));
  }

  static #part(id: string, { listener, vpc, transform, ...props }: TargetGroupProps) {
    const input = { ...props, listenerArn: outside(listener), vpcId: outside(vpc) };
    return new Part(targetGroup(id, input).noun, transform);
  }

  get targetGroup(): elbv2.ApplicationTargetGroup {
    return this.child('TargetGroup');
  }

  get attachRule(): elbv2.ApplicationListenerRule {
    return this.child('AttachRule');
  }

  get attached(): IDependable[] {
    return [this.attachRule];
  }
}

/** What a graph needs of a target group. */
export const targetGroupLink = (group: ITargetGroup): TargetGroupLink => ({
  arn: outside(group.targetGroup),
  attached: group.attached.map(outside),
});
