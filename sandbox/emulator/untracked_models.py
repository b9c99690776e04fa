"""moto keeps every instance of every model in a list of its class, for a reset that the sandbox never asks for: what was
deleted, and each log event, would stay for ever."""

from __future__ import annotations

from typing import Any

from moto.core.common_models import BaseModel

from patching import replace


def _new(cls: type[BaseModel], *_: Any, **__: Any) -> BaseModel:
    return super(BaseModel, cls).__new__(cls)


def install() -> None:
    replace(BaseModel, "__new__", staticmethod(_new))
