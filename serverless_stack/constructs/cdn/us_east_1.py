"""Stacks in us-east-1 beside a stack of any region, for what CloudFront accepts from there only.

Web ACLs, certificates, Lambda@Edge functions and deliveries of logs must be in us-east-1
("Restrictions on Lambda@Edge", "Requirements for using SSL/TLS certificates with CloudFront"). A
stack of another region, or of one that is unknown at synthesis, gets a second stack, and the two
exchange values by ``Fn::GetStackOutput``. CDK's own references between regions need known regions.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import (
    CfnOutput,
    DefaultStackSynthesizer,
    Environment,
    Fn,
    IStackSynthesizer,
    Names,
    Stack,
)
from constructs import Construct, IConstruct

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.children import get_or_create
from serverless_stack.constructs._internal.tree import path_of, stack_of, stage_of
from serverless_stack.constructs.profiles.profile import Profile

US_EAST_1 = "us-east-1"
_MAX_STACK_NAME = 128  # "Amazon CloudFormation quotas"


@dataclass(frozen=True)
class UsEast1:
    """A place in us-east-1 for the resources of one construct.

    Attributes:
        scope: The parent of what is created: a construct in the second stack or, if the stack is
            in us-east-1 itself, the construct that asked.
        consumer: The construct that asked.
    """

    scope: Construct
    consumer: Construct

    @property
    def is_second_stack(self) -> bool:
        """Whether the place is in a second stack."""
        return self.scope is not self.consumer

    def value(self, name: str, value: str) -> str:
        """Return a value of the place for use in the stack of the construct that asked.

        CloudFormation reads it when that stack is created or updated, but not because the value
        alone changes: let the name change with it, such as by the hash of a Lambda version.

        Args:
            name: An id for it in the place, of letters and digits.
            value: The value, such as the ARN of a web ACL.
        """
        return value_between(self.scope, self.consumer, name, value)


def us_east_1(scope: Construct) -> UsEast1:
    """Return a place in us-east-1 that is deployed before the stack of a construct.

    All constructs of a stack share one second stack, ``NAME-REGION-global``, or ``NAME-global`` if
    the region is unknown. Nothing is created for a stack in us-east-1.

    Args:
        scope: The construct that needs it.
    """
    stack = top_stack(scope)
    if stack.region == US_EAST_1:
        return UsEast1(scope, scope)
    second = _second_stack(stack, "global", "What {} needs in us-east-1")
    return UsEast1(_home(second, scope), scope)


def after_in_us_east_1(scope: Construct) -> UsEast1:
    """Return a place in us-east-1 that is deployed after the stack of a construct.

    It is for resources that refer to those of the stack, by ``value_between``. All constructs of a
    stack share one second stack, ``NAME-REGION-monitoring``.

    Args:
        scope: The construct that needs it. The region of its stack must be known.
    """
    stack = top_stack(scope)
    if stack.region == US_EAST_1:
        return UsEast1(scope, scope)
    second = _second_stack(stack, "monitoring", "Logs and alarms of {} that are in us-east-1")
    return UsEast1(_home(second, scope), scope)


def value_between(producer: IConstruct, consumer: IConstruct, name: str, value: str) -> str:
    """Return a value of one construct for use in another, maybe in a stack of another region.

    The stack of the consumer is deployed after that of the producer, whose region must be known
    unless both have the same one.

    Args:
        producer: The construct with the value.
        consumer: The construct that uses it.
        name: An id for the value in the producer, of letters and digits.
        value: The value, such as an ARN.
    """
    source, target = top_stack(producer), top_stack(consumer)
    if not is_unresolved(value) or source.region == target.region:
        return value  # CDK's own references are enough
    target.add_stack_dependency(source)
    output = get_or_create(
        source,  # not in the producer: the outputs of a nested stack are read by its parent only
        f"{Names.unique_id(producer)}{name}Output",
        CfnOutput,
        lambda parent, construct_id: CfnOutput(parent, construct_id, value=value),
    )
    return Fn.get_stack_output(source.stack_name, output.logical_id, source.region)


def top_stack(scope: IConstruct) -> Stack:
    """Return the stack of a construct that is deployed by itself, above all nested stacks.

    Args:
        scope: The construct.
    """
    stack = stack_of(scope)
    while stack.nested_stack_parent is not None:
        stack = stack.nested_stack_parent
    return stack


class _SecondStack(Stack):
    """A stack in us-east-1 that is not the user's, even if the user has one with its id."""


def _second_stack(stack: Stack, suffix: str, description: str) -> Stack:
    region = "" if is_unresolved(stack.region) else f"-{stack.region}"
    name = f"{stack.stack_name}{region}-{suffix}"[-_MAX_STACK_NAME:].lstrip("-0123456789")
    parent = stage_of(stack)
    if parent is None:  # never: a stack without an app makes one
        raise TypeError(f"{path_of(stack)} must be in an app")
    return get_or_create(
        parent,
        f"{Names.unique_id(stack)}-{suffix}",
        _SecondStack,
        lambda scope, construct_id: _SecondStack(
            scope,
            construct_id,
            stack_name=name,
            description=description.format(stack.stack_name),
            env=Environment(
                account=None if is_unresolved(stack.account) else stack.account, region=US_EAST_1
            ),
            synthesizer=_synthesizer(stack),
            tags=stack.tags.tag_values() or None,
            termination_protection=stack.termination_protection or None,
        ),
    )


def _synthesizer(stack: Stack) -> IStackSynthesizer:
    """Return a synthesizer like that of a stack.

    One that the user gave is bound to no stack, because CDK binds copies. CDK's own is bound, so
    another one with the same bootstrap resources is made.
    """
    synthesizer = stack.synthesizer
    qualifier = synthesizer.bootstrap_qualifier
    return DefaultStackSynthesizer(qualifier=qualifier) if qualifier else synthesizer


def _home(second: Stack, scope: Construct) -> Construct:
    """Return the parent of what one construct has in the second stack, with its profile."""

    def create(parent: Construct, construct_id: str) -> Construct:
        home = Construct(parent, construct_id)
        Profile.of(scope).apply(home)
        return home

    return get_or_create(second, Names.unique_id(scope), Construct, create)
