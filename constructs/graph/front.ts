/** What requests come by: a load balancer, or a listener that exists. */
import type { LoadBalancer } from '../blueprint/blueprint';
import { trafficRule } from './listener-rule';
import type { NounOf, Resource } from './resource';
import type { Peers } from './security-group';
import { type TargetGroupLink, targetGroup } from './target-group';
import type { Value } from './value';

/** What others need of it. */
export interface Front {
  /** Its security group, for the rules of what it calls. */
  readonly peers: Peers;
  readonly targetGroups: Readonly<Record<string, TargetGroupLink>>;
  /** By the rule's id. */
  readonly trafficRules: Readonly<Record<string, Resource>>;
}

/** The target groups of a listener, each with the rule that attaches it, and the rules that bring traffic. */
export function groupsAndRules(
  settings: Pick<LoadBalancer, 'targetGroups' | 'attachRules' | 'trafficRules'>,
  https: Pick<LoadBalancer['https'], 'notFound'>,
  listenerArn: Value,
  vpcId: Value,
): Omit<Front, 'peers'> & { readonly nouns: NounOf<'target-group'>[] } {
  const groups = settings.targetGroups.map((one) => {
    const attachRule = settings.attachRules.find((rule) => rule.targetGroup === one.id);
    if (attachRule === undefined) throw new Error(`Target group "${one.id}" has no attach rule.`);
    return [one.id, targetGroup(one.id, { targetGroup: one, attachRule, listenerArn, vpcId })] as const;
  });
  const targetGroups = Object.fromEntries(groups.map(([name, { link }]) => [name, link]));
  return {
    nouns: groups.map(([, { noun }]) => noun),
    targetGroups,
    trafficRules: Object.fromEntries(
      settings.trafficRules.map((rule) => [rule.id, trafficRule(rule, https, listenerArn, targetGroups)]),
    ),
  };
}
