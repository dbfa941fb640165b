"""Writing the programme: its data, places, participation, labs and agendas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.core import clock
from kennislab.core.errors import N_, Conflict, Invalid, require
from kennislab.core.transaction import Tx
from kennislab.programme import agenda as agendas
from kennislab.programme import findable, places, queries, signals, states
from kennislab.programme.agenda import AgendaDraft
from kennislab.programme.models import (
    AgendaItem,
    District,
    Lab,
    LabKind,
    LabState,
    Municipality,
    Participation,
    ParticipationStatus,
    Programme,
)
from kennislab.programme.words import PHONE_KINDS

MOST_ITEMS = 40
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]{3,390}")
MOST_MINUTES = 480


@dataclass(frozen=True, slots=True)
class LabData:
    """What a coordinator says about a lab. Times are aware; ``quarter`` follows from the day when it is not given."""

    title: str
    starts_at: datetime
    ends_at: datetime
    question_deadline: datetime
    kind: LabKind = LabKind.KNOWLEDGE_LAB
    place: str = ""
    description: str = ""
    quarter: str | None = None


def quarter_of(moment: datetime) -> str:
    """``2026-Q4`` for a moment in the Netherlands."""
    day = moment.astimezone(clock.LOCAL)
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def create_programme(
    tx: Tx,
    *,
    name: str,
    description: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    retention_months: int = 36,
    example: bool = False,
) -> Programme:
    """A new programme, still without people."""
    programme = Programme(example=example)
    edit_programme(
        tx, programme, name=name, description=description, starts_on=starts_on, ends_on=ends_on, retention_months=retention_months
    )
    tx.session.add(programme)
    tx.session.flush()
    return programme


def edit_programme(
    tx: Tx, programme: Programme, *, name: str, description: str, starts_on: date | None, ends_on: date | None, retention_months: int
) -> None:
    """Changes what a programme says about itself. Raises Invalid."""
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = N_("Vul een naam in.")
    if starts_on and ends_on and ends_on < starts_on:
        wrong["ends_on"] = N_("Het einde ligt voor het begin.")
    if not 1 <= retention_months <= 240:
        wrong["retention_months"] = N_("Kies een bewaartermijn van 1 tot 240 maanden.")
    if wrong:
        raise Invalid(fields=wrong)
    programme.name, programme.description = name.strip(), description.strip()
    programme.starts_on, programme.ends_on, programme.retention_months = starts_on, ends_on, retention_months


# --- places -------------------------------------------------------------------------------------------------------------------


def ensure_municipalities(tx: Tx) -> int:
    """Puts the official list into the database, and brings names and dates up to date. Returns how many there are."""
    known = {place.code: place for place in tx.session.scalars(sa.select(Municipality))}
    for place in places.official():
        row = known.get(place.code)
        if row is None:
            row = Municipality(code=place.code)
            tx.session.add(row)
        row.name, row.province, row.tooi = place.name, place.province, place.tooi
        row.valid_from, row.valid_until = place.valid_from, place.valid_until
    tx.session.flush()
    return len(places.official())


def add_district(tx: Tx, programme: Programme, *, municipality_code: str, name: str, cbs_code: str | None = None) -> District:
    """A district that a municipality brings in. Raises Invalid for an unknown municipality or a CBS code that cannot be."""
    district = District(programme_id=programme.id)
    _fill_district(tx, district, municipality_code, name, cbs_code)
    tx.session.add(district)
    tx.session.flush()
    return district


def edit_district(tx: Tx, district: District, *, municipality_code: str, name: str, cbs_code: str | None = None) -> None:
    """Changes a district. Raises Invalid."""
    _fill_district(tx, district, municipality_code, name, cbs_code)
    tx.session.flush()


def _fill_district(tx: Tx, district: District, municipality_code: str, name: str, cbs_code: str | None) -> None:
    code = (cbs_code or "").strip().upper() or None
    wrong: dict[str, str] = {}
    if queries.municipality(tx.session, municipality_code) is None:
        wrong["municipality_code"] = N_("Kies een gemeente uit de lijst.")
    if not name.strip():
        wrong["name"] = N_("Vul de naam van de wijk in.")
    if code and not re.fullmatch(r"WK\d{4}[0-9A-Z]{2}", code):
        wrong["cbs_code"] = N_("Een wijkcode van het CBS is WK, de vier cijfers van de gemeente en twee tekens, zoals WK085511.")
    elif code and code[2:6] != municipality_code[2:]:
        wrong["cbs_code"] = N_("De eerste vier cijfers van de wijkcode horen bij een andere gemeente.")
    twin = [
        d
        for d in queries.districts_of(tx.session, district.programme_id)
        if d is not district and d.municipality_code == municipality_code and d.name.casefold() == name.strip().casefold()
    ]
    if twin:
        wrong["name"] = N_("Deze wijk staat al in de lijst.")
    if wrong:
        raise Invalid(fields=wrong)
    district.municipality_code, district.name, district.cbs_code = municipality_code, name.strip(), code


def remove_district(tx: Tx, district: District) -> None:
    """Takes a district off the list."""
    tx.session.delete(district)
    tx.session.flush()


def set_participation(
    tx: Tx, programme: Programme, *, municipality_code: str, year: int, status: ParticipationStatus, reason: str = "", by: Actor
) -> Participation:
    """Writes down that a municipality joins, continues or stops in a year: who says so, when and why.

    Raises Invalid when the municipality does not exist in that year, or when somebody stops without a reason.
    """
    place = queries.municipality(tx.session, municipality_code)
    wrong: dict[str, str] = {}
    if place is None:
        wrong["municipality_code"] = N_("Kies een gemeente uit de lijst.")
    elif not (place.valid_on(date(year, 1, 1)) or place.valid_on(date(year, 12, 31))):
        wrong["municipality_code"] = N_("Deze gemeente bestaat in dat jaar niet. Kies de gemeente waarin zij is opgegaan.")
    if not 2000 <= year <= 2100:
        wrong["year"] = N_("Kies een jaar tussen 2000 en 2100.")
    if status is ParticipationStatus.STOPPED and not reason.strip():
        wrong["reason"] = N_("Schrijf op waarom de gemeente stopt.")
    if wrong:
        raise Invalid(fields=wrong)
    row = queries.participation(tx.session, programme.id, municipality_code, year)
    if row is None:
        row = Participation(programme_id=programme.id, municipality_code=municipality_code, year=year, status=status)
        tx.session.add(row)
    row.status, row.reason, row.decided_at = status, reason.strip(), clock.now()
    row.decided_by_id, row.decided_by_name = by.person_id, by.name
    tx.session.flush()
    return row


# --- labs ---------------------------------------------------------------------------------------------------------------------


def plan_lab(tx: Tx, programme: Programme, data: LabData, template: str = "day") -> Lab:
    """A new lab with its join code and the agenda of a template. Raises Invalid."""
    lab = Lab(programme_id=programme.id, state=LabState.PLANNED, state_since=clock.now())
    _fill_lab(lab, data)
    tx.session.add(lab)
    tx.session.flush()
    _fill_agenda(lab, agendas.TEMPLATES[template].items)
    findable.index(tx, lab)
    return lab


def clone_lab(tx: Tx, source: Lab, data: LabData) -> Lab:
    """A new lab with the agenda of an earlier one; nothing of what people said there comes along. Raises Invalid."""
    lab = Lab(programme_id=source.programme_id, state=LabState.PLANNED, state_since=clock.now(), cloned_from_id=source.id)
    _fill_lab(lab, data)
    tx.session.add(lab)
    tx.session.flush()
    lab.evaluation = list(source.evaluation)
    _fill_agenda(lab, [_without_id(item) for item in source.agenda])
    findable.index(tx, lab)
    return lab


def edit_lab(tx: Tx, lab: Lab, data: LabData, rev: int) -> None:
    """Changes what is said about a lab. ``rev``: what the editor saw. Raises Invalid, Conflict, or the state's refusal.

    When its title, times or place change, the lab's ``calendar_sequence`` grows and ``lab_rescheduling`` is announced.
    """
    require(states.verdict(lab.state, "edit_lab"))
    _same_rev(lab, rev)
    shown = _in_calendars(lab)
    _fill_lab(lab, data)
    lab.rev += 1
    if moved := _in_calendars(lab) != shown:
        lab.calendar_sequence += 1
    findable.index(tx, lab)
    if moved:
        signals.lab_rescheduling.send(None, tx=tx, lab=lab)


def _in_calendars(lab: Lab) -> tuple[object, ...]:
    """What people's calendars show of a lab."""
    return (lab.title, lab.starts_at, lab.ends_at, lab.place)


def delete_lab(tx: Tx, lab: Lab) -> None:
    """Takes a lab away that is only planned. Features on whose tables work hangs may stop it (see ``lab_deleting``)."""
    require(states.verdict(lab.state, "delete_lab"))
    signals.lab_deleting.send(None, tx=tx, lab=lab)
    findable.remove(tx, lab)
    tx.session.delete(lab)
    tx.session.flush()


def _fill_lab(lab: Lab, data: LabData) -> None:
    wrong: dict[str, str] = {}
    if not data.title.strip():
        wrong["title"] = N_("Geef het lab een titel.")
    if data.ends_at <= data.starts_at:
        wrong["ends"] = N_("Het einde ligt niet na het begin.")
    if data.question_deadline > data.starts_at:
        wrong["deadline_day"] = N_("De deadline voor kennisvragen ligt na het begin van het lab.")
    if data.quarter is not None and not re.fullmatch(r"20\d\d-Q[1-4]", data.quarter):
        wrong["quarter"] = N_("Kies een kwartaal.")
    if wrong:
        raise Invalid(fields=wrong)
    lab.title, lab.kind, lab.place, lab.description = data.title.strip(), data.kind, data.place.strip(), data.description.strip()
    lab.starts_at, lab.ends_at, lab.question_deadline = data.starts_at, data.ends_at, data.question_deadline
    lab.quarter = data.quarter or quarter_of(data.starts_at)


def _same_rev(lab: Lab, rev: int) -> None:
    if lab.rev != rev:
        raise Conflict(
            "changed-meanwhile",
            N_("Iemand anders heeft dit lab intussen veranderd"),
            N_("Wat jij hebt ingevuld staat nog hieronder. Open het lab in een nieuw venster, vergelijk, en sla daarna opnieuw op."),
        )


# --- agenda -------------------------------------------------------------------------------------------------------------------


def replace_agenda(tx: Tx, lab: Lab, items: Sequence[AgendaDraft], rev: int) -> None:
    """The agenda as it should be, in this order. An item that is not named by its id any more goes away.

    Raises Invalid (fields ``items-<place>-title|minutes|…``), Conflict when ``rev`` is not the present one, or the state's refusal.
    """
    require(states.verdict(lab.state, "edit_agenda"))
    _same_rev(lab, rev)
    _fill_agenda(lab, items)
    lab.rev += 1
    findable.index(tx, lab)


def prepare_day(tx: Tx, lab: Lab, speakers: Mapping[int, tuple[str, str]], evaluation: Sequence[str]) -> None:
    """Who speaks at which agenda item and what there is to look at (item id → name, address), and the words of the evaluation.

    Raises Invalid (fields ``link-<item>``).
    """
    wrong = {
        f"link-{id_}": N_("Een link begint met https:// of http://")
        for id_, (_name, link) in speakers.items()
        if link and not _ADDRESS.fullmatch(link)
    }
    if wrong:
        raise Invalid(fields=wrong)
    for item in lab.agenda:
        if item.id in speakers:
            item.speaker, item.link = speakers[item.id]
    usual = [words for _id, _kind, words in agendas.EVALUATION]
    lab.evaluation = [words if words != usual[place] else "" for place, words in enumerate(evaluation)][: len(usual)]
    tx.session.flush()
    signals.agenda_prepared.send(None, tx=tx, lab=lab)


def _fill_agenda(lab: Lab, items: Sequence[AgendaDraft]) -> None:
    wrong: dict[str, str] = {}
    for place, draft in enumerate(items):
        if not draft.title.strip():
            wrong[f"items-{place}-title"] = N_("Geef dit onderdeel een titel.")
        if not 1 <= draft.minutes <= MOST_MINUTES:
            wrong[f"items-{place}-minutes"] = N_("Kies 1 tot 480 minuten.")
        if not set(draft.phone_kinds) <= set(PHONE_KINDS):
            wrong[f"items-{place}-phone_kinds"] = N_("Kies uit de lijst wat telefoons kunnen insturen.")
    if len(items) > MOST_ITEMS:
        wrong["items"] = N_("Een agenda heeft hoogstens 40 onderdelen.")
    if wrong:
        raise Invalid(fields=wrong)
    known = {item.id: item for item in lab.agenda}
    kept: list[AgendaItem] = []
    for place, draft in enumerate(items):
        item = known.pop(draft.id, None) if draft.id is not None else None
        item = item or AgendaItem()
        item.position, item.block, item.title = place, draft.block, draft.title.strip()
        item.instruction, item.minutes, item.input = draft.instruction.strip(), draft.minutes, draft.input
        item.phone_kinds = [kind for kind in PHONE_KINDS if kind in draft.phone_kinds]
        item.hidden_until_reveal, item.method = draft.hidden_until_reveal, draft.method
        kept.append(item)
    lab.agenda = kept


def _without_id(item: AgendaItem) -> AgendaDraft:
    draft = agendas.draft_of(item)
    return AgendaDraft(
        draft.block, draft.title, draft.instruction, draft.minutes, draft.input, draft.phone_kinds, draft.hidden_until_reveal, draft.method
    )


# --- states -------------------------------------------------------------------------------------------------------------------


def move_lab(tx: Tx, lab: Lab, to: LabState, by: Actor) -> None:
    """Moves a lab one state on or back. Raises Conflict when it stands elsewhere by now.

    Inside the transaction ``lab_moving`` lets features move along; after the commit ``lab_state_changed`` is announced.
    """
    if to not in states.moves(lab.state):
        raise Conflict(
            "no-such-move",
            N_("Dit kan nu niet"),
            N_("Het lab is intussen verder of terug gezet. Vernieuw de pagina en kijk waar het staat."),
        )
    _move(tx, lab, to, by)


def archive_lab(tx: Tx, lab: Lab, by: Actor) -> None:
    """The last move, made by whoever seals the harvest. Raises the state's refusal when there is nothing to seal."""
    require(states.verdict(lab.state, "seal"))
    _move(tx, lab, LabState.ARCHIVED, by)


def _move(tx: Tx, lab: Lab, to: LabState, by: Actor) -> None:
    was = lab.state
    lab.state, lab.state_since = to, clock.now()
    tx.session.flush()
    signals.lab_moving.send(None, tx=tx, lab=lab, was=was, by=by)
    tx.session.flush()
    tx.after_commit(signals.lab_state_changed, lab=lab.id, was=was, now=to, by=by.name)
