"""The report for comments on pull requests."""

import pytest

from serverless_stack.testing.review import Action, Consequence, PropertyChange
from serverless_stack.testing.review.compare.stacks import Status
from serverless_stack.testing.review.reports.markdown import to_markdown
from tests.testing.review.changes import DELAY, LOST, LOW, NAME, change, comparison


def test_markdown() -> None:
    found = comparison(
        change(LOST, NAME, advice="rename `it`"),
        change(LOW, DELAY, warnings=("network opened: 0.0.0.0/0 by @ada_l",), path=None),
        change(LOW, DELAY, path="Shop/Quiet/Resource"),
    )
    assert (
        to_markdown(found)
        == """\
### Review of <code>HEAD&#126;1 (1234567)</code> → <code>the working tree</code>

**1 data loss, 2 without interruption, 1 warning**

#### Shop

| Consequence | Resource | Change |
| --- | --- | --- |
| 🛑 data loss | <code>Shop/Jobs</code><br>AWS::SQS::Queue | changed<br>\
<code>Properties.QueueName</code>: <code>a&#124;b</code> → <code>&#60;c&#62;</code><br>\
data loss: create-only property |
| no interruption | <code>Jobs12345678</code><br>AWS::SQS::Queue | changed<br>\
⚠️ network opened: 0.0.0.0/0 by &#64;ada\\_l<br>\
<code>Properties.DelaySeconds</code>: <code>(absent)</code> → <code>5</code> |

<details>
<summary>1 without interruption</summary>

| Consequence | Resource | Change |
| --- | --- | --- |
| no interruption | <code>Shop/Quiet</code><br>AWS::SQS::Queue | changed<br>\
<code>Properties.DelaySeconds</code>: <code>(absent)</code> → <code>5</code> |

</details>

<code>Shop/Jobs</code>:

```
rename `it`
```
"""
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("added", "#### Shop: a new stack"),
        ("removed", "#### Shop: only on the old side: deleting the stack deletes its"),
    ],
)
def test_markdown_of_a_stack_on_one_side(status: Status, expected: str) -> None:
    text = to_markdown(comparison(change(LOW, action=Action.ADD), status=status))
    assert expected in text
    assert "added |\n" in text


def test_markdown_of_an_unchanged_value() -> None:
    stays = PropertyChange(
        "Properties.Role", "r", "r", Consequence.NO_INTERRUPTION, "it refers to Role, which is new"
    )
    text = to_markdown(comparison(change(LOW, stays)))
    assert "<code>Properties.Role</code>: <code>r</code><br>it refers to Role, which is" in text


def test_markdown_without_a_change_is_short() -> None:
    assert to_markdown(comparison()) == (
        "### Review of <code>HEAD&#126;1 (1234567)</code> → <code>the working tree</code>\n\n"
        "**no change**\n"
    )


def test_no_value_takes_effect() -> None:
    value = "*a* <b> `c` [d](e) @f ~g~ | \\x1b[2J \u202e".replace("\\x1b", "\x1b")
    each = PropertyChange(value, value, "x", Consequence.NO_INTERRUPTION, "updated in place")
    advice = f"```\n{value}"
    text = to_markdown(comparison(change(LOW, each, warnings=(value,), path=value, advice=advice)))
    assert text.count("````\n") == 2  # a fence that the advice cannot end
    report = text.partition("````")[0]
    assert not {"*a*", "<b>", "`c`", "[d]", "@f", "~g~", "| \x1b"} & set(report.split(" "))
    for unsafe in ("*a*", "<b>", "`c`", "[d](", "@f", "~g~", "\x1b", "\u202e"):
        assert unsafe not in report.replace(f"\\{unsafe[0]}", "")
