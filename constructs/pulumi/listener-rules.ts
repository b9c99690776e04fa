import { ListenerRule, type ListenerRuleArgs } from '@pulumi/aws/lb/listenerRule';
import type * as pulumi from '@pulumi/pulumi';
import type { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { PartComponent } from './part-component';
import { TargetGroup, type TargetGroupTransform } from './target-group';

export interface ListenerRulesTransform {
  readonly targetGroup?: TargetGroupTransform;
  readonly trafficRule?: Transform<ListenerRuleArgs>;
}

/** Target groups, and the rules that lead to them, behind a listener that exists. */
export class ListenerRules extends PartComponent<'listener-rules'> {
  static readonly resources = { aws_lb_listener_rule: ListenerRule };
  static readonly nouns = { 'target-group': TargetGroup };

  constructor(name: string, part: Part<'listener-rules'>, options?: pulumi.ComponentResourceOptions) {
    super('ListenerRules', name, part, options);
  }

  /** By the target group's id, each with the rule that attaches it. */
  get targetGroups(): Readonly<Record<string, TargetGroup>> {
    return this.each(this.settings.targetGroups);
  }

  /** By the rule's id. */
  get trafficRules(): Readonly<Record<string, ListenerRule>> {
    return this.each(this.settings.trafficRules, (id) => `Traffic/${id}`);
  }
}
