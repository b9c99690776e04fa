import { LbListenerRule, type LbListenerRuleConfig } from '@cdktf/provider-aws/lib/lb-listener-rule';
import { LbTargetGroup, type LbTargetGroupConfig } from '@cdktf/provider-aws/lib/lb-target-group';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { Part } from '../graph/part';
import { type TargetGroupLink, targetGroup } from '../graph/target-group';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';

/** A target group that a service may be put into. */
export interface ITargetGroup {
  readonly arn: string;
  /** What puts the target group behind a load balancer: a service in it must wait for these. */
  readonly attached: ITerraformDependable[];
}

export interface TargetGroupTransform {
  readonly targetGroup?: Transform<LbTargetGroupConfig>;
  readonly attachRule?: Transform<LbListenerRuleConfig>;
}

export interface TargetGroupProps {
  readonly targetGroup: blueprint.TargetGroup;
  /** The rule that puts the group behind the listener before any traffic comes to it. */
  readonly attachRule: blueprint.ListenerRule;
  readonly listenerArn: string;
  readonly vpcId: string;
  readonly transform?: TargetGroupTransform;
}

/**
 * A target group, and the rule that puts it behind a listener.
 *
 * ECS refuses a service whose target group has no load balancer, and traffic must not meet an empty group:
 * so the attach rule comes first, then the service, then the rule that brings traffic.
 */
export class TargetGroup extends PartConstruct<'target-group'> implements ITargetGroup {
  static readonly resources = { aws_lb_target_group: LbTargetGroup, aws_lb_listener_rule: LbListenerRule };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: TargetGroupProps | Part<'target-group'>) {
    super(scope, id, props instanceof Part ? props : TargetGroup.#part(id, props));
  }

  static #part(id: string, { listenerArn, vpcId, transform, ...props }: TargetGroupProps) {
    const input = { ...props, listenerArn: outside(listenerArn), vpcId: outside(vpcId) };
    return new Part(targetGroup(id, input).noun, transform);
  }

  get targetGroup(): LbTargetGroup {
    return this.child('TargetGroup');
  }

  get attachRule(): LbListenerRule {
    return this.child('AttachRule');
  }

  get arn(): string {
    return this.targetGroup.arn;
  }

  get attached(): ITerraformDependable[] {
    return [this.attachRule];
  }
}

/** What a graph needs of a target group. */
export const targetGroupLink = ({ arn, attached }: ITargetGroup): TargetGroupLink => ({
  arn: outside(arn),
  attached: attached.map(outside),
});
