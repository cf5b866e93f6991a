"""Amazon EC2 and VPC: limits on values, and rules on templates."""

from serverless_stack.checks.services.ec2.limits import cidr_problems, group_description_problems

__all__ = ["cidr_problems", "group_description_problems"]
