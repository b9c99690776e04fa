"""A template with a resource type that moto does not have is refused before anything is created.

moto leaves such resources out and says that the stack is complete.
"""

from __future__ import annotations

from typing import Any

import yaml
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.utils import yaml_tag_constructor

from unsupported import UNSUPPORTED_CALLS

#: Types that create nothing on AWS either.
INERT_TYPES = ("AWS::CDK::Metadata", *parsing.NULL_MODELS)


def check_template(template: str) -> None:
    yaml.add_multi_constructor("", yaml_tag_constructor, Loader=yaml.Loader)
    document = yaml.load(template, Loader=yaml.Loader)
    resources = document.get("Resources", {}) if isinstance(document, dict) else {}
    types = {str(resource.get("Type")) for resource in resources.values()}
    missing = sorted(name for name in types if not _is_known(name))
    for name in missing:
        UNSUPPORTED_CALLS.record("cloudformation", name, "moto has no such resource type")
    if missing:
        raise ValidationError(
            message=f"The sandbox's emulator does not have these resource types: {', '.join(missing)}"
        )


def _is_known(name: str) -> bool:
    return name.startswith("Custom::") or name in INERT_TYPES or name in parsing.get_model_map()


def _checked(method_name: str) -> None:
    original: Any = getattr(CloudFormationBackend, method_name)

    def checked(self: CloudFormationBackend, *args: Any, **kwargs: Any) -> Any:
        template = kwargs.get("template")
        if template:
            check_template(template)
        return original(self, *args, **kwargs)

    setattr(CloudFormationBackend, method_name, checked)


def install() -> None:
    for method_name in ("create_stack", "create_change_set", "update_stack"):
        _checked(method_name)
