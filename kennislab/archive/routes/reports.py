"""The report: to read, as data, and as files that are made in a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import current_actor
from kennislab.archive import policies, produced, producing
from kennislab.archive.reporting import CHAPTERS, ORDERS, Wanted, as_data, build, chapters, charts
from kennislab.archive.routes import Answer, bp
from kennislab.core.db import db
from kennislab.core.errors import N_, DomainError, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab

CHAPTER_NAMES = {
    "samenvatting": N_("Samenvatting"),
    "agenda": N_("Agenda"),
    "themas": N_("Thema’s"),
    "kennisvragen": N_("Kennisvragen"),
    "knelpunten": N_("Knelpunten en oplossingen"),
    "oplossingen": N_("Andere oplossingen"),
    "lessen": N_("Lessen"),
    "inzichten": N_("Inzichten"),
    "succesfactoren": N_("Succesfactoren"),
    "koppelkansen": N_("Koppelkansen"),
    "adviezen": N_("Adviezen"),
    "keuzes": N_("Keuzes"),
    "terugblik": N_("Terugblik"),
    "acties": N_("Acties"),
    "stemmingen": N_("Stemmingen"),
    "evaluatie": N_("Evaluatie"),
    "deelname": N_("Deelname"),
    "bijlage": N_("Bijlage: alle kennisvragen"),
    "grafieken": N_("Grafieken"),
}
ORDER_NAMES = {"soort": N_("Naar soort"), "thema": N_("Naar thema"), "groep": N_("Naar groep")}


def _reader(lab_id: int) -> tuple[Actor, Lab]:
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_read_report(actor, lab))
    return actor, lab


def _wanted(sent: MultiDict[str, str]) -> Wanted:
    """``?hoofdstuk=lessen&hoofdstuk=acties&volgorde=thema&openbaar=1``; without chapters: all of them."""
    return producing.wanted_of(
        {"chapters": sent.getlist("hoofdstuk")[: len(CHAPTERS)], "order": sent.get("volgorde"), "public": sent.get("openbaar") == "1"}
    )


def _address(wanted: Wanted, **changes: Any) -> dict[str, Any]:
    """A choice as the parameters of an address; what is usual is left out."""
    chosen = [one for one in CHAPTERS if one in wanted.chapters]
    values = {
        "hoofdstuk": chosen if len(chosen) < len(CHAPTERS) else None,
        "volgorde": wanted.order if wanted.order != ORDERS[0] else None,
        "openbaar": "1" if wanted.public else None,
    }
    return {name: value for name, value in {**values, **changes}.items() if value}


def _drawing(figure: chapters.Figure, width: float) -> Markup:
    return Markup(charts.svg(figure, width=width, standalone=False))  # the drawing escapes what people wrote


@bp.get("/kennislabs/<int:lab_id>/verslag")
def report(lab_id: int) -> Answer:
    """The report as a web page that prints well; what is chosen stands in the address."""
    actor, lab = _reader(lab_id)
    wanted = _wanted(request.args)
    made = build(db.session(), lab, actor, wanted)
    orders = [
        (
            _(name),
            url_for("archive.report", lab_id=lab_id, **_address(wanted, volgorde=key if key != ORDERS[0] else None)),
            key == wanted.order,
        )
        for key, name in ORDER_NAMES.items()
    ]
    return render_template(
        "archive/report.html",
        lab=lab,
        document=chapters.document(made),
        drawing=_drawing,
        orders=orders,
        files_url=url_for("archive.report_files", lab_id=lab_id, **_address(wanted)),
    )


@bp.get("/kennislabs/<int:lab_id>/verslag.json")
def report_data(lab_id: int) -> Response:
    """The same report as data."""
    actor, lab = _reader(lab_id)
    answer = jsonify(as_data(build(db.session(), lab, actor, _wanted(request.args))))
    answer.headers["Content-Disposition"] = f'attachment; filename="verslag-{lab.quarter}-{lab.id}.json"'
    return answer


@bp.route("/kennislabs/<int:lab_id>/verslag/bestanden", methods=["GET", "POST"])
def report_files(lab_id: int) -> Answer:
    """What can be in a file, and the files that this person had made: there, or how far they are. ``do=read``: only look at it so."""
    actor, lab = _reader(lab_id)
    wanted, format_ = _wanted(request.values), request.values.get("vorm", "pdf")
    error: DomainError | None = None
    if request.form.get("do") == "read":
        return redirect(url_for("archive.report", lab_id=lab_id, **_address(wanted)), 303)
    if request.method == "POST":
        try:
            with transaction() as tx:
                fresh = tx.session.get_one(Lab, lab_id)
                require(policies.may_read_report(actor, fresh))
                producing.ask(tx, fresh, actor, format_, wanted)
        except DomainError as refusal:
            if refusal.status != 422:
                raise
            error = refusal
        else:
            return redirect(url_for("archive.report_files", lab_id=lab_id, **_address(wanted, vorm=format_)) + "#bestanden", 303)
    files = producing.files_of(db.session(), lab_id, actor.person_id)
    page = render_template(
        "archive/report_files.html",
        lab=lab,
        wanted=wanted,
        format=format_ if format_ in producing.FORMATS else "pdf",
        formats=producing.FORMATS,
        chapters=CHAPTER_NAMES,
        order_names=ORDER_NAMES,
        files=files,
        busy=any(not row.sha256 and work is not None and work.state in ("queued", "running") for row, work in files),
        error=error,
    )
    return page, error.status if error is not None else 200


@bp.get("/kennislabs/<int:lab_id>/verslag/bestanden/<file_id>")
def report_file(lab_id: int, file_id: str) -> Answer:
    """A file that was made for this person."""
    actor, _lab = _reader(lab_id)
    row = producing.file_of(db.session(), lab_id, actor.person_id, file_id)
    path = produced.place_of(Path(current_app.config["DATA_DIR"]), row.id) if row is not None else None
    if row is None or path is None or not path.is_file():
        raise NotFound()
    answer = send_file(path, mimetype=producing.FORMATS[row.format].media, download_name=row.name, as_attachment=True, etag=row.sha256)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
