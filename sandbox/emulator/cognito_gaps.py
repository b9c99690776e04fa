"""Cognito calls that moto lacks, or takes too easily.

To change or delete a resource server, to tag a user pool; a pool that is protected cannot be deleted.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html
"""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.exceptions import InvalidParameterException, ResourceNotFoundError
from moto.cognitoidp.models import CognitoIdpUserPool
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import ActionResult, EmptyResult

from patching import add, replace


def _update_resource_server(self: CognitoIdpResponse) -> ActionResult:
    pool_id = self._get_param("UserPoolId")
    server = self.backend.describe_resource_server(pool_id, self._get_param("Identifier"))
    server.name = self._get_param("Name")
    server.scopes = self._get_param("Scopes") or []
    return ActionResult({"ResourceServer": server.to_json()})


def _delete_resource_server(self: CognitoIdpResponse) -> ActionResult:
    pool_id = self._get_param("UserPoolId")
    server = self.backend.describe_resource_server(pool_id, self._get_param("Identifier"))
    del self.backend.describe_user_pool(pool_id).resource_servers[server.identifier]
    return EmptyResult()


def _pool_tags(self: CognitoIdpResponse, arn: str) -> dict[str, str]:
    for pool in self.backend.user_pools.values():
        if pool.arn == arn:
            tags: dict[str, str] = _config(pool).setdefault("UserPoolTags", {})
            return tags
    raise ResourceNotFoundError(f"Resource {arn} does not exist.")


def _config(pool: CognitoIdpUserPool) -> dict[str, Any]:
    config: dict[str, Any] = pool.extended_config
    return config


def _list_tags(self: CognitoIdpResponse) -> ActionResult:
    return ActionResult({"Tags": _pool_tags(self, self._get_param("ResourceArn"))})


def _tag(self: CognitoIdpResponse) -> ActionResult:
    _pool_tags(self, self._get_param("ResourceArn")).update(self._get_param("Tags"))
    return EmptyResult()


def _untag(self: CognitoIdpResponse) -> ActionResult:
    tags = _pool_tags(self, self._get_param("ResourceArn"))
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return EmptyResult()


_delete_pool = CognitoIdpResponse.delete_user_pool


def _delete_open_pool(self: CognitoIdpResponse) -> Any:
    pool = self.backend.describe_user_pool(self._get_param("UserPoolId"))
    if _config(pool).get("DeletionProtection") == "ACTIVE":
        raise InvalidParameterException(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    return _delete_pool(self)


def install() -> None:
    replace(CognitoIdpResponse, "delete_user_pool", _delete_open_pool)
    add(CognitoIdpResponse, "update_resource_server", _update_resource_server)
    add(CognitoIdpResponse, "delete_resource_server", _delete_resource_server)
    add(CognitoIdpResponse, "list_tags_for_resource", _list_tags)
    add(CognitoIdpResponse, "tag_resource", _tag)
    add(CognitoIdpResponse, "untag_resource", _untag)
