"""Tags of Application Auto Scaling's targets: Terraform's provider reads them, moto has no such calls."""

from __future__ import annotations

import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError

from patching import add, replace

_tags: dict[str, dict[str, str]] = {}


def _known_arn(response: ApplicationAutoScalingResponse) -> str:
    arn: str = response._get_param("ResourceARN")
    targets = response.applicationautoscaling_backend.targets.values()
    if not any(target.arn == arn for by_id in targets for target in by_id.values()):
        raise JsonRESTError("ResourceNotFoundException", f"No scalable target found for ARN {arn}")
    return arn


def _list_tags(self: ApplicationAutoScalingResponse) -> str:
    return json.dumps({"Tags": _tags.get(_known_arn(self), {})})


def _tag(self: ApplicationAutoScalingResponse) -> str:
    _tags.setdefault(_known_arn(self), {}).update(self._get_param("Tags") or {})
    return "{}"


def _untag(self: ApplicationAutoScalingResponse) -> str:
    tags = _tags.get(_known_arn(self), {})
    for key in self._get_param("TagKeys") or []:
        tags.pop(key, None)
    return "{}"


_register = ApplicationAutoScalingResponse.register_scalable_target


def _register_with_tags(self: ApplicationAutoScalingResponse) -> str:
    answer = _register(self)
    tags: dict[str, str] | None = self._get_param("Tags")
    if tags:
        _tags.setdefault(json.loads(answer)["ScalableTargetARN"], {}).update(tags)
    return answer


def install() -> None:
    add(ApplicationAutoScalingResponse, "list_tags_for_resource", _list_tags)
    add(ApplicationAutoScalingResponse, "tag_resource", _tag)
    add(ApplicationAutoScalingResponse, "untag_resource", _untag)
    replace(ApplicationAutoScalingResponse, "register_scalable_target", _register_with_tags)
