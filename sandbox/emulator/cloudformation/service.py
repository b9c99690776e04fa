"""The stacks of the emulated account, and what is done with them."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.utils import generate_changeset_id, generate_stack_id, validate_create_change_set

from cloudformation.deployment import Deployment, ResourceFailed
from cloudformation.differences import changes
from cloudformation.handlers import Request, is_inert, is_known
from cloudformation.outputs import ExportConflict, check_exports, exports_in, outputs_of
from cloudformation.records import ChangeSet, Stack, Wish, now
from cloudformation.scope import Scope
from cloudformation.template import BadTemplate, Template
from unsupported import UNSUPPORTED_CALLS

log = logging.getLogger("sandbox.cloudformation")

NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)


class Invalid(ValidationError):
    """HTTP 400, `ValidationError`, as CloudFormation answers most mistakes."""

    def __init__(self, message: str, code: str = "ValidationError") -> None:
        super().__init__(message=message)
        self.code = self.error_type = code


class Stacks:
    """Of one account and region."""

    def __init__(self, account_id: str, region: str) -> None:
        self.account_id = account_id
        self.region = region
        self.all: list[Stack] = []

    def find(self, name_or_id: str) -> Stack:
        """By name only those that are not deleted."""
        for stack in self.all:
            if stack.id == name_or_id or (stack.name == name_or_id and stack.status != "DELETE_COMPLETE"):
                return stack
        raise Invalid(f"Stack with id {name_or_id} does not exist")

    def live(self) -> list[Stack]:
        return [stack for stack in self.all if stack.status != "DELETE_COMPLETE"]

    def existing(self, name_or_id: str) -> Stack | None:
        return next((stack for stack in self.live() if name_or_id in (stack.name, stack.id)), None)

    def parse(self, text: str) -> Template:
        """@raises Invalid for a text that is no template, or has types that the emulator does not have"""
        try:
            template = Template(text)
        except BadTemplate as error:
            raise Invalid(str(error)) from error
        types = {template.type(logical_id) for logical_id in template.resources}
        missing = sorted(name for name in types if not is_known(name))
        for name in missing:
            UNSUPPORTED_CALLS.record("cloudformation", name, "the emulator has no such resource type")
        if missing:
            raise Invalid(f"The sandbox's emulator does not have these resource types: {', '.join(missing)}")
        return template

    def create_change_set(
        self, stack_name: str, name: str, is_new: bool, wish: Wish, description: str | None = None
    ) -> tuple[ChangeSet, Stack]:
        validate_create_change_set(name)
        stack = self._to_create(stack_name) if is_new else self._to_update(stack_name)
        if any(known.name == name for known in stack.change_sets.values()):
            raise Invalid(f"ChangeSet {name} already exists", "AlreadyExistsException")
        try:
            scope = self._scope(stack, wish)
            found, outputs = changes(stack, scope), outputs_of(scope)
        except BadTemplate as error:
            raise Invalid(str(error)) from error
        same = stack.wish is not None and outputs == stack.outputs and wish.tags == stack.wish.tags
        unchanged = not found and same
        change_set = ChangeSet(
            id=generate_changeset_id(name, self.region, self.account_id),
            name=name,
            wish=wish,
            description=description,
            parameters=scope.parameters,
            changes=found,
            status="FAILED" if unchanged else "CREATE_COMPLETE",
            status_reason=NO_CHANGES if unchanged else None,
            execution_status="UNAVAILABLE" if unchanged else "AVAILABLE",
        )
        if stack not in self.all:
            self.all.append(stack)
            stack.set_status("REVIEW_IN_PROGRESS", "User Initiated")
        stack.change_sets[change_set.id] = change_set
        return change_set, stack

    def _to_create(self, name: str) -> Stack:
        existing = self.existing(name)
        if existing is None:
            stack_id = generate_stack_id(name, self.region, self.account_id)
            return Stack(stack_id, name, self.region, self.account_id, "REVIEW_IN_PROGRESS")
        if existing.status != "REVIEW_IN_PROGRESS":
            raise Invalid(f"Stack [{name}] already exists and cannot be created again with the changeSet.")
        return existing

    def _to_update(self, name: str) -> Stack:
        existing = self.existing(name)
        if existing is None or existing.status == "REVIEW_IN_PROGRESS":
            raise Invalid(f"Stack [{name}] does not exist")
        if existing.busy or existing.status == "ROLLBACK_COMPLETE" or existing.status.endswith("_FAILED"):
            raise Invalid(f"Stack:{existing.id} is in {existing.status} state and can not be updated.")
        return existing

    def _scope(self, stack: Stack, wish: Wish) -> Scope:
        return Scope(stack, wish.template, wish.parameters, self.exports())

    def exports(self) -> dict[str, str]:
        return exports_in(output for stack in self.live() for output in stack.outputs)

    def _others(self, stack: Stack) -> list[Stack]:
        return [other for other in self.live() if other is not stack]

    def execute(self, stack: Stack, change_set: ChangeSet) -> None:
        if change_set.execution_status != "AVAILABLE":
            raise Invalid(
                f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{change_set.status}]",
                "InvalidChangeSetStatus",
            )
        is_new = stack.status == "REVIEW_IN_PROGRESS"
        if not is_new:
            self._to_update(stack.id)
        # The others were for the stack as it was.
        stack.change_sets = {change_set.id: change_set}
        change_set.execution_status = "EXECUTE_IN_PROGRESS"
        if is_new:
            stack.adopt(change_set)
        else:
            stack.updated_at = now()
        stack.set_status("CREATE_IN_PROGRESS" if is_new else "UPDATE_IN_PROGRESS", "User Initiated")
        self._start(stack, lambda: self._deploy(stack, change_set, is_new))

    def delete(self, stack: Stack) -> None:
        if stack.termination_protection:
            raise Invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        if stack.status in ("DELETE_IN_PROGRESS", "DELETE_COMPLETE"):
            return
        if stack.busy:
            raise Invalid(f"Stack:{stack.id} is in {stack.status} state and can not be deleted.")
        try:
            check_exports(stack, [], self._others(stack))
        except ExportConflict as error:
            raise Invalid(f"Delete canceled. {error}") from error
        stack.set_status("DELETE_IN_PROGRESS", "User Initiated")
        self._start(stack, lambda: self._remove(stack))

    def continue_rollback(self, stack: Stack) -> None:
        """What failed on the way back is tried once more."""
        if stack.status != "UPDATE_ROLLBACK_FAILED" or stack.way_back is None:
            raise Invalid(f"Stack:{stack.id} is in {stack.status} state and can not continue its rollback.")
        stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        self._start(stack, stack.way_back)

    def _start(self, stack: Stack, work: Callable[[], None]) -> None:
        """Not in the call: a deploy waits for services, whose controllers must be able to call."""

        def run() -> None:
            try:
                work()
            except Exception as error:
                log.exception("%s ended in the middle", stack.name)
                step = stack.status.removesuffix("_IN_PROGRESS").removesuffix("_COMPLETE_CLEANUP")
                stack.set_status(f"{step}_FAILED", f"Internal failure: {type(error).__name__}: {error}")

        threading.Thread(target=run, name=f"cloudformation {stack.name}", daemon=True).start()

    def _deployment(self, stack: Stack) -> Deployment:
        endpoint = f"http://127.0.0.1:{os.environ['MOTO_PORT']}"
        return Deployment(stack, Request(stack.name, self.region, self.account_id, endpoint))

    def _deploy(self, stack: Stack, change_set: ChangeSet, is_new: bool) -> None:
        deployment = self._deployment(stack)
        outputs: list[dict[str, str]] = []
        try:
            scope = self._scope(stack, change_set.wish)
            failures = deployment.apply(scope)
            if not failures:
                outputs = outputs_of(scope)
                check_exports(stack, outputs, self._others(stack))
        except (BadTemplate, ExportConflict) as error:
            failures = [error]
        change_set.execution_status = "EXECUTE_FAILED" if failures else "EXECUTE_COMPLETE"
        if failures and is_new:
            self._undo_create(stack, deployment, change_set, failures)
        elif failures:
            self._undo_update(stack, deployment, change_set, failures)
        else:
            if stack.template and not is_new:
                stack.set_status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
                deployment.remove_unused(stack.template, scope)
            stack.adopt(change_set)
            stack.outputs, stack.imports = outputs, scope.imported
            stack.set_status("CREATE_COMPLETE" if is_new else "UPDATE_COMPLETE")

    def _undo_create(
        self, stack: Stack, deployment: Deployment, change_set: ChangeSet, failures: list[Exception]
    ) -> None:
        stack.set_status("ROLLBACK_IN_PROGRESS", _reason("create", failures))
        left = deployment.remove_created(change_set.wish.template)
        stack.set_status("ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE", _reason("delete", left))

    def _undo_update(
        self, stack: Stack, deployment: Deployment, change_set: ChangeSet, failures: list[Exception]
    ) -> None:
        stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", _reason("update", failures))
        self._go_back(stack, deployment, change_set)

    def _go_back(self, stack: Stack, deployment: Deployment, change_set: ChangeSet) -> None:
        left = deployment.restore(stack.template) if stack.template else []
        stack.way_back = (lambda: self._go_back(stack, deployment, change_set)) if left else None
        if left:
            stack.set_status("UPDATE_ROLLBACK_FAILED", _reason("update", left))
            return
        stack.set_status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        deployment.remove_created(change_set.wish.template)
        deployment.forget_created()
        stack.set_status("UPDATE_ROLLBACK_COMPLETE")

    def _remove(self, stack: Stack) -> None:
        failures = self._deployment(stack).delete_everything()
        if failures:
            stack.set_status("DELETE_FAILED", _reason("delete", failures))
            return
        stack.deleted_at = now()
        stack.outputs, stack.imports = [], set()
        stack.set_status("DELETE_COMPLETE")

    def inert(self) -> list[dict[str, str]]:
        """Resources that were taken and do nothing."""
        return [
            {"stack": stack.name, "logicalId": resource.logical_id, "type": resource.type}
            for stack in self.live()
            for resource in list(stack.resources.values())
            if is_inert(resource.type)
        ]


def _reason(verb: str, failures: list[Exception]) -> str | None:
    names = sorted({one.logical_id for one in failures if isinstance(one, ResourceFailed)})
    if names:
        return f"The following resource(s) failed to {verb}: [{', '.join(names)}]."
    return "; ".join(str(error) for error in failures) or None


_stacks: dict[tuple[str, str], Stacks] = {}


def stacks_of(account_id: str, region: str) -> Stacks:
    return _stacks.setdefault((account_id, region), Stacks(account_id, region))


def inert_resources() -> list[dict[str, str]]:
    return [one for stacks in list(_stacks.values()) for one in stacks.inert()]
