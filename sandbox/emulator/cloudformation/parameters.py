"""Values of a template's parameters, checked as CloudFormation checks them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from moto.ssm.models import ssm_backends

from cloudformation.functions import as_text
from cloudformation.template import BadTemplate

SSM_PARAMETER = "AWS::SSM::Parameter::Value<"


@dataclass(frozen=True)
class Parameter:
    #: As it was given, or the default.
    text: str
    #: What `Ref` gives: a list for lists, the stored value for a name in the parameter store.
    value: str | list[str]
    is_secret: bool
    #: The stored value, of a name in the parameter store only.
    stored: str | None = None


def parameters_of(
    declared: dict[str, dict[str, Any]], given: dict[str, str], account_id: str, region: str
) -> dict[str, Parameter]:
    """@raises BadTemplate when one is unknown, has no value, or has one that is not allowed"""
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise BadTemplate(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = sorted(name for name, one in declared.items() if name not in given and "Default" not in one)
    if missing:
        raise BadTemplate(f"Parameters: [{', '.join(missing)}] must have values")
    found = {}
    for name, one in declared.items():
        text = as_text(given.get(name, one.get("Default")))
        kind = str(one.get("Type", "String"))
        stored = _stored(text, account_id, region) if kind.startswith(SSM_PARAMETER) else None
        _check(name, one, kind, text)
        resolved = text if stored is None else stored
        is_list = kind == "CommaDelimitedList" or "List<" in kind
        value = [part.strip() for part in resolved.split(",")] if is_list else resolved
        is_secret = as_text(one.get("NoEcho", False)).lower() == "true"
        found[name] = Parameter(text, value, is_secret, stored)
    return found


def _stored(name: str, account_id: str, region: str) -> str:
    found = ssm_backends[account_id][region].get_parameter(name)
    if found is None:
        raise BadTemplate(f"Unable to fetch parameters [{name}] from parameter store for this account.")
    return str(found.value)


def _check(name: str, declared: dict[str, Any], kind: str, text: str) -> None:
    allowed = [as_text(one) for one in declared.get("AllowedValues", [])]
    if allowed and text not in allowed:
        raise BadTemplate(f"Parameter {name} must be one of AllowedValues: {', '.join(allowed)}")
    pattern = declared.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, text):
        raise BadTemplate(f"Parameter {name} failed to satisfy constraint: it must match pattern {pattern}")
    if kind == "Number":
        _check_number(name, declared, text)
    shortest, longest = int(declared.get("MinLength", 0)), declared.get("MaxLength")
    if len(text) < shortest or (longest is not None and len(text) > int(longest)):
        raise BadTemplate(f"Parameter {name} must have {shortest} to {longest or 4096} characters")


def _check_number(name: str, declared: dict[str, Any], text: str) -> None:
    try:
        number = float(text)
    except ValueError:
        raise BadTemplate(f"Parameter {name} must be a number, not {text!r}") from None
    lowest, highest = declared.get("MinValue"), declared.get("MaxValue")
    if (lowest is not None and number < float(lowest)) or (highest is not None and number > float(highest)):
        raise BadTemplate(f"Parameter {name} must be a number from {lowest} to {highest}, not {text}")
