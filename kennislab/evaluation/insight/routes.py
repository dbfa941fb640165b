"""The page of insight, and its numbers to take along."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, render_template, request, url_for

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import NotFound, require
from kennislab.core.sheets import CSV_TYPE, write_csv
from kennislab.evaluation import policies
from kennislab.evaluation.insight import panels, queries
from kennislab.evaluation.insight.panels import Link, Panel
from kennislab.evaluation.insight.queries import Measure
from kennislab.evaluation.insight.scope import Scope, scope_of
from kennislab.evaluation.routes import bp
from kennislab.programme import queries as programmes
from kennislab.programme.models import Programme

MEASURES: dict[str, Measure] = {"deelnemers": "people", "bijdragen": "items", "kennisvragen": "questions"}


def _asked(programme_id: int) -> tuple[Programme, list[str], Scope | None]:
    """Who may see it, and what the address asks for: ``?van=2025-Q1&tot=2026-Q3&thema=…&thema=…``."""
    actor = current_actor()
    require(policies.may_see_insight(actor, programme_id))
    session = db.session()
    programme = programmes.programme(session, programme_id)
    if programme is None:
        raise NotFound()
    held = queries.quarters_held(session, programme_id)
    themes = [theme[:200] for theme in request.args.getlist("thema")[:20]]
    staff = actor.is_staff(programme_id)
    return programme, held, scope_of(programme_id, staff, held, request.args.get("van", ""), request.args.get("tot", ""), themes)


def _measure() -> str:
    asked = request.args.get("tel", "")
    return asked if asked in MEASURES else "deelnemers"


@bp.get("/programmas/<int:programme_id>/inzicht")
def insight(programme_id: int) -> str:
    """What recurs, what waits for a solution, what travelled, what ties, and who takes part."""
    programme, held, scope = _asked(programme_id)
    if scope is None:
        return render_template("evaluation/insight.html", programme=programme, scope=None)
    session, measure = db.session(), _measure()
    themes, all_themes = panels.themes(session, scope)
    standing = queries.standing(session, scope)
    there, where = panels.taking_part(session, scope, MEASURES[measure])
    return render_template(
        "evaluation/insight.html",
        programme=programme,
        scope=scope,
        held=held,
        labs=queries.labs_held(session, scope),
        all_themes=sorted({*all_themes, *scope.themes}, key=str.casefold),
        themes=themes,
        bottlenecks=panels.bottlenecks_by_theme(scope, standing),
        unsolved=panels.unsolved(session, standing, panels.ON_PAGE + 1),
        travelled=panels.travelled(session, scope, panels.ON_PAGE + 1),
        linking=panels.linking(session, scope),
        there=there,
        where=where,
        measure=measure,
        measures=list(MEASURES),
        Link=Link,
        csv_of=lambda key: url_for("evaluation.insight_numbers", programme_id=programme_id, what=key) + _filters(scope, measure),
        whole=bool(request.args.get("alle")),
        all_waiting=url_for("evaluation.insight", programme_id=programme_id) + _filters(scope, measure) + "&alle=1#knelpunten",
        at_first=panels.AT_FIRST,
        with_measure=lambda name: url_for("evaluation.insight", programme_id=programme_id) + _filters(scope, name) + "#deelname",
        most_rows=panels.ON_PAGE,
    )


def _filters(scope: Scope, measure: str) -> str:
    """The filters, as they stand in an address."""
    pairs = [("van", scope.first), ("tot", scope.last), *(("thema", theme) for theme in scope.themes)]
    return "?" + urlencode([*pairs, ("tel", measure)] if measure != "deelnemers" else pairs)


@bp.get("/programmas/<int:programme_id>/inzicht/<what>.csv")
def insight_numbers(programme_id: int, what: str) -> Response:
    """The table beside a drawing, whole, with the same filters."""
    _programme, _held, scope = _asked(programme_id)
    if scope is None:
        raise NotFound()
    panel = _panel(what, scope)
    rows = [[cell.text if isinstance(cell, Link) else cell for cell in row] for row in panel.table.rows]
    answer = Response(write_csv([heading for heading, _number in panel.table.columns], rows), content_type=CSV_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="inzicht-{what}-{scope.first}-{scope.last}.csv"'
    return answer


def _panel(what: str, scope: Scope) -> Panel:
    session, measure = db.session(), MEASURES[_measure()]
    if what == "themas":
        return panels.themes(session, scope)[0]
    if what == "knelpunten":
        return panels.unsolved(session, queries.standing(session, scope), None)
    if what == "knelpunten-per-thema":
        return panels.bottlenecks_by_theme(scope, queries.standing(session, scope))
    if what == "op-reis":
        return panels.travelled(session, scope, None)
    if what == "koppelkansen":
        return panels.linking(session, scope)
    if what in ("deelname", "kaart"):
        return panels.taking_part(session, scope, measure)[what == "kaart"]
    raise NotFound()
