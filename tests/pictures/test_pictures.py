"""The pictures of the documentation are what their commands make today."""

import re

import pytest

from tests.pictures.catalog import FOLDER, PICTURES, Picture
from tests.pictures.terminal import Screen, figure


@pytest.mark.server
@pytest.mark.parametrize(
    "picture", [picture for picture in PICTURES if picture.cheap], ids=lambda each: each.name
)
def test_a_picture_is_up_to_date(picture: Picture) -> None:
    made, kept = picture.make(), (FOLDER / picture.name).read_text("utf-8")
    assert made == kept, f"run `make pictures`, and look at docs/pictures/{picture.name}"


def test_every_picture_is_made_by_a_command_and_shown_on_a_page() -> None:
    names = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert names == {picture.name for picture in PICTURES}
    pages = [path for path in FOLDER.parent.rglob("*.md") if "_build" not in path.parts]
    text = "\n".join(path.read_text("utf-8") for path in pages)
    assert [name for name in names if f"pictures/{name}" not in text] == []


def test_a_screen_is_what_a_terminal_shows() -> None:
    screen = Screen("one\n\x1b[1;32mtwo\x1b[0m <3\r\n⠋ waiting\x1b[2K\r\x1b[1A\x1b[2Kdone\n")
    assert screen.text() == "one\ndone\n"
    assert Screen("\x1b[1;31mbad\x1b[0m\x1b[?25l").html() == '<span class="bold red">bad</span>'
    assert "&lt;3" in figure("A & B", [("x", Screen("<3"))])
    assert "A &amp; B" in figure("A & B", [])
    with pytest.raises(ValueError, match="unknown control sequence"):
        Screen("\x1b[5n")


def test_the_long_screens_have_no_escape_sequence_left() -> None:
    for path in FOLDER.glob("*.html"):
        assert not re.search("[\x00-\x08\x0b-\x1f]", path.read_text("utf-8")), path.name
