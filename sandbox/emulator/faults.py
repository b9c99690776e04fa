"""Calls that a test lets fail, lose their answer or take long. A sandbox has none: only `--faults` opens this.

A lost answer is the hard case of an interrupted deploy: AWS has done what was asked, and who asked does not know.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from aws_call import AwsCall
from ecs_reports import BadReport

Answer = tuple[str, list[tuple[str, str]], bytes]

#: `fail`: refused, nothing is done. `lose`: done, and who asked gets an error in place of the answer, which no client
#: tries again: as when it is stopped meanwhile. `again`: done, and who asked gets an error that clients try again
#: after: as when the connection breaks meanwhile. `delay`: done, after a while.
KINDS = ("fail", "lose", "again", "delay")
#: The SDKs try again after it.
UNAVAILABLE = "503 Service Unavailable"


@dataclass
class Fault:
    """Each call that matches, or with `firstOfEach` the first call of each action that matches."""

    kind: str
    service: str = "*"
    #: `CreateService`; for REST `Post /2013-04-01/hostedzone/*`.
    action: str = "*"
    #: So many that match are let pass before.
    skip: int = 0
    times: int = 1
    first_of_each: bool = False
    code: str = "ServiceUnavailable"
    message: str = "A test made this call fail."
    seconds: float = 0.0


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._seen: set[tuple[int, str, str]] = set()
        self._hit: list[dict[str, str]] = []

    def put(self, body: Any) -> dict[str, int]:
        """Takes the place of those before. @raises BadReport"""
        faults = [_parse(one) for one in _listed(body)]
        with self._lock:
            self._faults, self._seen, self._hit = faults, set(), []
        return {"faults": len(faults)}

    def listed(self) -> list[dict[str, str]]:
        """The calls that were hit, in order."""
        with self._lock:
            return list(self._hit)

    def take(self, call: AwsCall) -> Fault | None:
        if not call.mutates:
            return None
        with self._lock:
            for place, fault in enumerate(self._faults):
                if self._is_due(place, fault, call):
                    self._hit.append({"kind": fault.kind, "service": call.service, "action": call.action})
                    return fault
        return None

    def _is_due(self, place: int, fault: Fault, call: AwsCall) -> bool:
        if not (fnmatchcase(call.service, fault.service) and fnmatchcase(call.action, fault.action)):
            return False
        if fault.first_of_each:
            key = (place, call.service, call.action)
            if key in self._seen:
                return False
            self._seen.add(key)
            return True
        fault.skip -= 1
        if fault.skip >= 0:
            return False
        fault.times -= 1
        return fault.times >= 0


def carry_out(
    fault: Fault | None,
    ask: Callable[[], Answer],
    refuse: Callable[[str, str], Answer],
) -> Answer:
    if fault is None:
        return ask()
    if fault.kind == "fail":
        return refuse(fault.code, fault.message)
    if fault.kind == "delay":
        time.sleep(fault.seconds)
        return ask()
    _, headers, _ = ask()
    if fault.kind == "again":
        return UNAVAILABLE, [header for header in headers if header[0].lower() != "content-length"], b"{}"
    return refuse("AnswerLost", "A test lost the answer of this call, which was carried out.")


def _listed(body: Any) -> list[dict[str, Any]]:
    if not isinstance(body, list) or not all(isinstance(one, dict) for one in body):
        raise BadReport("the body must be a list of faults")
    return body


def _parse(one: dict[str, Any]) -> Fault:
    if one.get("kind") not in KINDS:
        raise BadReport(f"a fault's kind is one of {', '.join(KINDS)}, not {one.get('kind')}")
    named = {"firstOfEach": "first_of_each"}
    try:
        return Fault(**{named.get(key, key): value for key, value in one.items()})
    except TypeError as error:
        raise BadReport(f"a fault has no such setting: {error}") from None
