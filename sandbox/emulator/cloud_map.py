"""Cloud Map: registering an instance twice replaces it, what is in use stays, filters filter.

https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import JsonRESTError
from moto.route53.models import route53_backends
from moto.servicediscovery.models import Namespace, Service, ServiceDiscoveryBackend
from moto.servicediscovery.responses import ServiceDiscoveryResponse
from moto.utilities.utils import get_partition

from patching import replace


class ServiceAlreadyExists(JsonRESTError):
    def __init__(self, name: str) -> None:
        super().__init__(
            "ServiceAlreadyExists", f"A service with the name {name} already exists in the namespace."
        )


class ResourceInUse(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("ResourceInUse", message)


_register = ServiceDiscoveryBackend.register_instance
_update_custom_health = ServiceDiscoveryBackend.update_instance_custom_health_status
_create_service = ServiceDiscoveryBackend.create_service
_delete_service = ServiceDiscoveryBackend.delete_service
_delete_namespace = ServiceDiscoveryBackend.delete_namespace
_create_operation = ServiceDiscoveryBackend._create_operation
_create_private_dns_namespace = ServiceDiscoveryBackend.create_private_dns_namespace
_update_private_dns_namespace = ServiceDiscoveryBackend.update_private_dns_namespace

#: Operations that GetOperation still knows. Each task that comes or goes makes one; Cloud Map forgets them after 30 days.
MOST_OPERATIONS = 1000

#: How long a resolver may keep that a name does not exist, where nobody said it.
_SOA = {"TTL": 15}


def _register_or_replace(
    self: ServiceDiscoveryBackend,
    service_id: str,
    instance_id: str,
    creator_request_id: str,
    attributes: dict[str, str],
) -> str:
    service = self.get_service(service_id)
    service.instances[:] = [known for known in service.instances if known.instance_id != instance_id]
    operation = _register(self, service_id, instance_id, creator_request_id, attributes)
    # https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html, AWS_INIT_HEALTH_STATUS
    initial = attributes.get("AWS_INIT_HEALTH_STATUS")
    if initial is not None and service.health_check_custom_config is not None:
        self.get_instance(service_id, instance_id).health_status = initial
    return operation


def _create_bounded_operation(self: ServiceDiscoveryBackend, op_type: str, targets: dict[str, str]) -> str:
    operation_id = _create_operation(self, op_type, targets)
    for old in list(self.operations)[:-MOST_OPERATIONS]:
        del self.operations[old]
    return operation_id


def _update_health(self: ServiceDiscoveryBackend, service_id: str, instance_id: str, status: str) -> None:
    if self.get_service(service_id).health_check_custom_config is None:
        raise JsonRESTError("CustomHealthNotFound", f"Service {service_id} has no custom health check.")
    _update_custom_health(self, service_id, instance_id, status)


def _create_service_in_namespace(self: ServiceDiscoveryBackend, *args: Any, **given: Any) -> Service:
    """The namespace may be named in the DNS settings only. Names that differ in upper and lower case are one DNS name."""
    before = list(self.services.values())
    service = _create_service(self, *args, **given)
    service.namespace_id = service.namespace_id or (service.dns_config or {}).get("NamespaceId")
    same = (service.namespace_id, service.name.lower())
    if any((known.namespace_id, known.name.lower()) == same for known in before):
        del self.services[service.id]
        raise ServiceAlreadyExists(service.name)
    return service


def _delete_service_unless_used(self: ServiceDiscoveryBackend, service_id: str) -> None:
    service = self.services.get(service_id)
    if service is not None and service.instances:
        raise ResourceInUse("Service contains registered instances; delete them before the service")
    _delete_service(self, service_id)


def _delete_namespace_unless_used(self: ServiceDiscoveryBackend, namespace_id: str) -> str:
    if any(service.namespace_id == namespace_id for service in self.services.values()):
        raise ResourceInUse("Namespace has associated services; delete them before the namespace")
    namespace = self.namespaces.get(namespace_id)
    operation = _delete_namespace(self, namespace_id)
    zone_id = ((namespace and namespace.dns_properties) or {}).get("HostedZoneId")
    if zone_id:
        # Cloud Map made it with the namespace, and takes it away with it.
        zones = route53_backends[self.account_id][get_partition(self.region_name)]
        zones.delete_hosted_zone(zone_id)
    return operation


def _create_in_vpc(
    self: ServiceDiscoveryBackend,
    name: str,
    creator_request_id: str,
    description: str,
    vpc: str,
    tags: list[dict[str, str]],
    properties: dict[str, Any],
) -> str:
    """moto allows one namespace per VPC; Cloud Map refuses only the same name a second time."""
    others = {id_: known for id_, known in self.namespaces.items() if known.vpc == vpc and known.name != name}
    for id_ in others:
        del self.namespaces[id_]
    try:
        return _create_private_dns_namespace(
            self, name, creator_request_id, description, vpc, tags, _with_soa(properties)
        )
    finally:
        self.namespaces.update(others)


def _with_soa(properties: dict[str, Any] | None) -> dict[str, Any]:
    given = (properties or {}).get("DnsProperties", {})
    return {"DnsProperties": {"SOA": dict(_SOA), **given}}


def _update_what_is_given(
    self: ServiceDiscoveryBackend, _id: str, description: str, properties: dict[str, Any] | None
) -> str:
    """moto would forget the hosted zone."""
    known = self.get_namespace(namespace_id=_id).dns_properties
    return _update_private_dns_namespace(self, _id, description, {**known, **(properties or {})})


#: What ListServices and ListNamespaces give where the caller names no number.
PAGE = 100


def _list_services(self: ServiceDiscoveryResponse) -> TYPE_RESPONSE:
    services = [
        service
        for service in self.servicediscovery_backend.list_services()
        if all(_matches(service, entry) for entry in self._get_param("Filters") or [])
    ]
    return _page(self, "Services", services)


def _list_namespaces(self: ServiceDiscoveryResponse) -> TYPE_RESPONSE:
    namespaces = [
        namespace
        for namespace in self.servicediscovery_backend.list_namespaces()
        if all(_matches(namespace, entry) for entry in self._get_param("Filters") or [])
    ]
    return _page(self, "Namespaces", namespaces)


def _page(self: ServiceDiscoveryResponse, name: str, items: list[Any]) -> TYPE_RESPONSE:
    first = int(self._get_param("NextToken") or 0)
    last = first + int(self._get_param("MaxResults") or PAGE)
    more = {"NextToken": str(last)} if last < len(items) else {}
    return 200, {}, json.dumps({name: [item.to_json() for item in items[first:last]], **more})


def _matches(item: Namespace | Service, entry: dict[str, Any]) -> bool:
    fields = {"NAMESPACE_ID": "namespace_id", "NAME": "name", "TYPE": "type"}
    name = fields.get(entry["Name"])
    if name is None:
        raise NotImplementedError(f"no filter named {entry['Name']}")
    value = getattr(item, name, None)
    wanted = entry["Values"]
    if entry.get("Condition") == "BEGINS_WITH":
        return any(str(value).startswith(prefix) for prefix in wanted)
    return value in wanted


def install() -> None:
    replace(ServiceDiscoveryBackend, "_create_operation", _create_bounded_operation)
    replace(ServiceDiscoveryBackend, "register_instance", _register_or_replace)
    replace(ServiceDiscoveryBackend, "update_instance_custom_health_status", _update_health)
    replace(ServiceDiscoveryBackend, "create_service", _create_service_in_namespace)
    replace(ServiceDiscoveryBackend, "delete_service", _delete_service_unless_used)
    replace(ServiceDiscoveryBackend, "delete_namespace", _delete_namespace_unless_used)
    replace(ServiceDiscoveryBackend, "create_private_dns_namespace", _create_in_vpc)
    replace(ServiceDiscoveryBackend, "update_private_dns_namespace", _update_what_is_given)
    replace(ServiceDiscoveryResponse, "list_services", _list_services)
    replace(ServiceDiscoveryResponse, "list_namespaces", _list_namespaces)
