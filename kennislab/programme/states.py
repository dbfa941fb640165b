"""The one table of lab states: what each allows, where it may go, and what to say to who comes too early or too late.

Other features ask ``allows(state, "ask_question")`` or require :func:`verdict`. What may be asked stands in :data:`ACTIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kennislab.core.errors import N_, Refused
from kennislab.programme.models import LabState

S = LabState


@dataclass(frozen=True, slots=True)
class StateRule:
    """One state. ``next``/``back``: where it goes from here; ``hint``: what to do now; ``forward``: the words on the button."""

    label: str
    hint: str
    forward: str
    next: LabState | None
    back: LabState | None
    allowed: frozenset[str]


_ALWAYS = frozenset({"view"})
_BEFORE = frozenset({"edit_lab", "edit_agenda"})
_COMING = frozenset({"invite", "answer_invitation"})
_QUESTIONS = frozenset({"light_edit", "add_question", "support_question"})

STATES: Mapping[LabState, StateRule] = {
    S.PLANNED: StateRule(
        N_("Gepland"),
        N_("Maak de agenda af en open daarna de kennisvragen."),
        N_("Kennisvragen openen"),
        S.COLLECTING,
        None,
        _ALWAYS | _BEFORE | _COMING | {"delete_lab", "shape_questions"},
    ),
    S.COLLECTING: StateRule(
        N_("Vragen ophalen"),
        N_("Deelnemers sturen hun kennisvragen. Ga na de deadline groepen maken."),
        N_("Groepen gaan maken"),
        S.GROUPING,
        S.PLANNED,
        _ALWAYS
        | _BEFORE
        | _COMING
        | _QUESTIONS
        | {"ask_question", "edit_question", "withdraw_question", "return_question", "shape_questions"},
    ),
    S.GROUPING: StateRule(
        N_("Groepen maken"),
        N_("Verdeel de kennisvragen over thema’s en maak er groepen van."),
        N_("Klaarzetten"),
        S.READY,
        S.COLLECTING,
        _ALWAYS | _BEFORE | _COMING | _QUESTIONS | {"group_questions", "make_groups", "place_people", "rank_themes"},
    ),
    S.READY: StateRule(
        N_("Klaar om te beginnen"),
        N_("Alles staat klaar. Open de zaal als de eerste mensen binnenkomen."),
        N_("Zaal openen"),
        S.LIVE,
        S.GROUPING,
        _ALWAYS | _BEFORE | _COMING | _QUESTIONS | {"group_questions", "make_groups", "place_people", "rank_themes", "open_room"},
    ),
    S.LIVE: StateRule(
        N_("Nu bezig"),
        N_("De zaal is open. Deelnemers doen mee met code of QR."),
        N_("Zaal sluiten en oogsten"),
        S.HARVESTING,
        S.READY,
        _ALWAYS | _COMING | {"make_groups", "place_people", "join", "contribute", "run_session", "close_room", "preview_harvest"},
    ),
    S.HARVESTING: StateRule(
        N_("Oogsten"),
        N_("Loop de oogst na, bevestig wat blijft en sluit het lab."),
        N_("Lab sluiten en archiveren"),
        S.ARCHIVED,
        S.LIVE,
        _ALWAYS | {"accept_late", "contribute_late", "reopen_room", "harvest", "check_own", "seal", "preview_harvest", "report"},
    ),
    S.ARCHIVED: StateRule(
        N_("In het archief"),
        N_("Dit lab staat vast. Verbeteringen voeg je toe met naam en datum."),
        "",
        None,
        None,
        _ALWAYS | {"read_archive", "correct", "report", "make_product"},
    ),
}
"""Every state. ``S.ARCHIVED`` is reached by sealing (the archive's operation), never by hand; see :func:`moves`."""

ORDER: tuple[LabState, ...] = tuple(LabState)
ACTIONS: frozenset[str] = frozenset().union(*(rule.allowed for rule in STATES.values()))

_TOO_EARLY: Mapping[str, str] = {
    "ask_question": N_("Je kunt nog geen kennisvraag insturen. De coördinator opent de kennisvragen binnenkort."),
    "edit_question": N_("De kennisvragen zijn nog niet open."),
    "withdraw_question": N_("De kennisvragen zijn nog niet open."),
    "support_question": N_("De kennisvragen zijn nog niet open. Kom later terug om een vraag te steunen."),
    "return_question": N_("De kennisvragen zijn nog niet open."),
    "light_edit": N_("De kennisvragen zijn nog niet open."),
    "add_question": N_("De kennisvragen zijn nog niet open. Open ze eerst op de pagina van het lab."),
    "group_questions": N_("Er komen nog kennisvragen binnen. Zet het lab eerst op “Groepen maken”."),
    "make_groups": N_("Groepen maak je als de thema’s er zijn. Zet het lab eerst op “Groepen maken”."),
    "place_people": N_("Mensen indelen kan als er groepen zijn. Zet het lab eerst op “Groepen maken”."),
    "rank_themes": N_("Er zijn nog geen thema’s om uit te kiezen. Je krijgt bericht als het zover is."),
    "open_room": N_("De zaal kan nog niet open. Zet het lab eerst op “Klaar om te beginnen”."),
    "join": N_("Dit Kennislab is nog niet begonnen. Wacht tot de begeleider de zaal opent en probeer het dan opnieuw."),
    "contribute": N_("Dit Kennislab is nog niet begonnen. Je tekst blijft op je telefoon staan."),
    "run_session": N_("De zaal is nog niet open. Open haar eerst op de pagina van het lab."),
    "close_room": N_("De zaal is nog niet open."),
    "harvest": N_("Oogsten kan als de zaal gesloten is. Sluit eerst de zaal."),
    "check_own": N_("Je bijdragen nakijken kan als de zaal gesloten is."),
    "seal": N_("Dit lab is nog niet geoogst. Sluit eerst de zaal en loop de oogst na."),
    "preview_harvest": N_("Er is nog geen oogst. Die komt als de zaal open is geweest."),
    "report": N_("Er is nog geen verslag. Dat komt na de oogst."),
    "read_archive": N_("Dit lab staat nog niet in het archief. Dat gebeurt als de oogst bevestigd is."),
    "correct": N_("Dit lab is nog niet gesloten. Verander de oogst zelf."),
    "make_product": N_("Een kennisproduct maak je uit gearchiveerde oogst. Sluit eerst dit lab."),
    "accept_late": N_("De zaal is nog niet gesloten, dus niemand is te laat."),
    "contribute_late": N_("De zaal is nog niet gesloten."),
    "reopen_room": N_("De zaal is nog niet gesloten."),
}

_TOO_LATE: Mapping[str, str] = {
    "invite": N_("Dit lab is geweest. Uitnodigen heeft geen zin meer."),
    "answer_invitation": N_("Dit Kennislab is al geweest. Je hoeft niets meer te laten weten."),
    "rank_themes": N_("De groepen staan vast. Wil je ergens anders zitten? Vraag het de begeleider in de zaal."),
    "edit_lab": N_("De zaal is al open geweest. De gegevens van dit lab staan nu vast."),
    "edit_agenda": N_("De zaal is al open geweest. De agenda staat nu vast; een stap verlengen doe je tijdens het lab."),
    "delete_lab": N_("Er hangt al werk van anderen aan dit lab. Je kunt het niet meer weghalen."),
    "ask_question": N_("Voor dit lab kun je geen kennisvraag meer insturen. Bewaar je tekst en vraag de begeleider om hem mee te nemen."),
    "edit_question": N_("De begeleider is met de kennisvragen aan de slag. Vraag de begeleider om je vraag aan te passen."),
    "withdraw_question": N_("De begeleider is met de kennisvragen aan de slag. Vraag de begeleider om je vraag weg te halen."),
    "support_question": N_("Steunen kan niet meer: het lab is al begonnen."),
    "shape_questions": N_("Het ophalen van kennisvragen is voorbij. Het formulier staat nu vast."),
    "return_question": N_("Terugsturen kan niet meer: het ophalen van kennisvragen is voorbij."),
    "light_edit": N_("Het lab is al begonnen. De kennisvragen staan nu vast."),
    "add_question": N_("Het lab is al begonnen. Voeg de vraag toe aan het bord in de zaal."),
    "group_questions": N_("Het lab is al begonnen. De thema’s staan nu vast."),
    "make_groups": N_("Dit lab is afgelopen. De groepen staan nu vast."),
    "place_people": N_("Dit lab is afgelopen. De groepen staan nu vast."),
    "open_room": N_("De zaal is al open of al gesloten."),
    "join": N_("Dit Kennislab is gesloten. Vraag de begeleider om je bijdrage toe te voegen."),
    "contribute": N_("Dit Kennislab is gesloten. Je tekst staat nog op deze telefoon; vraag de begeleider om hem toe te voegen."),
    "run_session": N_("De zaal is gesloten. Open haar opnieuw als er nog iets moet gebeuren."),
    "close_room": N_("De zaal is al gesloten."),
    "accept_late": N_("Dit lab is gearchiveerd. Voeg een verbetering toe."),
    "contribute_late": N_("Dit Kennislab is gearchiveerd. Je tekst staat nog op deze telefoon; vraag de begeleider om een verbetering."),
    "reopen_room": N_("Dit lab is gearchiveerd en gaat niet meer open."),
    "harvest": N_("Dit lab is gearchiveerd. De oogst verandert niet meer; voeg een verbetering toe."),
    "check_own": N_("Dit lab is gearchiveerd. Vraag de coördinator om een verbetering toe te voegen."),
    "seal": N_("Dit lab is al gearchiveerd."),
    "preview_harvest": N_("De oogst van dit lab staat in het archief."),
}


def allows(state: LabState, what: str) -> bool:
    """Whether a lab in this state allows ``what``. Raises KeyError for something that no state knows (a typing mistake)."""
    if what not in ACTIONS:
        raise KeyError(what)
    return what in STATES[state].allowed


def when(state: LabState, what: str) -> Literal["now", "too-early", "too-late"]:
    """Whether ``what`` can be done now, comes later in a lab's life, or is past. Between two chances it counts as past."""
    if allows(state, what):
        return "now"
    here = ORDER.index(state)
    first = next(i for i, one in enumerate(ORDER) if what in STATES[one].allowed)
    return "too-early" if here < first else "too-late"


def refusal(state: LabState, what: str) -> Refused:
    """Why ``what`` cannot be done in this state, and what to do instead. Status 409: the state refuses, not the person."""
    moment = when(state, what)
    detail = (_TOO_EARLY if moment == "too-early" else _TOO_LATE)[what]
    title = N_("Dit kan nog niet") if moment == "too-early" else N_("Dit kan niet meer")
    return Refused(f"lab-{moment}", title, detail, status=409, what=what)


def verdict(state: LabState, what: str) -> bool | Refused:
    """True, or the refusal: what a policy returns."""
    return True if allows(state, what) else refusal(state, what)


def moves(state: LabState) -> tuple[LabState, ...]:
    """Where a person may move the lab by hand: one forward, one back. Archiving is done by sealing the harvest, not by hand."""
    rule = STATES[state]
    return tuple(s for s in (rule.next, rule.back) if s is not None and s is not S.ARCHIVED)
