"""The properties of raw resources, which jsii returns in part only."""

from collections.abc import Mapping
from typing import cast

from aws_cdk import CfnResource, TreeInspector
from constructs import IConstruct

from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.tree import node_of, stack_of


@once_per_object
def ref_of(resource: CfnResource) -> str:
    """Return the ``Ref`` of a raw resource, a token."""
    return resource.ref


def properties_of(construct: IConstruct) -> Mapping[str, object]:
    """Return the resolved properties of the raw resource behind a construct, in camel case.

    Properties that were overridden by ``add_property_override`` are not among them.

    Args:
        construct: A raw resource, or a construct of CDK such as ``sqs.Queue`` with one.
    """
    inspector = TreeInspector()
    raw = construct if isinstance(construct, CfnResource) else node_of(construct).default_child
    raw.inspect(inspector)  # type: ignore[union-attr]
    properties = inspector.attributes["aws:cdk:cloudformation:props"]
    return cast(Mapping[str, object], stack_of(construct).resolve(properties) or {})
