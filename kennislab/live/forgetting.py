"""The room's part of what is known of somebody, and of forgetting; and what a room needs after a restore."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import Known, Leaving
from kennislab.core import clock, journal
from kennislab.core.backup.afterwards import after_restore
from kennislab.core.errors import N_
from kennislab.core.ids import new_id
from kennislab.core.journal import Entry, JournalEntry, Row
from kennislab.core.transaction import Tx
from kennislab.live.models import Handover, LiveOp, LivePresence, LiveRoom, Participant, stream
from kennislab.live.queries import contributions_of
from kennislab.programme import retention
from kennislab.programme.models import Lab


def _knows(session: Session, person_id: int) -> Iterator[Known]:
    rows = session.execute(
        sa.select(Participant, Lab.title).join(Lab, Lab.id == Participant.lab_id).where(Participant.person_id == person_id)
    ).all()
    for one, title in rows:
        yield Known(N_("Je deed mee aan"), f"{title} ({one.name or '–'})", one.joined_at, f"/kennislabs/{one.lab_id}")
    for lab_id in {one.lab_id for one, _ in rows}:
        for said in contributions_of(session, lab_id, person_id):
            yield Known(N_("Je schreef tijdens de bijeenkomst"), said.text, said.at, f"/kennislabs/{lab_id}")


def _forget(tx: Tx, leaving: Leaving) -> dict[str, int]:
    """The names in the rooms that this person was in, and in those of the programmes that they belonged to; what they wrote stays."""
    session = tx.session
    mine = {
        lab_id: set(ids)
        for lab_id, ids in _grouped(
            session.execute(sa.select(Participant.lab_id, Participant.id).where(Participant.person_id == leaving.id))
        )
    }
    labs = set(mine) | set(session.scalars(sa.select(Lab.id).where(Lab.programme_id.in_(leaving.programmes))))
    if not leaving.twins:  # who left a programme before may still be named in its rooms
        told = sa.select(JournalEntry.stream).where(forgetting.mentions(leaving, JournalEntry.data)).distinct()
        named = {one.removeprefix("live:") for one in session.scalars(told) if one.startswith("live:")}
        labs |= {int(number) for number in named if number.isdecimal()}
    number = sum(blank(tx, lab_id, leaving, mine.get(lab_id, set())) for lab_id in sorted(labs))
    ids = [id_ for some in mine.values() for id_ in some]
    session.execute(sa.delete(LiveOp).where(LiveOp.actor.in_([*ids, f"f:{leaving.id}"])))
    session.execute(sa.delete(LivePresence).where(LivePresence.lab_id.in_(labs)))
    now = clock.now()
    session.execute(
        sa.update(Participant).where(Participant.id.in_(ids)).values(name=None, token_hash=None, municipality_code=None, revoked_at=now)
    )
    return {N_("regels in het journaal"): number}


def _grouped(rows: Iterable[Any]) -> list[tuple[int, list[str]]]:
    found: dict[int, list[str]] = {}
    for lab_id, id_ in rows:
        found.setdefault(lab_id, []).append(id_)
    return list(found.items())


def blank(tx: Tx, lab_id: int, leaving: Leaving | None, participants: set[str]) -> int:
    """Takes the names of these participants out of a room's journal, and with ``leaving`` that name wherever it stands.

    Who is in an open room leaves it. Of a lab that is sealed the archive hears first, and chains on how the facts read since.
    """
    room = tx.session.get(LiveRoom, lab_id)
    if room is not None and room.state == "open":
        known = set(tx.session.scalars(sa.select(Participant.id).where(Participant.id.in_(participants), Participant.revoked_at.is_(None))))
        journal.append(tx, stream(lab_id), [Entry("participant.left", {"participant": id_}, id_) for id_ in sorted(known)])

    def change(row: Row) -> Row | None:
        data = row.data
        if row.type == "participant.joined" and data.get("participant") in participants:
            data = {name: value for name, value in {**data, "name": None}.items() if name != "questions"}
        if leaving is None and data.get("owner"):
            data = {**data, "owner": None}
        elif leaving is not None:
            data = without(data, leaving, lab_id)
        return None if data == row.data else replace(row, data=data)

    return journal.rewrite(tx, stream(lab_id), change)


@retention.clears
def clear(tx: Tx, lab_ids: Sequence[int]) -> dict[str, int]:
    """Everybody's name in the rooms of these labs, accounts or not."""
    number = 0
    for lab_id in lab_ids:
        everybody = set(tx.session.scalars(sa.select(Participant.id).where(Participant.lab_id == lab_id)))
        number += blank(tx, lab_id, None, everybody)
    own = sa.update(Participant).where(Participant.lab_id.in_(lab_ids))
    tx.session.execute(own.values(name=None, token_hash=None, municipality_code=None, revoked_at=clock.now()))
    tx.session.execute(sa.delete(LiveOp).where(LiveOp.lab_id.in_(lab_ids)))
    return {N_("regels in het journaal"): number}


def without(value: Any, leaving: Leaving, lab_id: int) -> Any:
    """JSON without this name: what is nothing but the name goes; within a text the name alone."""
    if isinstance(value, dict):
        return {key: without(one, leaving, lab_id) for key, one in value.items()}
    if isinstance(value, list):
        kept = [one for one in value if not (isinstance(one, str) and _goes(one, leaving, lab_id))]
        return [without(one, leaving, lab_id) for one in kept]
    if isinstance(value, str):
        if _goes(value, leaving, lab_id):
            return ""
        return leaving.without(value) if not leaving.is_named(value) else value
    return value


def _goes(text: str, leaving: Leaving, lab_id: int) -> bool:
    return leaving.is_named(text, lab_id) and not (leaving.twins and leaving.is_named(text))


def _new_epochs(tx: Tx) -> int:
    """Phones offer again what they still have; who was connected is known anew; desks are handed over anew."""
    rooms = tx.session.scalars(sa.select(LiveRoom)).all()
    for room in rooms:
        room.epoch = new_id()
    tx.session.execute(sa.delete(LivePresence))
    tx.session.execute(sa.delete(Handover))
    return len(rooms)


forgetting.register(N_("In de bijeenkomst"), _knows, _forget, tables=("participant", "handover", "method_version"))
after_restore(N_("ruimtes met een nieuw tijdperk: telefoons bieden opnieuw aan wat ze hebben"), _new_epochs)
