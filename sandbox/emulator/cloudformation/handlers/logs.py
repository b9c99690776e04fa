"""AWS::Logs::…"""

from __future__ import annotations

from typing import Any

from cloudformation.handlers.base import (
    Handler,
    Made,
    Properties,
    Request,
    changed,
    only_these_change,
    picked,
    tag_changes,
    without,
)
from cloudformation.records import Resource


class LogGroup(Handler):
    attributes = ("Arn",)

    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("LogGroupName") or request.generated_name("AWS::Logs::LogGroup")
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        plain = without(properties, "Tags", "RetentionInDays")
        request.call("logs", "create_log_group", plain, logGroupName=name, **({"tags": tags} if tags else {}))
        request.keep(Made(name))
        if "RetentionInDays" in properties:
            request.call("logs", "put_retention_policy", picked(properties, "RetentionInDays"), logGroupName=name)
        return Made(name, {"Arn": f"{self._arn(request, name)}:*"})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        logs, name = request.client("logs"), resource.physical_id
        only_these_change(resource, properties, "RetentionInDays", "Tags")
        if "RetentionInDays" in properties:
            request.call("logs", "put_retention_policy", picked(properties, "RetentionInDays"), logGroupName=name)
        elif changed(resource.properties, properties, "RetentionInDays"):
            logs.delete_retention_policy(logGroupName=name)
        put, removed = tag_changes(resource, properties)
        if put:
            logs.tag_resource(resourceArn=self._arn(request, name), tags={tag["Key"]: tag["Value"] for tag in put})
        if removed:
            logs.untag_resource(resourceArn=self._arn(request, name), tagKeys=removed)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("logs").delete_log_group(logGroupName=resource.physical_id)

    def _arn(self, request: Request, name: str) -> str:
        return f"arn:aws:logs:{request.region}:{request.account_id}:log-group:{name}"


class MetricFilter(Handler):
    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("FilterName") or request.generated_name("AWS::Logs::MetricFilter")
        self._put(request, name, properties)
        return Made(name)

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        self._put(request, resource.physical_id, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("logs").delete_metric_filter(
            logGroupName=resource.properties["LogGroupName"], filterName=resource.physical_id
        )

    def _put(self, request: Request, name: str, properties: Properties) -> None:
        transformations = [_transformation(one) for one in properties["MetricTransformations"]]
        settings = {**properties, "FilterName": name, "MetricTransformations": transformations}
        request.call("logs", "put_metric_filter", settings)


def _transformation(given: dict[str, Any]) -> dict[str, Any]:
    """Dimensions are a list of pairs in a template, a map in the API."""
    if "Dimensions" not in given:
        return given
    return {**given, "Dimensions": {pair["Key"]: pair["Value"] for pair in given["Dimensions"]}}


HANDLERS: dict[str, Handler] = {
    "AWS::Logs::LogGroup": LogGroup(),
    "AWS::Logs::MetricFilter": MetricFilter(),
}
