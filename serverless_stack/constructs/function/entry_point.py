"""The entry point of a Python handler: a module of its package, and a function in it."""

import ast
import re
import sys
import warnings
from collections.abc import Iterator, Mapping

from serverless_stack.constructs.function.artifacts import Readable

# What Lambda's runtime has imported before it imports a handler.
_LOADED_BEFORE = {
    *sys.builtin_module_names,
    *("abc", "codecs", "collections", "email", "encodings", "enum", "functools", "http"),
    *("importlib", "io", "json", "logging", "os", "re", "socket", "ssl", "string", "threading"),
    *("traceback", "types", "warnings"),
}
# With one of these a module may have names that its text does not show.
_DYNAMIC = {"__dict__", "__getattr__", "exec", "globals", "modules", "setattr", "vars"}
_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def entry_problems(
    entry: str,
    files: Mapping[str, Readable],
    place: str,
    argument: str = "handler",
    *,
    python: str,
    is_complete: bool = True,
) -> list[str]:
    """Check that the entry point of a Python handler is a function in a module of its package.

    Args:
        entry: The entry point.
        files: The files of the package.
        place: Where these files are, for the message.
        argument: The caller's name for the entry point.
        python: The Python version of the function, such as ``3.13``.
        is_complete: Whether there are no other files, such as those of dependencies.

    Returns:
        One message per problem.
    """
    module, _, function = entry.rpartition(".")
    parts = re.split(r"[./]", module)
    if not function or not all(parts):
        return [f"`{argument}` must be `module.function`, got: {entry!r}"]
    if parts[0] in _LOADED_BEFORE:
        return [
            f"`{argument}` must not be in a module with the name of one of Python's, which is "
            f"imported in its place, got: {entry!r}; rename {parts[0]}"
        ]
    path = "/".join(parts)
    # A package comes before a module.
    for name in (name for name in (f"{path}/__init__.py", f"{path}.py") if name in files):
        problem = _function_problem(files[name], name, function, python)
        if problem is None:
            return []
        return [f"`{argument}` must name a function in {name}, got: {entry!r}, but {problem}"]
    start = f"{path}."
    if not is_complete or any(name.startswith(start) and name.endswith(".so") for name in files):
        return []
    return [
        f"`{argument}` must name a module of the code and a function in it, got: {entry!r}, "
        f"but {place} has no {path}.py"
    ]


def _function_problem(path: Readable, name: str, function: str, python: str) -> str | None:
    """Return why a module has no such function, or None if it has, or may have."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_bytes(), name)
    except (SyntaxError, ValueError) as error:
        if sys.version_info[:2] < tuple(map(int, python.split("."))):
            return None  # it may be right for the newer version
        return f"the module cannot be read: {error}"
    except (MemoryError, RecursionError):
        return None
    names = list(_names(tree))
    if function not in names and not {"*", *_DYNAMIC} & {*names, *_words(tree)}:
        functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        return f"the functions in it are: {', '.join(functions) or 'none'}"
    definitions = [node for node in tree.body if getattr(node, "name", None) == function]
    if names.count(function) == 1 and definitions:
        (node,) = definitions
        if isinstance(node, ast.AsyncFunctionDef) and not node.decorator_list:
            return "Lambda does not await it: call it with `asyncio.run` in a function"
    return None


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a module binds, those of nested statements included."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif isinstance(child, ast.alias):
            yield child.asname or child.name.partition(".")[0]
        elif isinstance(child, ast.Global):
            yield from child.names
        elif isinstance(child, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and child.name:
            yield child.name
        elif isinstance(child, ast.MatchMapping) and child.rest:
            yield child.rest
        if isinstance(child, _OWN_SCOPE):
            if not isinstance(child, ast.Lambda):
                yield child.name
            yield from (
                name
                for node in ast.walk(child)
                if isinstance(node, ast.Global)
                for name in node.names
            )
        else:
            yield from _names(child)


def _words(tree: ast.AST) -> Iterator[str]:
    """Yield every name and attribute in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
