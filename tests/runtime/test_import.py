import subprocess
import sys

import pytest

FOREIGN = {"aws_cdk", "jsii", "boto3", "botocore", "redis", "pymemcache", "msgpack", "pydantic"}
SLOW = {"asyncio", "dataclasses", "decimal", "inspect", "logging", "uuid", "zlib", "ssl"}


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement loads, beyond those that Python starts with."""
    script = (
        f"import sys; before = set(sys.modules); {statement};"
        " print(*(set(sys.modules) - before), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["serverless_stack.runtime", "serverless_stack.runtime.caching"])
def test_import_loads_no_foreign_library(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "serverless_stack" in loaded
    assert not loaded & FOREIGN


def test_the_package_of_caches_loads_nothing_before_a_name_is_asked_for() -> None:
    loaded = loaded_by("import serverless_stack.runtime.caching")

    assert {name.split(".")[0] for name in loaded} == {"serverless_stack"}
    assert "serverless_stack.runtime.caching" in loaded
    assert not any(name.startswith("serverless_stack.runtime.caching.") for name in loaded)


@pytest.mark.parametrize("name", ["LazyLoading", "WriteThrough", "MemoryStore", "Namespace"])
def test_what_every_cold_start_needs_loads_nothing_slow(name: str) -> None:
    loaded = loaded_by(f"from serverless_stack.runtime.caching import {name}")

    assert not loaded & (FOREIGN | SLOW)


def test_every_name_of_the_package_is_there() -> None:
    statement = "import serverless_stack.runtime.caching as c; [getattr(c, n) for n in c.__all__]"

    assert not loaded_by(statement) & FOREIGN


def test_other_names_are_not_there() -> None:
    from serverless_stack.runtime import caching

    with pytest.raises(AttributeError, match="has no attribute 'pickle'"):
        _ = caching.pickle  # type: ignore[attr-defined]
    assert "LazyLoading" in dir(caching)
