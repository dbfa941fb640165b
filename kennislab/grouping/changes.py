"""How a change of the board is remembered (for undo), told (to who looks on) and brought back.

The journal stream is taken first, so changes of one board follow each other; nothing is ever overwritten by an undo that somebody
else has changed since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.core import journal
from kennislab.core.transaction import Tx
from kennislab.grouping import queries
from kennislab.grouping.models import BoardChange, ChangeState, Placement, ProposedBy, Theme
from kennislab.programme.models import Lab

State = dict[str, dict[str, Any]]
"""``themes``: id → [title, subtitle, position, tone, proposed_by, gone]; ``cards``: question id →
[theme id, position, placed, fit]. A change that was written before cards had a fit holds three values per card."""


@dataclass
class Edit:
    """A change in the making: remembers how everything that it touches was."""

    tx: Tx
    lab_id: int
    before: State = field(default_factory=lambda: {"themes": {}, "cards": {}})

    def theme(self, theme: Theme) -> Theme:
        """The same theme, which is about to be changed."""
        self.before["themes"].setdefault(str(theme.id), _theme_state(theme))
        return theme

    def new_theme(self, title: str, subtitle: str, position: float, tone: int, by: ProposedBy) -> Theme:
        """A theme that was not there; before, it counts as gone."""
        theme = Theme(lab_id=self.lab_id, title=title, subtitle=subtitle, position=position, tone=tone, proposed_by=by)
        self.tx.session.add(theme)
        self.tx.session.flush()
        self.before["themes"][str(theme.id)] = [*_theme_state(theme)[:-1], True]
        return theme

    def card(self, question_id: int) -> Placement:
        """Where a question lies, about to be changed; a question that was never placed gets its row."""
        row = self.tx.session.get(Placement, question_id)
        if row is None:
            row = Placement(question_id=question_id, lab_id=self.lab_id, theme_id=None, position=0.0, placed_by_person=False)
            self.tx.session.add(row)
        self.before["cards"].setdefault(str(question_id), _card_state(row))
        return row

    def done(self, by: Actor, verb: str, **details: Any) -> BoardChange:
        """The change is made: one row of the change log, and one entry of the journal. What this person undid cannot be redone any more."""
        self.tx.session.flush()
        session = self.tx.session
        after: State = {
            "themes": {id_: _theme_state(session.get_one(Theme, int(id_))) for id_ in self.before["themes"]},
            "cards": {id_: _card_state(session.get_one(Placement, int(id_))) for id_ in self.before["cards"]},
        }
        mine = sa.update(BoardChange).where(
            BoardChange.lab_id == self.lab_id, BoardChange.person_id == by.person_id, BoardChange.state == ChangeState.UNDONE
        )
        session.execute(mine.values(state=ChangeState.DEAD))
        change = BoardChange(
            lab_id=self.lab_id, person_id=by.person_id, person_name=by.name, verb=verb, details=details, before=self.before, after=after
        )
        session.add(change)
        session.flush()
        announce(self.tx, self.lab_id, by, verb, details, columns_of(self.before, after), change.id)
        return change


def _theme_state(theme: Theme) -> list[Any]:
    return [theme.title, theme.subtitle, theme.position, theme.tone, theme.proposed_by.value, theme.gone]


def _card_state(row: Placement) -> list[Any]:
    return [row.theme_id, row.position, row.placed_by_person, row.fit]


def columns_of(*states: State) -> list[str]:
    """Keys of the columns that look different when a board goes from one of these states to another."""
    keys = {id_ for state in states for id_ in state["themes"]}
    keys |= {"pile" if card[0] is None else str(card[0]) for state in states for card in state["cards"].values()}
    return sorted(keys)


def announce(tx: Tx, lab_id: int, by: Actor, verb: str, details: dict[str, Any], columns: list[str], change: int | None) -> None:
    """Tells who looks on what was done, and in which columns."""
    data = {"verb": verb, "details": details, "columns": columns, "by": by.name, "change": change}
    journal.append(tx, queries.stream_of(lab_id), [journal.Entry("board.changed", data, actor=f"p:{by.person_id}")])


def begin(tx: Tx, lab: Lab) -> Edit:
    """Takes the board for this transaction, and begins a change."""
    journal.hold(tx, queries.stream_of(lab.id))
    return Edit(tx, lab.id)


def restore(tx: Tx, expected: State, wanted: State) -> int:
    """Brings themes and cards to ``wanted`` where they still are as ``expected``; returns how many were not.

    Of a theme, name and presence must be as expected; of a card, its column. Places within a column may have shifted.
    """
    skipped = 0
    for id_, state in wanted["themes"].items():
        theme = tx.session.get_one(Theme, int(id_))
        was = expected["themes"][id_]
        if (theme.title, theme.gone) != (was[0], was[5]):
            skipped += 1
            continue
        theme.title, theme.subtitle, theme.position, theme.tone, theme.gone = state[0], state[1], state[2], state[3], state[5]
        theme.proposed_by = ProposedBy(state[4])
    tx.session.flush()
    for id_, (theme_id, position, placed, *fit) in wanted["cards"].items():
        row = tx.session.get(Placement, int(id_))
        if row is None or row.theme_id != expected["cards"][id_][0]:
            skipped += 1
            continue
        if theme_id is not None and tx.session.get_one(Theme, theme_id).gone:
            skipped += 1
            continue
        row.theme_id, row.position, row.placed_by_person, row.fit = theme_id, position, placed, fit[0] if fit else None
    for id_, state in wanted["themes"].items():  # what somebody put in a theme that now goes, goes to the pile, free to be proposed anew
        if state[5]:
            stray = sa.update(Placement).where(Placement.theme_id == int(id_)).values(theme_id=None, placed_by_person=False, fit=None)
            if tx.session.get_one(Theme, int(id_)).gone:
                tx.session.execute(stray, execution_options={"synchronize_session": "fetch"})
    return skipped
