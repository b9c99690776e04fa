"""What ECS takes as a container's health check.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
"""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import EcsClientException

KINDS = ("NONE", "CMD", "CMD-SHELL")
RANGES = {"interval": (5, 300), "timeout": (2, 60), "retries": (1, 10), "startPeriod": (0, 300)}


def check_health_checks(containers: list[dict[str, Any]]) -> None:
    for container in containers:
        check = container.get("healthCheck")
        if check is not None:
            _check(container.get("name"), check)


def _check(container: Any, check: dict[str, Any]) -> None:
    command = check.get("command") or []
    if not command or command[0] not in KINDS or (command[0] != "NONE" and len(command) < 2):
        raise EcsClientException(
            f"Invalid health check command of container {container}: it must start with {', '.join(KINDS)}."
        )
    for name, (least, most) in RANGES.items():
        value = check.get(name)
        if value is not None and not least <= value <= most:
            raise EcsClientException(
                f"Invalid health check {name} of container {container}: {value}. It must be from {least} to {most}."
            )
