import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.runtime.objects import safe_key


@pytest.mark.parametrize("name", ["a", "report.pdf", "A-b_c.tar.gz", "2026-01-31.json", "_x"])
def test_a_safe_name_stays(name: str) -> None:
    assert safe_key(name) == name


@pytest.mark.parametrize(
    ("name", "begins", "ends"),
    [
        ("Gr\u00fc\u00dfe & K\u00fcsse.txt", "Grue-Kusse-", ".txt"),
        ("a b.pdf", "a-b-", ".pdf"),
        ("../../etc/passwd", "passwd-", ""),
        ("C:\\docs\\a.doc", "a-", ".doc"),
        (".htaccess", "", ".htaccess"),
        ("...", "", ""),
        ("\u65e5\u672c", "", ""),
        ("\u65e5\u672c.png", "", ".png"),
        ("x" * 300 + ".jpeg", "xxx", ".jpeg"),
        ("folder/", "", ""),
    ],
)
def test_another_name_is_marked(name: str, begins: str, ends: str) -> None:
    key = safe_key(name)
    assert key.startswith(begins)
    assert key.endswith(ends)
    assert len(key) <= 200


def test_what_tells_names_apart_has_128_bits() -> None:
    assert re.fullmatch(r"a-b-[0-9a-f]{32}\.pdf", safe_key("a b.pdf"))


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(ValueError, match="`name` must not be empty"):
        safe_key("")


NAMES = st.one_of(
    st.text(min_size=1, max_size=20),
    st.text(alphabet="ab.-_/ \u00fc", min_size=1, max_size=8),
    st.text(alphabet="ab.-_/ \u00fc", min_size=1, max_size=8).map(safe_key),
)


@given(NAMES, NAMES)
def test_two_names_never_become_one_key(one: str, other: str) -> None:
    keys = safe_key(one), safe_key(other)
    assert (keys[0] == keys[1]) == (one == other)
    for key in keys:
        assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}", key)


@pytest.mark.parametrize(
    "name",
    [
        "a" * 6_000_000,
        "/" * 6_000_000,
        "a" + chr(0x315) * 60_000 + chr(0x300) * 60_000,
        chr(0xFDFA) * 300_000,
        "0123456789ab-" * 400_000,
        "x." + "." * 1_000_000,
    ],
    ids=["letters", "slashes", "combining marks", "ligatures", "digests", "dots"],
)
def test_a_long_name_is_worked_on_for_its_first_part_only(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[int] = []

    real = unicodedata.normalize

    def normalize(form: Literal["NFKD"], text: str) -> str:
        lengths.append(len(text))
        return real(form, text)

    monkeypatch.setattr(unicodedata, "normalize", normalize)

    assert len(safe_key(name)) <= 200
    assert max(lengths) <= 1000
    assert safe_key(name) != safe_key(f"{name} ")
