"""What makes, changes and removes resources of one type."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.cloudformation.parsing import generate_resource_name

from cloudformation.functions import as_text
from cloudformation.ordering import AT_ONCE
from cloudformation.records import Resource

#: CloudFormation waits three hours for an ECS service: a long drain is no failure.
LONGEST_WAIT_SECONDS = 10_800.0
POLL_SECONDS = 0.5

Properties = dict[str, Any]


class CannotUpdate(Exception):
    """The emulator cannot change this property of a resource that exists."""


class BadProperty(Exception):
    """The emulator does not know what to do with a property, or with its value."""


class Cancelled(Exception):
    """Another resource has failed."""


@dataclass(frozen=True)
class Made:
    """What `Ref` gives, and what `Fn::GetAtt` gives."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """For one resource: whose it is, and the way to the emulator's services."""

    stack_name: str
    region: str
    account_id: str
    endpoint: str
    cancelled: threading.Event = field(default_factory=threading.Event)
    logical_id: str = ""
    #: The nested stacks of the stack, in this run.
    nested: Any = None
    #: Told of the resource as soon as it exists, before it is complete.
    keep: Callable[[Made], None] = lambda made: None

    def of(self, logical_id: str, keep: Callable[[Made], None] = lambda made: None) -> Request:
        return replace(self, logical_id=logical_id, keep=keep)

    def client(self, service: str) -> Any:
        return _client(service, self.region, self.endpoint)

    def call(self, service: str, operation: str, properties: Properties, /, **more: Any) -> dict[str, Any]:
        """Calls an operation with properties, and with arguments that are no properties."""
        client = self.client(service)
        method: Any = getattr(client, operation)
        fitted = {**fit(client, operation, properties), **more}
        answer: dict[str, Any] = method(**fitted)
        return answer

    def generated_name(self, resource_type: str) -> str:
        return generate_resource_name(resource_type, self.stack_name, self.logical_id)

    def wait_until(self, what: str, done: Callable[[], bool]) -> None:
        """@raises TimeoutError that says what did not come, Cancelled when another resource has failed"""
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} within {LONGEST_WAIT_SECONDS:.0f} s")
            if self.cancelled.wait(POLL_SECONDS):
                raise Cancelled("Cancelled, for another resource has failed.")


class Handler:
    """Of one type."""

    #: What `Fn::GetAtt` can ask for.
    attributes: tuple[str, ...] = ()

    def has_attribute(self, name: str) -> bool:
        return name in self.attributes

    def create(self, request: Request, properties: Properties) -> Made:
        raise NotImplementedError

    def update(self, request: Request, resource: Resource, properties: Properties) -> Mapping[str, Any] | None:
        """Takes it from `resource.properties` to `properties`, also when some of that is done already.

        @returns the attributes, when they may have changed
        """
        raise CannotUpdate(f"The sandbox's emulator cannot update a resource of type {resource.type}.")

    def delete(self, request: Request, resource: Resource) -> None:
        raise NotImplementedError


#: Nested stacks, which have their calls at once each; beyond it each call would be told of in the log.
STACKS_AT_ONCE = 50

#: A session makes one client at a time; several threads may use it then.
_making_client = threading.Lock()


def _client(service: str, region: str, endpoint: str) -> Any:
    with _making_client:
        return _made_client(service, region, endpoint)


@lru_cache(maxsize=None)
def _made_client(service: str, region: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        config=Config(
            retries={"total_max_attempts": 1}, max_pool_connections=STACKS_AT_ONCE * AT_ONCE, proxies={}
        ),
    )


def fit(client: Any, operation: str, properties: Properties) -> dict[str, Any]:
    """Properties as arguments: CloudFormation names them as the API does, but for upper and lower case.

    @raises BadProperty for a property that the operation has no argument for, and for a value of another kind
    """
    name = client.meta.method_to_api_mapping[operation]
    shape = client.meta.service_model.operation_model(name).input_shape
    fitted: dict[str, Any] = _fitted(shape, properties, "")
    return fitted


def _fitted(shape: Shape, value: Any, path: str) -> Any:
    kind = {StructureShape: dict, MapShape: dict, ListShape: list}.get(type(shape))
    if kind is not None and not isinstance(value, kind):
        raise BadProperty(f"The property {path} must be {'a list' if kind is list else 'an object'}, not {value!r}.")
    inner = f"{path}." if path else ""
    if isinstance(shape, StructureShape):
        members = {name.lower(): (name, member) for name, member in shape.members.items()}
        fitted = {}
        for key, item in value.items():
            if key.lower() not in members:
                raise BadProperty(f"The sandbox's emulator does not know the property {inner}{key}.")
            name, member = members[key.lower()]
            fitted[name] = _fitted(member, item, f"{inner}{key}")
        return fitted
    if isinstance(shape, ListShape):
        return [_fitted(shape.member, item, path) for item in value]
    if isinstance(shape, MapShape):
        return {key: _fitted(shape.value, item, f"{inner}{key}") for key, item in value.items()}
    return _scalar(shape.type_name, value, path)


def _scalar(kind: str, value: Any, path: str) -> Any:
    """A template may hold a number or a boolean as text, and the other way round."""
    if isinstance(value, (dict, list)):
        raise BadProperty(f"The property {path} must be a {kind}, not {json.dumps(value)}.")
    try:
        if kind in ("integer", "long"):
            return int(value)
        if kind in ("float", "double"):
            return float(value)
    except ValueError:
        raise BadProperty(f"The property {path} must be a number, not {value!r}.") from None
    if kind == "boolean":
        return is_true(value)
    return as_text(value) if kind == "string" else value


def is_true(value: Any) -> bool:
    return as_text(value).lower() == "true"


def picked(properties: Properties, *names: str) -> Properties:
    return {name: properties[name] for name in names if name in properties}


def without(properties: Properties, *names: str) -> Properties:
    return {name: value for name, value in properties.items() if name not in names}


def changed(old: Properties, new: Properties, *names: str) -> bool:
    return any(old.get(name) != new.get(name) for name in names)


def none_of_these_changes(resource: Resource, properties: Properties, *names: str) -> None:
    """@raises CannotUpdate when one of them differs"""
    different = sorted(name for name in names if changed(resource.properties, properties, name))
    if different:
        raise CannotUpdate(
            f"The sandbox's emulator cannot update {', '.join(different)} of {resource.type} in place."
        )


def only_these_change(resource: Resource, properties: Properties, *names: str) -> None:
    """@raises CannotUpdate when another one differs"""
    none_of_these_changes(resource, properties, *({*resource.properties, *properties} - set(names)))


def tag_changes(resource: Resource, properties: Properties) -> tuple[list[dict[str, str]], list[str]]:
    """Tags to set, and keys of tags to remove."""
    old = {tag["Key"]: tag["Value"] for tag in resource.properties.get("Tags", [])}
    new = {tag["Key"]: as_text(tag["Value"]) for tag in properties.get("Tags", [])}
    put = [{"Key": key, "Value": value} for key, value in new.items() if old.get(key) != value]
    return put, [key for key in old if key not in new]
