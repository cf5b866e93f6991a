"""Lifecycle: ready lifecycle rules of a bucket."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.arguments import check_fields, check_types

ArchiveClass: TypeAlias = Literal[
    "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"
]
"""A storage class that objects move to ("Understanding and managing Amazon S3 storage classes")."""


@dataclass(frozen=True)
class Lifecycle:
    """A lifecycle rule of a bucket: use ``archive``, ``temporary``, ``keep_versions`` or
    ``intelligent_tiering``.

    S3 moves objects under 128 KB only if ``min_size`` or ``max_size`` selects them ("Transitioning
    objects using Amazon S3 Lifecycle"): pass ``min_size=0`` to move the small ones, too.

    Attributes:
        kind: What the rule does; the beginning of its id.
        prefix: The prefix of the keys; empty for the whole bucket.
        to: The storage class that objects move to, or None.
        after_days: The age in days at which they move or are deleted, or None.
        noncurrent_days: The days after which noncurrent versions are deleted, or None.
        kept_versions: The noncurrent versions that are kept, or None.
        min_size: The smallest object in bytes. Default: any that S3 moves.
        max_size: The largest object in bytes. Default: any.
        tags: The tags that the objects must have. Default: none.
    """  # noqa: D205

    kind: str
    prefix: str = ""
    to: ArchiveClass | None = None
    after_days: float | None = None
    noncurrent_days: float | None = None
    kept_versions: int | None = None
    min_size: int | None = None
    max_size: int | None = None
    tags: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def archive(
        cls,
        after_days: float = 90,
        to: ArchiveClass = "GLACIER_IR",
        *,
        prefix: str = "",
        min_size: int | None = None,
        max_size: int | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> "Lifecycle":
        """Move objects to a cheaper storage class.

        Objects in ``GLACIER`` and ``DEEP_ARCHIVE`` must be restored before they can be read; AWS
        bills at least 30 days in an infrequent access class, 90 in ``GLACIER_IR`` and ``GLACIER``
        and 180 in ``DEEP_ARCHIVE``.

        Args:
            after_days: The age in days; 30 or more for ``STANDARD_IA`` and ``ONEZONE_IA``.
            to: The storage class.
            prefix: The prefix of the keys. Default: the whole bucket.
            min_size: The smallest object in bytes; 0 for objects under 128 KB as well. Default:
                128 KB.
            max_size: The largest object in bytes. Default: any.
            tags: The tags that the objects must have. Default: none.
        """
        kind = f"Archive-{to}"
        return cls(kind, prefix, to, after_days, None, None, min_size, max_size, tags)

    @classmethod
    @check_types
    def temporary(cls, days: float = 7, prefix: str = "tmp/") -> "Lifecycle":
        """Delete objects for good, a day after they expire where the bucket is versioned.

        Args:
            days: The age in days at which objects expire, 1 or more.
            prefix: The prefix of the keys.
        """
        return cls("Temporary", prefix, after_days=days, noncurrent_days=1)

    @classmethod
    @check_types
    def keep_versions(cls, count: int = 3, *, days: float = 30, prefix: str = "") -> "Lifecycle":
        """Keep the newest noncurrent versions of each object, and delete older ones.

        Args:
            count: The noncurrent versions that are kept for ever, 1 to 100.
            days: The days after which the others are deleted, 1 or more.
            prefix: The prefix of the keys. Default: the whole bucket.
        """
        return cls("KeepVersions", prefix, noncurrent_days=days, kept_versions=count)

    @classmethod
    @check_types
    def intelligent_tiering(cls, *, after_days: float = 0, prefix: str = "") -> "Lifecycle":
        """Move objects to Intelligent-Tiering, which bills by how often each one is read.

        ``ArchiveTiers`` of the bucket's ``archive_tiers`` archives those that nobody reads.

        Args:
            after_days: The age in days at which objects move. Default: at once.
            prefix: The prefix of the keys. Default: the whole bucket.
        """
        return cls("IntelligentTiering", prefix, "INTELLIGENT_TIERING", after_days)

    @property
    def id(self) -> str:
        """The id of the rule: the same for the same kind and the same objects."""
        filters = [self.min_size, self.max_size, *sorted((self.tags or {}).items())]
        where = self.prefix
        if is_unresolved(where):
            where = ""
        text = f"{self.kind}-{where}" if where else self.kind
        if any(item is not None for item in filters) or len(text) > rules.MAX_RULE_ID:
            digest = hashlib.sha256(repr([where, filters]).encode()).hexdigest()[:8]
            text = f"{text[: rules.MAX_RULE_ID - 9]}-{digest}"
        return text

    @property
    def problems(self) -> list[str]:
        """What S3 refuses in the values of this rule alone."""
        problems = Problems()
        for days in (self.after_days, self.noncurrent_days):
            if days is not None and not is_unresolved(days) and days < 0:
                problems.fail(
                    "`lifecycle_rules` must have whole days, 0 or more, "
                    f"got: {days:g} days in {self.id!r}"
                )
        for name, size in (("min_size", self.min_size), ("max_size", self.max_size)):
            if size is not None and not is_unresolved(size) and size < 0:
                problems.fail(
                    f"`lifecycle_rules.{name}` must be 0 bytes or more, got: {size} in {self.id!r}"
                )
        if self.kept_versions == 0:
            problems.fail(
                "`lifecycle_rules` must keep between 1 and 100 noncurrent versions, "
                f"got: 0 in {self.id!r}; `noncurrent_version_expiration` keeps none"
            )
        problems.add(rules.prefix_problems(self.prefix, "lifecycle_rules.prefix"))
        problems.add(rules.tag_filter_problems(self.tags or {}, "lifecycle_rules.tags"))
        return problems.messages

    @property
    def without_versions(self) -> "Lifecycle":
        """The rule for a bucket that has no versions."""
        return self if self.after_days is None else replace(self, noncurrent_days=None)

    @property
    def rule(self) -> s3.LifecycleRule:
        """The rule as CDK has it."""
        transitions = None
        if self.to is not None and self.after_days is not None:
            moved = Duration.days(self.after_days)
            storage_class = s3.StorageClass(self.to)
            transitions = [s3.Transition(storage_class=storage_class, transition_after=moved)]
        expires = self.after_days if self.to is None else None
        return s3.LifecycleRule(
            # S3 chooses an id where two unknown prefixes would have the same one.
            id=None if is_unresolved(self.prefix) else self.id,
            prefix=self.prefix or None,
            tag_filters=dict(self.tags) if self.tags else None,
            # S3 excludes both bounds; no filter by size selects empty objects.
            object_size_greater_than=_bound(self.min_size, -1),
            object_size_less_than=_bound(self.max_size, 1),
            transitions=transitions,
            expiration=None if expires is None else Duration.days(expires),
            noncurrent_version_expiration=(
                None if self.noncurrent_days is None else Duration.days(self.noncurrent_days)
            ),
            noncurrent_versions_to_retain=self.kept_versions,
        )


def _bound(size: int | None, step: int) -> int | None:
    """Return the bound beside a size; CloudFormation cannot calculate that of a token."""
    return size if size is None or is_unresolved(size) else max(0, size + step)
