"""Route 53: zones that exist before the first deploy, and records that cannot be created twice."""

from __future__ import annotations

from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.route53.exceptions import ResourceRecordAlreadyExists
from moto.route53.models import FakeZone, Route53Backend, route53_backends

from patching import replace


def seed_hosted_zone(name: str, zone_id: str) -> None:
    """A public zone with a known id, as an account has it from registering its domain."""
    backend = route53_backends[DEFAULT_ACCOUNT_ID]["aws"]
    zone = backend.create_hosted_zone(f"{name.rstrip('.')}.", private_zone=False, comment="")
    del backend.zones[zone.resource_id]
    zone.resource_id = zone_id
    backend.zones[zone_id] = zone


_change_records = Route53Backend.change_resource_record_sets


def _change(self: Route53Backend, zoneid: str, change_list: list[dict[str, Any]]) -> None:
    """moto compares a CREATE with the changes of the past: it refuses a record that was deleted since, and
    takes one that exists with another value."""
    zone = self.get_hosted_zone(zoneid)
    for change in change_list:
        if change["Action"] == "CREATE":
            _refuse_existing(zone, change["ResourceRecordSet"])
            zone.rr_changes[:] = [past for past in zone.rr_changes if not _same_record(past, change)]
    _change_records(self, zoneid, change_list)


def _refuse_existing(zone: FakeZone, record: dict[str, Any]) -> None:
    for known in zone.rrsets:
        same_name = known.name.strip(".") == record["Name"].strip(".")
        if same_name and known.type == record["Type"] and known.set_identifier == record.get("SetIdentifier"):
            raise ResourceRecordAlreadyExists(name=known.name, _type=known.type)


def _same_record(past: dict[str, Any], change: dict[str, Any]) -> bool:
    before, after = past["ResourceRecordSet"], change["ResourceRecordSet"]
    same_name = str(before["Name"]).strip(".") == str(after["Name"]).strip(".")
    return same_name and str(before["Type"]) == str(after["Type"])


def install() -> None:
    replace(Route53Backend, "change_resource_record_sets", _change)
