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
class Rollback:
    to: Deployment
    reason: str
    started_at: datetime = field(default_factory=now)
    #: IN_PROGRESS, SUCCESSFUL, FAILED.
    state: str = "IN_PROGRESS"


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
    #: It was complete once: what it was asked for is done, even when it is gone back to later.
    completed: bool = False
    #: What the circuit breaker did because this one failed.
    rollback: Rollback | None = None

    def __post_init__(self) -> None:
        self.revision = copy.deepcopy(self.revision)
        self.rollout_state_reason = self.rollout_state_reason or f"ECS deployment {self.id} in progress."

    def resume(self, desired_count: int) -> None:
        self.status = "PRIMARY"
        self.desired_count = desired_count
        self.rollout_state = "IN_PROGRESS"
        self.rollout_state_reason = f"ECS deployment circuit breaker: rolling back to deploymentId {self.id}."
        self.updated_at = now()

    def fail(self, reason: str) -> None:
        self.rollout_state = "FAILED"
        self.rollout_state_reason = reason
        self.updated_at = now()
        self.finished_at = self.finished_at or self.updated_at


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
        # Whoever deploys anew does not wait for the way back any more.
        self._end_rollback("FAILED")

    def _become_primary(self, deployment: Deployment) -> None:
        before = self.primary
        before.status = "ACTIVE"
        before.updated_at = now()
        before.finished_at = before.finished_at or now()
        self.all = [deployment, *(one for one in self.all if one is not deployment)]

    def _end_rollback(self, state: str) -> None:
        for deployment in self.requested:
            if deployment.rollback is not None and deployment.rollback.state == "IN_PROGRESS":
                deployment.rollback.state = state

    def resize(self, desired_count: int) -> None:
        if self.primary.desired_count != desired_count:
            self.primary.desired_count = desired_count
            self.primary.updated_at = now()

    def roll_back(self, desired_count: int, reason: str) -> Deployment | None:
        """The circuit breaker tripped: the last deployment that was complete is PRIMARY again, with the tasks that it has.

        No revision is made for the way back: it is to the last one that was deployed.
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html

        None when no deployment ever completed, or when it is the one that failed now: nothing to go back to.
        """
        failed, back = self.primary, self.last_completed
        failed.fail(reason)
        if back is None or back is failed:
            self._end_rollback("FAILED")
            return None
        failed.desired_count = 0
        failed.rollback = Rollback(back, reason)
        self._become_primary(back)
        back.resume(desired_count)
        return back

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
            self._end_rollback("SUCCESSFUL")
            del self.all[1:]

    @staticmethod
    def _advance(deployment: Deployment, state: str, reason: str) -> None:
        if state != deployment.rollout_state:
            deployment.updated_at = now()
            if not deployment.completed:
                deployment.finished_at = None if state == "IN_PROGRESS" else now()
        deployment.rollout_state = state
        deployment.completed = deployment.completed or state == "COMPLETED"
        if reason:
            deployment.rollout_state_reason = reason
        elif state == "COMPLETED":
            deployment.rollout_state_reason = f"ECS deployment {deployment.id} completed."
