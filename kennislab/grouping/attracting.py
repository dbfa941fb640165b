"""What belongs with a title that somebody typed, or with cards that somebody put together: the board's "laat de app hem vullen".

Reads and computes; nothing is changed. The measure of fit is how far a question's likeness to the middle of what was given lies above
that of an arbitrary question of this lab, in standard deviations: it says the same for a lab of twenty questions and one of five hundred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from kennislab.core import jobs
from kennislab.core.errors import N_, Invalid
from kennislab.grouping import proposing, queries
from kennislab.grouping.engine.encoder import Encoder, Matrix, default_encoder
from kennislab.grouping.engine.space import theme_space

MOST_SHOWN = 40
STRONG, FAIR, LEAST = 2.75, 2.0, 1.25
"""From this measure on a question suits well, fairly, perhaps. On sets with known themes about three in four, one in three and one in
six of them belong to the theme that was typed."""
_TITLE = 2.0
"""A typed title weighs as much as so many cards."""
_FULL = 5.0
"""The measure at which the bar is full."""

WORDS: Mapping[str, str] = {"strong": N_("Past goed"), "fair": N_("Past redelijk"), "weak": N_("Past misschien")}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may belong with it. ``level``: key of WORDS; ``percent``: how full its bar is; ``taken``: chosen beforehand."""

    card: queries.Card
    level: str
    percent: int
    taken: bool


@dataclass(frozen=True, slots=True)
class Filling:
    """``title``: as typed, else a suggestion; ``given``: the cards it began with; ``found``: what resembles them, best first."""

    title: str
    given: list[queries.Card]
    found: list[Candidate]


def measured(texts: Sequence[str], vectors: Matrix, encoder: Encoder, title: str, given: Sequence[int]) -> npt.NDArray[np.float64]:
    """Per text how well it belongs with ``title`` (may be empty) and the texts ``given``, in deviations above an arbitrary other one.

    Pure. Zero for all when there is nothing to go by.
    """
    count = len(texts)
    rows = np.vstack([vectors, encoder.encode([title])]) if title else vectors
    space = theme_space(np.asarray(rows, np.float32), [*texts, title] if title else list(texts), encoder.name)
    middle = space[list(given)].sum(0) if given else np.zeros(space.shape[1], np.float32)
    if title:
        middle = middle + _TITLE * space[-1]
    length = float(np.linalg.norm(middle))
    others = np.setdiff1d(np.arange(count), list(given))
    if length < 1e-6 or not len(others):
        return np.zeros(count)
    like = np.asarray(space[:count] @ (middle / length), np.float64)
    usual = float(np.median(like[others]))
    spread = 1.4826 * float(np.median(np.abs(like[others] - usual)))
    return (like - usual) / max(spread, 0.05)


def level_of(measure: float) -> str:
    """Key of WORDS; empty below what is worth showing."""
    return "strong" if measure >= STRONG else "fair" if measure >= FAIR else "weak" if measure >= LEAST else ""


def attracted(session: Session, lab_id: int, title: str, given: Sequence[int], theme_id: int | None = None) -> Filling:
    """What belongs with a title, with these questions, or with the theme of this id and all that is in it.

    Chosen beforehand is what suits at least fairly and was not put elsewhere by a person. Raises Invalid with nothing to go by.
    """
    cards = queries.cards_of(session, lab_id)
    inside = {card.question.id for card in cards if theme_id is not None and card.theme_id == theme_id}
    wanted = set(given) | inside
    begun = [card for card in cards if card.question.id in wanted]
    title = " ".join(title.split())
    if not title and not begun:
        raise Invalid("nothing-to-go-by", N_("Typ een titel of kies kaarten"), N_("Dan zoekt de app de vragen die erbij passen."))
    vectors, _ = proposing.vectors_for(session, [(card.question.id, card.question.text) for card in cards])
    texts = [card.question.text for card in cards]
    at = [place for place, card in enumerate(cards) if card.question.id in wanted]
    scores = jobs.off_hub(measured, texts, vectors, default_encoder(), title, at)
    order = [int(place) for place in np.argsort(-scores, kind="stable") if int(place) not in set(at)]
    found = [_candidate(cards[place], float(scores[place])) for place in order[:MOST_SHOWN] if level_of(float(scores[place]))]
    if not title:
        title = proposing.name_for(session, lab_id, [card.question.id for card in begun])
    return Filling(title, [card for card in begun if card.question.id not in inside], found)


def _candidate(card: queries.Card, measure: float) -> Candidate:
    level = level_of(measure)
    elsewhere = card.fixed  # in a theme, or parked on the pile, by a person
    return Candidate(card, level, round(100 * min(measure, _FULL) / _FULL), level != "weak" and not elsewhere)
