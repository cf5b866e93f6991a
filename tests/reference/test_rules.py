"""The pages of the rules have a paragraph for each."""

import re
import sys
from pathlib import Path

import pytest

from serverless_stack.checks import rules
from serverless_stack.checks.engine.rules import Rule

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module", autouse=True)
def extensions() -> None:
    sys.path.insert(0, str(DOCS / "_extensions"))


def page(name: str) -> str:
    from rule_pages import _insert  # type: ignore[import-not-found]

    source = [(DOCS / "reference" / "rules" / f"{name}.md").read_text("utf-8")]
    _insert(None, f"reference/rules/{name}", source)
    return source[0]


def test_every_service_has_a_page_with_its_rules() -> None:
    pages = {path.stem for path in (DOCS / "reference" / "rules").glob("*.md")} - {"index"}
    ids = [found for name in sorted(pages) for found in re.findall(r"^## (\S+)$", page(name), re.M)]
    assert sorted(ids) == sorted(rule.id for rule in rules())


def test_the_index_counts_them() -> None:
    text = page("index")
    counts = [int(count) for count in re.findall(r"^\| \[.+\) \| (\d+) \|$", text, re.M)]
    assert sum(counts) == len(rules())
    assert f"look for: {len(rules())} rules" in text


@pytest.mark.parametrize("rule", rules()[::20], ids=lambda rule: rule.id)
def test_a_paragraph_says_why_and_who_says_so(rule: Rule) -> None:
    from rule_pages import paragraphs

    text = paragraphs(rule)
    for part in (rule.title, rule.description, rule.page, *rule.types):
        assert part in text


def test_the_value_that_makes_the_difference_is_shown() -> None:
    text = page("s3")
    assert '# reported: BucketName: "xn--orders"\n# accepted: BucketName: "x--orders"' in text
    shown = [page(path.stem).count("# reported:") for path in (DOCS / "reference/rules").glob("*")]
    assert sum(shown) > len(rules()) / 2
