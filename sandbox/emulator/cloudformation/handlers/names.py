"""Names and certificates: AWS::Route53::…, AWS::ServiceDiscovery::…, AWS::CertificateManager::…"""

from __future__ import annotations

from typing import Any

from cloudformation.handlers.base import (
    Handler,
    Made,
    Properties,
    Request,
    changed,
    only_these_change,
    picked,
    tag_changes,
    without,
)
from cloudformation.records import Resource


def change_records(request: Request, zone_id: str, *changes: tuple[str, dict[str, Any]]) -> None:
    """Each an action and a record."""
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
    request.call("route53", "change_resource_record_sets", {"ChangeBatch": batch}, HostedZoneId=zone_id)


class RecordSet(Handler):
    def create(self, request: Request, properties: Properties) -> Made:
        record = self._record(properties)
        change_records(request, properties["HostedZoneId"], ("CREATE", record))
        return Made(properties["Name"])

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        old, new = self._record(resource.properties), self._record(properties)
        # A record of another type is another record.
        is_another = changed(old, new, "Type", "SetIdentifier")
        changes = [("DELETE", old), ("CREATE", new)] if is_another else [("UPSERT", new)]
        change_records(request, properties["HostedZoneId"], *changes)

    def delete(self, request: Request, resource: Resource) -> None:
        record = self._record(resource.properties)
        change_records(request, resource.properties["HostedZoneId"], ("DELETE", record))

    def _record(self, properties: Properties) -> dict[str, Any]:
        if "HostedZoneId" not in properties:
            raise ValueError("The sandbox's emulator needs HostedZoneId; it does not look a zone up by its name.")
        record = without(properties, "HostedZoneId", "Comment")
        if "AliasTarget" in record:
            record["AliasTarget"] = {"EvaluateTargetHealth": False, **record["AliasTarget"]}
        if "ResourceRecords" in record:
            record["ResourceRecords"] = [{"Value": value} for value in record["ResourceRecords"]]
        return record


class PrivateDnsNamespace(Handler):
    attributes = ("Arn", "HostedZoneId", "Id")

    def create(self, request: Request, properties: Properties) -> Made:
        answer = request.call(
            "servicediscovery", "create_private_dns_namespace", properties, CreatorRequestId=request.logical_id
        )
        client = request.client("servicediscovery")

        def operation() -> dict[str, Any]:
            found: dict[str, Any] = client.get_operation(OperationId=answer["OperationId"])["Operation"]
            return found

        request.wait_until(f"Namespace {properties['Name']} was not made", lambda: operation()["Status"] == "SUCCESS")
        namespace = client.get_namespace(Id=operation()["Targets"]["NAMESPACE"])["Namespace"]
        zone = namespace["Properties"]["DnsProperties"]["HostedZoneId"]
        attributes = {"Arn": namespace["Arn"], "HostedZoneId": zone, "Id": namespace["Id"]}
        return Made(namespace["Id"], attributes)

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Description", "Properties", "Tags")
        request.client("servicediscovery").update_private_dns_namespace(
            Id=resource.physical_id,
            UpdaterRequestId=request.logical_id,
            Namespace=picked(properties, "Description", "Properties"),
        )
        retag(request, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("servicediscovery").delete_namespace(Id=resource.physical_id)


class DiscoveryService(Handler):
    attributes = ("Arn", "Id", "Name")

    def create(self, request: Request, properties: Properties) -> Made:
        service = request.call(
            "servicediscovery", "create_service", properties, CreatorRequestId=request.logical_id
        )["Service"]
        return Made(service["Id"], {name: service[name] for name in self.attributes})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Description", "DnsConfig", "Tags")
        settings = picked(properties, "Description")
        if "DnsConfig" in properties:
            settings["DnsConfig"] = picked(properties["DnsConfig"], "DnsRecords")
        request.call("servicediscovery", "update_service", {"Service": settings}, Id=resource.physical_id)
        retag(request, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("servicediscovery").delete_service(Id=resource.physical_id)


def retag(request: Request, resource: Resource, properties: Properties) -> None:
    put, removed = tag_changes(resource, properties)
    client, arn = request.client("servicediscovery"), resource.attributes["Arn"]
    if put:
        client.tag_resource(ResourceARN=arn, Tags=put)
    if removed:
        client.untag_resource(ResourceARN=arn, TagKeys=removed)


class Certificate(Handler):
    """CloudFormation publishes the validation records in the zones that the template names, and leaves them."""

    def create(self, request: Request, properties: Properties) -> Made:
        acm = request.client("acm")
        if properties.get("ValidationMethod") != "DNS":
            raise ValueError("The sandbox's emulator issues certificates by DNS validation only.")
        plain = without(properties, "DomainValidationOptions")
        arn = request.call("acm", "request_certificate", plain)["CertificateArn"]
        request.keep(Made(arn))

        def described() -> dict[str, Any]:
            found: dict[str, Any] = acm.describe_certificate(CertificateArn=arn)["Certificate"]
            return found

        zones = {one["DomainName"]: one["HostedZoneId"] for one in properties.get("DomainValidationOptions", [])}
        for option in described()["DomainValidationOptions"]:
            record = option["ResourceRecord"]
            if option["DomainName"] in zones:
                published = {
                    "Name": record["Name"],
                    "Type": record["Type"],
                    "TTL": 300,
                    "ResourceRecords": [{"Value": record["Value"]}],
                }
                change_records(request, zones[option["DomainName"]], ("UPSERT", published))
        request.wait_until(f"Certificate {arn} was not issued", lambda: described()["Status"] == "ISSUED")
        return Made(arn)

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Tags")
        put, removed = tag_changes(resource, properties)
        acm = request.client("acm")
        if put:
            acm.add_tags_to_certificate(CertificateArn=resource.physical_id, Tags=put)
        if removed:
            keys = [{"Key": key} for key in removed]
            acm.remove_tags_from_certificate(CertificateArn=resource.physical_id, Tags=keys)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("acm").delete_certificate(CertificateArn=resource.physical_id)


HANDLERS: dict[str, Handler] = {
    "AWS::CertificateManager::Certificate": Certificate(),
    "AWS::Route53::RecordSet": RecordSet(),
    "AWS::ServiceDiscovery::PrivateDnsNamespace": PrivateDnsNamespace(),
    "AWS::ServiceDiscovery::Service": DiscoveryService(),
}
