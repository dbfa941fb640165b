"""Mails about themes and groups, and what the page about a person tells of them: choose your themes, and this is your group.

They go in waves; that choosing is open is mailed by itself as well. Their links sign in as the participant that they are for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Person
from kennislab.core import mail
from kennislab.core.errors import N_
from kennislab.core.mail import Mail, site_address
from kennislab.core.transaction import Tx
from kennislab.grouping import queries, ranking, reasons
from kennislab.grouping.models import GroupMember, Ranking, WorkingGroup
from kennislab.invitations import queries as invitations
from kennislab.invitations.kinds import Wanted, WaveKind, declare
from kennislab.programme import mails, states
from kennislab.programme.models import Lab
from kennislab.programme.people import Said

_OWN_LINK = "eigen link"
_LEADS_TO = {"ranking_open": "themas-kiezen", "your_group": "mijn"}


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
            "link": mails.Later(f"[{_OWN_LINK}]"),
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
            wanted[person.id] = {"kiezen tot": until, "link": mails.Later(f"[{_OWN_LINK}]")}
    return wanted


RANKING_OPEN = declare(WaveKind("ranking_open", _to_choose, once=True, place=60))
YOUR_GROUP = declare(WaveKind("your_group", _in_groups, fits=_fits, place=70))


@mail.fill(_OWN_LINK)
def _own_link(tx: Tx, one: Mail) -> str:
    """A way in as the participant that the mail is for, on to the page that it is about."""
    path = f"/kennislabs/{one.lab_id}/{_LEADS_TO.get(one.purpose, 'mijn')}"
    person = tx.session.get(Person, one.person_id) if one.person_id is not None else None
    if person is None or one.programme_id is None:
        return site_address(path)
    token = accounts.make_personal_link(tx, person, one.programme_id, one.lab_id)
    return site_address(f"/uitnodiging/{token}?next={path}")


def tell_open(tx: Tx, lab: Lab) -> int:
    """Mails participants that they can choose themes, after the usual while; returns how many. Nobody twice, not who chose already, not
    who does not come. A mail that still waits and that nobody edited is written anew, as the end may have changed."""
    M = Mail
    ours = sa.and_(M.lab_id == lab.id, M.purpose == "ranking_open", M.wave_id.is_(None))
    tx.session.execute(sa.delete(M).where(ours, M.state == "released", M.edited_by_name == "", M.tries == 0))
    told = {one.person_id for one in invitations.mailed(tx.session, lab.id) if one.purpose == "ranking_open" and one.state != "skipped"}
    wanted = _to_choose(tx.session, lab)
    people = [tx.session.get_one(Person, person_id) for person_id in wanted if person_id not in told]
    return sum(mails.notify(tx, one, "ranking_open", lab, wanted[one.id]) is not None for one in people)


def told(session: Session, person_id: int, lab_ids: Collection[int]) -> dict[int, list[Said]]:
    """What the page about a person tells of labs: their group and which of their wishes it is; without a group, that they chose."""
    R, M = Ranking, GroupMember
    chose = sa.select(R.lab_id, R.choices).where(R.person_id == person_id, R.lab_id.in_(lab_ids))
    counts = {lab_id: len(mine) for lab_id, mine in session.execute(chose)}
    said: dict[int, list[Said]] = {lab_id: [(N_("Koos thema’s: %(number)s"), {"number": count})] for lab_id, count in counts.items()}
    for member in session.scalars(sa.select(M).where(M.person_id == person_id, M.lab_id.in_(lab_ids))):
        why = reasons.headline(member.reason, member.rank)
        said[member.lab_id] = [(N_("Groep: %(group)s"), {"group": member.group.name}), *([why] if why else [])]
    return said
