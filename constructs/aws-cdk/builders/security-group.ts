import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { accept } from '../suppressions';
import type { Builders } from './builder';

export const securityGroup: Pick<
  Builders,
  'security-group' | 'security-group-ingress-rule' | 'security-group-egress-rule'
> = {
  'security-group': ({ scope, name, settings, beside, values, transformed }) => ({
    named: new ec2.SecurityGroup(
      scope,
      name,
      transformed({
        securityGroupName: settings.name,
        description: settings.description,
        vpc: values.of('vpc', settings.vpcId),
        allowAllOutbound: beside.some(({ type }) => type === 'security-group-egress-rule'),
      }),
    ),
  }),
  // L1, as L2's `addIngressRule` gives no rule back to wait for, and names it after the peer's path.
  'security-group-ingress-rule': ({ scope, name, settings, values, transformed }) => {
    const { groupId, description, ipProtocol, fromPort, toPort, cidrIpv4, referencedGroupId } = settings;
    const ingress = new ec2.CfnSecurityGroupIngress(
      scope,
      name,
      transformed({
        groupId: values.of('security-group', groupId).securityGroupId,
        description,
        ipProtocol,
        fromPort,
        toPort,
        ...(cidrIpv4 && { cidrIp: cidrIpv4 }),
        ...(referencedGroupId && {
          sourceSecurityGroupId: values.of('security-group', referencedGroupId).securityGroupId,
        }),
      }),
    );
    if (cidrIpv4 === '0.0.0.0/0') {
      accept(ingress, {
        rule: 'AwsSolutions-EC23',
        reason: `${description}: a public API is open to everyone, on this port alone.`,
      });
    }
    return { named: ingress };
  },
  // Nothing: the way out is in the group itself, from its first moment on.
  'security-group-egress-rule': () => ({ named: undefined, awaited: [] }),
};
