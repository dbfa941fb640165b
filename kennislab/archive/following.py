"""What is added after the seal, by whoever knows: what became of something in a place, and how an agreement went. Only added to."""

from __future__ import annotations

from datetime import date

from kennislab.accounts.actors import Actor
from kennislab.archive import findable
from kennislab.archive.changing import MOST_TEXT
from kennislab.archive.models import ActionStatus, ActionUpdate, ArchiveItem, Evidence, Outcome
from kennislab.core import clock
from kennislab.core.errors import N_, Invalid, require
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme import queries as programme_queries
from kennislab.programme import states

MOST_OWNER = 120


def report_outcome(
    tx: Tx, item: ArchiveItem, municipality_code: str, status: Outcome, note: str, at: date | None, by: Actor, district: str = ""
) -> Evidence:
    """Adds a line to the ledger: what became of it in a municipality, or in a district of it. Raises Invalid or the state's refusal.

    Of something that failed or half worked we want to know why, so the note is required then.
    """
    require(states.verdict(item.lab.state, "correct"))
    today = clock.now().astimezone(clock.LOCAL).date()
    wrong: dict[str, str] = {}
    if programme_queries.municipality(tx.session, municipality_code) is None:
        wrong["municipality_code"] = N_("Kies een gemeente uit de lijst.")
    if at is not None and at > today:
        wrong["at"] = N_("Kies een dag die al geweest is.")
    clean = tidy(note)
    if not clean and status in (Outcome.FAILED, Outcome.PARTLY):
        wrong["note"] = N_("Schrijf op waarom. Daar leren anderen het meest van.")
    if len(clean) > MOST_TEXT:
        wrong["note"] = N_("Schrijf hoogstens 2000 tekens.")
    if wrong:
        raise Invalid(fields=wrong)
    line = Evidence(
        municipality_code=municipality_code,
        district=" ".join(tidy(district).split())[:120],
        status=status,
        note=clean,
        at=at or today,
        reporter_id=by.person_id,
        reporter=by.name,
        created_at=clock.now(),
    )
    item.evidence.append(line)
    findable.index(tx, item)
    return line


def update_action(
    tx: Tx, item: ArchiveItem, status: ActionStatus, note: str, by: Actor, *, due: date | None = None, owner: str = ""
) -> ActionUpdate:
    """Says how an agreement went. ``due``, ``owner``: a new date, or somebody else who takes it on; the sealed item stays as it was.

    Raises Invalid (not an action, or a new date of what is finished) or the state's refusal.
    """
    require(states.verdict(item.lab.state, "correct"))
    if item.kind != "action":
        raise Invalid("not-an-action", N_("Dit is geen actie"), N_("Alleen bij een actie kun je zeggen hoe het ermee staat."))
    if due is not None and status in (ActionStatus.DONE, ActionStatus.DROPPED):
        raise Invalid(fields={"due": N_("Een nieuwe datum kies je alleen als de actie open is of doorloopt.")})
    if len(clean := tidy(note)) > MOST_TEXT:
        raise Invalid(fields={"note": N_("Schrijf hoogstens 2000 tekens.")})
    update = ActionUpdate(
        item_id=item.id,
        status=status,
        note=clean,
        by_id=by.person_id,
        by=by.name,
        at=clock.now(),
        due=due,
        owner=" ".join(tidy(owner).split())[:MOST_OWNER],
    )
    tx.session.add(update)
    item.action_status = status
    tx.session.flush()
    return update
