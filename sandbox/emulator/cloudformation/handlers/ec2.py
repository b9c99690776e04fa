"""AWS::EC2::…, but for security groups"""

from __future__ import annotations

from cloudformation.handlers.base import (
    Handler,
    Made,
    Properties,
    Request,
    changed,
    is_true,
    only_these_change,
    tag_changes,
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
        request.keep(Made(vpc_id))
        self._set_dns(request, vpc_id, {}, properties)
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

    def _set_dns(self, request: Request, vpc_id: str, old: Properties, properties: Properties) -> None:
        # One attribute in a call, and support before hostnames: EC2 asks for both. What is absent stays.
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in properties and changed(old, properties, name):
                value = {"Value": is_true(properties[name])}
                request.client("ec2").modify_vpc_attribute(VpcId=vpc_id, **{name: value})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Tags", "EnableDnsHostnames", "EnableDnsSupport")
        self._set_dns(request, resource.physical_id, resource.properties, properties)
        retag(request, resource.physical_id, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ec2").delete_vpc(VpcId=resource.physical_id)


class Subnet(Handler):
    attributes = ("SubnetId", "AvailabilityZone", "VpcId", "CidrBlock")

    def create(self, request: Request, properties: Properties) -> Made:
        plain = without(properties, "Tags", "MapPublicIpOnLaunch")
        subnet = request.call("ec2", "create_subnet", plain)["Subnet"]
        subnet_id = subnet["SubnetId"]
        request.keep(Made(subnet_id))
        self._set_public(request, subnet_id, properties)
        tag(request, subnet_id, properties)
        return Made(subnet_id, {name: subnet[name] for name in self.attributes})

    def _set_public(self, request: Request, subnet_id: str, properties: Properties) -> None:
        if "MapPublicIpOnLaunch" in properties:
            value = {"Value": is_true(properties["MapPublicIpOnLaunch"])}
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
        request.keep(Made(resource_id))
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

        request.wait_until(f"NAT gateway {gateway_id} was not {state}", reached)


class GatewayAttachment(Handler):
    def create(self, request: Request, properties: Properties) -> Made:
        request.call("ec2", "attach_internet_gateway", properties)
        return Made(f"IGW|{properties['VpcId']}")

    def delete(self, request: Request, resource: Resource) -> None:
        request.call("ec2", "detach_internet_gateway", resource.properties)


class Route(Handler):
    attributes = ("CidrBlock",)

    def create(self, request: Request, properties: Properties) -> Made:
        if "DestinationCidrBlock" not in properties:
            raise ValueError("The sandbox's emulator needs DestinationCidrBlock; it has no other destinations.")
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
        made = Made(address["PublicIp"], {name: address[name] for name in self.attributes})
        request.keep(made)
        tag(request, address["AllocationId"], properties)
        return made

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        only_these_change(resource, properties, "Tags")
        retag(request, resource.attributes["AllocationId"], resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("ec2").release_address(AllocationId=resource.attributes["AllocationId"])


HANDLERS: dict[str, Handler] = {
    "AWS::EC2::EIP": ElasticIp(),
    "AWS::EC2::InternetGateway": Tagged("internet_gateway", "InternetGateway", "InternetGatewayId"),
    "AWS::EC2::NatGateway": NatGateway(),
    "AWS::EC2::Route": Route(),
    "AWS::EC2::RouteTable": Tagged("route_table", "RouteTable", "RouteTableId"),
    "AWS::EC2::Subnet": Subnet(),
    "AWS::EC2::SubnetRouteTableAssociation": RouteTableAssociation(),
    "AWS::EC2::VPC": Vpc(),
    "AWS::EC2::VPCGatewayAttachment": GatewayAttachment(),
}
