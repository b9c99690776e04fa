"""AWS::CloudFormation::Stack: stacks that are resources of a stack.

They are deployed with their parent: created when it comes to them, updated within its update, and rolled back with it, also
when their own part was done. What a nested stack no longer uses is removed only when the whole update has succeeded.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from moto.cloudformation.utils import generate_stack_id
from moto.s3.models import s3_backends

from cloudformation.functions import UNKNOWN, as_text, unknown_value
from cloudformation.handlers.base import Made, Properties, Request
from cloudformation.outputs import outputs_of
from cloudformation.records import NestedChanges, NoSuchAttribute, Resource, Stack, Wish
from cloudformation.template import BadTemplate

if TYPE_CHECKING:
    from cloudformation.runs import Run
    from cloudformation.service import Stacks

STACK = "AWS::CloudFormation::Stack"
MOST_BYTES_OF_VALUE = 4096


class NestedStacks:
    """Those of one stack, in one of its runs."""

    def __init__(self, stacks: Stacks, parent: Stack, wish: Wish, cancelled: threading.Event) -> None:
        self._stacks = stacks
        self._parent = parent
        self._wish = wish
        self._cancelled = cancelled
        #: By logical id, of those that were updated.
        self._updates: dict[str, Run] = {}

    def create(self, request: Request, properties: Properties) -> Made:
        stack = new_stack(self._parent, request.logical_id)
        wish = wish_of(self._stacks, self._parent, self._wish, properties)
        self._stacks.all.append(stack)
        stack.wish = wish
        request.keep(Made(stack.id))
        # From this event on it can be watched.
        self._parent.record(
            request.logical_id, STACK, stack.id, "CREATE_IN_PROGRESS", "Resource creation Initiated"
        )
        stack.set_status("CREATE_IN_PROGRESS")
        run = self._run(stack, wish)
        failures = run.apply()
        if failures:
            stack.set_status("ROLLBACK_IN_PROGRESS", _why("create", failures))
            raise EmbeddedFailed(f"Embedded stack {stack.id} was not successfully created: {stack.status_reason}")
        run.finish_create()
        return Made(stack.id, outputs_as_attributes(stack.outputs))

    def update(self, resource: Resource, properties: Properties) -> Mapping[str, Any]:
        stack = self._stacks.find(resource.physical_id)
        wish = wish_of(self._stacks, self._parent, self._wish, properties)
        run = self._updates[resource.logical_id] = self._run(stack, wish)
        stack.set_status("UPDATE_IN_PROGRESS")
        failures = run.apply()
        if failures:
            stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", _why("update", failures))
            raise EmbeddedFailed(
                f"Embedded stack {stack.id} was not successfully updated. "
                f"Currently in {stack.status} with reason: {stack.status_reason}"
            )
        run.begin_cleanup()
        return outputs_as_attributes(stack.outputs)

    def delete(self, resource: Resource) -> None:
        stack = self._stacks.find(resource.physical_id)
        if stack.status == "DELETE_COMPLETE":
            return
        stack.set_status("DELETE_IN_PROGRESS")
        failures = self._run(stack, stack.wish).remove() if stack.wish else []
        if failures:
            raise EmbeddedFailed(f"Embedded stack {stack.id} could not be deleted: {stack.status_reason}")

    @property
    def updated(self) -> set[str]:
        return set(self._updates)

    def clean_up(self, logical_id: str) -> None:
        self._updates[logical_id].clean_up()

    def go_back(self, logical_id: str) -> Mapping[str, Any]:
        """@returns the attributes as they were"""
        run = self._updates[logical_id]
        left = run.restore()
        if left:
            raise EmbeddedFailed(f"Embedded stack {run.stack.id} was not rolled back: {run.stack.status_reason}")
        return outputs_as_attributes(run.stack.outputs)

    def clean_up_undone(self, logical_id: str) -> None:
        self._updates[logical_id].clean_up_undone()

    def _run(self, stack: Stack, wish: Wish) -> Run:
        from cloudformation.runs import Run

        return Run(self._stacks, stack, wish, self._cancelled)


class EmbeddedFailed(Exception):
    """What failed is in the events of the nested stack."""


def _why(verb: str, failures: list[Exception]) -> str | None:
    from cloudformation.runs import reason

    return reason(verb, failures)


def new_stack(parent: Stack, logical_id: str) -> Stack:
    """As CloudFormation names it: after its parent and its logical id, and like no other."""
    name = f"{parent.name}-{logical_id}-{uuid.uuid4().hex[:12].upper()}"
    stack_id = generate_stack_id(name, parent.region, parent.account_id)
    return Stack(stack_id, name, parent.region, parent.account_id, "REVIEW_IN_PROGRESS", parent=parent)


def wish_of(stacks: Stacks, parent: Stack, around: Wish, properties: Properties) -> Wish:
    """@raises BadTemplate for what no nested stack can be made of"""
    parameters = {name: as_text(value) for name, value in (properties.get("Parameters") or {}).items()}
    for name, value in parameters.items():
        if len(value.encode()) > MOST_BYTES_OF_VALUE:
            raise BadTemplate(f"Parameter {name} must have at most {MOST_BYTES_OF_VALUE} bytes")
    own = {tag["Key"]: as_text(tag["Value"]) for tag in properties.get("Tags", [])}
    return Wish(
        template=stacks.parse(_text_at(str(properties.get("TemplateURL", "")), parent.account_id)),
        parameters=parameters,
        tags={**around.tags, **own},
        capabilities=around.capabilities,
        role_arn=around.role_arn,
    )


class Told:
    """A nested stack with the outputs that it will have."""

    def __init__(self, logical_id: str, physical_id: str, outputs: list[dict[str, str]]) -> None:
        self.physical_id = physical_id
        self._logical_id = logical_id
        self._outputs = outputs_as_attributes(outputs)

    def attribute(self, name: str) -> str:
        if name not in self._outputs:
            raise NoSuchAttribute(name, STACK, self._logical_id, self._outputs)
        value = self._outputs[name]
        # What it is known after is in the nested stack, which the parent does not see into.
        return unknown_value(self._logical_id, name) if UNKNOWN.search(value) else value


def what_would_change(
    stacks: Stacks, parent: Stack, around: Wish, logical_id: str, properties: Properties
) -> NestedChanges:
    """@raises BadTemplate as for any stack"""
    from cloudformation.differences import changes

    existing = parent.resources.get(logical_id)
    stack = stacks.find(existing.physical_id) if existing else new_stack(parent, logical_id)
    wish = wish_of(stacks, parent, around, properties)
    scope = stacks.scope(stack, wish)
    found = changes(stacks, stack, wish, scope)
    return NestedChanges(stack, wish, scope.parameters, found, outputs_of(scope))


def outputs_as_attributes(outputs: list[dict[str, str]]) -> dict[str, str]:
    return {f"Outputs.{one['OutputKey']}": one["OutputValue"] for one in outputs}


def _text_at(url: str, account_id: str) -> str:
    """A nested template stands in S3, whatever endpoint names it."""
    address = urlparse(url)
    host, path = address.hostname or "", unquote(address.path).lstrip("/")
    if host.endswith(("amazonaws.com", "amazonaws.com.cn")) and not host.startswith("s3"):
        bucket, key = host.split(".s3", 1)[0], path
    elif host.startswith("s3") or host in ("localhost", "127.0.0.1"):
        bucket, _, key = path.partition("/")
    else:
        raise BadTemplate("TemplateURL must be an Amazon S3 URL.")
    try:
        found = s3_backends[account_id]["aws"].get_object(bucket, key)
    except Exception as error:
        raise BadTemplate(f"S3 error: {error}") from error
    if found is None:
        raise BadTemplate("S3 error: The specified key does not exist.")
    text: str = found.value.decode()
    return text
