"""Which service and action an AWS request is for, in which protocol."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

#: Actions that only read. Everything else changes something.
READING = re.compile(
    r"^(Describe|List|Get|Head|Discover|Lookup|Search|Filter|Simulate|BatchGet|AssumeRole|StartQuery|StopQuery)"
)

SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]*)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class AwsCall:
    service: str
    action: str
    #: json, query, ec2, rest-xml, rest-json or cbor: decides what an error looks like.
    protocol: str

    @property
    def mutates(self) -> bool:
        return READING.match(self.action) is None


def identify(environ: dict[str, Any]) -> AwsCall:
    """Reads the request's body once and puts it back for the application behind."""
    service = _service(environ)
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return AwsCall(service, target.rsplit(".", 1)[-1], "json")
    path = environ.get("PATH_INFO", "")
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        return AwsCall(service, path.rsplit("/", 1)[-1], "cbor")
    form = parse_qs(_body(environ)) if _is_form(environ) else parse_qs(environ.get("QUERY_STRING", ""))
    if "Action" in form:
        return AwsCall(service, form["Action"][0], "ec2" if service == "ec2" else "query")
    method = environ.get("REQUEST_METHOD", "GET")
    action = f"{method.capitalize()} {path}"
    return AwsCall(service, action, "rest-xml" if service in ("route53", "s3", "cloudfront") else "rest-json")


def _service(environ: dict[str, Any]) -> str:
    scope = SCOPE.search(str(environ.get("HTTP_AUTHORIZATION", "")))
    return scope.group("service") if scope else "unsigned"


def _is_form(environ: dict[str, Any]) -> bool:
    return str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")


def _body(environ: dict[str, Any]) -> str:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return body.decode("utf-8", "replace")
