"""Policies of buckets are kept and not enforced, as no permission is here.

moto takes a statement whose condition does not hold for a refusal: the policy of the bucket that `cdk bootstrap`
makes, which denies calls without TLS, would deny every call.
"""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from patching import replace


def _get_permission(self: FakeBucket, action: str, resource: str) -> Any:
    return PermissionResult.NEUTRAL


def install() -> None:
    replace(FakeBucket, "get_permission", _get_permission)
