import {
  ListenerRule as LbListenerRule,
  type ListenerRuleArgs as LbListenerRuleArgs,
} from '@pulumi/aws/lb/listenerRule';
import {
  TargetGroup as LbTargetGroup,
  type TargetGroupArgs as LbTargetGroupArgs,
} from '@pulumi/aws/lb/targetGroup';
import type * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { Part } from '../graph/part';
import { type TargetGroupLink, targetGroup } from '../graph/target-group';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartComponent } from './part-component';

/** A target group that a service may be put into. */
export interface ITargetGroup {
  readonly arn: pulumi.Input<string>;
  /** What puts the target group behind a load balancer: a service in it must wait for these. */
  readonly attached: pulumi.Resource[];
}

export interface TargetGroupTransform {
  readonly targetGroup?: Transform<LbTargetGroupArgs>;
  readonly attachRule?: Transform<LbListenerRuleArgs>;
}

export interface TargetGroupArgs {
  readonly targetGroup: blueprint.TargetGroup;
  /** The rule that puts the group behind the listener before any traffic comes to it. */
  readonly attachRule: blueprint.ListenerRule;
  readonly listenerArn: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  readonly transform?: TargetGroupTransform;
}

/**
 * A target group, and the rule that puts it behind a listener.
 *
 * ECS refuses a service whose target group has no load balancer, and traffic must not meet an empty group:
 * so the attach rule comes first, then the service, then the rule that brings traffic.
 */
export class TargetGroup extends PartComponent<'target-group'> implements ITargetGroup {
  static readonly resources = { aws_lb_target_group: LbTargetGroup, aws_lb_listener_rule: LbListenerRule };
  static readonly nouns = {};

  constructor(
    name: string,
    args: TargetGroupArgs | Part<'target-group'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('TargetGroup', name, args instanceof Part ? args : TargetGroup.#part(name, args), options);
  }

  static #part(name: string, { listenerArn, vpcId, transform, ...args }: TargetGroupArgs) {
    const input = { ...args, listenerArn: outside(listenerArn), vpcId: outside(vpcId) };
    return new Part(targetGroup(name, input).noun, transform);
  }

  get targetGroup(): LbTargetGroup {
    return this.child('TargetGroup');
  }

  get attachRule(): LbListenerRule {
    return this.child('AttachRule');
  }

  get arn(): pulumi.Output<string> {
    return this.targetGroup.arn;
  }

  override outputs(): pulumi.Inputs {
    return { arn: this.arn };
  }

  get attached(): pulumi.Resource[] {
    return [this.attachRule];
  }
}

/** What a graph needs of a target group. */
export const targetGroupLink = ({ arn, attached }: ITargetGroup): TargetGroupLink => ({
  arn: outside(arn),
  attached: attached.map(outside),
});
