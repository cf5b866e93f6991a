import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from serverless_stack.checks.services.s3 import (
    bucket_name_problems,
    day_problems,
    lifecycle_problems,
)

EDGE = string.ascii_lowercase + string.digits
RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an")


@st.composite
def valid_names(draw: st.DrawFn, max_size: int = 63) -> str:
    """Labels of letters, digits and inner hyphens, put together by periods."""
    label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
    name = ".".join(draw(st.lists(label, min_size=1, max_size=4)))
    assume(3 <= len(name) <= max_size)
    assume(not all(part.isdigit() for part in name.split(".")))
    assume(not name.startswith(RESERVED_PREFIXES) and not name.endswith(RESERVED_SUFFIXES))
    return name


@given(valid_names())
def test_valid_bucket_names_are_accepted(name: str) -> None:
    assert bucket_name_problems(name) == []


@pytest.mark.parametrize(
    "name", ["abc", "a" * 63, "my-shop.example.com", "1.2.3", "1.2.3.4a", "9-9"]
)
def test_names_just_inside_the_rules_are_accepted(name: str) -> None:
    assert bucket_name_problems(name) == []


@given(valid_names(), st.data())
def test_one_character_that_s3_does_not_know_is_refused(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name)))
    wrong = data.draw(st.characters(exclude_characters=EDGE + ".-"))
    (problem,) = [p for p in bucket_name_problems(name[:at] + wrong + name[at:]) if "only" in p]
    assert problem.startswith("`bucket_name` must have lowercase letters, digits, periods")


@given(valid_names(), st.sampled_from("-."), st.booleans())
def test_a_hyphen_or_period_at_an_end_is_refused(name: str, mark: str, first: bool) -> None:
    found = bucket_name_problems(mark + name if first else name + mark)
    assert any("begin and end with a lowercase letter or a digit" in problem for problem in found)


@given(valid_names(max_size=50), st.sampled_from(["..", ".-", "-."]), st.data())
def test_a_period_beside_a_period_or_hyphen_is_refused(
    name: str, pair: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(1, len(name) - 1))
    found = bucket_name_problems(name[:at] + pair + name[at:])
    assert any("not have a period beside" in problem for problem in found)


@given(st.lists(st.integers(0, 999), min_size=4, max_size=4))
def test_names_like_ip_addresses_are_refused(parts: list[int]) -> None:
    name = ".".join(map(str, parts))
    assert bucket_name_problems(name) == [
        f"`bucket_name` must not look like an IP address, got: {name!r}"
    ]


@given(valid_names(max_size=40), st.sampled_from(RESERVED_PREFIXES))
def test_reserved_prefixes_are_refused(name: str, prefix: str) -> None:
    (problem,) = bucket_name_problems(prefix + name)
    assert "not begin with a prefix that S3 reserves" in problem


@given(valid_names(max_size=40), st.sampled_from(RESERVED_SUFFIXES))
def test_reserved_suffixes_are_refused(name: str, suffix: str) -> None:
    (problem,) = bucket_name_problems(name + suffix)
    assert "not end with a suffix that S3 reserves" in problem


@pytest.mark.parametrize("name", ["ab", "a" * 64])
def test_names_too_short_or_too_long_are_refused(name: str) -> None:
    assert bucket_name_problems(name, "name") == [
        f"`name` must have 3 to 63 characters, got: {name!r}"
    ]


def test_the_empty_name_is_refused() -> None:
    assert bucket_name_problems("")


def test_a_token_passes() -> None:
    assert bucket_name_problems("SHOP-${Token[AWS.AccountId.4]}") == []


@pytest.mark.parametrize("days", [None, 1, 3650, -1.8881545897087503e289])
def test_whole_days_and_tokens_are_accepted(days: float | None) -> None:
    assert day_problems(days, "expire_after") == []


@pytest.mark.parametrize("days", [0, -1, 0.5, 1.5])
def test_other_ages_are_refused(days: float) -> None:
    assert day_problems(days, "expire_after") == [
        f"`expire_after` must be whole days, 1 or more, got: {days:g} days "
        f"(nearest accepted: {max(1, round(days))} days)"
    ]


@given(st.integers(30, 3000), st.integers(1, 3000))
def test_expiry_after_the_last_transition_is_accepted(move: int, later: int) -> None:
    assert lifecycle_problems([("STANDARD_IA", move)], move + later) == []


@given(st.integers(30, 3000), st.data())
def test_expiry_at_or_before_a_transition_is_refused(move: int, data: st.DataObject) -> None:
    expiry = data.draw(st.integers(1, move))
    assert lifecycle_problems([("GLACIER", move)], expiry) == [
        f"`expire_after` must be later than the transition to GLACIER after {move} days, "
        f"got: {expiry} days (nearest accepted: {move + 1} days)"
    ]


@given(st.sampled_from(["STANDARD_IA", "ONEZONE_IA"]), st.integers(0, 29))
def test_infrequent_access_before_30_days_is_refused(storage_class: str, days: int) -> None:
    assert lifecycle_problems([(storage_class, days)], None) == [
        f"`transitions.{storage_class}` must be after 30 days or more, got: {days} days "
        "(nearest accepted: 30 days)"
    ]


@given(st.sampled_from(["GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"]), st.integers(0, 29))
def test_other_classes_may_come_on_the_first_day(storage_class: str, days: int) -> None:
    assert lifecycle_problems([(storage_class, days)], None) == []


def test_every_violated_lifecycle_limit_is_listed() -> None:
    moves = [("STANDARD_IA", 10), ("GLACIER", 90.5)]
    assert len(lifecycle_problems(moves, 0.5)) == 5


def test_a_token_as_an_age_is_not_compared() -> None:
    token = -1.8881545897087503e289
    assert lifecycle_problems([("STANDARD_IA", token), ("GLACIER", 90)], token) == []
