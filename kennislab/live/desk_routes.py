"""What the desk asks for besides the room itself: the methods to choose from."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_babel import get_locale
from flask_babel import gettext as _

from kennislab.core.db import db
from kennislab.core.errors import NotFound
from kennislab.live import auth, library
from kennislab.live.methods import plan, vocabulary
from kennislab.live.methods.model import Method, Part, Step
from kennislab.live.routes import bp
from kennislab.programme.models import Lab


def _text(dutch: str, english: str) -> str:
    return english if english and str(get_locale()) == "en" else dutch


def _names(words: list[Any]) -> list[str]:
    return [_(vocabulary.ROLE_NAMES[vocabulary.ROLE[word]]) for word in words]


def _piece(piece: Step | Part) -> dict[str, Any]:
    return {
        "title": _text(piece.title_nl, piece.title_en),
        "instruction": _text(piece.instruction_nl, piece.instruction_en),
        "minutes": piece.minutes,
        "speaking": _("iedereen") if piece.speaking == "deelnemers" else _names([piece.speaking])[0],
        "silent": _names(list(piece.silent)),
    }


def _step(method: Method, index: int) -> dict[str, Any]:
    step = method.steps[index]
    return {
        **_piece(step),
        "mode": _(vocabulary.MODE_NAMES[step.mode]),
        "input": _(vocabulary.INPUT_NAMES[step.input]),
        "scale": _(vocabulary.SCALE_NAMES[step.scale]) if step.scale != "fixed" else "",
        "parts": [_piece(part) for part in plan.parts(method, index)],
    }


def _told(method: Method) -> dict[str, Any]:
    least, most = plan.bounds(method)
    return {
        "key": method.id,
        "name": _text(method.name_nl, method.name_en),
        "family": _(vocabulary.FAMILY_NAMES[method.family]),
        "summary": _text(method.summary_nl, method.summary_en),
        "use_when": _text(method.use_when_nl, method.use_when_en),
        "people": {"min": method.group_size.min, "ideal": method.group_size.ideal, "max": method.group_size.max},
        "minutes": {"min": least, "usual": method.total_minutes, "max": most},
        "case": "casusinbrenger" in method.roles,
        "steps": [_step(method, index) for index in range(len(method.steps))],
    }


@bp.get("/live/<int:lab_id>/methods")
def methods(lab_id: int) -> Response:
    """For who leads the room: the programme's methods with their run sheets, in the language of the page."""
    auth.staff_here(lab_id, "facilitator")
    lab = db.session.get(Lab, lab_id)
    if lab is None:
        raise NotFound()
    answer = jsonify(methods=[_told(one) for one in library.methods_of(db.session(), lab.programme_id)])
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer
