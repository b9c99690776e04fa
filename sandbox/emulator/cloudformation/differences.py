"""What a template would change in a stack, and which of it makes CloudFormation replace a resource.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from cloudformation.functions import UNKNOWN, unknown_value
from cloudformation.handlers import handler_of
from cloudformation.nested import STACK, Told, what_would_change
from cloudformation.records import Change, NoSuchAttribute, Resource, Stack, Wish
from cloudformation.schemas import mistakes, recreation, tag_property
from cloudformation.scope import Scope
from cloudformation.template import BadTemplate

if TYPE_CHECKING:
    from cloudformation.service import Stacks


@dataclass(frozen=True)
class NotYetMade:
    """A resource that a change set would create or replace."""

    logical_id: str
    type: str

    @property
    def physical_id(self) -> str:
        return unknown_value(self.logical_id)

    def attribute(self, name: str) -> str:
        handler = handler_of(self.type)
        if not handler.has_attribute(name):
            raise NoSuchAttribute(name, self.type, self.logical_id, handler.attributes)
        return unknown_value(self.logical_id, name)


def changed_paths(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The deepest names under which two sets of properties differ; a list differs as a whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            if name not in old or name not in new:
                yield (*path, name)
            else:
                yield from changed_paths(old[name], new[name], (*path, name))
    elif old != new:
        yield path


def needs_replacement(region: str, existing: Resource, properties: dict[str, Any]) -> bool:
    paths = changed_paths(existing.properties, properties)
    return any(recreation(region, existing.type, list(path)) == "Always" for path in paths)


def wanted(scope: Scope) -> dict[str, set[str]]:
    """Resources whose condition holds, and which of them each depends on."""
    template = scope.template
    ids = [name for name, resource in template.resources.items() if scope.holds(resource.get("Condition"))]
    return {name: template.dependencies(name) & set(ids) for name in ids}


def changes(stacks: Stacks, stack: Stack, wish: Wish, scope: Scope) -> list[Change]:
    """In the order in which they would be made; what is removed comes last.

    @raises BadTemplate for what cannot be resolved, and for properties that a type does not have or lacks
    """
    found: list[Change] = []
    order = list(TopologicalSorter(wanted(scope)).static_order())
    for logical_id in order:
        resource_type = scope.template.type(logical_id)
        properties = scope.properties(logical_id)
        wrong = "; ".join(mistakes(stack.region, resource_type, properties))
        if wrong:
            raise BadTemplate(f"Properties validation failed for resource {logical_id} with message: {wrong}")
        existing = stack.resources.get(logical_id)
        change = (
            Change("Add", logical_id, resource_type)
            if existing is None
            else _modification(stack.region, existing, resource_type, properties)
        )
        if change is None:
            continue
        if resource_type == STACK:
            inner = what_would_change(stacks, stack, wish, logical_id, properties)
            found.append(replace(change, inner=inner))
            scope.put(logical_id, Told(logical_id, inner.stack.id, inner.outputs))
            continue
        found.append(change)
        if change.replacement != "False":
            scope.put(logical_id, NotYetMade(logical_id, resource_type))
    removed = [resource for name, resource in stack.resources.items() if name not in order]
    return found + [
        Change("Remove", resource.logical_id, resource.type, resource.physical_id) for resource in removed
    ]


def _modification(
    region: str, existing: Resource, resource_type: str, properties: dict[str, Any]
) -> Change | None:
    if existing.type != resource_type:
        raise BadTemplate(
            "Update of resource type is not permitted. The new template modifies resource type of the "
            f"following resources: [{existing.logical_id}]"
        )
    details = tuple(
        _detail(region, resource_type, path, _at(properties, path))
        for path in changed_paths(existing.properties, properties)
    )
    if not details:
        return None
    return Change(
        "Modify",
        existing.logical_id,
        resource_type,
        existing.physical_id,
        _replacement(details),
        tuple(sorted({detail["Target"]["Attribute"] for detail in details})),
        details,
    )


def _replacement(details: tuple[dict[str, Any], ...]) -> str:
    asked = {(detail["Target"]["RequiresRecreation"], detail["Evaluation"]) for detail in details}
    if ("Always", "Static") in asked:
        return "True"
    # What is not known yet may turn out to be what it was.
    return "False" if {recreation for recreation, _ in asked} == {"Never"} else "Conditional"


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _detail(region: str, resource_type: str, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    attribute = "Tags" if path[0] == tag_property(region, resource_type) else "Properties"
    target = {"Attribute": attribute, "RequiresRecreation": recreation(region, resource_type, list(path))}
    if attribute == "Properties":
        target |= {"Name": path[0], "Path": "/Properties/" + "/".join(path)}
    cause = UNKNOWN.search(str(value))
    if cause is None:
        return {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}
    logical_id, name = cause.groups(default="")
    return {
        "Target": target,
        "Evaluation": "Dynamic",
        "ChangeSource": "ResourceAttribute" if name else "ResourceReference",
        "CausingEntity": logical_id + name,
    }
