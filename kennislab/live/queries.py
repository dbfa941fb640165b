"""Reading rooms: who a token belongs to, and what was contributed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core import journal
from kennislab.core.ids import hash_token
from kennislab.live.models import LiveRoom, Participant, stream
from kennislab.live.room.fold import fold
from kennislab.live.room.state import RoomState
from kennislab.live.room.topics.contributions import status
from kennislab.programme.models import Lab, LabState


def participant_by_token(session: Session, token: str) -> Participant | None:
    """The participant whose room token this is, also one who was taken out: the room says so itself."""
    return session.scalar(sa.select(Participant).where(Participant.token_hash == hash_token(token)))


def participant_of_person(session: Session, lab_id: int, person_id: int) -> Participant | None:
    """Somebody's own place in this room, when there is one."""
    return session.scalar(
        sa.select(Participant)
        .where(Participant.lab_id == lab_id, Participant.person_id == person_id, Participant.revoked_at.is_(None))
        .order_by(Participant.joined_at.desc())
        .limit(1)
    )


def room_of(session: Session, lab_id: int) -> LiveRoom | None:
    """The room of a lab, once it has been opened."""
    return session.get(LiveRoom, lab_id)


def open_labs(session: Session) -> Sequence[Lab]:
    """Every lab that people can come into now."""
    rooms = sa.select(Lab).join(LiveRoom, LiveRoom.lab_id == Lab.id).where(Lab.state == LabState.LIVE, LiveRoom.state == "open")
    return session.scalars(rooms.order_by(Lab.id)).all()


def open_lab_by_code(session: Session, typed: str) -> Lab | None:
    """The lab that is open for joining under this code or QR token. Codes are compared as typed, without dashes."""
    from kennislab.core.ids import read_code

    found = session.scalars(
        sa.select(Lab)
        .join(LiveRoom, LiveRoom.lab_id == Lab.id)
        .where(
            sa.or_(Lab.join_code == read_code(typed), Lab.join_token == typed.strip()), Lab.state == LabState.LIVE, LiveRoom.state == "open"
        )
    )
    return found.first()


def state_of(session: Session, lab_id: int) -> RoomState:
    """The room as the journal has it now; a fold from the beginning, so for reports, not for the live room."""
    return fold(journal.read(session, stream(lab_id), 0, 1_000_000))


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """A contribution as the harvest takes it over. ``author``, ``person_id`` and ``municipality`` are None when it was anonymous.

    ``status``: visible, pending, hidden, quarantined, rejected.
    """

    id: str
    kind: str
    text: str
    step: str | None
    group: str | None
    answers: str | None
    recalls: str | None
    themes: tuple[str, ...]
    consent: str
    municipality: str | None
    author: str | None
    person_id: int | None
    at: datetime
    status: str
    late: bool
    owner: str | None
    due: str | None
    votes: int


def contributions_of(session: Session, lab_id: int) -> list[ContributionRow]:
    """Everything that was contributed and not taken back, in order; with the dots it got in closed votes."""
    state = state_of(session, lab_id)
    people: dict[str, int | None] = {}
    for id_, person in session.execute(sa.select(Participant.id, Participant.person_id).where(Participant.lab_id == lab_id)):
        people[id_] = person
    votes: dict[str, int] = {}
    for ballot in state.ballots.values():
        by_choice = {choice["id"]: choice["contribution"] for choice in ballot.choices}
        for cast in ballot.cast.values():
            for choice, number in cast.items():
                votes[by_choice[choice]] = votes.get(by_choice[choice], 0) + number
    rows: list[ContributionRow] = []
    for one in state.contributions.values():
        if one.retracted:
            continue
        anonymous = one.consent == "public_anonymous"
        step = state.agenda.get(one.step or "")
        group = state.groups.get(one.group or "")
        rows.append(
            ContributionRow(
                id=one.id,
                kind=one.kind,
                text=one.text,
                step=step["title"] if step else None,
                group=group["name"] if group else None,
                answers=one.answers,
                recalls=one.recalls["id"] if one.recalls else None,
                themes=tuple(one.themes),
                consent=one.consent,
                municipality=None if anonymous else one.municipality,
                author=None if anonymous else one.author,
                person_id=None if anonymous else people.get(one.author or ""),
                at=one.at,
                status=status(one),
                late=one.late,
                owner=one.owner,
                due=one.due,
                votes=votes.get(one.id, 0),
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class BallotRow:
    """A vote and its outcome: (text, total) from most to fewest."""

    title: str
    kind: str
    voters: int
    outcome: tuple[tuple[str, int], ...]


def ballots_of(session: Session, lab_id: int) -> list[BallotRow]:
    """The votes that were held, with their outcome. Who voted what is never told."""
    rows = []
    for ballot in state_of(session, lab_id).ballots.values():
        totals = {choice["id"]: 0 for choice in ballot.choices}
        for cast in ballot.cast.values():
            for choice, number in cast.items():
                totals[choice] += number
        outcome = sorted(((choice["text"], totals[choice["id"]]) for choice in ballot.choices), key=lambda pair: -pair[1])
        rows.append(BallotRow(ballot.title, ballot.kind, len(ballot.cast), tuple(outcome)))
    return rows
