"""AWS::ECS::…; a service is complete when its deployment is."""

from __future__ import annotations

from typing import Any

from cloudformation.handlers.base import (
    Handler,
    Made,
    Properties,
    Request,
    none_of_these_changes,
    only_these_change,
    picked,
    tag_changes,
    without,
)
from cloudformation.records import Resource


def retag(request: Request, arn: str, resource: Resource, properties: Properties) -> None:
    put, removed = tag_changes(resource, properties)
    if put:
        request.call("ecs", "tag_resource", {"Tags": put}, resourceArn=arn)
    if removed:
        request.client("ecs").untag_resource(resourceArn=arn, tagKeys=removed)


class Cluster(Handler):
    attributes = ("Arn",)

    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("ClusterName") or request.generated_name("AWS::ECS::Cluster")
        settings = self._settings(properties)
        cluster = request.call("ecs", "create_cluster", settings, clusterName=name)["cluster"]
        return Made(cluster["clusterName"], {"Arn": cluster["clusterArn"]})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        settable = ("ClusterSettings", "Configuration", "ServiceConnectDefaults")
        only_these_change(resource, properties, *settable, "Tags")
        settings = self._settings(picked(properties, *settable))
        if settings:
            request.call("ecs", "update_cluster", settings, cluster=resource.physical_id)
        retag(request, resource.attributes["Arn"], resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ecs").delete_cluster(cluster=resource.physical_id)

    def _settings(self, properties: Properties) -> Properties:
        """The API has another name for one of them."""
        renamed = {"settings": properties["ClusterSettings"]} if "ClusterSettings" in properties else {}
        return {**without(properties, "ClusterSettings"), **renamed}


class TaskDefinition(Handler):
    attributes = ("TaskDefinitionArn",)

    def create(self, request: Request, properties: Properties) -> Made:
        family = properties.get("Family") or request.generated_name("AWS::ECS::TaskDefinition").replace("_", "-")
        answer = request.call("ecs", "register_task_definition", properties, family=family)
        arn = answer["taskDefinition"]["taskDefinitionArn"]
        return Made(arn, {"TaskDefinitionArn": arn})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Tags")
        retag(request, resource.physical_id, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ecs").deregister_task_definition(taskDefinition=resource.physical_id)


#: Of CreateService only.
FIXED = ("Cluster", "LaunchType", "SchedulingStrategy", "ServiceName", "DeploymentController", "Role")


class Service(Handler):
    attributes = ("Name", "ServiceArn")

    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("ServiceName") or request.generated_name("AWS::ECS::Service")
        # Left out, CloudFormation starts one task.
        desired = {"DesiredCount": 1, **properties}
        service = request.call("ecs", "create_service", desired, serviceName=name)["service"]
        arn = service["serviceArn"]
        made = Made(arn, {"Name": service["serviceName"], "ServiceArn": arn})
        request.keep(made)
        self._wait_until_steady(request, properties.get("Cluster", "default"), arn)
        return made

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        cluster = properties.get("Cluster", "default")
        none_of_these_changes(resource, properties, *FIXED)
        # A property that the template no longer has keeps its value: UpdateService leaves what it is not given.
        wanted = without(properties, *FIXED, "Tags")
        request.call("ecs", "update_service", wanted, cluster=cluster, service=resource.physical_id)
        retag(request, resource.physical_id, resource, properties)
        self._wait_until_steady(request, cluster, resource.physical_id)

    def delete(self, request: Request, resource: Resource) -> None:
        ecs, cluster = request.client("ecs"), resource.properties.get("Cluster", "default")
        ecs.delete_service(cluster=cluster, service=resource.physical_id, force=True)

        def gone() -> bool:
            return not self._described(request, cluster, resource.physical_id, ("ACTIVE", "DRAINING"))

        request.wait_until(f"The tasks of {resource.logical_id} did not stop", gone)

    def _described(
        self, request: Request, cluster: str, arn: str, statuses: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        answer = request.client("ecs").describe_services(cluster=cluster, services=[arn])
        return [service for service in answer["services"] if service["status"] in statuses]

    def _wait_until_steady(self, request: Request, cluster: str, arn: str) -> None:
        deployment_id = self._deployments(request, cluster, arn)[0]["id"]

        def steady() -> bool:
            deployments = {one["id"]: one for one in self._deployments(request, cluster, arn)}
            ours = deployments.get(deployment_id, {})
            if ours.get("status") != "PRIMARY" or ours["rolloutState"] == "FAILED":
                reason = ours.get("rolloutStateReason", "")
                raise RuntimeError(f"ECS Deployment Circuit Breaker was triggered. {reason}".strip())
            return ours["rolloutState"] == "COMPLETED" and ours["runningCount"] == ours["desiredCount"]

        request.wait_until(f"Service {arn} was not steady", steady)

    def _deployments(self, request: Request, cluster: str, arn: str) -> list[dict[str, Any]]:
        """The newest, which is the primary one, first."""
        found = self._described(request, cluster, arn, ("ACTIVE",))
        if not found:
            raise RuntimeError(f"Service {arn} is gone.")
        deployments: list[dict[str, Any]] = found[0]["deployments"]
        return deployments


HANDLERS: dict[str, Handler] = {
    "AWS::ECS::Cluster": Cluster(),
    "AWS::ECS::Service": Service(),
    "AWS::ECS::TaskDefinition": TaskDefinition(),
}
