"""From an op to facts: what is recorded when somebody who may do it does it. Pure; refusals are raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kennislab.core.clock import iso
from kennislab.core.errors import N_, DomainError, Refused, require
from kennislab.core.ids import is_uuid7, new_id, uuid7_milliseconds
from kennislab.core.journal import Entry
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room.state import Contribution, RoomState


@dataclass(frozen=True, slots=True)
class Decision:
    """The facts of one op, and what its maker is told besides *accepted*."""

    entries: list[Entry]
    extra: dict[str, Any]


class Moved(Refused):
    """The room is elsewhere already; ``state`` is where."""

    status = 409

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__("step-moved", N_("Een andere begeleider was je voor"), N_("Kijk waar de groep nu is en kies opnieuw."))
        self.state = state


def made_at(op_id: str, now: datetime) -> datetime:
    """When the phone says that this was written; the present moment when it does not say, or says the future."""
    if not is_uuid7(op_id):
        return now
    return min(now, datetime.fromtimestamp(min(uuid7_milliseconds(op_id), 4_102_444_800_000) / 1000, UTC))


def decide(state: RoomState, actor: LiveActor, op: m.Op, now: datetime) -> Decision:
    """The facts that follow from ``op``. Raises DomainError when it may not or cannot be."""
    require(policies.may_act(state, actor, op))
    match op:
        case m.ContributionAdd() | m.ActionAdd():
            return _add(state, actor, op, now)
        case m.ContributionEdit():
            return _edit(state, actor, op)
        case m.ContributionRetract():
            require(policies.may_change(actor, state.contributions.get(op.contribution), op))
            return _one("contribution.retracted", actor, id=op.contribution)
        case m.VoteCast():
            require(policies.may_vote(state, op))
            return _one("vote.cast", actor, ballot=op.ballot, choices={c: n for c, n in op.choices.items() if n})
        case m.HandRaise():
            require(policies.may_raise(state, actor, op))
            return _one("hand.raised", actor, participant=actor.key, up=op.up)
        case m.QuestionMark():
            require(policies.may_mark(state, actor, op))
            return _one("question.marked", actor, id=op.contribution, warmth=op.warmth)
        case m.ContributionHide() | m.ContributionShow() | m.ContributionMove():
            return _place(state, actor, op)
        case m.StepGo():
            return _step(state, actor, op, now)
        case m.TimerExtend() | m.TimerPause() | m.TimerResume():
            return _timer(state, actor, op, now)
        case m.RoundOpen() | m.RoundClose() | m.Reveal():
            return _round(state, actor, op)
        case m.ModerationSet():
            return _moderation(state, actor, op)
        case m.ParticipantMove() | m.ParticipantRemove():
            return _person(state, actor, op)
        case m.ProjectorShow():
            if op.scene == "ballot" and op.ballot not in state.ballots:
                raise _missing(N_("Deze stemming is er niet"))
            return _one("projector.changed", actor, scene=op.scene, ballot=op.ballot, follow=op.follow)
        case m.ProjectorBlank():
            return _one("projector.changed", actor, scene="blank" if op.on else "back", ballot=None, follow=None)
        case m.QuarantineAccept() | m.QuarantineReject():
            one = state.contributions.get(op.contribution)
            if one is None or not one.quarantined:
                raise _missing(N_("Deze bijdrage wacht niet meer"))
            return _one("op.released", actor, id=one.id, accepted=isinstance(op, m.QuarantineAccept))
    raise DomainError("not-here", N_("Dit kan hier niet"), N_("Gebruik de knoppen op de pagina."), status=422)


def _one(type_: str, actor: LiveActor, **data: Any) -> Decision:
    return Decision([Entry(type_, data, actor.key)], {})


def _missing(title: str) -> Refused:
    return Refused("no-such-thing", title, N_("Vernieuw de pagina om te zien wat er nu is."), status=404)


def _existing(state: RoomState, id_: str) -> Contribution:
    one = state.contributions.get(id_)
    if one is None or one.retracted:
        raise _missing(N_("Deze bijdrage is er niet meer"))
    return one


def _add(state: RoomState, actor: LiveActor, op: m.ContributionAdd | m.ActionAdd, now: datetime) -> Decision:
    written = made_at(op.id, now)
    require(policies.may_add(state, actor, op, written, now))
    person = state.people.get(actor.key)
    step = policies.step_of(state, op, written)
    agenda = state.agenda.get(step or "", {})
    late = (
        not state.open
        or step != state.step.id
        or (state.step.ends_at is not None and now > state.step.ends_at)
        or not state.step.round_open
    )
    data: dict[str, Any] = {
        "id": new_id(),
        "kind": "action" if isinstance(op, m.ActionAdd) else op.kind,
        "text": op.text,
        "author": actor.key,
        "step": step,
        "group": (op.group if isinstance(op, m.ContributionAdd) and op.group else person.group if person else None),
        "municipality": actor.municipality,
        "late": late and not actor.leads,
        "pending": not actor.leads and (state.moderation == "pre" or bool(person and person.held)),
        "unrevealed": bool(agenda.get("hidden_until_reveal")) and step == state.step.id and not state.step.revealed and not actor.leads,
        "quarantined": not state.open,
    }
    if isinstance(op, m.ActionAdd):
        data |= {"owner": op.owner, "due": op.due}
    else:
        if op.answers is not None:
            _existing(state, op.answers)
        data |= {"answers": op.answers, "themes": list(op.themes), "consent": op.consent, "on_behalf_of": op.on_behalf_of}
    kind = "contribution.added" if state.open else "op.quarantined"
    extra = {"contribution": data["id"]} | ({} if state.open else {"quarantined": True})
    return Decision([Entry(kind, data, actor.key)], extra)


def _edit(state: RoomState, actor: LiveActor, op: m.ContributionEdit) -> Decision:
    one = state.contributions.get(op.contribution)
    require(policies.may_change(actor, one, op))
    assert one is not None
    if op.base_rev != one.rev:
        raise Refused(
            "edited-meanwhile",
            N_("Deze bijdrage is intussen aangepast"),
            N_("Kijk wat er nu staat en pas het dan opnieuw aan."),
            status=409,
        )
    return _one("contribution.edited", actor, id=one.id, text=op.text, rev=one.rev + 1)


def _place(state: RoomState, actor: LiveActor, op: m.ContributionHide | m.ContributionShow | m.ContributionMove) -> Decision:
    one = _existing(state, op.contribution)
    if isinstance(op, m.ContributionHide):
        return _one("contribution.hidden", actor, id=one.id)
    if isinstance(op, m.ContributionShow):
        return _one("contribution.shown", actor, id=one.id)
    changed = {name: getattr(op, name) for name in ("kind", "group", "answers", "themes") if name in op.model_fields_set}
    if changed.get("answers"):
        _existing(state, changed["answers"])
    if changed.get("kind", "x") is None or changed.get("themes", "x") is None:
        raise Refused("invalid-op", N_("Dit klopt nog niet"), N_("Kies een soort of laat hem zoals hij is."), status=422)
    return _one("contribution.moved", actor, id=one.id, **changed)


def _step(state: RoomState, actor: LiveActor, op: m.StepGo, now: datetime) -> Decision:
    if op.step_rev != state.step.rev:
        raise Moved({"id": state.step.id, "rev": state.step.rev, "ends_at": iso(state.step.ends_at)})
    agenda = state.agenda.get(op.to)
    if agenda is None:
        raise _missing(N_("Deze stap staat niet in de agenda"))
    ends = now + timedelta(minutes=agenda["minutes"]) if agenda["minutes"] else None
    return Decision(
        [Entry("step.changed", {"step": op.to, "rev": state.step.rev + 1, "ends_at": iso(ends)}, actor.key)],
        {"step_rev": state.step.rev + 1},
    )


def _timer(state: RoomState, actor: LiveActor, op: m.TimerExtend | m.TimerPause | m.TimerResume, now: datetime) -> Decision:
    step = state.step
    ends, paused, remaining = step.ends_at, step.paused_at, step.remaining
    if isinstance(op, m.TimerExtend):
        if paused is not None:
            remaining = max(0.0, (remaining or 0.0) + op.seconds)
        else:
            ends = max(ends or now, now) + timedelta(seconds=op.seconds)
    elif isinstance(op, m.TimerPause):
        if paused is not None or ends is None:
            return Decision([], {})
        remaining = round(max(0.0, (ends - now).total_seconds()), 3)
        ends, paused = None, now
    else:
        if paused is None:
            return Decision([], {})
        ends, paused, remaining = now + timedelta(seconds=remaining or 0.0), None, None
    return _one("timer.changed", actor, ends_at=iso(ends), paused_at=iso(paused), remaining=remaining)


def _round(state: RoomState, actor: LiveActor, op: m.RoundOpen | m.RoundClose | m.Reveal) -> Decision:
    if isinstance(op, m.Reveal):
        return _one("revealed", actor)
    if isinstance(op, m.RoundClose):
        if op.ballot is None:
            return _one("round.changed", actor, open=False)
        if op.ballot not in state.ballots:
            raise _missing(N_("Deze stemming is er niet"))
        return _one("ballot.closed", actor, id=op.ballot) if state.ballots[op.ballot].open else Decision([], {})
    if op.ballot is None:
        return _one("round.changed", actor, open=True)
    shown = [
        c for c in state.contributions.values() if not (c.retracted or c.hidden or c.pending or c.unrevealed or c.quarantined or c.rejected)
    ]
    in_room = [c for c in shown if c.consent != "group" or c.group is None]
    chosen = (
        [_existing(state, id_) for id_ in op.ballot.choices]
        if op.ballot.choices
        else [c for c in in_room if c.kind in ("bottleneck", "linking_opportunity")]
    )
    allowed = {c.id for c in in_room}
    if not chosen or any(c.id not in allowed for c in chosen):
        raise Refused(
            "nothing-to-choose",
            N_("Er is nog niets om over te stemmen"),
            N_("Kies kaarten die iedereen ziet, of wacht tot er knelpunten of koppelkansen staan."),
            status=422,
        )
    choices = [{"id": c.id, "text": c.text, "contribution": c.id} for c in chosen]
    id_ = new_id()
    return Decision(
        [
            Entry(
                "ballot.opened",
                {"id": id_, "title": op.ballot.title, "kind": op.ballot.kind, "budget": op.ballot.budget, "choices": choices},
                actor.key,
            )
        ],
        {"ballot": id_},
    )


def _moderation(state: RoomState, actor: LiveActor, op: m.ModerationSet) -> Decision:
    if op.participant is not None:
        if op.participant not in state.people:
            raise _missing(N_("Deze deelnemer is er niet"))
        return _one("participant.held", actor, participant=op.participant, held=bool(op.held))
    if op.mode is None:
        raise Refused("invalid-op", N_("Dit klopt nog niet"), N_("Kies of je vooraf of achteraf meeleest."), status=422)
    return _one("moderation.changed", actor, mode=op.mode)


def _person(state: RoomState, actor: LiveActor, op: m.ParticipantMove | m.ParticipantRemove) -> Decision:
    person = state.people.get(op.participant)
    if person is None or person.gone:
        raise _missing(N_("Deze deelnemer is er niet"))
    if isinstance(op, m.ParticipantRemove):
        return _one("participant.left", actor, participant=person.id)
    if op.group is not None and op.group not in state.groups:
        raise _missing(N_("Deze groep is er niet"))
    return _one("participant.moved", actor, participant=person.id, group=op.group)
