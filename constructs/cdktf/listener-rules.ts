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
    return Object.fromEntries(this.settings.targetGroups.map(({ id }) => [id, this.child(id)]));
  }

  /** By the rule's id. */
  get trafficRules(): Readonly<Record<string, LbListenerRule>> {
    return Object.fromEntries(this.settings.trafficRules.map(({ id }) => [id, this.child(`Traffic/${id}`)]));
  }
}
