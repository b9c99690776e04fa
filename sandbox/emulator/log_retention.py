"""What CloudWatch Logs keeps: events as old as the log group's retention allows, and of each group the newest.

AWS keeps what it was given; a sandbox that runs for a day would fill the machine's memory with it. moto keeps all, and
the answers of all queries.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from __future__ import annotations

import time
from typing import Any

from moto.logs.models import LogGroup, LogsBackend, LogStream

from patching import replace

#: Of a log group, in all its streams. A line of the gateways' access log is about 1 kB here: some 20 MB.
MOST_EVENTS = 20_000
#: Answers that GetQueryResults still knows, and rows in all of them. The newest answer is kept whatever its size.
MOST_QUERIES = 100
MOST_ROWS = 20_000

_MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000

_put = LogStream.put_log_events
_start_query = LogsBackend.start_query


def _put_log_events(self: LogStream, log_events: list[dict[str, Any]]) -> str:
    token = _put(self, log_events)
    forget(self.log_group, time.time() * 1000)
    return token


def forget(group: LogGroup, now_milliseconds: float) -> None:
    """Drops what is too old, then the oldest of what is too much."""
    if group.retention_in_days:
        oldest = now_milliseconds - int(group.retention_in_days) * _MILLISECONDS_PER_DAY
        for stream in group.streams.values():
            if stream.events and stream.events[0].timestamp < oldest:
                stream.events = [event for event in stream.events if event.timestamp >= oldest]
    streams = [stream for stream in group.streams.values() if stream.events]
    excess = sum(len(stream.events) for stream in streams) - MOST_EVENTS
    # A stream is a container's: what ended first was told first.
    for stream in sorted(streams, key=lambda each: each.last_ingestion_time or 0):
        if excess <= 0:
            return
        dropped = min(excess, len(stream.events))
        del stream.events[:dropped]
        excess -= dropped


def _start(self: LogsBackend, *args: Any, **kwargs: Any) -> str:
    query_id = _start_query(self, *args, **kwargs)
    rows = 0
    for index, (known, query) in enumerate(reversed(list(self.queries.items()))):
        rows += len(query.results)
        if index > 0 and (index >= MOST_QUERIES or rows > MOST_ROWS):
            del self.queries[known]
    return query_id


def install() -> None:
    replace(LogStream, "put_log_events", _put_log_events)
    replace(LogsBackend, "start_query", _start)
