"""What people type, made fit to show to a room."""

from __future__ import annotations

import unicodedata

_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF])


def tidy(text: str) -> str:
    """The text as it may be shown to a room: NFC, no direction tricks, no stacked marks, single line ends."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_BIDI)
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > 2 or (category in ("Cc", "Cs", "Co", "Cn") and character not in "\n\t"):
            continue
        kept.append(character)
    return "".join(kept).strip()
