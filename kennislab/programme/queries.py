"""Reading the programme, its places and its labs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kennislab.accounts.actors import Actor
from kennislab.programme.models import District, Lab, LabState, Municipality, Participation, ParticipationStatus, Programme


def programme(session: Session, programme_id: int) -> Programme | None:
    """One programme."""
    return session.get(Programme, programme_id)


def programmes_of(session: Session, actor: Actor) -> Sequence[Programme]:
    """The programmes in which this actor has a role, by name."""
    return session.scalars(sa.select(Programme).where(Programme.id.in_(list(actor.roles))).order_by(Programme.name, Programme.id)).all()


def lab(session: Session, lab_id: int) -> Lab | None:
    """One lab, with its programme."""
    return session.scalar(sa.select(Lab).where(Lab.id == lab_id).options(joinedload(Lab.programme)))


def lab_by_code(session: Session, code: str) -> Lab | None:
    """The lab that this join code (8 characters, upper case, without dash) belongs to."""
    return session.scalar(sa.select(Lab).where(Lab.join_code == code))


def lab_by_token(session: Session, token: str) -> Lab | None:
    """The lab whose QR carries this token."""
    return session.scalar(sa.select(Lab).where(Lab.join_token == token))


def labs_of(session: Session, programme_id: int) -> Sequence[Lab]:
    """All labs of a programme, latest first."""
    return session.scalars(sa.select(Lab).where(Lab.programme_id == programme_id).order_by(Lab.starts_at.desc(), Lab.id.desc())).all()


def lab_before(session: Session, lab: Lab) -> Lab | None:
    """The lab of the same programme that was held before this one."""
    earlier = sa.select(Lab).where(Lab.programme_id == lab.programme_id, Lab.starts_at < lab.starts_at)
    return session.scalars(earlier.order_by(Lab.starts_at.desc(), Lab.id.desc()).limit(1)).first()


def open_labs(session: Session, programme_ids: Collection[int]) -> Sequence[Lab]:
    """Labs of these programmes that are not archived, soonest first."""
    alive = sa.select(Lab).where(Lab.programme_id.in_(list(programme_ids)), Lab.state != LabState.ARCHIVED)
    return session.scalars(alive.order_by(Lab.starts_at, Lab.id)).all()


def municipality(session: Session, code: str) -> Municipality | None:
    """A municipality by its official code, existing or not any more."""
    return session.get(Municipality, code)


def municipality_names(session: Session, codes: Collection[str | None]) -> dict[str, str]:
    """Code → name, for the codes that are known."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    rows = session.execute(sa.select(Municipality.code, Municipality.name).where(Municipality.code.in_(wanted)))
    return {str(code): str(name) for code, name in rows}


def municipalities_on(session: Session, day: date) -> Sequence[Municipality]:
    """The municipalities that exist on that day, by name."""
    M = Municipality
    valid = sa.and_(sa.or_(M.valid_from.is_(None), M.valid_from <= day), sa.or_(M.valid_until.is_(None), M.valid_until >= day))
    found = session.scalars(sa.select(M).where(valid)).all()
    return sorted(found, key=lambda m: m.name.lstrip("'’").casefold())


def participating(session: Session, programme_id: int, year: int) -> Sequence[Municipality]:
    """The municipalities that take part in that year (joined or continuing), by name."""
    P = Participation
    taking_part = sa.select(P.municipality_code).where(
        P.programme_id == programme_id, P.year == year, P.status != ParticipationStatus.STOPPED
    )
    return session.scalars(sa.select(Municipality).where(Municipality.code.in_(taking_part)).order_by(Municipality.name)).all()


def municipalities_for(session: Session, lab: Lab) -> Sequence[Municipality]:
    """What a form of this lab offers: who takes part in its year and exists on its day. When nobody is written down yet: all that exist."""
    taking_part = [m for m in participating(session, lab.programme_id, lab.day.year) if m.valid_on(lab.day)]
    return taking_part or municipalities_on(session, lab.day)


def participation_of(session: Session, programme_id: int, year: int) -> Sequence[Participation]:
    """Who joined, continues or stopped in a year, by name of the municipality."""
    P = Participation
    return session.scalars(
        sa.select(P)
        .join(P.municipality)
        .where(P.programme_id == programme_id, P.year == year)
        .options(joinedload(P.municipality))
        .order_by(Municipality.name)
    ).all()


def participation_years(session: Session, programme_id: int) -> list[int]:
    """Years for which anything was decided, oldest first."""
    return list(
        session.scalars(
            sa.select(Participation.year).where(Participation.programme_id == programme_id).distinct().order_by(Participation.year)
        )
    )


def participation(session: Session, programme_id: int, code: str, year: int) -> Participation | None:
    """What was decided for one municipality and year."""
    P = Participation
    return session.scalar(sa.select(P).where(P.programme_id == programme_id, P.municipality_code == code, P.year == year))


def districts_of(session: Session, programme_id: int) -> Sequence[District]:
    """The districts that the municipalities brought in, by municipality and name."""
    return session.scalars(
        sa.select(District)
        .join(District.municipality)
        .where(District.programme_id == programme_id)
        .options(joinedload(District.municipality))
        .order_by(Municipality.name, District.name)
    ).all()


def district(session: Session, district_id: int) -> District | None:
    """One district."""
    return session.get(District, district_id)
