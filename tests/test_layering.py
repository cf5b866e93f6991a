"""Who may import whom, as the architecture says it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = "serverless_stack"
ROOT = Path(__file__).parents[1] / PACKAGE

# What each part of the package may import of the package; a part may always import itself.
ALLOWED = {
    "_shared": set[str](),
    "checks": set[str](),
    "constructs": {"checks", "_shared"},
    "runtime": {"_shared"},
    "operations": {"_shared"},
    "functions": {"operations", "_shared"},
    "diagrams": {"checks", "_shared"},
    "testing": {"checks", "diagrams", "_shared"},
    "synthesis": set[str](),
    "local": {"diagrams", "synthesis", "_shared"},
    "cli": {
        "local",
        "synthesis",
        "checks",
        "diagrams",
        "operations",
        "runtime",
        "testing",
        "_shared",
    },
}
# The modules of other parts that a part may import although it may not import the part.
ALSO = {
    # Plain values, read without loading CDK.
    "cli": {"constructs.profiles.settings", "constructs.profiles.costs"},
}
# Packages that no module of a part may load by being imported.
HEAVY = {"aws_cdk", "constructs", "jsii", "boto3", "botocore"}
FORBIDDEN = {
    "_shared": HEAVY | {"redis", "pymemcache"},
    "checks": HEAVY,
    "runtime": HEAVY | {"redis", "pymemcache"},
    "operations": HEAVY | {"rich", "typer"},
    "functions": HEAVY | {"redis", "pymemcache", "rich", "typer"},
    "diagrams": HEAVY | {"rich", "typer", "yaml"},
    "testing": HEAVY | {"cfnlint", "cdk_nag", "yaml"},
    "synthesis": HEAVY,
    "local": {"aws_cdk", "constructs", "jsii"},
    "cli": {"aws_cdk", "constructs", "jsii"},
}
# The modules that are there for one of them: those of the stores subclass what a client library
# has, and are loaded with the first connection.
EXCEPT = {
    "checks/integrations/cdk_plugin.py": {"aws_cdk", "jsii"},
    "runtime/caching/clients/memcached_client.py": {"pymemcache"},
    "runtime/caching/clients/redis_connection.py": {"redis"},
}
# The folders of constructs that each of them may import, besides those that all share.
COMPOSING: dict[str, set[str]] = {
    "_internal": set(),
    "profiles": set(),
    "network": set(),
    "function": {"network"},
    "storage": set(),
    "api": {"function"},
    "cdn": {"api", "function", "storage"},
    "content": {"cdn", "storage", "function"},
    "cache": {"network", "function"},
    "monitoring": {"function", "api", "storage", "cdn", "cache"},
    "app": {"function", "api", "storage", "cdn", "content", "cache", "network"},
}
SHARED = {"_internal", "profiles"}
# Plain values of the profiles, which load no CDK: for the command line.
LIGHT = {"constructs/profiles/settings.py", "constructs/profiles/costs.py"}


@dataclass(frozen=True)
class Import:
    """One import of a module: what, how many dots before it, and whether it runs at once."""

    target: str
    level: int
    at_once: bool


def imports(source: str) -> Iterator[Import]:
    """Find the imports of a module; those for type checkers do not count."""

    def walk(node: ast.AST, at_once: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from (Import(alias.name, 0, at_once) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                module = child.module or ""
                for alias in child.names:
                    yield Import(f"{module}.{alias.name}".strip("."), child.level, at_once)
            elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            elif not isinstance(child, ast.expr):  # no expression has an import
                inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
                yield from walk(child, at_once and not inside)

    return walk(ast.parse(source), True)


def problems(part: str, module: str, source: str) -> list[str]:
    """List the forbidden imports of one module."""
    found = []
    for each in imports(source):
        top, _, rest = each.target.partition(".")
        own = rest.split(".")[0]
        if each.level:
            if part != "local":
                found.append(f"{module}: relative import of {each.target}")
        elif top == PACKAGE and own and own not in {part, *ALLOWED[part]}:
            if not any(rest.startswith(f"{other}.") for other in ALSO.get(part, ())):
                found.append(f"{module}: {each.target}")
        elif top in FORBIDDEN.get(part, set()) - EXCEPT.get(module, set()) and each.at_once:
            found.append(f"{module}: {each.target} at once")
        elif module in LIGHT and top in HEAVY:
            found.append(f"{module}: {each.target}")
        if part == "constructs" and top == PACKAGE and own == "constructs":
            folder, other = Path(module).parts[1], rest.split(".")[1]
            if other not in {folder, *SHARED, *COMPOSING.get(folder, ())}:
                found.append(f"{module}: {each.target}")
    return found


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_every_module_imports_what_it_may() -> None:
    found = [
        problem
        for path in modules(ROOT)
        if path.name != "__init__.py" or path.parent != ROOT
        for problem in problems(part_of(path), str(path.relative_to(ROOT)), path.read_text("utf-8"))
    ]
    assert found == []


def test_the_root_imports_nothing() -> None:
    imported = imports((ROOT / "__init__.py").read_text("utf-8"))
    assert [each.target for each in imported if each.at_once] == []


def test_the_emulator_imports_nothing_of_ours_but_itself() -> None:
    """It runs in a virtual environment without this package."""
    emulator = ROOT / "local" / "emulator"
    found = []
    for path in modules(emulator):
        depth = len(path.relative_to(emulator).parts)
        found += [
            f"{path.relative_to(ROOT)}: {'.' * each.level}{each.target}"
            for each in imports(path.read_text("utf-8"))
            if each.target.split(".")[0] == PACKAGE or each.level > depth
        ]
    assert found == []


def test_only_the_emulator_uses_relative_imports() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in modules(ROOT)
        if "emulator" not in path.parts
        for each in imports(path.read_text("utf-8"))
        if each.level
    ]
    assert found == []


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("runtime", "from serverless_stack.constructs import Cdn"),
        ("runtime", "import boto3"),
        ("runtime", "try:\n    import redis\nexcept ImportError:\n    pass"),
        ("checks", "import aws_cdk as cdk"),
        ("constructs", "from serverless_stack.runtime import caching"),
        ("constructs", "from serverless_stack import runtime"),
        ("constructs", "from serverless_stack.constructs.cache.redis.cache import RedisCache"),
        ("constructs", "def f():\n    from serverless_stack.local import ports"),
        ("testing", "from serverless_stack import constructs"),
        ("testing", "from serverless_stack.local import ports"),
        ("diagrams", "from serverless_stack.local import ports"),
        ("diagrams", "from serverless_stack.testing import review"),
        ("checks", "from serverless_stack.diagrams import graph"),
        ("testing", "import aws_cdk as cdk"),
        ("testing", "from cfnlint.schema import manager"),
        ("_shared", "from serverless_stack.checks.services import s3"),
        ("local", "import aws_cdk"),
        ("functions", "from serverless_stack.runtime import objects"),
        ("operations", "import boto3"),
        ("operations", "from serverless_stack.runtime import objects"),
        ("operations", "from rich.table import Table"),
    ],
)
def test_a_forbidden_import_is_found(part: str, source: str) -> None:
    assert len(problems(part, f"{part}/storage/module.py", source)) >= 1


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("runtime", "def client():\n    import boto3"),
        ("runtime", "if TYPE_CHECKING:\n    import redis"),
        ("runtime", "from serverless_stack._shared.contract import redis_tls"),
        ("constructs", "from serverless_stack._shared import contract"),
        ("cli", "from serverless_stack.constructs.profiles.settings import DEV"),
        ("constructs", "from serverless_stack.constructs.network.vpc import isolated_vpc"),
        ("cli", "from serverless_stack.local import ports"),
        ("cli", "from serverless_stack.testing import review"),
        ("cli", "from serverless_stack.diagrams import graph"),
        ("local", "from serverless_stack.diagrams import graph"),
        ("diagrams", "from serverless_stack.checks.integrations import assembly"),
        ("cli", "from serverless_stack.operations.advice import advise"),
        ("testing", "if TYPE_CHECKING:\n    from aws_cdk import Stack"),
        ("testing", "def f():\n    import cfnlint"),
    ],
)
def test_an_allowed_import_is_not(part: str, source: str) -> None:
    assert problems(part, f"{part}/cache/module.py", source) == []


def test_an_exception_is_of_one_module() -> None:
    source = "import aws_cdk as cdk"
    assert problems("checks", "checks/integrations/cdk_plugin.py", source) == []
    assert problems("checks", "checks/engine/runner.py", source) != []
    assert problems("checks", "checks/integrations/cdk_plugin.py", "import boto3") != []
