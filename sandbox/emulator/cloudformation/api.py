"""The calls of CloudFormation's API that are answered from the emulator's own stacks, in place of moto's."""

from __future__ import annotations

from typing import Any

from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from cloudformation.records import Change, ChangeSet, Stack
from cloudformation.service import Invalid, Stacks, stacks_of
from cloudformation.template import Template
from patching import add, replace


class ChangeSetNotFound(Invalid):
    def __init__(self, name: str) -> None:
        super().__init__(f"ChangeSet [{name}] does not exist")
        self.code = self.error_type = "ChangeSetNotFound"


def _stacks(response: CloudFormationResponse) -> Stacks:
    return stacks_of(response.current_account, response.region)


def _stack(response: CloudFormationResponse) -> Stack:
    return _stacks(response).find(response._get_param("StackName"))


def _change_set(response: CloudFormationResponse) -> tuple[Stack, ChangeSet]:
    name = response._get_param("ChangeSetName")
    stack_name = response._get_param("StackName")
    stacks = [_stack(response)] if stack_name else _stacks(response).all
    for stack in stacks:
        for change_set in stack.change_sets.values():
            if name in (change_set.id, change_set.name):
                return stack, change_set
    raise ChangeSetNotFound(name)


def _body(response: CloudFormationResponse) -> str | None:
    url = response._get_param("TemplateURL")
    if not url:
        body: str | None = response._get_param("TemplateBody")
        return body
    text: str = response._get_stack_from_s3_url(url)
    return text


def _template(response: CloudFormationResponse, stack: Stack | None) -> Template:
    body = _body(response)
    if body:
        return _stacks(response).parse(body)
    if response._get_bool_param("UsePreviousTemplate", False) and stack and stack.template:
        return stack.template
    raise Invalid("Either Template URL or Template Body must be specified.")


def _parameters(response: CloudFormationResponse, stack: Stack | None) -> dict[str, str]:
    given: dict[str, str] = {}
    for one in response._get_param("Parameters", []):
        key = one["ParameterKey"]
        if not one.get("UsePreviousValue"):
            given[key] = one.get("ParameterValue", "")
        elif stack is not None and key in stack.parameters:
            given[key] = stack.parameters[key]
    return given


def _existing(response: CloudFormationResponse) -> Stack | None:
    name = response._get_param("StackName")
    return next((stack for stack in _stacks(response).live() if name in (stack.name, stack.id)), None)


def _prepare(response: CloudFormationResponse, name: str, kind: str) -> tuple[ChangeSet, Stack]:
    existing = _existing(response)
    return _stacks(response).create_change_set(
        stack_name=response._get_param("StackName"),
        name=name,
        kind=kind,
        template=_template(response, existing),
        parameters=_parameters(response, existing),
        tags=response._get_param("Tags", []),
        description=response._get_param("Description"),
        role_arn=response._get_param("RoleARN"),
    )


def _refuse_without_rollback(response: CloudFormationResponse) -> None:
    if response._get_bool_param("DisableRollback", False):
        raise NotImplementedError("a deploy that fails always goes back here; leave --no-rollback out")


def _create_change_set(self: CloudFormationResponse) -> ActionResult:
    kind = self._get_param("ChangeSetType", "UPDATE")
    if kind not in ("CREATE", "UPDATE"):
        raise NotImplementedError(f"a change set of type {kind}")
    change_set, stack = _prepare(self, self._get_param("ChangeSetName"), kind)
    return ActionResult({"Id": change_set.id, "StackId": stack.id})


def _describe_change_set(self: CloudFormationResponse) -> ActionResult:
    stack, change_set = _change_set(self)
    described = {
        "ChangeSetName": change_set.name,
        "ChangeSetId": change_set.id,
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": change_set.description,
        "Parameters": _pairs(change_set.parameters),
        "CreationTime": change_set.created_at,
        "ExecutionStatus": change_set.execution_status,
        "Status": change_set.status,
        "StatusReason": change_set.status_reason,
        "Tags": change_set.tags,
        "Changes": [{"Type": "Resource", "ResourceChange": _change(one)} for one in change_set.changes],
    }
    return ActionResult(_given(described))


def _change(change: Change) -> dict[str, Any]:
    return _given(
        {
            "Action": change.action,
            "LogicalResourceId": change.logical_id,
            "PhysicalResourceId": change.physical_id,
            "ResourceType": change.type,
            "Replacement": change.replacement,
            "Scope": list(change.scope),
            "Details": list(change.details),
        }
    )


def _execute_change_set(self: CloudFormationResponse) -> ActionResult:
    _refuse_without_rollback(self)
    stack, change_set = _change_set(self)
    _stacks(self).execute(stack, change_set)
    return EmptyResult()


def _delete_change_set(self: CloudFormationResponse) -> ActionResult:
    try:
        stack, change_set = _change_set(self)
    except ChangeSetNotFound:
        return EmptyResult()
    del stack.change_sets[change_set.id]
    return EmptyResult()


def _list_change_sets(self: CloudFormationResponse) -> ActionResult:
    stack = _stack(self)
    summaries = [
        _given(
            {
                "StackId": stack.id,
                "StackName": stack.name,
                "ChangeSetId": one.id,
                "ChangeSetName": one.name,
                "ExecutionStatus": one.execution_status,
                "Status": one.status,
                "StatusReason": one.status_reason,
                "CreationTime": one.created_at,
                "Description": one.description,
            }
        )
        for one in stack.change_sets.values()
    ]
    return ActionResult({"Summaries": summaries})


def _create_stack(self: CloudFormationResponse) -> ActionResult:
    _refuse_without_rollback(self)
    return _at_once(self, "CREATE")


def _update_stack(self: CloudFormationResponse) -> ActionResult:
    _refuse_without_rollback(self)
    return _at_once(self, "UPDATE")


def _at_once(response: CloudFormationResponse, kind: str) -> ActionResult:
    """The older calls: as a change set that is executed as soon as it is made."""
    change_set, stack = _prepare(response, f"direct-{kind.lower()}", kind)
    if change_set.status == "FAILED":
        del stack.change_sets[change_set.id]
        raise Invalid("No updates are to be performed.")
    _stacks(response).execute(stack, change_set)
    return ActionResult({"StackId": stack.id})


def _delete_stack(self: CloudFormationResponse) -> ActionResult:
    existing = _existing(self)
    if existing is not None:
        _stacks(self).delete(existing)
    return EmptyResult()


def _describe_stacks(self: CloudFormationResponse) -> ActionResult:
    found = [_stack(self)] if self._get_param("StackName") else _stacks(self).live()
    return ActionResult({"Stacks": [_described(stack) for stack in found]})


def _described(stack: Stack) -> dict[str, Any]:
    return _given(
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "Description": stack.description,
            "Parameters": _pairs(stack.resolved_parameters),
            "CreationTime": stack.created_at,
            "LastUpdatedTime": stack.updated_at,
            "DeletionTime": stack.deleted_at,
            "StackStatus": stack.status,
            "StackStatusReason": stack.status_reason,
            "DisableRollback": False,
            "EnableTerminationProtection": stack.termination_protection,
            "RoleARN": stack.role_arn,
            "Outputs": stack.outputs,
            "Tags": stack.tags,
            "NotificationARNs": [],
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
        }
    )


def _list_stacks(self: CloudFormationResponse) -> ActionResult:
    wanted = self._get_param("StackStatusFilter", [])
    summaries = [
        _given(
            {
                "StackId": stack.id,
                "StackName": stack.name,
                "CreationTime": stack.created_at,
                "LastUpdatedTime": stack.updated_at,
                "StackStatus": stack.status,
                "StackStatusReason": stack.status_reason,
            }
        )
        for stack in _stacks(self).all
        if not wanted or stack.status in wanted
    ]
    return ActionResult({"StackSummaries": summaries})


def _describe_stack_events(self: CloudFormationResponse) -> ActionResult:
    return ActionResult({"StackEvents": list(reversed(_stack(self).events))})


def _resources(stack: Stack, wanted: str | None = None) -> list[dict[str, Any]]:
    return [
        _given(
            {
                "StackId": stack.id,
                "StackName": stack.name,
                "LogicalResourceId": resource.logical_id,
                "PhysicalResourceId": resource.physical_id,
                "ResourceType": resource.type,
                "ResourceStatus": resource.status,
                "Timestamp": resource.updated_at,
                "LastUpdatedTimestamp": resource.updated_at,
            }
        )
        for resource in list(stack.resources.values())
        if wanted in (None, resource.logical_id)
    ]


def _list_stack_resources(self: CloudFormationResponse) -> ActionResult:
    return ActionResult({"StackResourceSummaries": _resources(_stack(self))})


def _describe_stack_resources(self: CloudFormationResponse) -> ActionResult:
    return ActionResult({"StackResources": _resources(_stack(self), self._get_param("LogicalResourceId"))})


def _describe_stack_resource(self: CloudFormationResponse) -> ActionResult:
    stack, name = _stack(self), self._get_param("LogicalResourceId")
    found = _resources(stack, name)
    if not found:
        raise Invalid(f"Resource {name} does not exist for stack {stack.name}")
    return ActionResult({"StackResourceDetail": found[0]})


def _get_template(self: CloudFormationResponse) -> ActionResult:
    stack = _stack(self)
    change_set = _change_set(self)[1] if self._get_param("ChangeSetName") else None
    template = change_set.template if change_set else stack.template
    # Empty for a stack that is still in review.
    text = template.text if template else ""
    return ActionResult({"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]})


def _get_template_summary(self: CloudFormationResponse) -> ActionResult:
    body = _body(self)
    template = _stacks(self).parse(body) if body else _stack(self).template
    if template is None:
        raise Invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
    parameters = [
        _given(
            {
                "ParameterKey": key,
                "DefaultValue": one.get("Default"),
                "ParameterType": one.get("Type"),
                "NoEcho": bool(one.get("NoEcho", False)),
                "Description": one.get("Description"),
            }
        )
        for key, one in (template.document.get("Parameters") or {}).items()
    ]
    types = sorted({template.type(logical_id) for logical_id in template.resources})
    return ActionResult(
        _given(
            {
                "Parameters": parameters,
                "ResourceTypes": types,
                "Description": template.document.get("Description"),
            }
        )
    )


def _update_termination_protection(self: CloudFormationResponse) -> ActionResult:
    stack = _stack(self)
    stack.termination_protection = self._get_bool_param("EnableTerminationProtection", False)
    return ActionResult({"StackId": stack.id})


def _pairs(parameters: dict[str, Any]) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in parameters.items()]


def _given(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}


REPLACED = {
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
    "list_stack_resources": _list_stack_resources,
    "list_stacks": _list_stacks,
    "update_stack": _update_stack,
}


def install() -> None:
    for name, replacement in REPLACED.items():
        replace(CloudFormationResponse, name, replacement)
    add(CloudFormationResponse, "update_termination_protection", _update_termination_protection)
    # moto's transformers are for its own models; these answers have the API's own names already.
    replace(CloudFormationResponse, "RESPONSE_KEY_PATH_TO_TRANSFORMER", {})
