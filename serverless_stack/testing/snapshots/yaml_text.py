"""YAML for people: short-form intrinsic functions, sorted keys, as few quotes as are safe."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

_WIDTH = 120
_PLAIN = re.compile(r"[A-Za-z0-9_/<.$(^+*-][\x20-\x7e]*")
_NEVER_PLAIN = re.compile(r": |:$| #| $|^<<$|^[*?-]( |$)|^[*-]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*(::[A-Za-z0-9_]+)*")
_NUMBER_LIKE = re.compile(
    r"[-+.]?[0-9][-+0-9_.,:eETtZz ]*|[-+]?0[bBoOxX][0-9A-Fa-f_]*|[-+]?\.(inf|nan)", re.IGNORECASE
)
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
# What a YAML reader takes for a line break, or does not take at all.
_ESCAPED = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def block(value: object) -> Iterator[str]:
    """Write a value as lines of block style.

    Args:
        value: Anything that JSON has.

    Raises:
        TypeError: It is none of those.
    """
    tag, inner = _short(value)
    if tag:
        first, *rest = _of_function(tag, inner)
        yield f"{tag} {first}".rstrip()
        yield from rest
    elif isinstance(value, Mapping) and value:
        for key in sorted(value):
            yield from _entry(f"{scalar(key)}:", value[key])
    elif isinstance(value, list) and value:
        yield from _items(value)
    elif isinstance(value, str) and _literal(value):
        yield from _literal(value)
    else:
        yield _flow(value) if isinstance(value, Mapping | list) else scalar(value)


def scalar(value: object) -> str:
    """Write a string, number, truth value or None.

    Args:
        value: What to write.

    Raises:
        TypeError: It is something else.
    """
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, float):
        text = json.dumps(value)
        mantissa, e, exponent = text.partition("e")
        return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text
    if not isinstance(value, str):
        raise TypeError(f"a template has JSON values only, got: {type(value).__name__} {value!r}")
    if (
        _PLAIN.fullmatch(value)
        and not _NEVER_PLAIN.search(value)
        and not _NUMBER_LIKE.fullmatch(value)
        and value.lower() not in _WORDS
    ):
        return value
    if '"' in value and "\n" not in value and not _ESCAPED.search(value):
        return "'" + value.replace("'", "''") + "'"
    return _quoted(value)


def _quoted(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\U{ord(found[0]):08x}", text)


def _entry(key: str, value: object) -> Iterator[str]:
    """Write `key:` or `-` with what follows it."""
    lines = list(block(value))
    tag, _ = _short(value)
    nested = isinstance(value, Mapping | list) and bool(value) and not tag
    if nested and key != "-":
        yield key
        yield from (f"  {line}" if line else "" for line in lines)
    else:
        yield f"{key} {lines[0]}"
        yield from (f"  {line}" if line else "" for line in lines[1:])


def _items(values: list[object]) -> Iterator[str]:
    for value in values:
        yield from _entry("-", value)


def _short(value: object) -> tuple[str, object]:
    """Give the tag and the value of an intrinsic function; no tag if it has no short form."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return "", value
    ((key, inner),) = value.items()
    if key == "Ref" and isinstance(inner, str):
        return "!Ref", inner
    if key == "Fn::GetAtt":
        dotted = (
            isinstance(inner, list)
            and len(inner) == 2
            and all(isinstance(part, str) for part in inner)
            and "." not in inner[0]
        )
        return ("!GetAtt", ".".join(inner)) if dotted else ("", value)
    # An inner function cannot have a tag on the same value, so the outer stays long.
    taggable = isinstance(inner, str) or (isinstance(inner, list) and bool(inner))
    if taggable and isinstance(key, str) and re.fullmatch(r"Fn::[A-Za-z0-9]+", key):
        return f"!{key.removeprefix('Fn::')}", inner
    return "", value


def _of_function(tag: str, inner: object) -> list[str]:
    if isinstance(inner, list):
        return [_flow(inner)] if _one_line(tag, inner) else ["", *_items(inner)]
    return _literal(str(inner)) or [scalar(inner)]


def _one_line(tag: str, inner: object) -> bool:
    """Tell whether a function reads best on one line."""
    return tag in ("!Join", "!Select", "!FindInMap", "!Equals") and len(_flow(inner)) <= _WIDTH


def _flow(value: object) -> str:
    tag, inner = _short(value)
    if tag:
        return f"{tag} {_flow(inner)}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(k)}: {_flow(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    if isinstance(value, str):
        return value if _NAME.fullmatch(value) and scalar(value) == value else _quoted(value)
    return scalar(value)


def _literal(value: str) -> list[str]:
    """Give a text of several lines as they are, if YAML can say them so."""
    lines = value.removesuffix("\n").split("\n")
    plain = (
        "\n" in value.removesuffix("\n")
        and not _ESCAPED.search(value)
        and not value.startswith((" ", "\t", "\n"))
        and not value.endswith("\n\n")
        and all(line == line.rstrip() for line in lines)
    )
    if not plain:
        return []
    return ["|" if value.endswith("\n") else "|-", *lines]
