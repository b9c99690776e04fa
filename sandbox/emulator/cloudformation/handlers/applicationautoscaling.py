"""AWS::ApplicationAutoScaling::…"""

from __future__ import annotations

from cloudformation.handlers.base import Handler, Made, Properties, Request, picked, without
from cloudformation.records import Resource

SERVICE = "application-autoscaling"
TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")


class ScalableTarget(Handler):
    attributes = ("Id",)

    def create(self, request: Request, properties: Properties) -> Made:
        request.call(SERVICE, "register_scalable_target", properties)
        target_id = "|".join(properties[name] for name in ("ResourceId", "ScalableDimension", "ServiceNamespace"))
        return Made(target_id, {"Id": target_id})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        request.call(SERVICE, "register_scalable_target", properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.call(SERVICE, "deregister_scalable_target", picked(resource.properties, *TARGET))


def target_of(properties: Properties) -> Properties:
    """A policy names its target by id, or by the three parts of it."""
    if "ScalingTargetId" not in properties:
        return picked(properties, *TARGET)
    resource_id, dimension, namespace = properties["ScalingTargetId"].split("|")
    return {"ResourceId": resource_id, "ScalableDimension": dimension, "ServiceNamespace": namespace}


class ScalingPolicy(Handler):
    attributes = ("Arn",)

    def create(self, request: Request, properties: Properties) -> Made:
        arn = self._put(request, properties)
        return Made(arn, {"Arn": arn})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        self._put(request, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        named = picked(resource.properties, "PolicyName")
        request.call(SERVICE, "delete_scaling_policy", {**named, **target_of(resource.properties)})

    def _put(self, request: Request, properties: Properties) -> str:
        settings = {**without(properties, "ScalingTargetId"), **target_of(properties)}
        arn: str = request.call(SERVICE, "put_scaling_policy", settings)["PolicyARN"]
        return arn


HANDLERS: dict[str, Handler] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ScalableTarget(),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ScalingPolicy(),
}
