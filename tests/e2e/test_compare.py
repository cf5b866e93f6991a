"""The comparison that the other tests rest on finds what is wrong, and nothing else."""

import pytest

from tests.e2e.resources import AtLeast, differences


@pytest.mark.parametrize(
    ("wanted", "real"),
    [
        ({"a": 1}, {"a": 1, "default": 2}),
        ({"a": {"b": "c"}}, {"a": {"b": "c", "default": []}}),
        ([1, 2], [2, 1]),
        ([{"a": 1}, {"a": 2}], [{"a": 2, "b": 0}, {"a": 1, "b": 0}]),
        ([1], AtLeast([2, 1])),
        ({}, {"a": 1}),
        (50, 50.0),
    ],
)
def test_as_asked_for(wanted: object, real: object) -> None:
    assert differences(wanted, real) == []


@pytest.mark.parametrize(
    ("wanted", "real"),
    [
        ({"a": 1}, {}),
        ({"a": 1}, {"a": None}),
        ({"a": {"b": "c"}}, {"a": {"b": "d"}}),
        ({"a": {"b": "c"}}, {"a": "c"}),
        ([1], [1, 2]),
        ([1, 2], [1]),
        ([1, 1], [1, 2]),
        ([], [1]),
        ([1], []),
        ([3], AtLeast([1, 2])),
        (True, 1),
        (0, False),
        ("1", 1),
    ],
)
def test_otherwise(wanted: object, real: object) -> None:
    assert len(differences(wanted, real)) == 1


def test_says_where() -> None:
    wanted = {"Rules": [{"Id": "a", "Days": 1}]}
    assert differences(wanted, {"Rules": [{"Id": "a", "Days": 2}]}) == [
        ".Rules[0].Days: 2 is there, asked for 1"
    ]
