"""STS: a role can be assumed when it is there. The emulator is one account, and has no role of another one."""

from __future__ import annotations

from typing import Any

from moto.iam.models import iam_backends
from moto.sts.exceptions import STSClientError
from moto.sts.models import STSBackend
from moto.utilities.utils import get_partition

from patching import replace

_assume_role = STSBackend.assume_role


class AccessDenied(STSClientError):
    def __init__(self, account: str, role_arn: str) -> None:
        super().__init__(
            "AccessDenied",
            f"User: arn:aws:iam::{account}:root is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
        )


def _assume(self: STSBackend, **given: Any) -> Any:
    role_arn = given["role_arn"]
    roles = iam_backends[self.account_id][get_partition(given["region_name"])].roles.values()
    if role_arn not in {role.arn for role in roles}:
        raise AccessDenied(self.account_id, role_arn)
    return _assume_role(self, **given)


def install() -> None:
    replace(STSBackend, "assume_role", _assume)
