import { LbListenerRule, type LbListenerRuleConfig } from '@cdktf/provider-aws/lib/lb-listener-rule';
import type { Transform } from '../graph/transform';
import { PartConstruct } from './part-construct';
import { TargetGroup, type TargetGroupTransform } from './target-group';

export interface ListenerRulesTransform {
  readonly targetGroup?: TargetGroupTransform;
  readonly trafficRule?: Transform<LbListenerRuleConfig>;
}

/** Target groups, and the rules that lead to them, behind a listener that exists. */
export class ListenerRules extends PartConstruct<'listener-rules'> {
  static readonly resources = { aws_lb_listener_rule: LbListenerRule };
  static readonly nouns = { 'target-group': TargetGroup };

  /** By the target group's id, each with the rule that attaches it. */
  get targetGroups(): Readonly<Record<string, TargetGroup>> {
    return this.each(this.settings.targetGroups);
  }

  /** By the rule's id. */
  get trafficRules(): Readonly<Record<string, LbListenerRule>> {
    return this.each(this.settings.trafficRules, (id) => `Traffic/${id}`);
  }
}
