"""What the emulator knows of the CloudWatch Logs Insights query language: `filter` and `stats` on JSON lines.

A line that is not a JSON object has no fields, as in AWS. What is not written here is refused, never passed over.
Lines are taken one by one and not kept: all of a busy log group would be 180 MB as objects, and what a query gives would
lie scattered among them and keep most of that from the machine.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Callable, Iterable
from typing import Any, Protocol

#: What a query gives when it names no limit.
MOST_ROWS = 10_000

Fields = dict[str, Any]
Condition = Callable[[Fields], bool]


class Aggregate(Protocol):
    """Of one group of lines."""

    def add(self, fields: Fields) -> None: ...

    def value(self) -> float | int | None: ...


#: Makes the aggregate of a group that has no line yet.
NewAggregate = Callable[[], Aggregate]


class UnknownSyntax(Exception):
    """A piece of a query that is not in this file."""


_FIELD = r"[A-Za-z_][A-Za-z0-9_]*"
_PRESENT = re.compile(rf"ispresent\(\s*({_FIELD})\s*\)")
_COMPARISON = re.compile(rf'({_FIELD})\s*(!=|<=|>=|=|<|>)\s*(?:"([^"\\]*)"|(-?\d+(?:\.\d+)?))')
_AGGREGATE = re.compile(
    rf"(?:count\(\s*\*\s*\)|sum\(\s*({_FIELD})\s*\)|pct\(\s*({_FIELD})\s*,\s*(\d+(?:\.\d+)?)\s*\))"
    rf"\s+as\s+({_FIELD})"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def commands_of(query: str) -> list[tuple[str, str]]:
    """Name and rest of each command. A pipe in quotes is part of a text."""
    found = re.findall(r'(?:[^|"]|"[^"]*")+', query)
    pieces = [piece.strip().partition(" ") for piece in found]
    return [(name.lower(), rest.strip()) for name, _, rest in pieces]


def fields_of(message: str) -> Fields:
    try:
        found = json.loads(message)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, (str, int, float))}


def run(query: str, messages: Iterable[str]) -> tuple[list[dict[str, Any]], int]:
    """The rows, and how many lines passed the filters."""
    commands = commands_of(query)
    if not commands or commands[-1][0] != "stats":
        raise UnknownSyntax("a query that does not end with stats")
    conditions: list[Condition] = []
    for name, rest in commands[:-1]:
        if name != "filter":
            raise UnknownSyntax(f"{name} before stats")
        conditions += [_condition(text.strip()) for text in re.split(r"\s+and\s+", rest)]
    aggregates, by = _stats(commands[-1][1])
    matched = 0
    groups: dict[tuple[Any, ...], dict[str, Aggregate]] = {}
    for fields in map(fields_of, messages):
        if not all(holds(fields) for holds in conditions):
            continue
        matched += 1
        key = tuple(fields.get(name) for name in by)
        group = groups.get(key)
        if group is None:
            group = groups[key] = {name: new() for name, new in aggregates.items()}
        for aggregate in group.values():
            aggregate.add(fields)
    rows = [_row(by, key, group) for key, group in groups.items()]
    return rows[:MOST_ROWS], matched


def _condition(text: str) -> Condition:
    present = _PRESENT.fullmatch(text)
    if present:
        name = present[1]
        return lambda fields: name in fields
    found = _COMPARISON.fullmatch(text)
    if not found:
        raise UnknownSyntax(f"filter {text}")
    field, compare = found[1], _COMPARE[found[2]]
    wanted: Any = found[3] if found[3] is not None else float(found[4])

    def holds(fields: Fields) -> bool:
        value = fields.get(field)
        same_kind = isinstance(value, str) == isinstance(wanted, str)
        return value is not None and same_kind and compare(value, wanted)

    return holds


def _stats(text: str) -> tuple[dict[str, NewAggregate], list[str]]:
    what, _, by = text.partition(" by ")
    aggregates: dict[str, NewAggregate] = {}
    position = 0
    while True:
        found = _AGGREGATE.match(what, position)
        if not found:
            raise UnknownSyntax(f"stats {what[position:]}")
        aggregates[found[4]] = _aggregate(found)
        rest = re.compile(r"\s*(,?)\s*").match(what, found.end())
        position = rest.end() if rest else found.end()
        if not rest or not rest[1]:
            break
    if position != len(what):
        raise UnknownSyntax(f"stats … {what[position:]}")
    names = [name.strip() for name in by.split(",")] if by else []
    for name in names:
        if not re.fullmatch(_FIELD, name):
            raise UnknownSyntax(f"by {name}")
    return aggregates, names


def _aggregate(found: re.Match[str]) -> NewAggregate:
    if found[1]:
        return lambda: _Sum(found[1])
    if found[2]:
        return lambda: _Percentile(found[2], float(found[3]))
    return _Count


class _Count:
    def __init__(self) -> None:
        self._lines = 0

    def add(self, fields: Fields) -> None:
        self._lines += 1

    def value(self) -> int:
        return self._lines


class _Sum:
    def __init__(self, field: str) -> None:
        self._field = field
        self._sum: float | int = 0

    def add(self, fields: Fields) -> None:
        self._sum += _number(fields, self._field) or 0

    def value(self) -> float | int:
        return self._sum


class _Percentile:
    def __init__(self, field: str, percent: float) -> None:
        self._field = field
        self._percent = percent
        self._values = array("d")

    def add(self, fields: Fields) -> None:
        value = _number(fields, self._field)
        if value is not None:
            self._values.append(value)

    def value(self) -> float | int | None:
        return _percentile(self._values, self._percent)


def _number(fields: Fields, field: str) -> float | int | None:
    value = fields.get(field)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _percentile(values: array[float], percent: float) -> float | int | None:
    """The nearest rank; AWS says no more than that its own is a value at that percentile."""
    if not values:
        return None
    value = sorted(values)[max(math.ceil(percent / 100 * len(values)), 1) - 1]
    return int(value) if value.is_integer() else value


def _row(by: list[str], key: tuple[Any, ...], group: dict[str, Aggregate]) -> dict[str, Any]:
    """A field that no line of the group has is left out, as AWS does."""
    named = {name: value for name, value in zip(by, key) if value is not None}
    counted = {name: aggregate.value() for name, aggregate in group.items()}
    return {**named, **{name: value for name, value in counted.items() if value is not None}}
