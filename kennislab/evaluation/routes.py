"""The page of a year."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import DomainError, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.evaluation import operations, policies, queries
from kennislab.evaluation.forms import DecisionForm
from kennislab.evaluation.models import Choice
from kennislab.programme import queries as programmes

bp = Blueprint("evaluation", __name__)


@bp.route("/programmas/<int:programme_id>/jaar/<int:year>", methods=["GET", "POST"])
def year(programme_id: int, year: int) -> str | Response | tuple[str, int]:
    """A year: what the one before brought, and per city who continues, stops or joins, with who, when and why."""
    actor = current_actor()
    require(policies.may_see_year(actor, programme_id))
    programme = programmes.programme(db.session(), programme_id)
    if programme is None or not 2000 <= year <= 2100:
        raise NotFound()
    records = policies.may_record_decision(actor, programme_id)
    form = DecisionForm() if records else None
    if form is not None:
        form.offer(programmes.municipalities_on(db.session(), date(year, 1, 1)))
    status = 200
    if request.method == "POST":
        require(records)
        assert form is not None
        status = 422
        if form.validate():
            try:
                with transaction() as tx:
                    operations.record_decision(
                        tx,
                        programme,
                        municipality_code=form.municipality_code.data,
                        year=year,
                        choice=Choice(form.choice.data),
                        reason=form.reason.data or "",
                        decided_by=form.decided_by.data or "",
                        by=actor,
                    )
            except DomainError as error:
                form.add_error(error)
            else:
                flash(_("Het besluit staat opgeschreven."), "ok")
                return redirect(url_for("evaluation.year", programme_id=programme_id, year=year), 303)
    session = db.session()
    page = render_template(
        "evaluation/year.html",
        programme=programme,
        year=year,
        cities=queries.cities_of(session, programme_id, year),
        decisions=queries.decisions_of(session, programme_id, year),
        summary=queries.summary_of(session, programme_id, year - 1),
        form=form,
        Choice=Choice,
    )
    return page, status


from kennislab.evaluation.insight import routes as _insight  # noqa: E402, F401  it puts its pages on ``bp``
