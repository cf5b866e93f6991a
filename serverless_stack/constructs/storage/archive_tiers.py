"""ArchiveTiers: archiving what nobody reads in Intelligent-Tiering."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import IResolvable
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class ArchiveTiers:
    """When objects in Intelligent-Tiering move to its archive tiers.

    It concerns objects of the storage class ``INTELLIGENT_TIERING`` only, of 128 KB or more:
    ``Lifecycle.intelligent_tiering()`` moves objects there. Archived objects must be restored
    before they can be read ("Managing S3 Intelligent-Tiering").

    Attributes:
        archive_days: The days without access before the archive tier, 90-730. Default: never.
        deep_archive_days: The days without access before the deep archive tier, 180-730. Default:
            never.
        prefix: The prefix of the keys. Default: all objects.
        tags: The tags that the objects must have. Default: none.
    """

    archive_days: float | None = None
    deep_archive_days: float | None = None
    prefix: str = ""
    tags: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


def archive_tiers_of(
    tiers: Sequence[ArchiveTiers],
) -> list[IResolvable | s3.CfnBucket.IntelligentTieringConfigurationProperty]:
    """Return the configurations as CloudFormation takes them.

    Args:
        tiers: When objects move.
    """
    raw = s3.CfnBucket
    return [
        raw.IntelligentTieringConfigurationProperty(
            id="Archive" if place == 0 else f"Archive{place + 1}",
            status="Enabled",
            prefix=item.prefix or None,
            tag_filters=[
                raw.TagFilterProperty(key=key, value=value)
                for key, value in (item.tags or {}).items()
            ]
            or None,
            tierings=[
                raw.TieringProperty(access_tier=tier, days=days)
                for tier, days in (
                    ("ARCHIVE_ACCESS", item.archive_days),
                    ("DEEP_ARCHIVE_ACCESS", item.deep_archive_days),
                )
                if days is not None
            ],
        )
        for place, item in enumerate(tiers)
    ]


def archive_tiers_problems(tiers: Sequence[ArchiveTiers]) -> list[str]:
    """Check when objects move to the archive tiers.

    Args:
        tiers: When objects move.
    """
    problems = Problems()
    if len(tiers) > rules.MAX_CONFIGURATIONS:
        problems.fail(
            f"`archive_tiers` must be {rules.MAX_CONFIGURATIONS:,} at most, got: {len(tiers):,}"
        )
    for item in tiers:
        problems.add(rules.prefix_problems(item.prefix, "archive_tiers.prefix"))
        problems.add(rules.tag_filter_problems(item.tags or {}, "archive_tiers.tags"))
        problems.add(
            rules.archive_tier_problems(item.archive_days, item.deep_archive_days, "archive_tiers")
        )
    filters = [(item.prefix, tuple(sorted((item.tags or {}).items()))) for item in tiers]
    for prefix, _ in dict.fromkeys(item for item in filters if filters.count(item) > 1):
        problems.fail(
            f"`archive_tiers` must be one for the same objects, got more than once: {prefix!r}"
        )
    return problems.messages
