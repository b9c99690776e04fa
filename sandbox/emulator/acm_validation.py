"""A certificate is issued when, and only when, its validation records are in Route 53.

moto issues every certificate after a minute, whether or not its records exist.
https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

from __future__ import annotations

from moto.acm.models import CertBundle
from moto.core.utils import utcnow
from moto.route53.models import route53_backends

from patching import replace


def _published_cnames(account_id: str) -> set[tuple[str, str]]:
    zones = route53_backends[account_id]["aws"].zones.values()
    return {
        (_normal(record.name), _normal(value))
        for zone in zones
        if not zone.private_zone
        for record in zone.rrsets
        if record.type == "CNAME"
        for value in _values(record.records)
    }


def _values(records: list[object]) -> list[str]:
    return [str(record.get("Value")) if isinstance(record, dict) else str(record) for record in records]


def _normal(name: str) -> str:
    return name.rstrip(".").lower().replace("\\052", "*")


def _check(self: CertBundle) -> None:
    if self._not_valid_after(self._cert) <= utcnow():
        self.status = "EXPIRED"
    elif self.type == "AMAZON_ISSUED" and self.status == "PENDING_VALIDATION":
        options = self.describe()["Certificate"]["DomainValidationOptions"]
        wanted = {
            (_normal(option["ResourceRecord"]["Name"]), _normal(option["ResourceRecord"]["Value"]))
            for option in options
        }
        account_id = self.arn.split(":")[4]
        if wanted <= _published_cnames(account_id):
            self.status = "ISSUED"


def install() -> None:
    replace(CertBundle, "check", _check)
