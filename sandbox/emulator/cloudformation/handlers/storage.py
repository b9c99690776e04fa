"""AWS::SecretsManager::Secret, and the policy of an S3 bucket, which `cdk bootstrap` makes."""

from __future__ import annotations

import json

from cloudformation.handlers.base import (
    Handler,
    Made,
    Properties,
    Request,
    only_these_change,
    picked,
    tag_changes,
)
from cloudformation.records import Resource


class Secret(Handler):
    attributes = ("Id",)

    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("Name") or request.generated_name("AWS::SecretsManager::Secret")
        arn = request.call("secretsmanager", "create_secret", properties, Name=name)["ARN"]
        return Made(arn, {"Id": arn})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Description", "KmsKeyId", "SecretString", "Tags")
        secrets, arn = request.client("secretsmanager"), resource.physical_id
        settings = picked(properties, "Description", "KmsKeyId")
        # A value is written again only when the template's text changes: consumers' keys were added since.
        if resource.properties.get("SecretString") != properties.get("SecretString"):
            settings |= picked(properties, "SecretString")
        if settings:
            request.call("secretsmanager", "update_secret", settings, SecretId=arn)
        put, removed = tag_changes(resource, properties)
        if put:
            secrets.tag_resource(SecretId=arn, Tags=put)
        if removed:
            secrets.untag_resource(SecretId=arn, TagKeys=removed)

    def delete(self, request: Request, resource: Resource) -> None:
        # CloudFormation keeps no time to recover it.
        request.client("secretsmanager").delete_secret(
            SecretId=resource.physical_id, ForceDeleteWithoutRecovery=True
        )


class BucketPolicy(Handler):
    def create(self, request: Request, properties: Properties) -> Made:
        self.update(request, None, properties)
        return Made(properties["Bucket"])

    def update(self, request: Request, resource: Resource | None, properties: Properties) -> None:
        document = json.dumps(properties["PolicyDocument"])
        request.client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=document)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("s3").delete_bucket_policy(Bucket=resource.properties["Bucket"])


HANDLERS: dict[str, Handler] = {
    "AWS::S3::BucketPolicy": BucketPolicy(),
    "AWS::SecretsManager::Secret": Secret(),
}
