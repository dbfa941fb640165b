"""What the fonts that we ship can write. PDF/A refuses a letter that no font has, such as an emoji, and then there would be no file."""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

from flask_babel import gettext as _

FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts"


_LONG = re.compile(r"\S{49,}")
_PLACES = re.compile(r"[/?&=_.,;:-]+(?=[^/?&=_.,;:-])|.{30}(?=.)")


def printable(text: str) -> str:
    """A text in letters that the fonts have: others by their name, or as one remark for a run of another script. A word that is too long
    for a line (an address, say) gets places where it may go on below.
    """
    return _LONG.sub(lambda word: _PLACES.sub(lambda place: f"{place[0]}\u200b", word[0]), _lettered(text))


def _lettered(text: str) -> str:
    if all(one in " \n" or ord(one) in _letters() for one in text):
        return text
    made: list[str] = []
    foreign = False
    for one in unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n"):
        if one in " \n" or ord(one) in _letters():
            made.append(one)
            foreign = foreign and one == " "
            continue
        category = unicodedata.category(one)
        if one == "\t" or category == "Zs":
            made.append(" ")
        elif category in ("Lo", "Lu", "Ll", "Lt", "Lm", "Nd", "Nl"):
            if not foreign:
                made.append(_("[tekst in een ander schrift]"))
            foreign = True
        elif category[0] in "SP" and category != "Sk":  # Sk: the colour of a hand, which follows the hand
            made.append(f"[{unicodedata.name(one, 'symbol').lower()}]")
    return "".join(made)


@cache
def _letters() -> frozenset[int]:
    """The characters that both fonts have (their ``cmap``, format 12)."""
    return frozenset.intersection(*(_characters(path.read_bytes()) for path in sorted(FONTS.glob("*.otf"))))


def _characters(font: bytes) -> frozenset[int]:
    count = struct.unpack_from(">H", font, 4)[0]
    tables = {font[at : at + 4]: struct.unpack_from(">L", font, at + 8)[0] for at in range(12, 12 + 16 * count, 16)}
    start = tables[b"cmap"]
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        at = start + struct.unpack_from(">L", font, start + 4 + 8 * number + 4)[0]
        if struct.unpack_from(">H", font, at)[0] == 12:
            for group in range(struct.unpack_from(">L", font, at + 12)[0]):
                first, last, glyph = struct.unpack_from(">LLL", font, at + 16 + 12 * group)
                found.update(code for code in range(first, last + 1) if glyph + code - first)
    return frozenset(
        code
        for code in found
        if code >= 32 and not 0x7F <= code < 0xA0 and not 0xE000 <= code < 0xF900 and not unicodedata.category(chr(code)) == "Cf"
    )
