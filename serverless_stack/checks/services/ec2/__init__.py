"""Amazon EC2 and VPC: rules on values, for constructs, and on templates (``rules``)."""

from serverless_stack.checks.services.ec2.limits import cidr_problems, group_description_problems

__all__ = ["cidr_problems", "group_description_problems"]
