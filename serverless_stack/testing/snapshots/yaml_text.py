"""YAML for people: short-form intrinsic functions, sorted keys, as few quotes as are safe.

PyYAML can write it, too, but quotes every text after a tag (`!Ref 'Bucket'`, a third of the lines
of our snapshots) unless parts of its emitter are replaced, which is as much code as this and takes
three to seven times as long. libyaml is fast, but cannot be made to indent lists or omit quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

_WIDTH = 120
_ONE_LINE = ("!Join", "!Select", "!FindInMap", "!Equals")
_PLAIN = re.compile(r"[A-Za-z0-9_/<.$(^+*-][\x20-\x7e]*")
_NEVER_PLAIN = re.compile(r": |:$| #| $|^<<$|^[*?-]( |$)|^[*-]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*(::[A-Za-z0-9_]+)*")
_NUMBER_LIKE = re.compile(
    r"[-+.]?[0-9][-+0-9_.,:eETtZz ]*|[-+]?0[bBoOxX][0-9A-Fa-f_]*|[-+]?\.(inf|nan)", re.IGNORECASE
)
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
# Characters that YAML readers take for line breaks, or refuse.
_ESCAPED = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def block(value: object) -> Iterator[str]:
    """Return a JSON value as lines of block style.

    Raises:
        TypeError: It is not a JSON value.
    """
    tag, inner = _short_form(value)
    if tag and isinstance(inner, list):
        flow = _flow(inner)
        if tag in _ONE_LINE and len(flow) <= _WIDTH:
            yield f"{tag} {flow}"
        else:
            yield tag
            yield from _items(inner)
    elif isinstance(inner, Mapping) and inner:
        for key in sorted(inner):
            yield from _entry(f"{scalar(key)}:", inner[key])
    elif isinstance(inner, list) and inner:
        yield from _items(inner)
    elif isinstance(inner, Mapping | list):
        yield _flow(inner)
    else:
        first, *rest = _literal(inner) or [scalar(inner)]
        yield f"{tag} {first}".lstrip()
        yield from rest


def scalar(value: object) -> str:
    """Return a text, number, truth value or None on one line.

    Raises:
        TypeError: It is another value.
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
    """Return the lines of `key:` or `-` and its value."""
    tag, _ = _short_form(value)
    lines = list(block(value))
    if isinstance(value, Mapping | list) and value and not tag and key != "-":
        yield key
        yield from (f"  {line}" if line else "" for line in lines)
    else:
        yield f"{key} {lines[0]}"
        yield from (f"  {line}" if line else "" for line in lines[1:])


def _items(values: list[object]) -> Iterator[str]:
    for value in values:
        yield from _entry("-", value)


def _short_form(value: object) -> tuple[str, object]:
    """Return the tag and the argument of an intrinsic function, or no tag and the value."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return "", value
    ((key, argument),) = value.items()
    if key == "Ref" and isinstance(argument, str):
        return "!Ref", argument
    if key == "Fn::GetAtt":
        is_dotted = (
            isinstance(argument, list)
            and len(argument) == 2
            and all(isinstance(part, str) for part in argument)
            and "." not in argument[0]
        )
        return ("!GetAtt", ".".join(argument)) if is_dotted else ("", value)
    # Two tags cannot be on one value, so that a function of a function stays long.
    is_taggable = isinstance(argument, str) or (isinstance(argument, list) and bool(argument))
    if is_taggable and isinstance(key, str) and re.fullmatch(r"Fn::[A-Za-z0-9]+", key):
        return f"!{key.removeprefix('Fn::')}", argument
    return "", value


def _flow(value: object) -> str:
    """Return a value in flow style, on one line."""
    tag, inner = _short_form(value)
    if tag:
        return f"{tag} {_flow(inner)}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(k)}: {_flow(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    if isinstance(value, str):
        return value if _NAME.fullmatch(value) and scalar(value) == value else _quoted(value)
    return scalar(value)


def _literal(value: object) -> list[str]:
    """Return a text of several lines as a literal block, or nothing if YAML cannot write it so."""
    if not isinstance(value, str):
        return []
    lines = value.removesuffix("\n").split("\n")
    is_possible = (
        len(lines) > 1
        and not _ESCAPED.search(value)
        and not value.startswith((" ", "\t", "\n"))
        and not value.endswith("\n\n")
        and all(line == line.rstrip() for line in lines)
    )
    return ["|" if value.endswith("\n") else "|-", *lines] if is_possible else []
