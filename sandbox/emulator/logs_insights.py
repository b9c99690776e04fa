"""CloudWatch Logs Insights: queries with `filter` and `stats` are answered from the log lines.

moto passes over every command but fields, sort and limit, and gives the lines themselves. The emulator answers what
`insights_query` knows, leaves to moto what moto knows, and refuses the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moto.logs.models as models
from moto.logs.logs_query import execute_query as moto_query
from moto.logs.models import LogGroup, LogQuery

from insights_query import UnknownSyntax, commands_of, run
from patching import replace

MOTO_COMMANDS = {"fields", "sort", "limit"}


class Rows(list[dict[str, Any]]):
    """What a query found, and in how much."""

    def __init__(self, rows: list[dict[str, Any]], scanned: Scanned, matched: int) -> None:
        super().__init__(rows)
        self.statistics = {
            "recordsScanned": float(scanned.lines),
            "recordsMatched": float(matched),
            "bytesScanned": float(scanned.size),
        }


class Scanned:
    """The lines of some time, counted as they are taken."""

    def __init__(self, log_groups: list[LogGroup], start_time: int, end_time: int) -> None:
        self.lines = 0
        self.size = 0
        self._log_groups = log_groups
        self._start_time = start_time
        self._end_time = end_time

    def __iter__(self) -> Iterator[str]:
        """Both ends are inclusive, in seconds; a line's own time is in milliseconds."""
        for group in self._log_groups:
            for stream in group.streams.values():
                for event in stream.events:
                    if self._start_time <= event.timestamp // 1000 <= self._end_time:
                        self.lines += 1
                        self.size += len(event.message.encode())
                        yield event.message


def _execute(
    log_groups: list[LogGroup], query: str, start_time: int, end_time: int
) -> list[dict[str, Any]]:
    if {name for name, _ in commands_of(query)} <= MOTO_COMMANDS:
        return moto_query(log_groups=log_groups, query=query, start_time=start_time, end_time=end_time)
    scanned = Scanned(log_groups, start_time, end_time)
    try:
        rows, matched = run(query, scanned)
    except UnknownSyntax as error:
        raise NotImplementedError(f"the query has {error}") from error
    return Rows(rows, scanned, matched)


_to_result_json = LogQuery.to_result_json


def _result(self: LogQuery) -> dict[str, Any]:
    answer = _to_result_json(self)
    statistics = getattr(self.results, "statistics", None)
    return answer if statistics is None else {**answer, "statistics": statistics}


def install() -> None:
    replace(models, "execute_query", _execute)
    replace(LogQuery, "to_result_json", _result)
