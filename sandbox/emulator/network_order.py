"""What EC2 and the load balancers refuse because something is not there yet, or is still in use.

moto takes a network in any order: a deploy that forgets a wait would be green here and fail in an account.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ecs.models import ecs_backends
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, elbv2_backends

from ecs_service import SandboxService
from patching import replace


class GatewayNotAttached(EC2ClientError):
    def __init__(self, vpc_id: str) -> None:
        super().__init__("Gateway.NotAttached", f"Network {vpc_id} has no Internet gateway attached")


class DifferentNetworks(EC2ClientError):
    def __init__(self, route_table_id: str, gateway_id: str) -> None:
        message = f"route table {route_table_id} and network gateway {gateway_id} belong to different networks"
        super().__init__("InvalidParameterValue", message)


class AddressInUse(EC2ClientError):
    def __init__(self, address: str) -> None:
        super().__init__("InvalidIPAddress.InUse", f"Address {address} is in use.")


def _has_internet(ec2: EC2Backend, vpc_id: str) -> bool:
    return any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in ec2.internet_gateways.values())


# What comes before what.

_create_load_balancer = ELBv2Backend.create_load_balancer
_create_nat_gateway = EC2Backend.create_nat_gateway
_create_route = EC2Backend.create_route
_replace_route = EC2Backend.replace_route


def _create_balancer_in_reach(self: ELBv2Backend, *args: Any, **given: Any) -> FakeLoadBalancer:
    balancer = _create_load_balancer(self, *args, **given)
    if balancer.scheme != "internal" and not _has_internet(self.ec2_backend, balancer.vpc_id):
        del self.load_balancers[balancer.arn]
        raise ELBClientError("InvalidSubnet", f"VPC {balancer.vpc_id} has no internet gateway")
    return balancer


def _create_nat_in_reach(self: EC2Backend, subnet_id: str, *args: Any, **given: Any) -> Any:
    """EC2 takes the call and says so in the gateway's state, `failed`; here the call fails."""
    vpc_id = self.get_subnet(subnet_id).vpc_id
    is_public = (given.get("connectivity_type") or "public") == "public"
    if is_public and not _has_internet(self, vpc_id):
        raise GatewayNotAttached(vpc_id)
    return _create_nat_gateway(self, subnet_id, *args, **given)


def _within_a_network(route: Callable[..., Any]) -> Callable[..., Any]:
    def checked(self: EC2Backend, route_table_id: str, *args: Any, **given: Any) -> Any:
        gateway_id = given.get("gateway_id") or ""
        if gateway_id.startswith("igw-"):
            vpc = self.get_internet_gateway(gateway_id).vpc
            if vpc is None or vpc.id != self.get_route_table(route_table_id).vpc_id:
                raise DifferentNetworks(route_table_id, gateway_id)
        return route(self, route_table_id, *args, **given)

    return checked


# What is in use.

_detach_internet_gateway = EC2Backend.detach_internet_gateway
_delete_subnet = EC2Backend.delete_subnet
_delete_security_group = EC2Backend.delete_security_group
_delete_vpc = EC2Backend.delete_vpc
_release_address = EC2Backend.release_address


def _balancers(ec2: EC2Backend) -> list[FakeLoadBalancer]:
    return list(elbv2_backends[ec2.account_id][ec2.region_name].load_balancers.values())


def _nat_gateways(ec2: EC2Backend) -> list[Any]:
    return [gateway for gateway in ec2.nat_gateways.values() if gateway.state != "deleted"]


def _task_networks(ec2: EC2Backend) -> Iterator[dict[str, Any]]:
    """Where the tasks of the services are that there are."""
    for service in ecs_backends[ec2.account_id][ec2.region_name].services.values():
        if isinstance(service, SandboxService) and service.status != "INACTIVE":
            yield service.settings["networkConfiguration"].get("awsvpcConfiguration") or {}


def _detach_unless_used(self: EC2Backend, internet_gateway_id: str, vpc_id: str) -> None:
    public_tasks = (
        network["subnets"] for network in _task_networks(self) if network.get("assignPublicIp") == "ENABLED"
    )
    if (
        any(one.vpc_id == vpc_id and one.scheme != "internal" for one in _balancers(self))
        or any(one.vpc_id == vpc_id and one.connectivity_type != "private" for one in _nat_gateways(self))
        or any(self.get_subnet(subnet).vpc_id == vpc_id for subnets in public_tasks for subnet in subnets)
    ):
        raise DependencyViolationError(
            f"Network {vpc_id} has some mapped public address(es). "
            "Please unmap those public address(es) before detaching the gateway."
        )
    _detach_internet_gateway(self, internet_gateway_id, vpc_id)


def _delete_subnet_unless_used(self: EC2Backend, subnet_id: str) -> Any:
    if (
        any(subnet.id == subnet_id for balancer in _balancers(self) for subnet in balancer.subnets)
        or any(gateway.subnet_id == subnet_id for gateway in _nat_gateways(self))
        or any(subnet_id in network.get("subnets", []) for network in _task_networks(self))
    ):
        raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
    return _delete_subnet(self, subnet_id)


def _delete_group_unless_used(self: EC2Backend, name: str | None = None, group_id: str | None = None) -> None:
    if group_id and (
        any(group_id in (balancer.security_groups or []) for balancer in _balancers(self))
        or any(group_id in network.get("securityGroups", []) for network in _task_networks(self))
        or any(_names(group, group_id) for groups in self.groups.values() for group in groups.values())
    ):
        raise DependencyViolationError(f"resource {group_id} has a dependent object")
    _delete_security_group(self, name, group_id)


def _names(group: Any, group_id: str) -> bool:
    """Whether a rule of another group is about this one."""
    rules = [*group.ingress_rules, *group.egress_rules]
    return group.id != group_id and any(rule.source_group.get("GroupId") == group_id for rule in rules)


def _delete_vpc_unless_used(self: EC2Backend, vpc_id: str) -> Any:
    groups = [group for group in self.groups.get(vpc_id, {}).values() if group.name != "default"]
    if groups or _has_internet(self, vpc_id):
        raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    return _delete_vpc(self, vpc_id)


def _release_unless_used(
    self: EC2Backend, address: str | None = None, allocation_id: str | None = None
) -> None:
    for gateway in _nat_gateways(self):
        for used in gateway.address_set:
            if allocation_id == used.get("allocationId", "") or address == used.get("publicIp", ""):
                raise AddressInUse(used["publicIp"])
    _release_address(self, address, allocation_id)


def install() -> None:
    replace(ELBv2Backend, "create_load_balancer", _create_balancer_in_reach)
    replace(EC2Backend, "create_nat_gateway", _create_nat_in_reach)
    replace(EC2Backend, "create_route", _within_a_network(_create_route))
    replace(EC2Backend, "replace_route", _within_a_network(_replace_route))
    replace(EC2Backend, "detach_internet_gateway", _detach_unless_used)
    replace(EC2Backend, "delete_subnet", _delete_subnet_unless_used)
    replace(EC2Backend, "delete_security_group", _delete_group_unless_used)
    replace(EC2Backend, "delete_vpc", _delete_vpc_unless_used)
    replace(EC2Backend, "release_address", _release_unless_used)
