"""AWS::IAM::Role and AWS::Cognito::…"""

from __future__ import annotations

import json
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


class Role(Handler):
    attributes = ("Arn", "RoleId")

    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("RoleName") or request.generated_name("AWS::IAM::Role")[:64]
        plain = without(properties, "AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies", "RoleName")
        document = json.dumps(properties["AssumeRolePolicyDocument"])
        answer = request.call("iam", "create_role", plain, RoleName=name, AssumeRolePolicyDocument=document)
        request.keep(Made(name))
        self._set_policies(request, name, {}, properties)
        return Made(name, {"Arn": answer["Role"]["Arn"], "RoleId": answer["Role"]["RoleId"]})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        iam, name = request.client("iam"), resource.physical_id
        managed = ("AssumeRolePolicyDocument", "Description", "MaxSessionDuration")
        only_these_change(resource, properties, *managed, "ManagedPolicyArns", "Policies", "Tags")
        if changed(resource.properties, properties, "AssumeRolePolicyDocument"):
            document = json.dumps(properties["AssumeRolePolicyDocument"])
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
        # UpdateRole gives a role that names no duration an hour. A description that is absent stays; moto removes it.
        described = picked(iam.get_role(RoleName=name)["Role"], "Description")
        settings = {**described, "MaxSessionDuration": 3600}
        settings |= picked(properties, "Description", "MaxSessionDuration")
        request.call("iam", "update_role", settings, RoleName=name)
        self._set_policies(request, name, resource.properties, properties)
        put, removed = tag_changes(resource, properties)
        if put:
            iam.tag_role(RoleName=name, Tags=put)
        if removed:
            iam.untag_role(RoleName=name, TagKeys=removed)

    def delete(self, request: Request, resource: Resource) -> None:
        iam, name = request.client("iam"), resource.physical_id
        # Also policies of other resources (AWS::IAM::Policy), which are removed before.
        for arn in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=arn["PolicyArn"])
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)

    def _set_policies(self, request: Request, name: str, old: Properties, new: Properties) -> None:
        iam = request.client("iam")
        # A list that the template no longer has stays as it is; an empty one removes.
        new = {**old, **new}
        inline = {one["PolicyName"]: one["PolicyDocument"] for one in new.get("Policies", [])}
        for policy, document in inline.items():
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
        # Only of those that were in the template, as there may be policies of other resources.
        present = set(iam.list_role_policies(RoleName=name)["PolicyNames"])
        for policy in ({one["PolicyName"] for one in old.get("Policies", [])} - set(inline)) & present:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        wanted = set(new.get("ManagedPolicyArns", []))
        for arn in wanted:
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        attached = {one["PolicyArn"] for one in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]}
        for arn in (set(old.get("ManagedPolicyArns", [])) - wanted) & attached:
            iam.detach_role_policy(RoleName=name, PolicyArn=arn)


class UserPool(Handler):
    attributes = ("Arn", "ProviderName", "ProviderURL", "UserPoolId")

    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("UserPoolName") or request.generated_name("AWS::Cognito::UserPool")
        plain = without(properties, "UserPoolName")
        pool = request.call("cognito-idp", "create_user_pool", plain, PoolName=name)["UserPool"]
        provider = f"cognito-idp.{request.region}.amazonaws.com/{pool['Id']}"
        attributes = {
            "Arn": pool["Arn"],
            "ProviderName": provider,
            "ProviderURL": f"https://{provider}",
            "UserPoolId": pool["Id"],
        }
        return Made(pool["Id"], attributes)

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        plain = without(properties, "UserPoolName", "Schema", "AliasAttributes", "UsernameAttributes")
        request.call("cognito-idp", "update_user_pool", plain, UserPoolId=resource.physical_id)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("cognito-idp").delete_user_pool(UserPoolId=resource.physical_id)


class UserPoolClient(Handler):
    attributes = ("ClientId", "ClientSecret", "Name")

    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("ClientName") or request.generated_name("AWS::Cognito::UserPoolClient")
        client = request.call("cognito-idp", "create_user_pool_client", properties, ClientName=name)
        return Made(client["UserPoolClient"]["ClientId"], self._attributes(client["UserPoolClient"]))

    def _attributes(self, client: dict[str, Any]) -> dict[str, Any]:
        attributes = {"ClientId": client["ClientId"], "Name": client["ClientName"]}
        if "ClientSecret" in client:
            attributes["ClientSecret"] = client["ClientSecret"]
        return attributes

    def update(self, request: Request, resource: Resource, properties: Properties) -> dict[str, Any]:
        plain = without(properties, "GenerateSecret")
        answer = request.call(
            "cognito-idp", "update_user_pool_client", plain, ClientId=resource.physical_id
        )
        return self._attributes(answer["UserPoolClient"])

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("cognito-idp").delete_user_pool_client(
            UserPoolId=resource.properties["UserPoolId"], ClientId=resource.physical_id
        )


class UserPoolDomain(Handler):
    def create(self, request: Request, properties: Properties) -> Made:
        request.call("cognito-idp", "create_user_pool_domain", properties)
        return Made(properties["Domain"])

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("cognito-idp").delete_user_pool_domain(
            Domain=resource.physical_id, UserPoolId=resource.properties["UserPoolId"]
        )


class UserPoolResourceServer(Handler):
    def create(self, request: Request, properties: Properties) -> Made:
        request.call("cognito-idp", "create_resource_server", properties)
        return Made(f"{properties['UserPoolId']}|{properties['Identifier']}")

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        request.call("cognito-idp", "update_resource_server", properties)

    def delete(self, request: Request, resource: Resource) -> None:
        pool, identifier = resource.physical_id.split("|")
        request.client("cognito-idp").delete_resource_server(UserPoolId=pool, Identifier=identifier)


HANDLERS: dict[str, Handler] = {
    "AWS::Cognito::UserPool": UserPool(),
    "AWS::Cognito::UserPoolClient": UserPoolClient(),
    "AWS::Cognito::UserPoolDomain": UserPoolDomain(),
    "AWS::Cognito::UserPoolResourceServer": UserPoolResourceServer(),
    "AWS::IAM::Role": Role(),
}
