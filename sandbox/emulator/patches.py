"""Everything that is put into moto, in one list."""

from __future__ import annotations

import acm_validation
import assumed_roles
import autoscaling_tags
import bucket_policies
import cloud_map
import cognito_clients
import cognito_gaps
import duplicates
import ecs_clusters
import ecs_service_deployments
import ecs_services
import ecs_tasks
import elbv2_health
import elbv2_usage
import hosted_zones
import log_metric_filters
import log_retention
import logs_insights
import network_order
import secret_versions
import security_group_rules
import untracked_models
from cloudformation import api as cloudformation_api

MODULES = (
    acm_validation,
    assumed_roles,
    autoscaling_tags,
    bucket_policies,
    cloud_map,
    cloudformation_api,
    cognito_clients,
    cognito_gaps,
    ecs_clusters,
    ecs_service_deployments,
    ecs_services,
    ecs_tasks,
    elbv2_health,
    elbv2_usage,
    hosted_zones,
    log_metric_filters,
    log_retention,
    logs_insights,
    network_order,
    secret_versions,
    security_group_rules,
    untracked_models,
    duplicates,  # around what the others have put there
)


def install_all() -> None:
    for module in MODULES:
        module.install()
