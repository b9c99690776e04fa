"""The stacks of the emulated account, and what is done with them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.utils import generate_changeset_id, generate_stack_id, validate_create_change_set

from cloudformation.deployment import Deployment
from cloudformation.differences import changes, wanted
from cloudformation.handlers import Request, is_inert, is_known
from cloudformation.records import ChangeSet, Stack, UnknownAttribute, now
from cloudformation.scope import Scope
from cloudformation.template import BadTemplate, Template
from unsupported import UNSUPPORTED_CALLS

NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)


class Invalid(ValidationError):
    """HTTP 400, `ValidationError`, as CloudFormation answers most mistakes."""

    def __init__(self, message: str) -> None:
        super().__init__(message=message)


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
        kind: str,
        template: Template,
        parameters: dict[str, str],
        tags: list[dict[str, str]],
        description: str | None = None,
        role_arn: str | None = None,
    ) -> tuple[ChangeSet, Stack]:
        validate_create_change_set(name)
        stack = self._for_change_set(stack_name, kind)
        if any(known.name == name for known in stack.change_sets.values()):
            raise Invalid(f"ChangeSet {name} already exists")
        found = self._changes(stack, template, parameters)
        same_outputs = stack.template is not None and (
            stack.template.document.get("Outputs") == template.document.get("Outputs")
        )
        unchanged = not found and same_outputs and tags == stack.tags
        change_set = ChangeSet(
            id=generate_changeset_id(name, self.region, self.account_id),
            name=name,
            type=kind,
            description=description,
            template=template,
            parameters=parameters,
            tags=tags,
            role_arn=role_arn,
            changes=found,
            status="FAILED" if unchanged else "CREATE_COMPLETE",
            status_reason=NO_CHANGES if unchanged else None,
            execution_status="UNAVAILABLE" if unchanged else "AVAILABLE",
        )
        stack.change_sets[change_set.id] = change_set
        return change_set, stack

    def _for_change_set(self, name: str, kind: str) -> Stack:
        existing = next((stack for stack in self.live() if name in (stack.name, stack.id)), None)
        if kind == "UPDATE":
            if existing is None or existing.status == "REVIEW_IN_PROGRESS":
                raise Invalid(f"Stack [{name}] does not exist")
            self._must_be_free(existing)
            if existing.status in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"):
                raise Invalid(f"Stack:{existing.id} is in {existing.status} state and can not be updated.")
            return existing
        if existing is not None and existing.status != "REVIEW_IN_PROGRESS":
            raise Invalid(f"Stack [{name}] already exists and cannot be created again with the changeSet.")
        return existing or self._new(name, "REVIEW_IN_PROGRESS")

    def _new(self, name: str, status: str) -> Stack:
        stack_id = generate_stack_id(name, self.region, self.account_id)
        stack = Stack(stack_id, name, self.region, self.account_id, status)
        self.all.append(stack)
        stack.record(name, "AWS::CloudFormation::Stack", stack_id, status, "User Initiated")
        return stack

    def _must_be_free(self, stack: Stack) -> None:
        if stack.busy:
            raise Invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")

    def _scope(self, stack: Stack, template: Template, parameters: dict[str, str]) -> Scope:
        return Scope(stack, template, parameters, self.exports())

    def _changes(self, stack: Stack, template: Template, parameters: dict[str, str]) -> list[Any]:
        try:
            return changes(stack, template, self._scope(stack, template, parameters))
        except (BadTemplate, UnknownAttribute) as error:
            raise Invalid(str(error)) from error
        except KeyError as error:
            raise Invalid(f"Template error: nothing is named {error}") from error

    def exports(self) -> dict[str, Any]:
        from moto.cloudformation.parsing import Export

        return {
            output["ExportName"]: Export(stack.id, output["ExportName"], output["OutputValue"])
            for stack in self.live()
            for output in stack.outputs
            if "ExportName" in output
        }

    def execute(self, stack: Stack, change_set: ChangeSet) -> None:
        if change_set.execution_status != "AVAILABLE":
            raise Invalid(
                f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{change_set.status}]"
            )
        self._must_be_free(stack)
        change_set.execution_status = "EXECUTE_IN_PROGRESS"
        creating = stack.template is None
        stack.set_status("CREATE_IN_PROGRESS" if creating else "UPDATE_IN_PROGRESS", "User Initiated")
        if not creating:
            stack.updated_at = now()
        self._start(lambda: self._deploy(stack, change_set, creating))

    def delete(self, stack: Stack) -> None:
        if stack.termination_protection:
            raise Invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        if stack.status == "DELETE_COMPLETE":
            return
        self._must_be_free(stack)
        stack.set_status("DELETE_IN_PROGRESS", "User Initiated")
        self._start(lambda: self._remove(stack))

    def _start(self, work: Callable[[], None]) -> None:
        """Not in the call: a deploy waits for services, whose controllers must be able to call."""
        run = threading.Thread(target=work, name="cloudformation", daemon=True)
        run.start()

    def _request(self, stack: Stack) -> Request:
        endpoint = f"http://127.0.0.1:{os.environ['MOTO_PORT']}"
        return Request(stack.name, self.region, self.account_id, endpoint)

    def _deploy(self, stack: Stack, change_set: ChangeSet, creating: bool) -> None:
        deployment = Deployment(stack, self._request(stack))
        template, verb = change_set.template, "CREATE" if creating else "UPDATE"
        try:
            scope = self._scope(stack, template, change_set.parameters)
            failures: list[Exception] = deployment.apply(template, scope)
            outputs = [] if failures else _outputs(template, scope)
        except Exception as error:
            failures = [error]
        if failures:
            self._undo(stack, deployment, creating, failures)
        else:
            self._finish(stack, deployment, change_set, scope, outputs, verb)
        change_set.execution_status = "EXECUTE_FAILED" if failures else "EXECUTE_COMPLETE"

    def _finish(
        self,
        stack: Stack,
        deployment: Deployment,
        change_set: ChangeSet,
        scope: Scope,
        outputs: list[dict[str, Any]],
        verb: str,
    ) -> None:
        if verb == "UPDATE":
            stack.set_status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            # What cannot be removed is left behind and told of; the update itself holds.
            deployment.remove_unused(change_set.template, wanted(change_set.template, scope))
        stack.template = change_set.template
        stack.parameters = change_set.parameters
        stack.resolved_parameters = dict(scope.resolved_parameters)
        stack.tags = change_set.tags
        stack.role_arn = change_set.role_arn
        stack.description = change_set.template.document.get("Description")
        stack.outputs = outputs
        stack.change_sets = {change_set.id: change_set}
        stack.set_status(f"{verb}_COMPLETE")

    def _undo(self, stack: Stack, deployment: Deployment, creating: bool, failures: list[Exception]) -> None:
        names = ", ".join(sorted({str(error).split(":", 1)[0] for error in failures}))
        reason = f"The following resource(s) failed to {'create' if creating else 'update'}: [{names}]."
        prefix = "ROLLBACK" if creating else "UPDATE_ROLLBACK"
        stack.set_status(f"{prefix}_IN_PROGRESS", reason)
        left = deployment.go_back()
        stack.set_status(f"{prefix}_{'FAILED' if left else 'COMPLETE'}")

    def _remove(self, stack: Stack) -> None:
        failures = Deployment(stack, self._request(stack)).delete_everything()
        if failures:
            stack.set_status("DELETE_FAILED", "; ".join(str(error) for error in failures))
            return
        stack.deleted_at = now()
        stack.set_status("DELETE_COMPLETE")

    def inert(self) -> list[dict[str, str]]:
        """Resources that were taken and do nothing."""
        return [
            {"stack": stack.name, "logicalId": resource.logical_id, "type": resource.type}
            for stack in self.live()
            for resource in stack.resources.values()
            if is_inert(resource.type)
        ]


def _outputs(template: Template, scope: Scope) -> list[dict[str, Any]]:
    outputs = []
    for key, output in (template.document.get("Outputs") or {}).items():
        if not scope.holds(output.get("Condition")):
            continue
        found = {"OutputKey": key, "OutputValue": str(scope.resolve(output["Value"]))}
        if "Description" in output:
            found["Description"] = output["Description"]
        if "Export" in output:
            found["ExportName"] = str(scope.resolve(output["Export"]["Name"]))
        outputs.append(found)
    return outputs


_stacks: dict[tuple[str, str], Stacks] = {}


def stacks_of(account_id: str, region: str) -> Stacks:
    return _stacks.setdefault((account_id, region), Stacks(account_id, region))


def inert_resources() -> list[dict[str, str]]:
    return [one for stacks in _stacks.values() for one in stacks.inert()]
