import type { LbListenerRuleConfig } from '@cdktf/provider-aws/lib/lb-listener-rule';
import type * as blueprint from '../blueprint/blueprint';
import { literal } from './literal';

/** What a listener rule is made with. `arnOf` gives the ARN of a target group by its id. */
export function ruleSettings(
  rule: blueprint.ListenerRule,
  listenerArn: string,
  arnOf: (targetGroup: string) => string,
): LbListenerRuleConfig {
  const { priority, conditions } = literal(rule);
  const [first, ...others] = rule.forward.map(({ targetGroup, weight }) => ({
    arn: arnOf(targetGroup),
    weight,
  }));
  if (first === undefined) throw new Error(`Listener rule "${rule.id}" forwards to no target group.`);
  return {
    listenerArn,
    priority,
    condition: conditions.map((condition) => conditionSettings(condition)),
    action: [
      others.length === 0
        ? { type: 'forward', targetGroupArn: first.arn }
        : { type: 'forward', forward: { targetGroup: [first, ...others] } },
    ],
    lifecycle: { createBeforeDestroy: true },
  };
}

function conditionSettings(condition: blueprint.RuleCondition) {
  const values = [...condition.values];
  switch (condition.kind) {
    case 'host':
      return { hostHeader: { values } };
    case 'path':
      return { pathPattern: { values } };
    case 'header':
      return { httpHeader: { httpHeaderName: condition.name, values } };
    case 'source-ip':
      return { sourceIp: { values } };
  }
}
