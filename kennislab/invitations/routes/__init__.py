"""Pages of invitations. This module holds the blueprint and what its siblings share; the pages stand there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Blueprint, Flask, Response
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from kennislab.core.errors import N_
from kennislab.core.sheets import SheetDraft
from kennislab.invitations import kinds, models, queries, waves, words
from kennislab.invitations.calendar import calendar_text
from kennislab.programme import links, states
from kennislab.programme.links import Waiting
from kennislab.programme.models import Lab
from kennislab.programme.people import Said, tells

bp = Blueprint("invitations", __name__)
TABLES = (models.Invitation, models.Wave, SheetDraft)
Answer = str | AnyResponse | tuple[str, int]


def init(app: Flask) -> None:
    """Called once by the composition root."""
    links.counter("coming", queries.count_coming)
    links.tells_waiting(_waiting)
    tells(_said)


def _said(session: Session, person_id: int, lab_ids: Collection[int]) -> dict[int, list[Said]]:
    """What somebody answered in labs, for the page about them."""
    found = queries.of_person(session, person_id, lab_ids)
    said: dict[int, list[Said]] = {}
    for one in found:
        said[one.lab_id] = [(words.ANSWERS[one.answer], {})]
        if one.note:
            said[one.lab_id].append((N_("Zei erbij: “%(note)s”"), {"note": one.note}))
    return said


def _waiting(session: Session, labs: Sequence[Lab]) -> list[Waiting]:
    """What waits for who runs these labs: mails that nobody has let go yet, and people whose calendars are behind."""
    found: list[Waiting] = []
    for lab in labs:
        if not states.allows(lab.state, "invite"):
            continue
        counts = queries.counts_of_waves(session, lab.id)
        for wave in queries.waves_of(session, lab.id):
            if ready := counts.get(wave.id, {}).get("draft", 0):
                text = ngettext("%(num)s mail wacht op jou voordat hij weggaat.", "%(num)s mails wachten op jou voordat ze weggaan.", ready)
                found.append(Waiting(lab, text, f"/kennislabs/{lab.id}/uitnodigingen/mails/{wave.public_id}"))
        if behind := len(waves.needs(session, lab, kinds.LAB_CHANGED).reachable):
            text = ngettext(
                "%(num)s persoon heeft nog de oude tijd of plaats in de agenda.",
                "%(num)s mensen hebben nog de oude tijd of plaats in hun agenda.",
                behind,
            )
            found.append(Waiting(lab, text, f"/kennislabs/{lab.id}/uitnodigingen"))
    return found


def calendar_file(lab: Lab, language: str) -> Response:
    """The lab as a file for somebody's calendar. Nobody is invited in it."""
    headers = {"Content-Disposition": f'attachment; filename="kennislab-{lab.id}.ics"', "Cache-Control": "private, no-store"}
    text = calendar_text(lab, None, "PUBLISH", language=language)
    return Response(text, content_type="text/calendar; charset=utf-8; method=PUBLISH", headers=headers)


from kennislab.invitations.routes import answer, mailing, staff  # noqa: E402, F401  they put their pages on ``bp``
