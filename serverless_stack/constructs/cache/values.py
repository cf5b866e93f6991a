"""Values of arguments: types inside value objects, which check nothing alone, and names."""

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, cast, get_type_hints

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.arguments import type_problems

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def field_problems(name: str, value: object) -> list[str]:
    """List the fields of a value object that have a wrong type.

    Args:
        name: The argument, as the caller wrote it.
        value: The value object, a dataclass.
    """
    hints = get_type_hints(type(value))
    problems = []
    for field in fields(cast("DataclassInstance", value)):
        item = getattr(value, field.name)
        wrong = type_problems(f"{name}.{field.name}", item, hints[field.name])
        if not wrong and is_dataclass(item):
            wrong = field_problems(f"{name}.{field.name}", item)
        problems += wrong
    return problems


def stored_name(name: str | None) -> str | None:
    """Return the name of a cache as ElastiCache stores it, in lower case.

    Args:
        name: The name, or None. A CDK token stays as it is: lower case would break it.
    """
    return name if name is None or is_unresolved(name) else name.lower()
