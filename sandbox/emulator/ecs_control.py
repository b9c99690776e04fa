"""The tasks controller's side of ECS: takes its reports and its word that a deployment failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ecs.models import ecs_backends

from ecs_reports import NOTHING_RUNS, BadReport, ServiceReport
from ecs_service import SandboxService
from ecs_tasks import forget_stop_requests


def sandbox_services() -> Iterator[SandboxService]:
    for backend in ecs_backends[DEFAULT_ACCOUNT_ID].values():
        for service in backend.services.values():
            if isinstance(service, SandboxService):
                yield service


def take_reports(reports: dict[str, ServiceReport]) -> dict[str, Any]:
    """Reports about services that are gone are no error: the controller may be a moment behind."""
    for service in sandbox_services():
        service.take_report(reports.get(service.arn, NOTHING_RUNS))
    tasks = [task for report in reports.values() for task in report.tasks]
    live = {task.task_arn for task in tasks if task.last_status != "STOPPED"}
    forget_stop_requests(live)
    known = {service.arn for service in sandbox_services()}
    return {"unknownServices": sorted(set(reports) - known)}


def roll_back(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict) or not body.get("serviceArn") or not body.get("reason"):
        raise BadReport("the body must be an object with serviceArn and reason")
    for service in sandbox_services():
        if service.arn == body["serviceArn"]:
            deployment = service.roll_back(body["reason"])
            return {"deploymentId": deployment.id if deployment else None}
    raise BadReport(f"there is no service {body['serviceArn']}")
