import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack._shared.text import counted, visible, visible_line

ANY = st.text(st.characters(codec=None, exclude_categories=()))


@settings(deadline=None)
@given(ANY)
def test_nothing_that_controls_a_terminal_is_left(text: str) -> None:
    shown = visible_line(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert visible(text).count("\n") == text.count("\n")
    shown.encode("utf-8")


@settings(deadline=None)
@given(st.text(st.characters(categories=("L", "N", "P", "S"))))
def test_other_text_stays(text: str) -> None:
    assert visible_line(text) == visible(text) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 paths"), (1, "1 path"), (2, "2 paths"), (1234, "1,234 paths")]
)
def test_counted(number: int, text: str) -> None:
    assert counted(number, "path") == text
