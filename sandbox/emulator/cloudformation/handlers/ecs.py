"""AWS::ECS::…; a service is complete when its deployment is."""

from __future__ import annotations

from typing import Any

from cloudformation.handlers.base import (
    Handler,
    Made,
    Properties,
    Request,
    only_these_change,
    tag_changes,
    wait_until,
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
        cluster = request.call("ecs", "create_cluster", properties, clusterName=name)["cluster"]
        return Made(cluster["clusterName"], {"Arn": cluster["clusterArn"]})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        settings = without(properties, "ClusterName", "Tags", "CapacityProviders", "DefaultCapacityProviderStrategy")
        if settings:
            request.call("ecs", "update_cluster", settings, cluster=resource.physical_id)
        retag(request, resource.attributes["Arn"], resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ecs").delete_cluster(cluster=resource.physical_id)


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


#: Of CreateService only: a new service takes their place.
FIXED = ("Cluster", "LaunchType", "SchedulingStrategy", "ServiceName", "DeploymentController", "Role", "Tags")

#: What UpdateService is given for a property that the template no longer has; the others keep their value.
UNSET: dict[str, Any] = {"LoadBalancers": [], "ServiceRegistries": [], "HealthCheckGracePeriodSeconds": 0}


class Service(Handler):
    attributes = ("Name", "ServiceArn")

    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("ServiceName") or request.generated_name("AWS::ECS::Service")
        # Left out, CloudFormation starts one task.
        desired = {"DesiredCount": 1, **properties}
        service = request.call("ecs", "create_service", desired, serviceName=name)["service"]
        arn = service["serviceArn"]
        request.keep(arn)
        self._wait_until_steady(request, properties.get("Cluster", "default"), arn)
        return Made(arn, {"Name": service["serviceName"], "ServiceArn": arn})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        cluster = properties.get("Cluster", "default")
        unset = {name: value for name, value in UNSET.items() if name in resource.properties}
        wanted = without({**unset, **properties}, *FIXED)
        request.call("ecs", "update_service", wanted, cluster=cluster, service=resource.physical_id)
        retag(request, resource.physical_id, resource, properties)
        self._wait_until_steady(request, cluster, resource.physical_id)

    def delete(self, request: Request, resource: Resource) -> None:
        ecs, cluster = request.client("ecs"), resource.properties.get("Cluster", "default")
        ecs.delete_service(cluster=cluster, service=resource.physical_id, force=True)

        def gone() -> bool:
            return not self._described(request, cluster, resource.physical_id, ("ACTIVE", "DRAINING"))

        wait_until(f"The tasks of {resource.logical_id} did not stop", gone)

    def _described(
        self, request: Request, cluster: str, arn: str, statuses: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        answer = request.client("ecs").describe_services(cluster=cluster, services=[arn])
        return [service for service in answer["services"] if service["status"] in statuses]

    def _wait_until_steady(self, request: Request, cluster: str, arn: str) -> None:
        deployment_id = self._primary(request, cluster, arn)["id"]

        def steady() -> bool:
            primary = self._primary(request, cluster, arn)
            if primary["id"] != deployment_id or primary["rolloutState"] == "FAILED":
                raise RuntimeError(
                    "Resource handler returned message: Error occurred during operation "
                    f"'ECS Deployment Circuit Breaker was triggered'. {primary.get('rolloutStateReason', '')}".strip()
                )
            counted = primary["runningCount"] == primary["desiredCount"]
            return primary["rolloutState"] == "COMPLETED" and counted

        wait_until(f"Service {arn} was not steady", steady)

    def _primary(self, request: Request, cluster: str, arn: str) -> dict[str, Any]:
        found = self._described(request, cluster, arn, ("ACTIVE",))
        if not found:
            raise RuntimeError(f"Service {arn} is gone.")
        primary: dict[str, Any] = next(one for one in found[0]["deployments"] if one["status"] == "PRIMARY")
        return primary


HANDLERS: dict[str, Handler] = {
    "AWS::ECS::Cluster": Cluster(),
    "AWS::ECS::Service": Service(),
    "AWS::ECS::TaskDefinition": TaskDefinition(),
}
