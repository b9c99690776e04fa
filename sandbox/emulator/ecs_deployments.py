"""The deployments of an ECS service: when a new one starts, which one is PRIMARY, when an old one goes.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
"""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ecs_reports import ServiceReport

#: What a deployment rolls out. A change of one of these in UpdateService starts a new deployment;
#: any other change (the desired count, the deployment configuration) is made in place.
ROLLED_OUT = (
    "taskDefinition",
    "loadBalancers",
    "serviceRegistries",
    "networkConfiguration",
    "platformVersion",
    "capacityProviderStrategy",
    "serviceConnectConfiguration",
    "volumeConfigurations",
)


def now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Deployment:
    #: The fields of ROLLED_OUT as they were when the deployment started: what a rollback returns to.
    revision: dict[str, Any]
    desired_count: int
    id: str = field(default_factory=lambda: f"ecs-svc/{random.randint(10**18, 10**19 - 1)}")
    status: str = "PRIMARY"
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    rollout_state: str = "IN_PROGRESS"
    rollout_state_reason: str = ""
    running_count: int = 0
    pending_count: int = 0
    failed_tasks: int = 0
    finished_at: datetime | None = None
    #: The deployment that the circuit breaker started because this one failed.
    rolled_back_by: Deployment | None = None

    def __post_init__(self) -> None:
        self.revision = copy.deepcopy(self.revision)
        self.rollout_state_reason = self.rollout_state_reason or f"ECS deployment {self.id} in progress."


class Deployments:
    """Newest first, as DescribeServices lists them."""

    def __init__(self, revision: dict[str, Any], desired_count: int) -> None:
        self.all = [Deployment(revision, desired_count)]
        self.last_completed: Deployment | None = None
        #: Every deployment that CreateService or UpdateService asked for, newest first.
        self.requested = list(self.all)

    @property
    def primary(self) -> Deployment:
        return self.all[0]

    def start(self, revision: dict[str, Any], desired_count: int) -> None:
        self._become_primary(Deployment(revision, desired_count))
        self.requested.insert(0, self.primary)

    def _become_primary(self, deployment: Deployment) -> None:
        before = self.primary
        before.status = "ACTIVE"
        before.updated_at = now()
        before.finished_at = before.finished_at or now()
        self.all.insert(0, deployment)

    def resize(self, desired_count: int) -> None:
        if self.primary.desired_count != desired_count:
            self.primary.desired_count = desired_count
            self.primary.updated_at = now()

    def roll_back(self, desired_count: int, reason: str) -> Deployment | None:
        """The circuit breaker tripped. None when no deployment ever completed: nothing to go back to."""
        failed = self.primary
        failed.rollout_state = "FAILED"
        failed.rollout_state_reason = reason
        failed.updated_at = failed.finished_at = now()
        if self.last_completed is None:
            return None
        failed.desired_count = 0
        reason = f"ECS deployment circuit breaker: rolling back to deploymentId {self.last_completed.id}."
        failed.rolled_back_by = Deployment(
            self.last_completed.revision, desired_count, rollout_state_reason=reason
        )
        self._become_primary(failed.rolled_back_by)
        return failed.rolled_back_by

    def apply(self, report: ServiceReport) -> None:
        """Takes over the counts that the controller reports; what it does not know runs nothing."""
        for deployment in self.all:
            reported = report.deployments.get(deployment.id)
            deployment.running_count = reported.running_count if reported else 0
            deployment.pending_count = reported.pending_count if reported else 0
            deployment.failed_tasks = reported.failed_tasks if reported else deployment.failed_tasks
            # A deployment that the circuit breaker gave up stays failed, whatever its last tasks do.
            if reported and deployment.rollout_state != "FAILED":
                self._advance(deployment, reported.rollout_state, reported.rollout_state_reason)
        if self.primary.rollout_state == "COMPLETED":
            self.last_completed = self.primary
            del self.all[1:]

    @staticmethod
    def _advance(deployment: Deployment, state: str, reason: str) -> None:
        if state != deployment.rollout_state:
            deployment.updated_at = now()
            deployment.finished_at = None if state == "IN_PROGRESS" else now()
        deployment.rollout_state = state
        if reason:
            deployment.rollout_state_reason = reason
        elif state == "COMPLETED":
            deployment.rollout_state_reason = f"ECS deployment {deployment.id} completed."
