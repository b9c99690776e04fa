import type { ListenerRule, LoadBalancer } from '../blueprint/blueprint';
import { notFound } from './listener';
import { createBeforeDestroy, type Resource, resource } from './resource';
import type { Answer, Forward } from './settings/listener';
import type { Value } from './value';

/** Puts a target group behind a listener before any traffic comes to it. */
export function attachRule(rule: ListenerRule, listenerArn: Value, targetGroupArn: Value): Resource {
  if (rule.forward.length === 0) throw new Error(`Listener rule "${rule.id}" forwards to no target group.`);
  const { priority, conditions } = rule;
  return resource(
    'listener-rule',
    'AttachRule',
    { listenerArn, priority, conditions, ...forwardTo(rule, () => targetGroupArn) },
    { transform: 'attachRule', lifetime: createBeforeDestroy },
  );
}

/** In a group of their own: an API may be called as another one's rule is. */
export function trafficRule(
  rule: ListenerRule,
  https: Pick<LoadBalancer['https'], 'notFound'>,
  listenerArn: Value,
  targetGroups: Readonly<Record<string, { readonly arn: Value }>>,
): Resource {
  const arnOf = (id: string): Value => {
    const group = targetGroups[id];
    if (group !== undefined) return group.arn;
    const known = Object.keys(targetGroups).join(', ');
    throw new Error(`A traffic rule forwards to target group "${id}"; the load balancer has: ${known}.`);
  };
  const { priority, conditions } = rule;
  const action: Forward | Answer =
    rule.forward.length > 0 ? forwardTo(rule, arnOf) : { fixedResponse: notFound(https) };
  return resource(
    'listener-rule',
    `Traffic/${rule.id}`,
    { listenerArn, priority, conditions, ...action },
    { transform: 'trafficRule', lifetime: createBeforeDestroy },
  );
}

const forwardTo = ({ forward }: ListenerRule, arnOf: (targetGroup: string) => Value): Forward => ({
  forward: forward.map(({ targetGroup, weight }) => ({ targetGroupArn: arnOf(targetGroup), weight })),
});
