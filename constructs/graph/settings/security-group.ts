import type { Value } from '../value';

export interface SecurityGroupResources {
  /** Closed but for its rules: none come with it. */
  readonly 'security-group': { readonly name: string; readonly description: string; readonly vpcId: Value };
  readonly 'security-group-ingress-rule': {
    readonly groupId: Value;
    readonly description: string;
    readonly ipProtocol: 'tcp';
    readonly fromPort: number;
    readonly toPort: number;
    /** One of both. */
    readonly cidrIpv4?: string;
    readonly referencedGroupId?: Value;
  };
  /** To everywhere, on all ports: tasks pull images and call what they need. */
  readonly 'security-group-egress-rule': {
    readonly groupId: Value;
    readonly description: string;
    readonly ipProtocol: '-1';
    readonly cidrIpv4: '0.0.0.0/0';
  };
}
