"""Checking the types of arguments against the signature, in the caller's words.

Put ``@check_types`` on ``__init__`` and on public methods. All wrong types and all wrong keys of
options are reported together, before the method runs, so that its own checks can rely on the types.
"""

import difflib
import enum
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Literal, ParamSpec, TypeGuard, TypeVar, get_args, get_origin, get_type_hints

import typing_extensions
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved

_P = ParamSpec("_P")
_R = TypeVar("_R")

_SIMPLE: Mapping[object, str] = {
    str: "a string",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    type(None): "None",
}
# What to write for the types for which people write a number or a string.
_EXAMPLES = {
    "Architecture": "Architecture.ARM_64",
    "Duration": "Duration.seconds(30)",
    "Environment": 'Environment(region="eu-west-1")',
    "Profile": "Profile.dev()",
    "RemovalPolicy": "RemovalPolicy.DESTROY",
    "RetentionDays": "RetentionDays.ONE_MONTH",
    "Runtime": "Runtime.PYTHON_3_14",
    "Size": "Size.mebibytes(512)",
}
# What to do instead, for types for which people pass something similar.
_REMEDIES = {
    "Store": "connect resources of CDK with their `grant` methods and `add_environment`",
}


def check_types(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Check the arguments of a method against its annotations before it runs.

    Args:
        function: The method. Its first parameter is not checked, nor is ``scope``, which jsii
            checks.

    Returns:
        The method. It raises ValueError with all wrong types together, and TypeError for an
        argument that it does not have.
    """
    signature = inspect.signature(function)
    hints: dict[str, object] = {}

    @wraps(function)
    def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        if not hints:  # on first use: evaluating annotations takes time
            hints.update(get_type_hints(function))
        try:
            arguments = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(_call_problem(function, kwargs) or str(error)) from None
        owner, *_ = args
        problems = Problems(*(_path(owner, arguments) or [_called(function)]))
        for name, value in list(arguments.items())[1:]:
            kind = signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                problems.add(_option_problems("", value, get_args(hints[name])[0]))
            elif name not in ("scope", "return"):
                problems.add(type_problems(name, value, hints[name]))
        problems.raise_if_any()
        return function(*args, **kwargs)

    return checked


def type_problems(name: str, value: object, hint: object) -> list[str]:
    """List what is wrong with the type of one value.

    Args:
        name: The argument, as the caller wrote it.
        value: The value.
        hint: The annotation. One that this module does not know accepts everything.
    """
    options = _options(hint)
    if any(_accepts(value, option) for option in options):
        return []
    if isinstance(value, Mapping):
        for option in options:
            if typing_extensions.is_typeddict(option):
                return _option_problems(name, value, option)
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
    accepted = _or(_words(option) for option in options if option is not type(None))
    remedies = [_REMEDIES[kind] for kind in map(_name_of, options) if kind in _REMEDIES]
    remedy = f"; {remedies[0]}" if remedies else ""
    return [f"`{name}` must be {accepted}{such}, got: {_described(value)}{remedy}"]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the end of a message about a name that does not exist.

    Args:
        name: The name.
        names: The names that exist.
    """
    ordered = sorted(names)
    near = difflib.get_close_matches(name, ordered, n=1)
    return f"did you mean `{near[0]}`?" if near else f"it has {', '.join(ordered)}"


def _option_problems(name: str, options: Mapping[str, object], kind: object) -> list[str]:
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


def _options(hint: object) -> list[object]:
    """Return the members of a union, or the annotation alone."""
    if get_origin(hint) in (typing.Union, types.UnionType):
        return [option for member in get_args(hint) for option in _options(member)]
    return [hint]


def _accepts(value: object, hint: object) -> bool:
    origin, args = get_origin(hint), get_args(hint)
    if hint in (int, float):
        number = isinstance(value, int if hint is int else int | float)
        return (number and not isinstance(value, bool)) or (
            isinstance(value, float) and is_unresolved(value)
        )
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
        return isinstance(value, Mapping) and not _option_problems("", value, hint)
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


def _described(value: object) -> str:
    if isinstance(value, type):
        return f"the class {_qualified(value)}"
    if isinstance(value, enum.Enum):
        return str(value)
    if isinstance(value, Construct):
        return f"the {_qualified(type(value))} {value.node.path}"
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


def _call_problem(function: Callable[..., object], kwargs: Mapping[str, object]) -> str | None:
    """Return what is wrong with the names of a call's arguments, if that is its problem."""
    parameters = inspect.signature(function).parameters
    names = list(parameters)
    takes_more = any(item.kind == item.VAR_KEYWORD for item in parameters.values())
    unknown = [name for name in kwargs if name not in names and not takes_more]
    if not unknown:
        return None
    settings = [name for name in names[1:] if name not in ("scope", "construct_id")]
    listed = [
        f"{_called(function)} has no argument `{name}`; {did_you_mean(name, settings)}"
        for name in unknown
    ]
    return "\n".join(listed)


def _called(function: Callable[..., object]) -> str:
    return function.__qualname__.removesuffix(".__init__")


def _path(owner: object, arguments: Mapping[str, object]) -> list[str]:
    """Return the path of the construct that is created or called; none if it is unknown."""
    _, parent, *_ = (*arguments.values(), None)
    if "construct_id" in arguments and isinstance(parent, Construct):
        return [parent.node.path, str(arguments["construct_id"])]
    created = isinstance(owner, Construct) and hasattr(owner, "__jsii_ref__")
    return [owner.node.path] if created and isinstance(owner, Construct) else []
