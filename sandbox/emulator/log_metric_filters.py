"""Metric filters of log groups: one of a name stays one, and what AWS refuses is refused.

moto adds a second filter when one is changed, keeps the filters of a log group that is deleted, and takes any.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
"""

from __future__ import annotations

from typing import Any

from moto.logs.exceptions import (
    InvalidParameterException,
    LimitExceededException,
    ResourceNotFoundException,
)
from moto.logs.models import LogsBackend

from patching import replace

MOST_FILTERS = 100
MOST_DIMENSIONS = 3

_put = LogsBackend.put_metric_filter
_delete_log_group = LogsBackend.delete_log_group


def _put_metric_filter(
    self: LogsBackend,
    filter_name: str,
    filter_pattern: str,
    log_group_name: str,
    metric_transformations: list[dict[str, Any]],
) -> None:
    if log_group_name not in self.groups:
        raise ResourceNotFoundException()
    for transformation in metric_transformations:
        dimensions = transformation.get("dimensions") or {}
        if dimensions and transformation.get("defaultValue") is not None:
            raise InvalidParameterException("dimensions and default value are mutually exclusive properties.")
        if len(dimensions) > MOST_DIMENSIONS:
            raise InvalidParameterException(f"At most {MOST_DIMENSIONS} dimensions can be set.")
    of_group = [each for each in self.filters.metric_filters if each["logGroupName"] == log_group_name]
    if filter_name not in {each["filterName"] for each in of_group} and len(of_group) >= MOST_FILTERS:
        raise LimitExceededException()
    self.filters.delete_filter(filter_name, log_group_name)
    _put(self, filter_name, filter_pattern, log_group_name, metric_transformations)


def _delete_group(self: LogsBackend, log_group_name: str) -> None:
    _delete_log_group(self, log_group_name)
    self.filters.metric_filters = [
        each for each in self.filters.metric_filters if each["logGroupName"] != log_group_name
    ]


def install() -> None:
    replace(LogsBackend, "put_metric_filter", _put_metric_filter)
    replace(LogsBackend, "delete_log_group", _delete_group)
