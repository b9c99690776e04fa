"""EC2: a security group rule keeps its description, whatever its source is, and a rule for all protocols has no ports.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import InvalidSecurityGroupRuleIdNotFoundError
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from patching import replace

ALL_PROTOCOLS = "-1"

_modify = SecurityGroupBackend.modify_security_group_rules


def _description(self: SecurityGroupRule) -> str | None:
    """moto looks at address ranges only. A change of the description goes there too, so it comes first."""
    return self.ip_range.get("Description") or self.source_group.get("Description")


def _modify_without_ports(
    self: SecurityGroupBackend, group_id: str, rules: dict[str, dict[str, Any]]
) -> None:
    """moto asks for ports, which mean nothing here: whoever authorized the rule said none either."""
    portless = {id_ for id_, rule in rules.items() if rule.get("IpProtocol") == ALL_PROTOCOLS}
    for id_ in portless:
        rules[id_] = {"FromPort": "-1", "ToPort": "-1", **rules[id_]}
    group = self.get_security_group_by_name_or_id(group_id)
    before = {id_: group.get_rule(id_) for id_ in portless} if group else {}
    ports = {id_: (rule.from_port, rule.to_port) for id_, rule in before.items() if rule}
    _modify(self, group_id, rules)
    for id_, (from_port, to_port) in ports.items():
        before[id_].from_port, before[id_].to_port = from_port, to_port


def _revoke(direction: str, revoke: Callable[..., None]) -> Callable[..., None]:
    """Terraform takes a rule that is gone for removed, when its id is what EC2 does not know: as after a call that was
    made twice because its answer was lost. moto speaks of the permission.
    """

    def checked(self: SecurityGroupBackend, group_name_or_id: str, **given: Any) -> None:
        group = self.get_security_group_by_name_or_id(group_name_or_id, given.get("vpc_id"))
        known = {rule.id for rule in getattr(group, f"{direction}_rules", [])}
        for rule_id in given.get("security_rule_ids") or []:
            if group is not None and rule_id not in known:
                raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)
        revoke(self, group_name_or_id, **given)

    return checked


def install() -> None:
    replace(SecurityGroupRule, "description", property(_description))
    for direction in ("ingress", "egress"):
        name = f"revoke_security_group_{direction}"
        replace(SecurityGroupBackend, name, _revoke(direction, getattr(SecurityGroupBackend, name)))
    replace(SecurityGroupBackend, "modify_security_group_rules", _modify_without_ports)
