"""The calls of CloudFormation's API that are answered from the emulator's own stacks, in place of moto's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from cloudformation import answers
from cloudformation.handlers.base import is_true
from cloudformation.outputs import exports_in
from cloudformation.records import ChangeSet, Stack, Wish
from cloudformation.service import Invalid, Stacks, stacks_of
from cloudformation.template import Template
from patching import add, replace

#: A larger template is handed over in S3.
MOST_BYTES_IN_REQUEST = 51_200


def _stacks(response: CloudFormationResponse) -> Stacks:
    return stacks_of(response.current_account, response.region)


def _stack(response: CloudFormationResponse) -> Stack:
    return _stacks(response).find(response._get_param("StackName"))


def _change_set(response: CloudFormationResponse) -> tuple[Stack, ChangeSet]:
    name = response._get_param("ChangeSetName")
    stack_name = response._get_param("StackName")
    for stack in _stacks(response).live():
        for owner, change_set in _with_nested(stack, stack.change_sets.values()):
            if name in (change_set.id, change_set.name) and stack_name in (None, owner.id, owner.name):
                return owner, change_set
    raise Invalid(f"ChangeSet [{name}] does not exist", "ChangeSetNotFound")


def _with_nested(stack: Stack, change_sets: Iterable[ChangeSet]) -> Iterator[tuple[Stack, ChangeSet]]:
    for one in change_sets:
        yield stack, one
        for nested, inner in one.nested.values():
            yield from _with_nested(nested, [inner])


def _of_root(stack: Stack) -> Stack:
    """AWS lets a nested stack be changed alone, and warns of it: it is no longer as its parent says."""
    if stack.parent is not None:
        raise NotImplementedError(f"a nested stack is changed by its root here, which is {stack.root.name}")
    return stack


def _body(response: CloudFormationResponse) -> str | None:
    url = response._get_param("TemplateURL")
    if not url:
        body: str | None = response._get_param("TemplateBody")
        if body and len(body.encode()) > MOST_BYTES_IN_REQUEST:
            raise Invalid(
                "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
                f"Member must have length less than or equal to {MOST_BYTES_IN_REQUEST}"
            )
        return body
    try:
        text: str = response._get_stack_from_s3_url(url)
    except Exception as error:
        raise Invalid(f"S3 error: there is no template at {url}") from error
    return text


def _wish(response: CloudFormationResponse) -> Wish:
    existing = _stacks(response).existing(response._get_param("StackName"))
    if existing is not None:
        _of_root(existing)
    return Wish(
        template=_template(response, existing),
        parameters=_parameters(response, existing),
        tags={tag["Key"]: tag["Value"] for tag in response._get_param("Tags", [])},
        capabilities=tuple(response._get_param("Capabilities", [])),
        role_arn=response._get_param("RoleARN"),
    )


def _template(response: CloudFormationResponse, existing: Stack | None) -> Template:
    body = _body(response)
    if body:
        return _stacks(response).parse(body)
    if response._get_bool_param("UsePreviousTemplate", False) and existing and existing.template:
        return existing.template
    raise Invalid("Either Template URL or Template Body must be specified.")


def _parameters(response: CloudFormationResponse, existing: Stack | None) -> dict[str, str]:
    given: dict[str, str] = {}
    for one in response._get_param("Parameters", []):
        key = one["ParameterKey"]
        if not is_true(one.get("UsePreviousValue")):
            given[key] = one.get("ParameterValue", "")
        elif existing is not None and key in existing.parameters:
            given[key] = existing.parameters[key].text
        else:
            raise Invalid(f"Parameter {key} has no previous value to use.")
    return given


def _refuse_what_differs(response: CloudFormationResponse) -> None:
    """What would make a deploy end otherwise than it does here."""
    if response._get_bool_param("DisableRollback", False):
        raise NotImplementedError("a deploy that fails always goes back here; leave --no-rollback out")
    for name in ("OnFailure", "OnStackFailure"):
        if response._get_param(name) not in (None, "ROLLBACK"):
            raise NotImplementedError(f"a deploy that fails always goes back here; leave {name} out")
    if response._get_param("NotificationARNs", []):
        raise NotImplementedError("stacks notify nobody here; leave NotificationARNs out")


def _create_change_set(self: CloudFormationResponse) -> ActionResult:
    _refuse_what_differs(self)
    kind = self._get_param("ChangeSetType", "UPDATE")
    if kind not in ("CREATE", "UPDATE"):
        raise NotImplementedError(f"a change set of type {kind}")
    change_set, stack = _stacks(self).create_change_set(
        self._get_param("StackName"),
        self._get_param("ChangeSetName"),
        kind == "CREATE",
        _wish(self),
        self._get_param("Description"),
        self._get_bool_param("IncludeNestedStacks", False),
    )
    return ActionResult({"Id": change_set.id, "StackId": stack.id})


def _describe_change_set(self: CloudFormationResponse) -> ActionResult:
    return ActionResult(answers.change_set(*_change_set(self)))


def _execute_change_set(self: CloudFormationResponse) -> ActionResult:
    _refuse_what_differs(self)
    _stacks(self).execute(*_change_set(self))
    return EmptyResult()


def _delete_change_set(self: CloudFormationResponse) -> ActionResult:
    name = self._get_param("ChangeSetName")
    for stack in _stacks(self).live():
        for change_set in list(stack.change_sets.values()):
            if change_set.id == name or (
                change_set.name == name and self._get_param("StackName") in (stack.name, stack.id)
            ):
                if change_set.execution_status == "EXECUTE_IN_PROGRESS":
                    raise Invalid(f"ChangeSet [{name}] is being executed", "InvalidChangeSetStatus")
                del stack.change_sets[change_set.id]
    return EmptyResult()


def _list_change_sets(self: CloudFormationResponse) -> ActionResult:
    return ActionResult({"Summaries": answers.change_sets(_stack(self))})


def _create_stack(self: CloudFormationResponse) -> ActionResult:
    name = self._get_param("StackName")
    if _stacks(self).existing(name) is not None:
        raise Invalid(f"Stack [{name}] already exists", "AlreadyExistsException")
    return _at_once(self, is_new=True)


def _update_stack(self: CloudFormationResponse) -> ActionResult:
    return _at_once(self, is_new=False)


def _at_once(response: CloudFormationResponse, is_new: bool) -> ActionResult:
    """The older calls: as a change set that is executed as soon as it is made, and not kept."""
    _refuse_what_differs(response)
    name = response._get_param("StackName")
    stacks, wish = _stacks(response), _wish(response)
    change_set, stack = stacks.create_change_set(name, "direct", is_new, wish)
    if change_set.status == "FAILED":
        del stack.change_sets[change_set.id]
        raise Invalid("No updates are to be performed.")
    stack.termination_protection |= response._get_bool_param("EnableTerminationProtection", False)
    stacks.execute(stack, change_set)
    stack.change_sets = {}
    return ActionResult({"StackId": stack.id})


def _delete_stack(self: CloudFormationResponse) -> ActionResult:
    existing = _stacks(self).existing(self._get_param("StackName"))
    if existing is not None:
        _stacks(self).delete(_of_root(existing))
    return EmptyResult()


def _continue_update_rollback(self: CloudFormationResponse) -> ActionResult:
    if self._get_param("ResourcesToSkip", []):
        raise NotImplementedError("a way back that leaves resources out")
    _stacks(self).continue_rollback(_of_root(_stack(self)))
    return EmptyResult()


def _describe_stacks(self: CloudFormationResponse) -> ActionResult:
    found = [_stack(self)] if self._get_param("StackName") else _stacks(self).live()
    return ActionResult({"Stacks": [answers.stack(stack) for stack in found]})


def _list_stacks(self: CloudFormationResponse) -> ActionResult:
    wanted = self._get_param("StackStatusFilter", [])
    found = [stack for stack in _stacks(self).all if not wanted or stack.status in wanted]
    return ActionResult({"StackSummaries": [answers.stack_summary(stack) for stack in found]})


def _describe_stack_events(self: CloudFormationResponse) -> ActionResult:
    return ActionResult({"StackEvents": list(reversed(_stack(self).events))})


def _list_stack_resources(self: CloudFormationResponse) -> ActionResult:
    return ActionResult({"StackResourceSummaries": answers.resources(_stack(self))})


def _describe_stack_resources(self: CloudFormationResponse) -> ActionResult:
    wanted = self._get_param("LogicalResourceId")
    return ActionResult({"StackResources": answers.resources(_stack(self), wanted)})


def _describe_stack_resource(self: CloudFormationResponse) -> ActionResult:
    stack, name = _stack(self), self._get_param("LogicalResourceId")
    found = answers.resources(stack, name)
    if not found:
        raise Invalid(f"Resource {name} does not exist for stack {stack.name}")
    return ActionResult({"StackResourceDetail": found[0]})


def _get_template(self: CloudFormationResponse) -> ActionResult:
    if self._get_param("ChangeSetName"):
        text = _change_set(self)[1].wish.template.text
    else:
        template = _stack(self).template
        # Empty for a stack that is still in review.
        text = template.text if template else ""
    return ActionResult({"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]})


def _get_template_summary(self: CloudFormationResponse) -> ActionResult:
    body = _body(self)
    template = _stacks(self).parse(body) if body else _stack(self).template
    if template is None:
        raise Invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
    return ActionResult(answers.template_summary(template))


def _list_exports(self: CloudFormationResponse) -> ActionResult:
    exports = [
        {"ExportingStackId": stack.id, "Name": name, "Value": value}
        for stack in _stacks(self).live()
        for name, value in exports_in(stack.outputs).items()
    ]
    return ActionResult({"Exports": exports})


def _list_imports(self: CloudFormationResponse) -> ActionResult:
    name = self._get_param("ExportName")
    found = [stack.name for stack in _stacks(self).live() if name in stack.imports]
    if not found:
        raise Invalid(f"Export '{name}' is not imported by any stack.")
    return ActionResult({"Imports": found})


def _update_termination_protection(self: CloudFormationResponse) -> ActionResult:
    stack = _stack(self)
    stack.termination_protection = self._get_bool_param("EnableTerminationProtection", False)
    return ActionResult({"StackId": stack.id})


def _not_here(self: CloudFormationResponse) -> ActionResult:
    """moto would answer from stacks of its own, of which there are none."""
    raise NotImplementedError("the sandbox has no stack sets and no stack policies")


REPLACED: dict[str, Callable[[CloudFormationResponse], ActionResult]] = {
    "create_change_set": _create_change_set,
    "create_stack": _create_stack,
    "delete_change_set": _delete_change_set,
    "delete_stack": _delete_stack,
    "describe_change_set": _describe_change_set,
    "describe_stack_events": _describe_stack_events,
    "describe_stack_resource": _describe_stack_resource,
    "describe_stack_resources": _describe_stack_resources,
    "describe_stacks": _describe_stacks,
    "execute_change_set": _execute_change_set,
    "get_template": _get_template,
    "get_template_summary": _get_template_summary,
    "list_change_sets": _list_change_sets,
    "list_exports": _list_exports,
    "list_stack_resources": _list_stack_resources,
    "list_stacks": _list_stacks,
    "update_stack": _update_stack,
    **dict.fromkeys(("create_stack_set", "get_stack_policy", "set_stack_policy"), _not_here),
}


def install() -> None:
    for name, replacement in REPLACED.items():
        replace(CloudFormationResponse, name, replacement)
    add(CloudFormationResponse, "continue_update_rollback", _continue_update_rollback)
    add(CloudFormationResponse, "list_imports", _list_imports)
    add(CloudFormationResponse, "update_termination_protection", _update_termination_protection)
    # moto's transformers are for its own models; these answers have the API's own names already.
    replace(CloudFormationResponse, "RESPONSE_KEY_PATH_TO_TRANSFORMER", {})
