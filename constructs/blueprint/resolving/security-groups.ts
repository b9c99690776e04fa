/**
 * Who may reach whom. Descriptions of groups are the same in all stages: AWS replaces a group with another one.
 */
import type { Peer, SecurityGroup, SecurityGroupRule } from '../blueprint';
import { ids, securityGroupName } from '../names';
import type { Environment } from '../schema';

const ANYWHERE = '0.0.0.0/0';

const rule = (id: string, description: string, from: Peer, port: number): SecurityGroupRule => ({
  id,
  description,
  from,
  port,
});

/** An API is reached by the one that is before it, and by everyone as long as nothing is. */
export function apiGroup({ name, stage }: Environment, api: string, port: number): SecurityGroup {
  const ingress = {
    api: rule('from-anywhere', 'Reached directly', { cidr: ANYWHERE }, port),
    'load-balanced': rule('from-balancer', 'From the load balancer', { group: ids.balancerGroup }, port),
    gateway: rule('from-gateways', 'From the gateways', { group: ids.gateway }, port),
  }[stage];
  return {
    id: api,
    name: securityGroupName(name, api),
    description: `Instances of ${api} in ${name}`,
    ingress: [ingress],
  };
}

export function balancerGroup({ name }: Environment): SecurityGroup {
  return {
    id: ids.balancerGroup,
    name: securityGroupName(name, ids.balancerGroup),
    description: `Load balancer of ${name}`,
    ingress: [
      rule('https-from-anywhere', 'HTTPS', { cidr: ANYWHERE }, 443),
      rule('http-from-anywhere', 'HTTP, redirected to HTTPS', { cidr: ANYWHERE }, 80),
    ],
  };
}

export interface GatewayPorts {
  readonly traffic: number;
  readonly cache: number;
  readonly peers: number;
  readonly status: number;
}

/** @param keys port of the helpers that hand each other kept keys; undefined: there are none */
export function gatewayGroup({ name }: Environment, ports: GatewayPorts, keys?: number): SecurityGroup {
  const balancer = { group: ids.balancerGroup };
  const members = { group: ids.gateway };
  return {
    id: ids.gateway,
    name: securityGroupName(name, ids.gateway),
    description: `Gateways of ${name}`,
    ingress: [
      rule('traffic-from-balancer', 'Requests from the load balancer', balancer, ports.traffic),
      rule('status-from-balancer', 'Health checks of the load balancer', balancer, ports.status),
      rule('cache-from-gateways', 'The cache that the gateways share', members, ports.cache),
      rule('peers-from-gateways', 'The counters that the gateways share', members, ports.peers),
      ...(keys === undefined
        ? []
        : [rule('keys-from-gateways', 'Keys of issuers that the gateways keep', members, keys)]),
    ],
  };
}
