"""What EC2 does not let go of as long as something stands in it or on it.

Load balancers, NAT gateways and the tasks of services have network interfaces in their subnets and security groups;
moto gives none to most of these, so who has one is read from their settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends

from patching import replace

_delete_subnet = EC2Backend.delete_subnet
_delete_security_group = EC2Backend.delete_security_group
_detach_internet_gateway = EC2Backend.detach_internet_gateway
_release_address = EC2Backend.release_address


def _load_balancers(backend: EC2Backend) -> list[Any]:
    return list(elbv2_backends[backend.account_id][backend.region_name].load_balancers.values())


def _networks_of_services(backend: EC2Backend) -> Iterator[dict[str, Any]]:
    for service in ecs_backends[backend.account_id][backend.region_name].services.values():
        if service.status != "INACTIVE" and service.desired_count > 0:
            yield (service.network_configuration or {}).get("awsvpcConfiguration") or {}


def _nat_gateways(backend: EC2Backend) -> list[Any]:
    return [one for one in backend.nat_gateways.values() if one.state in ("pending", "available")]


def _subnet(self: EC2Backend, subnet_id: str) -> Any:
    used = (
        any(subnet.id == subnet_id for one in _load_balancers(self) for subnet in one.subnets)
        or any(subnet_id in network.get("subnets", []) for network in _networks_of_services(self))
        or any(one.subnet_id == subnet_id for one in _nat_gateways(self))
    )
    if used:
        raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
    return _delete_subnet(self, subnet_id)


def _security_group(self: EC2Backend, name: str | None = None, group_id: str | None = None) -> None:
    used = (
        any(group_id in (one.security_groups or []) for one in _load_balancers(self))
        or any(group_id in network.get("securityGroups", []) for network in _networks_of_services(self))
        or _is_named_by_another(self, group_id)
    )
    if group_id and used:
        raise DependencyViolationError(f"resource {group_id} has a dependent object")
    _delete_security_group(self, name, group_id)


def _is_named_by_another(backend: EC2Backend, group_id: str | None) -> bool:
    return any(
        rule.source_group.get("GroupId") == group_id
        for groups in backend.groups.values()
        for group in groups.values()
        if group.id != group_id
        for rule in [*group.ingress_rules, *group.egress_rules]
    )


def _internet_gateway(self: EC2Backend, internet_gateway_id: str, vpc_id: str) -> None:
    public = any(one.vpc_id == vpc_id and one.scheme != "internal" for one in _load_balancers(self))
    if public or any(one.vpc_id == vpc_id for one in _nat_gateways(self)):
        raise DependencyViolationError(
            f"Network {vpc_id} has some mapped public address(es). "
            "Please unmap those public address(es) before detaching the gateway."
        )
    _detach_internet_gateway(self, internet_gateway_id, vpc_id)


def _address(self: EC2Backend, address: str | None = None, allocation_id: str | None = None) -> None:
    if allocation_id and any(
        known.get("allocationId") == allocation_id
        for one in _nat_gateways(self)
        for known in one.address_set
    ):
        raise EC2ClientError(
            "InvalidIPAddress.InUse", f"The address with allocation id '{allocation_id}' is in use."
        )
    _release_address(self, address, allocation_id)


def install() -> None:
    replace(EC2Backend, "delete_subnet", _subnet)
    replace(EC2Backend, "delete_security_group", _security_group)
    replace(EC2Backend, "detach_internet_gateway", _internet_gateway)
    replace(EC2Backend, "release_address", _address)
