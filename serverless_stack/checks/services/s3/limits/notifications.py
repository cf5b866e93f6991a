"""Limits of Amazon S3 on event notifications."""

from serverless_stack.checks.engine.problems import Problems, is_unresolved

MAX_CONFIGURATIONS = 100
"""The notifications of a bucket ("Amazon S3 event notifications")."""
MAX_KEY_BYTES = 1024


def filters_overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Return whether an object may match two filters, each a prefix and a suffix.

    S3 refuses two notifications of one event whose filters overlap like this ("Configuring event
    notifications using object key name filtering").
    """

    def begins(a: str, b: str) -> bool:
        return a.startswith(b) or b.startswith(a)

    return begins(one[0], other[0]) and begins(one[1][::-1], other[1][::-1])


def key_filter_problems(prefix: str, suffix: str) -> list[str]:
    """List what S3 refuses in the filter of a notification.

    Args:
        prefix: The prefix of keys; empty for all.
        suffix: The suffix of keys; empty for all.
    """
    problems = Problems()
    for name, text in (("prefix", prefix), ("suffix", suffix)):
        if is_unresolved(text):
            continue
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > MAX_KEY_BYTES:
            problems.fail(f"`{name}` must have {MAX_KEY_BYTES:,} bytes at most, got: {size:,}")
        if "*" in text:
            problems.fail(
                f"`{name}` must be without *, which S3 takes as part of the key, got: {text!r} "
                f"(nearest accepted: {text.replace('*', '')!r})"
            )
    if prefix.startswith("/"):
        problems.fail(
            f"`prefix` must not begin with a slash, because keys do not, got: {prefix!r} "
            f"(nearest accepted: {prefix.lstrip('/')!r})"
        )
    return problems.messages
