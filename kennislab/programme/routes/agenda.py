"""The agenda as one form: every button saves all that was typed and then does its own thing, so nothing is ever lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid, require
from kennislab.core.text import tidy
from kennislab.core.transaction import transaction
from kennislab.programme import agenda as agendas
from kennislab.programme import operations, policies
from kennislab.programme.agenda import AgendaDraft, MethodChoice
from kennislab.programme.models import Block, Input, Lab
from kennislab.programme.routes import Answer, bp, the_lab

MOST_ROWS = 60
T = TypeVar("T", Block, Input)


@bp.route("/kennislabs/<int:lab_id>/agenda", methods=["GET", "POST"])
def edit_agenda(lab_id: int) -> Answer:
    """Shows and saves the agenda. ``do``: save, up:<row>, down:<row>, remove:<row>, add:<block>, template:<name>."""
    lab = the_lab(lab_id)
    require(policies.may_edit_agenda(current_actor(), lab))
    if request.method == "GET":
        return _page(lab, [agendas.draft_of(item) for item in lab.agenda], lab.rev)
    rows, what = _rows(), request.form.get("do", "save")
    drafts = _act([draft for _key, draft in rows], [key for key, _draft in rows], what)
    offered = {one.key for one in _methods(lab)} | {item.method for item in lab.agenda}
    drafts = [draft if draft.method in offered else replace(draft, method=None) for draft in drafts]
    sent = request.form.get("rev", "")
    rev = int(sent) if sent.isdecimal() and len(sent) < 10 else 0
    try:
        with transaction() as tx:
            operations.replace_agenda(tx, tx.session.get_one(Lab, lab_id), drafts, rev)
    except Conflict as error:
        return _page(lab, drafts, lab.rev, trouble=[_(error.title), _(error.detail)]), 409
    except Invalid as error:
        return _page(lab, drafts, rev, wrong={name: _(text) for name, text in error.fields.items()}), 422
    if what == "save":
        flash(_("De agenda is opgeslagen."), "ok")
        return redirect(url_for("programme.lab_page", lab_id=lab_id), 303)
    return redirect(url_for("programme.edit_agenda", lab_id=lab_id) + _anchor(lab_id, drafts, what), 303)


def _rows() -> list[tuple[str, AgendaDraft]]:
    """What was sent, in the order of the page: hidden fields ``row`` name the rows, ``<row>-title`` and so on hold them."""
    return [(key, _draft(key)) for key in request.form.getlist("row")[:MOST_ROWS]]


def _draft(key: str) -> AgendaDraft:
    sent = request.form

    def text(name: str, most: int) -> str:
        return tidy(sent.get(f"{key}-{name}", ""))[:most]

    def number(name: str) -> int:
        value = text(name, 12)
        return int(value) if value.isdecimal() and len(value) < 7 else 0

    return AgendaDraft(
        block=_one(Block, text("block", 24), Block.WELCOME),
        title=text("title", 120),
        instruction=text("instruction", 400),
        minutes=number("minutes"),
        input=_one(Input, text("input", 8), Input.NONE),
        phone_kinds=tuple(sent.getlist(f"{key}-kinds")[:12]),
        hidden_until_reveal=f"{key}-hidden" in sent,
        method=text("method", 60) or None,
        id=number("id") or None,
    )


def _one(kind: type[T], value: str, otherwise: T) -> T:
    return next((one for one in kind if one.value == value), otherwise)


def _act(drafts: list[AgendaDraft], keys: list[str], what: str) -> list[AgendaDraft]:
    """The rows after the button's own work."""
    verb, _colon, name = what.partition(":")
    at = keys.index(name) if name in keys else None
    if verb == "up" and at:
        drafts[at - 1], drafts[at] = drafts[at], drafts[at - 1]
    elif verb == "down" and at is not None and at + 1 < len(drafts):
        drafts[at + 1], drafts[at] = drafts[at], drafts[at + 1]
    elif verb == "remove" and at is not None:
        del drafts[at]
    elif verb == "add":
        block = request.form.get("add-block", "")
        drafts.append(agendas.DEFAULTS[_one(Block, block, Block.WORKING_GROUPS)])
    elif verb == "template" and not drafts and name in agendas.TEMPLATES:
        drafts.extend(agendas.TEMPLATES[name].items)
    return drafts


def _anchor(lab_id: int, drafts: list[AgendaDraft], what: str) -> str:
    """Back to the row that was moved or made, by its place."""
    verb, _colon, name = what.partition(":")
    keys = request.form.getlist("row")
    if verb == "add":
        return f"#onderdeel-{len(drafts)}"
    if verb in ("up", "down") and name in keys:
        place = keys.index(name) + (0 if verb == "up" else 2)
        return f"#onderdeel-{min(max(place, 1), len(drafts))}"
    return ""


def _methods(lab: Lab) -> list[MethodChoice]:
    """The methods that an item can follow, as told by who is in the app's extensions under ``agenda-methods``."""
    choices = current_app.extensions.get("agenda-methods")
    return choices(db.session(), lab.programme_id) if choices is not None else []


def _page(lab: Lab, drafts: list[AgendaDraft], rev: int, wrong: dict[str, str] | None = None, trouble: list[str] | None = None) -> str:
    db.session().refresh(lab)
    return render_template(
        "programme/agenda.html",
        lab=lab,
        drafts=[replace(draft) for draft in drafts],
        rev=rev,
        wrong=wrong or {},
        trouble=trouble or [],
        templates=agendas.TEMPLATES,
        blocks=list(Block),
        inputs=list(Input),
        methods=_methods(lab),
        total=sum(draft.minutes for draft in drafts),
        planned=int((lab.ends_at - lab.starts_at).total_seconds() // 60),
    )
