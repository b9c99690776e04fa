"""Types that stagecraft does not use: by moto's own models, which speak to moto's stores directly."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from moto.cloudformation import parsing

from cloudformation.handlers.base import CannotUpdate, Handler, Made, Properties, Request
from cloudformation.records import Resource

#: moto's stores take one call at a time; the gate holds the same lock.
_lock = threading.RLock()


def use_lock(lock: Any) -> None:
    global _lock
    _lock = lock


#: Of moto's own deployment engine, or no types at all.
NOT_MODELS = frozenset({"?", "AWS::CloudFormation::Stack", "AWS::SERVICE::RESOURCE"})


def is_known(resource_type: str) -> bool:
    return resource_type in parsing.get_model_map() and resource_type not in NOT_MODELS


class MotoModel(Handler):
    def __init__(self, resource_type: str) -> None:
        self._type = resource_type
        self._class: Any = parsing.get_model_map()[resource_type]

    def has_attribute(self, name: str) -> bool:
        return bool(self._class.has_cfn_attr(name))

    def create(self, request: Request, properties: Properties) -> Made:
        name_property = self._class.cloudformation_name_type()
        name = properties.get(name_property) or request.generated_name(self._type)
        kwargs = {"LogicalId": request.logical_id, "StackId": request.stack_name, "ResourceType": self._type}
        with _lock:
            model = self._class.create_from_cloudformation_json(
                name, self._json(properties), request.account_id, request.region, **kwargs
            )
        return Made(str(model.physical_resource_id), ModelAttributes(model))

    def update(self, request: Request, resource: Resource, properties: Properties) -> Mapping[str, Any]:
        method = self._class.update_from_cloudformation_json
        if hasattr(method, "__isabstractmethod__"):
            raise CannotUpdate(f"The sandbox's emulator cannot update a resource of type {self._type}.")
        with _lock:
            model = method(
                original_resource=_model(resource),
                new_resource_name=resource.physical_id,
                cloudformation_json=self._json(properties),
                account_id=request.account_id,
                region_name=request.region,
            )
        return ModelAttributes(model)

    def delete(self, request: Request, resource: Resource) -> None:
        model = _model(resource)
        with _lock:
            if hasattr(model, "delete"):
                model.delete(request.account_id, request.region)
            else:
                self._class.delete_from_cloudformation_json(
                    resource.physical_id, self._json(resource.properties), request.account_id, request.region
                )

    def _json(self, properties: Properties) -> dict[str, Any]:
        # A copy: some models fill in what was left out.
        return {"Type": self._type, "Properties": copy.deepcopy(properties)}


def _model(resource: Resource) -> Any:
    attributes: Any = resource.attributes
    return attributes.model


class ModelAttributes(Mapping[str, Any]):
    """What moto's model answers to `Fn::GetAtt`, asked when it is needed. It does not tell which there are."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def __contains__(self, name: object) -> bool:
        return bool(self.model.has_cfn_attr(name))

    def __getitem__(self, name: str) -> Any:
        return self.model.get_cfn_attribute(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
