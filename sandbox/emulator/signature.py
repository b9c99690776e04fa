"""Signature Version 4 of a request, computed anew from what has arrived, by botocore's own signer.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
#: A signature is taken so long before and after its time.
CLOCK_WINDOW = timedelta(minutes=15)
LONGEST_PRESIGNED = timedelta(days=7)

AUTHORIZATION = re.compile(
    ALGORITHM + r"\s+Credential=(?P<credential>[^,\s]+),\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
CREDENTIAL = re.compile(
    r"(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
)
#: S3 takes a body whose hash is not part of the signature.
UNSIGNED_PAYLOADS = ("UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
S3 = frozenset({"s3", "s3-outposts", "s3-object-lambda"})

#: By access key id: the secret access key, and the session token when there is one. None for one that is not known.
FindKey = Callable[[str], "tuple[str, str | None] | None"]


class Unsigned(Exception):
    """The request is not signed by someone who may call; `code` is AWS's name of the error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Claim:
    """What a request says of its own signature."""

    key_id: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    token: str | None
    #: Of a presigned request.
    expires: timedelta | None


def verify(environ: dict[str, Any], find_key: FindKey, now: datetime) -> None:
    """Leaves the body of the request to be read again.

    @raises Unsigned
    """
    claim = _claim(environ)
    _check_time(claim, now)
    key = find_key(claim.key_id)
    if key is None or not _same(claim.token or "", key[1] or ""):
        raise Unsigned("InvalidClientTokenId", "The security token included in the request is invalid.")
    expected = _signature(environ, claim, key[0])
    if not _same(expected, claim.signature):
        raise Unsigned(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        )


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _claim(environ: dict[str, Any]) -> Claim:
    header = environ.get("HTTP_AUTHORIZATION")
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    if header is not None:
        found = AUTHORIZATION.fullmatch(header.strip())
        if found is None:
            raise Unsigned("IncompleteSignature", f"Authorization is no {ALGORITHM} signature.")
        timestamp, token, expires = environ.get("HTTP_X_AMZ_DATE"), environ.get("HTTP_X_AMZ_SECURITY_TOKEN"), None
        credential, headers, signature = found.group("credential", "headers", "signature")
    elif query.get("X-Amz-Algorithm") == ALGORITHM:
        timestamp, token, expires = query.get("X-Amz-Date"), query.get("X-Amz-Security-Token"), _expires(query)
        credential, headers, signature = (
            query.get(f"X-Amz-{name}", "") for name in ("Credential", "SignedHeaders", "Signature")
        )
    else:
        raise Unsigned("MissingAuthenticationToken", "Request is missing Authentication Token")
    scope = CREDENTIAL.fullmatch(credential)
    if scope is None or timestamp is None or not timestamp.startswith(scope["date"]):
        raise Unsigned("IncompleteSignature", "The credential's scope or the date of the signature is not right.")
    names = tuple(headers.split(";"))
    present = (name[5:].replace("_", "-").lower() for name in environ if name.startswith("HTTP_X_AMZ_"))
    missing = sorted({"host", *present} - set(names))
    if missing:
        raise Unsigned("IncompleteSignature", f"Headers that must be signed and are not: {', '.join(missing)}.")
    return Claim(
        scope["key"], scope["region"], scope["service"], names, signature, timestamp, token, expires
    )


def _expires(query: dict[str, str]) -> timedelta:
    try:
        expires = timedelta(seconds=int(query.get("X-Amz-Expires", "")))
    except (ValueError, OverflowError):
        expires = timedelta(0)
    if not timedelta(0) < expires <= LONGEST_PRESIGNED:
        raise Unsigned("AuthorizationQueryParametersError", "X-Amz-Expires must be from 1 to 604800 seconds.")
    return expires


def _check_time(claim: Claim, now: datetime) -> None:
    try:
        signed = datetime.strptime(claim.timestamp, TIME_FORMAT).replace(tzinfo=timezone.utc)
    except ValueError:
        raise Unsigned("IncompleteSignature", f"{claim.timestamp} is no date such as 20260101T000000Z.") from None
    last = signed + (CLOCK_WINDOW if claim.expires is None else claim.expires)
    if now < signed - CLOCK_WINDOW or now > last:
        raise Unsigned("RequestExpired", f"Signature of {claim.timestamp} is not valid at {now.strftime(TIME_FORMAT)}.")


def _signature(environ: dict[str, Any], claim: Claim, secret: str) -> str:
    signer_class = S3SigV4Auth if claim.service in S3 else SigV4Auth
    signer = signer_class(Credentials(claim.key_id, secret), claim.service, claim.region)
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=_url(environ, claim))
    request.context["timestamp"] = claim.timestamp
    request.headers["X-Amz-Content-SHA256"] = _payload(environ, claim)
    signed = HTTPHeaders()
    for name in claim.signed_headers:
        signed[name] = _header(environ, name)
    # Only what was signed is; botocore would take all headers but a few.
    signer.headers_to_sign = lambda _: signed
    text: str = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return text


def _url(environ: dict[str, Any], claim: Claim) -> str:
    """The target as it came over the wire: WSGI's own path is decoded."""
    target = environ["RAW_URI"]
    path, _, query = target.partition("?")
    pairs = [_encoded(pair) for pair in query.split("&") if pair]
    if claim.expires is not None:
        pairs = [pair for pair in pairs if not pair.startswith("X-Amz-Signature=")]
    return f"http://{environ['HTTP_HOST']}{path}?{'&'.join(pairs)}"


def _encoded(pair: str) -> str:
    """As the signature has it, however its sender has encoded it."""
    name, _, value = pair.partition("=")
    return f"{quote(unquote(name), safe='-_.~')}={quote(unquote(value), safe='-_.~')}"


def _header(environ: dict[str, Any], name: str) -> str:
    variable = name.upper().replace("-", "_")
    if variable in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        return str(environ.get(variable, ""))
    value = environ.get(f"HTTP_{variable}")
    if value is None:
        raise Unsigned("SignatureDoesNotMatch", f"The signed header {name} is not in the request.")
    return str(value)


def _payload(environ: dict[str, Any], claim: Claim) -> str:
    """What stands for the body in the signature, once it is known to be true of the body."""
    said = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    if claim.service in S3:
        if claim.expires is not None and said is None:
            return "UNSIGNED-PAYLOAD"
        if said in UNSIGNED_PAYLOADS:
            return str(said)
    actual = hashlib.sha256(read_body(environ)).hexdigest()
    if said is not None and not _same(str(said), actual):
        raise Unsigned("XAmzContentSHA256Mismatch", "X-Amz-Content-SHA256 is not the hash of the body.")
    return actual


def read_body(environ: dict[str, Any]) -> bytes:
    """Reads the whole body and puts it back, with its length."""
    stream = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH")
    body: bytes = stream.read(int(length)) if length else (stream.read() if _ends_by_itself(environ) else b"")
    environ["wsgi.input"] = io.BytesIO(body)
    if _ends_by_itself(environ):
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    return body


def _ends_by_itself(environ: dict[str, Any]) -> bool:
    return bool(environ.get("wsgi.input_terminated"))
