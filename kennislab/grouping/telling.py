"""Mails that go in waves about themes and groups: choose your themes, and this is your group."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from kennislab.core.mail import Mail, site_address
from kennislab.grouping import queries, ranking, reasons
from kennislab.grouping.models import WorkingGroup
from kennislab.invitations import queries as invitations
from kennislab.invitations.kinds import Wanted, WaveKind, declare
from kennislab.programme import mails, states
from kennislab.programme.models import Lab


def _in_groups(session: Session, lab: Lab) -> Wanted:
    """Who has a place in a group, once all is ready; not who said not to come, nor who was told the very same before."""
    if not states.allows(lab.state, "open_room") and not states.allows(lab.state, "join"):
        return {}
    away = invitations.not_coming(session, lab.id)
    known = _told(session, lab.id)
    wanted: dict[int, dict[str, str]] = {}
    for group in queries.groups_of(session, lab.id):
        for member in group.members:
            if member.person_id not in away:
                values = _values(lab, group, member.person_id)
                if not _says(values, known.get(member.person_id, "")):
                    wanted[member.person_id] = values
    return wanted


def _values(lab: Lab, group: WorkingGroup, person_id: int) -> dict[str, str]:
    member = next(one for one in group.members if one.person_id == person_id)
    others = sorted(one.person.name for one in group.members if one.person_id != person_id)
    with force_locale(member.person.language):
        why = reasons.headline(member.reason, member.rank)
        return {
            "groep": group.name,
            "reden": gettext(why[0], **why[1]) if why else "",
            "ruimte": group.room,
            "gespreksleider": group.leader.name if group.leader else "",
            "groepsleden": ", ".join(others),
            "link": site_address(f"/kennislabs/{lab.id}/mijn"),
        }


def _told(session: Session, lab_id: int) -> dict[int, str]:
    """Person id → the words of the latest mail about their group that left."""
    M = Mail
    sent = sa.select(M.person_id, M.subject, M.body).where(M.lab_id == lab_id, M.purpose == "your_group", M.state == "sent").order_by(M.id)
    return {person: f"{subject}\n{body}" for person, subject, body in session.execute(sent) if person is not None}


def _says(values: Mapping[str, str], text: str) -> bool:
    """Whether a mail's words name this group and this room."""
    return values["groep"] in text and values["ruimte"] in text


def _fits(values: Mapping[str, str], one: Mail) -> bool:
    return _says(values, f"{one.subject}\n{one.body}")


def _to_choose(session: Session, lab: Lab) -> Wanted:
    """Participants who have not chosen, while they can; not who said not to come."""
    board = queries.board_row(session, lab.id)
    if not states.allows(lab.state, "rank_themes") or not ranking.is_open(session, lab.id) or board is None:
        return {}
    gone = invitations.not_coming(session, lab.id) | set(ranking.rankings_of(session, lab.id))
    wanted: dict[int, dict[str, str]] = {}
    for person in queries.people_to_place(session, lab.programme_id):
        if person.id not in gone:
            until = mails.moment_words(board.ranking_until, person.language) if board.ranking_until else ""
            wanted[person.id] = {"kiezen tot": until, "link": site_address(f"/kennislabs/{lab.id}/themas-kiezen")}
    return wanted


RANKING_OPEN = declare(WaveKind("ranking_open", _to_choose, once=True, place=60))
YOUR_GROUP = declare(WaveKind("your_group", _in_groups, fits=_fits, place=70))
