"""Writing down what a city decides."""

from __future__ import annotations

from kennislab.accounts.actors import Actor
from kennislab.core.errors import N_, Invalid
from kennislab.core.transaction import Tx
from kennislab.evaluation.models import Choice, Decision
from kennislab.programme import operations as programmes
from kennislab.programme.models import ParticipationStatus, Programme

STATUS = {Choice.CONTINUE: ParticipationStatus.CONTINUES, Choice.STOP: ParticipationStatus.STOPPED, Choice.JOIN: ParticipationStatus.JOINED}


def record_decision(
    tx: Tx, programme: Programme, *, municipality_code: str, year: int, choice: Choice, reason: str, decided_by: str, by: Actor
) -> Decision:
    """Adds a line, and lets the city's participation follow it: from then on, access does too. Raises Invalid."""
    wrong: dict[str, str] = {}
    if not reason.strip():
        wrong["reason"] = N_("Schrijf op waarom de gemeente dit besluit.")
    if not decided_by.strip():
        wrong["decided_by"] = N_("Schrijf op wie dit namens de gemeente besliste.")
    if wrong:
        raise Invalid(fields=wrong)
    programmes.set_participation(tx, programme, municipality_code=municipality_code, year=year, status=STATUS[choice], reason=reason, by=by)
    line = Decision(
        programme_id=programme.id,
        municipality_code=municipality_code,
        year=year,
        choice=choice,
        reason=reason.strip(),
        decided_by=decided_by.strip(),
        recorded_by_id=by.person_id,
        recorded_by=by.name,
    )
    tx.session.add(line)
    tx.session.flush()
    return line
