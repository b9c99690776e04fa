"""Which properties make CloudFormation replace a resource: from CloudFormation's own schemas, as cfn-lint ships them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=None)
def _schema(region: str, resource_type: str) -> dict[str, Any]:
    # Takes more than a second to import, and only change sets need it.
    from cfnlint.schema.exceptions import ResourceNotFoundError
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
