"""What a report holds, as plain data: pages and files are written from it, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from kennislab.archive.ledger import Clause
from kennislab.archive.models import ActionStatus
from kennislab.archive.queries import Outcomes

CHAPTERS = (
    "samenvatting", "agenda", "themas", "kennisvragen", "knelpunten", "oplossingen", "lessen", "inzichten", "succesfactoren",
    "koppelkansen", "adviezen", "keuzes", "terugblik", "acties", "stemmingen", "evaluatie", "deelname", "bijlage", "grafieken",
)  # fmt: skip
"""The chapters that somebody can choose, in their order; the names stand in addresses. *bijlage*: all questions that were asked;
*grafieken*: no chapter of its own, the drawings in the others.
"""

ORDERS = ("soort", "thema", "groep")
"""How the contributions can be put together: by what they are, by theme, or by the group that they came from."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants in a report. ``public``: only what its authors let go outside the programme, and no names of people."""

    chapters: frozenset[str] = frozenset(CHAPTERS)
    order: str = "soort"
    public: bool = False

    def has(self, *chapters: str) -> bool:
        """Whether one of these chapters is wanted."""
        return not self.chapters.isdisjoint(chapters)


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Entry:
    """One item. ``where``: its municipality, where that may be told. ``answers``: what was found for it. ``answered``: of a question to a
    speaker, ``answered`` or ``parked``. ``told``: what became of it, in the clauses of ``ledger.summary``; empty where its places may not
    be told, and then ``outcomes`` has the numbers alone. Of what is anonymous neither municipality nor group is told.
    """

    id: str
    kind: str
    text: str
    where: str
    group: str
    themes: tuple[str, ...]
    votes: int
    outcomes: Outcomes
    answers: tuple[Entry, ...] = ()
    corrections: tuple[str, ...] = ()
    answered: str = ""
    told: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the appendix, with what its asker told with it. ``became``: the questions in which it goes on, when it was put together
    with others or taken apart.
    """

    text: str
    where: str
    context: str = ""
    tried: str = ""
    theme: str = ""
    supporters: int = 0
    became: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """An action: what, who, by when, and how it stands."""

    id: str
    text: str
    owner: str
    due: date | None
    status: ActionStatus


@dataclass(frozen=True, slots=True)
class Step:
    """An agenda item with the time at which it was planned, and when it really began and ended."""

    at: datetime
    title: str
    instruction: str
    minutes: int
    began: datetime | None = None
    ended: datetime | None = None
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a choice got in one round: ``total`` (the mean, to one decimal, where marks were given), of which ``hands`` counted by hand."""

    total: float
    hands: int


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote: title, kind (dots, rating, choice), and per round how many voted by phone and by hand; the outcome from most to fewest.

    ``outcome``: (text, what it got in each round; None where it was not among the choices). ``group``: whose vote it was, or empty.
    """

    title: str
    kind: str
    group: str
    rounds: tuple[tuple[int, int], ...]
    outcome: tuple[tuple[str, tuple[Scored | None, ...]], ...]

    @property
    def voters(self) -> int:
        """How many voted in the last round, phones and hands together."""
        return sum(self.rounds[-1])


@dataclass(frozen=True, slots=True)
class LookedBack:
    """A question about the day. ``scores``: of 1 to 5 how many; ``texts`` in alphabetical order. Nothing of who or when."""

    title: str
    number: int
    scores: tuple[int, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A lab's report. ``sealed_at`` is None while it is a draft; ``kept_in_groups``: how many items are left out because of consent.

    A chapter that is not wanted is empty. ``inside``: how many of the items in it stay within the programme.
    """

    lab_id: int
    programme: str
    title: str
    kind: str
    quarter: str
    starts_at: datetime
    ends_at: datetime
    place: str
    description: str
    sealed_at: datetime | None
    sealed_by: str
    head: str
    totals: dict[str, int]
    people: int
    kept_in_groups: int
    agenda: list[Step] = field(default_factory=list)
    questions: list[Entry] = field(default_factory=list)
    bottlenecks: list[Entry] = field(default_factory=list)
    solutions: list[Entry] = field(default_factory=list)
    lessons: list[Entry] = field(default_factory=list)
    insights: list[Entry] = field(default_factory=list)
    success_factors: list[Entry] = field(default_factory=list)
    choices: list[Entry] = field(default_factory=list)
    reflections: list[Entry] = field(default_factory=list)
    linking_opportunities: list[Entry] = field(default_factory=list)
    advice: list[Entry] = field(default_factory=list)
    actions: list[Agreement] = field(default_factory=list)
    ballots: list[Ballot] = field(default_factory=list)
    participation: list[tuple[str, int]] = field(default_factory=list)
    evaluation: list[LookedBack] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    inside: int = 0
    themes: list[tuple[str, int]] = field(default_factory=list)
    order: str = "soort"
    public: bool = False
    charts: bool = True

    @property
    def draft(self) -> bool:
        """Whether the harvest can still change."""
        return self.sealed_at is None

    @property
    def dated(self) -> datetime:
        """The date that files carry: of the seal, or of the day itself while it is a draft. Never that of making the file."""
        return self.sealed_at or self.ends_at
