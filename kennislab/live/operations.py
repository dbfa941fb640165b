"""What happens to a room: opening, joining, ops. Everything ends in journal entries of the lab's stream, in the caller's transaction."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.core import clock, journal
from kennislab.core.errors import N_, DomainError, Gone, NotFound, Refused, require
from kennislab.core.ids import hash_token, new_token, show_code
from kennislab.core.journal import Entry, Row
from kennislab.core.transaction import Tx
from kennislab.grouping import queries as grouping
from kennislab.live import day, library
from kennislab.live.messages import BadOp, EvaluationAnswer, LabClose, LabOpen, Op, RunStart
from kennislab.live.methods.schema import definition
from kennislab.live.models import LiveOp, LiveRoom, Participant, stream
from kennislab.live.policies import FACILITATOR_ONLY, LiveActor, group_there, may_start
from kennislab.live.recall import with_reference
from kennislab.live.room import plays
from kennislab.live.room.decide import decide
from kennislab.live.room.decision import Decision, Moved
from kennislab.live.room.fold import apply, fold
from kennislab.live.room.state import RoomState
from kennislab.live.room.topics.groups import smallest
from kennislab.live.room.topics.people import arrivals
from kennislab.programme import operations as programme_operations
from kennislab.programme.models import AgendaItem, Lab, LabState
from kennislab.programme.signals import agenda_prepared, lab_moving
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

_OP = cast(sa.Table, LiveOp.__table__)
_KNOWN = sa.text("SELECT op_id, body_hash, result FROM live_op WHERE lab_id = :lab AND actor = :actor AND op_id IN :ids").bindparams(
    sa.bindparam("ids", expanding=True)
)
_REMEMBER = sa.insert(_OP)
_written: WeakKeyDictionary[Engine, dict[int, RoomState]] = WeakKeyDictionary()
"""Per database: the rooms as the last write left them. Only for deciding, only inside a transaction that holds the stream."""


def _room(tx: Tx, lab_id: int) -> RoomState:
    """The room as it is now, held until the commit. What others wrote is read from the journal first."""
    rooms = _written.setdefault(tx.session.get_bind().engine, {})
    head = journal.hold(tx, stream(lab_id))
    state = rooms.get(lab_id)
    if state is None or state.seq > head:
        state = fold(journal.read(tx.session, stream(lab_id), 0, 1_000_000))
    elif state.seq < head:
        fold(journal.read(tx.session, stream(lab_id), state.seq, 1_000_000), state)
    rooms[lab_id] = state

    def forget() -> None:
        rooms.pop(lab_id, None)

    tx.on_rollback(forget)
    return state


def _record(tx: Tx, state: RoomState, lab_id: int, entries: list[Entry]) -> list[Row]:
    rows = journal.append(tx, stream(lab_id), entries)
    for row in rows:
        apply(state, row)
    return rows


def agenda_step(item: AgendaItem) -> dict[str, Any]:
    """An agenda item as the room knows it."""
    return {
        "id": str(item.id),
        "position": item.position,
        "title": item.title,
        "instruction": item.instruction,
        "block": str(item.block),
        "minutes": item.minutes,
        "input": str(item.input),
        "kinds": list(item.phone_kinds or []),
        "hidden_until_reveal": item.hidden_until_reveal,
        "method": item.method,
        **day.shown_with(item),
    }


def open_room(tx: Tx, lab: Lab, actor_key: str) -> LiveRoom:
    """The room of a lab that went live: made at the first time, opened again later. Its agenda is the lab's of this moment."""
    room = tx.session.get(LiveRoom, lab.id)
    if room is None:
        room = LiveRoom(lab_id=lab.id)
        tx.session.add(room)
    room.state, room.closed_at = "open", None
    tx.session.flush()
    state = _room(tx, lab.id)
    opened = {
        "lab": lab.id,
        "title": lab.title,
        "quarter": lab.quarter,
        "agenda": [agenda_step(item) for item in lab.agenda],
        "groups": [{"id": str(group.id), "name": group.name} for group in grouping.groups_of(tx.session, lab.id)],
        "join": {"code": show_code(lab.join_code), "path": f"/j/{lab.join_token}"},
        "methods": _planned(tx.session, lab),
        **day.opening(tx.session, lab),
    }
    _record(tx, state, lab.id, [Entry("lab.opened", opened, actor_key)])
    return room


def _planned(session: Session, lab: Lab) -> list[dict[str, Any]]:
    """The methods that the agenda names, as they are in the programme's library at this moment."""
    keys = dict.fromkeys(item.method for item in lab.agenda if item.method)
    found = (library.method(session, lab.programme_id, key) for key in keys)
    return [definition(method) for method in found if method is not None]


def close_room(tx: Tx, lab: Lab, actor_key: str) -> None:
    """The room of a lab that is no longer live. Late ops go into quarantine from now on."""
    room = tx.session.get(LiveRoom, lab.id)
    if room is None or room.state == "closed":
        return
    state = _room(tx, lab.id)
    if state.open:
        over = [entry for id_ in state.active.values() for entry in plays.ending(state, state.runs[id_], actor_key)]
        _record(tx, state, lab.id, [*over, Entry("lab.closed", {}, actor_key)])
        day.hand_on(tx, lab, state)
    room.state, room.closed_at = "closed", state.closed_at


def follow_lab(sender: object, *, tx: Tx, lab: Lab, was: LabState, by: Actor) -> None:
    """Inside every move of a lab: the room opens and closes with it, in the same transaction."""
    if lab.state is LabState.LIVE:
        open_room(tx, lab, f"f:{by.person_id}")
    elif was is LabState.LIVE:
        close_room(tx, lab, f"f:{by.person_id}")


lab_moving.connect(follow_lab)


def follow_agenda(sender: object, *, tx: Tx, lab: Lab) -> None:
    """Speakers, files and words of the evaluation that change during the day are in the room at once."""
    room = tx.session.get(LiveRoom, lab.id)
    if room is not None and room.state == "open":
        state = _room(tx, lab.id)
        _record(tx, state, lab.id, day.changed(state, lab))


agenda_prepared.connect(follow_agenda)


WRONG_CODE = NotFound(
    "wrong-code", N_("Deze code werkt niet"), N_("Kijk of je de acht tekens goed hebt overgenomen, en of het Kennislab al open is.")
)


@dataclass(frozen=True, slots=True)
class Joined:
    """Who came in. ``token`` is said once and stored only as a hash."""

    participant: Participant
    token: str


def join(tx: Tx, lab_id: int, name: str | None, municipality: str | None, person_id: int | None = None) -> Joined:
    """Lets somebody into an open room. Raises NotFound (always the same) when it is not open."""
    state = _room(tx, lab_id)
    if not state.open:
        raise WRONG_CODE
    token = new_token()
    participant = Participant(
        lab_id=lab_id, name=name or None, municipality_code=municipality, person_id=person_id, token_hash=hash_token(token)
    )
    tx.session.add(participant)
    tx.session.flush()
    place = grouping.group_of(tx.session, lab_id, person_id) if person_id is not None else None
    group = str(place.id) if place is not None and group_there(state, str(place.id)) else smallest(state, municipality)
    joined: dict[str, Any] = {"participant": participant.id, "name": participant.name, "municipality": municipality, "group": group}
    if person_id is not None and (own := _own_questions(tx.session, lab_id, person_id)):
        joined["questions"] = own
    _record(tx, state, lab_id, [Entry("participant.joined", joined, participant.id)])
    _record(tx, state, lab_id, arrivals(state, participant.id))
    return Joined(participant, token)


def _own_questions(session: Session, lab_id: int, person_id: int) -> list[dict[str, str]]:
    """This person's knowledge questions of this lab: each can be brought in as a case."""
    rows = session.scalars(
        sa.select(KnowledgeQuestion)
        .where(
            KnowledgeQuestion.lab_id == lab_id,
            KnowledgeQuestion.asker_id == person_id,
            KnowledgeQuestion.status.in_((QuestionStatus.SUBMITTED, QuestionStatus.RETURNED)),
        )
        .order_by(KnowledgeQuestion.id)
    )
    return [{"id": row.public_id, "text": row.text} for row in rows]


def change_me(tx: Tx, participant: Participant, name: str | None, municipality: str | None) -> None:
    """Another name or municipality for who is in already."""
    participant.name, participant.municipality_code = name or None, municipality
    state = _room(tx, participant.lab_id)
    known = state.people.get(participant.id)
    _record(
        tx,
        state,
        participant.lab_id,
        [
            Entry(
                "participant.joined",
                {
                    "participant": participant.id,
                    "name": name or None,
                    "municipality": municipality,
                    "group": known.group if known else None,
                },
                participant.id,
            )
        ],
    )
    _record(tx, state, participant.lab_id, arrivals(state, participant.id))


@dataclass(frozen=True, slots=True)
class Asked:
    """One op as it came in: its id, what it says (or why it cannot be read), and a hash of its body."""

    id: str
    op: Op | BadOp
    body_hash: str


def asked(body: dict[str, Any], op: Op | BadOp) -> Asked:
    """``body``: the op's JSON as sent."""
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Asked(str(body["id"]).lower(), op, hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest())


@dataclass(frozen=True, slots=True)
class Answer:
    """Results in order of the ops, and the journal's head after them. Texts in results are message ids, translated at the edge."""

    head: int
    results: list[dict[str, Any]]


REUSED = Refused(
    "op-id-reused",
    N_("Deze opdracht is al eens anders verstuurd"),
    N_("Verstuur je tekst opnieuw; hij staat nog op dit apparaat."),
    status=409,
)
EXPIRED = Gone(
    "lab-over",
    N_("Dit Kennislab is voorbij"),
    N_("Je tekst staat nog op dit apparaat. Vraag de coördinator om hem als verbetering aan het archief toe te voegen."),
)
UNREADABLE = N_("Dit bericht kunnen we niet lezen")


def apply_ops(tx: Tx, actor: LiveActor, ops: list[Asked], late: timedelta) -> Answer:
    """Answers each op: known → the same answer; else decided, recorded, remembered. ``late``: how long a closed room still takes ops.

    Raises Gone when the room is past that and there is anything new among the ops.
    """
    now = clock.now()
    state = _room(tx, actor.lab_id)
    known = _known(tx, actor, [one.id for one in ops])
    if state.opened and not state.open and not actor.leads and any(one.id not in known for one in ops):
        _refuse_when_over(tx, actor.lab_id, state, now - late)
    results: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for one in ops:
        if one.id in known:
            body_hash, before = known[one.id]
            results.append(before if body_hash == one.body_hash else _refused(one.id, REUSED))
            continue
        if isinstance(one.op, BadOp):
            results.append(_refused(one.id, _unreadable(one.op)))
            continue
        result = _do(tx, state, actor, one, now)
        known[one.id] = (one.body_hash, result)
        results.append(result)
        if isinstance(one.op, EvaluationAnswer):
            continue  # who looked back when is kept nowhere; the same answer again changes nothing
        fresh.append(
            {
                "lab_id": actor.lab_id,
                "actor": actor.key,
                "op_id": one.id,
                "body_hash": one.body_hash,
                "result": json.dumps(result, ensure_ascii=False),
                "at": now,
            }
        )
    if fresh:
        _remember(tx, fresh)
    return Answer(state.seq, results)


def _known(tx: Tx, actor: LiveActor, ids: list[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Which of these ops were answered before, and how: in this very commit, or ever."""
    waiting = {(row["lab_id"], row["actor"], row["op_id"]): row for row in tx.memo.get("live-ops", ())}
    found = {id_: waiting[actor.lab_id, actor.key, id_] for id_ in ids if (actor.lab_id, actor.key, id_) in waiting}
    known = {id_: (row["body_hash"], json.loads(row["result"])) for id_, row in found.items()}
    rows = tx.session.connection().execute(_KNOWN, {"lab": actor.lab_id, "actor": actor.key, "ids": ids})
    return known | {op_id: (body_hash, json.loads(result)) for op_id, body_hash, result in rows}


def _remember(tx: Tx, fresh: list[dict[str, Any]]) -> None:
    """The answers of this commit go to the database together, just before it."""
    if "live-ops" not in tx.memo:
        tx.memo["live-ops"] = []

        def send() -> None:
            tx.session.connection().execute(_REMEMBER, tx.memo["live-ops"])

        tx.before_commit(send)
    tx.memo["live-ops"] += fresh


def _refuse_when_over(tx: Tx, lab_id: int, state: RoomState, oldest: Any) -> None:
    lab_state = tx.session.scalar(sa.select(Lab.state).where(Lab.id == lab_id))
    if lab_state is LabState.ARCHIVED or (state.closed_at is not None and state.closed_at < oldest):
        raise EXPIRED


def _unreadable(bad: BadOp) -> Refused:
    if bad.too_long:
        return Refused(
            "too-long", N_("Je tekst is te lang"), N_("Maak hem korter dan 2000 tekens, of verdeel hem over twee bijdragen."), status=422
        )
    return Refused("invalid-op", UNREADABLE, N_("Vernieuw de pagina en verstuur opnieuw (veld: %(field)s)."), status=422, field=bad.field)


def _refused(op_id: str, error: DomainError) -> dict[str, Any]:
    result: dict[str, Any] = {
        "id": op_id,
        "status": "refused",
        "problem": {"type": error.type, "title": error.title, "detail": error.detail, "status": error.status},
    }
    if error.params:
        result["problem"]["params"] = error.params
    if isinstance(error, Moved):
        result["step"] = error.state
    return result


def _do(tx: Tx, state: RoomState, actor: LiveActor, one: Asked, now: Any) -> dict[str, Any]:
    assert not isinstance(one.op, BadOp)
    try:
        if isinstance(one.op, RunStart) and may_start(state, actor, one.op.group):
            _make_known(tx, state, actor, one.op.method)
        if isinstance(one.op, LabOpen | LabClose):
            return _open_or_close(tx, state, actor, one.id, LabState.LIVE if isinstance(one.op, LabOpen) else LabState.HARVESTING)
        decision = decide(state, actor, one.op, now)
        entries = [Entry(e.type, with_reference(tx.session, actor.lab_id, e.data), e.actor, e.at or now) for e in decision.entries]
    except DomainError as error:
        return _refused(one.id, error)
    rows = _record(tx, state, actor.lab_id, entries)
    for row in rows:
        if row.type == "participant.left":
            tx.session.execute(sa.update(Participant).where(Participant.id == row.data["participant"]).values(revoked_at=now))
    return _accepted(one.id, state, decision)


def _make_known(tx: Tx, state: RoomState, actor: LiveActor, key: str) -> None:
    """The newest version of a method of the programme's own goes into the room's journal before it is played."""
    programme_id = tx.session.scalar(sa.select(Lab.programme_id).where(Lab.id == actor.lab_id))
    method = library.method(tx.session, programme_id, key) if programme_id is not None else None
    if method is not None and state.methods.get(key) != method:
        _record(tx, state, actor.lab_id, [Entry("method.known", {"key": key, "definition": definition(method)}, actor.key)])


def _open_or_close(tx: Tx, state: RoomState, actor: LiveActor, op_id: str, to: LabState) -> dict[str, Any]:
    require(actor.leads or FACILITATOR_ONLY)
    lab = tx.session.get_one(Lab, actor.lab_id)
    if lab.state is not to:
        journal.flush(tx, stream(actor.lab_id))  # what closing sets in motion reads the room from the journal
        programme_operations.move_lab(tx, lab, to, Actor(actor.person_id, actor.name or ""))
    return _accepted(op_id, state, Decision([], {}))


def _accepted(op_id: str, state: RoomState, decision: Decision) -> dict[str, Any]:
    return {"id": op_id, "status": "accepted", "seq": state.seq, **decision.extra}
