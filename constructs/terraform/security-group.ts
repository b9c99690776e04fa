import type { Translations } from './translation';

export const securityGroup: Pick<
  Translations,
  'security-group' | 'security-group-ingress-rule' | 'security-group-egress-rule'
> = {
  'security-group': ({ settings }) => [{ type: 'aws_security_group', arguments: { ...settings } }],
  'security-group-ingress-rule': ({ settings: { groupId, referencedGroupId, ...others } }) => [
    {
      type: 'aws_vpc_security_group_ingress_rule',
      arguments: {
        securityGroupId: groupId,
        ...others,
        ...(referencedGroupId !== undefined && { referencedSecurityGroupId: referencedGroupId }),
      },
    },
  ],
  'security-group-egress-rule': ({ settings: { groupId, ...others } }) => [
    { type: 'aws_vpc_security_group_egress_rule', arguments: { securityGroupId: groupId, ...others } },
  ],
};
