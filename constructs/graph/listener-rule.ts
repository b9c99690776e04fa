import type { ListenerRule } from '../blueprint/blueprint';
import { createBeforeDestroy, type Resource, resource } from './resource';
import type { ListenerRuleSettings } from './settings/listener';
import type { Value } from './value';

/** Puts a target group behind a listener before any traffic comes to it. */
export const attachRule = (rule: ListenerRule, listenerArn: Value, targetGroupArn: Value): Resource =>
  resource(
    'listener-rule',
    'AttachRule',
    ruleSettings(rule, listenerArn, () => targetGroupArn),
    {
      transform: 'attachRule',
      lifetime: createBeforeDestroy,
    },
  );

/** In a group of their own: an API may be called as another one's rule is. */
export function trafficRule(
  rule: ListenerRule,
  listenerArn: Value,
  targetGroups: Readonly<Record<string, { readonly arn: Value }>>,
): Resource {
  const arnOf = (id: string): Value => {
    const group = targetGroups[id];
    if (group !== undefined) return group.arn;
    const known = Object.keys(targetGroups).join(', ');
    throw new Error(`A traffic rule forwards to target group "${id}"; the load balancer has: ${known}.`);
  };
  return resource('listener-rule', `Traffic/${rule.id}`, ruleSettings(rule, listenerArn, arnOf), {
    transform: 'trafficRule',
    lifetime: createBeforeDestroy,
  });
}

function ruleSettings(
  rule: ListenerRule,
  listenerArn: Value,
  arnOf: (targetGroup: string) => Value,
): ListenerRuleSettings {
  if (rule.forward.length === 0) throw new Error(`Listener rule "${rule.id}" forwards to no target group.`);
  const { priority, conditions, forward } = rule;
  return {
    listenerArn,
    priority,
    conditions,
    forward: forward.map(({ targetGroup, weight }) => ({ targetGroupArn: arnOf(targetGroup), weight })),
  };
}
