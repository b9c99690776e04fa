"""The ECS calls that create, change, delete and describe services."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from ecs_service import SandboxService
from patching import replace


def create_service(backend: EC2ContainerServiceBackend, request: dict[str, Any]) -> SandboxService:
    """Also for CloudFormation, with the template's properties in camel case."""
    cluster = backend._get_cluster(request.get("cluster") or "default")
    key = f"{cluster.name}:{request['serviceName']}"
    existing = backend.services.get(key)
    if existing is not None and existing.status != "INACTIVE":
        if isinstance(existing, SandboxService) and existing.is_made_by(request):
            return existing
        raise InvalidParameterException("Creation of service was not idempotent.")
    # moto's models declare what CloudFormation needs as abstract and never are.
    service: SandboxService = SandboxService(cluster, request, backend)  # type: ignore[abstract]
    backend.services[key] = service
    return service


def find_service(backend: EC2ContainerServiceBackend, request: dict[str, Any]) -> SandboxService:
    service = backend._get_service(request.get("cluster") or "default", request["service"])
    if service.status == "INACTIVE":
        raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
    assert isinstance(service, SandboxService)
    return service


def _create(self: EC2ContainerServiceResponse) -> ActionResult:
    service = create_service(self.ecs_backend, self._get_params())
    return ActionResult({"service": service.described(["TAGS"])})


def _update(self: EC2ContainerServiceResponse) -> ActionResult:
    request = self._get_params()
    service = find_service(self.ecs_backend, request)
    service.update(request)
    return ActionResult({"service": service.described([])})


def _delete(self: EC2ContainerServiceResponse) -> ActionResult:
    request = self._get_params()
    service = find_service(self.ecs_backend, request)
    if service.desired_count > 0 and not request.get("force"):
        raise InvalidParameterException("The service cannot be stopped while it is scaled above 0.")
    service.remove()
    return ActionResult({"service": service.described([])})


def _describe(self: EC2ContainerServiceResponse) -> ActionResult:
    request = self._get_params()
    services, failures = self.ecs_backend.describe_services(
        request.get("cluster") or "default", request.get("services", [])
    )
    include = request.get("include", [])
    described = [service.described(include) for service in services if isinstance(service, SandboxService)]
    return ActionResult({"services": described, "failures": failures})


def _list(self: EC2ContainerServiceResponse) -> ActionResult:
    request = self._get_params()
    cluster = self.ecs_backend._get_cluster(request.get("cluster") or "default")
    arns = [
        service.arn
        for service in self.ecs_backend.services.values()
        if service.cluster_arn == cluster.arn
        and service.status != "INACTIVE"
        and request.get("launchType") in (None, service.launch_type)
        and request.get("schedulingStrategy") in (None, service.scheduling_strategy)
    ]
    return ActionResult({"serviceArns": sorted(arns)})


def install() -> None:
    replace(EC2ContainerServiceResponse, "create_service", _create)
    replace(EC2ContainerServiceResponse, "update_service", _update)
    replace(EC2ContainerServiceResponse, "delete_service", _delete)
    replace(EC2ContainerServiceResponse, "describe_services", _describe)
    replace(EC2ContainerServiceResponse, "list_services", _list)
