"""What the pages of the board and of the groups answer with. Every change is a plain form post; a script asks for JSON and gets the
columns that changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import current_actor
from kennislab.core import jobs, journal
from kennislab.core.db import db
from kennislab.core.errors import DomainError, Invalid, require
from kennislab.core.transaction import Tx, transaction
from kennislab.grouping import following, operations, policies, proposing, queries, selecting, words
from kennislab.grouping.routes import seating
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions import queries as questions

Answer = str | Response | tuple[str, int] | tuple[Response, int]
Verb = Callable[[Tx, Lab], Any]
WAIT_MOST = 25


@dataclass(frozen=True, slots=True)
class View:
    """One of the two boards. ``told``: its journal entries; ``columns``: a lab's board as (order of columns, column → HTML); ``tools``:
    what stands above it and changes with it, as HTML; ``may_change``: who may send a change at all (each change asks again)."""

    told: str
    may_edit: Callable[[Actor, Lab], policies.Verdict]
    may_change: Callable[[Actor, Lab], policies.Verdict]
    columns: Callable[[Session, Lab, bool], tuple[list[str], Callable[[str], str]]]
    tools: Callable[[Session, Actor, Lab], str]
    address: str


def theme_columns(session: Session, lab: Lab, editable: bool) -> tuple[list[str], Callable[[str], str]]:
    columns = queries.board(session, lab.id)
    ids = [card.question.id for column in columns for card in column.cards]
    context = {
        "lab": lab,
        "editable": editable,
        "themes": [column.theme for column in columns if column.theme],
        "names": programmes.municipality_names(session, [card.question.municipality_code for column in columns for card in column.cards]),
        "counts": questions.support_counts(session, ids),
    }
    by_key = {column.key: column for column in columns}
    return list(by_key), lambda key: Markup(render_template("grouping/_theme_column.html", column=by_key[key], **context))


def _theme_tools(session: Session, actor: Actor, lab: Lab) -> str:
    return render_template("grouping/_tools.html", **tools(session, actor, lab))


THEMES = View("board.changed", policies.may_edit_board, policies.may_edit_board, theme_columns, _theme_tools, "grouping.board")
GROUPS = View(
    "groups.changed", policies.may_place_people, policies.may_make_groups, seating.group_columns, seating.tools, "grouping.groups"
)


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _number(name: str, default: int = 0) -> int:
    sent = request.values.get(name, "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else default


def _hands(session: Session, actor: Actor, lab: Lab, view: View) -> dict[str, Any]:
    """Who else is at the board and what they have picked up, when that is not what the script already knows; only for who works on it."""
    known = request.values.get("hands")
    if known is None or view is not THEMES or not view.may_edit(actor, lab):
        return {}
    there = selecting.hands_of(session, lab, actor.person_id)
    stamp = selecting.stamp(there)
    return {} if stamp == known else {"hands": {"stamp": stamp, "of": [asdict(hand) for hand in there]}}


def _news(session: Session, actor: Actor, lab: Lab, view: View, since: int, stamp: str | None) -> dict[str, Any] | None:
    """What is new after journal number ``since``, as the script wants it; None when nothing is."""
    head, now = queries.version(session, lab.id)
    hands = _hands(session, actor, lab, view)
    if head <= since and stamp == now:
        return {"head": since, "stamp": stamp, **hands} if hands else None
    rows = journal.read(session, queries.stream_of(lab.id), since, 200)
    editable = bool(view.may_edit(actor, lab))
    order, column = view.columns(session, lab, editable)
    touched = {key for row in rows if row.type == view.told for key in row.data["columns"]}
    titles = any(
        row.type == THEMES.told and row.data["verb"] in ("create", "rename", "merge", "split", "remove", "propose", "put-back")
        for row in rows
    )
    everything = stamp != now or len(rows) >= 200 or titles or any(row.data["verb"] in ("undo", "redo") for row in rows)
    mine = f"p:{actor.person_id}"
    said = [_said(row.data) for row in rows if row.type == view.told and row.actor != mine and row.data["verb"] != "progress"]
    return {
        "head": rows[-1].seq if rows else head,
        "stamp": now,
        "order": order,
        "columns": {key: column(key) for key in order if everything or key in touched},
        "said": said[-3:],
        "tools": view.tools(session, actor, lab) if editable else None,
        **hands,
    }


def _said(data: dict[str, Any]) -> str:
    sentence, values = words.said(data["verb"], data["by"], data["details"])
    return _(sentence, **values)


def tools(session: Session, actor: Actor, lab: Lab) -> dict[str, Any]:
    """What stands above the board and changes with it."""
    row = queries.board_row(session, lab.id)
    work = jobs.state_of(session, row.proposal_job) if row and row.proposal_job else None
    person_id = actor.person_id or 0
    return {
        "lab": lab,
        "undo": queries.next_undo(session, lab.id, person_id),
        "redo": queries.next_redo(session, lab.id, person_id),
        "work": work if work is not None and work.state in ("queued", "running") else None,
        "groups": proposing.suggested(session, lab),
        "largest": row.largest if row else None,
        "least_largest": proposing.LEAST_LARGEST,
        "most_largest": proposing.MOST_LARGEST,
        "least": proposing.LEAST_GROUPS,
        "most": proposing.MOST_GROUPS,
    }


def change(lab_id: int, view: View, verb: Verb, done: str | None = None, form: Any = None) -> Answer:
    """Does ``verb(tx, lab)`` for who may, and answers: JSON with the news, or back to the page with a word about it."""
    actor, lab = current_actor(), the_lab(lab_id)
    may = view.may_change
    require(may(actor, lab))
    try:
        if form is not None and not form.validate():
            raise Invalid(fields={name: " ".join(str(one) for one in errors) for name, errors in form.errors.items()})
        with transaction() as tx:
            fresh = tx.session.get_one(Lab, lab_id)
            require(may(actor, fresh))
            result = verb(tx, fresh)
    except DomainError as error:
        return refused(error, lab_id, view)
    if isinstance(result, operations.Undone) and result.skipped:
        done = _("Een deel bleef zoals het is: iemand anders had het intussen veranderd.")
    return answered(lab_id, view, done)


def answered(lab_id: int, view: View, done: str | None) -> Answer:
    """After a change: the news as JSON, or back to the page with a word about it."""
    if _wants_json():
        news = _news(db.session(), current_actor(), the_lab(lab_id), view, _number("since"), request.form.get("stamp"))
        return jsonify({**(news or {}), "done": done})
    if done:
        flash(done, "ok")
    return redirect(url_for(view.address, lab_id=lab_id), 303)


def refused(error: DomainError, lab_id: int, view: View) -> Answer:
    """After a refusal that the page can say: back to it. Raises any other, and all for a script, which says them itself."""
    if _wants_json() or error.status not in (409, 422):
        raise error
    flash_refusal(error)
    return redirect(url_for(view.address, lab_id=lab_id), 303)


def flash_refusal(error: DomainError) -> None:
    """Says on the next page why something was refused."""
    fields = getattr(error, "fields", {})
    sentences = [_(error.title, **error.params), *(_(text) for text in fields.values())]
    if error.detail and not fields:
        sentences.append(_(error.detail, **error.params))
    flash(" ".join(sentences), "error")


def sent_ids(name: str) -> list[int]:
    """The numbers that were sent under a name; what is no number is left out."""
    return [int(value) for value in request.form.getlist(name) if value.isdecimal() and len(value) < 10]


def sent_target() -> int | None:
    """The column named in ``to``: a number, or the pile. Raises Invalid for anything else."""
    sent = request.form.get("to", "")
    if sent == "pile":
        return None
    if not sent.isdecimal() or len(sent) > 9:
        raise Invalid("no-target", _("Kies eerst waarheen"), _("Kies een thema uit de lijst, of de stapel."))
    return int(sent)


def sent_index() -> int | None:
    sent = request.form.get("index", "")
    return int(sent) if sent.isdecimal() and len(sent) < 6 else None


def follow(lab_id: int, view: View, may_see: Callable[[Actor, Lab], policies.Verdict]) -> Answer:
    actor, lab = current_actor(), the_lab(lab_id)
    require(may_see(actor, lab))
    since, stamp = _number("since"), request.args.get("stamp")

    def look() -> dict[str, Any] | None:
        session = db.session()
        present = programmes.lab(session, lab_id)
        return None if present is None else _news(session, actor, present, view, since, stamp)

    news = following.wait_for(queries.stream_of(lab_id), min(_number("wait"), WAIT_MOST), look)
    answer = jsonify(news if news is not None else {"head": since, "stamp": stamp})
    answer.headers["Cache-Control"] = "no-store"
    return answer
