"""EC2: a security group rule keeps its description, whatever its source is.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
"""

from __future__ import annotations

from moto.ec2.models.security_groups import SecurityGroupRule

from patching import replace


def _description(self: SecurityGroupRule) -> str | None:
    """moto looks at address ranges only. A change of the description goes there too, so it comes first."""
    return self.ip_range.get("Description") or self.source_group.get("Description")


def install() -> None:
    replace(SecurityGroupRule, "description", property(_description))
