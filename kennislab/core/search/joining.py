"""Words that are written in pieces: *co-creatie* is found as *cocreatie* and the other way round, *2.400* as *2400*."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kennislab.core import language
from kennislab.core.language import Token

_PIECES = re.compile(r"(?<![^\W_])(?:[^\W_]+(?:[-\u2010\u2011][^\W_]+){1,3}|\d{1,3}(?:\.\d{3})+)(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Joined(Token):
    """Such a word as one. ``pieces``: the stems of what it is written in."""

    pieces: tuple[str, ...]


def joined(text: str) -> Iterator[Joined]:
    """The words of a text that are written in pieces, as one word each. What no word could be long enough for is none."""
    if "-" not in text and "\u2010" not in text and "\u2011" not in text and "." not in text:
        return
    for match in _PIECES.finditer(text):
        tokens = list(language.tokens(match.group()))
        whole = "".join(token.word for token in tokens)
        if len(tokens) > 1 and len(whole) < language.LONGEST:
            yield Joined(match.start(), match.end(), whole, language.stem(whole), tuple(token.stem for token in tokens if token.stem))
