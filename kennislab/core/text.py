"""What people type, made fit to show to a room; and whether two names can be taken for each other."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_UNSEEN = dict.fromkeys(
    [
        *range(0x202A, 0x202F),  # direction: embeddings and overrides
        *range(0x2066, 0x206A),  # direction: isolates
        *(0x200E, 0x200F, 0x061C, 0xFEFF),
        *(0x00AD, 0x034F, 0x180E, 0x200B, 0x3164, 0xFFA0, 0x115F, 0x1160),  # nothing to see, yet another text
        *range(0x2060, 0x2066),
        *range(0x206A, 0x2070),
        *range(0xFFF9, 0xFFFC),
        *range(0x180B, 0x180E),
        *range(0xFE00, 0xFE0E),
        *range(0xE0100, 0xE01F0),
    ]
)
_JOINER, _NON_JOINER, _KEYCAP, _BLACK_FLAG = "\u200d", "\u200c", "\u20e3", "\U0001f3f4"
_STYLE = "\ufe0e\ufe0f"
_MOST_MARKS = 2
"""Vietnamese, Arabic with its vowels and Hebrew with its points have two marks on a letter; more is a tower."""


def tidy(text: str) -> str:
    """The text as it may be shown to a room: NFC, no direction tricks, nothing invisible, no stacked marks, single line ends.

    What joins emoji, and letters of scripts that are written joined, stays: without it other people's words and pictures break.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_UNSEEN)
    kept: list[str] = []
    marks = 0
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        stacks = category in ("Mn", "Me") and character not in _STYLE
        marks = marks + 1 if stacks else 0 if category != "Cf" else marks
        if marks > _MOST_MARKS or not _stays(character, category, kept[-1] if kept else "", text[place + 1 : place + 2]):
            continue
        kept.append(character)
    return "".join(kept).strip()


def _stays(character: str, category: str, before: str, after: str) -> bool:
    if character in (_JOINER, _NON_JOINER):
        return _joins(before, after) or (character == _JOINER and _pictures(before, after))
    if character in _STYLE:
        return before != "" and (_picture(before) or before in "#*0123456789")
    if 0xE0000 <= ord(character) <= 0xE007F:  # tags: the flags of Wales and Scotland, and otherwise unseen text
        return before == _BLACK_FLAG or 0xE0000 <= ord(before or "a") <= 0xE007F
    if category == "Cn":
        return 0x1F000 <= ord(character) <= 0x1FAFF  # pictures that are younger than this list of characters
    return category not in ("Cc", "Cs", "Co") or character in "\n\t"


def _joins(before: str, after: str) -> bool:
    """Whether both are letters (or marks on them) of a script in which a joiner changes how they are written."""
    return bool(before and after) and all(0x0600 <= ord(one) <= 0x0DFF for one in (before, after))


def _picture(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sk", "Cn") or character in _STYLE or character == _KEYCAP


def _pictures(before: str, after: str) -> bool:
    return bool(before and after) and _picture(before) and (_picture(after) or after in "\u2640\u2642")


# Letters that are drawn alike, by the Latin one: the idea of "skeletons" in Unicode Technical Standard 39, for what is met in names.
_ALIKE: dict[str, str] = {}
for _latin, _others in {
    "a": "аαɑ4", "b": "ьЬвβ8", "c": "сϲ", "d": "ԁ", "e": "еε3є", "f": "ғ", "g": "ɡ9", "h": "һн", "i": "іιl1|!ıјj", "k": "кκ", "m": "мμ",
    "n": "ոпηп", "o": "оο0օσ", "p": "рρ", "q": "ԛ", "r": "гг", "s": "ѕ5$", "t": "тτ7", "u": "υս", "v": "ѵν", "w": "ԝω", "x": "хχ",
    "y": "уүγ", "z": "ᴢ2",
}.items():  # fmt: skip
    for _other in _others:
        _ALIKE[_other] = _latin
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


@lru_cache(maxsize=4096)
def skeleton(name: str) -> str:
    """What is left of a name when all that looks alike is the same: case, accents, spaces and look-alike letters gone.

    Two names with the same skeleton can be taken for each other. Empty when nothing is left.
    """
    plain = unicodedata.normalize("NFKD", tidy(name)).casefold()
    letters = [_ALIKE.get(one, one) for one in plain if not unicodedata.category(one).startswith(("M", "Z", "C", "P")) or one in _ALIKE]
    found = "".join(letters)
    for pair, one in _PAIRS:
        found = found.replace(pair, one)
    return unicodedata.normalize("NFC", found)
