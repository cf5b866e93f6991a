"""CdnDomain: the domain names of a distribution, with their certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_certificatemanager as acm

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class CdnDomain:
    """Domain names of your own for a distribution.

    Attributes:
        names: The domain names.
        certificate: A certificate for them, of AWS Certificate Manager in us-east-1.
    """

    names: Sequence[str]
    certificate: acm.ICertificate | acm.Certificate | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


def domain_problems(domain: CdnDomain) -> list[str]:
    """Check the domain names of a distribution.

    Args:
        domain: The domain names.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.add(rules.alias_problems(domain.names, "domain.names"))
    if domain.certificate is None:
        problems.fail(
            "`domain.certificate` must be given for `domain.names`, "
            f"got: {list(domain.names)} without one"
        )
    else:
        arn = domain.certificate.certificate_arn
        problems.add(rules.certificate_problems(arn, "domain.certificate"))
    return problems.messages
