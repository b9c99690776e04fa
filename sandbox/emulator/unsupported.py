"""What was asked of the emulator and could not be done: never answered with a pretence, always recorded."""

from __future__ import annotations

import threading
from typing import Any


class UnsupportedCalls:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[tuple[str, str], dict[str, Any]] = {}

    def record(self, service: str, action: str, detail: str) -> None:
        with self._lock:
            entry = self._calls.setdefault(
                (service, action), {"service": service, "action": action, "count": 0, "detail": detail}
            )
            entry["count"] += 1
            entry["detail"] = detail

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(entry) for entry in self._calls.values()]


#: One per process: patches of moto record into it, the control interface reads it.
UNSUPPORTED_CALLS = UnsupportedCalls()
