"""The door to moto: one call at a time, changes counted, gaps told in AWS's own error format."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

import moto

from aws_call import AwsCall, identify
from changes import ChangeCounter
from faults import Answer, Faults, carry_out
from unsupported import UNSUPPORTED_CALLS

log = logging.getLogger("sandbox.aws")

#: Not 5xx in general: the SDKs retry 500, 502, 503 and 504, and a gap does not go away by itself.
NOT_IMPLEMENTED = "501 Not Implemented"

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class AwsGate:
    """moto's response classes keep what a request includes (tags or not) in class variables, and its
    stores are plain dicts: two calls at once can leave tags out of an answer, which Terraform would
    report as a change. So calls are taken one after the other; each takes milliseconds.
    """

    def __init__(self, application: WsgiApp, changes: ChangeCounter, faults: Faults | None = None) -> None:
        self._application = application
        self._changes = changes
        self._faults = faults
        self.lock = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        call = identify(environ)
        fault = self._faults.take(call) if self._faults else None
        status, headers, body = carry_out(
            fault, lambda: self._ask_in_turn(call, environ), lambda *error: fail(call, *error)
        )
        log.debug("%s %s %s", call.service, call.action, status)
        if call.mutates and (fault or status < "400"):
            self._changes.bump()
        start_response(status, headers)
        return [body]

    def _ask_in_turn(self, call: AwsCall, environ: dict[str, Any]) -> Answer:
        with self.lock:
            return self._ask_moto(call, environ)

    def _ask_moto(self, call: AwsCall, environ: dict[str, Any]) -> Answer:
        answer: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            answer[:] = [status, headers]
            return answer.append

        try:
            chunks = self._application(environ, keep)
            body = b"".join(chunks)
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        except NotImplementedError as error:
            return _refuse(call, str(error) or "moto has no such action")
        except Exception as error:
            # A crash inside moto is a gap too: retrying it, as the SDKs do after a 500, would take minutes.
            log.info("%s %s failed inside moto", call.service, call.action, exc_info=sys.exc_info())
            return _refuse(call, f"{type(error).__name__}: {error}")
        status, headers = answer[0], answer[1]
        if status.startswith("404") and environ["REQUEST_METHOD"] != "HEAD" and _is_unrouted(headers, body):
            return _refuse(call, "moto has no such path")
        return status, headers, body


def _is_unrouted(headers: list[tuple[str, str]], body: bytes) -> bool:
    """moto answers a REST call that it does not know with an empty page or with Flask's HTML."""
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    return not body or (content_type.startswith("text/html") and b"<!doctype html>" in body[:200].lower())


def _refuse(call: AwsCall, detail: str) -> Answer:
    UNSUPPORTED_CALLS.record(call.service, call.action, detail)
    message = (
        f"The sandbox's emulator (moto {moto.__version__}) cannot do {call.service}:{call.action}: {detail}"
    )
    return fail(call, "NotImplementedInSandbox", message, NOT_IMPLEMENTED)


def fail(call: AwsCall, code: str, message: str, status: str = "400 Bad Request") -> Answer:
    """An error as the call's protocol has it."""
    content_type, body = _error_body(call.protocol, code, message)
    headers = [
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        ("x-amzn-ErrorType", code),
        ("x-amzn-RequestId", "sandbox"),
    ]
    return status, headers, body


def _error_body(protocol: str, code: str, message: str) -> tuple[str, bytes]:
    if protocol == "ec2":
        error = f"<Errors><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error></Errors>"
        return "text/xml", f"<Response>{error}<RequestID>sandbox</RequestID></Response>".encode()
    if protocol in ("query", "rest-xml"):
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        return "text/xml", f"<ErrorResponse>{error}<RequestId>sandbox</RequestId></ErrorResponse>".encode()
    document = {"__type": code, "code": code, "message": message, "Message": message}
    return "application/x-amz-json-1.1", json.dumps(document).encode()
