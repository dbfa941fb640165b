"""What a lab page links to: the pages of later features, by address, each with the role and the state in which it makes sense.

Later features cannot be imported here; their addresses are part of the product, so a page that does not exist (yet) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.core.errors import N_
from kennislab.programme import states
from kennislab.programme.models import Lab, LabState


@dataclass(frozen=True, slots=True)
class LabLink:
    """One way on from a lab page. ``count`` names a counter (see :func:`counter`)."""

    title: str
    about: str
    path: str
    icon: str
    states: frozenset[LabState]
    staff: bool | None = None
    """True: for who runs the lab; False: for who takes part in it; None: for all."""
    count: str | None = None
    now: str | None = None
    """The words of a button when this is what staff have to do in this state; it then stands in the box on top too."""

    def href(self, lab: Lab) -> str:
        """The address for this lab."""
        return self.path.format(lab=lab.id)


def _that_allow(*actions: str) -> frozenset[LabState]:
    return frozenset(state for state in LabState if any(states.allows(state, action) for action in actions))


_ALL = frozenset(LabState)
_SEALED = _that_allow("read_archive")
_OPENED = _ALL - {LabState.PLANNED} - _SEALED
_ROOM = _that_allow("join")
_HARVEST = _that_allow("harvest")
_ASKING = _that_allow("ask_question")

LINKS: tuple[LabLink, ...] = (
    LabLink(
        N_("Wat dit lab leerde"),
        N_("Alle kaarten: waar ze vandaan komen, en wat ervan kwam."),
        "/kennislabs/{lab}/archief",
        "lesson",
        _SEALED,
        now=N_("Oogst lezen"),
    ),
    LabLink(N_("Verslag"), N_("Om te lezen, te printen en op te slaan."), "/kennislabs/{lab}/verslag", "document", _SEALED),
    LabLink(
        N_("Zegel en archiefpakket"),
        N_("Nakijken of alles klopt, en inpakken voor het archief."),
        "/kennislabs/{lab}/archiefpakket",
        "lock",
        _SEALED,
        staff=True,
    ),
    LabLink(
        N_("Oogst"),
        N_("Loop na wat er is opgehaald."),
        "/kennislabs/{lab}/oogst",
        "lesson",
        _HARVEST,
        staff=True,
        count="to_judge",
        now=N_("Oogst nalopen"),
    ),
    LabLink(N_("Mijn Kennislab"), N_("Je vraag, je groep, en waar je moet zijn."), "/kennislabs/{lab}/mijn", "check", _OPENED - _HARVEST),
    LabLink(
        N_("Vorige keer"),
        N_("Wat we toen vroegen en vonden, of het hielp, en welke acties nog lopen."),
        "/kennislabs/{lab}/vorige-keer",
        "previous",
        _ALL - _SEALED,
    ),
    LabLink(
        N_("Uitnodigingen"),
        N_("Wie komt er, wie nog niet antwoordde, en wat er verstuurd is."),
        "/kennislabs/{lab}/uitnodigingen",
        "mail",
        _that_allow("invite"),
        staff=True,
        count="coming",
    ),
    LabLink(
        N_("Kennisvragen"), N_("Stel je vraag en lees die van anderen."), "/kennislabs/{lab}/vragen", "question", _ASKING, count="questions"
    ),
    LabLink(
        N_("Kennisvragen"),
        N_("Wat er gevraagd is."),
        "/kennislabs/{lab}/vragen",
        "question",
        (_OPENED | _SEALED) - _ASKING,
        count="questions",
    ),
    LabLink(N_("Mijn Kennislab"), N_("Je vraag en je groep van toen."), "/kennislabs/{lab}/mijn", "check", _SEALED | _HARVEST, staff=False),
    LabLink(
        N_("Vragen beheren"),
        N_("Samenvoegen, splitsen, overnemen en inlezen."),
        "/kennislabs/{lab}/vragen/beheer",
        "edit",
        _that_allow("add_question"),
        staff=True,
    ),
    LabLink(
        N_("De dag voorbereiden"),
        N_("Sprekers met hun dia’s, en de vragen na afloop."),
        "/kennislabs/{lab}/dag",
        "edit",
        _that_allow("edit_agenda", "run_session"),
        staff=True,
    ),
    LabLink(
        N_("Thema’s"),
        N_("Verdeel de vragen over thema’s."),
        "/kennislabs/{lab}/themas",
        "group",
        _that_allow("group_questions"),
        staff=True,
    ),
    LabLink(
        N_("Groepen"),
        N_("Wie zit waar, en met welke vragen."),
        "/kennislabs/{lab}/groepen",
        "people",
        _ALL - {LabState.PLANNED, LabState.COLLECTING, LabState.GROUPING},
    ),
    LabLink(
        N_("Groepen"),
        N_("Wie zit waar, en met welke vragen."),
        "/kennislabs/{lab}/groepen",
        "people",
        frozenset({LabState.GROUPING}),
        staff=True,
    ),
    LabLink(
        N_("Thema’s kiezen"),
        N_("Zet op volgorde waar je over mee wilt praten."),
        "/kennislabs/{lab}/themas-kiezen",
        "check",
        _that_allow("rank_themes"),
    ),
    LabLink(N_("Meedoen op je telefoon"), N_("Stuur in wat je tegenkomt."), "/live/{lab}", "phone", _ROOM),
    LabLink(N_("Regie"), N_("Leid de zaal vanaf je laptop."), "/live/{lab}/desk", "keyboard", _ROOM | {LabState.READY}, staff=True),
    LabLink(N_("Groot scherm"), N_("Voor de beamer in de zaal."), "/live/{lab}/projector", "screen", _ROOM | {LabState.READY}, staff=True),
    LabLink(
        N_("Papier"),
        N_("QR-code, lege kaarten en een tekenlijst."),
        "/kennislabs/{lab}/papier",
        "print",
        _ROOM | {LabState.READY},
        staff=True,
    ),
    LabLink(
        N_("Kaarten invoeren"),
        N_("Wat op papier is geschreven, in één keer overtypen."),
        "/kennislabs/{lab}/papier/invoeren",
        "edit",
        _ROOM | {LabState.HARVESTING},
        staff=True,
    ),
    LabLink(
        N_("Wat jij zei"),
        N_("Kijk na, verbeter, of kies wie het mag lezen."),
        "/kennislabs/{lab}/oogst/eigen",
        "lesson",
        _that_allow("check_own"),
        staff=False,
    ),
    LabLink(
        N_("Verslag"),
        N_("Alles van dit lab, om te lezen en te printen."),
        "/kennislabs/{lab}/verslag",
        "document",
        _that_allow("report") - _SEALED,
        staff=True,
    ),
)

Counter = Callable[[Session, int], int]
_counters: dict[str, Counter] = {}


def counter(name: str, count: Counter) -> None:
    """A later feature says how many of its things a lab has: ``count(session, lab id)``."""
    _counters[name] = count


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for who runs these labs: a sentence in the reader's language, and where to see to it."""

    lab: Lab | None
    """None: it is about the programme."""
    text: str
    path: str


Waits = Callable[[Session, Sequence[Lab]], list[Waiting]]
_waits: list[Waits] = []


def tells_waiting(waits: Waits) -> Waits:
    """A later feature says what of these labs waits for staff: ``waits(session, labs)``, asked by the dashboard."""
    if waits not in _waits:
        _waits.append(waits)
    return waits


def waiting_for(session: Session, labs: Sequence[Lab]) -> list[Waiting]:
    """All that waits for who runs these labs."""
    return [one for waits in _waits for one in waits(session, labs)]


RealTimes = Callable[[Session, int], dict[int, tuple[datetime, datetime | None]]]
_times: list[RealTimes] = []


def tells_times(times: RealTimes) -> None:
    """A later feature says when each agenda item really began and ended: ``times(session, lab id)``, by item id."""
    _times[:] = [times]


def real_times(session: Session, lab: Lab) -> dict[int, tuple[datetime, datetime | None]]:
    """When each agenda item really began and ended (None: it is on); empty before the day."""
    return _times[0](session, lab.id) if _times and not states.allows(lab.state, "edit_agenda") else {}


def links_for(actor: Actor, lab: Lab) -> list[LabLink]:
    """The ways on that this actor has from this lab now, in order."""
    staff = actor.is_staff(lab.programme_id)
    return [link for link in LINKS if lab.state in link.states and link.staff in (None, staff)]


def counts_for(session: Session, lab: Lab, links: list[LabLink]) -> dict[str, int]:
    """Counter name → number, for the links that have one."""
    return {link.count: _counters[link.count](session, lab.id) for link in links if link.count in _counters and link.count}
