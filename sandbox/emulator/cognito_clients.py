"""Clients of a user pool: an update gives what it does not name its default, and a scope must be there before.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPoolClient.html
"""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.models import CognitoIdpBackend, CognitoIdpUserPoolClient
from moto.core.exceptions import JsonRESTError

from patching import replace

#: Of OpenID Connect and of Cognito itself; all others are a resource server's.
GIVEN_SCOPES = frozenset({"aws.cognito.signin.user.admin", "email", "openid", "phone", "profile"})

_create = CognitoIdpBackend.create_user_pool_client


def _check_scopes(backend: CognitoIdpBackend, user_pool_id: str, config: dict[str, Any]) -> None:
    servers = backend.describe_user_pool(user_pool_id).resource_servers.values()
    known = {f"{server.identifier}/{scope['ScopeName']}" for server in servers for scope in server.scopes or []}
    for scope in config.get("AllowedOAuthScopes") or []:
        if scope not in GIVEN_SCOPES | known:
            raise JsonRESTError("ScopeDoesNotExistException", f"The scope {scope} does not exist.")


def _create_with_known_scopes(
    self: CognitoIdpBackend, user_pool_id: str, generate_secret: bool, extended_config: dict[str, Any]
) -> CognitoIdpUserPoolClient:
    _check_scopes(self, user_pool_id, extended_config)
    return _create(self, user_pool_id, generate_secret, extended_config)


def _update(
    self: CognitoIdpBackend, user_pool_id: str, client_id: str, extended_config: dict[str, Any]
) -> CognitoIdpUserPoolClient:
    client = self.describe_user_pool_client(user_pool_id, client_id)
    _check_scopes(self, user_pool_id, extended_config)
    named = {"ClientName": client.extended_config.get("ClientName"), **extended_config}
    client.extended_config = CognitoIdpUserPoolClient(user_pool_id, False, named).extended_config
    return client


def install() -> None:
    replace(CognitoIdpBackend, "create_user_pool_client", _create_with_known_scopes)
    replace(CognitoIdpBackend, "update_user_pool_client", _update)
