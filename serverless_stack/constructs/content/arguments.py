"""Checks of the arguments of a content deployment."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from aws_cdk import Duration

from serverless_stack._shared import contract
from serverless_stack._shared.content.index import Entry
from serverless_stack._shared.content.memory import LEAST_MIB, needed_mib
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.cloudfront import pattern_problems
from serverless_stack.constructs._internal.durations import days_of, seconds_problems
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.content.distributions import AnyDistribution, origin_path_of

MAX_OWNER_LENGTH = 100
MAX_PATHS = 3000  # "Quotas on invalidations"
_RESERVED = contract.RESERVED_PREFIX
_MAX_KEY_BYTES = 1024  # "Creating object key names"
_MAX_FILE_BYTES = 5 * 1024**4  # "Amazon S3 multipart upload limits"
_MAX_PREFIX_BYTES = _MAX_KEY_BYTES - len(f"{_RESERVED}/.json.gz") - MAX_OWNER_LENGTH + 1
_DEFAULT_WAIT_SECONDS = 30 * 60
_MAX_WAIT_SECONDS = 45 * 60  # CloudFormation waits an hour for the whole deployment


def key_prefix(destination_key_prefix: str | None, fronts: Sequence[AnyDistribution]) -> str:
    """Return the prefix of the keys: empty, or with a slash at its end.

    Args:
        destination_key_prefix: The caller's argument. Default: the first folder that a
            distribution serves.
        fronts: The distributions.
    """
    prefix = destination_key_prefix
    if prefix is None:
        prefix = next(filter(None, map(origin_path_of, fronts)), "")
    if is_unresolved(prefix):
        return prefix
    stripped = prefix.strip("/")
    return f"{stripped}/" if stripped else ""


def prefix_problems(prefix: str, fronts: Sequence[AnyDistribution]) -> Iterator[str]:
    """Check the prefix of the keys, and that every distribution serves it."""
    if is_unresolved(prefix):
        yield (
            "`destination_key_prefix` must be known at synthesis, got: a token; "
            "the manifest and the permissions are named by it"
        )
        return
    if prefix.startswith(_RESERVED):
        yield (
            f"`destination_key_prefix` must be outside of {_RESERVED}, where the manifests are, "
            f"got: {prefix!r}"
        )
    length = len(prefix.encode()) - 1
    if length > _MAX_PREFIX_BYTES:
        yield (
            f"`destination_key_prefix` must be {_MAX_PREFIX_BYTES} bytes at most, to leave room "
            f"for the manifest's key, got: {length}"
        )
    for front in fronts:
        origin_path = origin_path_of(front)
        if not f"/{prefix}".startswith(f"{origin_path}/"):
            yield (
                f"`destination_key_prefix` must be in the `origin_path` {origin_path!r} of "
                f"{path_of(front)}, which serves nothing else, got: {prefix!r}"
            )


def exclude_path_problems(exclude_paths: Sequence[str]) -> Iterator[str]:
    """Check the paths that are never invalidated."""
    for pattern in exclude_paths:
        if is_unresolved(pattern):
            continue
        if not pattern.startswith("/") or pattern == "/*":
            yield (
                "`exclude_paths` must have patterns that begin with a slash and do not match every "
                f"path, got: {pattern!r}"
            )
        else:
            yield from pattern_problems(pattern, "exclude_paths")


def index_document_problems(index_document: str | None) -> Iterator[str]:
    """Check the name of the index document."""
    if index_document is not None and (not index_document or "/" in index_document):
        yield f"`index_document` must be a file name without a slash, got: {index_document!r}"


def max_paths_problems(max_paths: int) -> Iterator[str]:
    """Check the largest number of invalidation paths."""
    if is_unresolved(max_paths):
        yield "`max_paths` must be known at synthesis, got: a token"
    elif not 1 <= max_paths <= MAX_PATHS:
        bounds = f"between 1 and {MAX_PATHS} paths"
        yield f"`max_paths` must be {bounds}, got: {max_paths}"


def grace_period_problems(grace_period: Duration | None) -> Iterator[str]:
    """Check the grace period; S3 counts whole days."""
    if grace_period is None:
        return
    days = days_of(grace_period)
    if days is None:
        yield "`grace_period` must be known at synthesis, got: a token"
        return
    if days < 1 or days != int(days):
        yield f"`grace_period` must be whole days, 1 or more, got: {days:.15g} days"


def wait_problems(wait: bool | Duration) -> Iterator[str]:
    """Check how long a deployment waits for its invalidations."""
    if isinstance(wait, bool):
        return
    if wait.is_unresolved():
        yield "`wait` must be known at synthesis, got: a token"
    else:
        yield from seconds_problems("wait", wait, 1, _MAX_WAIT_SECONDS)


def wait_seconds(wait: bool | Duration) -> int:
    """Return how long a deployment waits for its invalidations."""
    if isinstance(wait, bool):
        return _DEFAULT_WAIT_SECONDS if wait else 0
    return int(wait.to_seconds())


def file_problems(prefix: str, indexes: Sequence[Mapping[str, Entry]]) -> Iterator[str]:
    """Check the names and sizes of files against the limits of S3, and the reserved prefix."""
    for entry in (entry for index in indexes for entry in index.values()):
        key = f"{prefix}{entry.key}"
        try:
            length = len(key.encode())
        except UnicodeEncodeError:  # on Linux a file name can be any bytes
            yield f"`source` must have file names in UTF-8, got: {key!r}"
            continue
        if length > _MAX_KEY_BYTES:
            yield (
                f"`source` must have keys of {_MAX_KEY_BYTES:,} bytes at most, "
                f"got: {key!r} with {length:,}"
            )
        if key.startswith(_RESERVED):
            yield (
                f"`source` must have no files in {_RESERVED}, where the manifests are, got: {key!r}"
            )
        if entry.size > _MAX_FILE_BYTES:
            yield f"`source` must have files of 5 TB at most, got: {entry.size:,} bytes"


def memory_problems(memory_size: int, files: int) -> Iterator[str]:
    """Check that the memory is enough for the number of files; its range is checked elsewhere."""
    needed = needed_mib(files)
    if LEAST_MIB <= memory_size < needed:
        yield f"`memory_size` must be {needed} MiB or more for {files:,} files, got: {memory_size}"


def config_problems(config_key: str, names: Collection[str]) -> Iterator[str]:
    """Check the name of the generated file."""
    if not config_key or config_key.startswith("/"):
        yield f"`config_key` must be a file name without a slash before it, got: {config_key!r}"
    elif config_key in names:
        yield f"`config_key` must not be a file of the `source`, got: {config_key!r}"
