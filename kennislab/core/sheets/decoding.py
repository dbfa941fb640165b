"""Bytes to text: which encoding somebody's spreadsheet wrote, told by what would make sense to a Dutch reader."""

from __future__ import annotations

import codecs

from kennislab.core.errors import N_
from kennislab.core.sheets.shapes import NOT_A_TABLE, Note, refusal

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL = ("cp1252", "mac_roman", "cp850")
"""What programs on Windows, on old Macs and of DOS write here; the likeliest first."""

_NEXT = {"cp1254": "ğĞşŞıİ", "cp1250": "ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřťůČĎĚŇŘŤŮőűŐŰășțĂŞŢşţđĐ"}
"""Windows in Turkish, and of Central Europe: names that live here too. With the letters that they have beyond the usual ones."""

_OTHERS = ["cp1254", "cp1250", "cp1252", "iso8859_2", "iso8859_9", "iso8859_15", "mac_turkish", "mac_latin2", "cp1253", "cp1251"]
_EXPECTED = frozenset("éëïöüèêáàóòäâîôûçñíúìùÉËÏÖÜÈÊÁÀÓÄÂÎÔÇÑÍÚåÅøØæÆßœŒãõ€‘’“”„–—…•·°±²³½¼´«»×÷§©®™ºª£¡¿\xa0šžŠŽ")
"""Beyond ASCII, what is met in names and sentences of people in the Netherlands."""

_NOTES = {
    "cp1252": N_("De letters zijn gelezen als die van Windows."),
    "mac_roman": N_("De letters zijn gelezen als die van een oudere Mac."),
    "cp850": N_("De letters zijn gelezen als die van DOS."),
    "utf-16": N_("De letters zijn gelezen als Unicode (UTF-16)."),
    "utf-32": N_("De letters zijn gelezen als Unicode (UTF-32)."),
}
_OTHER = N_("De letters zijn gelezen als %(encoding)s. Kijk of namen met accenten kloppen.")


def decode(data: bytes) -> tuple[str, list[Note]]:
    """The text, and what to tell about it (nothing for plain UTF-8). Raises Invalid for what is no text."""
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise refusal(NOT_A_TABLE) from error
    if sum(ord(one) < 32 and one not in "\t\n\r" for one in text) > len(text) / 100 + 1:
        raise refusal(NOT_A_TABLE)
    text = text.replace("\x1a", "").removeprefix("\ufeff")
    if encoding.startswith("utf-8"):
        return text, []
    known = _NOTES.get(encoding[:6] if encoding.startswith("utf") else encoding)
    return text, [Note(known) if known else Note(_OTHER, {"encoding": encoding})]


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if 0 in data[:4096]:
        return _wide(data[:4096])
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        return _eight_bits(data)


def _wide(data: bytes) -> str:
    """UTF-16 without its mark: of plain letters, every other byte is zero."""
    half = max(1, len(data) // 2)
    if data[1::2].count(0) > 0.6 * half and data[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if data[::2].count(0) > 0.6 * half and data[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    raise refusal(NOT_A_TABLE)


def _eight_bits(data: bytes) -> str:
    for candidates in (dict.fromkeys(_USUAL, ""), _NEXT):
        scores = {encoding: _sense(data, encoding, _EXPECTED | frozenset(more)) for encoding, more in candidates.items()}
        best = max(scores, key=lambda encoding: scores[encoding])
        if scores[best] >= 0.85:
            return best
    from charset_normalizer import from_bytes  # slow to import, and only needed for what is rare here

    found = from_bytes(data, cp_isolation=_OTHERS).best()
    return str(found.encoding) if found is not None else "cp1252"


def _sense(data: bytes, encoding: str, expected: frozenset[str]) -> float:
    """From about -1 to 1: how many of the letters beyond ASCII may be expected, less those that stand where they would not."""
    letters = bytes(one for one in data if one > 127).decode(encoding, "replace")
    return sum(one in expected for one in letters) / len(letters) - _misplaced(data, encoding)


def _misplaced(data: bytes, encoding: str) -> float:
    """The share of capitals right after a small letter ("geÎnd"), signs between letters ("caf‚s"): a sign of the wrong encoding."""
    text = data.decode(encoding, "replace")
    beyond = wrong = 0
    for before, here, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if ord(here) < 128:
            continue
        beyond += 1
        inside = before.isalpha() and after.isalpha()
        wrong += (here.isupper() and before.islower()) or (inside and not here.isalpha() and here not in "’‘·–-")
    return wrong / beyond if beyond else 0.0
