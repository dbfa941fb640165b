"""Agendas: what each block is by default, and the templates to start from. The texts become the lab's own data, to be edited there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kennislab.core.errors import N_
from kennislab.programme.models import AgendaItem, Block, Input, Lab


@dataclass(frozen=True, slots=True)
class AgendaDraft:
    """An agenda item as somebody wants it. ``id``: the existing item that it changes, None for a new one."""

    block: Block
    title: str
    instruction: str = ""
    minutes: int = 15
    input: Input = Input.NONE
    phone_kinds: tuple[str, ...] = ()
    hidden_until_reveal: bool = False
    method: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A scripted method that an item can follow, as the editor offers it. Which there are is another feature's to say."""

    key: str
    name: str
    minutes: float


@dataclass(frozen=True, slots=True)
class AgendaTemplate:
    """A day to start from."""

    label: str
    items: tuple[AgendaDraft, ...]

    @property
    def minutes(self) -> int:
        """How long it takes as it stands."""
        return sum(item.minutes for item in self.items)


B, T = Block, Input.TEXT

DEFAULTS: Mapping[Block, AgendaDraft] = {
    one.block: one
    for one in (
        AgendaDraft(B.ARRIVAL, "Inloop", "Scan de code en vul je naam in. Pak koffie en zoek een plek.", 20),
        AgendaDraft(B.WELCOME, "Welkom", "Luister mee: wat gaan we vandaag doen?", 10),
        AgendaDraft(
            B.NEWS, "Nieuws en voortgang", "Wat is er gebeurd sinds de vorige keer? Deel het in één zin.", 20, T, ("insight", "action")
        ),
        AgendaDraft(
            B.INSPIRATION, "Kennis en inspiratie", "Luister en schrijf op wat je meeneemt.", 40, T, ("question", "insight", "lesson")
        ),
        AgendaDraft(
            B.PEER_CONSULTATION,
            "Intervisie",
            "Denk mee met de vraag van je collega. Eerst vragen, dan pas advies.",
            60,
            T,
            ("question", "advice", "insight"),
        ),
        AgendaDraft(
            B.BOTTLENECKS,
            "Knelpunten en koppelkansen",
            "Wat houdt je op? Schrijf per keer één knelpunt op. Weet je een oplossing voor een ander? Zet hem erbij.",
            30,
            T,
            ("bottleneck", "solution", "linking_opportunity"),
        ),
        AgendaDraft(
            B.WORKING_GROUPS,
            "Thematische werkgroepen",
            "Ga naar je groep en werk samen aan jullie vragen. Schrijf op wat werkt.",
            60,
            T,
            ("bottleneck", "solution", "insight", "lesson", "linking_opportunity"),
        ),
        AgendaDraft(
            B.DEEP_DIVE,
            "Verdieping",
            "Eén thema, tot op de bodem. Schrijf op wat je leert en wat je nog wilt weten.",
            75,
            T,
            ("question", "insight", "lesson", "solution"),
        ),
        AgendaDraft(
            B.HARVEST,
            "Oogst",
            "Wat nemen we mee? Schrijf je belangrijkste les en je eigen volgende stap op.",
            25,
            T,
            ("lesson", "insight", "action"),
        ),
        AgendaDraft(B.BREAK, "Pauze", "Even niets. Je telefoon mag weg.", 15),
        AgendaDraft(B.CLOSING, "Afsluiting", "Eén woord: hoe ga je naar huis?", 10, T, ("association",), True),
    )
}
"""Per block the item that a coordinator starts from."""


def _day(*blocks: tuple[Block, int]) -> tuple[AgendaDraft, ...]:
    return tuple(replace(DEFAULTS[block], minutes=minutes) for block, minutes in blocks)


_VOTE = AgendaDraft(B.BOTTLENECKS, "Kiezen waar we aan werken", "Verdeel je stippen: welk knelpunt pakken we vandaag aan?", 10, Input.VOTE)

_PLAN = AgendaDraft(
    B.WORKING_GROUPS,
    "Werkgroepen en verdieping afspreken",
    "Waar gaan we mee verder? Kies op je telefoon waar je aan meedoet, en wat je kunt trekken.",
    15,
    Input.PLAN,
)

TEMPLATES: Mapping[str, AgendaTemplate] = {
    "day": AgendaTemplate(
        N_("Hele dag"),
        _day((B.ARRIVAL, 30), (B.WELCOME, 15), (B.NEWS, 25), (B.INSPIRATION, 45), (B.BOTTLENECKS, 35))
        + (_VOTE,)
        + _day((B.WORKING_GROUPS, 75), (B.BREAK, 15), (B.PEER_CONSULTATION, 75))
        + (_PLAN,)
        + _day((B.HARVEST, 30), (B.CLOSING, 20)),
    ),
    "half-day": AgendaTemplate(
        N_("Halve dag"),
        _day((B.ARRIVAL, 20), (B.WELCOME, 10), (B.NEWS, 15), (B.BOTTLENECKS, 30))
        + (_VOTE,)
        + _day((B.WORKING_GROUPS, 75), (B.HARVEST, 30), (B.CLOSING, 10)),
    ),
    "deep-dive": AgendaTemplate(
        N_("Verdiepingssessie"),
        _day((B.ARRIVAL, 15), (B.WELCOME, 10), (B.INSPIRATION, 30), (B.DEEP_DIVE, 75), (B.HARVEST, 20), (B.CLOSING, 10)),
    ),
    "empty": AgendaTemplate(N_("Leeg beginnen"), ()),
}
"""The days to choose from when a lab is planned."""


EVALUATION: tuple[tuple[str, str, str], ...] = (
    ("1", "text", "Wat neem je mee?"),
    ("2", "score", "Hoe zinvol was deze dag?"),
    ("3", "text", "Wat kan beter?"),
)
"""The three questions afterwards: id, kind of answer, usual words."""


def evaluation_of(lab: Lab) -> list[dict[str, str]]:
    """The three questions of a lab, in the coordinator's words where there are."""
    own = [*lab.evaluation, "", "", ""]
    return [{"id": id_, "kind": kind, "title": own[place] or usual} for place, (id_, kind, usual) in enumerate(EVALUATION)]


def draft_of(item: AgendaItem) -> AgendaDraft:
    """An existing item as a draft, with its id."""
    return AgendaDraft(
        item.block,
        item.title,
        item.instruction,
        item.minutes,
        item.input,
        tuple(item.phone_kinds),
        item.hidden_until_reveal,
        item.method,
        item.id,
    )
