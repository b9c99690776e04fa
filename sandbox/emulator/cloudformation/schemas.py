"""What CloudFormation's own schemas say of a type's properties. cfn-lint ships them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=None)
def _schema(region: str, resource_type: str) -> dict[str, Any]:
    # Takes more than a second to import, and only deploys need it.
    from cfnlint.schema import ResourceNotFoundError
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    try:
        schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema
    except ResourceNotFoundError:
        return {}
    return schema


def _named(region: str, resource_type: str, key: str) -> list[list[str]]:
    return [
        pointer.split("/")[2:]
        for pointer in _schema(region, resource_type).get(key, [])
        if pointer.startswith("/properties/")
    ]


def recreation(region: str, resource_type: str, path: list[str]) -> str:
    """What a change of a property means: `Always` a new resource, `Conditionally`, or `Never`."""
    for key, answer in (("createOnlyProperties", "Always"), ("conditionalCreateOnlyProperties", "Conditionally")):
        if any(_touches(path, only) for only in _named(region, resource_type, key)):
            return answer
    return "Never"


def _touches(path: list[str], only: list[str]) -> bool:
    """Whether one is within the other; `*` stands for the items of a list."""
    return all(part in (name, "*") for name, part in zip(path, only))


def tag_property(region: str, resource_type: str) -> str:
    """Name of the property that holds a resource's tags."""
    pointer: str = _schema(region, resource_type).get("tagging", {}).get("tagProperty", "/properties/Tags")
    return pointer.removeprefix("/properties/")


def mistakes(region: str, resource_type: str, properties: dict[str, Any]) -> Iterator[str]:
    """Properties that a type does not have, and those that it needs, as CloudFormation words it."""
    schema = _schema(region, resource_type)
    for name in sorted(set(schema.get("required", [])) - set(properties)):
        yield f"#: required key [{name}] not found"
    if schema.get("additionalProperties") is False:
        for name in sorted(set(properties) - set(schema.get("properties", {}))):
            yield f"#: extraneous key [{name}] is not permitted"
