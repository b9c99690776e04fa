import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Transform } from '../graph/transform';
import { PartConstruct } from './part-construct';
import { TargetGroup, type TargetGroupTransform } from './target-group';

export interface ListenerRulesTransform {
  readonly targetGroup?: TargetGroupTransform;
  readonly trafficRule?: Transform<elbv2.ApplicationListenerRuleProps>;
}

/** Target groups, and the rules that lead to them, behind a listener that exists. */
export class ListenerRules extends PartConstruct<'listener-rules'> {
  static readonly nouns = { 'target-group': TargetGroup };

  /** By the target group's id, each with the rule that attaches it. */
  get targetGroups(): Readonly<Record<string, TargetGroup>> {
    return this.each(this.settings.targetGroups);
  }

  /** By the rule's id. */
  get trafficRules(): Readonly<Record<string, elbv2.ApplicationListenerRule>> {
    return this.each(this.settings.trafficRules, (id) => `Traffic/${id}`);
  }
}
