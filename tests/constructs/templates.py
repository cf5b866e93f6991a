"""Helpers for tests that read synthesized templates."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Annotations, Match

from serverless_stack.testing import template_of

Json = dict[str, Any]


def new_app(context: Mapping[str, object] | None = None) -> cdk.App:
    return cdk.App(context={"aws:cdk:disable-asset-staging": True, **(context or {})})


def synth(stack: cdk.Stack) -> Json:
    return template_of(stack)


SHARED = "ServerlessStackShared"
"""The start of the logical ids of resources that all constructs of a stack share."""


def all_of(template: Json, resource_type: str) -> list[Json]:
    """Return the resources of a type, without those that all constructs of the stack share."""
    return [
        resource
        for name, resource in template["Resources"].items()
        if resource["Type"] == resource_type and not name.startswith(SHARED)
    ]


def properties(template: Json, resource_type: str) -> Json:
    """Return the properties of the only resource of a type."""
    (resource,) = all_of(template, resource_type)
    return dict(resource.get("Properties", {}))


def variables(template: Json) -> Json:
    """Return the environment variables of the only function."""
    return dict(properties(template, "AWS::Lambda::Function")["Environment"]["Variables"])


def statements(template: Json) -> list[Json]:
    """Return the statements of all policies of roles."""
    policies = all_of(template, "AWS::IAM::Policy")
    return [s for p in policies for s in p["Properties"]["PolicyDocument"]["Statement"]]


def warnings(stack: cdk.Stack) -> list[str]:
    """Return the warnings of a stack and its constructs."""
    found = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    return [str(message.entry.data) for message in found]


def dependencies(template: Json) -> dict[str, set[str]]:
    """Return the logical ids that each resource depends on."""
    resources = template.get("Resources", {})
    graph = {}
    for name, resource in resources.items():
        depends_on = resource.get("DependsOn", [])
        needed = {depends_on} if isinstance(depends_on, str) else set(depends_on)
        for part in ("Properties", "UpdatePolicy"):  # CloudFormation orders by both
            needed |= set(_references(resource.get(part, {})))
        graph[name] = needed & resources.keys()
    return graph


def require_no_cycle(template: Json) -> None:
    """Raise ``graphlib.CycleError``, with the ids, if resources depend on each other."""
    TopologicalSorter(dependencies(template)).prepare()


def refused(make: Callable[[], object]) -> str:
    """Return the message of the ValueError that a call raises."""
    with pytest.raises(ValueError, match="must") as caught:
        make()
    return str(caught.value)


def _references(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0] if isinstance(item, list) else item.split(".")[0]
            elif key == "Fn::Sub":
                text = item[0] if isinstance(item, list) else item
                yield from re.findall(r"\$\{(\w+)", text)
            else:
                yield from _references(item)


def function_in(
    stack: cdk.Stack, vpc: ec2.IVpc, security_groups: Sequence[ec2.ISecurityGroup] | None = None
) -> lambda_.Function:
    """Create a function of CDK in a VPC."""
    return lambda_.Function(
        stack,
        "Function",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        vpc=vpc,
        security_groups=security_groups,
    )
