"""Names of stacks, made from names of folders."""

import re
import unicodedata

MAX_LENGTH = 27  # an origin access control has it, a hyphen and 36 characters in its name of 64
DEFAULT = "App"
_VALID = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def problem(name: str) -> str:
    """Return why a text cannot be the name of a stack, or an empty text."""
    if len(name) <= MAX_LENGTH and _VALID.fullmatch(name):
        return ""
    return (
        f"`--name` must be up to {MAX_LENGTH} letters, digits and hyphens, the first a letter, "
        f"got: {name!r}; such as `{stack_name(name)}`"
    )


def stack_name(text: str) -> str:
    """Return the name of a stack for any text: ``MyShop`` for ``my shop``, ``Cafe`` for ``café``.

    Args:
        text: The text, such as the name of a folder. If it has no letter of ASCII, the name is
            ``App``, with the digits of the text.
    """
    # Letters such as ß and ø have no accent that could be dropped; they go.
    plain = unicodedata.normalize("NFKD", text[:1000]).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    name = "".join(f"{word[0].upper()}{word[1:]}" for word in words)
    if not name[:1].isalpha():
        name = f"{DEFAULT}{name}"
    return name[:MAX_LENGTH]
