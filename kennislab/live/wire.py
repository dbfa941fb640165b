"""Reading what comes over the wire, and putting answers into the reader's language."""

from __future__ import annotations

import json
from typing import Any

from flask import request
from flask_babel import gettext

from kennislab.core.errors import N_, Invalid
from kennislab.core.text import tidy
from kennislab.live.messages import MOST_BYTES, MOST_OPS, BadOp, parse
from kennislab.live.operations import Asked, asked

TOO_MANY = N_("Stuur ten hoogste 50 opdrachten tegelijk.")
NOT_JSON = N_("Dit is geen JSON zoals we die verwachten.")
NO_ID = N_("Elke opdracht heeft een eigen id nodig (UUID).")


def _constant(name: str) -> Any:
    raise ValueError(name)


def read_json() -> dict[str, Any]:
    """The request's JSON object. Raises Invalid (422, or 413 when it is too large) with a sentence that says what is wrong."""
    length = request.content_length
    if length is not None and length > MOST_BYTES:
        raise Invalid("too-large", N_("Dit is te groot"), N_("Stuur het in kleinere stukken (ten hoogste 64 KB)."), status=413)
    raw = request.get_data(cache=False)
    if len(raw) > MOST_BYTES:
        raise Invalid("too-large", N_("Dit is te groot"), N_("Stuur het in kleinere stukken (ten hoogste 64 KB)."), status=413)
    try:
        body = json.loads(raw, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise Invalid("not-json", N_("Dit kunnen we niet lezen"), NOT_JSON) from error
    if not isinstance(body, dict):
        raise Invalid("not-json", N_("Dit kunnen we niet lezen"), NOT_JSON)
    return body


def read_ops() -> list[Asked]:
    """The ops of this request, each read or marked as unreadable. Raises Invalid when the envelope itself is wrong."""
    body = read_json()
    ops = body.get("ops")
    if not isinstance(ops, list) or not ops or set(body) != {"ops"}:
        raise Invalid("invalid-ops", N_("Dit kunnen we niet lezen"), NOT_JSON)
    if len(ops) > MOST_OPS:
        raise Invalid("too-many-ops", N_("Dit zijn er te veel"), TOO_MANY)
    return [_read_op(one) for one in ops]


WORDS = frozenset({"text", "texts", "title", "reason", "on_behalf_of", "owner", "themes", "note", "when", "place", "name", "question"})
"""Fields with what people typed."""


def _tidied(name: str, value: Any, inside: bool = False) -> Any:
    """What is typed, made fit to show: in the op itself, and in what it holds (a vote to be opened), no deeper."""
    if isinstance(value, dict) and not inside:
        return {inner: _tidied(inner, one, True) for inner, one in value.items()}
    if name not in WORDS:
        return value
    if isinstance(value, list):
        return [tidy(one) if isinstance(one, str) else one for one in value]
    return tidy(value) if isinstance(value, str) else value


def _read_op(body: Any) -> Asked:
    id_ = body.get("id") if isinstance(body, dict) else None
    if not isinstance(id_, str) or len(id_) > 40 or not id_.isascii() or not id_.isprintable():  # what no database takes is no id
        raise Invalid("invalid-ops", N_("Dit kunnen we niet lezen"), NO_ID)
    tidied = {name: _tidied(name, value) for name, value in body.items()}
    for name in ("on_behalf_of", "owner", "due", "reason"):
        if tidied.get(name) == "":
            tidied[name] = None
    try:
        return asked(body, parse(tidied))
    except BadOp as bad:
        return asked(body, bad)


def told(result: dict[str, Any]) -> dict[str, Any]:
    """A stored result as its maker reads it: problem with its full type, in the reader's language."""
    problem = result.get("problem")
    if problem is None:
        return result
    params = problem.get("params", {})
    sentence = {
        "type": f"/problems/{problem['type']}",
        "title": gettext(problem["title"], **params),
        "detail": gettext(problem["detail"], **params) if problem["detail"] else "",
        "status": problem["status"],
    }
    return {**result, "problem": sentence}
