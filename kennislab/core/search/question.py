"""Reading what somebody typed: words, "phrases", "exactly" this word, -excluded. Any text is a question; none is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kennislab.core import language
from kennislab.core.language import Token
from kennislab.core.search import joining

MOST_CHARACTERS = 2_000
MOST_WORDS = 40

_PIECE = re.compile(r'(?P<minus>(?<!\S)[-\u2212\u2013])?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
MINUS = ("-", "\u2212", "\u2013")
QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‟": '"'})


@dataclass
class Question:
    """What was asked. ``half``: the last word, when it may still be growing (nothing was typed after it)."""

    words: list[Token] = field(default_factory=list)
    phrases: list[list[Token]] = field(default_factory=list)
    without: list[list[Token]] = field(default_factory=list)
    half: str = ""

    @property
    def asks(self) -> bool:
        """Whether there is anything to look for (else: everything, minus what is excluded)."""
        return bool(self.words or self.phrases)


def read(text: str, half_typed: bool = False) -> Question:
    """The question in a text. Of a word that comes twice the first counts; a stop word is left out unless nothing else is there."""
    text = text[:MOST_CHARACTERS].translate(QUOTES).replace("\x00", " ")
    if text.count('"') % 2:
        at = text.rindex('"')
        text = f"{text[:at]} {text[at + 1 :]}"
    question = Question()
    seen: set[str] = set()
    every: list[Token] = []
    for match in _PIECE.finditer(text):
        found = list(language.tokens(match["phrase"] if match["phrase"] is not None else match["word"]))
        meant = [token for token in found if token.stem]
        if match["minus"]:
            question.without += [meant] * bool(meant) + [[token] for token in joining.joined(match["word"] or "")]
            continue
        if match["phrase"] is not None and meant:
            question.phrases.append(meant[:MOST_WORDS])
            continue
        if match["word"] and len(found) > 1:
            whole = list(joining.joined(match["word"]))
            if len(whole) == 1 and whole[0].end - whole[0].start == found[-1].end - found[0].start:
                found, meant = [*whole], [*whole]
        every.extend(found)
        for token in meant:
            if token.stem not in seen and len(question.words) < MOST_WORDS:
                seen.add(token.stem)
                question.words.append(token)
    question.phrases = question.phrases[:8]
    question.without = question.without[:8]
    if half_typed and every and text[-1:].isalnum():
        last = every[-1]
        question.half = last.word
        if not last.stem:  # "de" may become "deelauto"
            question.words.append(Token(last.start, last.end, last.word, language.stem(last.word)))
    return question
