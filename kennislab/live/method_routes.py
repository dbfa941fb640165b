"""The library of methods: find one, read it as a run sheet, make or adapt one, take it along as a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from kennislab.accounts.signin import current_actor, known_actor
from kennislab.core.db import db
from kennislab.core.errors import N_, Conflict, Invalid, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.live import library, method_form
from kennislab.live.library import Entry
from kennislab.live.library_policies import may_change_library, may_see_library
from kennislab.live.methods import vocabulary
from kennislab.live.methods.plan import bounds
from kennislab.live.methods.preview import screens
from kennislab.live.methods.schema import BUILT_IN, MOST_CHARACTERS, Method, MethodProblem, definition, from_definition, read, to_yaml
from kennislab.programme.agenda import MethodChoice
from kennislab.programme.models import Programme
from kennislab.programme.routes import the_programme

bp = Blueprint("methods", __name__)
Answer = str | BaseResponse | tuple[str, int]


def init(app: Flask) -> None:
    """The words of methods for every template, and the methods for the agenda's editor."""
    app.jinja_env.globals.update(method_words=vocabulary, told=told, amount=amount)
    app.extensions["agenda-methods"] = agenda_choices


def told(thing: Any, name: str) -> str:
    """A text of a method in the language of the page (``told(step, "title")``); the Dutch where there is no English."""
    language = "en" if str(get_locale()) == "en" else "nl"
    if isinstance(thing, dict):
        return str(thing.get(f"{name}_{language}") or thing.get(f"{name}_nl") or "")
    return str(getattr(thing, f"{name}_{language}") or getattr(thing, f"{name}_nl"))


def amount(number: float) -> str:
    """Minutes as people write them: *7,5* (and back: :mod:`.method_form` reads both a comma and a point)."""
    return str(format_decimal(number, "0.##"))


def agenda_choices(session: Session, programme_id: int) -> list[MethodChoice]:
    """What an agenda item can follow."""
    return [MethodChoice(one.id, told(one, "name"), one.total_minutes) for one in library.methods_of(session, programme_id)]


def _programme(programme_id: int) -> Programme:
    programme = the_programme(programme_id)
    require(may_see_library(current_actor(), programme_id))
    return programme


def _entry(programme_id: int, key: str) -> Entry:
    found = library.entry(db.session(), programme_id, key)
    if found is None:
        raise NotFound()
    return found


# -- reading


@bp.get("/programmas/<int:programme_id>/werkvormen")
def overview(programme_id: int) -> str:
    """Every method of the programme. Filters in the address: family, people, minutes (that there are)."""
    programme = _programme(programme_id)
    entries = library.entries(db.session(), programme_id)
    family = request.args.get("soort", "")
    people, minutes = _asked("mensen"), _asked("minuten")
    found = [
        one
        for one in entries
        if (not family or one.method.family == family)
        and (people is None or one.method.group_size.min <= people <= one.method.group_size.max)
        and (minutes is None or bounds(one.method)[0] <= minutes)
    ]
    return render_template(
        "methods/library.html",
        programme=programme,
        found=[one for one in found if not one.retired],
        retired=[one for one in entries if one.retired],
        of=sum(not one.retired for one in entries),
        family=family,
        people=people,
        minutes=minutes,
        manages=bool(may_change_library(current_actor(), programme_id)),
    )


def _asked(name: str) -> int | None:
    value = request.args.get(name, "").strip()
    return int(value) if value.isdecimal() and len(value) < 5 else None


@bp.get("/werkvormen/<key>")
def built_in(key: str) -> BaseResponse:
    """A method that comes with Kennislab, as search finds it: to the library of a programme that this person prepares for."""
    actor = known_actor()
    staff = [number for number in sorted(actor.roles, reverse=True) if may_see_library(actor, number) is True]
    if key not in BUILT_IN or not staff:
        raise NotFound()
    return redirect(url_for("methods.run_sheet", programme_id=staff[0], key=key))


@bp.get("/programmas/<int:programme_id>/werkvormen/<key>")
def run_sheet(programme_id: int, key: str) -> str:
    """One method, to read and to print: step by step what happens, who speaks, and what every phone offers."""
    programme = _programme(programme_id)
    found = _entry(programme_id, key)
    return render_template(
        "methods/method.html",
        programme=programme,
        entry=found,
        method=found.method,
        screens=screens(found.method),
        bounds=bounds(found.method),
        manages=bool(may_change_library(current_actor(), programme_id)),
    )


@bp.get("/programmas/<int:programme_id>/werkvormen/<key>.yaml")
def export(programme_id: int, key: str) -> Response:
    """One method as a file, which another programme can read in."""
    _programme(programme_id)
    found = _entry(programme_id, key)
    response = Response(to_yaml(found.method), mimetype="application/yaml")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.method.id}.yaml"'
    return response


# -- making


@bp.route("/programmas/<int:programme_id>/werkvormen/nieuw", methods=["GET", "POST"])
def new(programme_id: int) -> Answer:
    """A new method: from nothing, or ``?van=<key>`` as a copy."""
    programme = _programme(programme_id)
    require(may_change_library(current_actor(), programme_id))
    if request.method == "POST":
        return _edited(programme, None)
    source = request.args.get("van")
    data = method_form.blank()
    if source:
        method = _entry(programme_id, source).method
        data = method_form.copy_of(method, _("%(name)s (eigen versie)", name=method.name_nl))
    return _editor(programme, None, data, 0)


@bp.route("/programmas/<int:programme_id>/werkvormen/<key>/bewerken", methods=["GET", "POST"])
def edit(programme_id: int, key: str) -> Answer:
    """Changes a method of the programme's own; one of Kennislab's is copied instead."""
    programme = _programme(programme_id)
    require(may_change_library(current_actor(), programme_id))
    found = _entry(programme_id, key)
    if not found.own:
        return redirect(url_for("methods.new", programme_id=programme_id, van=key))
    if request.method == "POST":
        return _edited(programme, found)
    return _editor(programme, found, definition(found.method), found.version)


def _edited(programme: Programme, found: Entry | None) -> Answer:
    """What a button of the editor does. Only *save* keeps anything; all others show the form again with everything that was typed."""
    data = method_form.read_form(request.form)
    sent = request.form.get("version", "")
    version = int(sent) if sent.isdecimal() and len(sent) < 8 else 0
    what = request.form.get("do", "save")
    data["id"] = found.method.id if found else library.free_key(db.session(), programme.id, data["name_nl"])
    if what not in ("save", "preview"):
        moved = method_form.act(data, request.form, what)
        return _editor(programme, found, data, version, moved=moved)
    try:
        method = from_definition(data)
    except MethodProblem as problem:
        return _editor(programme, found, data, version, problem=problem), 422 if what == "save" else 200
    if what == "preview":
        return _editor(programme, found, data, version, method=method)
    try:
        with transaction() as tx:
            library.keep(tx, programme.id, current_actor(), method, version)
    except (Conflict, Invalid) as error:
        trouble = [_(error.title, **error.params), _(error.detail, **error.params)]
        return _editor(programme, found, data, version, trouble=trouble), error.status
    flash(_("De werkvorm is bewaard."), "ok")
    return redirect(url_for("methods.run_sheet", programme_id=programme.id, key=method.id), 303)


def _editor(
    programme: Programme,
    found: Entry | None,
    data: dict[str, Any],
    version: int,
    *,
    problem: MethodProblem | None = None,
    method: Method | None = None,
    trouble: list[str] | None = None,
    moved: str = "",
) -> str:
    told_problems: list[str] = []
    wrong: dict[str, str] = {}
    if problem is not None:  # a refusal is falsy
        found_there = problem.problems
        told_problems = [one.sentence(_) for one in found_there]
        for field, places in method_form.wrong_fields(problem).items():
            wrong[field] = " ".join(_(found_there[place].text, **found_there[place].params) for place in places)
    if method is None and problem is None and request.method == "GET" and found is not None:
        method = found.method
    return render_template(
        "methods/edit.html",
        programme=programme,
        entry=found,
        data=data,
        version=version,
        problems=told_problems,
        wrong=wrong,
        trouble=trouble or [],
        screens=screens(method) if method else None,
        moved=moved,
        looking=request.form.get("do") == "preview",
        lines=method_form.lines,
        total=method_form.total(data),
    )


@bp.post("/programmas/<int:programme_id>/werkvormen/<key>/weghalen")
def retire(programme_id: int, key: str) -> Answer:
    """Puts a method of the programme's own away."""
    return _switch(programme_id, key, away=True)


@bp.post("/programmas/<int:programme_id>/werkvormen/<key>/terugzetten")
def restore(programme_id: int, key: str) -> Answer:
    """Takes it out again."""
    return _switch(programme_id, key, away=False)


def _switch(programme_id: int, key: str, away: bool) -> Answer:
    _programme(programme_id)
    require(may_change_library(current_actor(), programme_id))
    with transaction() as tx:
        (library.retire if away else library.restore)(tx, programme_id, key)
    if away:
        flash(_("De werkvorm is weggehaald. Onderaan de lijst kun je hem terugzetten."), "ok")
    else:
        flash(_("De werkvorm staat weer in de lijst."), "ok")
    return redirect(url_for("methods.overview", programme_id=programme_id), 303)


# -- taking in


@bp.route("/programmas/<int:programme_id>/werkvormen/inlezen", methods=["GET", "POST"])
def take_in(programme_id: int) -> Answer:
    """Reads a file of methods: first it shows what it found, or every problem with its line; then all are kept, or none."""
    programme = _programme(programme_id)
    require(may_change_library(current_actor(), programme_id))
    if request.method == "GET":
        return render_template("methods/import.html", programme=programme, text="", problems=[], found=None, most=MOST_CHARACTERS)
    text, found, problems, status = "", None, [], 200
    try:
        text = _sent_text()
        methods = read(text)
        found = [(one, library.fate(db.session(), programme_id, one)) for one in methods]
        if request.form.get("do") == "keep":
            with transaction() as tx:
                kept = library.keep_all(tx, programme_id, current_actor(), methods)
            flash(_("%(n)s werkvormen in de bibliotheek opgenomen.", n=len(kept)), "ok")
            return redirect(url_for("methods.overview", programme_id=programme_id), 303)
    except MethodProblem as problem:
        problems = [(one.line, one.sentence(_)) for one in problem.problems]
        status = 422
    except Invalid as error:
        problems, status = [(None, _(error.detail, **error.params))], error.status
    page = render_template(
        "methods/import.html",
        programme=programme,
        text=text,
        problems=problems,
        found=found if not problems else None,
        most=MOST_CHARACTERS,
    )
    return page, status


def _sent_text() -> str:
    """The file when there is one, else what was pasted. MethodProblem when it is no text or too much."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return request.form.get("text", "")
    content = file.stream.read(4 * MOST_CHARACTERS + 1)
    if len(content) > 4 * MOST_CHARACTERS:
        raise MethodProblem("", N_("Het bestand is te groot: hoogstens %(most)s tekens."), {"most": MOST_CHARACTERS})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MethodProblem("", N_("Dit is geen tekstbestand (UTF-8).")) from None
