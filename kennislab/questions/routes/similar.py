"""What looks like a question while it is typed: asked in this lab, or answered before. Asked by POST: half a sentence stands in no log."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request

from kennislab.accounts.signin import current_actor
from kennislab.core import search
from kennislab.core.db import db
from kennislab.core.errors import require
from kennislab.core.security import limiter
from kennislab.core.templating import quarter_text
from kennislab.core.text import tidy
from kennislab.programme import queries as programme_queries
from kennislab.programme import states
from kennislab.programme.routes import the_lab
from kennislab.questions import earlier, operations, policies, queries
from kennislab.questions.routes import Answer, bp, person_of

LEAST = 8
"""Characters. Of less, nothing telling can be said."""
MOST_HERE = 3
MOST_EARLIER = 3
_LOOKED_AT = 8
"""Of so many earlier ones, those come first of which is known what came of them: a question without an answer helps less."""
_ASKED = 60
"""So many are looked up, as those of earlier labs are among them."""


@bp.post("/kennislabs/<int:lab_id>/vragen/lijkt-op")
@limiter.limit("120 per minute", key_func=lambda: f"similar:{current_actor().person_id}")
def similar(lab_id: int) -> Answer:
    """What looks like ``tekst``, of which the last word may be half typed; ``behalve``: a question that must not be among it.

    JSON: ``{"here": [{id, text, url, asker, place, support, supported, own, open}], "earlier": [{kind, text, url, place, quarter, …}]}``.
    """
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    text = tidy(request.form.get("tekst", "")[: operations.MOST_TEXT])
    if len(text) < LEAST:
        return jsonify(here=[], earlier=[])
    read = db.session()
    own = request.form.get("behalve", "")[:16]
    besides = [(operations.SEARCH_KIND, own)] if own else []
    audience = {f"programme:{lab.programme_id}"}
    hits = search.similar(read, text, (operations.SEARCH_KIND,), audience, limit=_ASKED, half_typed=True, besides=besides)
    here = queries.like_here(read, lab_id, [hit.key for hit in hits])[:MOST_HERE]
    counts = queries.support_counts(read, [one.id for one in here])
    supported = queries.supported_by(read, lab_id, person_of(actor))
    along = queries.asked_along(read, lab_id, person_of(actor))
    names = programme_queries.municipality_names(read, [one.municipality_code for one in here])
    open_ = states.allows(lab.state, "support_question")
    before = sorted(earlier.like(read, lab, text, _LOOKED_AT), key=lambda one: not _answered(one))
    return jsonify(
        here=[
            {
                "id": one.public_id,
                "text": one.text,
                "url": f"{request.script_root}/kennisvragen/{one.public_id}",
                "asker": one.asker_name,
                "place": names.get(one.municipality_code or "", ""),
                "support": counts.get(one.id, 0),
                "supported": one.id in supported,
                "own": one.asker_id == actor.person_id or one.id in along,
                "open": open_,
            }
            for one in here
        ],
        earlier=[_told(one) for one in before[:MOST_EARLIER]],
    )


def _answered(one: earlier.Earlier) -> bool:
    return bool(one.solutions or one.worked or one.partly or one.failed)


def _told(one: earlier.Earlier) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "text": one.text,
        "url": request.script_root + one.url,
        "quarter": quarter_text(one.quarter),
        "place": one.place,
        "worked": one.worked,
        "partly": one.partly,
        "failed": one.failed,
        "tried": one.tried,
        "worked_in": list(one.worked_in),
        "solutions": [_told(solution) for solution in one.solutions[:2]],
    }
