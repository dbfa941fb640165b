"""The page about oneself in one lab: what to do now, where to be and with whom, and what became of one's questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, request
from sqlalchemy.orm import Session

from kennislab.accounts.signin import known_actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import require
from kennislab.grouping import afterwards, owning, policies, queries, tips
from kennislab.grouping import ranking as rankings
from kennislab.grouping.owning import OwnQuestion, Place
from kennislab.grouping.routes import bp
from kennislab.grouping.routes.answering import Answer
from kennislab.grouping.routes.seating import methods_for
from kennislab.invitations import queries as invitations
from kennislab.programme import states
from kennislab.programme.models import Lab, LabState
from kennislab.programme.routes import the_lab
from kennislab.questions import notices
from kennislab.questions import policies as asking

_MOST_TEXTS = 3
"""So many texts are searched for reading tips: each costs some milliseconds."""


@bp.get("/kennislabs/<int:lab_id>/mijn")
def own_page(lab_id: int) -> Answer:
    """All that one lab is for who looks: before, during and after the day."""
    actor, lab = known_actor(), the_lab(lab_id)
    require(policies.may_see_own(actor, lab))
    session, person_id = db.session(), actor.person_id or 0
    knows_groups = bool(policies.may_see_groups(actor, lab))
    questions = owning.questions_of(session, lab, person_id, bool(policies.may_see_board(actor, lab)))
    place = owning.place_of(session, lab, person_id) if knows_groups else None
    chosen = rankings.ranking_of(session, lab_id, person_id)
    themes = queries.themes_of(session, lab_id)
    method = place.group.method if place is not None else None
    return render_template(
        "grouping/own.html",
        lab=lab,
        invitation=invitations.invitation_of(session, lab_id, person_id),
        may_answer=states.allows(lab.state, "answer_invitation"),
        may_ask=bool(asking.may_ask(actor, lab, clock.now())),
        may_rank=bool(policies.may_rank(actor, lab, rankings.is_open(session, lab_id))) and len(themes) > 1,
        rank_until=_until(session, lab_id),
        chosen=chosen,
        titles={theme.id: theme.title for theme in themes},
        questions=questions,
        told=notices.unread(session, person_id, lab_id),
        place=place,
        group_questions=queries.questions_of_theme(session, place.group.theme_id) if place is not None and place.group.theme_id else [],
        method=next((one.name for one in methods_for(session, lab) if method and one.key == method), ""),
        knows_groups=knows_groups,
        has_groups=knows_groups and bool(queries.groups_of(session, lab_id)),
        tips=_tips(session, lab, questions, place),
        to_check=afterwards.to_check(session, lab_id, person_id) if lab.state is LabState.HARVESTING else 0,
        staff=actor.is_staff(lab.programme_id),
        root=request.script_root,
    )


def _until(session: Session, lab_id: int) -> datetime | None:
    row = queries.board_row(session, lab_id)
    return row.ranking_until if row is not None else None


def _tips(session: Session, lab: Lab, questions: Sequence[OwnQuestion], place: Place | None) -> list[tips.Tip]:
    """Reading tips before and during the day: about one's own questions, and about the theme of one's group."""
    if lab.state in (LabState.HARVESTING, LabState.ARCHIVED):
        return []
    about = [one.question.text for one in questions if one.question.text.strip()][:_MOST_TEXTS]
    if place is not None:
        about.append(f"{place.group.name} {place.group.theme.subtitle if place.group.theme is not None else ''}")
    return tips.tips_for(session, lab, about)
