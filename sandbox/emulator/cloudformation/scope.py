"""Values of a template's intrinsic functions, by moto's own resolver."""

from __future__ import annotations

from typing import Any

from moto.cloudformation.parsing import ResourceMap, clean_json

from cloudformation.records import Resource, Stack
from cloudformation.template import BadTemplate, Template


class Scope(ResourceMap):
    """moto's map of names, with the resources of a stack in place of those that moto would make."""

    def __init__(self, stack: Stack, template: Template, parameters: dict[str, str], exports: Any) -> None:
        super().__init__(
            stack_id=stack.id,
            stack_name=stack.name,
            parameters=parameters,
            tags={},
            region_name=stack.region,
            account_id=stack.account_id,
            template=template.document,
            cross_stack_resources=exports,
        )
        self._stack = stack
        self._stand_ins: dict[str, Any] = {}
        self.load_mapping()
        self.load_parameters()
        self.load_conditions()

    def put(self, logical_id: str, stand_in: Any) -> None:
        """In place of the stack's own resource of that name."""
        self._stand_ins[logical_id] = stand_in

    def __getitem__(self, key: str) -> Any:
        if key in self._stand_ins:
            return self._stand_ins[key]
        resource: Resource | None = self._stack.resources.get(key)
        if resource is not None:
            return resource
        if key in self._parsed_resources:
            return self._parsed_resources[key]
        raise KeyError(key)

    def get(self, key: str, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default

    def resolve(self, value: Any) -> Any:
        resolved = clean_json(value, self)
        dynamic = _dynamic_reference(resolved)
        if dynamic:
            raise BadTemplate(f"The sandbox's emulator does not resolve dynamic references: {dynamic}")
        return resolved

    def holds(self, condition: str | None) -> bool:
        return condition is None or bool(self.lazy_condition_map[condition])


def _dynamic_reference(value: Any) -> str | None:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return next((found for found in map(_dynamic_reference, value) if found), None)
    return value if isinstance(value, str) and "{{resolve:" in value else None
