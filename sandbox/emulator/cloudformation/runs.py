"""One change of a stack, from its start to its end. That of a nested stack is a part of its parent's."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cloudformation.deployment import Deployment, ResourceFailed
from cloudformation.handlers.base import Cancelled
from cloudformation.nested import NestedStacks
from cloudformation.outputs import ExportConflict, check_exports, outputs_of
from cloudformation.records import Stack, Wish, now
from cloudformation.scope import Scope
from cloudformation.template import BadTemplate

if TYPE_CHECKING:
    from cloudformation.service import Stacks


class Run:
    """@param cancelled: of the parent's run, of which this one is a part"""

    def __init__(self, stacks: Stacks, stack: Stack, wish: Wish, cancelled: threading.Event | None = None) -> None:
        self.stack = stack
        self._stacks = stacks
        self._wish = wish
        self._cancelled = cancelled or threading.Event()
        nested = NestedStacks(stacks, stack, wish, self._cancelled)
        self._deployment = Deployment(stack, stacks.request(stack), nested, self._cancelled)
        self._old = (stack.wish, stack.parameters, stack.outputs, stack.imports)
        self._scope: Scope | None = None

    def apply(self) -> list[Exception]:
        """Creates and updates; removes nothing. The stack tells the new outputs then. @returns what failed"""
        outputs: list[dict[str, str]] = []
        try:
            scope = self._scope = self._stacks.scope(self.stack, self._wish)
            failures = self._deployment.apply(scope)
            if not failures and self._cancelled.is_set():
                failures = [Cancelled("Cancelled, for another resource has failed.")]
            if not failures:
                outputs = outputs_of(scope)
                check_exports(self.stack, outputs, self._stacks.others(self.stack))
        except (BadTemplate, ExportConflict) as error:
            return [error]
        if not failures:
            self.stack.outputs, self.stack.imports = outputs, scope.imported
        return failures

    def finish_create(self) -> None:
        self._adopt()
        self.stack.set_status("CREATE_COMPLETE")

    def begin_cleanup(self) -> None:
        """Until the parent has done all else, and for ever when it goes back, what is no longer used stays."""
        self.stack.set_status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")

    def clean_up(self) -> None:
        old, scope = self._old[0], self._scope
        if old and scope:
            self._deployment.remove_unused(old.template, scope)
        self._adopt()
        self.stack.set_status("UPDATE_COMPLETE")

    def undo_create(self, failures: list[Exception]) -> None:
        self.stack.set_status("ROLLBACK_IN_PROGRESS", reason("create", failures))
        left = self._deployment.remove_created(self._wish.template)
        self.stack.set_status("ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE", reason("delete", left))

    def undo_update(self, failures: list[Exception]) -> None:
        self.stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", reason("update", failures))
        self.go_back()

    def go_back(self) -> None:
        left = self.restore()
        self.stack.way_back = self.go_back if left else None
        if not left:
            self.clean_up_undone()

    def restore(self) -> list[Exception]:
        """All is as it was before; what was created stands still. Can be asked again. @returns what failed"""
        stack = self.stack
        if stack.status != "UPDATE_ROLLBACK_IN_PROGRESS":
            stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS")
        stack.wish, stack.parameters, stack.outputs, stack.imports = self._old
        left = self._deployment.restore(stack.template) if stack.template else []
        status = "UPDATE_ROLLBACK_FAILED" if left else "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
        stack.set_status(status, reason("update", left))
        return left

    def clean_up_undone(self) -> None:
        self._deployment.remove_created(self._wish.template)
        self._deployment.forget_created()
        self.stack.set_status("UPDATE_ROLLBACK_COMPLETE")

    def remove(self) -> list[Exception]:
        """@returns what failed"""
        stack = self.stack
        failures = self._deployment.delete_everything()
        if failures:
            stack.set_status("DELETE_FAILED", reason("delete", failures))
            return failures
        stack.deleted_at = now()
        stack.outputs, stack.imports = [], set()
        stack.set_status("DELETE_COMPLETE")
        return []

    def _adopt(self) -> None:
        self.stack.wish = self._wish
        if self._scope:
            self.stack.parameters = self._scope.parameters


def reason(verb: str, failures: list[Exception]) -> str | None:
    names = sorted({one.logical_id for one in failures if isinstance(one, ResourceFailed)})
    if names:
        return f"The following resource(s) failed to {verb}: [{', '.join(names)}]."
    return "; ".join(str(error) for error in failures) or None
