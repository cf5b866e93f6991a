"""The pages of the API describe every public name, once."""

import importlib
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
MODULES = (
    "serverless_stack.constructs",
    "serverless_stack.runtime.batches",
    "serverless_stack.runtime.cache_tags",
    "serverless_stack.runtime.caching",
    "serverless_stack.runtime.cors",
    "serverless_stack.runtime.field_encryption",
    "serverless_stack.runtime.objects",
    "serverless_stack.runtime.signing",
    "serverless_stack.operations.advice",
    "serverless_stack.operations.invalidation",
    "serverless_stack.operations.objects",
    "serverless_stack.operations.releases",
    "serverless_stack.operations.staging",
    "serverless_stack.operations.sync",
    "serverless_stack.checks",
    "serverless_stack.checks.integrations",
    "serverless_stack.testing",
    "serverless_stack.testing.review",
)
# A module and its function: `serverless_stack.testing.review.review` describes it.
ELSEWHERE = {"serverless_stack.testing.review"}
DIRECTIVE = re.compile(r"^\.\. auto(?:class|function|exception|data):: (\S+)$", re.MULTILINE)


def described() -> list[str]:
    pages = sorted((DOCS / "reference" / "api").glob("*.md"))
    return [name for page in pages for name in DIRECTIVE.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_described(module: str) -> None:
    names = {f"{module}.{name}" for name in importlib.import_module(module).__all__}
    assert names - set(described()) - ELSEWHERE == set()


def test_nothing_is_described_twice() -> None:
    names = described()
    assert sorted(names) == sorted(set(names))


def test_the_reference_is_in_one_place() -> None:
    pages = [path for part in ("constructs", "guides") for path in (DOCS / part).rglob("*.md")]
    assert len(pages) > 30
    assert [page for page in pages if DIRECTIVE.search(page.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "page",
    [path for part in ("constructs", "guides") for path in sorted((DOCS / part).glob("*.md"))],
    ids=lambda page: page.stem,
)
def test_what_a_page_refers_to_is_described(page: Path) -> None:
    referred = re.findall(r"\{py:\w+\}`(serverless_stack\.[\w.]+)`", page.read_text("utf-8"))
    assert set(referred) <= set(described())
