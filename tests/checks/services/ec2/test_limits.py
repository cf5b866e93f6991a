import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.ec2 import cidr_problems, group_description_problems

TOKEN = "${Token[TOKEN.1]}"


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_every_range_is_accepted(address: int, prefix: int) -> None:
    assert cidr_problems(f"{ipaddress.IPv4Address(address)}/{prefix}", "cidr") == []


@given(st.integers(0, 128))
def test_every_range_of_ipv6_is_accepted(prefix: int) -> None:
    assert cidr_problems(f"2001:db8::/{prefix}", "cidr") == []


@given(st.integers(0, 32))
def test_a_vpc_has_16_to_28(prefix: int) -> None:
    found = cidr_problems(f"10.0.0.0/{prefix}", "cidr", largest=16, smallest=28)
    assert bool(found) == (not 16 <= prefix <= 28)


@pytest.mark.parametrize("cidr", ["", "10.0.0/8", "10.0.0.256/8", "all", "10.0.0.0 /8"])
def test_invalid_ranges_are_refused(cidr: str) -> None:
    assert cidr_problems(cidr, "cidr") == [
        f"`cidr` must be a range such as 10.0.0.0/16, got: {cidr!r}"
    ]


@pytest.mark.parametrize(
    ("cidr", "nearest"),
    [("10.0.0.0/33", "10.0.0.0/32"), ("10.0.0.1", "10.0.0.1/32"), ("::/129", "::/128")],
)
def test_the_message_has_the_nearest_range(cidr: str, nearest: str) -> None:
    (problem,) = cidr_problems(cidr, "cidr")
    assert problem.endswith(f"got: {cidr!r} (nearest accepted: {nearest})")


@given(st.text("abcXYZ019. _-:/()#,@[]+=&;{}!$*", max_size=255))
def test_descriptions_by_ec2s_rule_are_accepted(description: str) -> None:
    assert group_description_problems(description, "description") == []


@given(st.text("az", max_size=20), st.characters(exclude_categories=["Cs"]))
def test_other_characters_are_refused(text: str, other: str) -> None:
    found = group_description_problems(text + other, "description")
    assert bool(found) == (
        not (other.isascii() and (other.isalnum() or other in "._-:/()#,@[]+=&;{}!$* "))
    )


def test_long_descriptions_are_refused_and_tokens_pass() -> None:
    (problem,) = group_description_problems("a" * 256, "description")
    assert "at most 255 characters, got: 256" in problem
    assert group_description_problems(TOKEN, "d") == cidr_problems(TOKEN, "d") == []
