"""What the tasks controller says is true of ECS services: the body of `PUT /_sandbox/ecs/services`.

Each report replaces the one before as a whole: a service that it does not name runs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

ROLLOUT_STATES = ("IN_PROGRESS", "COMPLETED", "FAILED")


class BadReport(ValueError):
    """The controller sent something that is not a report; the text says what and where."""


@dataclass(frozen=True)
class DeploymentReport:
    id: str
    running_count: int
    pending_count: int
    failed_tasks: int
    rollout_state: str
    rollout_state_reason: str


@dataclass(frozen=True)
class ContainerReport:
    name: str
    last_status: str
    health_status: str
    exit_code: int | None


@dataclass(frozen=True)
class TaskReport:
    task_arn: str
    task_definition_arn: str
    deployment_id: str
    last_status: str
    desired_status: str
    health_status: str
    private_ipv4_address: str | None
    availability_zone: str | None
    subnet_id: str | None
    started_at: datetime | None
    stopped_reason: str | None
    stop_code: str | None
    containers: dict[str, ContainerReport]

    @property
    def task_id(self) -> str:
        return self.task_arn.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class ServiceReport:
    deployments: dict[str, DeploymentReport] = field(default_factory=dict)
    tasks: list[TaskReport] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @property
    def has_live_tasks(self) -> bool:
        return any(task.last_status != "STOPPED" for task in self.tasks)


NOTHING_RUNS = ServiceReport()


def parse_reports(body: Any) -> dict[str, ServiceReport]:
    if not isinstance(body, dict):
        raise BadReport("the body must be an object of service ARN to report")
    return {arn: _service(arn, report) for arn, report in body.items()}


def _service(arn: str, report: Any) -> ServiceReport:
    if not isinstance(report, dict):
        raise BadReport(f"{arn}: the report must be an object")
    deployments = [_deployment(arn, item) for item in _objects(arn, report, "deployments")]
    tasks = [_task(arn, item) for item in _objects(arn, report, "tasks")]
    events = [str(event) for event in report.get("events", [])]
    return ServiceReport({item.id: item for item in deployments}, tasks, events)


def _objects(arn: str, report: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = report.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BadReport(f"{arn}: {name} must be a list of objects")
    return items


def _deployment(arn: str, item: dict[str, Any]) -> DeploymentReport:
    state = item.get("rolloutState", "IN_PROGRESS")
    if state not in ROLLOUT_STATES:
        raise BadReport(f"{arn}: rolloutState {state!r} is not one of {', '.join(ROLLOUT_STATES)}")
    return DeploymentReport(
        id=_text(arn, item, "id"),
        running_count=_count(arn, item, "runningCount"),
        pending_count=_count(arn, item, "pendingCount"),
        failed_tasks=_count(arn, item, "failedTasks"),
        rollout_state=state,
        rollout_state_reason=item.get("rolloutStateReason") or "",
    )


def _task(arn: str, item: dict[str, Any]) -> TaskReport:
    return TaskReport(
        task_arn=_text(arn, item, "taskArn"),
        task_definition_arn=_text(arn, item, "taskDefinitionArn"),
        deployment_id=_text(arn, item, "deploymentId"),
        last_status=item.get("lastStatus", "RUNNING"),
        desired_status=item.get("desiredStatus", "RUNNING"),
        health_status=item.get("healthStatus", "UNKNOWN"),
        private_ipv4_address=item.get("privateIpv4Address"),
        availability_zone=item.get("availabilityZone"),
        subnet_id=item.get("subnetId"),
        started_at=_time(arn, item.get("startedAt")),
        stopped_reason=item.get("stoppedReason"),
        stop_code=item.get("stopCode"),
        containers={one.name: one for one in map(_container(arn), _objects(arn, item, "containers"))},
    )


def _container(arn: str) -> Callable[[dict[str, Any]], ContainerReport]:
    def parse(item: dict[str, Any]) -> ContainerReport:
        exit_code = item.get("exitCode")
        return ContainerReport(
            name=_text(arn, item, "name"),
            last_status=item.get("lastStatus", "RUNNING"),
            health_status=item.get("healthStatus", "UNKNOWN"),
            exit_code=None if exit_code is None else _count(arn, item, "exitCode"),
        )

    return parse


def _text(arn: str, item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise BadReport(f"{arn}: {name} is missing")
    return value


def _count(arn: str, item: dict[str, Any], name: str) -> int:
    value = item.get(name, 0)
    if not isinstance(value, int) or value < 0:
        raise BadReport(f"{arn}: {name} must be a whole number from 0, not {value!r}")
    return value


def _time(arn: str, value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        # Python before 3.11 does not read the Z of JavaScript's toISOString().
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).astimezone(timezone.utc)
    except ValueError:
        raise BadReport(f"{arn}: startedAt {value!r} is not a time in ISO 8601") from None
