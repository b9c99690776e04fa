"""Target health as the load balancer controller reports it, in the words of the Elastic Load Balancing API.

moto says that every registered target is healthy and knows a target by its address only.
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from moto.ec2.models import ec2_backends
from moto.elbv2.models import ELBv2Backend, FakeTargetGroup

from ecs_reports import BadReport
from patching import replace

STATES = ("initial", "healthy", "unhealthy", "unhealthy.draining", "unused", "draining", "unavailable")

Target = tuple[str, int]

#: Target group ARN to what was reported of each target.
_reported: dict[str, dict[Target, dict[str, Any]]] = {}


def take_health(body: Any) -> dict[str, Any]:
    """The body of `PUT /_sandbox/elbv2/health`; it replaces the report before as a whole."""
    if not isinstance(body, dict):
        raise BadReport("the body must be an object of target group ARN to list of targets")
    parsed: dict[str, dict[Target, dict[str, Any]]] = {}
    for arn, targets in body.items():
        if not isinstance(targets, list) or not all(isinstance(target, dict) for target in targets):
            raise BadReport(f"{arn}: the targets must be a list of objects")
        parsed[arn] = {_parsed_target(arn, target): target for target in targets}
    _reported.clear()
    _reported.update(parsed)
    return {}


def _parsed_target(arn: str, target: dict[str, Any]) -> Target:
    if target.get("state") not in STATES:
        raise BadReport(f"{arn}: state {target.get('state')!r} is not one of {', '.join(STATES)}")
    address, port = target.get("id"), target.get("port")
    if not isinstance(address, str) or not isinstance(port, int):
        raise BadReport(f"{arn}: a target needs an id and a port")
    return address, port


def _key(group: FakeTargetGroup, target: dict[str, Any]) -> str:
    return f"{target['Id']}:{target.get('Port') or group.port}"


def _register(self: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
    for target in targets:
        entry = {"Id": target["Id"], "Port": int(target.get("Port") or self.port)}
        self.targets[_key(self, target)] = entry


def _deregister(self: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
    """To deregister a target that is not registered succeeds, as on AWS."""
    for target in targets:
        if target.get("Port"):
            self.targets.pop(_key(self, target), None)
        else:
            for key in [key for key, known in self.targets.items() if known["Id"] == target["Id"]]:
                del self.targets[key]


def _describe(
    self: ELBv2Backend, target_group_arn: str, targets: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    group = next(iter(self.describe_target_groups(None, [target_group_arn], None)))
    facts = list(_target_facts(group))
    if not targets:
        return facts
    return [_matching(group, target, facts) for target in targets]


def _target_facts(group: FakeTargetGroup) -> Iterator[dict[str, Any]]:
    reported = _reported.get(group.arn, {})
    registered = [(known["Id"], int(known["Port"])) for known in group.targets.values()]
    for target in registered:
        if not group.load_balancer_arns:
            reason = "Target.NotInUse"
            text = "Target group is not configured to receive traffic from the load balancer"
            yield _health(group, target, "unused", reason, text)
        elif target in reported and reported[target]["state"] != "draining":
            told = reported[target]
            yield _health(group, target, told["state"], told.get("reason"), told.get("description"))
        else:
            text = "Target registration is in progress"
            yield _health(group, target, "initial", "Elb.RegistrationInProgress", text)
    for target, told in reported.items():
        if target not in registered and told["state"] == "draining":
            text = "Target deregistration is in progress"
            yield _health(group, target, "draining", "Target.DeregistrationInProgress", text)


def _matching(group: FakeTargetGroup, wanted: dict[str, Any], facts: list[dict[str, Any]]) -> dict[str, Any]:
    target = (wanted["Id"], int(wanted.get("Port") or group.port))
    for fact in facts:
        if (fact["Target"]["Id"], fact["Target"]["Port"]) == target:
            return fact
    text = "Target is not registered to the target group"
    return _health(group, target, "unused", "Target.NotRegistered", text)


def _health(
    group: FakeTargetGroup, target: Target, state: str, reason: str | None, description: str | None
) -> dict[str, Any]:
    check_port = group.health_check_port
    return {
        "Target": {"Id": target[0], "Port": target[1], "AvailabilityZone": _zone(group, target[0])},
        "HealthCheckPort": str(target[1]) if check_port == "traffic-port" else str(check_port),
        "TargetHealth": {"State": state, "Reason": reason, "Description": description},
    }


def _zone(group: FakeTargetGroup, address: str) -> str | None:
    """The zone of the subnet that holds the address, as for any target inside the VPC."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    for by_zone in ec2_backends[group.account_id][group.region_name].subnets.values():
        for subnet in by_zone.values():
            if subnet.vpc_id == group.vpc_id and parsed in ipaddress.ip_network(subnet.cidr_block):
                return subnet.availability_zone
    return None


def install() -> None:
    replace(FakeTargetGroup, "register", _register)
    replace(FakeTargetGroup, "deregister", _deregister)
    replace(ELBv2Backend, "describe_target_health", _describe)
