"""What invitations know of somebody. Forgetting them needs nothing more than the tables say: the invitation goes with the person."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import Known
from kennislab.core.errors import N_
from kennislab.invitations.models import Invitation
from kennislab.programme.models import Lab


def _knows(session: Session, person_id: int) -> Iterator[Known]:
    rows = session.execute(sa.select(Invitation, Lab).join(Lab, Lab.id == Invitation.lab_id).where(Invitation.person_id == person_id))
    for one, lab in rows:
        yield Known(N_("Je bent uitgenodigd voor"), lab.title, one.created_at, f"/kennislabs/{lab.id}")
        if one.note:
            yield Known(N_("Je schreef bij je antwoord"), one.note, one.answered_at)


forgetting.register(N_("Uitnodigingen"), _knows, tables=("invitation",))
