"""What CloudFormation's API tells of stacks, as documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudformation.parameters import Parameter
from cloudformation.records import Change, ChangeSet, Stack
from cloudformation.template import Template


def change_set(stack: Stack, one: ChangeSet) -> dict[str, Any]:
    return _given(
        **_change_set_summary(stack, one),
        Parameters=_parameters(one.parameters),
        Tags=_tags(one.wish.tags),
        Capabilities=list(one.wish.capabilities),
        Changes=[{"Type": "Resource", "ResourceChange": _change(change, one)} for change in one.changes],
        IncludeNestedStacks=bool(one.nested),
        ParentChangeSetId=one.parent_id,
        RootChangeSetId=one.root_id,
    )


def change_sets(stack: Stack) -> list[dict[str, Any]]:
    return [_change_set_summary(stack, one) for one in stack.change_sets.values()]


def _change_set_summary(stack: Stack, one: ChangeSet) -> dict[str, Any]:
    return _given(
        StackId=stack.id,
        StackName=stack.name,
        ChangeSetId=one.id,
        ChangeSetName=one.name,
        Description=one.description,
        CreationTime=one.created_at,
        ExecutionStatus=one.execution_status,
        Status=one.status,
        StatusReason=one.status_reason,
    )


def _change(change: Change, of: ChangeSet) -> dict[str, Any]:
    nested = of.nested.get(change.logical_id)
    return _given(
        ChangeSetId=nested[1].id if nested else None,
        Action=change.action,
        LogicalResourceId=change.logical_id,
        PhysicalResourceId=change.physical_id,
        ResourceType=change.type,
        Replacement=change.replacement,
        Scope=list(change.scope),
        Details=list(change.details),
    )


def stack(one: Stack) -> dict[str, Any]:
    wish = one.wish
    return _given(
        **stack_summary(one),
        Description=wish.template.document.get("Description") if wish else None,
        Parameters=_parameters(one.parameters),
        DisableRollback=False,
        EnableTerminationProtection=one.termination_protection,
        RoleARN=wish.role_arn if wish else None,
        Outputs=one.outputs,
        Tags=_tags(wish.tags) if wish else [],
        NotificationARNs=[],
        Capabilities=list(wish.capabilities) if wish else [],
        DriftInformation={"StackDriftStatus": "NOT_CHECKED"},
    )


def stack_summary(one: Stack) -> dict[str, Any]:
    return _given(
        StackId=one.id,
        StackName=one.name,
        CreationTime=one.created_at,
        LastUpdatedTime=one.updated_at,
        DeletionTime=one.deleted_at,
        StackStatus=one.status,
        StackStatusReason=one.status_reason,
        ParentId=one.parent.id if one.parent else None,
        RootId=one.root.id if one.parent else None,
    )


def resources(one: Stack, wanted: str | None = None) -> list[dict[str, Any]]:
    return [
        _given(
            StackId=one.id,
            StackName=one.name,
            LogicalResourceId=resource.logical_id,
            PhysicalResourceId=resource.physical_id,
            ResourceType=resource.type,
            ResourceStatus=resource.status,
            ResourceStatusReason=resource.status_reason,
            # One of them in each of the answers; the others leave it out.
            Timestamp=resource.updated_at,
            LastUpdatedTimestamp=resource.updated_at,
        )
        # The deploy's thread may add one meanwhile.
        for resource in list(one.resources.values())
        if wanted in (None, resource.logical_id)
    ]


def template_summary(template: Template) -> dict[str, Any]:
    parameters = [
        _given(
            ParameterKey=key,
            DefaultValue=one.get("Default"),
            ParameterType=one.get("Type"),
            NoEcho=bool(one.get("NoEcho", False)),
            Description=one.get("Description"),
        )
        for key, one in template.parameters.items()
    ]
    return _given(
        Parameters=parameters,
        ResourceTypes=sorted({template.type(logical_id) for logical_id in template.resources}),
        Description=template.document.get("Description"),
    )


def _parameters(parameters: Mapping[str, Parameter]) -> list[dict[str, Any]]:
    return [
        _given(
            ParameterKey=key,
            ParameterValue="****" if one.is_secret else one.text,
            ResolvedValue=one.stored,
        )
        for key, one in parameters.items()
    ]


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _given(**document: Any) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
