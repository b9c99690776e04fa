"""AWS::ElasticLoadBalancingV2::…"""

from __future__ import annotations

from cloudformation.handlers.base import (
    Handler,
    Made,
    Properties,
    Request,
    changed,
    none_of_these_changes,
    only_these_change,
    picked,
    tag_changes,
    without,
)
from cloudformation.records import Resource


def retag(request: Request, resource: Resource, properties: Properties) -> None:
    put, removed = tag_changes(resource, properties)
    elb = request.client("elbv2")
    if put:
        elb.add_tags(ResourceArns=[resource.physical_id], Tags=put)
    if removed:
        elb.remove_tags(ResourceArns=[resource.physical_id], TagKeys=removed)


class LoadBalancer(Handler):
    attributes = (
        "CanonicalHostedZoneID",
        "DNSName",
        "LoadBalancerArn",
        "LoadBalancerFullName",
        "LoadBalancerName",
        "SecurityGroups",
    )

    def create(self, request: Request, properties: Properties) -> Made:
        kind = "AWS::ElasticLoadBalancingV2::LoadBalancer"
        name = properties.get("Name") or request.generated_name(kind)
        plain = without(properties, "LoadBalancerAttributes")
        made = request.call("elbv2", "create_load_balancer", plain, Name=name)["LoadBalancers"][0]
        arn = made["LoadBalancerArn"]
        request.keep(Made(arn))
        self._set_attributes(request, arn, properties)
        request.wait_until(f"Load balancer {name} was not active", lambda: self._state(request, arn) == "active")
        attributes = {
            "CanonicalHostedZoneID": made["CanonicalHostedZoneId"],
            "DNSName": made["DNSName"],
            "LoadBalancerArn": arn,
            "LoadBalancerFullName": arn.split(":loadbalancer/")[1],
            "LoadBalancerName": name,
            "SecurityGroups": made.get("SecurityGroups", []),
        }
        return Made(arn, attributes)

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        arn = resource.physical_id
        only_these_change(resource, properties, "LoadBalancerAttributes", "SecurityGroups", "Subnets", "Tags")
        if changed(resource.properties, properties, "LoadBalancerAttributes"):
            self._set_attributes(request, arn, properties)
        # Attributes, groups and subnets that the template no longer has stay as they are.
        for name, operation in (("SecurityGroups", "set_security_groups"), ("Subnets", "set_subnets")):
            if name in properties and changed(resource.properties, properties, name):
                request.call("elbv2", operation, picked(properties, name), LoadBalancerArn=arn)
        retag(request, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("elbv2").delete_load_balancer(LoadBalancerArn=resource.physical_id)

    def _set_attributes(self, request: Request, arn: str, properties: Properties) -> None:
        if properties.get("LoadBalancerAttributes"):
            attributes = {"Attributes": properties["LoadBalancerAttributes"]}
            request.call("elbv2", "modify_load_balancer_attributes", attributes, LoadBalancerArn=arn)

    def _state(self, request: Request, arn: str) -> str:
        answer = request.client("elbv2").describe_load_balancers(LoadBalancerArns=[arn])
        state: str = answer["LoadBalancers"][0]["State"]["Code"]
        return state


#: Of CreateTargetGroup only.
FIXED = ("Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId", "IpAddressType")


class TargetGroup(Handler):
    attributes = ("TargetGroupArn", "TargetGroupFullName", "TargetGroupName")

    def create(self, request: Request, properties: Properties) -> Made:
        name = properties.get("Name") or request.generated_name("AWS::ElasticLoadBalancingV2::TargetGroup")
        plain = without(properties, "TargetGroupAttributes", "Targets")
        arn = request.call("elbv2", "create_target_group", plain, Name=name)["TargetGroups"][0]["TargetGroupArn"]
        request.keep(Made(arn))
        self._set_attributes(request, arn, properties)
        if properties.get("Targets"):
            request.call("elbv2", "register_targets", picked(properties, "Targets"), TargetGroupArn=arn)
        full_name = arn.rsplit(":", 1)[1]
        attributes = {"TargetGroupArn": arn, "TargetGroupFullName": full_name, "TargetGroupName": name}
        return Made(arn, attributes)

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        arn = resource.physical_id
        none_of_these_changes(resource, properties, "Targets")
        settings = without(properties, *FIXED, "TargetGroupAttributes", "Targets", "Tags")
        request.call("elbv2", "modify_target_group", settings, TargetGroupArn=arn)
        if changed(resource.properties, properties, "TargetGroupAttributes"):
            self._set_attributes(request, arn, properties)
        retag(request, resource, properties)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("elbv2").delete_target_group(TargetGroupArn=resource.physical_id)

    def _set_attributes(self, request: Request, arn: str, properties: Properties) -> None:
        if properties.get("TargetGroupAttributes"):
            attributes = {"Attributes": properties["TargetGroupAttributes"]}
            request.call("elbv2", "modify_target_group_attributes", attributes, TargetGroupArn=arn)


class Listener(Handler):
    attributes = ("ListenerArn",)

    def create(self, request: Request, properties: Properties) -> Made:
        arn = request.call("elbv2", "create_listener", properties)["Listeners"][0]["ListenerArn"]
        return Made(arn, {"ListenerArn": arn})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        settings = without(properties, "LoadBalancerArn")
        request.call("elbv2", "modify_listener", settings, ListenerArn=resource.physical_id)

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("elbv2").delete_listener(ListenerArn=resource.physical_id)


class ListenerRule(Handler):
    attributes = ("RuleArn",)

    def create(self, request: Request, properties: Properties) -> Made:
        arn = request.call("elbv2", "create_rule", properties)["Rules"][0]["RuleArn"]
        return Made(arn, {"RuleArn": arn})

    def update(self, request: Request, resource: Resource, properties: Properties) -> None:
        arn = resource.physical_id
        only_these_change(resource, properties, "Actions", "Conditions", "Priority")
        if changed(resource.properties, properties, "Actions", "Conditions"):
            settings = picked(properties, "Actions", "Conditions")
            request.call("elbv2", "modify_rule", settings, RuleArn=arn)
        if changed(resource.properties, properties, "Priority"):
            priority = {"RuleArn": arn, **picked(properties, "Priority")}
            request.call("elbv2", "set_rule_priorities", {"RulePriorities": [priority]})

    def delete(self, request: Request, resource: Resource) -> None:
        request.client("elbv2").delete_rule(RuleArn=resource.physical_id)


HANDLERS: dict[str, Handler] = {
    "AWS::ElasticLoadBalancingV2::Listener": Listener(),
    "AWS::ElasticLoadBalancingV2::ListenerRule": ListenerRule(),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": LoadBalancer(),
    "AWS::ElasticLoadBalancingV2::TargetGroup": TargetGroup(),
}
