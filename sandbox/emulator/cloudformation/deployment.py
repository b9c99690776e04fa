"""Brings a stack to a template: creates and updates along the dependencies, removes last, goes back when it fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from cloudformation.custom_names import check_replacement
from cloudformation.differences import changed_paths, needs_replacement, wanted
from cloudformation.handlers import Made, Request, handler_of
from cloudformation.nested import NestedStacks
from cloudformation.ordering import in_order
from cloudformation.records import Resource, Stack, now
from cloudformation.scope import Scope
from cloudformation.template import Template

log = logging.getLogger("sandbox.cloudformation")


class ResourceFailed(Exception):
    """The reason is in the stack's events already."""

    def __init__(self, logical_id: str, reason: str) -> None:
        super().__init__(f"{logical_id}: {reason}")
        self.logical_id = logical_id


class Deployment:
    """One run. `request` gives handlers what they need to speak to the emulator's services."""

    def __init__(
        self, stack: Stack, request: Request, nested: NestedStacks, cancelled: threading.Event
    ) -> None:
        self._stack = stack
        #: Set by the first failure: what waits for a service is not waited for any longer.
        self._cancelled = cancelled
        self._nested = nested
        self._request = replace(request, cancelled=cancelled, nested=nested)
        self._before = dict(stack.resources)
        #: By logical id, what another resource has taken the place of.
        self._replaced: dict[str, Resource] = {}
        #: By logical id, what took a place that was given back.
        self._made_in_place: dict[str, Resource] = {}
        self._updated: set[str] = set()

    def apply(self, scope: Scope) -> list[Exception]:
        """Creates and updates. @returns what failed"""
        return in_order(wanted(scope), lambda name: self._apply_one(name, scope), self._cancelled.is_set)

    def remove_unused(self, old: Template, scope: Scope) -> None:
        """What the template no longer has, and what was replaced. What cannot be removed is left behind and told of."""
        kept = wanted(scope)
        unused = {name: one for name, one in self._stack.resources.items() if name not in kept}
        retained = {name for name in unused if _is_retained(old, name)}
        retained |= {name for name in self._replaced if _is_retained(scope.template, name, "UpdateReplacePolicy")}
        kept_stacks = self._nested.updated & set(kept)
        self._delete_all({**unused, **self._replaced}, old, retained, dict.fromkeys(kept_stacks, self._nested.clean_up))
        for name in unused:
            self._stack.resources.pop(name, None)

    def restore(self, old: Template) -> list[Exception]:
        """What this run updated or replaced is as it was before. Can be asked again. @returns what failed"""
        self._cancelled.clear()
        stack = self._stack
        for name, replaced in self._replaced.items():
            self._made_in_place.setdefault(name, stack.resources[name])
            if stack.resources[name] is self._made_in_place[name]:
                stack.resources[name] = replaced
        graph = {name: old.dependencies(name) & self._updated for name in self._updated}
        return in_order(graph, self._restore_one)

    def remove_created(self, new: Template) -> list[Exception]:
        """What this run created. @returns what failed"""
        self._cancelled.clear()
        created = {name: one for name, one in self._stack.resources.items() if name not in self._before}
        retained = {name for name in self._stack.resources if new.policy(name, "DeletionPolicy") == "Retain"}
        undone = {name for name in self._nested.updated if self._before.get(name) is not None}
        return self._delete_all(
            {**created, **self._made_in_place}, new, retained, dict.fromkeys(undone, self._nested.clean_up_undone)
        )

    def forget_created(self) -> None:
        """What this run created and could not remove is no longer the stack's, as CloudFormation leaves it behind."""
        for name in set(self._stack.resources) - set(self._before):
            del self._stack.resources[name]

    def delete_everything(self) -> list[Exception]:
        stack = self._stack
        retained = {name for name in stack.resources if stack.template and _is_retained(stack.template, name)}
        return self._delete_all(dict(stack.resources), stack.template, retained)

    def _apply_one(self, logical_id: str, scope: Scope) -> None:
        stack = self._stack
        resource_type = scope.template.type(logical_id)
        existing = stack.resources.get(logical_id)
        try:
            properties = scope.properties(logical_id)
        except Exception as error:
            raise self._failed(logical_id, resource_type, "UPDATE" if existing else "CREATE", error) from error
        if existing is None or needs_replacement(stack.region, existing, properties):
            self._create(logical_id, resource_type, properties, replaces=existing)
        elif list(changed_paths(existing.properties, properties)):
            self._update(existing, properties)

    def _create(
        self, logical_id: str, resource_type: str, properties: dict[str, Any], replaces: Resource | None
    ) -> None:
        stack = self._stack
        verb = "UPDATE" if replaces else "CREATE"
        stack.record(
            logical_id,
            resource_type,
            replaces.physical_id if replaces else "",
            f"{verb}_IN_PROGRESS",
            "Requested update requires the creation of a new physical resource; hence creating one."
            if replaces
            else None,
        )

        def keep(made: Made) -> None:
            """As soon as it exists, so that it is removed when waiting for it fails."""
            if replaces:
                self._replaced[logical_id] = replaces
            stack.resources[logical_id] = Resource(
                logical_id, resource_type, made.physical_id, properties, made.attributes, f"{verb}_IN_PROGRESS"
            )

        try:
            if replaces:
                check_replacement(replaces, properties)
            keep(handler_of(resource_type).create(self._request.of(logical_id, keep), properties))
        except Exception as error:
            raise self._failed(logical_id, resource_type, verb, error) from error
        self._complete(stack.resources[logical_id], f"{verb}_COMPLETE")

    def _update(self, existing: Resource, properties: dict[str, Any]) -> None:
        name, stack = existing.logical_id, self._stack
        stack.record(name, existing.type, existing.physical_id, "UPDATE_IN_PROGRESS")
        # Even if it fails, some of it may have been done: going back starts from the properties that were asked for.
        self._updated.add(name)
        updated = replace(existing, properties=properties, status="UPDATE_IN_PROGRESS", status_reason=None)
        stack.resources[name] = updated
        try:
            attributes = handler_of(existing.type).update(self._request.of(name), existing, properties)
        except Exception as error:
            raise self._failed(name, existing.type, "UPDATE", error) from error
        if attributes is not None:
            updated.attributes = attributes
        self._complete(updated, "UPDATE_COMPLETE")

    def _restore_one(self, name: str) -> None:
        existing, before = self._stack.resources[name], self._before[name]
        if name not in self._nested.updated:
            self._update(existing, before.properties)
            return
        self._stack.record(name, existing.type, existing.physical_id, "UPDATE_IN_PROGRESS")
        try:
            attributes = self._nested.go_back(name)
        except Exception as error:
            raise self._failed(name, existing.type, "UPDATE", error) from error
        restored = replace(existing, properties=before.properties, attributes=attributes, status_reason=None)
        self._stack.resources[name] = restored
        self._complete(restored, "UPDATE_COMPLETE")

    def _delete_all(
        self,
        resources: dict[str, Resource],
        template: Template | None,
        retained: set[str],
        nested: dict[str, Callable[[str], None]] | None = None,
    ) -> list[Exception]:
        """Each before what it depends on, and in their places what nested stacks that stay have to remove."""
        clean_up = nested or {}
        graph: dict[str, set[str]] = {name: set() for name in (*resources, *clean_up)}
        for name in graph:
            depends = template.dependencies(name) if template and name in template.resources else set[str]()
            for other in depends & set(graph):
                graph[other].add(name)

        def work(name: str) -> None:
            if name in clean_up:
                clean_up[name](name)
            else:
                self._delete(resources[name], name in retained)

        return in_order(graph, work)

    def _delete(self, resource: Resource, is_retained: bool) -> None:
        stack, name = self._stack, resource.logical_id
        if is_retained:
            stack.record(name, resource.type, resource.physical_id, "DELETE_SKIPPED")
        else:
            stack.record(name, resource.type, resource.physical_id, "DELETE_IN_PROGRESS")
            try:
                handler_of(resource.type).delete(self._request.of(name), resource)
            except Exception as error:
                if not _is_gone(error):
                    raise self._failed(name, resource.type, "DELETE", error) from error
            stack.record(name, resource.type, resource.physical_id, "DELETE_COMPLETE")
        if stack.resources.get(name) is resource:
            del stack.resources[name]

    def _failed(self, logical_id: str, resource_type: str, verb: str, error: Exception) -> ResourceFailed:
        status = f"{verb}_FAILED"
        log.info("%s %s", logical_id, status, exc_info=error)
        if verb != "DELETE":
            self._cancelled.set()
        reason = f"The property {error.args[0]} is missing." if isinstance(error, KeyError) else str(error)
        reason = reason or type(error).__name__
        existing = self._stack.resources.get(logical_id)
        # A resource that is to be replaced is as it was.
        if existing is not None and (verb == "DELETE" or existing is not self._before.get(logical_id)):
            existing.status, existing.status_reason, existing.updated_at = status, reason, now()
        self._stack.record(logical_id, resource_type, existing.physical_id if existing else "", status, reason)
        return ResourceFailed(logical_id, reason)

    def _complete(self, resource: Resource, status: str) -> None:
        resource.status, resource.updated_at = status, now()
        self._stack.record(resource.logical_id, resource.type, resource.physical_id, status)


def _is_retained(template: Template, logical_id: str, policy: str = "DeletionPolicy") -> bool:
    return template.policy(logical_id, policy) in ("Retain", "RetainExceptOnCreate")


def _is_gone(error: Exception) -> bool:
    """Someone else has removed it; that is what was wanted."""
    code = str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""
    return "NotFound" in code or "NoSuch" in code
