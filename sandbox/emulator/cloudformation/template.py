"""A template as data: what is in it, and what depends on what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: `${Name}` or `${Name.Attribute}` of Fn::Sub; `${!Name}` is a text.
SUBSTITUTION = re.compile(r"\$\{([^!}][^}]*)\}")


class BadTemplate(Exception):
    """The text is no template, or uses what the emulator does not have."""


@dataclass(frozen=True)
class Reference:
    """Of a resource to another: by `Ref` or `Fn::GetAtt`."""

    logical_id: str
    attribute: str | None


class Template:
    def __init__(self, text: str) -> None:
        self.text = text
        self.document = _parse(text)
        resources = self.document.get("Resources")
        if not isinstance(resources, dict) or not resources:
            raise BadTemplate("Template format error: At least one Resources member must be defined.")
        self.resources: dict[str, dict[str, Any]] = resources
        for logical_id, resource in resources.items():
            if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
                raise BadTemplate(f"Template format error: [/Resources/{logical_id}] has no Type.")
            unknown = {name for name in self.dependencies(logical_id) if name not in resources}
            if unknown:
                raise BadTemplate(
                    f"Template format error: Unresolved resource dependencies [{', '.join(sorted(unknown))}] "
                    f"in the Resources block of the template"
                )

    def properties(self, logical_id: str) -> dict[str, Any]:
        properties: dict[str, Any] = self.resources[logical_id].get("Properties") or {}
        return properties

    def type(self, logical_id: str) -> str:
        return str(self.resources[logical_id]["Type"])

    def references(self, logical_id: str) -> set[Reference]:
        parameters = self.document.get("Parameters") or {}
        return {
            reference
            for reference in references_in(self.properties(logical_id))
            if reference.logical_id not in parameters and not reference.logical_id.startswith("AWS::")
        }

    def dependencies(self, logical_id: str) -> set[str]:
        named = self.resources[logical_id].get("DependsOn") or []
        explicit = {named} if isinstance(named, str) else set(named)
        return explicit | {reference.logical_id for reference in self.references(logical_id)}


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


def references_in(value: Any) -> Iterator[Reference]:
    if isinstance(value, list):
        for item in value:
            yield from references_in(item)
    elif isinstance(value, dict):
        if set(value) == {"Ref"}:
            yield Reference(str(value["Ref"]), None)
        elif set(value) == {"Fn::GetAtt"}:
            target = value["Fn::GetAtt"]
            name, attribute = target.split(".", 1) if isinstance(target, str) else (target[0], target[1])
            yield Reference(str(name), str(attribute))
        elif set(value) == {"Fn::Sub"}:
            yield from _references_in_sub(value["Fn::Sub"])
        else:
            for item in value.values():
                yield from references_in(item)


def _references_in_sub(value: Any) -> Iterator[Reference]:
    text, given = value if isinstance(value, list) else (value, {})
    yield from references_in(given)
    for found in SUBSTITUTION.findall(text):
        name, _, attribute = found.partition(".")
        if name not in given:
            yield Reference(name, attribute or None)
