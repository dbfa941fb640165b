"""A method that is played: data only, changed by facts (see :mod:`.topics.runs`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kennislab.live.methods.model import Method
from kennislab.live.methods.plan import Position

if TYPE_CHECKING:
    from kennislab.live.room.state import Step

Tables = list[list[str]]


@dataclass(slots=True)
class Visit:
    """That a run was at a position, and who sat where. The last visit of a position is the one that counts."""

    position: Position
    since: datetime
    tables: Tables


@dataclass(slots=True)
class Run:
    """One playing of a method.

    ``group``: None for everybody; ``clock``: of the present position; ``roles``: those given to the group (roles that rotate are worked
    out at the table); ``tables``: only while people sit apart, table (or station) i is ``tables[i]``, made at position ``seated``;
    ``stretch``: step → what its time is multiplied by; ``skip``: steps that are passed over; ``people``: how many took part when it came
    here; ``ballots``: table (or "" for all) → vote of the present step; ``cards``: for each unit of a step in which cards go round: person
    → card; ``top``: what the last vote put first; ``nothing``: there is nothing to choose from; ``agenda``: the step of the agenda in which
    it began; ``items``: what was contributed; ``sent``, ``sent_at``, ``writers``: how much since the run came here, when the last and by
    whom; ``veiled``: what of it only its author sees yet; ``memo``: what was worked out from the method before, and is the same every time.
    """

    id: str
    group: str | None
    method: Method
    case: str | None
    clock: Step
    position: Position = Position(0)
    state: str = "running"
    rev: int = 0
    people: int = 0
    stations: int | None = None
    stretch: dict[str, float] = field(default_factory=dict)
    skip: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    tables: Tables = field(default_factory=list)
    seated: Position = Position(0)
    ballots: dict[str, str] = field(default_factory=dict)
    cards: list[dict[str, str]] = field(default_factory=list)
    top: list[str] = field(default_factory=list)
    nothing: bool = False
    revealed: bool = False
    agenda: str | None = None
    began: datetime | None = None
    visits: list[Visit] = field(default_factory=list)
    items: dict[str, None] = field(default_factory=dict)
    sent: int = 0
    sent_at: datetime | None = None
    writers: dict[str, None] = field(default_factory=dict)
    veiled: dict[str, None] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def step(self) -> int:
        """Index of the step."""
        return self.position.step

    @property
    def unit(self) -> int:
        """Which repetition of the step."""
        return self.position.unit

    @property
    def part(self) -> int:
        """Which part of the repetition."""
        return self.position.part

    @property
    def on(self) -> bool:
        """Whether it is still going on."""
        return self.state == "running"


def written(position: Position) -> str:
    """``step/unit/part``, as it goes over the wire."""
    return f"{position.step}/{position.unit}/{position.part}"


def read(text: str) -> Position:
    """From the wire; the text has the form of one."""
    step, unit, part = text.split("/")
    return Position(int(step), int(unit), int(part))
