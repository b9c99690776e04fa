"""AWS::EC2::SecurityGroup and rules that stand by themselves"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from cloudformation.handlers.base import Handler, Made, Properties, Request, only_these_change, picked
from cloudformation.handlers.ec2 import retag, tag
from cloudformation.records import Resource

#: EC2 lets everything out of a group; rules of the template take the place of that.
EVERYTHING_OUT = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


def inline_rules(properties: Properties) -> dict[str, list[dict[str, Any]]]:
    """Rules that are written in the group itself, by direction."""
    return {
        "ingress": properties.get("SecurityGroupIngress", []),
        "egress": properties.get("SecurityGroupEgress") or [EVERYTHING_OUT],
    }


def kept(old: Properties, new: Properties) -> Properties:
    """What a group has after an update: rules that the template no longer has stay, those of an empty list go."""
    return {**picked(old, "SecurityGroupIngress", "SecurityGroupEgress"), **new}


class SecurityGroup(Handler):
    attributes = ("GroupId", "Id", "VpcId")

    def create(self, request: Request, properties: Properties) -> Made:
        ec2 = request.client("ec2")
        name = properties.get("GroupName") or request.generated_name("AWS::EC2::SecurityGroup")
        group_id = ec2.create_security_group(
            GroupName=name, Description=properties["GroupDescription"], **picked(properties, "VpcId")
        )["GroupId"]
        request.keep(Made(group_id))
        self._set_rules(request, group_id, {}, properties)
        tag(request, group_id, properties)
        vpc_id = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]["VpcId"]
        return Made(group_id, {"GroupId": group_id, "Id": group_id, "VpcId": vpc_id})

    def _set_rules(self, request: Request, group_id: str, old: Properties, new: Properties) -> None:
        before = inline_rules(old)
        for direction, rules in inline_rules(new).items():
            for rule in before[direction]:
                if rule not in rules:
                    _revoke(request, group_id, direction, rule)
            for rule in rules:
                if rule not in before[direction]:
                    _authorize(request, group_id, direction, rule)

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "SecurityGroupEgress", "SecurityGroupIngress", "Tags")
        old = resource.properties
        self._set_rules(request, resource.physical_id, old, kept(old, properties))
        retag(request, resource.physical_id, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ec2").delete_security_group(GroupId=resource.physical_id)


def _permission(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule as `IpPermissions` has it."""
    permission: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"])}
    for name in ("FromPort", "ToPort"):
        if name in rule:
            permission[name] = int(rule[name])
    described = {"Description": rule["Description"]} if "Description" in rule else {}
    group = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **described}]
    elif "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **described}]
    elif group:
        permission["UserIdGroupPairs"] = [{"GroupId": group, **described}]
    else:
        raise ValueError("A rule of a security group needs CidrIp, CidrIpv6 or the id of another group.")
    return permission


def _authorize(request: Request, group_id: str, direction: str, rule: dict[str, Any]) -> str:
    """@returns id of the rule; empty when the group has it already"""
    authorize = getattr(request.client("ec2"), f"authorize_security_group_{direction}")
    try:
        answer = authorize(GroupId=group_id, IpPermissions=[_permission(rule)])
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidPermission.Duplicate":
            raise
        return ""
    rule_id: str = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    return rule_id


def _revoke(request: Request, group_id: str, direction: str, rule: dict[str, Any]) -> None:
    revoke = getattr(request.client("ec2"), f"revoke_security_group_{direction}")
    try:
        permission = _permission(rule)
    except (KeyError, ValueError):
        # It was refused when it was to be added: the group does not have it.
        return
    try:
        revoke(GroupId=group_id, IpPermissions=[permission])
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("InvalidGroup.NotFound", "InvalidPermission.NotFound"):
            raise


class SecurityGroupRule(Handler):
    attributes = ("Id",)

    def __init__(self, direction: str) -> None:
        self._direction = direction

    def create(self, request: Request, properties: Properties) -> Made:
        rule_id = _authorize(request, properties["GroupId"], self._direction, properties)
        if not rule_id:
            raise ValueError(f"{properties['GroupId']} has this rule already.")
        return Made(rule_id, {"Id": rule_id})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Description")
        describe = f"update_security_group_rule_descriptions_{self._direction}"
        permission = _permission({"Description": "", **properties})
        getattr(request.client("ec2"), describe)(GroupId=properties["GroupId"], IpPermissions=[permission])

    def delete(self, request: Request, resource: Resource) -> None:
        _revoke(request, resource.properties["GroupId"], self._direction, resource.properties)


HANDLERS: dict[str, Handler] = {
    "AWS::EC2::SecurityGroup": SecurityGroup(),
    "AWS::EC2::SecurityGroupEgress": SecurityGroupRule("egress"),
    "AWS::EC2::SecurityGroupIngress": SecurityGroupRule("ingress"),
}
