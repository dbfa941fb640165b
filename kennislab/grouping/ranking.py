"""Participants say which themes they would like to work on: opening and closing that, and what everybody chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import queries as accounts
from kennislab.accounts.actors import Actor
from kennislab.core import clock, journal
from kennislab.core.errors import N_, Invalid
from kennislab.core.transaction import Tx
from kennislab.grouping import queries
from kennislab.grouping.models import Board, Ranking
from kennislab.programme.models import Lab

LEAST_CHOICES = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody would like. ``choices``: themes that are still on the board, first wish first; ``solved``: those they solved before."""

    person_id: int
    choices: tuple[int, ...]
    solved: tuple[int, ...]
    can_lead: bool
    at: datetime
    by_name: str


def rankings_of(session: Session, lab_id: int) -> dict[int, Chosen]:
    """Person id → what they chose. A theme that went from the board meanwhile is left out; who has none left is still there."""
    there = {theme.id for theme in queries.themes_of(session, lab_id)}
    rows = session.scalars(sa.select(Ranking).where(Ranking.lab_id == lab_id)).all()
    return {row.person_id: _chosen(row, there) for row in rows}


def ranking_of(session: Session, lab_id: int, person_id: int) -> Chosen | None:
    """What this person chose; None when they have not yet."""
    row = session.get(Ranking, (lab_id, person_id))
    return None if row is None else _chosen(row, {theme.id for theme in queries.themes_of(session, lab_id)})


def _chosen(row: Ranking, there: set[int]) -> Chosen:
    choices = tuple(theme_id for theme_id in row.choices if theme_id in there)
    solved = tuple(theme_id for theme_id in row.solved if theme_id in there)
    return Chosen(row.person_id, choices, solved, row.can_lead, row.at, row.by_name)


def is_open(session: Session, lab_id: int) -> bool:
    """Whether themes may be ranked now: opened, and its last moment has not passed."""
    row = queries.board_row(session, lab_id)
    return row is not None and row.ranking_open and (row.ranking_until is None or clock.now() <= row.ranking_until)


def least_choices(themes: int) -> int:
    """How many themes somebody ranks at least, when there are so many to choose from."""
    return min(LEAST_CHOICES, themes)


def open_ranking(tx: Tx, lab: Lab, until: datetime | None, by: Actor) -> Board:
    """Participants may rank from now on; again with another ``until`` moves the end. Raises Invalid: fewer than two themes, or an end in
    the past."""
    journal.hold(tx, queries.stream_of(lab.id))
    if len(queries.themes_of(tx.session, lab.id)) < 2:
        raise Invalid(
            "too-few-themes",
            N_("Er is nog niets te kiezen"),
            N_("Maak eerst minstens twee thema’s op het bord."),
        )
    if until is not None and until <= clock.now():
        raise Invalid(fields={"until": N_("Kies een moment dat nog komt.")})
    row = queries.board_row(tx.session, lab.id)
    if row is None:
        row = Board(lab_id=lab.id)
        tx.session.add(row)
    row.ranking_open, row.ranking_until = True, until
    tx.session.flush()
    _announce(tx, lab, by, "open-ranking")
    return row


def close_ranking(tx: Tx, lab: Lab, by: Actor) -> None:
    """From now on nobody ranks any more; what they chose stays. Nothing happens when it was closed already."""
    journal.hold(tx, queries.stream_of(lab.id))
    row = queries.board_row(tx.session, lab.id)
    if row is not None and row.ranking_open:
        row.ranking_open = False
        tx.session.flush()
        _announce(tx, lab, by, "close-ranking")


def _announce(tx: Tx, lab: Lab, by: Actor, verb: str) -> None:
    data: dict[str, Any] = {"verb": verb, "details": {}, "columns": [], "by": by.name, "change": None}
    journal.append(tx, queries.stream_of(lab.id), [journal.Entry("groups.changed", data, actor=f"p:{by.person_id}")])


def save_ranking(tx: Tx, lab: Lab, person_id: int, choices: Sequence[int], solved: Sequence[int], can_lead: bool, by: Actor) -> Ranking:
    """Writes down, or replaces, what somebody would like. Whether it may: ``policies.may_rank`` and ``policies.may_rank_for``.

    Who fills it in for themselves ranks at least three themes (all, when there are fewer); for somebody else one is enough, because
    that is what was heard. Raises Invalid with the fields that are not right, or when the person is not in the programme.
    """
    themes = {theme.id for theme in queries.themes_of(tx.session, lab.id)}
    wanted = list(dict.fromkeys(choices))
    least = least_choices(len(themes)) if by.person_id == person_id else 1
    if accounts.membership(tx.session, person_id, lab.programme_id) is None:
        raise Invalid(
            "not-in-programme", N_("Deze persoon hoort niet bij dit programma"), N_("Voeg de persoon eerst toe aan het programma.")
        )
    if not themes.issuperset(wanted):
        raise Invalid(
            "theme-gone",
            N_("Een van deze thema’s is er niet meer"),
            N_("De begeleider veranderde ze. Kijk wat er nu is en kies opnieuw."),
        )
    if len(wanted) < least:
        few = N_("Kies minstens één thema.") if least == 1 else N_("Kies minstens drie thema’s, of allemaal als er minder zijn.")
        raise Invalid(fields={"choices": few})
    row = tx.session.get(Ranking, (lab.id, person_id))
    if row is None:
        row = Ranking(lab_id=lab.id, person_id=person_id)
        tx.session.add(row)
    row.choices, row.solved, row.can_lead = wanted, sorted(themes.intersection(solved)), can_lead
    row.at, row.by_name = clock.now(), "" if by.person_id == person_id else by.name
    tx.session.flush()
    return row
