"""What makes, changes and removes resources of one type."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.cloudformation.parsing import generate_resource_name

from cloudformation.records import Resource

#: CloudFormation's own limits are hours; whoever waits on a laptop wants to know earlier.
LONGEST_WAIT_SECONDS = 1200.0
POLL_SECONDS = 0.5

Properties = dict[str, Any]


class CannotUpdate(Exception):
    """The emulator cannot change this property of a resource that exists."""


class UnknownProperty(Exception):
    """The emulator does not know what to do with a property."""


@dataclass(frozen=True)
class Made:
    """What `Ref` gives, and what `Fn::GetAtt` gives."""

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """For one resource: whose it is, and the way to the emulator's services."""

    stack_name: str
    region: str
    account_id: str
    endpoint: str
    logical_id: str = ""
    #: Told the physical id as soon as the resource exists.
    keep: Callable[[str], None] = lambda physical_id: None

    def of(self, logical_id: str, keep: Callable[[str], None]) -> Request:
        return replace(self, logical_id=logical_id, keep=keep)

    def client(self, service: str) -> Any:
        return _client(service, self.region, self.endpoint)

    def call(self, service: str, operation: str, properties: Properties, **more: Any) -> dict[str, Any]:
        """Calls an operation with properties, and with arguments that are no properties."""
        client = self.client(service)
        method: Any = getattr(client, operation)
        fitted = {**fit(client, operation, properties), **more}
        answer: dict[str, Any] = method(**fitted)
        return answer

    def generated_name(self, resource_type: str) -> str:
        return generate_resource_name(resource_type, self.stack_name, self.logical_id)


class Handler:
    """Of one type. What `Fn::GetAtt` can ask for is in `attributes`; None where only the resource can say."""

    attributes: tuple[str, ...] | None = ()

    def create(self, request: Request, properties: Properties) -> Made:
        raise NotImplementedError

    def update(self, request: Request, resource: Resource, properties: Properties) -> dict[str, Any] | None:
        """@returns the attributes that changed"""
        raise CannotUpdate(f"The sandbox's emulator cannot update a resource of type {resource.type}.")

    def delete(self, request: Request, resource: Resource) -> None:
        raise NotImplementedError


@lru_cache(maxsize=None)
def _client(service: str, region: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=20),
    )


def fit(client: Any, operation: str, properties: Properties) -> dict[str, Any]:
    """Properties as arguments: CloudFormation names them as the API does, but for upper and lower case.

    @raises UnknownProperty for a property that the operation has no argument for
    """
    name = client.meta.method_to_api_mapping[operation]
    shape = client.meta.service_model.operation_model(name).input_shape
    fitted: dict[str, Any] = _fitted(shape, properties, "")
    return fitted


def _fitted(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(shape, StructureShape):
        members = {name.lower(): (name, member) for name, member in shape.members.items()}
        fitted = {}
        for key, item in value.items():
            if key.lower() not in members:
                raise UnknownProperty(f"The sandbox's emulator does not know the property {path}{key}.")
            name, member = members[key.lower()]
            fitted[name] = _fitted(member, item, f"{path}{key}.")
        return fitted
    if isinstance(shape, ListShape):
        return [_fitted(shape.member, item, path) for item in value]
    if isinstance(shape, MapShape):
        return {key: _fitted(shape.value, item, f"{path}{key}.") for key, item in value.items()}
    return _scalar(shape.type_name, value)


def _scalar(kind: str, value: Any) -> Any:
    """A template may hold a number or a boolean as text, and the other way round."""
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "boolean":
        return value is True or str(value).lower() == "true"
    if kind == "string" and isinstance(value, bool):
        return str(value).lower()
    return str(value) if kind == "string" else value


def picked(properties: Properties, *names: str) -> Properties:
    return {name: properties[name] for name in names if name in properties}


def without(properties: Properties, *names: str) -> Properties:
    return {name: value for name, value in properties.items() if name not in names}


def changed(resource: Resource, properties: Properties, *names: str) -> bool:
    return any(resource.properties.get(name) != properties.get(name) for name in names)


def only_these_change(resource: Resource, properties: Properties, *names: str) -> None:
    """@raises CannotUpdate when another one differs"""
    others = sorted(
        name
        for name in {*resource.properties, *properties} - set(names)
        if resource.properties.get(name) != properties.get(name)
    )
    if others:
        raise CannotUpdate(
            f"The sandbox's emulator cannot update {', '.join(others)} of {resource.type} in place."
        )


def tag_changes(resource: Resource, properties: Properties) -> tuple[list[dict[str, str]], list[str]]:
    """Tags to set, and keys of tags to remove."""
    old = {tag["Key"]: tag["Value"] for tag in resource.properties.get("Tags", [])}
    new = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
    put = [{"Key": key, "Value": value} for key, value in new.items() if old.get(key) != value]
    return put, [key for key in old if key not in new]


def wait_until(what: str, done: Callable[[], bool]) -> None:
    """@raises TimeoutError that says what did not come"""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} within {LONGEST_WAIT_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
