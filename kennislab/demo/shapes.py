"""What the demo's YAML files say, as frozen records. Every record keeps the slug by which others refer to it.

An item of a lab is referred to as ``2024-Q1/slug`` from elsewhere and as ``slug`` inside its own lab. Dates are days in
the Netherlands; municipality codes are those of the day that the record is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Consent = Literal["group", "programme", "public_anonymous", "public_city"]
Status = Literal["proposed", "planned", "tried", "partly", "worked", "failed"]
ItemKind = Literal["bottleneck", "solution", "insight", "lesson", "linking_opportunity", "action", "question", "advice", "association"]


@dataclass(frozen=True)
class City:
    """A municipality that takes part. ``succeeded_by``: the slug of the one it went up in."""

    slug: str
    code: str
    district: str | None
    succeeded_by: str | None = None


@dataclass(frozen=True)
class Partaker:
    """One of the eighteen: usually a municipality, once a district of two."""

    name: str
    cities: tuple[City, ...]
    years: tuple[int, ...]


@dataclass(frozen=True)
class Person:
    """Somebody invented. ``city`` is None for the programme's own people."""

    slug: str
    name: str
    work: str
    organisation: str
    city: City | None
    email: str


@dataclass(frozen=True)
class Theme:
    """A subject that returns in every lab."""

    slug: str
    label: str
    about: str


@dataclass(frozen=True)
class AgendaStep:
    """A block of the day. ``here``: where the room stands at stage live; ``method``: what is played; ``speaker``: who tells something."""

    block: str
    title: str
    instruction: str
    minutes: int
    input: str = "none"
    kinds: tuple[str, ...] = ()
    hidden: bool = False
    here: bool = False
    method: str | None = None
    speaker: str = ""


@dataclass(frozen=True)
class Group:
    """A thematic working group."""

    slug: str
    name: str
    leader: Person
    themes: tuple[str, ...]
    room: str = ""
    proposal: str | None = None


@dataclass(frozen=True)
class Question:
    """A knowledge question. ``returns``: reference to the same question in an earlier lab."""

    slug: str
    text: str
    by: Person
    group: str | None
    themes: tuple[str, ...]
    context: str
    tried: str
    co: tuple[Person, ...]
    support: tuple[Person, ...]
    returns: str | None


@dataclass(frozen=True)
class Evidence:
    """What became of a solution somewhere: one line in its ledger. ``district``: in which part of the municipality, if only there."""

    city: City
    status: Status
    at: date
    note: str
    district: str = ""


@dataclass(frozen=True)
class Item:
    """Anything said in a lab. ``answers``: bottleneck (or question) it answers; ``question``: the knowledge question it came up with.

    ``origin``: items that a lesson or an action was drawn from. ``owner``, ``due``, ``status`` and ``note`` belong to actions;
    ``until`` is the new date of one that is carried on.
    """

    slug: str
    kind: ItemKind
    text: str
    by: Person
    themes: tuple[str, ...]
    consent: Consent
    anonymous: bool = False
    group: str | None = None
    question: str | None = None
    answers: str | None = None
    origin: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    owner: Person | None = None
    due: date | None = None
    status: str = ""
    note: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Proposal:
    """A theme proposed for the questions of a lab."""

    slug: str
    label: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Ballot:
    """A dot vote: ``choices`` are items, ``votes`` the dots per person in the order of the choices."""

    title: str
    kind: str
    budget: int
    choices: tuple[str, ...]
    votes: tuple[tuple[Person, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Merge:
    """Two items that say the same, made one at the harvest."""

    keep: str
    others: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Harvest:
    """What the facilitator does with a lab's contributions. ``groups``: whose cards were confirmed so far, while it is still going on."""

    merge: tuple[Merge, ...] = ()
    edit: tuple[tuple[str, str], ...] = ()
    leave_out: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Looked:
    """What participants did with their own contributions while the harvest is open; who is not in it has not looked yet.

    ``approved``: who said that all is right; ``corrected``: slug of an item to its new words; ``limited``: to how far it may go.
    """

    approved: tuple[Person, ...]
    corrected: Mapping[str, str]
    withdrawn: frozenset[str]
    limited: Mapping[str, Consent]


@dataclass(frozen=True)
class Lab:
    """One quarter's meeting. ``items`` are in the order of the day; ``now`` counts those already sent at stage live (newest lab only)."""

    quarter: str
    title: str
    theme: str
    day: date
    start: str
    host: City
    venue: str
    deadline: date
    facilitator: Person
    agenda: tuple[AgendaStep, ...]
    groups: tuple[Group, ...]
    questions: tuple[Question, ...]
    items: tuple[Item, ...]
    proposals: tuple[Proposal, ...] = ()
    ballot: Ballot | None = None
    harvest: Harvest = field(default_factory=Harvest)
    now: int = 0
    kind: str = "knowledge_lab"

    @property
    def year(self) -> int:
        """The year it is held in."""
        return self.day.year

    def ref(self, slug: str) -> str:
        """How others refer to something of this lab."""
        return f"{self.quarter}/{slug}"


@dataclass(frozen=True)
class Invited:
    """What people said to the invitation, by slug; who is not in it came back with a yes at once.

    ``bounced``: what their mail server said; ``away``: what they wrote beside their no; ``late``: answered only after the reminder.
    """

    bounced: Mapping[str, str]
    away: Mapping[str, str]
    late: frozenset[str]
    silent: frozenset[str]
    notes: Mapping[str, str]


@dataclass(frozen=True)
class OwnField:
    """A field of the lab's own on its form, chosen from ``options``; ``answers``: option per question."""

    label: str
    help: str
    options: tuple[str, ...]
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Returned:
    """A question that went back to its asker."""

    by: Person
    text: str
    remark: str


@dataclass(frozen=True)
class Ranks:
    """What somebody would like to work on: slugs of groups, first wish first; ``solved``: those that they solved before."""

    choices: tuple[str, ...]
    solved: tuple[str, ...]
    can_lead: bool


@dataclass(frozen=True)
class Placing:
    """What people are placed by: sizes, at most so many of a municipality, wishes, pins (person → group), and a method per group."""

    size: tuple[int, int]
    per_municipality: int
    together: tuple[tuple[str, ...], ...]
    apart: tuple[tuple[str, ...], ...]
    pinned: Mapping[str, str]
    methods: Mapping[str, str]


@dataclass(frozen=True)
class Before:
    """What happened before the newest lab beside its questions. Questions, people and groups by slug.

    ``edited``: what the asker had written; ``joined`` and ``merged``: per question, what others had written themselves.
    ``merged_late``: likewise, but still open until the groups are made.
    ``proposal``: the name under which the first proposal was kept.
    ``still_choosing``: who has not ranked yet while that is open.
    """

    invited: Invited
    own_field: OwnField
    named: Mapping[str, tuple[Person, ...]]
    joined: Mapping[str, Mapping[str, str]]
    carried: frozenset[str]
    edited: Mapping[str, str]
    merged: Mapping[str, Mapping[str, str]]
    merged_late: Mapping[str, Mapping[str, str]]
    returned: tuple[Returned, ...]
    proposal: str
    rankings: Mapping[str, Ranks]
    still_choosing: frozenset[str]
    placing: Placing


@dataclass(frozen=True)
class Prompt:
    """That somebody was asked by mail, so many days ago, what came of ``item``. ``answer``: what they said; empty: nothing yet."""

    item: str
    of: Person
    days: int
    answer: str
    note: str


@dataclass(frozen=True)
class Amended:
    """A correction to something sealed, so many days after its lab."""

    item: str
    by: Person
    days: int
    text: str


@dataclass(frozen=True)
class Search:
    """A search that somebody kept, so many days ago. ``query``: parameters of its address; ``every``: how often it is mailed."""

    by: Person
    name: str
    days: int
    query: Mapping[str, list[str]]
    every: str


@dataclass(frozen=True)
class After:
    """What came after the labs, apart from what stands at one item."""

    prompts: tuple[Prompt, ...]
    corrections: tuple[Amended, ...]
    searches: tuple[Search, ...]


@dataclass(frozen=True)
class PlanStep:
    """A step of a step-by-step plan. Without ``sources`` it is shown with a warning."""

    title: str
    who: str
    when: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A knowledge product. ``state``: draft, early_access or public; ``approved``: since when participants may read it."""

    slug: str
    title: str
    summary: str
    authors: tuple[Person, ...]
    themes: tuple[str, ...]
    state: str
    made: date
    approved: date | None
    public_on: date | None
    steps: tuple[PlanStep, ...]


@dataclass(frozen=True)
class Decision:
    """That a participant joins, continues or stops in a year: who, when, why."""

    year: int
    partaker: Partaker
    status: str
    by: Person
    at: date
    why: str


@dataclass(frozen=True)
class Content:
    """Everything together. The last of ``labs`` is the newest; the others are archived. ``harvesting``: the one whose harvest is open."""

    name: str
    description: str
    note: str
    starts: date
    ends: date
    retention_months: int
    themes: dict[str, Theme]
    cities: dict[str, City]
    partakers: tuple[Partaker, ...]
    people: dict[str, Person]
    coordinator: Person
    facilitators: tuple[Person, ...]
    labs: tuple[Lab, ...]
    harvesting: Lab
    looked: Looked
    before: Before
    after: After
    plans: tuple[Plan, ...]
    decisions: tuple[Decision, ...]

    @property
    def archived(self) -> tuple[Lab, ...]:
        """The labs whose harvest is sealed."""
        return self.labs[:-1]

    @property
    def newest(self) -> Lab:
        """The lab that is in the chosen stage."""
        return self.labs[-1]

    @property
    def participants(self) -> tuple[Person, ...]:
        """Those who come from a municipality."""
        return tuple(p for p in self.people.values() if p.city is not None)
