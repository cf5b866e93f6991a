import subprocess
import sys

import pytest

FOREIGN = {"aws_cdk", "jsii", "boto3", "botocore", "redis", "pymemcache", "msgpack", "pydantic"}
SLOW = {"asyncio", "dataclasses", "decimal", "inspect", "logging", "uuid", "zlib", "ssl"}


def loaded_by(statement: str, before: str = "pass") -> set[str]:
    """The modules that a statement loads, beyond those of Python and another statement."""
    script = (
        f"import sys; {before}; before = set(sys.modules); {statement};"
        " print(*(set(sys.modules) - before), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "serverless_stack.runtime",
        "serverless_stack.runtime.caching",
        "serverless_stack.runtime.objects",
    ],
)
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


def test_objects_load_nothing_that_their_client_does_not_need() -> None:
    """So a function pays for the S3 client with its first use, and for nothing else."""
    client = "import boto3; boto3.client('s3', region_name='eu-west-1')"
    loaded = loaded_by("import serverless_stack.runtime.objects", before=client)

    assert {name.partition(".")[0] for name in loaded} == {"serverless_stack"}
    assert len(loaded) < 40
    assert not any("redis" in name or "memcached" in name for name in loaded)


@pytest.mark.parametrize("name", ["RedisStore", "MemcachedStore"])
def test_a_store_loads_no_other_store_and_no_client_before_its_first_use(name: str) -> None:
    loaded = loaded_by(f"from serverless_stack.runtime.caching import {name}")
    other = {"RedisStore": "memcached", "MemcachedStore": "redis"}[name]

    assert not loaded & FOREIGN
    assert not any(other in module for module in loaded)


@pytest.mark.parametrize("part", ["batches", "cors", "field_encryption", "signing", "warmth"])
def test_other_parts_load_no_caches_and_no_objects(part: str) -> None:
    loaded = loaded_by(f"import serverless_stack.runtime.{part}")
    others = ("serverless_stack.runtime.caching.stores", "serverless_stack.runtime.objects")

    assert not loaded & FOREIGN
    assert not any(module.startswith(others) for module in loaded)


def test_every_name_of_the_package_is_there() -> None:
    statement = "import serverless_stack.runtime.caching as c; [getattr(c, n) for n in c.__all__]"

    assert not loaded_by(statement) & FOREIGN


def test_other_names_are_not_there() -> None:
    from serverless_stack.runtime import caching

    with pytest.raises(AttributeError, match="has no attribute 'pickle'"):
        _ = caching.pickle  # type: ignore[attr-defined]
    assert "LazyLoading" in dir(caching)
