from serverless_stack.checks import check_template
from tests.checks.services.cloudfront.cases_keys import patterns


def reported(*given: object) -> list[str]:
    found = check_template({"Resources": patterns(*given)})
    return [str(each.property) for each in found if each.rule == "CLOUDFRONT-039"]


def test_each_pattern_is_reported_once() -> None:
    assert reported("/a/*", "*.js", "/a/b/*", "a/c.js") == [
        "DistributionConfig.CacheBehaviors.2.PathPattern",
        "DistributionConfig.CacheBehaviors.3.PathPattern",
    ]


def test_what_takes_too_long_to_compare_is_left_out() -> None:
    assert reported("*", "a" * 81) == []
    assert reported("*", "a?b?c?d?e?") == []
    assert len(reported("*", "a" * 80, "a?b?c?d?")) == 2


def test_cases_and_slashes_count() -> None:
    assert reported("/Img/*", "/img/a", "//img/a") == []
    assert len(reported("/img/*", "img/a")) == 1
