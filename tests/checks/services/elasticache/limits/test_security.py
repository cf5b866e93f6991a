import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.elasticache.limits.security import (
    access_string_problems,
    auth_token_problems,
    password_problems,
    user_id_problems,
)

TOKEN = "${Token[Cache.1]}"
GOOD = string.ascii_letters + string.digits + "!&#$^<>-"


@given(st.text(GOOD, min_size=16, max_size=128))
def test_tokens_by_elasticaches_rule_are_accepted(token: str) -> None:
    assert auth_token_problems(token) == []


@pytest.mark.parametrize("token", [TOKEN, "{{resolve:secretsmanager:arn:SecretString:::}}"])
def test_unknown_values_pass(token: str) -> None:
    assert auth_token_problems(token) == []


@given(st.characters(exclude_characters=GOOD))
def test_one_other_character_is_refused_without_showing_the_token(character: str) -> None:
    (problem,) = auth_token_problems("s3cret-of-mine-16" + character)
    assert problem == (
        f"`auth_token` must have letters, digits and ! & # $ ^ < > - only, got: {character!r}"
    )


@pytest.mark.parametrize("length", [0, 15, 129])
def test_the_length_of_a_token(length: int) -> None:
    assert auth_token_problems("a" * length) == [
        f"`auth_token` must have 16 to 128 characters, got: {length}"
    ]


@pytest.mark.parametrize("user_id", ["a", "a-1", "a" * 40, TOKEN])
def test_ids_of_users_are_accepted(user_id: str) -> None:
    assert user_id_problems(user_id) == []


@pytest.mark.parametrize("user_id", ["", "A", "1a", "a--b", "a-", "a_b", "a" * 41, "a\n"])
def test_other_ids_are_refused(user_id: str) -> None:
    (problem,) = user_id_problems(user_id)
    assert problem.startswith("`user_id` must have 1 to 40 lowercase letters, digits")


@pytest.mark.parametrize(
    "rights", ["on ~* +@all", "off -@all", "on ~app:* &events", "on resetkeys ~a*", TOKEN]
)
def test_rights_are_accepted(rights: str) -> None:
    assert access_string_problems(rights) == []


@pytest.mark.parametrize(
    ("rights", "reported"),
    [
        ("", "must begin with on or off"),
        ("~* +@all", "must begin with on or off"),
        ("on >secret ~*", "must not have a password"),
        ("on <secret ~*", "must not have a password"),
        ("on #" + "0a" * 32, "must not have a password"),
        ("on nopass ~*", "must not have reset, nopass or resetpass"),
        ("on reset ~*", "must not have reset, nopass or resetpass"),
    ],
)
def test_other_rights_are_refused(rights: str, reported: str) -> None:
    (problem,) = access_string_problems(rights)
    assert reported in problem
    assert "secret" not in problem


@pytest.mark.parametrize(
    ("password", "reported"),
    [
        ("a-str0ng-pa))word", ""),
        ("${Token[x]}", ""),
        ("short", "must have 16 to 128 characters, got: 5"),
        ("p" * 129, "must have 16 to 128 characters, got: 129"),
        ('a-str0ng,pa/s@word"', "must have printable characters without"),
        ("a-str0ng-p\u00e4ssword", "must have printable characters without"),
    ],
)
def test_passwords_of_users_have_more_characters_than_tokens(password: str, reported: str) -> None:
    problems = password_problems(password)
    assert bool(problems) == bool(reported)
    assert all(reported in each and password not in each for each in problems)
