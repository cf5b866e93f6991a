"""Every rule is documented in the same form."""

import re

import pytest

from serverless_stack.checks import rules
from serverless_stack.checks.engine.rules import Rule


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_is_documented(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(-[A-Z]+)?-\d{3}", rule.id)
    assert len(rule.title) <= 80
    assert re.match(r"`\S|[A-Z]", rule.title)
    assert rule.title.endswith(".")
    assert re.search(r"\b(must|requires?)\b", rule.title)
    sentences = re.findall(r"[.](?=\s|$)", rule.description)
    assert 1 <= len(sentences) <= 4
    assert rule.description.endswith(".")
    assert rule.page
    checks = (rule.check, rule.check_template, rule.check_app)
    assert sum(check is not None for check in checks) == 1
    assert bool(rule.types) == (rule.check is not None)


def test_ids_are_unique_and_in_order() -> None:
    ids = [rule.id for rule in rules()]
    assert ids == sorted(set(ids))


def test_the_service_of_an_id_is_its_module() -> None:
    for rule in rules():
        check = rule.check or rule.check_template or rule.check_app
        module = check.__module__.split(".")
        folder = module[module.index("rules") - 1]
        service = rule.id[:-4].lower()
        assert folder.removesuffix("_function").replace("_", "-") == service
