import type { SecurityGroup, SecurityGroupRule } from '../blueprint/blueprint';
import { EGRESS_DESCRIPTION } from '../blueprint/names';
import { createBeforeDestroy, type NounOf, type Resource, resource } from './resource';
import { type Awaited, ref, type Value } from './value';

/** Security group ids by the id that the blueprint calls them. */
export type Peers = Readonly<Record<string, Value>>;

/** What others need of a security group. */
export interface SecurityGroupLink {
  readonly id: Value;
  /** What must stand before traffic may come or go. */
  readonly access: readonly Awaited[];
}

/** A security group without its ingress rules, for groups that name each other. */
export interface OpenSecurityGroup {
  readonly id: Value;
  /**
   * Makes the ingress rules.
   * @throws Error when a rule names a group that is not among the peers and is not this one
   */
  admit(peers?: Peers): { readonly noun: NounOf<'security-group'>; readonly link: SecurityGroupLink };
}

/**
 * A security group that is closed but for the rules it is told to admit.
 *
 * Rules are resources of their own, never inline: so a rule can come before the traffic it is for and go after it, and
 * groups can name each other.
 */
export function openSecurityGroup(id: string, settings: SecurityGroup, vpcId: Value): OpenSecurityGroup {
  const { name, description } = settings;
  const lifetime = createBeforeDestroy;
  const group = resource(
    'security-group',
    'Group',
    { name, description, vpcId },
    { transform: 'group', lifetime },
  );
  const groupId = ref(group, 'id');
  const egress = resource(
    'security-group-egress-rule',
    'Egress',
    { groupId, description: EGRESS_DESCRIPTION, ipProtocol: '-1', cidrIpv4: '0.0.0.0/0' },
    { transform: 'egress', lifetime },
  );
  const admit = (peers: Peers = {}) => {
    const ingress = settings.ingress.map((rule) => ingressRule(settings, rule, groupId, peers));
    const noun: NounOf<'security-group'> = {
      noun: 'security-group',
      id,
      settings,
      resources: [group, egress, ...ingress],
      nouns: [],
      waits: [],
      transform: ['securityGroup'],
    };
    return { noun, link: { id: groupId, access: [egress, ...ingress] } };
  };
  return { id: groupId, admit };
}

export const securityGroup = (id: string, settings: SecurityGroup, vpcId: Value, peers?: Peers) =>
  openSecurityGroup(id, settings, vpcId).admit(peers);

/** Where a rule stands in its group. One for another port is another one: the old must let in until the last old task has gone. */
export const ingressId = ({ id, port }: SecurityGroupRule): string => `${id}-${port}`;

function ingressRule(own: SecurityGroup, rule: SecurityGroupRule, groupId: Value, peers: Peers): Resource {
  return resource(
    'security-group-ingress-rule',
    ingressId(rule),
    {
      groupId,
      description: rule.description,
      ipProtocol: 'tcp',
      fromPort: rule.port,
      toPort: rule.port,
      ...('cidr' in rule.from
        ? { cidrIpv4: rule.from.cidr }
        : { referencedGroupId: rule.from.group === own.id ? groupId : peerOf(own, rule.from.group, peers) }),
    },
    { transform: 'ingress', lifetime: createBeforeDestroy },
  );
}

function peerOf(own: SecurityGroup, group: string, peers: Peers): Value {
  const id = peers[group];
  if (id !== undefined) return id;
  const known = Object.keys(peers).join(', ') || 'none';
  throw new Error(
    `Security group "${own.id}" lets in group "${group}", and peers has no such group (it has: ${known}). Add it to peers: { "${group}": … }.`,
  );
}
