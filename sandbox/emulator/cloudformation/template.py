"""A template as data: what is in it, and what depends on what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

#: `${Name}` or `${Name.Attribute}` of Fn::Sub; `${!Name}` is a text.
SUBSTITUTION = re.compile(r"\$\{([^!}][^}]*)\}")


#: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_BYTES = 1_000_000
MOST = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}


class BadTemplate(Exception):
    """The text is no template, or uses what the emulator does not have."""


class Template:
    def __init__(self, text: str) -> None:
        self.text = text
        if len(text.encode()) > MOST_BYTES:
            raise BadTemplate(f"Template may not exceed {MOST_BYTES} bytes in size.")
        self.document = _parse(text)
        resources = self.document.get("Resources")
        if not isinstance(resources, dict) or not resources:
            raise BadTemplate("Template format error: At least one Resources member must be defined.")
        if "Transform" in self.document:
            raise BadTemplate("The sandbox's emulator does not do transforms (macros).")
        self.resources: dict[str, dict[str, Any]] = resources
        for logical_id, resource in resources.items():
            if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
                raise BadTemplate(f"Template format error: [/Resources/{logical_id}] has no Type.")
        self._check_numbers()
        self._check_names()
        self._check_order()

    @property
    def outputs(self) -> dict[str, dict[str, Any]]:
        return self._section("Outputs")

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        return self._section("Parameters")

    @property
    def conditions(self) -> dict[str, Any]:
        return self._section("Conditions")

    @property
    def mappings(self) -> dict[str, Any]:
        return self._section("Mappings")

    def _section(self, name: str) -> dict[str, Any]:
        section: dict[str, Any] = self.document.get(name) or {}
        return section

    def properties(self, logical_id: str) -> dict[str, Any]:
        properties: dict[str, Any] = self.resources[logical_id].get("Properties") or {}
        return properties

    def type(self, logical_id: str) -> str:
        return str(self.resources[logical_id]["Type"])

    def policy(self, logical_id: str, name: str) -> str:
        """DeletionPolicy or UpdateReplacePolicy of a resource, which the template may no longer have."""
        return str(self.resources.get(logical_id, {}).get(name, "Delete"))

    def dependencies(self, logical_id: str) -> set[str]:
        """Logical ids that a resource names, by `DependsOn` or in its properties."""
        named = self.resources[logical_id].get("DependsOn") or []
        explicit = {named} if isinstance(named, str) else set(named)
        return explicit | self._references(self.properties(logical_id))

    def _references(self, value: Any) -> set[str]:
        """Without parameters and the pseudo parameters."""
        names = set(references_in(value)) - set(self.parameters)
        return {name for name in names if not name.startswith("AWS::")}

    def _check_numbers(self) -> None:
        for section, most in MOST.items():
            number = len(self._section(section))
            if number > most:
                raise BadTemplate(
                    f"Template format error: Number of {section.lower()}, {number}, is greater than maximum allowed, {most}"
                )

    def _check_names(self) -> None:
        blocks = {"Resources": set[str](), "Outputs": self._references(self.outputs)}
        blocks["Resources"].update(*map(self.dependencies, self.resources))
        for block, names in blocks.items():
            unknown = ", ".join(sorted(names - set(self.resources)))
            if unknown:
                raise BadTemplate(
                    f"Template format error: Unresolved resource dependencies [{unknown}] "
                    f"in the {block} block of the template"
                )

    def _check_order(self) -> None:
        graph = {logical_id: self.dependencies(logical_id) for logical_id in self.resources}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            names = ", ".join(sorted(set(error.args[1])))
            raise BadTemplate(f"Circular dependency between resources: [{names}]") from error


def _parse(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        # Takes a second to import, and only templates in YAML need it.
        from cfnlint.decode.cfn_yaml import CfnParseError, loads
        from yaml import YAMLError

        try:
            document = json.loads(json.dumps(loads(text), default=str))
        except (CfnParseError, YAMLError) as error:
            raise BadTemplate(f"Template format error: it is neither JSON nor YAML: {error}") from error
    if not isinstance(document, dict):
        raise BadTemplate("Template format error: it is not an object.")
    return document


def references_in(value: Any) -> Iterator[str]:
    """Names in `Ref`, `Fn::GetAtt` and `Fn::Sub`."""
    if isinstance(value, list):
        for item in value:
            yield from references_in(item)
    elif isinstance(value, dict):
        if set(value) == {"Ref"}:
            yield str(value["Ref"])
        elif set(value) == {"Fn::GetAtt"}:
            yield attribute_reference(value["Fn::GetAtt"])[0]
        elif set(value) == {"Fn::Sub"}:
            yield from _references_in_sub(value["Fn::Sub"])
        else:
            for item in value.values():
                yield from references_in(item)


def attribute_reference(target: Any) -> tuple[str, Any]:
    """Logical id and attribute of `Fn::GetAtt`; the attribute may itself be a function."""
    name, attribute = target.split(".", 1) if isinstance(target, str) else target
    return str(name), attribute


def _references_in_sub(value: Any) -> Iterator[str]:
    text, given = value if isinstance(value, list) else (value, {})
    yield from references_in(given)
    for found in SUBSTITUTION.findall(text):
        name = found.partition(".")[0]
        if name not in given:
            yield name
