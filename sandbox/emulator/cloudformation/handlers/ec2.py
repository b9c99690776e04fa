"""AWS::EC2::…"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from cloudformation.handlers.base import (
    Handler,
    Made,
    Properties,
    Request,
    changed,
    only_these_change,
    tag_changes,
    wait_until,
    without,
)
from cloudformation.records import Resource


def tag(request: Request, resource_id: str, properties: Properties) -> None:
    if properties.get("Tags"):
        request.client("ec2").create_tags(Resources=[resource_id], Tags=properties["Tags"])


def retag(request: Request, resource_id: str, resource: Resource, properties: Properties) -> None:
    put, removed = tag_changes(resource, properties)
    if put:
        request.client("ec2").create_tags(Resources=[resource_id], Tags=put)
    if removed:
        request.client("ec2").delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in removed])


class Vpc(Handler):
    attributes = ("VpcId", "CidrBlock", "DefaultSecurityGroup", "DefaultNetworkAcl")

    def create(self, request: Request, properties: Properties) -> Made:
        ec2 = request.client("ec2")
        plain = without(properties, "Tags", "EnableDnsHostnames", "EnableDnsSupport")
        vpc = request.call("ec2", "create_vpc", plain)["Vpc"]
        vpc_id = vpc["VpcId"]
        request.keep(vpc_id)
        self._set_dns(request, vpc_id, properties)
        tag(request, vpc_id, properties)
        of_vpc = [{"Name": "vpc-id", "Values": [vpc_id]}]
        groups = ec2.describe_security_groups(Filters=[*of_vpc, {"Name": "group-name", "Values": ["default"]}])
        acls = ec2.describe_network_acls(Filters=[*of_vpc, {"Name": "default", "Values": ["true"]}])
        return Made(
            vpc_id,
            {
                "VpcId": vpc_id,
                "CidrBlock": vpc["CidrBlock"],
                "DefaultSecurityGroup": groups["SecurityGroups"][0]["GroupId"],
                "DefaultNetworkAcl": acls["NetworkAcls"][0]["NetworkAclId"],
            },
        )

    def _set_dns(self, request: Request, vpc_id: str, properties: Properties) -> None:
        # One attribute in a call, and support before hostnames: EC2 asks for both.
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in properties:
                value = {"Value": str(properties[name]).lower() == "true"}
                request.client("ec2").modify_vpc_attribute(VpcId=vpc_id, **{name: value})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Tags", "EnableDnsHostnames", "EnableDnsSupport")
        self._set_dns(request, resource.physical_id, properties)
        retag(request, resource.physical_id, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ec2").delete_vpc(VpcId=resource.physical_id)


class Subnet(Handler):
    attributes = ("SubnetId", "AvailabilityZone", "VpcId", "CidrBlock")

    def create(self, request: Request, properties: Properties) -> Made:
        plain = without(properties, "Tags", "MapPublicIpOnLaunch")
        subnet = request.call("ec2", "create_subnet", plain)["Subnet"]
        subnet_id = subnet["SubnetId"]
        request.keep(subnet_id)
        self._set_public(request, subnet_id, properties)
        tag(request, subnet_id, properties)
        return Made(subnet_id, {name: subnet[name] for name in self.attributes})

    def _set_public(self, request: Request, subnet_id: str, properties: Properties) -> None:
        value = {"Value": str(properties.get("MapPublicIpOnLaunch", False)).lower() == "true"}
        request.client("ec2").modify_subnet_attribute(SubnetId=subnet_id, MapPublicIpOnLaunch=value)

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Tags", "MapPublicIpOnLaunch")
        self._set_public(request, resource.physical_id, properties)
        retag(request, resource.physical_id, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ec2").delete_subnet(SubnetId=resource.physical_id)


class Tagged(Handler):
    """A resource with an operation to create it, one to delete it, and tags as all that can change."""

    def __init__(self, noun: str, answer: str, id_name: str) -> None:
        self._noun, self._answer, self._id_name = noun, answer, id_name
        self.attributes = (id_name,)

    def create(self, request: Request, properties: Properties) -> Made:
        answer = request.call("ec2", f"create_{self._noun}", without(properties, "Tags"))
        resource_id = answer[self._answer][self._id_name]
        request.keep(resource_id)
        tag(request, resource_id, properties)
        return Made(resource_id, {self._id_name: resource_id})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Tags")
        retag(request, resource.physical_id, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.call("ec2", f"delete_{self._noun}", {self._id_name: resource.physical_id})


class NatGateway(Tagged):
    def __init__(self) -> None:
        super().__init__("nat_gateway", "NatGateway", "NatGatewayId")

    def create(self, request: Request, properties: Properties) -> Made:
        made = super().create(request, properties)
        self._wait(request, made.physical_id, "available")
        return made

    def delete(self, request: Request, resource: Resource) -> None:
        super().delete(request, resource)
        self._wait(request, resource.physical_id, "deleted")

    def _wait(self, request: Request, gateway_id: str, state: str) -> None:
        def reached() -> bool:
            found = request.client("ec2").describe_nat_gateways(NatGatewayIds=[gateway_id])["NatGateways"]
            return not found or found[0]["State"] == state

        wait_until(f"NAT gateway {gateway_id} was not {state}", reached)


class GatewayAttachment(Handler):
    def create(self, request: Request, properties: Properties) -> Made:
        request.call("ec2", "attach_internet_gateway", properties)
        return Made(f"IGW|{properties['VpcId']}")

    def delete(self, request: Request, resource: Resource) -> None:
        request.call("ec2", "detach_internet_gateway", resource.properties)


class Route(Handler):
    attributes = ("CidrBlock",)

    def create(self, request: Request, properties: Properties) -> Made:
        request.call("ec2", "create_route", properties)
        destination = properties["DestinationCidrBlock"]
        return Made(f"{properties['RouteTableId']}|{destination}", {"CidrBlock": destination})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        request.call("ec2", "replace_route", properties)

    def delete(self, request: Request, resource: Resource) -> None:
        table, destination = resource.physical_id.split("|")
        request.client("ec2").delete_route(RouteTableId=table, DestinationCidrBlock=destination)


class RouteTableAssociation(Handler):
    attributes = ("Id",)

    def create(self, request: Request, properties: Properties) -> Made:
        association_id = request.call("ec2", "associate_route_table", properties)["AssociationId"]
        return Made(association_id, {"Id": association_id})

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ec2").disassociate_route_table(AssociationId=resource.physical_id)


class ElasticIp(Handler):
    attributes = ("AllocationId", "PublicIp")

    def create(self, request: Request, properties: Properties) -> Made:
        address = request.call("ec2", "allocate_address", without(properties, "Tags"))
        tag(request, address["AllocationId"], properties)
        return Made(address["PublicIp"], {name: address[name] for name in self.attributes})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Tags")
        retag(request, resource.attributes["AllocationId"], resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ec2").release_address(AllocationId=resource.attributes["AllocationId"])


INLINE = (("SecurityGroupIngress", "ingress"), ("SecurityGroupEgress", "egress"))


class SecurityGroup(Handler):
    attributes = ("GroupId", "Id", "VpcId")

    def create(self, request: Request, properties: Properties) -> Made:
        ec2 = request.client("ec2")
        name = properties.get("GroupName") or request.generated_name("AWS::EC2::SecurityGroup")
        group_id = ec2.create_security_group(
            GroupName=name, Description=properties["GroupDescription"], VpcId=properties["VpcId"]
        )["GroupId"]
        request.keep(group_id)
        if "SecurityGroupEgress" in properties:
            # EC2 lets everything out of a new group; rules of the template take the place of that.
            everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=[everything])
        for property_name, direction in INLINE:
            _authorize(request, group_id, direction, properties.get(property_name, []))
        tag(request, group_id, properties)
        return Made(group_id, {"GroupId": group_id, "Id": group_id, "VpcId": properties["VpcId"]})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Tags", *(name for name, _ in INLINE))
        for name, direction in INLINE:
            if changed(resource, properties, name):
                old, new = resource.properties.get(name, []), properties.get(name, [])
                _revoke(request, resource.physical_id, direction, [rule for rule in old if rule not in new])
                _authorize(request, resource.physical_id, direction, [rule for rule in new if rule not in old])
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


def _authorize(request: Request, group_id: str, direction: str, rules: list[dict[str, Any]]) -> list[str]:
    if not rules:
        return []
    authorize = getattr(request.client("ec2"), f"authorize_security_group_{direction}")
    answer = authorize(GroupId=group_id, IpPermissions=[_permission(rule) for rule in rules])
    return [rule["SecurityGroupRuleId"] for rule in answer.get("SecurityGroupRules", [])]


def _revoke(request: Request, group_id: str, direction: str, rules: list[dict[str, Any]]) -> None:
    if rules:
        revoke = getattr(request.client("ec2"), f"revoke_security_group_{direction}")
        revoke(GroupId=group_id, IpPermissions=[_permission(rule) for rule in rules])


class SecurityGroupRule(Handler):
    attributes = ("Id",)

    def __init__(self, direction: str) -> None:
        self._direction = direction

    def create(self, request: Request, properties: Properties) -> Made:
        (rule_id,) = _authorize(request, properties["GroupId"], self._direction, [properties])
        return Made(rule_id, {"Id": rule_id})

    def delete(self, request: Request, resource: Resource) -> None:
        try:
            _revoke(request, resource.properties["GroupId"], self._direction, [resource.properties])
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("InvalidGroup.NotFound", "InvalidPermission.NotFound"):
                raise


HANDLERS: dict[str, Handler] = {
    "AWS::EC2::EIP": ElasticIp(),
    "AWS::EC2::InternetGateway": Tagged("internet_gateway", "InternetGateway", "InternetGatewayId"),
    "AWS::EC2::NatGateway": NatGateway(),
    "AWS::EC2::Route": Route(),
    "AWS::EC2::RouteTable": Tagged("route_table", "RouteTable", "RouteTableId"),
    "AWS::EC2::SecurityGroup": SecurityGroup(),
    "AWS::EC2::SecurityGroupEgress": SecurityGroupRule("egress"),
    "AWS::EC2::SecurityGroupIngress": SecurityGroupRule("ingress"),
    "AWS::EC2::Subnet": Subnet(),
    "AWS::EC2::SubnetRouteTableAssociation": RouteTableAssociation(),
    "AWS::EC2::VPC": Vpc(),
    "AWS::EC2::VPCGatewayAttachment": GatewayAttachment(),
}
