"""Text from files and services, for people."""


def visible(text: str) -> str:
    r"""Return a text that is safe to print: control characters become escapes such as `\x1b`.

    Keys, paths and values of templates may hold sequences that rewrite a terminal's screen or
    title, and characters that reverse the direction of what follows. Line breaks stay.
    """
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
