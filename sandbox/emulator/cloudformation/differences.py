"""What a template would change in a stack, and which of it makes CloudFormation replace a resource.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from cloudformation.handlers import attribute_names
from cloudformation.records import Change, Resource, Stack
from cloudformation.schemas import recreation
from cloudformation.scope import Scope
from cloudformation.template import BadTemplate, Template

#: In place of what is known only when the resource has been made.
UNKNOWN = "{known after the resource has been made}"

REPLACEMENT = {"Always": "True", "Conditionally": "Conditional", "Never": "False"}


@dataclass(frozen=True)
class NotYetMade:
    """A resource that a change set would create or replace."""

    logical_id: str
    type: str

    @property
    def physical_resource_id(self) -> str:
        return UNKNOWN

    def get_cfn_attribute(self, name: str) -> str:
        known = attribute_names(self.type)
        if known is not None and name not in known:
            raise BadTemplate(
                f"The sandbox's emulator has no attribute {name} of {self.type} ({self.logical_id}); "
                f"there are: {', '.join(known) or 'none'}"
            )
        return UNKNOWN


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


def needs_replacement(region: str, resource_type: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
    return any(recreation(region, resource_type, list(path)) == "Always" for path in changed_paths(old, new))


def wanted(template: Template, scope: Scope) -> list[str]:
    """Resources whose condition holds, each after those that it depends on."""
    ids = [name for name in template.resources if scope.holds(template.resources[name].get("Condition"))]
    graph = {name: template.dependencies(name) & set(ids) for name in ids}
    return list(TopologicalSorter(graph).static_order())


def changes(stack: Stack, template: Template, scope: Scope) -> list[Change]:
    """In the order in which they would be made; what is removed comes last."""
    found: list[Change] = []
    order = wanted(template, scope)
    for logical_id in order:
        resource_type = template.type(logical_id)
        existing = stack.resources.get(logical_id)
        change = (
            _modification(existing, template, scope)
            if existing is not None and existing.type == resource_type
            else _addition(logical_id, resource_type, existing)
        )
        scope.resolve(template.properties(logical_id))
        if change is None:
            continue
        found.append(change)
        if change.action == "Add" or change.replacement != "False":
            scope.put(logical_id, NotYetMade(logical_id, resource_type))
    removed = [resource for name, resource in stack.resources.items() if name not in order]
    return found + [
        Change("Remove", resource.logical_id, resource.type, resource.physical_id) for resource in removed
    ]


def _addition(logical_id: str, resource_type: str, existing: Resource | None) -> Change:
    if existing is None:
        return Change("Add", logical_id, resource_type)
    return Change("Modify", logical_id, resource_type, existing.physical_id, "True", ("Properties",))


def _modification(existing: Resource, template: Template, scope: Scope) -> Change | None:
    properties = scope.resolve(template.properties(existing.logical_id))
    details = tuple(
        _detail(existing, path, _at(properties, path)) for path in changed_paths(existing.properties, properties)
    )
    if not details:
        return None
    asked = {detail["Target"]["RequiresRecreation"] for detail in details if detail["Evaluation"] == "Static"}
    dynamic = {detail["Target"]["RequiresRecreation"] for detail in details if detail["Evaluation"] == "Dynamic"}
    if "Always" in asked:
        replacement = "True"
    elif (asked | dynamic) & {"Always", "Conditionally"}:
        replacement = "Conditional"
    else:
        replacement = "False"
    scope_names = ["Tags" if detail["Target"]["Attribute"] == "Tags" else "Properties" for detail in details]
    return Change(
        "Modify",
        existing.logical_id,
        existing.type,
        existing.physical_id,
        replacement,
        tuple(sorted(set(scope_names))),
        details,
    )


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _detail(existing: Resource, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    region = existing.region
    attribute = "Tags" if path[0] in ("Tags", "UserPoolTags") else "Properties"
    target = {"Attribute": attribute, "RequiresRecreation": recreation(region, existing.type, list(path))}
    if attribute == "Properties":
        target["Name"] = path[0]
        target["Path"] = "/Properties/" + "/".join(path)
    is_dynamic = UNKNOWN in str(value)
    return {
        "Target": target,
        "Evaluation": "Dynamic" if is_dynamic else "Static",
        "ChangeSource": "ResourceReference" if is_dynamic else "DirectModification",
    }
