"""Labels of secret versions: a label of one's own stays when another version becomes current.

moto takes all labels from the version that was current, and lists versions that have none.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from patching import replace


def _make_current(self: FakeSecret, secret_version: dict[str, Any], version_id: str) -> None:
    labels = secret_version["version_stages"]
    for version in self.versions.values():
        was_current = "AWSCURRENT" in version["version_stages"]
        kept = [label for label in version["version_stages"] if label not in (*labels, "AWSPREVIOUS")]
        version["version_stages"] = [*kept, "AWSPREVIOUS"] if was_current else kept
    self.versions[version_id] = secret_version
    self.default_version_id = version_id


_list_version_ids = SecretsManagerBackend.list_secret_version_ids


def _list_versions(self: SecretsManagerResponse) -> str:
    backend: SecretsManagerBackend = self.backend
    answer = json.loads(_list_version_ids(backend, self._get_param("SecretId")))
    if not self._get_bool_param("IncludeDeprecated", False):
        answer["Versions"] = [version for version in answer["Versions"] if version["VersionStages"]]
    return json.dumps(answer)


def install() -> None:
    replace(FakeSecret, "reset_default_version", _make_current)
    replace(SecretsManagerResponse, "list_secret_version_ids", _list_versions)
