"""Countries: where a distribution answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs._internal.arguments import check_fields, check_types


@dataclass(frozen=True)
class Countries:
    """The countries in which a distribution answers, or does not.

    Create it with ``Countries.allow("DE", "FR")`` or ``Countries.deny("US")``.

    Attributes:
        codes: The countries, as ISO 3166-1 alpha-2 codes such as ``DE``.
        kind: ``allow`` for these alone, ``deny`` for all others.
    """

    codes: Sequence[str]
    kind: Literal["allow", "deny"] = "allow"

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def allow(cls, *codes: str) -> Countries:
        """Answer in these countries alone.

        Args:
            codes: Their ISO codes, such as ``DE``.
        """
        return cls(codes, "allow")

    @classmethod
    @check_types
    def deny(cls, *codes: str) -> Countries:
        """Answer in all countries but these.

        Args:
            codes: Their ISO codes, such as ``DE``.
        """
        return cls(codes, "deny")

    @property
    def restriction(self) -> cloudfront.GeoRestriction:
        """The restriction of CDK."""
        make = cloudfront.GeoRestriction
        return (make.allowlist if self.kind == "allow" else make.denylist)(*self.codes)


def countries_problems(countries: Countries) -> list[str]:
    """Check the countries of a distribution.

    Args:
        countries: The countries.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.add(rules.country_problems(countries.codes, "countries"))
    problems.require(countries.codes, "`countries` must have a country, got: none")
    problems.add(
        f"`countries` must not repeat a country, got: {code!r} more than once"
        for code in repeated(countries.codes)
    )
    if any(map(is_unresolved, countries.codes)):
        problems.fail("`countries` must be known at synthesis, got: a token")
    return problems.messages
