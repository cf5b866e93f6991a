"""The distributions in front of content: what each serves, and what invalidating it needs."""

from collections.abc import Sequence
from typing import TypeAlias

from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.attributes import arn_of_distribution
from serverless_stack.constructs._internal.policies import Statement
from serverless_stack.constructs.cdn.distribution import Cdn

AnyDistribution: TypeAlias = Cdn | cloudfront.Distribution | cloudfront.IDistribution
"""A ``Cdn``, or a distribution of CDK; an imported one as well."""

_INDEX_DOCUMENT = "index.html"


def distribution_of(front: AnyDistribution) -> cloudfront.IDistribution:
    """Return the distribution of CDK."""
    return front.distribution if isinstance(front, Cdn) else front


def origin_path_of(front: AnyDistribution) -> str:
    """Return the folder of the bucket that a distribution serves; empty if that is unknown."""
    return front.origin_path or "" if isinstance(front, Cdn) else ""


def path_prefix(front: AnyDistribution, key_prefix: str) -> str:
    """Return the path at which viewers find the objects with a key prefix."""
    return f"/{key_prefix}".removeprefix(origin_path_of(front)).rstrip("/")


def api_paths(front: AnyDistribution) -> list[str]:
    """Return the paths that a distribution serves from other origins, as far as is known."""
    return list(front.other_paths) if isinstance(front, Cdn) else []


def index_document_of(front: AnyDistribution, index_document: str | None) -> str:
    """Return the file that a distribution serves for a folder.

    Args:
        front: The distribution.
        index_document: The caller's argument. Default: the file that it serves at ``/``.
    """
    if index_document is not None:
        return index_document
    root = front.default_root_object if isinstance(front, Cdn) else None
    return _INDEX_DOCUMENT if root is None or "/" in root or is_unresolved(root) else root


def invalidation_statement(fronts: Sequence[AnyDistribution]) -> Statement:
    """Allow to invalidate distributions, and to read the status of invalidations."""
    return Statement(
        ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"],
        [arn_of_distribution(distribution_of(front)) for front in fronts],
    )
