"""Reading tips before the day: what the archive and the products hold about what somebody asks, or about the theme of their group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kennislab.core import search
from kennislab.core.search import Hit
from kennislab.programme.models import Lab

KINDS = ("solution", "lesson", "insight", "success_factor", "bottleneck", "product")
"""What is worth reading beforehand: what was learned, not what was asked."""
LEAST = 0.16
"""Below this likeness something is not about it (see :func:`kennislab.core.search.similar`)."""


@dataclass(frozen=True, slots=True)
class Tip:
    """Something to read. ``place``: its municipality, ``quarter`` as ``2026-Q4``, empty when unknown. ``worked``: somewhere."""

    kind: str
    text: str
    url: str
    place: str
    quarter: str
    worked: bool


def tips_for(session: Session, lab: Lab, about: Sequence[str], most: int = 4) -> list[Tip]:
    """What is most like any of the texts ``about``, best first; only what every participant of the programme may read."""
    audiences = {"public", f"programme:{lab.programme_id}"}
    best: dict[tuple[str, str], Hit] = {}
    for text in about:
        for hit in search.similar(session, text, KINDS, audiences, most, least=LEAST):
            known = best.get((hit.kind, hit.key))
            if known is None or known.score < hit.score:
                best[hit.kind, hit.key] = hit
    found = sorted(best.values(), key=lambda hit: (-hit.score, hit.kind, hit.key))[:most]
    return [_tip(hit) for hit in found]


def _tip(hit: Hit) -> Tip:
    def one(facet: str) -> str:
        return next(iter(hit.facets.get(facet, [])), "")

    return Tip(hit.kind, hit.title, hit.url, one("municipality"), one("quarter"), one("outcome") == "worked")
