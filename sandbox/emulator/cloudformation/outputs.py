"""What a stack tells, and what other stacks import of it."""

from __future__ import annotations

from collections.abc import Iterable

from cloudformation.functions import as_text
from cloudformation.records import Stack
from cloudformation.scope import Scope


class ExportConflict(Exception):
    """Two stacks and one name."""


def outputs_of(scope: Scope) -> list[dict[str, str]]:
    outputs = []
    for key, output in scope.template.outputs.items():
        if not scope.holds(output.get("Condition")):
            continue
        found = {"OutputKey": key, "OutputValue": as_text(scope.resolve(output["Value"]))}
        if "Description" in output:
            found["Description"] = output["Description"]
        if "Export" in output:
            found["ExportName"] = as_text(scope.resolve(output["Export"]["Name"]))
        outputs.append(found)
    return outputs


def exports_in(outputs: Iterable[dict[str, str]]) -> dict[str, str]:
    return {one["ExportName"]: one["OutputValue"] for one in outputs if "ExportName" in one}


def check_exports(stack: Stack, outputs: list[dict[str, str]], others: Iterable[Stack]) -> None:
    """@raises ExportConflict when another stack has the name, or imports what would change or go"""
    before, after = exports_in(stack.outputs), exports_in(outputs)
    for other in others:
        for name in sorted(set(after) & set(exports_in(other.outputs))):
            raise ExportConflict(f"Export with name {name} is already exported by stack {other.name}.")
        for name in sorted(set(before) & other.imports):
            if after.get(name) != before[name]:
                verb = "update" if name in after else "delete"
                raise ExportConflict(f"Cannot {verb} export {name} as it is in use by {other.name}.")
