"""A certificate is issued when, and only when, its validation records are in Route 53; only then a listener takes it.

moto issues every certificate after a minute, whether or not its records exist, and deletes one that a listener shows.
https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

from __future__ import annotations

from typing import Any

from moto.acm.models import AWSCertificateManagerBackend, CertBundle, acm_backends
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeListener, elbv2_backends
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


_create_listener = ELBv2Backend.create_listener
_delete_certificate = AWSCertificateManagerBackend.delete_certificate


def _create_listener_with_issued(self: ELBv2Backend, *args: Any, **given: Any) -> FakeListener:
    arn = given.get("certificate")
    bundle = acm_backends[self.account_id][self.region_name]._certificates.get(arn) if arn else None
    if bundle is not None:
        bundle.check()
        if bundle.status != "ISSUED":
            raise ELBClientError(
                "UnsupportedCertificate",
                f"The certificate '{arn}' must have a fully-qualified domain name, "
                "a supported signature, and a supported key size.",
            )
    return _create_listener(self, *args, **given)


def _delete_unless_shown(self: AWSCertificateManagerBackend, arn: str) -> None:
    balancers = elbv2_backends[self.account_id][self.region_name].load_balancers.values()
    if any(listener.certificate == arn for one in balancers for listener in one.listeners.values()):
        raise JsonRESTError(
            "ResourceInUseException", f"Certificate {arn} in account {self.account_id} is in use."
        )
    _delete_certificate(self, arn)


def install() -> None:
    replace(ELBv2Backend, "create_listener", _create_listener_with_issued)
    replace(AWSCertificateManagerBackend, "delete_certificate", _delete_unless_shown)
    replace(CertBundle, "check", _check)
