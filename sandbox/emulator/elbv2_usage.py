"""Which load balancer uses a target group, at this moment, and what that forbids.

moto notes it when a listener or rule is created and never again: after a rule moved on, the group
would still look used, and ECS would accept a service that no traffic can reach.
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.elbv2.exceptions import TooManyTagsError
from moto.elbv2.models import ELBv2Backend, FakeListener, FakeTargetGroup, elbv2_backends

from patching import add, replace


class OperationNotPermitted(ServiceException):
    code = "OperationNotPermitted"


def _load_balancer_arns(self: FakeTargetGroup) -> list[str]:
    backend = elbv2_backends[self.account_id][self.region_name]
    return [
        balancer.arn
        for balancer in backend.load_balancers.values()
        if any(_forwards_to(backend, listener, self.arn) for listener in balancer.listeners.values())
    ]


def _forwards_to(backend: ELBv2Backend, listener: FakeListener, target_group_arn: str) -> bool:
    return any(
        target_group_arn in backend._get_target_group_arns_from(action_data=action.data)
        for rule in listener.rules.values()
        for action in rule.actions
    )


def _ignore(self: FakeTargetGroup, value: Any) -> None:
    """moto's constructor sets the list that is computed here."""


_describe_rules = ELBv2Backend.describe_rules


def _rules_by_priority(
    self: ELBv2Backend, listener_arn: str | None, rule_arns: list[str] | None
) -> list[Any]:
    rules = _describe_rules(self, listener_arn, rule_arns)
    return sorted(rules, key=lambda rule: (rule.is_default, 0 if rule.is_default else int(rule.priority)))


_delete_load_balancer = ELBv2Backend.delete_load_balancer


def _delete_unless_protected(self: ELBv2Backend, arn: str) -> None:
    balancer = self.load_balancers.get(arn)
    if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
        raise OperationNotPermitted(f"Load balancer '{arn}' has deletion protection enabled")
    _delete_load_balancer(self, arn)


#: moto stops at 10.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
TAGS_PER_RESOURCE = 50


def _add_tags(self: ELBv2Backend, resource_arns: list[str], tags: list[dict[str, str]]) -> None:
    for arn in resource_arns:
        self._get_resource_by_arn(arn)
        keys = {*self.tagging_service.get_tag_dict_for_resource(arn), *(tag["Key"] for tag in tags)}
        if len(keys) > TAGS_PER_RESOURCE:
            raise TooManyTagsError()
        self.tagging_service.tag_resource(arn, tags)


def install() -> None:
    add(FakeTargetGroup, "load_balancer_arns", property(_load_balancer_arns, _ignore))
    replace(ELBv2Backend, "add_tags", _add_tags)
    replace(ELBv2Backend, "describe_rules", _rules_by_priority)
    replace(ELBv2Backend, "delete_load_balancer", _delete_unless_protected)
