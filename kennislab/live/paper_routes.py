"""Paper: sheets to print before a lab, and the screen on which the cards are typed over. Without script too."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from kennislab.accounts import signin
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import N_, Conflict, Gone, Invalid, NotFound, require
from kennislab.core.transaction import share
from kennislab.grouping import queries as grouping
from kennislab.live import broadcast, operations, paper, wire
from kennislab.live.messages import CONSENTS, KINDS, parse
from kennislab.live.models import LiveOp, stream
from kennislab.live.paper import Row
from kennislab.live.policies import LiveActor
from kennislab.live.room.state import RoomState
from kennislab.live.routes import bp
from kennislab.live.screen_routes import join_url
from kennislab.programme import policies
from kennislab.programme import queries as programme
from kennislab.programme.models import Lab, LabState
from kennislab.programme.words import PHONE_KINDS

Answer = str | BaseResponse | tuple[str, int]
ROWS = 12
MORE = 12
AT_FIRST = {"consent": "programme", "step": None, "list": "", "list_kind": "bottleneck", "wrong": 0, "done": 0}

NOT_OPENED = Conflict(
    "paper-too-early", N_("Dit Kennislab is nog niet begonnen"), N_("Voer de kaarten in als het Kennislab is geopend, of daarna.")
)
TOO_LATE = Gone(
    "paper-too-late",
    N_("De oogst van dit Kennislab is gesloten"),
    N_("Vraag de coördinator om wat nog op papier staat als verbetering aan het archief toe te voegen."),
)


def _lab(lab_id: int) -> Lab:
    lab = db.session.get(Lab, lab_id)
    if lab is None:
        raise NotFound()
    require(policies.is_staff(signin.known_actor(), lab.programme_id))
    return lab


def _number(name: str, default: int, least: int, most: int) -> int:
    return max(least, min(most, request.args.get(name, default=default, type=int) or default))


# -- sheets


@bp.get("/kennislabs/<int:lab_id>/papier")
def paper_sheets(lab_id: int) -> str:
    """Sheets for one lab: how to take part, a list to sign, and empty cards by kind for each group. Prints on A4."""
    lab = _lab(lab_id)
    asked = [kind for kind in request.args.getlist("soort") if kind in paper.PRINTED]
    chosen = asked or ([] if "kies" in request.args else ["bottleneck", "solution", "insight", "linking_opportunity"])
    each = _number("aantal", 4, 1, 40)
    first = _number("vanaf", 1, 1, 9000)
    groups: list[str | None] = (
        [group.name for group in grouping.groups_of(db.session(), lab_id)] if request.args.get("groepen", "1") == "1" else []
    )
    wanted = [(group, kind) for group in groups or [None] for kind in chosen for _card in range(each)][: paper.MOST_CARDS]
    piles: dict[str | None, list[dict[str, str]]] = {}
    for number, (group, kind) in enumerate(wanted, first):
        piles.setdefault(group, []).append({"kind": kind, "number": paper.card_number(lab_id, number)})
    return render_template(
        "paper/sheets.html",
        lab=lab,
        kinds=paper.PRINTED,
        chosen=chosen,
        each=each,
        first=first,
        by_group=bool(groups),
        groups=groups,
        piles=piles,
        number=len(wanted),
        most=paper.MOST_CARDS,
        sign=request.args.get("lijst", ""),
        join_url=join_url(lab),
        municipalities=[one.name for one in programme.municipalities_for(db.session(), lab)],
    )


# -- typing over


def _room(lab: Lab) -> RoomState:
    """The room that the cards go into. Raises Refused before it was ever open, Gone when its harvest is over."""
    room = broadcast.of(current_app).room(lab.id, db.session())
    if room is None:
        raise NOT_OPENED
    broadcast.of(current_app).catch_up(room, db.session())
    state = room.tail.state
    late = timedelta(hours=current_app.config["LATE_HOURS"])
    if lab.state is LabState.ARCHIVED or (state.closed_at is not None and not state.open and clock.now() > state.closed_at + late):
        raise TOO_LATE
    return state


def _page(lab: Lab, state: RoomState, rows: list[Row], said: Mapping[str, Any], status: int = 200) -> Answer:
    visited = list(dict.fromkeys(step for step, _at in state.visited))
    page = render_template(
        "paper/enter.html",
        lab=lab,
        rows=rows,
        kinds=KINDS,
        municipalities=[(one.code, one.name) for one in programme.municipalities_for(db.session(), lab)],
        groups=[(group["id"], group["name"]) for group in state.groups.values()],
        steps=[(step, state.agenda[step]["title"]) for step in visited if step in state.agenda],
        present=state.step.id or "",
        open=state.open,
        entered=sum(1 for one in state.contributions.values() if one.paper and not one.retracted),
        **{**AT_FIRST, **said, "batch": said.get("batch") or str(uuid.uuid4())},
    )
    return page if status == 200 else (page, status)


@bp.get("/kennislabs/<int:lab_id>/papier/invoeren")
def paper_entry(lab_id: int) -> Answer:
    """Empty rows: one for each card."""
    lab = _lab(lab_id)
    return _page(lab, _room(lab), [Row() for _row in range(ROWS)], {"done": session.pop("kl_paper", 0)})


@bp.post("/kennislabs/<int:lab_id>/papier/invoeren")
def paper_enter(lab_id: int) -> Answer:
    """Puts all filled rows on the wall, or says what is wrong and keeps everything; with ``do`` more rows, or a list put on rows."""
    lab = _lab(lab_id)
    state = _room(lab)
    form = {name: request.form.getlist(name) for name in ("kind", "text", "municipality", "group", "card")}
    rows = paper.rows_of(form)
    kept = {name: request.form.get(name, "") for name in ("list", "list_kind", "step", "batch")}
    kept["consent"] = request.form.get("consent", "") if request.form.get("consent") in CONSENTS else "programme"
    if request.form.get("do") == "more":
        return _page(lab, state, [*rows, *(Row() for _row in range(MORE))], kept)
    if request.form.get("do") == "list":
        filled = [row for row in rows if not row.empty]
        new = paper.pasted(kept["list"], kept["list_kind"] if kept["list_kind"] in KINDS else "bottleneck", _words(lab, state))
        return _page(lab, state, [*filled, *new, Row(), Row()][: paper.MOST_ROWS], {**kept, "list": ""})
    municipalities = {one.code for one in programme.municipalities_for(db.session(), lab)}
    step = kept["step"] if kept["step"] in state.agenda else None
    ops = paper.ops_of(rows, _batch(kept["batch"]), kept["consent"], step)
    actor = signin.known_actor()
    leader = LiveActor(f"f:{actor.person_id}", "facilitator", lab_id, actor.name, None, actor.person_id)
    if not ops:
        return _page(lab, state, rows or [Row() for _row in range(ROWS)], {**kept, "wrong": -1}, 422)
    if not _sent_before(leader, ops) and not paper.check(rows, lab_id, state, municipalities):
        return _page(lab, state, rows, {**kept, "wrong": sum(1 for row in rows if row.wrong)}, 422)
    _enter(leader, [one | {"paper": one["paper"] | {"card": paper.read_card(lab_id, one["paper"]["card"] or "")}} for one in ops])
    session["kl_paper"] = len(ops)
    flash(ngettext("%(num)s kaart ingevoerd.", "%(num)s kaarten ingevoerd.", len(ops)), "success")
    return redirect(url_for("live.paper_entry", lab_id=lab_id), 303)


def _batch(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _words(lab: Lab, state: RoomState) -> dict[str, str]:
    """What is in a pasted sheet as people write it: kinds, municipalities, groups."""
    names = {one.name.lower(): one.code for one in programme.municipalities_for(db.session(), lab)}
    groups = {str(group["name"]).lower(): str(group["id"]) for group in state.groups.values()}
    kinds = {_(word).lower(): kind for kind, word in PHONE_KINDS.items()}
    return {**names, **groups, **kinds, **{kind: kind for kind in KINDS}}


def _sent_before(leader: LiveActor, ops: list[dict[str, Any]]) -> bool:
    """Whether this very form came before, and only its answer was lost."""
    known = sa.select(LiveOp.op_id).where(LiveOp.lab_id == leader.lab_id, LiveOp.actor == leader.key, LiveOp.op_id == ops[0]["id"])
    return db.session.scalar(known) is not None


def _enter(leader: LiveActor, ops: list[dict[str, Any]]) -> None:
    late = timedelta(hours=current_app.config["LATE_HOURS"])
    for start in range(0, len(ops), wire.MOST_OPS):
        asked = [operations.asked(op, parse(op)) for op in ops[start : start + wire.MOST_OPS]]
        db.session.remove()
        answer = share(lambda tx, asked=asked: operations.apply_ops(tx, leader, asked, late), stream(leader.lab_id))  # type: ignore[misc]
        refused = next((one for one in answer.results if one["status"] == "refused"), None)
        if refused is not None:
            told = wire.told(refused)["problem"]
            raise Invalid(refused["problem"]["type"], told["title"], told["detail"])
