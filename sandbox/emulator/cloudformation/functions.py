"""CloudFormation's intrinsic functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from cloudformation.template import SUBSTITUTION, BadTemplate, attribute_reference

if TYPE_CHECKING:
    from cloudformation.scope import Scope

#: In place of a value that is known only when a resource has been made: says of which, and which attribute.
UNKNOWN = re.compile(r"\{known after (\w+)(\.[\w.]+)? has been made\}")


def as_text(value: Any) -> str:
    """As CloudFormation writes what is no text: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def resolve(value: Any, scope: Scope) -> Any:
    """A value without functions. What is AWS::NoValue is left out of objects and lists.

    @raises BadTemplate for a name that stands for nothing, and for a function that the emulator does not have
    """
    if isinstance(value, list):
        resolved = [resolve(item, scope) for item in value]
        return [item for item in resolved if item is not None]
    if not isinstance(value, dict):
        return value
    function = next(iter(value)) if len(value) == 1 else ""
    if function == "Ref" or function.startswith("Fn::"):
        if function not in FUNCTIONS:
            raise BadTemplate(f"The sandbox's emulator does not know the function {function}")
        return _call(function, value[function], scope)
    items = {name: resolve(item, scope) for name, item in value.items()}
    return {name: item for name, item in items.items() if item is not None}


def _call(function: str, operand: Any, scope: Scope) -> Any:
    try:
        return FUNCTIONS[function](operand, scope)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A part of what is not known yet is not known either.
        unknown = UNKNOWN.search(str(resolve(operand, scope)))
        if unknown:
            return unknown.group()
        raise BadTemplate(f"Template error: {function} cannot take {json.dumps(operand)}") from error


def unknown_value(logical_id: str, attribute: str = "") -> str:
    return f"{{known after {logical_id}{'.' if attribute else ''}{attribute} has been made}}"


def _get_attribute(operand: Any, scope: Scope) -> Any:
    name, attribute = attribute_reference(operand)
    return scope.attribute(name, resolve(attribute, scope))


def _if(operand: Any, scope: Scope) -> Any:
    condition, when_true, when_false = operand
    return resolve(when_true if scope.holds(condition) else when_false, scope)


def _join(operand: Any, scope: Scope) -> str:
    delimiter, parts = operand
    return str(delimiter).join(as_text(part) for part in resolve(parts, scope))


def _split(operand: Any, scope: Scope) -> list[str]:
    delimiter, text = operand
    return as_text(resolve(text, scope)).split(delimiter)


def _select(operand: Any, scope: Scope) -> Any:
    index, items = (resolve(one, scope) for one in operand)
    if not isinstance(items, list):
        raise TypeError(f"{items} is no list")
    return items[int(index)]


def _substitute(operand: Any, scope: Scope) -> str:
    text, given = operand if isinstance(operand, list) else (operand, {})

    def value(found: Any) -> str:
        name: str = found.group(1)
        if name in given:
            return as_text(resolve(given[name], scope))
        return as_text(resolve({"Fn::GetAtt": name} if "." in name else {"Ref": name}, scope))

    return SUBSTITUTION.sub(value, text).replace("${!", "${")


def _find_in_map(operand: Any, scope: Scope) -> Any:
    name, top, second, *more = operand
    default = more[0].get("DefaultValue") if more else None
    found = scope.template.mappings.get(resolve(name, scope), {})
    for key in (top, second):
        found = found.get(resolve(key, scope), {})
    if found == {}:
        if default is None:
            raise BadTemplate(f"Template error: Unable to get mapping for {name}::{top}::{second}")
        return resolve(default, scope)
    return found


def _zones(operand: Any, scope: Scope) -> list[str]:
    region = resolve(operand, scope) or scope.region
    return [zone.name for zone in RegionsAndZonesBackend.zones[region]]


def _cidr(operand: Any, scope: Scope) -> list[str]:
    block, count, *bits = resolve(operand, scope)
    network = ipaddress.ip_network(block)
    # The bits of a host are counted, not those of the prefix.
    prefix = network.max_prefixlen - int(bits[0] if bits else 8)
    return [str(subnet) for subnet in islice(network.subnets(new_prefix=prefix), int(count))]


FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Fn::Base64": lambda operand, scope: base64.b64encode(resolve(operand, scope).encode()).decode(),
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _zones,
    "Fn::GetAtt": _get_attribute,
    "Fn::If": _if,
    "Fn::ImportValue": lambda operand, scope: scope.imported_value(resolve(operand, scope)),
    "Fn::Join": _join,
    "Fn::Length": lambda operand, scope: len(resolve(operand, scope)),
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _substitute,
    "Fn::ToJsonString": lambda operand, scope: json.dumps(resolve(operand, scope)),
    "Ref": lambda operand, scope: scope.reference(operand),
}
