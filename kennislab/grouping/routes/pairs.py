"""Questions that look alike, pair by pair: merge them, or say that they ask something different.

Merging itself is a page of the questions, which comes back here.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import NotFound, require
from kennislab.core.transaction import transaction
from kennislab.grouping import pairs
from kennislab.grouping.routes import bp
from kennislab.grouping.routes.answering import Answer
from kennislab.programme import queries as programmes
from kennislab.programme.routes import the_lab
from kennislab.questions import policies, queries
from kennislab.questions.models import KnowledgeQuestion
from kennislab.questions.routes import undoing


def _place() -> int:
    sent = request.values.get("paar", "")
    return int(sent) if sent.isdecimal() and len(sent) < 5 else 0


def _of_lab(lab_id: int, public_id: str | None) -> KnowledgeQuestion | None:
    found = queries.by_public_id(db.session(), public_id) if public_id else None
    return found if found is not None and found.lab_id == lab_id else None


@bp.get("/kennislabs/<int:lab_id>/vragen/dubbel")
def alike(lab_id: int) -> Answer:
    """One pair at a time, closest first; ``?paar=`` counts from nought those that were passed over."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_manage(actor, lab))
    session = db.session()
    found = pairs.close_pairs_of(session, lab_id, make=True)
    at = _place()
    pair = found[at] if at < len(found) else None
    sides = []
    if pair is not None:
        both = (pair.first, pair.second)
        names = programmes.municipality_names(session, [one.municipality_code for one in both])
        counts = queries.support_counts(session, [one.id for one in both])
        words = pairs.marked(pair.first.text, pair.second.text)
        sides = [
            {"question": one, "words": said, "place": names.get(one.municipality_code or ""), "support": counts.get(one.id, 0)}
            for one, said in zip(both, words, strict=True)
        ]
    return render_template(
        "grouping/pairs.html",
        lab=lab,
        at=at,
        total=len(found),
        sides=sides,
        undo=undoing.take(),
    )


@bp.post("/kennislabs/<int:lab_id>/vragen/dubbel/anders")
def say_different(lab_id: int) -> Answer:
    """These two ask something different, or (``terug=1``) that is taken back."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_manage(actor, lab))
    sent = (request.form.get("een"), request.form.get("ander"))
    first, second = (_of_lab(lab_id, one) for one in sent)
    if first is None or second is None or first.id == second.id:
        raise NotFound()
    back = request.form.get("terug") == "1"
    with transaction() as tx:
        both = [tx.session.get_one(KnowledgeQuestion, one.id) for one in (first, second)]
        require(policies.may_manage(actor, both[0].lab))
        if back:
            pairs.take_back_different(tx, *both)
        else:
            pairs.say_different(tx, both[0], both[1], actor)
    if not back:
        fields = {"een": first.public_id, "ander": second.public_id, "paar": str(_place()), "terug": "1"}
        undoing.offer(_("Genoteerd: deze twee vragen iets anders."), url_for("grouping.say_different", lab_id=lab_id), fields)
    return redirect(url_for("grouping.alike", lab_id=lab_id, paar=_place()), 303)
