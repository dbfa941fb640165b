"""Translations: Dutch is the source language, ``translations/<language>/LC_MESSAGES/messages.po`` holds the others.

The .po files are read as they are (no compiled copy that could be stale).
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).parent.parent / "translations"


@cache
def translations(language: str) -> Translations:
    """The catalogue of a language; empty for Dutch, whose texts are the keys."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Translations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(fp=compiled)


@cache
def script_texts(language: str) -> dict[str, str | list[str]]:
    """Source → translation for every text that occurs in ``static/js``; of texts with a number, the singular → [one, other]."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    texts: dict[str, str | list[str]] = {}
    for message in catalogue:
        if not message.id or not any("static/js" in place for place, _line in message.locations):
            continue
        source: Any = message.id
        if isinstance(source, tuple | list):
            forms = [str(form) for form in message.string or ()]
            if len(forms) == 2 and all(forms):
                texts[str(source[0])] = forms
        elif message.string:
            texts[str(source)] = str(message.string)
    return texts
