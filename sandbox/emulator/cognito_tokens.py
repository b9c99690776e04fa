"""Cognito's token endpoint, which is no AWS API but OAuth 2.0: the client credentials grant (RFC 6749, section 4.4).

On AWS it is at https://<domain>.auth.<region>.amazoncognito.com/oauth2/token. Tokens are signed with the key that
moto shows in the pool's JWKS.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, unquote

from joserfc import jwt
from moto.cognitoidp.models import CognitoIdpUserPool, CognitoIdpUserPoolClient, cognitoidp_backends

PATH = "/oauth2/token"

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}

Found = tuple[CognitoIdpUserPool, CognitoIdpUserPoolClient]


class TokenError(Exception):
    """An error of RFC 6749, section 5.2."""


def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    try:
        status, document = "200 OK", issue(environ)
    except TokenError as error:
        status, document = "400 Bad Request", {"error": str(error)}
    body = json.dumps(document).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    start_response(status, headers)
    return [body]


def issue(environ: dict[str, Any]) -> dict[str, Any]:
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    form = {name: values[0] for name, values in parse_qs(raw.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        raise TokenError("unsupported_grant_type")
    pool, client = authenticate(*credentials(environ, form))
    if "client_credentials" not in client.extended_config.get("AllowedOAuthFlows", []):
        raise TokenError("unauthorized_client")
    allowed = client.extended_config.get("AllowedOAuthScopes", [])
    scopes = form["scope"].split() if form.get("scope") else allowed
    if not set(scopes) <= set(allowed):
        raise TokenError("invalid_scope")
    lifetime = lifetime_of(client)
    return {
        "access_token": access_token(pool, client, scopes, lifetime),
        "expires_in": lifetime,
        "token_type": "Bearer",
    }


def credentials(environ: dict[str, Any], form: dict[str, str]) -> tuple[str, str]:
    scheme, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        raise TokenError("invalid_client") from None
    return unquote(name), unquote(secret)


def authenticate(client_id: str, secret: str) -> Found:
    for account in cognitoidp_backends.values():
        for backend in account.values():
            for pool in backend.user_pools.values():
                client = pool.clients.get(client_id)
                if client is not None and client.generate_secret and client.secret == secret:
                    return pool, client
    raise TokenError("invalid_client")


def lifetime_of(client: CognitoIdpUserPoolClient) -> int:
    """An hour, unless the client says otherwise; the unit is hours, unless the client says otherwise."""
    config = client.extended_config
    unit = (config.get("TokenValidityUnits") or {}).get("AccessToken", "hours")
    return int(config.get("AccessTokenValidity") or 1) * SECONDS[unit]


def access_token(
    pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, scopes: list[str], lifetime: int
) -> str:
    now = int(time.time())
    claims = {
        "sub": client.id,
        "client_id": client.id,
        "token_use": "access",
        "scope": " ".join(scopes),
        "iss": f"https://cognito-idp.{pool.region}.amazonaws.com/{pool.id}",
        "auth_time": now,
        "iat": now,
        "exp": now + lifetime,
        "version": 2,
        "jti": str(uuid.uuid4()),
    }
    return str(jwt.encode({"kid": "dummy", "alg": "RS256"}, claims, pool.json_web_key))
