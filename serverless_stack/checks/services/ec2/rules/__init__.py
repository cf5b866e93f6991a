"""Rules on the networks of a template."""

from serverless_stack.checks.services.ec2.rules import endpoints, groups, networks

__all__ = ["endpoints", "groups", "networks"]
