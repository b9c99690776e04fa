"""An ECS service as ECS keeps it: what was written reads back, deployments start when they should.

moto keeps a part of a service's settings, never starts a deployment and says that all tasks run.
"""

from __future__ import annotations

import copy
from typing import Any

from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Service

import ecs_checks as checks
from ecs_deployments import ROLLED_OUT, Deployment, Deployments, now
from ecs_reports import NOTHING_RUNS, ServiceReport

#: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
DEPLOYMENT_CONFIGURATION: dict[str, Any] = {
    "strategy": "ROLLING",
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "bakeTimeInMinutes": 0,
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
}

#: What `LATEST` means for Linux tasks on Fargate.
FARGATE_PLATFORM_VERSION = "1.4.0"

#: Settings that UpdateService takes over as they are and that start no deployment.
IN_PLACE = (
    "desiredCount",
    "healthCheckGracePeriodSeconds",
    "enableExecuteCommand",
    "enableECSManagedTags",
    "propagateTags",
    "placementConstraints",
    "placementStrategy",
    "availabilityZoneRebalancing",
)


class SandboxService(Service):
    """moto's service (other parts of moto look services up) with the request kept as it was written."""

    #: moto's metaclass takes the second part of a model's module as its AWS service.
    __module__ = "sandbox.ecs"

    def __init__(
        self, cluster: Cluster, request: dict[str, Any], backend: EC2ContainerServiceBackend
    ) -> None:
        definition = checks.task_definition_for(backend, request["taskDefinition"])
        super().__init__(
            cluster=cluster,
            service_name=request["serviceName"],
            desired_count=request.get("desiredCount") or 0,
            backend=backend,
            task_definition=definition,
            scheduling_strategy=request.get("schedulingStrategy"),
            tags=request.get("tags"),
            deployment_controller=request.get("deploymentController"),
            launch_type=request.get("launchType") or "EC2",
        )
        self.report: ServiceReport = NOTHING_RUNS
        self.created_at = now()
        self._asked = copy.deepcopy(request)
        self.settings = _settings(request, definition.arn)
        self._check(self.settings, request)
        self.rollout = Deployments(self._rolled_out(), self.settings["desiredCount"])
        self._mirror()

    def is_made_by(self, request: dict[str, Any]) -> bool:
        """Whether it is the same call again: who got no answer asks a second time, with the same token."""
        return bool(request.get("clientToken")) and request == self._asked and self.status == "ACTIVE"

    def update(self, request: dict[str, Any]) -> None:
        settings = copy.deepcopy(self.settings)
        given = {name: value for name, value in request.items() if value is not None}
        if "taskDefinition" in given:
            given["taskDefinition"] = checks.task_definition_for(self._backend, given["taskDefinition"]).arn
        if "networkConfiguration" in given:
            given["networkConfiguration"] = _network(given["networkConfiguration"])
        settings.update({name: given[name] for name in (*IN_PLACE, *ROLLED_OUT) if name in given})
        settings["deploymentConfiguration"].update(given.get("deploymentConfiguration", {}))
        self._check(settings, given)
        before, self.settings = self._rolled_out(), settings
        if self._rolled_out() != before or given.get("forceNewDeployment"):
            self.rollout.start(self._rolled_out(), settings["desiredCount"])
        else:
            self.rollout.resize(settings["desiredCount"])
        self._mirror()

    def take_report(self, report: ServiceReport) -> None:
        self.report = report
        self.rollout.apply(report)
        if self.status == "DRAINING" and not report.has_live_tasks:
            self.status = "INACTIVE"

    def roll_back(self, reason: str) -> Deployment | None:
        deployment = self.rollout.roll_back(self.settings["desiredCount"], reason)
        if deployment is not None:
            self.settings.update(copy.deepcopy(deployment.revision))
            self._mirror()
        return deployment

    def remove(self) -> None:
        self.settings["desiredCount"] = 0
        self.rollout.resize(0)
        self.status = "DRAINING" if self.report.has_live_tasks else "INACTIVE"
        self._mirror()

    def _rolled_out(self) -> dict[str, Any]:
        return {name: self.settings.get(name) for name in ROLLED_OUT}

    def _check(self, settings: dict[str, Any], given: dict[str, Any]) -> None:
        definition = self._backend.describe_task_definition(settings["taskDefinition"])
        checks.check_network(definition, settings["networkConfiguration"])
        if "networkConfiguration" in given and settings["networkConfiguration"]:
            self._validate_network(settings["networkConfiguration"])
        if "loadBalancers" in given:
            checks.check_load_balancers(self._backend, settings["loadBalancers"], definition)
        if "serviceRegistries" in given:
            checks.check_service_registries(self._backend, settings["serviceRegistries"])
        checks.check_grace_period(given.get("healthCheckGracePeriodSeconds"), settings["loadBalancers"])
        checks.check_zone_rebalancing(
            settings["availabilityZoneRebalancing"], settings["deploymentConfiguration"]
        )

    def _mirror(self) -> None:
        """Keeps what the rest of moto reads from its own service in step."""
        self.task_definition = self.settings["taskDefinition"]
        self.desired_count = self.settings["desiredCount"]
        self.load_balancers = self.settings["loadBalancers"]
        self.service_registries = self.settings["serviceRegistries"]
        self.network_configuration = self.settings["networkConfiguration"]

    def described(self, include: list[str]) -> dict[str, Any]:
        facts = {name: value for name, value in self.settings.items() if value is not None}
        facts.update(
            serviceArn=self.arn,
            serviceName=self.name,
            clusterArn=self.cluster_arn,
            status=self.status,
            launchType=self.launch_type,
            deploymentController=self.deployment_controller,
            schedulingStrategy=self.scheduling_strategy,
            createdAt=self.created_at,
            createdBy=f"arn:aws:iam::{self._account_id}:root",
            runningCount=sum(deployment.running_count for deployment in self.rollout.all),
            pendingCount=sum(deployment.pending_count for deployment in self.rollout.all),
            deployments=[self._described_deployment(deployment) for deployment in self.rollout.all],
            events=self._described_events(),
        )
        if self.launch_type == "FARGATE":
            facts["platformFamily"] = "Linux"
        if "TAGS" in include:
            facts["tags"] = self.tags
        return facts

    def _described_deployment(self, deployment: Deployment) -> dict[str, Any]:
        fargate = self.launch_type == "FARGATE"
        version = deployment.revision["platformVersion"]
        return {
            "id": deployment.id,
            "status": deployment.status,
            "taskDefinition": deployment.revision["taskDefinition"],
            "networkConfiguration": deployment.revision["networkConfiguration"],
            "desiredCount": deployment.desired_count,
            "runningCount": deployment.running_count,
            "pendingCount": deployment.pending_count,
            "failedTasks": deployment.failed_tasks,
            "createdAt": deployment.created_at,
            "updatedAt": deployment.updated_at,
            "launchType": self.launch_type,
            "platformVersion": FARGATE_PLATFORM_VERSION if version == "LATEST" else version,
            "platformFamily": "Linux" if fargate else None,
            "rolloutState": deployment.rollout_state,
            "rolloutStateReason": deployment.rollout_state_reason,
        }

    def _described_events(self) -> list[dict[str, Any]]:
        """Newest first. A message keeps the time at which it was first reported."""
        known = {event["message"]: event for event in self.events}
        for message in self.report.events:
            known.setdefault(
                message, {"id": f"{self.name}-{len(known) + 1}", "createdAt": now(), "message": message}
            )
        self.events = [known[message] for message in dict.fromkeys(self.report.events)]
        return list(reversed(self.events))


def _settings(request: dict[str, Any], task_definition_arn: str) -> dict[str, Any]:
    fargate = request.get("launchType") == "FARGATE"
    deployment_configuration = copy.deepcopy(DEPLOYMENT_CONFIGURATION)
    deployment_configuration.update(request.get("deploymentConfiguration") or {})
    # New services are rebalanced unless their configuration forbids a task too many.
    rebalancing = "ENABLED" if deployment_configuration["maximumPercent"] > 100 else "DISABLED"
    return {
        "taskDefinition": task_definition_arn,
        "desiredCount": request.get("desiredCount") or 0,
        "loadBalancers": request.get("loadBalancers") or [],
        "serviceRegistries": request.get("serviceRegistries") or [],
        "networkConfiguration": _network(request.get("networkConfiguration") or {}),
        "platformVersion": request.get("platformVersion") or ("LATEST" if fargate else None),
        "capacityProviderStrategy": request.get("capacityProviderStrategy"),
        "serviceConnectConfiguration": request.get("serviceConnectConfiguration"),
        "volumeConfigurations": request.get("volumeConfigurations"),
        "deploymentConfiguration": deployment_configuration,
        "healthCheckGracePeriodSeconds": request.get("healthCheckGracePeriodSeconds"),
        "enableExecuteCommand": request.get("enableExecuteCommand") or False,
        "enableECSManagedTags": request.get("enableECSManagedTags") or False,
        "propagateTags": request.get("propagateTags") or "NONE",
        "placementConstraints": request.get("placementConstraints") or [],
        "placementStrategy": request.get("placementStrategy") or [],
        "availabilityZoneRebalancing": request.get("availabilityZoneRebalancing") or rebalancing,
        "roleArn": request.get("role"),
    }


def _network(network: dict[str, Any]) -> dict[str, Any]:
    if "awsvpcConfiguration" not in network:
        return network
    defaults = {"securityGroups": [], "assignPublicIp": "DISABLED"}
    return {**network, "awsvpcConfiguration": {**defaults, **network["awsvpcConfiguration"]}}
