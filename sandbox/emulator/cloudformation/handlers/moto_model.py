"""Types that stagecraft does not use: by moto's own models, which speak to moto's stores directly."""

from __future__ import annotations

import threading
from typing import Any

from moto.cloudformation import parsing

from cloudformation.handlers.base import CannotUpdate, Handler, Made, Properties, Request
from cloudformation.records import Resource

#: moto's stores take one call at a time; the gate holds the same lock.
_lock = threading.RLock()


def use_lock(lock: Any) -> None:
    global _lock
    _lock = lock


class MotoModel(Handler):
    attributes = None

    def __init__(self, resource_type: str) -> None:
        self._type = resource_type
        self._class: Any = parsing.get_model_map()[resource_type]

    def create(self, request: Request, properties: Properties) -> Made:
        name_property = self._class.cloudformation_name_type()
        name = properties.get(name_property) or request.generated_name(self._type)
        kwargs = {"LogicalId": request.logical_id, "StackId": request.stack_name, "ResourceType": self._type}
        with _lock:
            model = self._class.create_from_cloudformation_json(
                name, self._json(properties), request.account_id, request.region, **kwargs
            )
        return Made(str(model.physical_resource_id), ModelAttributes(model))

    def update(self, request: Request, resource: Resource, properties: Properties) -> dict[str, Any]:
        method = self._class.update_from_cloudformation_json
        if hasattr(method, "__isabstractmethod__"):
            raise CannotUpdate(f"The sandbox's emulator cannot update a resource of type {self._type}.")
        with _lock:
            model = method(
                original_resource=self._model(resource),
                new_resource_name=resource.physical_id,
                cloudformation_json=self._json(properties),
                account_id=request.account_id,
                region_name=request.region,
            )
        return ModelAttributes(model)

    def delete(self, request: Request, resource: Resource) -> None:
        model = self._model(resource)
        with _lock:
            if hasattr(model, "delete"):
                model.delete(request.account_id, request.region)
            else:
                self._class.delete_from_cloudformation_json(
                    resource.physical_id, self._json(resource.properties), request.account_id, request.region
                )

    def _json(self, properties: Properties) -> dict[str, Any]:
        return {"Type": self._type, "Properties": properties}

    @staticmethod
    def _model(resource: Resource) -> Any:
        attributes: Any = resource.attributes
        return attributes.model


class ModelAttributes(dict[str, Any]):
    """What moto's model answers to `Fn::GetAtt`, asked when it is needed."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def __contains__(self, name: object) -> bool:
        return bool(self.model.has_cfn_attr(name))

    def __getitem__(self, name: str) -> Any:
        return self.model.get_cfn_attribute(name)
