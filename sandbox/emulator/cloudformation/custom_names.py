"""A resource that has a name of its own cannot be replaced: the new one is made before the old one goes, and both would
have that name.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
"""

from __future__ import annotations

from typing import Any

from cloudformation.records import Resource

NAME_PROPERTIES = {
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::ServiceDiscovery::PrivateDnsNamespace": "Name",
    "AWS::ServiceDiscovery::Service": "Name",
}


class CustomNamed(Exception):
    """@see the module"""


def check_replacement(existing: Resource, properties: dict[str, Any]) -> None:
    """@raises CustomNamed when the new one would have the old one's name"""
    name = properties.get(NAME_PROPERTIES.get(existing.type, ""))
    if name is None or existing.properties.get(NAME_PROPERTIES[existing.type]) != name:
        return
    raise CustomNamed(
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        f"Rename {name} and update the stack again."
    )
