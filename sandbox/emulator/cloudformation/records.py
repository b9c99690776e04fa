"""What is kept of a stack: its resources, events and change sets."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from cloudformation.parameters import Parameter
from cloudformation.template import BadTemplate, Template


def now() -> datetime:
    return datetime.now(timezone.utc)


class NoSuchAttribute(BadTemplate):
    def __init__(self, name: str, resource_type: str, logical_id: str, known: Iterable[str]) -> None:
        names = ", ".join(sorted(known))
        super().__init__(
            f"The sandbox's emulator has no attribute {name} of {resource_type} ({logical_id})"
            + (f"; there are: {names}" if names else "")
        )


@dataclass
class Resource:
    """A resource that exists."""

    logical_id: str
    type: str
    physical_id: str
    #: As they were last applied, with every reference resolved.
    properties: dict[str, Any]
    #: What `Fn::GetAtt` gives.
    attributes: Mapping[str, Any]
    status: str
    status_reason: str | None = None
    updated_at: datetime = field(default_factory=now)

    def attribute(self, name: str) -> Any:
        if name not in self.attributes:
            raise NoSuchAttribute(name, self.type, self.logical_id, self.attributes)
        return self.attributes[name]


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
    #: Of a nested stack: what would change in it.
    inner: NestedChanges | None = None


@dataclass(frozen=True)
class NestedChanges:
    """What would change in a nested stack."""

    stack: Stack
    wish: Wish
    parameters: dict[str, Parameter]
    changes: list[Change]
    #: What it would tell then.
    outputs: list[dict[str, str]]


@dataclass(frozen=True)
class Wish:
    """What a stack is to be: all that a call gives beside its name."""

    template: Template
    parameters: dict[str, str]
    tags: dict[str, str]
    capabilities: tuple[str, ...] = ()
    role_arn: str | None = None


@dataclass
class ChangeSet:
    id: str
    name: str
    wish: Wish
    description: str | None
    parameters: dict[str, Parameter]
    changes: list[Change]
    status: str
    status_reason: str | None
    execution_status: str
    #: Those of nested stacks that are told with it, by the logical id of the stack.
    nested: dict[str, tuple[Stack, ChangeSet]] = field(default_factory=dict)
    parent_id: str | None = None
    root_id: str | None = None
    created_at: datetime = field(default_factory=now)


@dataclass
class Stack:
    id: str
    name: str
    region: str
    account_id: str
    status: str
    status_reason: str | None = None
    #: The stack that it is a resource of.
    parent: Stack | None = field(default=None, repr=False)
    #: None until a change set is executed.
    wish: Wish | None = None
    parameters: dict[str, Parameter] = field(default_factory=dict)
    termination_protection: bool = False
    outputs: list[dict[str, str]] = field(default_factory=list)
    #: Names of other stacks' exports that it uses.
    imports: set[str] = field(default_factory=set)
    resources: dict[str, Resource] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    #: Goes on with a way back that failed.
    way_back: Callable[[], None] | None = None
    created_at: datetime = field(default_factory=now)
    updated_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def template(self) -> Template | None:
        return self.wish.template if self.wish else None

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def root(self) -> Stack:
        return self.parent.root if self.parent else self

    def adopt(self, change_set: ChangeSet) -> None:
        """What it is from now on."""
        self.wish = change_set.wish
        self.parameters = change_set.parameters

    def set_status(self, status: str, reason: str | None = None) -> None:
        # The event first: whoever sees that it is done finds all events.
        self.record(self.name, "AWS::CloudFormation::Stack", self.id, status, reason)
        self.status, self.status_reason = status, reason

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
        self.events.append(event)
