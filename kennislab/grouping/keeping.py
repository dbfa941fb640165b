"""Groupings that are kept under a name, to be compared with another and put back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.core.errors import N_, Conflict, Invalid, NotFound
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.grouping import queries
from kennislab.grouping.changes import begin
from kennislab.grouping.comparing import Part
from kennislab.grouping.models import BoardChange, KeptGrouping, ProposedBy, Theme
from kennislab.programme.models import Lab

MOST_NAME = 120
MOST_KEPT = 40


def kept_of(session: Session, lab_id: int) -> Sequence[KeptGrouping]:
    """What was kept of a lab's board, newest first."""
    K = KeptGrouping
    return session.scalars(sa.select(K).where(K.lab_id == lab_id).order_by(K.id.desc())).all()


def kept(session: Session, lab_id: int, kept_id: int) -> KeptGrouping:
    """One of them. Raises NotFound."""
    found = session.scalar(sa.select(KeptGrouping).where(KeptGrouping.id == kept_id, KeptGrouping.lab_id == lab_id))
    if found is None:
        raise NotFound("kept-gone", N_("Deze bewaarde indeling is er niet meer"), N_("Iemand heeft haar misschien weggegooid."))
    return found


def parts_now(session: Session, lab_id: int) -> list[Part]:
    """The board as it is."""
    return [
        Part(column.theme.id if column.theme else None, column.theme.title if column.theme else "", [c.question.id for c in column.cards])
        for column in queries.board(session, lab_id)
    ]


def parts_kept(grouping: KeptGrouping) -> list[Part]:
    """A grouping as it was."""
    return [Part(one["id"], one["title"], one["questions"]) for one in grouping.themes]


def keep(tx: Tx, lab: Lab, by: Actor, name: str) -> KeptGrouping:
    """Keeps the board as it is now. Raises Invalid without a name, or with nothing to keep; Conflict when there are too many."""
    name = " ".join(tidy(name).split())
    if not name or len(name) > MOST_NAME:
        raise Invalid(fields={"name": N_("Geef de indeling een naam van hoogstens 120 tekens.")})
    if len(kept_of(tx.session, lab.id)) >= MOST_KEPT:
        raise Conflict(
            "too-many-kept", N_("Er zijn al heel veel bewaarde indelingen"), N_("Gooi er eerst een weg die je niet meer nodig hebt.")
        )
    columns = queries.board(tx.session, lab.id)
    if len(columns) < 2:
        raise Invalid("nothing-to-keep", N_("Er zijn nog geen thema’s"), N_("Maak eerst thema’s; dan kun je de indeling bewaren."))
    found = KeptGrouping(lab_id=lab.id, name=name, themes=[_as_kept(column) for column in columns], by_name=by.name)
    tx.session.add(found)
    tx.session.flush()
    return found


def _as_kept(column: queries.Column) -> dict[str, Any]:
    theme = column.theme
    return {
        "id": theme.id if theme else None,
        "title": theme.title if theme else "",
        "subtitle": theme.subtitle if theme else "",
        "tone": theme.tone if theme else 0,
        "by": (theme.proposed_by if theme else ProposedBy.PERSON).value,
        "questions": [card.question.id for card in column.cards],
        "fixed": [card.question.id for card in column.cards if card.fixed],
    }


def throw_away(tx: Tx, lab: Lab, kept_id: int) -> None:
    """Forgets a kept grouping; the board stays as it is."""
    tx.session.delete(kept(tx.session, lab.id, kept_id))
    tx.session.flush()


def put_back(tx: Tx, lab: Lab, by: Actor, kept_id: int) -> BoardChange:
    """Makes the board as it was kept, as one step that can be undone.

    A theme that was kept is the same theme again, also when it was taken away since, so groups that came from it hold. A question
    that came later stays in its theme when that is there, else it goes to the pile.
    """
    grouping = kept(tx.session, lab.id, kept_id)
    edit = begin(tx, lab)
    now = {card.question.id: card for card in queries.cards_of(tx.session, lab.id)}
    there = list(queries.themes_of(tx.session, lab.id))
    themes: list[tuple[Theme | None, dict[str, Any]]] = []
    for place, one in enumerate((one for one in grouping.themes if one["id"] is not None), 1):
        theme = tx.session.get(Theme, one["id"])
        if theme is None or theme.lab_id != lab.id:
            theme = edit.new_theme(one["title"], one["subtitle"], float(place), one["tone"], ProposedBy(one["by"]))
        else:
            edit.theme(theme)
            theme.title, theme.subtitle, theme.tone, theme.gone = one["title"], one["subtitle"], one["tone"], False
            theme.position, theme.proposed_by = float(place), ProposedBy(one["by"])
        themes.append((theme, one))
    present = {theme.id for theme, _ in themes if theme is not None}
    for theme in there:
        if theme.id not in present:
            edit.theme(theme).gone = True
    tx.session.flush()
    themes += [(None, one) for one in grouping.themes if one["id"] is None]
    known: set[int] = set()
    count = 0
    for target, one in themes:
        to, fixed = (target.id if target else None), set(one["fixed"])
        for place, id_ in enumerate((id_ for id_ in one["questions"] if id_ in now), 1):
            known.add(id_)
            row = edit.card(id_)
            count += row.theme_id != to
            row.fit = row.fit if row.theme_id == to else None
            row.theme_id, row.position, row.placed_by_person = to, float(place), id_ in fixed
    for id_, card in now.items():
        if id_ not in known:
            row = edit.card(id_)
            row.position += len(now)  # after what was kept
            if card.theme_id not in present:
                row.theme_id, row.placed_by_person, row.fit = None, False, None
    return edit.done(by, "put-back", title=grouping.name, count=count)
