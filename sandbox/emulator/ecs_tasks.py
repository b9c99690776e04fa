"""ListTasks and DescribeTasks from what the tasks controller reports; StopTask as a request to it.

A task that nobody runs is not pretended: RunTask, StartTask and task sets are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from ecs_reports import TaskReport
from ecs_service import FARGATE_PLATFORM_VERSION, SandboxService
from patching import replace

#: Task ARN to reason: StopTask was called and the controller has not yet reported the task as stopped.
_stop_requests: dict[str, str] = {}


def _tasks(backend: EC2ContainerServiceBackend, cluster: str) -> Iterator[tuple[SandboxService, TaskReport]]:
    cluster_arn = backend._get_cluster(cluster).arn
    for service in backend.services.values():
        if isinstance(service, SandboxService) and service.cluster_arn == cluster_arn:
            for task in service.report.tasks:
                yield service, task


def _list(self: EC2ContainerServiceResponse) -> ActionResult:
    request = self._get_params()
    wanted_status = request.get("desiredStatus") or "RUNNING"
    service_name = (request.get("serviceName") or "").rsplit("/", 1)[-1]
    arns = [
        task.task_arn
        for service, task in _tasks(self.ecs_backend, request.get("cluster") or "default")
        if _desired_status(task) == wanted_status
        and (not service_name or service.name == service_name)
        and request.get("family") in (None, _family(task))
        and request.get("startedBy") in (None, task.deployment_id)
        and request.get("launchType") in (None, service.launch_type)
    ]
    return ActionResult({"taskArns": arns})


def _describe(self: EC2ContainerServiceResponse) -> ActionResult:
    request = self._get_params()
    include = request.get("include", [])
    known: dict[str, tuple[SandboxService, TaskReport]] = {}
    for service, task in _tasks(self.ecs_backend, request.get("cluster") or "default"):
        known[task.task_arn] = known[task.task_id] = (service, task)
    wanted = request.get("tasks", [])
    described = [_described(self.ecs_backend, known[name], include) for name in wanted if name in known]
    failures = [{"arn": name, "reason": "MISSING"} for name in wanted if name not in known]
    return ActionResult({"tasks": described, "failures": failures})


def _stop(self: EC2ContainerServiceResponse) -> ActionResult:
    request = self._get_params()
    for service, task in _tasks(self.ecs_backend, request.get("cluster") or "default"):
        if request["task"] in (task.task_arn, task.task_id):
            _stop_requests[task.task_arn] = request.get("reason") or "Task stopped by user"
            return ActionResult({"task": _described(self.ecs_backend, (service, task), [])})
    raise InvalidParameterException("The referenced task was not found.")


def _described(
    backend: EC2ContainerServiceBackend, known: tuple[SandboxService, TaskReport], include: list[str]
) -> dict[str, Any]:
    service, task = known
    definition = backend.describe_task_definition(task.task_definition_arn)
    containers: list[dict[str, Any]] = definition.container_definitions
    attachment_id = f"eni-attachment-{task.task_id}"
    facts: dict[str, Any] = {
        "taskArn": task.task_arn,
        "clusterArn": service.cluster_arn,
        "taskDefinitionArn": task.task_definition_arn,
        "group": f"service:{service.name}",
        "startedBy": task.deployment_id,
        "lastStatus": task.last_status,
        "desiredStatus": _desired_status(task),
        "healthStatus": task.health_status,
        "launchType": service.launch_type,
        "availabilityZone": task.availability_zone,
        "cpu": definition.cpu,
        "memory": definition.memory,
        "connectivity": "CONNECTED",
        "createdAt": task.started_at,
        "startedAt": task.started_at,
        "stoppedReason": task.stopped_reason or _stop_requests.get(task.task_arn),
        "stopCode": task.stop_code,
        "enableExecuteCommand": service.settings["enableExecuteCommand"],
        "attachments": [_network_interface(attachment_id, task)] if task.private_ipv4_address else [],
        "containers": [_described_container(container, task, attachment_id) for container in containers],
    }
    if service.launch_type == "FARGATE":
        facts.update(platformVersion=FARGATE_PLATFORM_VERSION, platformFamily="Linux")
    if "TAGS" in include:
        facts["tags"] = _propagated_tags(service, definition.tags)
    return facts


def _described_container(
    container: dict[str, Any], task: TaskReport, attachment_id: str
) -> dict[str, Any]:
    """A container that the controller does not run has its task's state, and nobody checks it."""
    told = task.containers.get(container["name"])
    address = task.private_ipv4_address
    return {
        "name": container["name"],
        "image": container.get("image"),
        "taskArn": task.task_arn,
        "lastStatus": told.last_status if told else task.last_status,
        "healthStatus": told.health_status if told else "UNKNOWN",
        "exitCode": told.exit_code if told else None,
        "networkInterfaces": [{"attachmentId": attachment_id, "privateIpv4Address": address}]
        if address
        else [],
    }


def _network_interface(attachment_id: str, task: TaskReport) -> dict[str, Any]:
    details = [
        {"name": "subnetId", "value": task.subnet_id},
        {"name": "privateIPv4Address", "value": task.private_ipv4_address},
    ]
    status = "DELETED" if task.last_status == "STOPPED" else "ATTACHED"
    return {"id": attachment_id, "type": "ElasticNetworkInterface", "status": status, "details": details}


def _propagated_tags(service: SandboxService, definition_tags: list[dict[str, str]]) -> list[dict[str, str]]:
    source = service.settings["propagateTags"]
    return {"SERVICE": service.tags, "TASK_DEFINITION": definition_tags}.get(source, [])


def _desired_status(task: TaskReport) -> str:
    return "STOPPED" if task.task_arn in _stop_requests else task.desired_status


def _family(task: TaskReport) -> str:
    return task.task_definition_arn.rsplit("/", 1)[-1].split(":")[0]


def forget_stop_requests(live_task_arns: set[str]) -> None:
    """A request is done when the controller no longer reports the task as alive."""
    for arn in [arn for arn in _stop_requests if arn not in live_task_arns]:
        del _stop_requests[arn]


def _refused(self: EC2ContainerServiceResponse) -> ActionResult:
    raise NotImplementedError("the sandbox runs tasks of services only")


def install() -> None:
    replace(EC2ContainerServiceResponse, "list_tasks", _list)
    replace(EC2ContainerServiceResponse, "describe_tasks", _describe)
    replace(EC2ContainerServiceResponse, "stop_task", _stop)
    for action in ("run_task", "start_task", "create_task_set", "update_task_set"):
        replace(EC2ContainerServiceResponse, action, _refused)
