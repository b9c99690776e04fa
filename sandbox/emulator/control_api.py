"""The control interface `/_sandbox/…`: how the controllers learn of changes and tell what is true."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import moto

import cognito_tokens
import ecs_control
import elbv2_health
from changes import ChangeCounter
from cloudformation.service import inert_resources
from ecs_reports import BadReport, parse_reports
from faults import Faults
from unsupported import UNSUPPORTED_CALLS

PREFIX = "/_sandbox/"

#: The longest wait of one request to `changes`.
LONGEST_WAIT_SECONDS = 60.0


class ControlApi:
    """A WSGI middleware: answers its own paths, leaves the rest to AWS's APIs."""

    def __init__(
        self,
        aws: Any,
        changes: ChangeCounter,
        lock: threading.RLock,
        instance: str,
        faults: Faults | None = None,
    ) -> None:
        self._aws = aws
        self._changes = changes
        self._lock = lock
        self._instance = instance
        self._routes: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("GET", "health"): lambda environ: self._health(),
            ("GET", "changes"): self._wait_for_change,
            ("GET", "unsupported"): lambda environ: UNSUPPORTED_CALLS.listed(),
            ("GET", "inert"): lambda environ: inert_resources(),
            ("PUT", "ecs/services"): lambda environ: self._told(self._take_services, environ),
            ("PUT", "ecs/rollback"): lambda environ: self._told(ecs_control.roll_back, environ),
            ("PUT", "elbv2/health"): lambda environ: self._told(elbv2_health.take_health, environ),
        }
        if faults is not None:
            self._routes["GET", "faults"] = lambda environ: faults.listed()
            self._routes["PUT", "faults"] = lambda environ: self._told(faults.put, environ)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == cognito_tokens.PATH and environ["REQUEST_METHOD"] == "POST":
            with self._lock:
                return cognito_tokens.answer(environ, start_response)
        if not path.startswith(PREFIX):
            answer: Iterable[bytes] = self._aws(environ, start_response)
            return answer
        status, document = self._answer(environ["REQUEST_METHOD"], path[len(PREFIX) :], environ)
        body = json.dumps(document).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, method: str, name: str, environ: dict[str, Any]) -> tuple[str, Any]:
        route = self._routes.get((method, name))
        if route is None:
            return "404 Not Found", {"error": f"there is no {method} {PREFIX}{name}"}
        try:
            return "200 OK", route(environ)
        except BadReport as error:
            return "400 Bad Request", {"error": str(error)}

    def _health(self) -> dict[str, Any]:
        return {"ready": True, "moto": moto.__version__, "instance": self._instance}

    def _wait_for_change(self, environ: dict[str, Any]) -> dict[str, int]:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        try:
            after = int(query.get("after", ["-1"])[0])
            timeout_seconds = float(query.get("timeoutSeconds", ["20"])[0])
        except ValueError:
            raise BadReport("after and timeoutSeconds must be numbers") from None
        return {"revision": self._changes.wait(after, min(timeout_seconds, LONGEST_WAIT_SECONDS))}

    def _told(self, take: Callable[[Any], Any], environ: dict[str, Any]) -> Any:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            body = json.loads(raw)
        except ValueError:
            raise BadReport("the body is not JSON") from None
        with self._lock:
            return take(body)

    @staticmethod
    def _take_services(body: Any) -> dict[str, Any]:
        return ecs_control.take_reports(parse_reports(body))
