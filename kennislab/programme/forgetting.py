"""The programme's part of what is known of somebody, and of forgetting."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import Known, Leaving
from kennislab.accounts.models import Membership, Person, Role
from kennislab.core.errors import N_
from kennislab.core.transaction import Tx
from kennislab.programme import queries
from kennislab.programme.models import Lab, LabProposal, Participation, Programme

ROLES = {Role.COORDINATOR: N_("Coördinator van"), Role.FACILITATOR: N_("Begeleider van"), Role.PARTICIPANT: N_("Deelnemer van")}


def _knows(session: Session, person_id: int) -> Iterator[Known]:
    code = session.get_one(Person, person_id).municipality_code
    if code:
        yield Known(N_("Gemeente"), f"{queries.municipality_names(session, [code]).get(code, '')} ({code})".strip())
    rows = session.execute(
        sa.select(Membership.role, Programme)
        .join(Programme, Programme.id == Membership.programme_id)
        .where(Membership.person_id == person_id)
    )
    for role, programme in rows:
        yield Known(ROLES[role], programme.name, None, f"/programmas/{programme.id}")
    for one in session.scalars(sa.select(Participation).where(Participation.decided_by_id == person_id)):
        yield Known(N_("Je legde de deelname vast van"), f"{one.municipality.name}, {one.year}", one.decided_at)


def _forget(tx: Tx, leaving: Leaving) -> dict[str, int]:
    """Who said to join what was proposed."""
    number = 0
    if not leaving.twins:
        labs = sa.select(Lab.id).where(Lab.programme_id.in_(leaving.programmes))
        for proposal in tx.session.scalars(sa.select(LabProposal).where(LabProposal.lab_id.in_(labs))):
            left = [one for one in proposal.people if not leaving.is_named(one.get("name"))]
            number += len(proposal.people) - len(left)
            proposal.people = left
    return {N_("afspraken"): number}


forgetting.register(N_("Programma’s"), _knows, _forget, tables=("membership", "participation"))
