"""What is right and wrong in the arguments of a content deployment."""

from collections.abc import Collection, Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack._shared import contract
from serverless_stack._shared.content.index import Entry
from serverless_stack._shared.content.memory import LEAST_MIB, needed_mib
from serverless_stack._shared.content.rules import matches
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.cloudfront import pattern_problems
from serverless_stack.constructs.cdn.distribution import Cdn

_INDEX = "index.html"
_MAX_KEY_BYTES = 1024  # "Creating object key names"
_MAX_FILE_BYTES = 5 * 1024**4  # "Amazon S3 multipart upload limits"
MAX_OWNER_LENGTH = 100
RESERVED = contract.RESERVED_PREFIX
_MAX_PREFIX_BYTES = _MAX_KEY_BYTES - len(f"{RESERVED}/.json.gz") - MAX_OWNER_LENGTH + 1
_WAIT_SECONDS = 30 * 60
_MAX_WAIT_SECONDS = 45 * 60  # CloudFormation waits an hour for the whole deployment

Front = Cdn | cloudfront.IDistribution


def distribution_of(front: Front) -> cloudfront.IDistribution:
    """The distribution itself."""
    return front.distribution if isinstance(front, Cdn) else front


def key_prefix(given: str | None, fronts: Sequence[Front]) -> str:
    """The prefix of the keys: empty, or with a slash at its end."""
    if given is None:
        given = next((front.origin_path for front in fronts if isinstance(front, Cdn)), "")
    if is_unresolved(given):
        return given
    stripped = given.strip("/")
    return f"{stripped}/" if stripped else ""


def prefix_problems(prefix: str, fronts: Sequence[Front]) -> list[str]:
    """List what is wrong with the place in the bucket, also as seen by each distribution."""
    if is_unresolved(prefix):
        return [
            "`destination_key_prefix` must be known at synthesis, got: a token; "
            "the manifest and the permissions are named by it"
        ]
    problems = []
    if prefix.startswith(RESERVED):
        problems.append(
            f"`destination_key_prefix` must lie outside of {RESERVED}, where the manifests are, "
            f"got: {prefix!r}"
        )
    if len(prefix.encode()) > _MAX_PREFIX_BYTES + 1:
        problems.append(
            f"`destination_key_prefix` must be {_MAX_PREFIX_BYTES} bytes at most, to leave room "
            f"for the manifest's key, got: {len(prefix.encode()) - 1}"
        )
    for front in fronts:
        if isinstance(front, Cdn) and not f"/{prefix}".startswith(f"{front.origin_path}/"):
            problems.append(
                f"`destination_key_prefix` must lie in the `origin_path` {front.origin_path!r} of "
                f"{front.node.path}, which serves nothing else, got: {prefix!r}"
            )
    return problems


def path_prefix(prefix: str, front: Front) -> str:
    """Where viewers of a distribution find the files: the prefix without the origin's path."""
    origin_path = front.origin_path if isinstance(front, Cdn) else ""
    return f"/{prefix}".removeprefix(origin_path).rstrip("/")


def protected_by(front: Front) -> list[str]:
    """The paths of a distribution that are known to come from somewhere else."""
    return [front.api_path_pattern] if isinstance(front, Cdn) and front.api_path_pattern else []


def protected_problems(protected: Sequence[str]) -> list[str]:
    """List the patterns that would leave nothing to invalidate, or that match nothing."""
    problems = []
    for pattern in protected:
        if is_unresolved(pattern):
            continue
        if not pattern.startswith("/") or pattern == "/*":
            problems.append(
                "`protected` must have patterns that begin with a slash and leave some paths, "
                f"got: {pattern!r}"
            )
        else:
            problems += pattern_problems(pattern, "protected")
    return problems


def index_document_of(given: str | None, front: Front) -> str:
    """The file that a distribution gives for a folder: as told, or what it gives for ``/``."""
    if given is not None:
        return given
    root = front.default_root_object if isinstance(front, Cdn) else ""
    return _INDEX if not root or "/" in root or is_unresolved(root) else root


def index_document_problems(index_document: str | None) -> list[str]:
    """List what is wrong with the name of the index document."""
    if index_document is None or (index_document and "/" not in index_document):
        return []
    return [f"`index_document` must be a file name without a slash, got: {index_document!r}"]


def grace_period_problems(grace_period: Duration | None) -> list[str]:
    """List what is wrong with the grace period: lifecycle rules count whole days."""
    if grace_period is None:
        return []
    days = grace_period.to_days(integral=False)
    if days >= 1 and days == int(days):
        return []
    return [f"`grace_period` must be whole days, 1 or more, got: {days:.15g} days"]


def wait_problems(wait: bool | Duration) -> list[str]:
    """List what is wrong with the time to wait."""
    if isinstance(wait, bool) or 1 <= wait.to_seconds() <= _MAX_WAIT_SECONDS:
        return []
    limit = f"1–{_MAX_WAIT_SECONDS} seconds"  # noqa: RUF001 - a range is written with an en dash
    return [f"`wait` must be {limit}, got: {wait.to_seconds()}"]


def wait_seconds(wait: bool | Duration) -> int:
    """How long the function waits for the invalidation."""
    if isinstance(wait, bool):
        return _WAIT_SECONDS if wait else 0
    return int(wait.to_seconds())


def file_problems(prefix: str, indexes: Sequence[Mapping[str, Entry]]) -> list[str]:
    """List the files that S3 refuses, or that would lie where the manifests are."""
    problems = []
    for entry in (entry for index in indexes for entry in index.values()):
        key = f"{prefix}{entry.key}"
        if not _is_unicode(key):
            problems.append(f"`source` must have file names in UTF-8, got: {key!r}")
            continue
        if len(key.encode()) > _MAX_KEY_BYTES:
            problems.append(
                f"`source` must have keys of {_MAX_KEY_BYTES:,} bytes at most, "
                f"got: {key!r} with {len(key.encode()):,}"
            )
        if key.startswith(RESERVED):
            problems.append(
                f"`source` must have no files in {RESERVED}, where the manifests are, got: {key!r}"
            )
        if entry.size > _MAX_FILE_BYTES:
            problems.append(f"`source` must have files of 5 TB at most, got: {entry.size:,} bytes")
    return problems


def _is_unicode(key: str) -> bool:
    """Whether a file name is text: on Linux it may be any bytes, and S3 takes UTF-8 only."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


def memory_problems(memory_size: int, files: int) -> list[str]:
    """List what is wrong with the function's memory, by the number of files."""
    needed = needed_mib(files)
    if not LEAST_MIB <= memory_size < needed:
        return []  # what is less is out of its range anyway
    return [f"`memory_size` must be {needed} MiB or more for {files:,} files, got: {memory_size}"]


def config_problems(config_key: str, names: Collection[str]) -> list[str]:
    """List what is wrong with the name of the generated file."""
    if not config_key or config_key.startswith("/"):
        return [f"`config_key` must be a file name without a slash before it, got: {config_key!r}"]
    if config_key in names:
        return [f"`config_key` must name no file of the `source`, got: {config_key!r}"]
    return []


def idle_patterns(names: Collection[str], patterns: Sequence[str]) -> list[str]:
    """The patterns that take no file."""
    return [pattern for pattern in patterns if not any(matches(pattern, name) for name in names)]
