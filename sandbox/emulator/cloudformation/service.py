"""The stacks of the emulated account, and what is done with them."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.utils import generate_changeset_id, generate_stack_id, validate_create_change_set

from cloudformation.differences import changes
from cloudformation.handlers import Request, is_inert, is_known
from cloudformation.outputs import ExportConflict, check_exports, exports_in, outputs_of
from cloudformation.records import ChangeSet, Stack, Wish, now
from cloudformation.runs import Run
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
        self,
        stack_name: str,
        name: str,
        is_new: bool,
        wish: Wish,
        description: str | None = None,
        with_nested: bool = False,
    ) -> tuple[ChangeSet, Stack]:
        validate_create_change_set(name)
        stack = self._to_create(stack_name) if is_new else self._to_update(stack_name)
        if any(known.name == name for known in stack.change_sets.values()):
            raise Invalid(f"ChangeSet {name} already exists", "AlreadyExistsException")
        try:
            scope = self.scope(stack, wish)
            found, outputs = changes(self, stack, wish, scope), outputs_of(scope)
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
        if with_nested:
            change_set.nested = self._nested_change_sets(change_set, change_set.id)
        if stack not in self.all:
            self.all.append(stack)
            stack.set_status("REVIEW_IN_PROGRESS", "User Initiated")
        stack.change_sets[change_set.id] = change_set
        return change_set, stack

    def _nested_change_sets(self, parent: ChangeSet, root_id: str) -> dict[str, tuple[Stack, ChangeSet]]:
        """By logical id: what would change in each nested stack, told only with the root's."""
        found = {}
        for change in parent.changes:
            inner = change.inner
            if inner is None:
                continue
            name = f"{parent.name}-{change.logical_id}"[:128]
            one = ChangeSet(
                id=generate_changeset_id(name, self.region, self.account_id),
                name=name,
                wish=inner.wish,
                description=None,
                parameters=inner.parameters,
                changes=inner.changes,
                status="CREATE_COMPLETE",
                status_reason=None,
                # It is executed with the root's.
                execution_status="UNAVAILABLE",
                parent_id=parent.id,
                root_id=root_id,
            )
            one.nested = self._nested_change_sets(one, root_id)
            found[change.logical_id] = (inner.stack, one)
        return found

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

    def scope(self, stack: Stack, wish: Wish) -> Scope:
        return Scope(stack, wish.template, wish.parameters, self.exports())

    def exports(self) -> dict[str, str]:
        return exports_in(output for stack in self.live() for output in stack.outputs)

    def others(self, stack: Stack) -> list[Stack]:
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
            check_exports(stack, [], self.others(stack))
        except ExportConflict as error:
            raise Invalid(f"Delete canceled. {error}") from error
        if stack.wish is None:
            # In review: there is nothing yet.
            stack.deleted_at = now()
            stack.set_status("DELETE_COMPLETE")
            return
        run = Run(self, stack, stack.wish)
        stack.set_status("DELETE_IN_PROGRESS", "User Initiated")
        self._start(stack, run.remove)

    def continue_rollback(self, stack: Stack) -> None:
        """What failed on the way back is tried once more."""
        if stack.status != "UPDATE_ROLLBACK_FAILED" or stack.way_back is None:
            raise Invalid(f"Stack:{stack.id} is in {stack.status} state and can not continue its rollback.")
        stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        self._start(stack, stack.way_back)

    def _start(self, stack: Stack, work: Callable[[], object]) -> None:
        """Not in the call: a deploy waits for services, whose controllers must be able to call."""

        def run() -> None:
            try:
                work()
            except Exception as error:
                log.exception("%s ended in the middle", stack.name)
                step = stack.status.removesuffix("_IN_PROGRESS").removesuffix("_COMPLETE_CLEANUP")
                stack.set_status(f"{step}_FAILED", f"Internal failure: {type(error).__name__}: {error}")

        threading.Thread(target=run, name=f"cloudformation {stack.name}", daemon=True).start()

    def request(self, stack: Stack) -> Request:
        endpoint = f"http://127.0.0.1:{os.environ['MOTO_PORT']}"
        return Request(stack.name, self.region, self.account_id, endpoint)

    def _deploy(self, stack: Stack, change_set: ChangeSet, is_new: bool) -> None:
        run = Run(self, stack, change_set.wish)
        failures = run.apply()
        change_set.execution_status = "EXECUTE_FAILED" if failures else "EXECUTE_COMPLETE"
        if failures and is_new:
            run.undo_create(failures)
        elif failures:
            run.undo_update(failures)
        elif is_new:
            run.finish_create()
        else:
            run.begin_cleanup()
            run.clean_up()

    def inert(self) -> list[dict[str, str]]:
        """Resources that were taken and do nothing."""
        return [
            {"stack": stack.name, "logicalId": resource.logical_id, "type": resource.type}
            for stack in self.live()
            for resource in list(stack.resources.values())
            if is_inert(resource.type)
        ]


_stacks: dict[tuple[str, str], Stacks] = {}


def stacks_of(account_id: str, region: str) -> Stacks:
    return _stacks.setdefault((account_id, region), Stacks(account_id, region))


def inert_resources() -> list[dict[str, str]]:
    return [one for stacks in list(_stacks.values()) for one in stacks.inert()]
