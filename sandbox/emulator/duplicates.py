"""What AWS refuses to make or tie a second time, and moto lets pass or forgets the first one for.

Where AWS gives back the first one when all settings are the same (load balancers, listeners), it is refused too: whoever
relies on that would make a second one of another setting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.cognitoidp.exceptions import InvalidParameterException
from moto.cognitoidp.models import CognitoIdpBackend
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.elbv2.exceptions import DuplicateListenerError, DuplicateLoadBalancerName
from moto.elbv2.models import ELBv2Backend

from patching import replace


Method = Callable[..., Any]


def _load_balancer(create: Method) -> Method:
    def checked(self: ELBv2Backend, name: str, *args: Any, **given: Any) -> Any:
        if any(known.name == name for known in self.load_balancers.values()):
            raise DuplicateLoadBalancerName()
        return create(self, name, *args, **given)

    return checked


def _listener(create: Method) -> Method:
    def checked(
        self: ELBv2Backend, load_balancer_arn: str, protocol: str, port: str, *args: Any, **given: Any
    ) -> Any:
        balancer = self.load_balancers.get(load_balancer_arn)
        if balancer and any(str(known.port) == str(port) for known in balancer.listeners.values()):
            raise DuplicateListenerError()
        return create(self, load_balancer_arn, protocol, port, *args, **given)

    return checked


def _one_gateway_for_a_vpc(attach: Method) -> Method:
    def checked(self: EC2Backend, internet_gateway_id: str, vpc_id: str) -> Any:
        if any(known.vpc and known.vpc.id == vpc_id for known in self.internet_gateways.values()):
            raise EC2ClientError(
                "InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached"
            )
        return attach(self, internet_gateway_id, vpc_id)

    return checked


def _one_table_for_a_subnet(associate: Method) -> Method:
    def checked(
        self: EC2Backend, route_table_id: str, gateway_id: str | None = None, subnet_id: str | None = None
    ) -> Any:
        others = [table for id_, table in self.route_tables.items() if id_ != route_table_id]
        if subnet_id and any(subnet_id in table._associations.values() for table in others):
            raise EC2ClientError(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {route_table_id} "
                "conflicts with an existing association",
            )
        return associate(self, route_table_id, gateway_id, subnet_id)

    return checked


def _domain(create: Method) -> Method:
    def checked(self: CognitoIdpBackend, user_pool_id: str, domain: str, *args: Any, **given: Any) -> Any:
        if domain in self.user_pool_domains:
            raise InvalidParameterException("Domain already associated with another user pool.")
        if any(known.user_pool_id == user_pool_id for known in self.user_pool_domains.values()):
            raise InvalidParameterException("User pool already has a domain configured.")
        return create(self, user_pool_id, domain, *args, **given)

    return checked


def _user_pool_without_domain(delete: Method) -> Method:
    def checked(self: CognitoIdpBackend, user_pool_id: str) -> None:
        if any(known.user_pool_id == user_pool_id for known in self.user_pool_domains.values()):
            raise InvalidParameterException(
                "User pool cannot be deleted. It has a domain configured that should be deleted first."
            )
        delete(self, user_pool_id)

    return checked


def install() -> None:
    """Around what others have put into moto before."""
    for owner, name, around in (
        (ELBv2Backend, "create_load_balancer", _load_balancer),
        (ELBv2Backend, "create_listener", _listener),
        (EC2Backend, "attach_internet_gateway", _one_gateway_for_a_vpc),
        (EC2Backend, "associate_route_table", _one_table_for_a_subnet),
        (CognitoIdpBackend, "create_user_pool_domain", _domain),
        (CognitoIdpBackend, "delete_user_pool", _user_pool_without_domain),
    ):
        replace(owner, name, around(getattr(owner, name)))
