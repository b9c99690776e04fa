"""What is kept of a stack: its resources, events and change sets."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from cloudformation.template import Template


def now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Resource:
    """A resource that exists."""

    logical_id: str
    type: str
    region: str
    physical_id: str
    #: As they were last applied, with every reference resolved.
    properties: dict[str, Any]
    #: What `Fn::GetAtt` gives.
    attributes: dict[str, Any]
    status: str = "CREATE_COMPLETE"
    status_reason: str | None = None
    updated_at: datetime = field(default_factory=now)

    # What moto's resolver of intrinsic functions asks for.
    @property
    def physical_resource_id(self) -> str:
        return self.physical_id

    def get_cfn_attribute(self, name: str) -> Any:
        if name not in self.attributes:
            known = ", ".join(sorted(self.attributes)) or "none"
            raise UnknownAttribute(
                f"{self.logical_id} ({self.type}) has no attribute {name} in the sandbox; there are: {known}"
            )
        return self.attributes[name]

    def copy(self) -> Resource:
        return replace(self)


class UnknownAttribute(Exception):
    """Of a resource that exists."""


@dataclass(frozen=True)
class Change:
    """A resource's change as a change set tells it."""

    action: str
    logical_id: str
    type: str
    physical_id: str | None = None
    #: `True`, `False` or `Conditional`; only of Modify.
    replacement: str | None = None
    scope: tuple[str, ...] = ()
    details: tuple[dict[str, Any], ...] = ()


@dataclass
class ChangeSet:
    id: str
    name: str
    type: str
    description: str | None
    template: Template
    parameters: dict[str, str]
    tags: list[dict[str, str]]
    role_arn: str | None
    changes: list[Change]
    status: str
    status_reason: str | None
    execution_status: str
    created_at: datetime = field(default_factory=now)


@dataclass
class Stack:
    id: str
    name: str
    region: str
    account_id: str
    status: str
    status_reason: str | None = None
    template: Template | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    resolved_parameters: dict[str, Any] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    role_arn: str | None = None
    description: str | None = None
    termination_protection: bool = False
    outputs: list[dict[str, Any]] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    created_at: datetime = field(default_factory=now)
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    #: Told of each event.
    on_event: Callable[[], None] = lambda: None

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def set_status(self, status: str, reason: str | None = None) -> None:
        with self.lock:
            self.status = status
            self.status_reason = reason
            self.record(self.name, "AWS::CloudFormation::Stack", self.id, status, reason)

    def record(
        self, logical_id: str, resource_type: str, physical_id: str, status: str, reason: str | None = None
    ) -> None:
        event = {
            "StackId": self.id,
            "StackName": self.name,
            "EventId": f"{logical_id}-{status}-{uuid.uuid4()}",
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical_id,
            "ResourceType": resource_type,
            "Timestamp": now(),
            "ResourceStatus": status,
        }
        if reason:
            event["ResourceStatusReason"] = reason
        with self.lock:
            self.events.append(event)
        self.on_event()
