"""Pages of knowledge products. What is public needs no account and no script."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import sqlalchemy as sa
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from kennislab.accounts.signin import base_url, current_actor
from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.archive.provenance import Chain
from kennislab.archive.routes import chains
from kennislab.core import clock, jobs, search
from kennislab.core.db import db
from kennislab.core.errors import DomainError, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.products import operations, policies, queries
from kennislab.products.forms import ProductForm, ReleaseForm
from kennislab.products.models import Product, Stage

bp = Blueprint("products", __name__)
Answer = str | BaseResponse | tuple[str, int]


@jobs.every(60, "publish-products")
def publish_products(progress: jobs.Progress) -> list[int]:
    """Every minute: what became public today is found by everybody."""
    with transaction() as tx:
        return operations.publish_due(tx, clock.now())


def _the_product(public_id: str) -> Product:
    product = queries.by_public_id(db.session(), public_id)
    if product is None:
        raise NotFound()
    require(policies.may_read(current_actor(), product, clock.now()))
    return product


@bp.get("/kennisproducten")
def overview() -> str:
    """Every product that one may read, with its stage."""
    now = clock.now()
    actor = current_actor()
    found = [(product, product.stage(now)) for product in queries.readable(db.session(), actor, now)]
    makes = [programme_id for programme_id in actor.roles if actor.is_staff(programme_id)]
    return render_template("products/overview.html", products=found, makes=makes, Stage=Stage)


@bp.get("/kennisproducten/<public_id>")
def product(public_id: str) -> Response:
    """One product. Public ones may be kept by browsers and proxies for a while."""
    found = _the_product(public_id)
    now = clock.now()
    stage = found.stage(now)
    may_edit = bool(policies.may_make(current_actor(), found.programme_id)) if current_actor().known else False
    chain = _way(found)
    page = render_template(
        "products/product.html",
        product=found,
        stage=stage,
        Stage=Stage,
        sources={step.id: queries.sources(step, stage) for step in found.steps},
        ways={node.key.removeprefix("kaart-"): chains.near(chain, node)[0] for node in chain.nodes if node.key.startswith("kaart-")},
        told=chains.told(chain, url_for("products.product_chain", public_id=public_id), size=chains.MIDDLE, ahead=False),
        makes=may_edit,
        release=ReleaseForm(data={"public_on": found.public_on}) if may_edit else None,
    )
    response = Response(page, mimetype="text/html")
    if stage is Stage.PUBLIC and not current_actor().known:
        response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _way(product: Product) -> Chain:
    """All that led to a product; nothing for who may not follow the way back."""
    actor = current_actor()
    if policies.may_trace(actor, product, clock.now()) is not True:
        return Chain()
    return queries.way_to(db.session(), actor, product, product.steps)


@bp.get("/kennisproducten/<public_id>/herkomst")
def product_chain(public_id: str) -> str:
    """The way to a step (``?stap=2``), or to the whole product: its sources and all that led to them."""
    found, actor = _the_product(public_id), current_actor()
    require(policies.may_trace(actor, found, clock.now()))
    wanted = request.args.get("stap", "")
    chosen = [step for step in found.steps if str(step.position + 1) == wanted]
    chain = queries.way_to(db.session(), actor, found, chosen or found.steps)
    return render_template(
        "products/chain.html", product=found, step=chosen[0] if chosen else None, told=chains.told(chain, size=chains.LONG, ahead=False)
    )


@bp.get("/kennisproducten/<public_id>.json")
def product_data(public_id: str) -> Response:
    """The same as data, with the same rights."""
    found = _the_product(public_id)
    stage = found.stage(clock.now())
    return jsonify(
        titel=found.title,
        samenvatting=found.summary,
        makers=found.authors,
        themas=found.tags,
        licentie=found.licence,
        openbaarVanaf=found.public_on.isoformat() if found.public_on else None,
        stappen=[
            {
                "titel": step.title,
                "tekst": step.text,
                "wie": step.who,
                "wanneer": step.when,
                "bronnen": [
                    {"soort": s.kind, "tekst": s.text, "gemeente": s.city, "kwartaal": s.quarter} for s in queries.sources(step, stage)
                ],
            }
            for step in found.steps
        ],
    )


@bp.get("/kennisproducten/feed.xml")
def feed() -> Response:
    """An Atom feed of what is public."""
    here = base_url()
    products = queries.public(db.session(), clock.now())
    entries = "".join(
        f"<entry><id>urn:kennislab:product:{one.public_id}</id><title>{escape(one.title)}</title>"
        f"<link href={quoteattr(f'{here}/kennisproducten/{one.public_id}')}/><updated>{_published(one)}</updated>"
        f"<author><name>{escape(one.authors or 'Kennislab')}</name></author><summary>{escape(one.summary)}</summary></entry>"
        for one in products
    )
    updated = max((_published(p) for p in products), default="2020-01-01T00:00:00.000Z")
    body = (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl">'
        f"<id>urn:kennislab:products</id><title>{escape(_('Kennisproducten'))}</title>"
        f'<link rel="self" href={quoteattr(here + "/kennisproducten/feed.xml")}/><updated>{updated}</updated>{entries}</feed>'
    )
    return Response(body, mimetype="application/atom+xml")


def _published(product: Product) -> str:
    assert product.public_on is not None
    return clock.iso(datetime.combine(product.public_on, time(0), clock.LOCAL).astimezone(UTC)) or ""


# -- making


def _candidates(programme_id: int, wanted: str) -> list[ArchiveItem]:
    """Archived items to build on: those like what was asked for, else the newest lessons and solutions."""
    session = db.session()
    confirmed = sa.and_(
        ArchiveItem.programme_id == programme_id, ArchiveItem.status == Status.CONFIRMED, ArchiveItem.consent != Consent.GROUP
    )
    if wanted.strip():
        hits = search.search(
            session, wanted, {f"programme:{programme_id}"}, {"kind": ["lesson", "solution", "insight", "advice"]}, 20, 0
        ).hits
        order = {hit.key: number for number, hit in enumerate(hits)}
        found = session.scalars(sa.select(ArchiveItem).where(confirmed, ArchiveItem.id.in_(list(order)))).all()
        return sorted(found, key=lambda item: order[item.id])
    return list(
        session.scalars(
            sa.select(ArchiveItem)
            .where(confirmed, ArchiveItem.kind.in_(("lesson", "solution")))
            .order_by(ArchiveItem.quarter.desc(), ArchiveItem.votes.desc(), ArchiveItem.id)
            .limit(20)
        )
    )


@bp.get("/programmas/<int:programme_id>/kennisproducten/nieuw")
def new(programme_id: int) -> str:
    """Choosing what a new step-by-step plan rests on."""
    require(policies.may_make(current_actor(), programme_id))
    wanted = request.args.get("zoek", "")
    return render_template(
        "products/new.html",
        programme_id=programme_id,
        wanted=wanted,
        candidates=_candidates(programme_id, wanted),
        error=None,
        title="",
        chosen=[],
    )


@bp.post("/programmas/<int:programme_id>/kennisproducten/nieuw")
def create(programme_id: int) -> Answer:
    """A draft from the chosen items."""
    require(policies.may_make(current_actor(), programme_id))
    title, chosen = request.form.get("title", "").strip()[:160], request.form.getlist("item")
    items = db.session.scalars(
        sa.select(ArchiveItem).where(
            ArchiveItem.id.in_(chosen), ArchiveItem.programme_id == programme_id, ArchiveItem.status == Status.CONFIRMED
        )
    ).all()
    by_id = {item.id: item for item in items}
    try:
        with transaction() as tx:
            made = operations.from_items(tx, programme_id, title, [by_id[id_] for id_ in chosen if id_ in by_id])
            public_id = made.public_id
    except DomainError as error:
        wanted = request.form.get("zoek", "")
        sentence = " ".join(_(text) for text in getattr(error, "fields", {}).values()) or _(error.title)
        page = render_template(
            "products/new.html",
            programme_id=programme_id,
            wanted=wanted,
            candidates=_candidates(programme_id, wanted),
            error=sentence,
            title=title,
            chosen=chosen,
        )
        return page, error.status
    flash(_("Je stappenplan staat klaar als concept. Maak de stappen af."), "ok")
    return redirect(url_for("products.edit", public_id=public_id), 303)


@bp.route("/kennisproducten/<public_id>/bewerken", methods=["GET", "POST"])
def edit(public_id: str) -> Answer:
    """Words, steps and sources of a product that is not public yet."""
    found = _the_product(public_id)
    require(policies.may_edit(current_actor(), found, clock.now()))
    form = ProductForm() if request.method == "POST" else ProductForm(data=ProductForm.values(found))
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with transaction() as tx:
                    operations.edit(
                        tx,
                        tx.session.get_one(Product, found.id),
                        form.product_data(),
                        int(form.rev.data) if str(form.rev.data).isdigit() else 0,
                    )
            except DomainError as error:
                form.add_error(error)
                status = error.status
            else:
                if "more" in request.form:
                    return redirect(url_for("products.edit", public_id=public_id) + "#stap-nieuw", 303)
                flash(_("Het stappenplan is bewaard."), "ok")
                return redirect(url_for("products.product", public_id=public_id), 303)
    wanted = request.args.get("zoek", "")
    return render_template(
        "products/edit.html", product=found, form=form, wanted=wanted, candidates=_candidates(found.programme_id, wanted)
    ), status


@bp.post("/kennisproducten/<public_id>/uitbrengen")
def release(public_id: str) -> Answer:
    """Lets participants in now, and everybody from a date."""
    found = _the_product(public_id)
    require(policies.may_edit(current_actor(), found, clock.now()))
    form = ReleaseForm()
    try:
        if not form.validate():
            raise DomainError("date", _("Dit is geen datum die we kennen"), _("Kies een dag in het veld."), status=422)
        with transaction() as tx:
            operations.give_early_access(tx, tx.session.get_one(Product, found.id), form.public_on.data)
    except DomainError as error:
        flash(" ".join(_(text) for text in getattr(error, "fields", {}).values()) or f"{error.title}. {error.detail}", "error")
        return redirect(url_for("products.product", public_id=public_id), 303)
    flash(_("Deelnemers van het programma kunnen dit nu lezen."), "ok")
    return redirect(url_for("products.product", public_id=public_id), 303)


@bp.post("/kennisproducten/<public_id>/terugnemen")
def withdraw(public_id: str) -> Answer:
    """Back to a draft, as long as it is not public."""
    found = _the_product(public_id)
    require(policies.may_edit(current_actor(), found, clock.now()))
    with transaction() as tx:
        operations.withdraw(tx, tx.session.get_one(Product, found.id))
    flash(_("Het is weer een concept; alleen begeleiders en coördinatoren zien het."), "ok")
    return redirect(url_for("products.product", public_id=public_id), 303)


def init(app: Any) -> None:
    """The words for stages, in every template."""
    app.jinja_env.globals.update(product_stages=Stage)
