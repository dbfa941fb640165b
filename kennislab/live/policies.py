"""Who may do what in a room, now. Pure: from the room's state and the actor; the reason and the way out come with every refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kennislab.core.errors import N_, Gone, Refused
from kennislab.live.messages import (
    FACILITATOR_OPS,
    ActionAdd,
    ContributionAdd,
    ContributionEdit,
    ContributionRetract,
    HandRaise,
    Op,
    QuestionMark,
    VoteCast,
)
from kennislab.live.methods import rules
from kennislab.live.room import turns
from kennislab.live.room.cases_state import Case
from kennislab.live.room.runs_state import Run
from kennislab.live.room.state import Ballot, Contribution, RoomState

GRACE = timedelta(seconds=30)
"""How long after closing a round a sentence that was being typed still counts."""


@dataclass(frozen=True, slots=True)
class LiveActor:
    """Somebody in this room. ``key``: participant id, or ``f:<person>`` for who leads it; ``role``: participant or facilitator."""

    key: str
    role: str
    lab_id: int
    name: str | None = None
    municipality: str | None = None
    person_id: int | None = None

    @property
    def leads(self) -> bool:
        """Whether this is a facilitator (or coordinator) of the lab's programme."""
        return self.role == "facilitator"


CLOSED = Refused(
    "lab-closed", N_("Dit Kennislab is gesloten"), N_("Je tekst staat nog op deze telefoon; vraag de begeleider om hem toe te voegen.")
)
NOT_OPEN = Refused(
    "lab-not-open", N_("Dit Kennislab is nog niet open"), N_("Wacht tot de begeleider het Kennislab opent; je tekst blijft hier staan.")
)
REMOVED = Refused(
    "removed",
    N_("Je doet niet meer mee aan dit Kennislab"),
    N_("Vraag de begeleider om je opnieuw toe te laten; je tekst staat nog op deze telefoon."),
)
SEALED = Gone(
    "lab-sealed", N_("Dit Kennislab is vastgesteld"), N_("Het bord van die dag is er niet meer. Lees in het archief wat ervan bewaard is.")
)
FACILITATOR_ONLY = Refused("facilitator-only", N_("Dit doet alleen de begeleider"), N_("Vraag het aan de begeleider."))
PARTICIPANT_ONLY = Refused("participant-only", N_("Dit doet een deelnemer"), N_("Open het lab op een telefoon om mee te doen."))
NOT_NOW = Refused("not-now", N_("In deze stap stuur je niets in"), N_("Bewaar je tekst; bij de volgende stap kun je hem versturen."))
OTHER_KIND = Refused(
    "not-this-kind", N_("Deze soort bijdrage past niet bij deze stap"), N_("Kies een soort die nu gevraagd wordt en verstuur opnieuw.")
)
ROUND_CLOSED = Refused("round-closed", N_("De ronde is gesloten"), N_("Bewaar je tekst; de begeleider kan de ronde weer openen."))
NO_BALLOT = Refused("no-such-ballot", N_("Deze stemming is er niet"), N_("Vernieuw de pagina om te zien wat er nu is."), status=404)
NOT_YOURS = Refused("not-yours", N_("Dit is niet jouw bijdrage"), N_("Vraag de begeleider om hem aan te passen."))


NO_CONTRIBUTION = Refused(
    "no-such-contribution", N_("Deze bijdrage is er niet meer"), N_("Vernieuw de pagina om te zien wat er nu staat."), status=404
)


def may_act(state: RoomState, actor: LiveActor, op: Op) -> bool | Refused:
    """Whether this actor may do this kind of thing in this room at all."""
    op_type: str = getattr(op, "type")  # noqa: B009  every message has one; the base cannot declare it
    if not actor.leads:
        person = state.people.get(actor.key)
        if person is None or person.gone:
            return REMOVED
        if op_type in FACILITATOR_OPS:
            return FACILITATOR_ONLY
        if isinstance(op, ContributionAdd) and (op.on_behalf_of is not None or op.paper is not None):
            return FACILITATOR_ONLY
        elsewhere = isinstance(op, ContributionAdd) and op.group not in (None, person.group)
        if elsewhere and not (getattr(op, "run", None) and getattr(op, "group", None) in person.been):  # begun before moving: counts there
            return Refused("other-group", N_("Je zit niet in deze groep"), N_("Verstuur je bijdrage in je eigen groep."))
    if any(not turns.in_confidence(state, one, actor.key) for one in _named(state, op)):
        return NO_CONTRIBUTION
    if not state.opened:
        return NOT_OPEN
    after = ("lab.open", "quarantine.accept", "quarantine.reject", "evaluation.answer", "case.harvest")
    if not state.open and op_type not in after and not isinstance(op, ContributionAdd):
        return CLOSED
    return True


def _named(state: RoomState, op: Op) -> list[Contribution]:
    """The contributions that an op is about."""
    ids = [getattr(op, name, None) for name in ("contribution", "into", "answers")]
    ids += getattr(op, "from_", None) or []
    ids += getattr(getattr(op, "ballot", None), "choices", None) or []
    return [one for id_ in ids if isinstance(id_, str) and (one := state.contributions.get(id_)) is not None]


def may_add(state: RoomState, actor: LiveActor, op: ContributionAdd | ActionAdd, made_at: datetime, now: datetime) -> bool | Refused:
    """Whether this may be put on the wall now. A sentence begun in time is never cut off: it comes in late."""
    if actor.leads or not state.open:
        return True
    kind = op.kind if isinstance(op, ContributionAdd) else "action"
    place = place_of(state, actor, op)
    if place is not None:
        cell = op.cell.model_dump() if isinstance(op, ContributionAdd) and op.cell is not None else None
        return turns.may_send(state, place, actor.key, kind, cell)
    step = step_of(state, op, made_at)
    agenda = state.agenda.get(step or "")
    if agenda is not None and agenda["input"] == "none":
        return NOT_NOW
    if agenda is not None and agenda["kinds"] and kind not in agenda["kinds"]:
        return OTHER_KIND
    if not state.step.round_open and step == state.step.id:
        closed = state.step.round_closed_at
        if closed is None or min(made_at, now) > closed + GRACE or now > closed + timedelta(hours=1):
            return ROUND_CLOSED
    return True


def place_of(state: RoomState, actor: LiveActor, op: ContributionAdd | ActionAdd) -> turns.Written | None:
    """Where in a method this was written; None when none is on for who wrote it (and the agenda decides)."""
    if isinstance(op, ContributionAdd):
        return turns.where_written(state, actor.key, op.group, (op.run, op.position))
    return turns.where_written(state, actor.key, None)


def step_of(state: RoomState, op: ContributionAdd | ActionAdd, made_at: datetime) -> str | None:
    """The step in which this was written: as the phone says, else by the time it was made, else the present one."""
    said = op.step if isinstance(op, ContributionAdd) else None
    if said is not None and any(step == said for step, _ in state.visited):
        return said
    written = [step for step, since in state.visited if since <= made_at]
    present = state.step.id
    if written and present is not None and state.step.started_at is not None and made_at < state.step.started_at:
        return written[-1]
    return present


def may_change(actor: LiveActor, one: Contribution | None, op: ContributionEdit | ContributionRetract) -> bool | Refused:
    """Whether this contribution's text is this actor's to change. Facilitators may edit lightly and take away."""
    if one is None or one.retracted:
        return NO_CONTRIBUTION
    if not actor.leads and one.author != actor.key:
        return NOT_YOURS
    return True


def may_vote(state: RoomState, actor: LiveActor, op: VoteCast) -> bool | Refused:
    """Whether this vote is open, for this person, and the vote is a possible one."""
    ballot = state.ballots.get(op.ballot)
    if ballot is None:
        return NO_BALLOT
    if not ballot.open:
        return Refused("ballot-closed", N_("De stemming is gesloten"), N_("Je stem telt niet meer mee; de uitslag staat op het scherm."))
    person = state.people.get(actor.key)
    if ballot.group is not None and (person is None or person.group != ballot.group):
        return NO_BALLOT
    run = state.runs.get(ballot.run or "")
    if run is not None and not _votes_here(state, run, ballot, actor):
        return rules.NOT_VOTER
    if ballot.voters is not None and actor.key not in ballot.voters:
        return Refused("not-your-vote", N_("In deze stemming stem je niet mee"), N_("Luister mee: de uitslag komt op het scherm."))
    known = {choice["id"] for choice in ballot.choices}
    if not set(op.choices) <= known:
        return Refused("no-such-choice", N_("Deze keuze staat niet in de stemming"), N_("Vernieuw de pagina en stem opnieuw."), status=422)
    held = {ballot.cards.get(actor.key)} if ballot.cards is not None else set()
    if run is not None:  # a score that was given in time and came late
        held |= {turn.get(actor.key) for turn in run.cards[: run.unit + 1]}
    if ballot.cards is not None and not set(op.choices) <= held:
        return Refused(
            "other-card", N_("Deze kaart heb je nu niet"), N_("Geef een cijfer aan de kaart die op je scherm staat."), status=422
        )
    return possible_vote(ballot, op)


def _votes_here(state: RoomState, run: Run, ballot: Ballot, actor: LiveActor) -> bool:
    """Whether this person votes in this vote of a method: by role, and at the own table."""
    person = state.people.get(actor.key)
    if person is None or turns.run_for(state, person) is not run:
        return False
    if run.ballots.get(person.table or "") != ballot.id and run.ballots.get("") != ballot.id:
        return False
    return rules.may_vote(turns.slot_at(run), turns.role_at(run, person.id, run.position)) is True


def possible_vote(ballot: Ballot, op: VoteCast) -> bool | Refused:
    """Whether these numbers can be a vote of this kind."""
    if ballot.kind == "dots" and sum(op.choices.values()) > ballot.budget:
        return Refused(
            "over-budget", N_("Je hebt %(budget)s stippen"), N_("Haal er een paar weg en stem opnieuw."), status=422, budget=ballot.budget
        )
    if ballot.kind == "rating" and any(not 1 <= n <= 5 for n in op.choices.values()):
        return Refused("not-a-rating", N_("Geef een cijfer van 1 tot en met 5"), N_("Pas je stem aan en verstuur opnieuw."), status=422)
    if ballot.kind == "choice" and [n for n in op.choices.values() if n] != [1]:
        return Refused("one-choice", N_("Kies er één"), N_("Kies wat jij het belangrijkst vindt en verstuur opnieuw."), status=422)
    return True


def may_mark(state: RoomState, actor: LiveActor, op: QuestionMark) -> bool | Refused:
    """Only who leads marks questions in the plain agenda; a method gives this to the case owner, at its step."""
    one = state.contributions.get(op.contribution)
    run = state.runs.get(one.run or "") if one is not None and not one.retracted else None
    if one is not None and run is not None and run.on:
        person = state.people.get(actor.key)
        if person is not None and turns.run_for(state, person) is run:
            verdict = rules.may_mark(turns.slot_at(run), turns.role_at(run, person.id, run.position), one.kind)
            return verdict if isinstance(verdict, bool | Refused) else False
    if one is None:
        return NO_CONTRIBUTION
    return True if actor.leads else FACILITATOR_ONLY


def may_support(actor: LiveActor, one: Contribution, seen: bool) -> bool | Refused:
    """Whether this participant may say to want this answered, too: a question of somebody else that they see."""
    if not seen or one.kind != "question":
        return Refused("no-such-question", N_("Deze vraag is er niet meer"), N_("Kijk in de lijst welke vragen er nu staan."), status=404)
    if one.author == actor.key:
        return Refused("own-question", N_("Dit is je eigen vraag"), N_("Anderen kunnen hem steunen."), status=422)
    return True


def may_raise(state: RoomState, actor: LiveActor, op: HandRaise) -> bool | Refused:
    """A hand needs somebody who is in the room."""
    return True if actor.key in state.people else FACILITATOR_ONLY


LEADER_ONLY = Refused(
    "leader-only", N_("Dit doet de gespreksleider"), N_("Vraag het aan de gespreksleider van je groep of aan de begeleider.")
)
NOT_A_PARTICIPANT = Refused(
    "participants-only", N_("Een casus breng je in vanaf je telefoon"), N_("Laat een deelnemer de casus inbrengen."), status=422
)


def group_there(state: RoomState, group: str | None) -> bool:
    """Whether this group is one of those there are now."""
    return group is not None and group in state.groups and not state.groups[group].get("removed")


def may_lead(state: RoomState, actor: LiveActor, run: Run) -> bool | Refused:
    """Facilitators, and the discussion leader of the group."""
    return actor.leads or turns.leader_of(run) == actor.key or LEADER_ONLY


def may_start(state: RoomState, actor: LiveActor, group: str | None) -> bool | Refused:
    """Facilitators; and in a group who led it last, for the next round."""
    if actor.leads:
        return True
    person = state.people.get(actor.key)
    runs = [run for run in state.runs.values() if run.group == group]
    if group is None or person is None or person.group != group or not runs:
        return FACILITATOR_ONLY
    return turns.leader_of(runs[-1]) == actor.key or LEADER_ONLY


def may_pitch(state: RoomState, actor: LiveActor) -> bool | Refused:
    """Whoever takes part may bring in a case."""
    return actor.key in state.people or NOT_A_PARTICIPANT


def may_choose(state: RoomState, actor: LiveActor, case: Case) -> bool | Refused:
    """Who leads the room, or who leads the group that the case is in."""
    if actor.leads:
        return True
    runs = [run for run in state.runs.values() if run.group == case.group]
    return bool(runs) and turns.leader_of(runs[-1]) == actor.key or LEADER_ONLY
