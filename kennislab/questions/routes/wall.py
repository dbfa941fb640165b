"""The wall of questions: to read before the day, on a phone or on a big screen."""

from __future__ import annotations

from flask import render_template, request

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import require
from kennislab.programme import queries as programme_queries
from kennislab.programme.routes import the_lab
from kennislab.questions import policies, queries
from kennislab.questions import wall as walls
from kennislab.questions.routes import Answer, bp


@bp.get("/kennislabs/<int:lab_id>/vragenmuur")
def wall(lab_id: int) -> Answer:
    """All questions: ``?zoek=`` words, ``?gemeente=`` code, ``?thema=``, ``?volgorde=steun``."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    read = db.session()
    order = request.args.get("volgorde", "")
    wish = walls.Wish(
        request.args.get("zoek", "")[:200],
        request.args.get("gemeente", "")[:6],
        request.args.get("thema", "")[:80],
        order if order in walls.ORDERS else "nieuw",
    )
    questions = queries.of_lab(read, lab_id)
    numbers = [one.id for one in questions]
    counts = queries.support_counts(read, numbers)
    names = programme_queries.municipality_names(read, [one.municipality_code for one in questions])
    along = queries.co_askers(read, numbers)
    places = sorted(names.items(), key=lambda pair: pair[1])
    return render_template(
        "questions/wall.html",
        lab=lab,
        wish=wish,
        total=len(questions),
        questions=walls.chosen(questions, wish, counts, names),
        counts=counts,
        names=names,
        places=places,
        themes=walls.themes(questions),
        askers={one.id: ", ".join([one.asker_name, *(who.name for who in along.get(one.id, []))]) for one in questions},
    )
