"""The width of texts, and breaking them into lines.

A reader's font is not known, so a letter is as wide as in the widest of the common fonts: the
larger of Arial's and DejaVu Sans's width.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# In thousandths of the font's size, from the space on.
_REGULAR: Final = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337),
    *(636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556),
    *(1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500, 667, 557, 863, 748, 787),
    *(667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556),
    *(500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612),
    *(635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838),
)
_BOLD: Final = (
    *(348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365),
    *(696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611),
    *(1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 556, 775, 637, 995, 837, 850),
    *(733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 556),
    *(500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687),
    *(716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838),
)
_PUNCTUATION: Final = {"…": 1000, "\u2013": 556, "\u00d7": 838, "·": 380, "\u2019": 380}
_OTHER: Final = 1200  # of most other alphabets, no letter is wider
_WIDEST: Final = 1600
# Where a word may be broken: after punctuation, and before a capital letter.
_BREAKS: Final = re.compile(r"(?<=[-_./:,}+)@])|(?<=[a-z0-9])(?=[A-Z])|(?<= )")


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in pixels, or a little more.

    Args:
        text: The text, in one line.
        size: The size of the font in pixels.
        bold: Whether it is bold.
    """
    return sum(_letter(letter, bold) for letter in text) * size / 1000


def lines_of(
    text: str, width: float, size: float, *, bold: bool = False, most: int = 2
) -> list[str]:
    """Return a text in lines, the last of which ends with an ellipsis if there is more.

    Args:
        text: The text.
        width: The width of the lines in pixels.
        size: The size of the font in pixels.
        bold: Whether it is bold.
        most: The largest number of lines.
    """
    pieces = [piece for piece in _BREAKS.split(" ".join(text.split())) if piece]
    lines: list[str] = []
    while pieces and len(lines) < most:
        line = pieces.pop(0)
        while pieces and width_of((line + pieces[0]).rstrip(), size, bold=bold) <= width:
            line += pieces.pop(0)
        if width_of(line.rstrip(), size, bold=bold) > width:  # one piece is too long
            kept = _prefix(line, width, size, bold)
            pieces.insert(0, line[len(kept) :])
            line = kept
        lines.append(line.rstrip())
    if pieces:
        rest = f"{lines[-1]}{''.join(pieces)}"
        lines[-1] = _prefix(rest, width - width_of("…", size, bold=bold), size, bold).rstrip() + "…"
    return lines


def _prefix(text: str, width: float, size: float, bold: bool) -> str:
    """Return as much of the beginning of a text as fits, and one letter at least."""
    used = 0.0
    for number, letter in enumerate(text):
        used += width_of(letter, size, bold=bold)
        if used > width and number:
            return text[:number]
    return text


def _letter(letter: str, bold: bool) -> int:
    table = _BOLD if bold else _REGULAR
    place = ord(letter) - 32
    if 0 <= place < len(table):
        return table[place]
    if letter in _PUNCTUATION:
        return _PUNCTUATION[letter]
    if unicodedata.combining(letter):
        return 0
    plain = unicodedata.normalize("NFD", letter)[0]
    if plain != letter:
        return _letter(plain, bold)
    return _OTHER if ord(letter) < 0x2000 or ord(letter) >= 0x2E80 else _WIDEST
