"""What a template's names stand for at one time: parameters, resources, conditions and other stacks' exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudformation.functions import as_text, resolve
from cloudformation.parameters import parameters_of
from cloudformation.records import Stack
from cloudformation.template import BadTemplate, Template


class Scope:
    """@raises BadTemplate for parameters that do not fit the template"""

    def __init__(
        self, stack: Stack, template: Template, parameters: dict[str, str], exports: Mapping[str, str]
    ) -> None:
        self.template = template
        self.region = stack.region
        self.parameters = parameters_of(template.parameters, parameters, stack.account_id, stack.region)
        #: Names of other stacks' exports that were asked for.
        self.imported: set[str] = set()
        self._stack = stack
        self._exports = exports
        self._stand_ins: dict[str, Any] = {}
        self._pseudo: dict[str, Any] = {
            "AWS::AccountId": stack.account_id,
            "AWS::NoValue": None,
            "AWS::NotificationARNs": [],
            "AWS::Partition": "aws",
            "AWS::Region": stack.region,
            "AWS::StackId": stack.id,
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com",
        }

    def put(self, logical_id: str, stand_in: Any) -> None:
        """In place of the stack's own resource of that name."""
        self._stand_ins[logical_id] = stand_in

    def reference(self, name: str) -> Any:
        """What `Ref` gives; None is AWS::NoValue."""
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self.parameters:
            return self.parameters[name].value
        return self._resource(name).physical_id

    def attribute(self, name: str, attribute: str) -> Any:
        return self._resource(name).attribute(attribute)

    def _resource(self, name: str) -> Any:
        declared = self.template.resources.get(name)
        resource = self._stand_ins.get(name) or self._stack.resources.get(name)
        if declared is None or resource is None or not self.holds(declared.get("Condition")):
            raise BadTemplate(f"Template format error: Unresolved resource dependencies [{name}]")
        return resource

    def imported_value(self, name: str) -> str:
        if name not in self._exports:
            raise BadTemplate(f"No export named {name} found.")
        self.imported.add(name)
        return self._exports[name]

    def resolve(self, value: Any) -> Any:
        resolved = resolve(value, self)
        dynamic = _dynamic_reference(resolved)
        if dynamic:
            raise BadTemplate(f"The sandbox's emulator does not resolve dynamic references: {dynamic}")
        return resolved

    def properties(self, logical_id: str) -> dict[str, Any]:
        """Of a resource, with every function resolved."""
        resolved: dict[str, Any] = self.resolve(self.template.properties(logical_id))
        return resolved

    def holds(self, condition: str | None) -> bool:
        """Whether a condition is true. What names none is always there."""
        return condition is None or self._is_true({"Condition": condition})

    def _is_true(self, condition: Any) -> bool:
        if not isinstance(condition, dict) or len(condition) != 1:
            raise BadTemplate(f"Template error: {condition} is no condition")
        ((function, operand),) = condition.items()
        if function == "Condition":
            if operand not in self.template.conditions:
                raise BadTemplate(f"Template error: there is no condition {operand}")
            return self._is_true(self.template.conditions[operand])
        if function == "Fn::Equals":
            left, right = (as_text(self.resolve(one)) for one in operand)
            return left == right
        if function == "Fn::Not":
            return not self._is_true(operand[0])
        if function in ("Fn::And", "Fn::Or"):
            return (all if function == "Fn::And" else any)(self._is_true(one) for one in operand)
        raise BadTemplate(f"The sandbox's emulator does not know the condition {function}")


def _dynamic_reference(value: Any) -> str | None:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return next((found for found in map(_dynamic_reference, value) if found), None)
    return value if isinstance(value, str) and "{{resolve:" in value else None
