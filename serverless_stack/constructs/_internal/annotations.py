"""Comparing values with annotations, in the caller's words."""

import difflib
import enum
import math
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Literal, TypeGuard, get_args, get_origin, get_type_hints

import typing_extensions
from constructs import Construct

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.tree import path_of

_SIMPLE: Mapping[object, str] = {
    object: "values",
    str: "a string",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    type(None): "None",
}
# Protocols of this library as their users know them.
_PROTOCOLS = {"PageRules": "a Cors"}
# What to write for the types for which people write a number or a string.
_EXAMPLES = {
    "ApplicationLogLevel": "ApplicationLogLevel.WARN",
    "Architecture": "Architecture.ARM_64",
    "Duration": "Duration.seconds(30)",
    "Environment": 'Environment(region="eu-west-1")',
    "LoggingFormat": "LoggingFormat.JSON",
    "Profile": "Profile.dev()",
    "RemovalPolicy": "RemovalPolicy.DESTROY",
    "RetentionDays": "RetentionDays.ONE_MONTH",
    "Runtime": "Runtime.PYTHON_3_14",
    "Size": "Size.mebibytes(512)",
}
# What to do instead, for types for which people pass something similar.
_REMEDIES = {
    "Snippet": "a CloudFront Function is one per event: pass its file, `Snippet.file(path)`",
    "Connecting": "pass a table, queue, topic, secret, database, function, bucket or cache",
}


def type_problems(name: str, value: object, hint: object) -> list[str]:
    """List what is wrong with the type of one value.

    Args:
        name: The argument, as the caller wrote it.
        value: The value.
        hint: The annotation. One that this module does not know accepts everything.
    """
    options = _options(hint)
    if _accepts_any(value, hint):
        return []
    if isinstance(value, Mapping):
        for option in options:
            if typing_extensions.is_typeddict(option):
                return option_problems(name, value, option)
            if get_origin(option) in (dict, Mapping):
                return [
                    problem
                    for key, item in value.items()
                    for part, part_hint in zip((key, item), get_args(option), strict=True)
                    for problem in type_problems(f"{name}[{key!r}]", part, part_hint)
                ]
    if _is_list(value):
        for option in options:
            if get_origin(option) in (list, Sequence):
                return [
                    problem
                    for place, item in enumerate(value)
                    for problem in type_problems(f"{name}[{place}]", item, get_args(option)[0])
                ]
    examples = [_EXAMPLES[kind] for kind in map(_name_of, options) if kind in _EXAMPLES]
    shown = isinstance(value, str | int | float | Mapping) and not isinstance(value, bool)
    such = f", such as {examples[0]}" if examples and shown else ""
    # Where a class stands beside its interface for the sake of type checkers, one name is enough.
    interfaces = {_qualified(option) for option in options}
    accepted = _or(
        _words(option)
        for option in options
        if option is not type(None) and _interface_of(option) not in interfaces
    )
    remedies = [_REMEDIES[kind] for kind in map(_name_of, options) if kind in _REMEDIES]
    remedy = f"; {remedies[0]}" if remedies else ""
    return [f"`{name}` must be {accepted}{such}, got: {described(value)}{remedy}"]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the end of a message about a name that does not exist.

    Args:
        name: The name.
        names: The names that exist.
    """
    ordered = sorted(names)
    near = difflib.get_close_matches(name, ordered, n=1)
    return f"did you mean `{near[0]}`?" if near else f"it has {', '.join(ordered)}"


def option_problems(name: str, options: Mapping[str, object], kind: object) -> list[str]:
    """List the wrong types, wrong keys and missing keys of a mapping of options.

    Args:
        name: The argument; empty for keyword arguments.
        options: The mapping.
        kind: Its ``TypedDict``.
    """
    hints = get_type_hints(kind)
    problems = []
    for key, value in options.items():
        called = f"{name}.{key}" if name else key
        if key in hints:
            problems += type_problems(called, value, hints[key])
        else:
            refused = f"`{name}` must not have `{key}`" if name else f"`{key}` must not be given"
            problems.append(f"{refused}; {did_you_mean(str(key), hints)}")
    for key in sorted(getattr(kind, "__required_keys__", ())):
        if key not in options:
            keys = ", ".join(map(str, options)) or "no option"
            missing = f"`{name}` must have `{key}`, got: {keys}"
            problems.append(missing if name else f"`{key}` must be given")
    return problems


@cache
def _options(hint: object) -> tuple[object, ...]:
    """Return the members of a union, or the annotation alone."""
    if get_origin(hint) in (typing.Union, types.UnionType):
        return tuple(option for member in get_args(hint) for option in _options(member))
    return (hint,)


def _accepts(value: object, hint: object) -> bool:
    if type(value) is hint and hint is not int and hint is not float:
        return True
    origin, args = get_origin(hint), get_args(hint)
    if hint in (int, float):
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        token = isinstance(value, float) and is_unresolved(value)
        return token or (math.isfinite(value) and isinstance(value, int if hint is int else object))
    if origin is Literal:
        return value in args
    if origin in (list, Sequence):
        return _is_list(value) and all(_accepts_any(item, args[0]) for item in value)
    if origin in (dict, Mapping):
        return isinstance(value, Mapping) and all(
            _accepts_any(key, args[0]) and _accepts_any(item, args[1])
            for key, item in value.items()
        )
    if typing_extensions.is_typeddict(hint):
        return isinstance(value, Mapping) and not option_problems("", value, hint)
    if not isinstance(hint, type) or origin is not None:
        return True
    if getattr(hint, "_is_protocol", False):
        return _implements(value, hint)
    return isinstance(value, hint)


def _accepts_any(value: object, hint: object) -> bool:
    return any(_accepts(value, option) for option in _options(hint))


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _implements(value: object, protocol: type) -> bool:
    """Whether an object implements an interface of CDK, or a protocol of this library."""
    if isinstance(value, type):
        return False
    if delegates := _delegates(value):
        return any(_implements(delegate, protocol) for delegate in delegates)
    declared = getattr(type(value), "__jsii_ifaces__", ())
    if any(protocol in interface.__mro__ for interface in declared):
        return True
    # Of the class where possible: reading a property of a CDK object is a call of its process.
    members = typing_extensions.get_protocol_members(protocol)
    own = vars(value) if hasattr(value, "__dict__") else {}
    return all(hasattr(type(value), member) or member in own for member in members)


def _delegates(value: object) -> Sequence[object]:
    """Return what jsii wraps where CDK returns an object of several interfaces."""
    found = getattr(value, "__dict__", {}).get("_delegates", ())
    return found if isinstance(found, Sequence) else ()


def _words(hint: object) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if origin is Literal:
        return _or(repr(value) for value in args)
    if origin in (list, Sequence):
        return f"a list of {_or(map(_words_bare, _options(args[0])))}"
    if origin in (dict, Mapping):
        return f"a mapping of {_words_bare(args[0])} to {_words_bare(args[1])}"
    if typing_extensions.is_typeddict(hint):
        return "a mapping of options"
    ours = not getattr(hint, "__module__", "").startswith(("aws_cdk", "constructs"))
    if ours and _name_of(hint) in _PROTOCOLS:
        return _PROTOCOLS[_name_of(hint)]
    if ours and isinstance(hint, type) and getattr(hint, "_is_protocol", False):
        members = sorted(typing_extensions.get_protocol_members(hint))
        return f"a construct with {' and '.join(f'`{member}`' for member in members)}"
    name = _qualified(hint)
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _words_bare(hint: object) -> str:
    return "strings" if hint is str else _words(hint).removeprefix("a ").removeprefix("an ")


def _name_of(hint: object) -> str:
    return getattr(hint, "__name__", str(hint))


def _qualified(hint: object) -> str:
    """Return a type as its user writes it, such as ``aws_s3.IBucket``."""
    module = getattr(hint, "__module__", "")
    service = module.removeprefix("aws_cdk.") if module.startswith("aws_cdk.aws_") else ""
    return f"{service}.{_name_of(hint)}" if service else _name_of(hint)


def _interface_of(hint: object) -> str:
    """Return the name that the interface of a class of CDK has, such as ``aws_kms.IKey``."""
    service, dot, name = _qualified(hint).rpartition(".")
    return f"{service}{dot}I{name}"


def described(value: object) -> str:
    """Return a value as a message shows it.

    Args:
        value: The value.
    """
    if isinstance(value, type):
        return f"the class {_qualified(value)}"
    if isinstance(value, enum.Enum):
        return str(value)
    if isinstance(value, Construct):
        return f"the {_qualified(type(value))} {path_of(value)}"
    if _delegates(value):
        return "a resource of another type"
    text = repr(value)
    if (
        isinstance(value, str | int | float | Mapping | Sequence | types.NoneType)
        and len(text) < 80
    ):
        return text
    return f"an object of {_qualified(type(value))}"


def _or(words: Iterable[str]) -> str:
    *others, last = dict.fromkeys(words)
    return f"{', '.join(others)} or {last}" if others else last
