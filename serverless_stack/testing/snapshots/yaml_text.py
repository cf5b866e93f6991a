"""YAML for people: short-form intrinsic functions, sorted keys, as few quotes as are safe.

PyYAML can write it, too, but quotes every text after a tag (`!Ref 'Bucket'`, a third of the lines
of our snapshots) unless parts of its emitter are replaced, which is as much code as this and takes
three to seven times as long. libyaml is fast, but cannot be made to indent lists or omit quotes.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping

_WIDTH = 120
_ONE_LINE = ("!Join", "!Select", "!FindInMap", "!Equals")
_PLAIN = re.compile(r"[A-Za-z0-9_/<.$(^+*-][\x20-\x7e]*")
_NEVER_PLAIN = re.compile(r": |:$| #| $|^<<$|^[*?-]( |$)|^[*-]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*(::[A-Za-z0-9_]+)*")
_FUNCTION = re.compile(r"Fn::[A-Za-z0-9]+")
_NUMBER_LIKE = re.compile(
    r"[-+.]?[0-9][-+0-9_.,:eETtZz ]*|[-+]?0[bBoOxX][0-9A-Fa-f_]*|[-+]?\.(inf|nan)", re.IGNORECASE
)
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
# Characters that YAML readers take for line breaks, or refuse.
_ESCAPED = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def block(value: object) -> list[str]:
    """Return a JSON value as lines of block style.

    Raises:
        TypeError: It is not a JSON value.
    """
    lines: list[str] = []
    _add(lines, "", value)
    return lines


def _add(lines: list[str], indent: str, value: object) -> None:
    """Add the lines of a value."""
    tag, inner = _short_form(value)
    if isinstance(inner, str) or not isinstance(inner, dict | list | Mapping):
        first, *rest = _literal(inner) or [scalar(inner)]
        lines.append(f"{indent}{tag} {first}" if tag else f"{indent}{first}")
        lines += [f"{indent}{line}" if line else "" for line in rest]
    elif tag and isinstance(inner, list):
        flow = _flow(inner)
        if tag in _ONE_LINE and len(flow) <= _WIDTH:
            lines.append(f"{indent}{tag} {flow}")
        else:
            lines.append(f"{indent}{tag}")
            _add_items(lines, indent, inner)
    elif not inner:
        lines.append(f"{indent}{_flow(inner)}")
    elif isinstance(inner, list):
        _add_items(lines, indent, inner)
    else:
        for key in sorted(inner):
            _add_entry(lines, indent, f"{scalar(key)}:", inner[key])


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
    return _text(value)


@functools.lru_cache(maxsize=4096)  # most texts of a template are in it, or in the next, again
def _text(value: str) -> str:
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


def _add_entry(lines: list[str], indent: str, key: str, value: object) -> None:
    """Add the lines of `key:` or `-` and its value."""
    is_below = not isinstance(value, str) and isinstance(value, dict | list | Mapping) and value
    if is_below and key != "-" and not _short_form(value)[0]:
        lines.append(f"{indent}{key}")
        _add(lines, f"{indent}  ", value)
    else:
        first = len(lines)
        _add(lines, f"{indent}  ", value)
        lines[first] = f"{indent}{key} {lines[first][len(indent) + 2 :]}"


def _add_items(lines: list[str], indent: str, values: list[object]) -> None:
    for value in values:
        _add_entry(lines, indent, "-", value)


def _short_form(value: object) -> tuple[str, object]:
    """Return the tag and the argument of an intrinsic function, or no tag and the value."""
    if isinstance(value, str | list) or not isinstance(value, Mapping) or len(value) != 1:
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
    if is_taggable and isinstance(key, str) and _FUNCTION.fullmatch(key):
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
