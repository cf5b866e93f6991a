"""Text from files and services, for people."""

from collections.abc import Iterable


def visible(text: str) -> str:
    r"""Return a text that is safe to print: control characters become escapes such as `\x1b`.

    Keys, paths and values of templates may hold sequences that rewrite a terminal's screen or
    title, and characters that reverse the direction of what follows. Line breaks stay.
    """
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def visible_line(text: str) -> str:
    r"""Return a text that is safe to print and stays on its line: a line break becomes `\n`."""
    return visible(text).replace("\n", "\\n")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as ``1 path`` or ``2 paths``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the question for the name that is meant, after a comma, or an empty text.

    Args:
        name: A name that does not exist.
        names: The names that do.
    """
    import difflib

    folded = {other.casefold(): other for other in names}
    close = difflib.get_close_matches(name.casefold(), folded, 1)
    return f", did you mean `{folded[close[0]]}`?" if close else ""
