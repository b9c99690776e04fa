"""Who may call: this sandbox's own programs, by Signature Version 4 with its credentials, and nobody else.

A web page cannot sign, and is refused before that: by its Origin, and by a Host that is not this server's own (a name
that an attacker lets point to 127.0.0.1). Two paths of OAuth 2.0 have no signature on AWS either: the token endpoint,
whose callers show their client's secret, and the public keys of a user pool.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from xml.sax.saxutils import escape

import cognito_tokens
import signature

log = logging.getLogger("sandbox.door")

KEYS_PATH = re.compile(r"/[A-Za-z0-9_-]+/\.well-known/jwks\.json")
#: moto's administration, which the sandbox has no use for.
ADMINISTRATION = re.compile(r"/+moto[-_]api(/|$)|/+favicon\.ico$", re.IGNORECASE)
#: A client's secret and what it asks for take no more.
LARGEST_TOKEN_REQUEST = 16 * 1024
#: Of a refused request so much is read, so that its sender gets to read the answer.
LARGEST_DRAINED = 1024 * 1024


class Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class OwnKey:
    key_id: str
    secret: str

    @staticmethod
    def from_environment() -> OwnKey:
        """In the environment and not on the command line, which every user of the machine can read."""
        key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if not key_id or not secret:
            sys.exit("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must hold the credentials that callers sign with")
        return OwnKey(key_id, secret)

    def find(self, key_id: str) -> tuple[str, str | None] | None:
        """Ours, or those that AssumeRole gave to one who had ours: the cdk CLI works with such."""
        if key_id == self.key_id:
            return self.secret, None
        return _assumed_role(key_id)


def _assumed_role(key_id: str) -> tuple[str, str | None] | None:
    from moto.sts.models import sts_backends

    now = datetime.now(timezone.utc).replace(tzinfo=None)
    for account in list(sts_backends.values()):
        for backend in list(account.values()):
            role = backend.get_assumed_role_from_access_key(key_id)
            if role is not None and role.expiration.replace(tzinfo=None) > now:
                return role.secret_access_key, role.session_token
    return None


class Door:
    """A WSGI middleware around everything that the server answers."""

    def __init__(self, application: Any, port: int, key: OwnKey) -> None:
        self._application = application
        self._hosts = frozenset({f"localhost:{port}", f"127.0.0.1:{port}"})
        self._key = key

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            self._admit(environ)
        except (Refused, signature.Unsigned) as refusal:
            log.info("refused %s %s: %s", environ["REQUEST_METHOD"], environ.get("PATH_INFO"), refusal)
            return _answer(environ, start_response, refusal.code, str(refusal))

        def without_cors(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            kept = [(name, value) for name, value in headers if not name.lower().startswith("access-control-")]
            return start_response(status, kept, exc_info) if exc_info else start_response(status, kept)

        answer: Iterable[bytes] = self._application(environ, without_cors)
        return answer

    def _admit(self, environ: dict[str, Any]) -> None:
        path = environ.get("PATH_INFO", "")
        if environ.get("HTTP_HOST") not in self._hosts or not environ["RAW_URI"].startswith("/"):
            raise Refused("AccessDenied", f"Host must be one of {', '.join(sorted(self._hosts))}.")
        if "HTTP_ORIGIN" in environ or environ["REQUEST_METHOD"] == "OPTIONS":
            raise Refused("AccessDenied", "The sandbox's AWS is not for web pages.")
        if ADMINISTRATION.match(path):
            raise Refused("AccessDenied", "The emulator's administration is off.")
        if not _is_open(environ, path):
            signature.verify(environ, self._key.find, datetime.now(timezone.utc))


def _is_open(environ: dict[str, Any], path: str) -> bool:
    if path == cognito_tokens.PATH and environ["REQUEST_METHOD"] == "POST":
        length = environ.get("CONTENT_LENGTH") or "0"
        return length.isdigit() and int(length) <= LARGEST_TOKEN_REQUEST
    if not KEYS_PATH.fullmatch(path) or environ["REQUEST_METHOD"] != "GET":
        return False
    if environ.get("HTTP_AUTHORIZATION") or environ.get("QUERY_STRING"):
        return False
    # moto looks for the service in these, before the path: nothing but the path may say where this goes.
    for name in ("HTTP_X_AMZ_TARGET", "HTTP_SMITHY_PROTOCOL", "CONTENT_TYPE", "CONTENT_LENGTH"):
        environ.pop(name, None)
    environ["wsgi.input"] = io.BytesIO(b"")
    environ.pop("wsgi.input_terminated", None)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return True


def _answer(environ: dict[str, Any], start_response: Any, code: str, message: str) -> Iterable[bytes]:
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdigit():
        environ["wsgi.input"].read(min(int(length), LARGEST_DRAINED))
    if "HTTP_X_AMZ_TARGET" in environ:
        content_type = "application/x-amz-json-1.1"
        body = json.dumps({"__type": code, "message": message}).encode()
    else:
        content_type = "text/xml"
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        body = f"<ErrorResponse>{error}<RequestId>sandbox</RequestId></ErrorResponse>".encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("x-amzn-ErrorType", code)]
    start_response("403 Forbidden", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
