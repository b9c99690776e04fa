"""The two ways in which something is put into moto."""

from __future__ import annotations

from typing import Any

import moto


def replace(owner: Any, name: str, replacement: Any) -> None:
    """Where moto differs from AWS. Fails at the start when another version has no such place."""
    if not hasattr(owner, name):
        raise SystemExit(
            f"moto {moto.__version__} has no {owner.__name__}.{name}, which the emulator replaces"
        )
    setattr(owner, name, replacement)


def add(owner: type, name: str, addition: Any) -> None:
    """What moto lacks. A newer moto that has it keeps its own."""
    if not hasattr(owner, name):
        setattr(owner, name, addition)
