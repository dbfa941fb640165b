"""What is added after the seal, by whoever knows: what became of something in a place, and how an agreement went. Only added to."""

from __future__ import annotations

from datetime import date, timedelta

from kennislab.accounts.actors import Actor
from kennislab.archive import findable, queries
from kennislab.archive.changing import MOST_TEXT
from kennislab.archive.models import ActionStatus, ActionUpdate, ArchiveItem, Evidence, Outcome
from kennislab.archive.sealed import addenda
from kennislab.core import clock
from kennislab.core.errors import N_, Invalid, NotFound, require
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme import queries as programme_queries
from kennislab.programme import states

MOST_OWNER = 120
MOST_PLACE = 120
MOST_WHY = 500
ONE_PRESS = timedelta(minutes=10)


def report_outcome(
    tx: Tx, item: ArchiveItem, municipality_code: str, status: Outcome, note: str, at: date | None, by: Actor, district: str = "",
    district_id: int | None = None,
) -> Evidence:  # fmt: skip
    """Adds a line to the ledger: what became of it in a municipality, or in a district of it. Raises Invalid or the state's refusal.

    Of something that failed or half worked we want to know why, so the note is required then. The same words of the same person about the
    same place and day are one line: a form that was sent twice counts once.
    """
    require(states.verdict(item.lab.state, "correct"))
    day = at or clock.now().astimezone(clock.LOCAL).date()
    clean = tidy(note)
    if wrong := _wrong(tx, item, municipality_code, status, clean, day):
        raise Invalid(fields=wrong, day=item.lab.day.strftime("%d-%m-%Y"))
    place = " ".join(tidy(district).split())[:MOST_PLACE]
    said = (municipality_code, place, status, clean, day)
    for line in item.evidence:
        same = (line.municipality_code, line.district, line.status, line.note, line.at) == said
        if same and line.stands and by.person_id is not None and line.reporter_id == by.person_id:
            return line
    line = Evidence(
        municipality_code=municipality_code,
        district=place,
        district_id=district_id,
        status=status,
        note=clean,
        at=day,
        reporter_id=by.person_id,
        reporter=by.name,
        created_at=clock.now(),
    )
    item.evidence.append(line)
    addenda.added(tx, line)  # and numbered: of two lines of one day the later counts
    findable.index(tx, item)
    return line


def _wrong(tx: Tx, item: ArchiveItem, municipality_code: str, status: Outcome, note: str, day: date) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if programme_queries.municipality(tx.session, municipality_code) is None:
        wrong["municipality_code"] = N_("Kies een gemeente uit de lijst.")
    today = clock.now().astimezone(clock.LOCAL).date()
    if day > today:
        wrong["at"] = N_("Kies een dag die al geweest is. Is het nog niet zover? Meld dan vandaag dat het gepland is.")
    elif day < min(item.lab.day, today):  # of a lab that was held earlier than planned: what is told today
        wrong["at"] = N_("Dit kwam op tafel op %(day)s. Kies een dag vanaf toen. Deden jullie het al eerder? Schrijf dat erbij.")
    if not note and status in (Outcome.FAILED, Outcome.PARTLY):
        wrong["note"] = N_("Schrijf op waarom. Daar leren anderen het meest van.")
    if len(note) > MOST_TEXT:
        wrong["note"] = N_("Schrijf hoogstens 2000 tekens.")
    return wrong


def line_of(item: ArchiveItem, line_id: int) -> Evidence:
    """A line of this item's ledger. Raises NotFound."""
    line = next((line for line in item.evidence if line.id == line_id), None)
    if line is None:
        raise NotFound()
    return line


def withdraw_outcome(tx: Tx, item: ArchiveItem, line: Evidence, why: str, by: Actor) -> None:
    """Takes a wrong line out of the sums; it stays to be read, with who withdrew it, when and why. Doing it again changes nothing.

    Why may be left out of one's own line. Raises Invalid or the state's refusal.
    """
    require(states.verdict(item.lab.state, "correct"))
    if not line.stands:
        return
    clean, own = tidy(why), line.reporter_id is not None and line.reporter_id == by.person_id
    if not clean and not own:
        raise Invalid(fields={"why": N_("Schrijf op waarom je de melding van een ander intrekt.")})
    if len(clean) > MOST_WHY:
        raise Invalid(fields={"why": N_("Schrijf hoogstens 500 tekens.")})
    line.withdrawn_at, line.withdrawn_why = clock.now(), clean
    line.withdrawn_by_id, line.withdrawn_by = by.person_id, by.name
    addenda.withdrawn(tx, line)
    findable.index(tx, item)


def update_action(
    tx: Tx, item: ArchiveItem, status: ActionStatus, note: str, by: Actor, *, due: date | None = None, owner: str = ""
) -> ActionUpdate:
    """Says how an agreement went. ``due``, ``owner``: a new date, or somebody else who takes it on; the sealed item stays as it was.

    The same words of the same person right after each other are one. Raises Invalid (not an action, a new date of what is finished or in
    the past) or the state's refusal.
    """
    require(states.verdict(item.lab.state, "correct"))
    if item.kind != "action":
        raise Invalid("not-an-action", N_("Dit is geen actie"), N_("Alleen bij een actie kun je zeggen hoe het ermee staat."))
    if due is not None and status in (ActionStatus.DONE, ActionStatus.DROPPED):
        raise Invalid(fields={"due": N_("Een nieuwe datum kies je alleen als de actie open is of doorloopt.")})
    if due is not None and due < clock.now().astimezone(clock.LOCAL).date():
        raise Invalid(fields={"due": N_("Kies een dag die nog komt.")})
    if len(clean := tidy(note)) > MOST_TEXT:
        raise Invalid(fields={"note": N_("Schrijf hoogstens 2000 tekens.")})
    taken_on = " ".join(tidy(owner).split())[:MOST_OWNER]
    last = next(reversed(queries.action_updates(tx.session, item.id)), None)
    if last is not None and by.person_id is not None and last.by_id == by.person_id and last.at > clock.now() - ONE_PRESS:
        if (last.status, last.note, last.due, last.owner) == (status, clean, due, taken_on):
            return last
    update = ActionUpdate(
        item_id=item.id, status=status, note=clean, by_id=by.person_id, by=by.name, at=clock.now(), due=due, owner=taken_on
    )
    tx.session.add(update)
    item.action_status = status
    addenda.added(tx, update)
    findable.index(tx, item)
    return update
