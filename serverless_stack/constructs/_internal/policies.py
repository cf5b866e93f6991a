"""Statements of policies as plain values, so that a policy is one call of jsii."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from aws_cdk import aws_iam as iam

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True)
class Statement:
    """A statement of a policy. CDK's own class costs a call of jsii for each object.

    Attributes:
        actions: The actions.
        resources: The resources.
        conditions: When it holds. Default: always.
        effect: Whether it allows or denies.
        principal: For whom it is, as in JSON. Default: whom the policy is attached to.
    """

    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Conditions | None = None
    effect: Literal["Allow", "Deny"] = "Allow"
    principal: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, object]:
        """Return the statement as in the JSON of a policy."""
        optional = {"Condition": self.conditions, "Principal": self.principal}
        return {
            "Effect": self.effect,
            "Action": list(self.actions),
            "Resource": list(self.resources),
            **{name: value for name, value in optional.items() if value is not None},
        }

    def for_cdk(self) -> iam.PolicyStatement:
        """Return the statement for methods of CDK that add one to a policy."""
        return iam.PolicyStatement.from_json(self.to_json())


def policy_document(statements: Sequence[Statement]) -> iam.PolicyDocument:
    """Return a policy with these statements.

    Args:
        statements: The statements, in order.
    """
    return iam.PolicyDocument.from_json(
        {"Version": "2012-10-17", "Statement": [statement.to_json() for statement in statements]}
    )


@cache
def service_principal(name: str) -> iam.ServicePrincipal:
    """Return a service as a principal; roles share it.

    Args:
        name: The name, such as ``lambda.amazonaws.com``.
    """
    return iam.ServicePrincipal(name)
