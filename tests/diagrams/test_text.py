"""The width of texts, and their lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.diagrams.layout.text import lines_of, width_of


def test_wide_letters_are_wider() -> None:
    assert width_of("WWW", 10) > width_of("iii", 10)
    assert width_of("Api", 10, bold=True) > width_of("Api", 10)
    assert width_of("é", 10) == width_of("e", 10)
    assert width_of("注", 10) >= 10


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Orders", ["Orders"]),
        ("OrdersOfAllCustomers", ["OrdersOfAll", "Customers"]),
        ("orders-of-customers", ["orders-of-", "customers"]),
        ("a text of several words", ["a text of", "several words"]),
        ("one line and another and a third one", ["one line and", "another and…"]),
        ("", []),
    ],
)
def test_lines_break_where_words_do(text: str, lines: list[str]) -> None:
    assert lines_of(text, 80, 11) == lines


@given(st.text(max_size=60), st.integers(40, 200), st.booleans())
def test_lines_fit_and_lose_nothing_without_an_ellipsis(text: str, width: int, bold: bool) -> None:
    lines = lines_of(text, width, 11, bold=bold)
    assert len(lines) <= 2
    assert all(width_of(line, 11, bold=bold) <= width for line in lines)
    if not any(line.endswith("…") for line in lines):
        assert "".join("".join(lines).split()) == "".join(text.split())
