"""ListServiceDeployments, DescribeServiceDeployments and DescribeServiceRevisions.

Where DescribeServices shows what runs, these tell how a deployment ended: a rollback is one deployment
that ended as ROLLBACK_SUCCESSFUL. Newer Terraform providers wait with these calls.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from ecs_deployments import Deployment
from ecs_service import SandboxService
from patching import add


def _arn(service: SandboxService, kind: str, deployment: Deployment) -> str:
    return service.arn.replace(":service/", f":{kind}/") + "/" + deployment.id.rsplit("/", 1)[-1]


def _status(service: SandboxService, deployment: Deployment) -> str:
    if deployment.rollback is not None:
        return f"ROLLBACK_{deployment.rollback.state}"
    if deployment.completed:
        return "SUCCESSFUL"
    if deployment.rollout_state == "FAILED" or deployment is not service.rollout.primary:
        return "STOPPED"
    return "IN_PROGRESS"


def _brief(service: SandboxService, deployment: Deployment) -> dict[str, Any]:
    return {
        "serviceDeploymentArn": _arn(service, "service-deployment", deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": deployment.created_at,
        "startedAt": deployment.created_at,
        "finishedAt": deployment.finished_at,
        "targetServiceRevisionArn": _arn(service, "service-revision", deployment),
        "status": _status(service, deployment),
        "statusReason": deployment.rollout_state_reason,
    }


def _full(service: SandboxService, deployment: Deployment) -> dict[str, Any]:
    facts = _brief(service, deployment)
    breaker = service.settings["deploymentConfiguration"]["deploymentCircuitBreaker"]
    facts.update(
        updatedAt=deployment.updated_at,
        deploymentConfiguration=service.settings["deploymentConfiguration"],
        targetServiceRevision={
            "arn": facts.pop("targetServiceRevisionArn"),
            "requestedTaskCount": deployment.desired_count,
            "runningTaskCount": deployment.running_count,
            "pendingTaskCount": deployment.pending_count,
        },
        deploymentCircuitBreaker={
            "status": _breaker_status(breaker["enable"], deployment),
            "failureCount": deployment.failed_tasks,
        },
    )
    if deployment.rollback is not None:
        facts["rollback"] = {
            "reason": deployment.rollback.reason,
            "startedAt": deployment.rollback.started_at,
            "serviceRevisionArn": _arn(service, "service-revision", deployment.rollback.to),
        }
    return facts


def _breaker_status(enabled: bool, deployment: Deployment) -> str:
    if not enabled:
        return "DISABLED"
    if deployment.completed:
        return "MONITORING_COMPLETE"
    return "TRIGGERED" if deployment.rollout_state == "FAILED" else "MONITORING"


def _revision(service: SandboxService, deployment: Deployment) -> dict[str, Any]:
    return {
        **{name: value for name, value in deployment.revision.items() if value is not None},
        "serviceRevisionArn": _arn(service, "service-revision", deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "launchType": service.launch_type,
        "createdAt": deployment.created_at,
    }


def _all(backend: EC2ContainerServiceBackend) -> Iterator[tuple[SandboxService, Deployment]]:
    for service in backend.services.values():
        if isinstance(service, SandboxService):
            for deployment in service.rollout.requested:
                yield service, deployment


def _list(self: EC2ContainerServiceResponse) -> ActionResult:
    request = self._get_params()
    service: Any = self.ecs_backend._get_service(request.get("cluster") or "default", request["service"])
    created = request.get("createdAt") or {}
    after, before = _utc(created.get("after")), _utc(created.get("before"))
    listed = [
        _brief(service, deployment)
        for deployment in service.rollout.requested
        if (after is None or deployment.created_at > after)
        and (before is None or deployment.created_at < before)
        and (not request.get("status") or _status(service, deployment) in request["status"])
    ]
    return ActionResult({"serviceDeployments": listed})


def _utc(time: Any) -> datetime | None:
    if time is None:
        return None
    if not isinstance(time, datetime):
        return datetime.fromtimestamp(float(time), timezone.utc)
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def _known(self: EC2ContainerServiceResponse, kind: str) -> dict[str, tuple[SandboxService, Deployment]]:
    return {_arn(service, kind, item): (service, item) for service, item in _all(self.ecs_backend)}


def _describe(self: EC2ContainerServiceResponse) -> ActionResult:
    known = _known(self, "service-deployment")
    wanted = self._get_params()["serviceDeploymentArns"]
    return ActionResult(
        {
            "serviceDeployments": [_full(*known[arn]) for arn in wanted if arn in known],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in known],
        }
    )


def _describe_revisions(self: EC2ContainerServiceResponse) -> ActionResult:
    known = _known(self, "service-revision")
    wanted = self._get_params()["serviceRevisionArns"]
    return ActionResult(
        {
            "serviceRevisions": [_revision(*known[arn]) for arn in wanted if arn in known],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in known],
        }
    )


def install() -> None:
    add(EC2ContainerServiceResponse, "list_service_deployments", _list)
    add(EC2ContainerServiceResponse, "describe_service_deployments", _describe)
    add(EC2ContainerServiceResponse, "describe_service_revisions", _describe_revisions)
