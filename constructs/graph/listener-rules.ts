import type { ExistingListener } from '../blueprint/blueprint';
import { type Front, groupsAndRules } from './front';
import type { NounOf } from './resource';
import type { Value } from './value';

export interface ListenerRulesInput {
  readonly listener: ExistingListener;
  readonly vpcId: Value;
}

/** Target groups, and the rules that lead to them, behind a listener that exists. */
export function listenerRules(
  id: string,
  { listener: settings, vpcId }: ListenerRulesInput,
): Front & { readonly noun: NounOf<'listener-rules'> } {
  const { securityGroup, arn } = settings;
  const { nouns, targetGroups, trafficRules } = groupsAndRules(settings, settings, arn, vpcId);
  return {
    noun: {
      noun: 'listener-rules',
      id,
      settings,
      resources: Object.values(trafficRules),
      nouns,
      waits: [],
      transform: ['loadBalancer'],
    },
    peers: { [securityGroup.id]: securityGroup.groupId },
    targetGroups,
    trafficRules,
  };
}
