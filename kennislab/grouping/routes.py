"""Pages of the board and of the groups. Every change is a plain form post; a script asks for JSON and gets the columns that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.accounts.signin import current_actor
from kennislab.core import jobs, journal
from kennislab.core.db import db
from kennislab.core.errors import DomainError, Invalid, NotFound, require
from kennislab.core.transaction import Tx, transaction
from kennislab.grouping import following, operations, placing, policies, proposing, queries, words
from kennislab.grouping.forms import GroupForm, ProposalForm, TitleForm
from kennislab.grouping.models import TONES, WorkingGroup
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions import queries as questions

bp = Blueprint("grouping", __name__)
Answer = str | Response | tuple[str, int] | tuple[Response, int]
Verb = Callable[[Tx, Lab], Any]
WAIT_MOST = 25


def init(app: Flask) -> None:
    """Called once by the composition root."""


# --- what a page and an answer are made of ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _View:
    """One of the two boards. ``of``: the state of a lab's board as (order of columns, column → HTML)."""

    kind: str
    may_edit: Callable[[Actor, Lab], policies.Verdict]
    columns: Callable[[Session, Lab, bool], tuple[list[str], Callable[[str], str]]]
    address: str


def _theme_columns(session: Session, lab: Lab, editable: bool) -> tuple[list[str], Callable[[str], str]]:
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


@dataclass(frozen=True, slots=True)
class _GroupColumn:
    group: WorkingGroup | None
    people: list[Person]

    @property
    def key(self) -> str:
        return str(self.group.id) if self.group else "pile"


def _group_columns(session: Session, lab: Lab, editable: bool) -> tuple[list[str], Callable[[str], str]]:
    groups = queries.groups_of(session, lab.id)
    placed = {member.person_id for group in groups for member in group.members}
    rest = [person for person in queries.people_to_place(session, lab.programme_id) if person.id not in placed] if editable else []
    columns = [_GroupColumn(None, rest)] if editable else []
    columns += [_GroupColumn(group, sorted((m.person for m in group.members), key=lambda p: (p.name.casefold(), p.id))) for group in groups]
    people = [person for column in columns for person in column.people]
    context = {
        "lab": lab,
        "editable": editable,
        "groups": groups,
        "leaders": queries.leaders_to_choose(session, lab.programme_id) if editable else [],
        "names": programmes.municipality_names(session, [person.municipality_code for person in people]),
        "own": queries.own_themes(session, lab.id) if editable else {},
        "theme_titles": {theme.id: theme.title for theme in queries.themes_of(session, lab.id)},
        "questions_of": {group.id: queries.questions_of_theme(session, group.theme_id) if group.theme_id else [] for group in groups},
        "tones": TONES,
    }
    by_key = {column.key: column for column in columns}
    return list(by_key), lambda key: Markup(render_template("grouping/_group_column.html", column=by_key[key], **context))


THEMES = _View("themes", policies.may_edit_board, _theme_columns, "grouping.board")
GROUPS = _View("groups", policies.may_place_people, _group_columns, "grouping.groups")


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _number(name: str, default: int = 0) -> int:
    sent = request.values.get(name, "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else default


def _news(session: Session, actor: Actor, lab: Lab, view: _View, since: int, stamp: str | None) -> dict[str, Any] | None:
    """What is new after journal number ``since``, as the script wants it; None when nothing is."""
    head, now = queries.version(session, lab.id)
    if head <= since and stamp == now:
        return None
    rows = journal.read(session, queries.stream_of(lab.id), since, 200)
    editable = bool(view.may_edit(actor, lab))
    order, column = view.columns(session, lab, editable)
    kind = "board.changed" if view is THEMES else "groups.changed"
    touched = {key for row in rows if row.type == kind for key in row.data["columns"]}
    titles = any(
        row.type == "board.changed" and row.data["verb"] in ("create", "rename", "merge", "split", "remove", "propose") for row in rows
    )
    everything = stamp != now or len(rows) >= 200 or titles or any(row.data["verb"] in ("undo", "redo") for row in rows)
    mine = f"p:{actor.person_id}"
    said = [_said(row.data) for row in rows if row.type == kind and row.actor != mine and row.data["verb"] != "progress"]
    return {
        "head": rows[-1].seq if rows else head,
        "stamp": now,
        "order": order,
        "columns": {key: column(key) for key in order if everything or key in touched},
        "said": said[-3:],
        "tools": render_template("grouping/_tools.html", **_tools(session, actor, lab)) if view is THEMES and editable else None,
    }


def _said(data: dict[str, Any]) -> str:
    sentence, values = words.said(data["verb"], data["by"], data["details"])
    return _(sentence, **values)


def _tools(session: Session, actor: Actor, lab: Lab) -> dict[str, Any]:
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
        "least": proposing.LEAST_GROUPS,
        "most": proposing.MOST_GROUPS,
    }


def _change(lab_id: int, view: _View, verb: Verb, done: str | None = None, form: Any = None) -> Answer:
    """Does ``verb(tx, lab)`` for who may, and answers: JSON with the news, or back to the page with a word about it."""
    actor, lab = current_actor(), the_lab(lab_id)
    may = policies.may_make_groups if view is GROUPS else view.may_edit
    require(may(actor, lab))
    try:
        if form is not None and not form.validate():
            raise Invalid(fields={name: " ".join(str(one) for one in errors) for name, errors in form.errors.items()})
        with transaction() as tx:
            fresh = tx.session.get_one(Lab, lab_id)
            require(may(actor, fresh))
            result = verb(tx, fresh)
    except DomainError as error:
        if _wants_json() or error.status not in (409, 422):
            raise
        sentences = [_(error.title, **error.params), *(_(text) for text in getattr(error, "fields", {}).values())]
        if error.detail and not getattr(error, "fields", {}):
            sentences.append(_(error.detail, **error.params))
        flash(" ".join(sentences), "error")
        return redirect(url_for(view.address, lab_id=lab_id), 303)
    if isinstance(result, operations.Undone) and result.skipped:
        done = _("Een deel bleef zoals het is: iemand anders had het intussen veranderd.")
    if _wants_json():
        news = _news(db.session(), actor, the_lab(lab_id), view, _number("since"), request.form.get("stamp"))
        return jsonify({**(news or {}), "done": done})
    if done:
        flash(done, "ok")
    return redirect(url_for(view.address, lab_id=lab_id), 303)


def _ids(name: str) -> list[int]:
    """The numbers that were sent under a name; what is no number is left out."""
    return [int(value) for value in request.form.getlist(name) if value.isdecimal() and len(value) < 10]


def _target() -> int | None:
    """The column named in ``to``: a number, or the pile. Raises Invalid for anything else."""
    sent = request.form.get("to", "")
    if sent == "pile":
        return None
    if not sent.isdecimal() or len(sent) > 9:
        raise Invalid("no-target", _("Kies eerst waarheen"), _("Kies een thema uit de lijst, of de stapel."))
    return int(sent)


def _index() -> int | None:
    sent = request.form.get("index", "")
    return int(sent) if sent.isdecimal() and len(sent) < 6 else None


def _follow(lab_id: int, view: _View, may_see: Callable[[Actor, Lab], policies.Verdict]) -> Answer:
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


# --- the board ----------------------------------------------------------------------------------------------------------------


@bp.get("/kennislabs/<int:lab_id>/themas")
def board(lab_id: int) -> Answer:
    """The themes of a lab with their questions; who may, works on them here."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_board(actor, lab))
    session = db.session()
    head, stamp = queries.version(session, lab_id)
    verdict = policies.may_edit_board(actor, lab)
    order, column = _theme_columns(session, lab, bool(verdict))
    return render_template(
        "grouping/board.html",
        head=head,
        stamp=stamp,
        order=order,
        column=column,
        editable=bool(verdict),
        verdict=verdict,
        staff=actor.is_staff(lab.programme_id),
        empty=not queries.cards_of(session, lab_id),
        themes=queries.themes_of(session, lab_id),
        **_tools(session, actor, lab),
    )


@bp.get("/kennislabs/<int:lab_id>/themas/gebeurtenissen")
def events(lab_id: int) -> Answer:
    """News of the board after ``since``; waits up to ``wait`` seconds for it."""
    return _follow(lab_id, THEMES, policies.may_see_board)


@bp.get("/kennislabs/<int:lab_id>/themas/geschiedenis")
def history(lab_id: int) -> Answer:
    """Who moved what, newest first."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_history(actor, lab))
    changes = [
        (change, *words.said(change.verb, change.person_name, change.details)) for change in queries.history(db.session(), lab_id, 200)
    ]
    return render_template("grouping/history.html", lab=lab, changes=changes)


@bp.post("/kennislabs/<int:lab_id>/themas/verplaatsen")
def move(lab_id: int) -> Answer:
    """Puts ``cards`` in ``to`` at ``index``."""
    actor = current_actor()
    return _change(lab_id, THEMES, lambda tx, lab: operations.move_cards(tx, lab, actor, _ids("cards"), _target(), _index()))


@bp.post("/kennislabs/<int:lab_id>/themas/vastzetten")
def fix(lab_id: int) -> Answer:
    """Fixes ``cards`` where they are, or (``fixed=0``) lets them go."""
    actor, fixed = current_actor(), request.form.get("fixed", "1") == "1"
    return _change(lab_id, THEMES, lambda tx, lab: operations.fix_cards(tx, lab, actor, _ids("cards"), fixed))


@bp.post("/kennislabs/<int:lab_id>/themas/nieuw")
def create(lab_id: int) -> Answer:
    """A new theme, with the chosen ``cards`` in it."""
    actor, form = current_actor(), TitleForm()
    return _change(
        lab_id,
        THEMES,
        lambda tx, lab: operations.create_theme(tx, lab, actor, form.title.data, _ids("cards")),
        _("Het thema staat op het bord."),
        form,
    )


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/naam")
def rename(lab_id: int, theme_id: int) -> Answer:
    """Another name for a theme."""
    actor, form = current_actor(), TitleForm()
    return _change(lab_id, THEMES, lambda tx, lab: operations.rename_theme(tx, lab, actor, theme_id, form.title.data), form=form)


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/plaats")
def shift(lab_id: int, theme_id: int) -> Answer:
    """One place to the left or (``right``) to the right."""
    actor, steps = current_actor(), 1 if request.form.get("direction") == "right" else -1
    return _change(lab_id, THEMES, lambda tx, lab: operations.shift_theme(tx, lab, actor, theme_id, steps))


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/samenvoegen")
def merge(lab_id: int, theme_id: int) -> Answer:
    """All cards of this theme go to theme ``to``."""
    actor = current_actor()
    return _change(
        lab_id,
        THEMES,
        lambda tx, lab: operations.merge_themes(tx, lab, actor, theme_id, _target() or 0),
        _("De thema’s zijn samengevoegd."),
    )


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/splitsen")
def split(lab_id: int, theme_id: int) -> Answer:
    """Takes the chosen ``cards`` out into a new theme; without a choice the app makes the cut."""
    actor = current_actor()
    chosen, title = _ids("cards"), request.form.get("title", "").strip()
    require(policies.may_edit_board(actor, the_lab(lab_id)))
    by_person = bool(chosen)
    if not chosen:
        try:
            chosen, name = proposing.halves(db.session(), lab_id, theme_id)
        except Invalid as error:
            return _change(lab_id, THEMES, _refuse(error))
        title = title or name
    elif not title:
        title = proposing.name_for(db.session(), lab_id, chosen)
    return _change(
        lab_id,
        THEMES,
        lambda tx, lab: operations.split_theme(tx, lab, actor, theme_id, chosen, title, chosen_by_person=by_person),
        _("Het thema is gesplitst."),
    )


def _refuse(error: DomainError) -> Verb:
    def verb(tx: Tx, lab: Lab) -> None:
        raise error

    return verb


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/weghalen")
def remove(lab_id: int, theme_id: int) -> Answer:
    """Takes a theme away; its cards go to the pile."""
    actor = current_actor()
    return _change(
        lab_id,
        THEMES,
        lambda tx, lab: operations.remove_theme(tx, lab, actor, theme_id),
        _("Het thema is weg. De kaarten liggen op de stapel."),
    )


@bp.post("/kennislabs/<int:lab_id>/themas/voorstel")
def propose(lab_id: int) -> Answer:
    """Has themes proposed, in the background."""
    actor, form = current_actor(), ProposalForm()
    return _change(
        lab_id,
        THEMES,
        lambda tx, lab: proposing.ask_for_proposal(tx, lab, actor, form.groups.data),
        _("Het voorstel wordt gemaakt. Je kunt gewoon verder werken."),
        form,
    )


@bp.post("/kennislabs/<int:lab_id>/themas/ongedaan")
def undo(lab_id: int) -> Answer:
    """Takes one's own last step back."""
    actor = current_actor()
    return _change(lab_id, THEMES, lambda tx, lab: operations.undo(tx, lab, actor))


@bp.post("/kennislabs/<int:lab_id>/themas/opnieuw")
def redo(lab_id: int) -> Answer:
    """Does again what one undid last."""
    actor = current_actor()
    return _change(lab_id, THEMES, lambda tx, lab: operations.redo(tx, lab, actor))


# --- the groups ---------------------------------------------------------------------------------------------------------------


@bp.get("/kennislabs/<int:lab_id>/groepen")
def groups(lab_id: int) -> Answer:
    """Who sits where. Staff place people here; a participant sees their own group first."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_groups(actor, lab))
    session = db.session()
    head, stamp = queries.version(session, lab_id)
    editable = bool(policies.may_make_groups(actor, lab))
    order, column = _group_columns(session, lab, editable)
    own = queries.group_of(session, lab_id, actor.person_id) if actor.person_id is not None else None
    return render_template(
        "grouping/groups.html",
        lab=lab,
        head=head,
        stamp=stamp,
        order=order,
        column=column,
        editable=editable,
        staff=actor.is_staff(lab.programme_id),
        own=own,
        groups=queries.groups_of(session, lab_id),
        has_groups=any(key != "pile" for key in order),
        without_group=_without_group(session, lab_id),
    )


def _without_group(session: Session, lab_id: int) -> Sequence[str]:
    """Titles of themes that no group works on yet."""
    with_group = {group.theme_id for group in queries.groups_of(session, lab_id)}
    return [theme.title for theme in queries.themes_of(session, lab_id) if theme.id not in with_group]


@bp.get("/kennislabs/<int:lab_id>/groepen/gebeurtenissen")
def group_events(lab_id: int) -> Answer:
    """News of the groups after ``since``; waits up to ``wait`` seconds for it."""
    return _follow(lab_id, GROUPS, policies.may_see_groups)


@bp.post("/kennislabs/<int:lab_id>/groepen/maken")
def make_groups(lab_id: int) -> Answer:
    """A group for each theme that has none."""
    actor = current_actor()
    return _change(lab_id, GROUPS, lambda tx, lab: placing.make_groups(tx, lab, actor), _("De groepen zijn gemaakt."))


@bp.post("/kennislabs/<int:lab_id>/groepen/nieuw")
def add_group(lab_id: int) -> Answer:
    """One more group, by ``name``."""
    actor = current_actor()
    return _change(lab_id, GROUPS, lambda tx, lab: placing.add_group(tx, lab, actor, request.form.get("name", "")))


@bp.post("/kennislabs/<int:lab_id>/groepen/<int:group_id>")
def change_group(lab_id: int, group_id: int) -> Answer:
    """Name, room, leader and size of a group."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_make_groups(actor, lab))
    form = GroupForm()
    form.leader.choices = [("", ""), *((one.id, one.name) for one in queries.leaders_to_choose(db.session(), lab.programme_id))]
    if queries.group(db.session(), lab_id, group_id) is None:
        raise NotFound()
    return _change(
        lab_id,
        GROUPS,
        lambda tx, lab: placing.change_group(tx, lab, actor, group_id, form.data_of_group()),
        _("De groep is opgeslagen."),
        form,
    )


@bp.post("/kennislabs/<int:lab_id>/groepen/<int:group_id>/weghalen")
def remove_group(lab_id: int, group_id: int) -> Answer:
    """Takes a group away."""
    actor = current_actor()
    return _change(lab_id, GROUPS, lambda tx, lab: placing.remove_group(tx, lab, actor, group_id), _("De groep is weg."))


@bp.post("/kennislabs/<int:lab_id>/groepen/indelen")
def place(lab_id: int) -> Answer:
    """Puts people (``cards``) in group ``to``, or in none."""
    actor = current_actor()
    return _change(lab_id, GROUPS, lambda tx, lab: placing.place_people(tx, lab, actor, _ids("cards"), _target()))


@bp.post("/kennislabs/<int:lab_id>/groepen/bij-eigen-vraag")
def place_by_question(lab_id: int) -> Answer:
    """Puts who has no group in that of their own question."""
    actor = current_actor()

    def verb(tx: Tx, lab: Lab) -> None:
        if not placing.place_by_question(tx, lab, actor):
            raise Invalid(
                "nobody-to-place",
                _("Er is niemand om in te delen"),
                _("Iedereen met een vraag in een thema heeft al een groep. Deel de anderen met de hand in."),
            )

    return _change(lab_id, GROUPS, verb, _("Ingedeeld bij hun eigen vraag. Wie geen vraag had, deel je met de hand in."))
