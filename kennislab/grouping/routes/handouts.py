"""On paper for the day: a sheet per group, a sign per door, a list of names."""

from __future__ import annotations

from flask import render_template, request

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import require
from kennislab.grouping import handouts, policies
from kennislab.grouping.routes import bp
from kennislab.grouping.routes.answering import Answer
from kennislab.grouping.routes.seating import methods_for
from kennislab.programme.routes import the_lab

KINDS = ("groepen", "deuren", "namen")


@bp.get("/kennislabs/<int:lab_id>/groepen/printen")
def print_groups(lab_id: int) -> Answer:
    """One of the three, by ``wat``; the sheets of the groups when it is not said."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_print(actor, lab))
    session = db.session()
    wanted = request.args.get("wat", "")
    kind = wanted if wanted in KINDS else KINDS[0]
    sheets = handouts.sheets(session, lab, {one.key: one.name for one in methods_for(session, lab)})
    return render_template(
        "grouping/handouts.html",
        lab=lab,
        kind=kind,
        sheets=sheets,
        doors=handouts.doors(sheets),
        roomless=[one.group.name for one in sheets if not one.group.room.strip()],
        names=handouts.names(session, lab) if kind == "namen" else [],
    )
