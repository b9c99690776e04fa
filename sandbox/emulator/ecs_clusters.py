"""Clusters that count what runs and cannot be deleted under their services; the size of a task definition."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import EcsClientException, ECSException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from ecs_health_checks import check_health_checks
from ecs_service import SandboxService
from patching import add, replace

#: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
TASK_DEFINITION_BYTES = 64 * 1024

_describe_clusters = EC2ContainerServiceBackend.describe_clusters
_delete_cluster = EC2ContainerServiceBackend.delete_cluster
_register_task_definition = EC2ContainerServiceResponse.register_task_definition


def _services(backend: EC2ContainerServiceBackend, cluster: Cluster) -> list[SandboxService]:
    return [
        service
        for service in backend.services.values()
        if isinstance(service, SandboxService)
        and service.cluster_arn == cluster.arn
        and service.status != "INACTIVE"
    ]


def _describe(self: EC2ContainerServiceBackend, cluster_names: list[str]) -> tuple[list[Cluster], list[Any]]:
    clusters, failures = _describe_clusters(self, cluster_names)
    for cluster in clusters:
        services = _services(self, cluster)
        deployments = [deployment for service in services for deployment in service.rollout.all]
        cluster.active_services_count = len(services)
        cluster.running_tasks_count = sum(deployment.running_count for deployment in deployments)
        cluster.pending_tasks_count = sum(deployment.pending_count for deployment in deployments)
    return clusters, failures


def _delete(self: EC2ContainerServiceBackend, cluster_str: str) -> Cluster:
    if _services(self, self._get_cluster(cluster_str)):
        raise ECSException(
            "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
        )
    return _delete_cluster(self, cluster_str)


def _register(self: EC2ContainerServiceResponse) -> ActionResult:
    size = len(self.body.encode())
    if size > TASK_DEFINITION_BYTES:
        raise EcsClientException(
            f"Actual length: '{size}'. Max allowed length is '{TASK_DEFINITION_BYTES}' bytes."
        )
    check_health_checks(self._get_params().get("containerDefinitions") or [])
    return _register_task_definition(self)


def _update_settings(self: EC2ContainerServiceResponse) -> ActionResult:
    return self.update_cluster()


def _put_account_setting_default(self: EC2ContainerServiceResponse) -> ActionResult:
    return self.put_account_setting()


def install() -> None:
    add(EC2ContainerServiceResponse, "update_cluster_settings", _update_settings)
    add(EC2ContainerServiceResponse, "put_account_setting_default", _put_account_setting_default)
    replace(EC2ContainerServiceResponse, "register_task_definition", _register)
    replace(EC2ContainerServiceBackend, "describe_clusters", _describe)
    replace(EC2ContainerServiceBackend, "delete_cluster", _delete)
