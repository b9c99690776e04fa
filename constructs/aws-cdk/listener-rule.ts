import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as blueprint from '../blueprint/blueprint';

/** What a listener rule is made with. `groupOf` gives a target group by its id. */
export function ruleSettings(
  rule: blueprint.ListenerRule,
  listener: elbv2.IApplicationListener,
  groupOf: (targetGroup: string) => elbv2.IApplicationTargetGroup,
): elbv2.ApplicationListenerRuleProps {
  const forward = rule.forward.map(({ targetGroup, weight }) => ({
    targetGroup: groupOf(targetGroup),
    weight,
  }));
  const [first, ...others] = forward;
  if (first === undefined) throw new Error(`Listener rule "${rule.id}" forwards to no target group.`);
  return {
    listener,
    priority: rule.priority,
    conditions: rule.conditions.map(conditionSettings),
    action:
      others.length === 0
        ? elbv2.ListenerAction.forward([first.targetGroup])
        : elbv2.ListenerAction.weightedForward(forward),
  };
}

function conditionSettings(condition: blueprint.RuleCondition): elbv2.ListenerCondition {
  const values = [...condition.values];
  switch (condition.kind) {
    case 'host':
      return elbv2.ListenerCondition.hostHeaders(values);
    case 'path':
      return elbv2.ListenerCondition.pathPatterns(values);
    case 'header':
      return elbv2.ListenerCondition.httpHeader(condition.name, values);
    case 'source-ip':
      return elbv2.ListenerCondition.sourceIps(values);
  }
}
