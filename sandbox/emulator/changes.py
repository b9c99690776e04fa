"""The revision of the emulated account, and waiting for the next one."""

from __future__ import annotations

import threading
import time


class ChangeCounter:
    """Grows by one after each mutating AWS call that succeeded.

    The sandbox's controllers wait here instead of polling AWS's APIs.
    """

    def __init__(self) -> None:
        self._revision = 0
        self._changed = threading.Condition()
        self._closed = False

    def bump(self) -> None:
        with self._changed:
            self._revision += 1
            self._changed.notify_all()

    def wait(self, after: int, timeout_seconds: float) -> int:
        """Returns the revision at once when it is beyond `after`, else when it is or the time is over."""
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            while self._revision <= after and not self._closed:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    break
                self._changed.wait(remaining)
            return self._revision

    def close(self) -> None:
        """Lets every waiter go, so that the server can stop."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
