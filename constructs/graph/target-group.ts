import type { ListenerRule, TargetGroup } from '../blueprint/blueprint';
import { attachRule } from './listener-rule';
import { createBeforeDestroy, type NounOf, resource } from './resource';
import { type Awaited, ref, type Value } from './value';

/** A target group that a service may be put into. */
export interface TargetGroupLink {
  readonly arn: Value;
  /** What puts the target group behind a load balancer: a service in it must wait for these. */
  readonly attached: readonly Awaited[];
}

export interface TargetGroupInput {
  readonly targetGroup: TargetGroup;
  /** The rule that puts the group behind the listener before any traffic comes to it. */
  readonly attachRule: ListenerRule;
  readonly listenerArn: Value;
  readonly vpcId: Value;
}

/**
 * A target group, and the rule that puts it behind a listener.
 *
 * ECS refuses a service whose target group has no load balancer, and traffic must not meet an empty group: so the attach
 * rule comes first, then the service, then the rule that brings traffic.
 */
export function targetGroup(
  id: string,
  { targetGroup: settings, attachRule: settingsOfRule, listenerArn, vpcId }: TargetGroupInput,
): { readonly noun: NounOf<'target-group'>; readonly link: TargetGroupLink } {
  const { id: _, ...about } = settings;
  const group = resource(
    'target-group',
    'TargetGroup',
    { ...about, protocol: 'HTTP', targetType: 'ip', vpcId, healthCheckProtocol: 'HTTP' },
    { transform: 'targetGroup', lifetime: createBeforeDestroy },
  );
  const arn = ref(group, 'arn');
  const rule = attachRule(settingsOfRule, listenerArn, arn);
  return {
    noun: {
      noun: 'target-group',
      id,
      settings,
      resources: [group, rule],
      nouns: [],
      waits: [],
      transform: ['targetGroup'],
    },
    link: { arn, attached: [rule] },
  };
}
