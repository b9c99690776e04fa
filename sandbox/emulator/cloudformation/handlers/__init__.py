"""Who makes the resources of which type."""

from __future__ import annotations

from functools import lru_cache

from cloudformation.handlers import (
    applicationautoscaling,
    ec2,
    ecs,
    elasticloadbalancing,
    identity,
    logs,
    moto_model,
    names,
    nested_stacks,
    security_groups,
    storage,
)
from cloudformation.handlers.base import Handler, Made, Properties, Request
from cloudformation.handlers.moto_model import MotoModel
from cloudformation.records import Resource

__all__ = ["Handler", "Made", "Request", "handler_of", "is_inert", "is_known"]

HANDLERS: dict[str, Handler] = {
    name: handler
    for module in (
        applicationautoscaling,
        ec2,
        ecs,
        elasticloadbalancing,
        identity,
        logs,
        names,
        nested_stacks,
        security_groups,
        storage,
    )
    for name, handler in module.HANDLERS.items()
}

#: They change nothing that a request or a command could notice. They are kept, and said to be inert.
INERT_TYPES = frozenset(
    {
        "AWS::Budgets::Budget",
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::CloudWatch::AnomalyDetector",
        "AWS::CloudWatch::Dashboard",
        "AWS::Logs::QueryDefinition",
        "AWS::ResourceGroups::Group",
    }
)


class Inert(Handler):
    def create(self, request: Request, properties: Properties) -> Made:
        return Made(f"inert-{request.stack_name}-{request.logical_id}")

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        """Nothing to do."""

    def delete(self, request: Request, resource: Resource) -> None:
        """Nothing to do."""


_INERT = Inert()


def is_inert(resource_type: str) -> bool:
    return resource_type in INERT_TYPES


def is_known(resource_type: str) -> bool:
    return resource_type in HANDLERS or is_inert(resource_type) or moto_model.is_known(resource_type)


@lru_cache(maxsize=None)
def handler_of(resource_type: str) -> Handler:
    if resource_type in HANDLERS:
        return HANDLERS[resource_type]
    return _INERT if is_inert(resource_type) else MotoModel(resource_type)
