"""Lists of AWS that no person should copy, as JSON: from botocore's and cfn-lint's models."""

import json
import pathlib

import botocore.session
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

# What every environment uses, and what some do.
SERVICES = ["ecs", "api.ecr", "elasticloadbalancing", "servicediscovery", "secretsmanager", "logs", "acm"]
OPTIONAL = ["cognito-idp", "aps"]

data = pathlib.Path(botocore.__file__).parent / "data"


def read(name):
    return json.loads((data / name).read_text())


def properties(resource):
    return PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource).schema["properties"]


def range_of(service, shape):
    metadata = botocore.session.get_session().get_service_model(service).shape_for(shape).metadata
    return [metadata["min"], metadata["max"]]


def bounds(schema):
    return [schema["minimum"], schema["maximum"]]


def regions_without(service):
    missing = []
    for partition in read("endpoints.json")["partitions"]:
        known = partition["services"].get(service, {}).get("endpoints", {})
        missing += [region for region in partition["regions"] if region not in known]
    return sorted(missing)


def partition(one):
    return {"id": one["id"], "regions": one["regionRegex"], "dnsSuffix": one["outputs"]["dnsSuffix"]}


group = properties("AWS::ElasticLoadBalancingV2::TargetGroup")

print(
    json.dumps(
        {
            "partitions": [partition(one) for one in read("partitions.json")["partitions"]],
            "regionsWithout": {name: regions_without(name) for name in SERVICES + OPTIONAL},
            "retentionDays": properties("AWS::Logs::LogGroup")["RetentionInDays"]["enum"],
            "healthCheckIntervalSeconds": bounds(group["HealthCheckIntervalSeconds"]),
            "healthCheckTimeoutSeconds": bounds(group["HealthCheckTimeoutSeconds"]),
            "healthCheckThreshold": bounds(group["HealthyThresholdCount"]),
            "rulePriority": range_of("elbv2", "RulePriority"),
        }
    )
)
