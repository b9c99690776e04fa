"""AWS::CloudFormation::Stack: made by the run that its parent is in, which rolls it back too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudformation.handlers.base import Handler, Made, Properties, Request
from cloudformation.records import Resource


class NestedStack(Handler):
    def has_attribute(self, name: str) -> bool:
        return name.startswith("Outputs.")

    def create(self, request: Request, properties: Properties) -> Made:
        made: Made = request.nested.create(request, properties)
        return made

    def update(self, request: Request, resource: Resource, properties: Properties) -> Mapping[str, Any]:
        attributes: Mapping[str, Any] = request.nested.update(resource, properties)
        return attributes

    def delete(self, request: Request, resource: Resource) -> None:
        request.nested.delete(resource)


HANDLERS: dict[str, Handler] = {"AWS::CloudFormation::Stack": NestedStack()}
