"""Brings a stack to a template: creates and updates along the dependencies, removes last, goes back when it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter

from cloudformation.differences import changed_paths, needs_replacement, wanted
from cloudformation.handlers import Request, handler_of
from cloudformation.records import Resource, Stack, now
from cloudformation.scope import Scope
from cloudformation.template import Template

log = logging.getLogger("sandbox.cloudformation")

#: Resources that are made at once; each waits for a service most of the time.
AT_ONCE = 10


class ResourceFailed(Exception):
    """The reason is in the stack's events already."""


def in_order(graph: dict[str, set[str]], work: Callable[[str], None]) -> list[Exception]:
    """Works on each name after those that it depends on, several at once. After a failure nothing new is begun."""
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    failures: list[Exception] = []
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="cloudformation") as pool:
        while sorter.is_active():
            if not failures:
                running |= {pool.submit(work, name): name for name in sorter.get_ready()}
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                name = running.pop(future)
                error = future.exception()
                if isinstance(error, Exception):
                    failures.append(error)
                sorter.done(name)
    return failures


class Deployment:
    """One run. `request` gives handlers what they need to speak to the emulator's services."""

    def __init__(self, stack: Stack, request: Request) -> None:
        self._stack = stack
        self._request = request
        self._before = {name: resource.copy() for name, resource in stack.resources.items()}
        self._template_before = stack.template
        #: What was replaced, and what took its place when the run goes back.
        self._superseded: list[Resource] = []
        self._touched: set[str] = set()

    def apply(self, template: Template, scope: Scope) -> list[Exception]:
        """Creates and updates. @returns what failed"""
        order = wanted(template, scope)
        graph = {name: template.dependencies(name) & set(order) for name in order}
        return in_order(graph, lambda name: self._apply_one(name, template, scope))

    def remove_unused(self, template: Template, order: list[str]) -> list[Exception]:
        """What the template no longer has, and what was replaced."""
        stack = self._stack
        unused = {name: resource for name, resource in stack.resources.items() if name not in order}
        old = self._template_before or template
        failures = self._delete_all(unused, old)
        failures += [error for resource in self._superseded if (error := self._delete_superseded(resource))]
        return failures

    def go_back(self) -> list[Exception]:
        """Undoes this run: what it updated is updated back, what it created is removed."""
        stack, before = self._stack, self._before
        template = self._template_before
        created = {name: one for name, one in stack.resources.items() if name not in before}
        failures: list[Exception] = []
        if template is not None:
            graph = {
                name: {other for other in template.dependencies(name) if other in before} for name in before
            }
            failures = in_order(graph, lambda name: self._restore(before[name]))
        self._superseded = [one for one in self._superseded if one.physical_id not in self._kept()]
        failures += self._delete_all(created, self._template_now or template)
        failures += [error for resource in self._superseded if (error := self._delete_superseded(resource))]
        return failures

    def delete_everything(self) -> list[Exception]:
        return self._delete_all(dict(self._stack.resources), self._stack.template)

    _template_now: Template | None = None

    def _kept(self) -> set[str]:
        return {resource.physical_id for resource in self._stack.resources.values()}

    def _apply_one(self, logical_id: str, template: Template, scope: Scope) -> None:
        self._template_now = template
        stack = self._stack
        resource_type = template.type(logical_id)
        existing = stack.resources.get(logical_id)
        try:
            properties = scope.resolve(template.properties(logical_id))
        except Exception as error:
            stack.record(logical_id, resource_type, "", "CREATE_FAILED", str(error))
            raise ResourceFailed(f"{logical_id}: {error}") from error
        if existing is None:
            self._create(logical_id, resource_type, properties)
        elif existing.type != resource_type or needs_replacement(
            stack.region, resource_type, existing.properties, properties
        ):
            self._create(logical_id, resource_type, properties, replaces=existing)
        elif list(changed_paths(existing.properties, properties)):
            self._update(existing, properties)

    def _create(
        self, logical_id: str, resource_type: str, properties: dict, replaces: Resource | None = None
    ) -> None:
        stack = self._stack
        verb = "CREATE" if replaces is None else "UPDATE"
        stack.record(
            logical_id,
            resource_type,
            replaces.physical_id if replaces else "",
            f"{verb}_IN_PROGRESS",
            "Requested update requires the creation of a new physical resource; hence creating one."
            if replaces
            else None,
        )

        def keep(physical_id: str) -> None:
            """As soon as it exists, so that it is removed when waiting for it fails."""
            with stack.lock:
                if replaces is not None and stack.resources.get(logical_id) is replaces:
                    self._superseded.append(replaces)
                stack.resources[logical_id] = Resource(
                    logical_id, resource_type, stack.region, physical_id, properties, {}, f"{verb}_IN_PROGRESS"
                )

        try:
            made = handler_of(resource_type).create(self._request.of(logical_id, keep), properties)
        except Exception as error:
            raise self._failed(logical_id, resource_type, f"{verb}_FAILED", error) from error
        keep(made.physical_id)
        resource = stack.resources[logical_id]
        resource.attributes = made.attributes
        self._complete(resource, f"{verb}_COMPLETE")

    def _update(self, existing: Resource, properties: dict) -> None:
        stack = self._stack
        self._touched.add(existing.logical_id)
        stack.record(existing.logical_id, existing.type, existing.physical_id, "UPDATE_IN_PROGRESS")
        updated = existing.copy()
        try:
            request = self._request.of(existing.logical_id, lambda physical_id: None)
            attributes = handler_of(existing.type).update(request, existing, properties)
        except Exception as error:
            raise self._failed(existing.logical_id, existing.type, "UPDATE_FAILED", error) from error
        updated.properties = properties
        updated.attributes = {**existing.attributes, **(attributes or {})}
        with stack.lock:
            stack.resources[existing.logical_id] = updated
        self._complete(updated, "UPDATE_COMPLETE")

    def _restore(self, before: Resource) -> None:
        current = self._stack.resources.get(before.logical_id)
        if current is None or current.physical_id != before.physical_id:
            with self._stack.lock:
                self._stack.resources[before.logical_id] = before
            if current is not None:
                self._superseded.append(current)
        elif before.logical_id in self._touched:
            self._update(current, before.properties)

    def _delete_all(self, resources: dict[str, Resource], template: Template | None) -> list[Exception]:
        """Each before what it depends on."""
        graph: dict[str, set[str]] = {name: set() for name in resources}
        for name in resources:
            depends = template.dependencies(name) if template and name in template.resources else set()
            for other in depends & set(resources):
                graph[other].add(name)

        def remove(name: str) -> None:
            self._delete(resources[name], template)
            with self._stack.lock:
                self._stack.resources.pop(name, None)

        return in_order(graph, remove)

    def _delete_superseded(self, resource: Resource) -> Exception | None:
        try:
            self._delete(resource, self._template_before)
        except ResourceFailed as error:
            return error
        return None

    def _delete(self, resource: Resource, template: Template | None) -> None:
        stack = self._stack
        is_current = stack.resources.get(resource.logical_id) is resource
        policy = "DeletionPolicy" if is_current else "UpdateReplacePolicy"
        declared = template.resources.get(resource.logical_id, {}) if template else {}
        if declared.get(policy, "Delete") in ("Retain", "RetainExceptOnCreate"):
            stack.record(resource.logical_id, resource.type, resource.physical_id, "DELETE_SKIPPED")
            return
        stack.record(resource.logical_id, resource.type, resource.physical_id, "DELETE_IN_PROGRESS")
        try:
            request = self._request.of(resource.logical_id, lambda physical_id: None)
            handler_of(resource.type).delete(request, resource)
        except Exception as error:
            raise self._failed(resource.logical_id, resource.type, "DELETE_FAILED", error) from error
        stack.record(resource.logical_id, resource.type, resource.physical_id, "DELETE_COMPLETE")

    def _failed(self, logical_id: str, resource_type: str, status: str, error: Exception) -> ResourceFailed:
        log.info("%s %s", logical_id, status, exc_info=error)
        existing = self._stack.resources.get(logical_id)
        reason = str(error) or type(error).__name__
        self._stack.record(logical_id, resource_type, existing.physical_id if existing else "", status, reason)
        return ResourceFailed(f"{logical_id}: {reason}")

    def _complete(self, resource: Resource, status: str) -> None:
        resource.status = status
        resource.updated_at = now()
        self._stack.record(resource.logical_id, resource.type, resource.physical_id, status)
