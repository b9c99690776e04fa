"""What ECS refuses in CreateService and UpdateService, where it decides how things must be ordered."""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import EcsClientException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition
from moto.elbv2.models import elbv2_backends
from moto.servicediscovery.models import servicediscovery_backends


def task_definition_for(backend: EC2ContainerServiceBackend, name: str) -> TaskDefinition:
    definition = backend.describe_task_definition(name)
    if definition.status != "ACTIVE":
        raise EcsClientException("TaskDefinition is inactive")
    return definition


def check_load_balancers(
    backend: EC2ContainerServiceBackend, load_balancers: list[dict[str, Any]], definition: TaskDefinition
) -> None:
    target_groups = elbv2_backends[backend.account_id][backend.region_name].target_groups
    for entry in load_balancers:
        arn = entry.get("targetGroupArn")
        if arn:
            group = target_groups.get(arn)
            if group is None:
                raise InvalidParameterException(f"The specified target group {arn} does not exist.")
            if not group.load_balancer_arns:
                raise InvalidParameterException(
                    f"The target group with targetGroupArn {arn} does not have an associated load balancer."
                )
        _check_container_port(entry, definition)


def _check_container_port(entry: dict[str, Any], definition: TaskDefinition) -> None:
    name, port = entry.get("containerName"), entry.get("containerPort")
    if not name:
        return
    containers: list[dict[str, Any]] = definition.container_definitions
    container = next((item for item in containers if item.get("name") == name), None)
    if container is None:
        raise InvalidParameterException(f"The container {name} does not exist in the task definition.")
    if port not in [mapping.get("containerPort") for mapping in container.get("portMappings", [])]:
        raise InvalidParameterException(f"The container {name} did not have a container port {port} defined.")


def check_service_registries(backend: EC2ContainerServiceBackend, registries: list[dict[str, Any]]) -> None:
    services = servicediscovery_backends[backend.account_id][backend.region_name].services
    known = {service.arn for service in services.values()}
    for entry in registries:
        arn = entry.get("registryArn")
        if arn and arn not in known:
            raise InvalidParameterException(f"Unable to find service registry {arn}.")


def check_network(definition: TaskDefinition, network: dict[str, Any]) -> None:
    if definition.network_mode == "awsvpc" and not network.get("awsvpcConfiguration"):
        raise InvalidParameterException(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        )


def check_grace_period(seconds: int | None, load_balancers: list[dict[str, Any]]) -> None:
    if seconds and not load_balancers:
        raise InvalidParameterException(
            "Health check grace period is only valid for services configured to use load balancers"
        )


def check_zone_rebalancing(rebalancing: str, deployment_configuration: dict[str, Any]) -> None:
    if rebalancing == "ENABLED" and deployment_configuration["maximumPercent"] <= 100:
        raise InvalidParameterException(
            "Availability Zone rebalancing needs a maximumPercent greater than 100."
        )
