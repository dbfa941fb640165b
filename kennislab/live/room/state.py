"""The state of a room: data only. Nothing but a fact of the journal changes it; how is in the topics, and :mod:`.fold` applies it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kennislab.live.room.day_state import Day, Plan, Report

if TYPE_CHECKING:
    from kennislab.live.methods.model import Method
    from kennislab.live.room.cases_state import Case
    from kennislab.live.room.runs_state import Run

Key = tuple[str, str]
"""What a fact touches: ("contributions", id), ("people", id), ("ballots", id), ("agenda", id), or a singleton ("step", "")."""


@dataclass(slots=True)
class Person:
    """Somebody in the room.

    ``table``: where in the group, while a method seats people apart; ``ready``: the place in the day at which this person said to be ready;
    ``looks_like``: whose name this one could be taken for; ``supports``: questions this person wants answered, too;
    ``been``: the groups that this person was in; ``questions``: own knowledge questions of this lab (id, text), to bring in as a case.
    """

    id: str
    name: str | None
    municipality: str | None
    group: str | None = None
    table: str | None = None
    hand: bool = False
    held: bool = False
    gone: bool = False
    ready: str | None = None
    looks_like: str | None = None
    supports: list[str] = field(default_factory=list)
    been: dict[str, None] = field(default_factory=dict)
    questions: list[dict[str, str]] = field(default_factory=list)
    contributions: list[str] = field(default_factory=list)
    votes: dict[str, dict[str, int]] = field(default_factory=dict)


class People(dict[str, Person]):
    """Everybody by id. Whose coming in was erased, is somebody without a name as soon as a later fact is about them."""

    def __missing__(self, id_: str) -> Person:
        person = self[id_] = Person(id_, None, None, gone=True)
        return person


@dataclass(slots=True)
class Contribution:
    """Something that was said. ``author`` is a participant id, or an ``f:`` key for a facilitator.

    ``run``, ``position``, ``table``, ``company`` (who sat there), ``case``: where it was made, when a method ran; ``cell``: of a matrix;
    ``confidential``: of a case that stays in its group; ``recalls``: the archived item that helped before (id, text, place, quarter,
    worked); ``paper``: it was written on a card, whose number is ``card``; ``origin``: the contribution it was split off, ``merged``: the
    one it went into; ``support``: who wants this answered;
    ``answered``: ``answered`` or ``parked``; ``splits``, ``merges``: what came off this one and what went into it, last in last (``parts``
    or ``from``: ids; ``text``, ``consent``, ``themes``: before; ``became``: the text after).
    """

    id: str
    kind: str
    text: str
    at: datetime
    author: str | None
    step: str | None = None
    group: str | None = None
    answers: str | None = None
    themes: list[str] = field(default_factory=list)
    consent: str = "programme"
    municipality: str | None = None
    on_behalf_of: str | None = None
    rev: int = 1
    late: bool = False
    pending: bool = False
    hidden: bool = False
    unrevealed: bool = False
    quarantined: bool = False
    retracted: bool = False
    rejected: bool = False
    warmth: str | None = None
    owner: str | None = None
    due: str | None = None
    run: str | None = None
    position: str | None = None
    table: str | None = None
    company: list[str] = field(default_factory=list)
    case: str | None = None
    confidential: bool = False
    cell: dict[str, str] | None = None
    recalls: dict[str, Any] | None = None
    paper: dict[str, str | None] | None = None
    origin: str | None = None
    merged: str | None = None
    merges: list[dict[str, Any]] = field(default_factory=list)
    splits: list[dict[str, Any]] = field(default_factory=list)
    support: dict[str, None] = field(default_factory=dict)
    answered: str | None = None


@dataclass(slots=True)
class Ballot:
    """A vote. ``cast``: voter key → choice → number; ``reasons``: voter key → why; ``counted``: choice → hands of people without a phone.

    ``group``, ``run``: whose vote it is (None: everybody's); ``voters``: who may vote (None: all of the group); ``cards``: voter → what
    this voter may score now, where cards are handed round; ``previous``: the vote that this one is compared with; ``secret``: no result
    before it is closed; ``rated``: choice → how many hands gave it a mark; ``kept_back``: voters whose reason only who leads may read.
    """

    id: str
    title: str
    kind: str
    budget: int
    choices: list[dict[str, Any]]
    open: bool = True
    cast: dict[str, dict[str, int]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    hands: int = 0
    group: str | None = None
    run: str | None = None
    voters: list[str] | None = None
    cards: dict[str, str] | None = None
    previous: str | None = None
    secret: bool = True
    rated: dict[str, int] = field(default_factory=dict)
    kept_back: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Step:
    """Where the room is. ``rev`` counts moves; the clock runs to ``ends_at`` or stands still with ``remaining`` seconds."""

    id: str | None = None
    rev: int = 0
    started_at: datetime | None = None
    ends_at: datetime | None = None
    paused_at: datetime | None = None
    remaining: float | None = None
    round_open: bool = True
    round_closed_at: datetime | None = None
    revealed: bool = True


@dataclass(slots=True)
class RoomState:
    """Everything about a room at journal number ``seq``. ``active``: group (None: everybody) → the run that is on there."""

    lab_id: int = 0
    title: str = ""
    quarter: str = ""
    open: bool = False
    opened: bool = False
    closed_at: datetime | None = None
    moderation: str = "post"
    join: dict[str, str] | None = None
    seq: int = 0
    agenda: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    step: Step = field(default_factory=Step)
    visited: list[tuple[str, datetime]] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=People)
    present: int = 0
    veiled: dict[str, None] = field(default_factory=dict)
    contributions: dict[str, Contribution] = field(default_factory=dict)
    ballots: dict[str, Ballot] = field(default_factory=dict)
    day: Day = field(default_factory=Day)
    plans: dict[str, Plan] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    scene: str = "join"
    scene_before: str = "join"
    scene_ballot: str | None = None
    scene_by: str = "kind"
    scene_text: str = ""
    scene_picture: str | None = None
    follow: bool = True
    methods: dict[str, Method] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    active: dict[str | None, str] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    gathered: bool = False
    message: dict[str, Any] | None = None

    def unrevealed(self) -> list[str]:
        """Contributions that only their authors see yet."""
        return list(self.veiled)
