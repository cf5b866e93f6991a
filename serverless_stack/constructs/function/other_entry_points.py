"""The entry points of Node.js and Java handlers: a file and its export, a class and its method."""

import re
from collections.abc import Mapping

from aws_cdk import aws_lambda as lambda_

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.runtimes import family_of, name_of
from serverless_stack.constructs.function.artifacts import Readable
from serverless_stack.constructs.function.class_file import inherits, lacks_method
from serverless_stack.constructs.function.entry_point import entry_problems

_NODE_SUFFIXES = (".js", ".mjs", ".cjs")
# With one of these a module may export names that its text does not show.
_DYNAMIC_EXPORTS = re.compile(
    r"\bmodule\s*\.\s*exports\b|\bexports\s*\[|\bexport\s*\*|\b__exportStar\b|\bdefineProperty\b"
    r"|\bObject\s*\.\s*assign\b|\b__export\b|=\s*exports\b|\(\s*exports\b|\beval\b"
)
_CLASS_FORMAT = "`package.Class::method`"


def artifact_entry_problems(
    entry: str,
    files: Mapping[str, Readable],
    place: str,
    runtime: lambda_.Runtime,
    *,
    is_complete: bool,
) -> list[str]:
    """Check the entry point of a function whose code is deployed as it is.

    Args:
        entry: The entry point; a CDK token passes.
        files: The files of the code.
        place: Where these files are, for the message.
        runtime: The runtime.
        is_complete: Whether there are no other files, such as those of layers.

    Returns:
        One message per problem. None for a runtime whose entry points are not read.
    """
    if is_unresolved(entry) or not files:
        return []
    if family_of(runtime) == lambda_.RuntimeFamily.PYTHON:
        if not any(name.endswith(".py") for name in files):
            return []  # byte code or libraries only, which are not read
        python = name_of(runtime).removeprefix("python")
        return entry_problems(entry, files, place, python=python, is_complete=is_complete)
    if family_of(runtime) == lambda_.RuntimeFamily.NODEJS:
        return _node_problems(entry, files, place, is_complete)
    if family_of(runtime) == lambda_.RuntimeFamily.JAVA:
        return _java_problems(entry, files, place, name_of(runtime), is_complete)
    return []


def _node_problems(
    entry: str, files: Mapping[str, Readable], place: str, is_complete: bool
) -> list[str]:
    module, _, export = entry.rpartition(".")
    if not module or not export:
        return [f"`handler` must be `file.export`, got: {entry!r}"]
    path = module.removeprefix("./")
    # Lambda takes the part after the first dot of the file's name for the export.
    found = [f"{path}{suffix}" for suffix in _NODE_SUFFIXES if f"{path}{suffix}" in files]
    if not found:
        if not is_complete or "." in path.rpartition("/")[2]:
            return []
        return [
            f"`handler` must name a file of the code and an export of it, got: {entry!r}, but "
            f"{place} has no {path}.js, {path}.mjs or {path}.cjs"
        ]
    text = files[found[0]].read_bytes().decode("utf-8", "replace")
    if re.search(rf"(?<![\w$]){re.escape(export)}(?![\w$])", text) or _DYNAMIC_EXPORTS.search(text):
        return []
    exports = sorted(set(re.findall(r"\bexports\s*\.\s*([\w$]+)\s*=", text)))
    exports += re.findall(
        r"\bexport\s+(?:const|let|var|async\s+function|function)\s*\*?\s*([\w$]+)", text
    )
    if not exports:
        return []  # exported in a way that is not read
    return [
        f"`handler` must name an export of {found[0]}, got: {entry!r}, but the exports of it are: "
        f"{', '.join(exports)}"
    ]


def _java_problems(
    entry: str, files: Mapping[str, Readable], place: str, runtime: str, is_complete: bool
) -> list[str]:
    name, _, method = entry.partition("::")
    path = f"{name.replace('.', '/')}.class"
    # An implementation of `RequestHandler` needs no method; it is, or inherits from, one.
    if not method and (path not in files or not inherits(files[path].read_bytes())):
        return [f"`handler` must be {_CLASS_FORMAT} for {runtime}, got: {entry!r}"]
    # A class may be in a jar beside others: `lib/` of a zip file.
    if path not in files:
        if not is_complete or any(file.endswith(".jar") for file in files):
            return []
        classes = sorted(file for file in files if file.endswith(".class") and "$" not in file)
        shown = [file.removesuffix(".class").replace("/", ".") for file in classes[:5]]
        return [
            f"`handler` must name a class of the code as {_CLASS_FORMAT}, got: {entry!r}, but "
            f"{place} has no {path}; its classes are: {', '.join(shown) or 'none'}"
            f"{', …' if len(classes) > len(shown) else ''}"
        ]
    content = files[path].read_bytes()
    if method and lacks_method(content, method):
        return [
            f"`handler` must name a method of {name}, got: {entry!r}, and the class has no "
            f"method {method!r}"
        ]
    return []
