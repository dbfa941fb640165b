"""Where something can have been tried: what a form about an archived item offers."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.archive.models import ArchiveItem
from kennislab.core import clock
from kennislab.programme import queries
from kennislab.programme.models import District, Municipality


def of_item(session: Session, item: ArchiveItem, districts: Sequence[District], own: str | None) -> list[Municipality]:
    """By name: who took part in the lab, who takes part now, where a district is or something was told of before, and one's ``own``.

    So what one city thought of can be told of by a city that came later, and by one that goes on under another name.
    """
    now = clock.now().astimezone(clock.LOCAL)
    found = {one.code: one for one in queries.municipalities_for(session, item.lab)}
    found |= {one.code: one for one in queries.participating(session, item.programme_id, now.year)}
    found |= {line.municipality_code: line.municipality for line in item.evidence}
    found |= {district.municipality_code: district.municipality for district in districts}
    if own is not None and own not in found:
        found |= {one.code: one for one in session.scalars(sa.select(Municipality).where(Municipality.code == own))}
    return sorted(found.values(), key=lambda one: one.name.lstrip("'’").casefold())
