"""Work along a graph of dependencies, what is independent at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from graphlib import TopologicalSorter
from queue import SimpleQueue

#: Pieces of work at once; each waits for a service most of the time.
AT_ONCE = 20


def in_order(
    graph: dict[str, set[str]], work: Callable[[str], None], stopped: Callable[[], bool] | None = None
) -> list[Exception]:
    """Works on each name after those that it depends on; not on what depends on one that failed.

    Not with an executor: Python waits for an executor's threads before it ends, and one of a deploy may wait for
    minutes.

    @param stopped: given, it begins nothing new after a failure, not even what does not depend on it, nor once it is true
    """
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    finished: SimpleQueue[tuple[str, Exception | None]] = SimpleQueue()
    slots = threading.Semaphore(AT_ONCE)

    def run(name: str) -> None:
        with slots:
            try:
                work(name)
                finished.put((name, None))
            except Exception as error:
                finished.put((name, error))

    failures: list[Exception] = []
    running = 0
    while True:
        if stopped is None or not (failures or stopped()):
            for name in sorter.get_ready():
                threading.Thread(target=run, args=(name,), name=f"cloudformation {name}", daemon=True).start()
                running += 1
        if running == 0:
            return failures
        name, error = finished.get()
        running -= 1
        if error is None:
            sorter.done(name)
        else:
            failures.append(error)
