import json
from collections.abc import Collection

import pytest

from serverless_stack.testing.review import MISSING, Action, Consequence
from serverless_stack.testing.review.compare.stacks import Comparison
from serverless_stack.testing.review.model import ResourceChange
from serverless_stack.testing.review.reports.report import (
    FailOn,
    as_text,
    status_of,
    summary,
    to_json,
)
from tests.testing.review.changes import (
    DELAY,
    LOST,
    LOW,
    NAME,
    NONE,
    REPLACED,
    SOME,
    change,
    comparison,
)


def of(consequence: Consequence) -> Comparison:
    return comparison(change(consequence), change(Consequence.NONE, path="Shop/Other"))


@pytest.mark.parametrize(
    ("fail_on", "statuses"),
    [
        ([FailOn.NEVER], [0, 0, 0, 0, 0]),
        ([FailOn.DATA_LOSS], [0, 0, 0, 0, 3]),
        ([FailOn.REPLACEMENT], [0, 0, 0, 1, 3]),
        ([FailOn.INTERRUPTION], [0, 0, 1, 1, 3]),
        ([FailOn.CHANGE], [1, 1, 1, 1, 3]),
        ([FailOn.WARNING], [0, 0, 0, 0, 0]),
        ([FailOn.WARNING, FailOn.DATA_LOSS], [0, 0, 0, 0, 3]),
        ([FailOn.DATA_LOSS, FailOn.INTERRUPTION], [0, 0, 1, 1, 3]),
    ],
)
def test_the_status(fail_on: Collection[FailOn], statuses: list[int]) -> None:
    assert [status_of(of(each), fail_on) for each in (NONE, LOW, SOME, REPLACED, LOST)] == statuses


def test_no_change_is_status_0_whatever_counts() -> None:
    assert status_of(comparison(), list(FailOn)) == 0


def test_a_warning_counts_on_request() -> None:
    found = comparison(change(LOW, warnings=("network opened: 0.0.0.0/0",)))
    assert status_of(found, [FailOn.REPLACEMENT]) == 0
    assert status_of(found, [FailOn.REPLACEMENT, FailOn.WARNING]) == 1


@pytest.mark.parametrize("name", ["Jobs12345678", "Shop/Jobs/Resource", "Shop/Jobs"])
def test_allowed_resources_do_not_count(name: str) -> None:
    found = comparison(change(LOST, warnings=("permission widened: *",)))
    assert status_of(found, [FailOn.CHANGE, FailOn.WARNING], [name]) == 0
    assert status_of(found, [FailOn.CHANGE], ["Shop", "Jobs"]) == 3
    other = change(REPLACED, path="Shop/Other")
    both = comparison(change(LOST), ResourceChange(**{**vars(other), "logical_id": "Other"}))
    assert status_of(both, [FailOn.REPLACEMENT], [name]) == 1


def test_a_rename_is_allowed_by_either_id() -> None:
    found = comparison(change(LOST, action=Action.RENAME))
    for name in ("Jobs12345678", "Work12345678"):
        assert status_of(found, [FailOn.CHANGE], [name]) == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], "no change"),
        ([LOST], "1 data loss"),
        (
            [LOW, LOST, LOST, REPLACED, SOME, NONE, NONE],
            "2 data losses, 1 replacement, 1 with some interruption, 1 without interruption, "
            "2 without effect",
        ),
    ],
)
def test_the_summary(changes: list[Consequence], expected: str) -> None:
    assert summary([change(each) for each in changes]) == expected


def test_the_summary_counts_warnings() -> None:
    assert summary([change(LOW, warnings=("a",))]) == "1 without interruption, 1 warning"
    assert summary([change(LOW, warnings=("a", "b"))]) == "1 without interruption, 2 warnings"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (MISSING, "(absent)"),
        ("a\n b", "a b"),
        (5, "5"),
        ({"Ref": "Ä"}, '{"Ref": "Ä"}'),
        ("x" * 100, "x" * 100),
        ("k" * 60 + "z" * 60, "k" * 48 + "..." + "z" * 48),
        ("0123456789abcdef" * 4 + ".zip", "01234567...zip"),
        ("Version" + "0123456789abcdef" * 2, "Version01234567.."),
        ("0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_values_on_one_line(value: object, expected: str) -> None:
    assert as_text(value) == expected


def test_json_has_everything() -> None:
    found = comparison(
        change(LOST, NAME, DELAY, warnings=("permission widened: *",), advice="rename it"),
        change(LOST, action=Action.RENAME, path=None),
    )
    content = json.loads(to_json(found, 3))
    assert {key: content[key] for key in ("version", "old", "new", "worst", "status")} == {
        "version": 1,
        "old": "HEAD~1 (1234567)",
        "new": "the working tree",
        "worst": "data-loss",
        "status": 3,
    }
    (stack,) = content["stacks"]
    assert (stack["name"], stack["presence"], stack["worst"]) == ("Shop", "both", "data-loss")
    first, second = stack["changes"]
    assert first == {
        "action": "modify",
        "consequence": "data-loss",
        "logical_id": "Jobs12345678",
        "new_logical_id": None,
        "type": "AWS::SQS::Queue",
        "construct_path": "Shop/Jobs/Resource",
        "properties": [
            {
                "path": "Properties.QueueName",
                "old": "a|b",
                "new": "<c>",
                "consequence": "data-loss",
                "reason": "create-only property",
            },
            {
                "path": "Properties.DelaySeconds",
                "new": 5,
                "consequence": "no-interruption",
                "reason": "updated in place",
            },
        ],
        "warnings": ["permission widened: *"],
        "advice": "rename it",
    }
    assert (second["new_logical_id"], second["construct_path"]) == ("Work12345678", None)
