"""What is wrong with a folder or file that the user named, told before anything is made of it."""

from collections.abc import Collection
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs.function.packaging import source_files


def code_problems(
    source: Path,
    entry: str,
    runtime: lambda_.Runtime,
    *,
    code_argument: str = "code",
    entry_argument: str = "handler",
) -> list[str]:
    """List what is wrong with the code of a function and its entry point.

    Args:
        source: The folder or the ready artefact.
        entry: The entry point; a CDK token passes.
        runtime: Lambda's runtime.
        code_argument: The caller's name for the source, used in the messages.
        entry_argument: The caller's name for the entry point, used in the messages.

    Returns:
        One message per rule that is broken.
    """
    problems = []
    is_java = runtime.family == lambda_.RuntimeFamily.JAVA
    if is_java and not is_unresolved(entry) and "::" not in entry:
        problems.append(
            f"`{entry_argument}` must be `package.Class::method` for {runtime.name}, got: {entry!r}"
        )
    if not source.exists():
        return [*problems, _missing(source, code_argument, "folder or file")]
    if source.is_file():
        if source.suffix not in (".jar", ".zip"):
            problems.append(
                f"`{code_argument}` must be a folder, a .jar or a .zip file, got: {str(source)!r}"
            )
        return problems
    files = source_files(source)
    if not files:
        problems.append(
            f"`{code_argument}` must have source files in it, got an empty folder: {str(source)!r}"
        )
    elif runtime.family == lambda_.RuntimeFamily.PYTHON and not is_unresolved(entry):
        problems += _module_problems(source, files.keys(), entry, entry_argument)
    return problems


def _missing(path: Path, argument: str, what: str) -> str:
    looked_for = path.absolute()
    return f"`{argument}` must be an existing {what}, got: {str(path)!r} (looked for {looked_for})"


def _module_problems(source: Path, files: Collection[str], entry: str, argument: str) -> list[str]:
    module, _, function = entry.rpartition(".")
    if not module or not function:
        return [f"`{argument}` must be `module.function`, got: {entry!r}"]
    path = module.replace(".", "/")
    if {f"{path}.py", f"{path}/__init__.py"} & set(files):
        return []
    return [
        f"`{argument}` must name a module of the code and a function in it, got: {entry!r}, "
        f"but {str(source)!r} has no {path}.py"
    ]
