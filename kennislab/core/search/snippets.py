"""Showing why something was found: the words that matched, marked, in the part of the text that holds most of them."""

from __future__ import annotations

from collections.abc import Collection

from kennislab.core import language
from kennislab.core.search import joining
from kennislab.core.search.shapes import Marked

LONGEST = 280
"""Characters of a snippet, more or less."""


def mark(text: str, stems: Collection[str]) -> Marked:
    """The text in pieces, those whose stem is wanted marked. Joined together they are the text again."""
    if not stems:
        return [(text, False)] if text else []
    pieces: Marked = []
    at = 0
    whole = [token for token in joining.joined(text) if token.stem in stems]
    for token in sorted([*language.tokens(text), *whole], key=lambda token: (token.start, -token.end)):
        if token.stem and token.stem in stems and token.start >= at:
            if token.start > at:
                pieces.append((text[at : token.start], False))
            pieces.append((text[token.start : token.end], True))
            at = token.end
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces


def snippet(pieces: Marked, longest: int = LONGEST) -> Marked:
    """The stretch with most marks, cut at words, with … where something was left out."""
    if sum(len(piece) for piece, _ in pieces) <= longest:
        return pieces
    starts, at = [], 0
    for piece, _ in pieces:
        starts.append(at)
        at += len(piece)
    whole = "".join(piece for piece, _ in pieces)
    marked = [start for start, (_, is_marked) in zip(starts, pieces, strict=True) if is_marked]
    best = max(marked, key=lambda place: (sum(place <= other < place + longest - 40 for other in marked), -place), default=0)
    begin = max(0, best - 60)
    if begin:
        begin = whole.find(" ", begin) + 1 or begin
        begin = min(begin, best) if marked else begin
    end = min(len(whole), begin + longest)
    if end < len(whole):
        end = max(whole.rfind(" ", begin, end), begin + longest // 2)
    kept: Marked = [("… ", False)] if begin else []
    for start, (piece, is_marked) in zip(starts, pieces, strict=True):
        part = piece[max(0, begin - start) : max(0, end - start)]
        if part:
            kept.append((part, is_marked))
    if end < len(whole):
        kept.append((" …", False))
    return kept
