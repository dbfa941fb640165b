"""Pages of the harvest: the facilitator's desk, one's own contributions, the seal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import current_actor
from kennislab.archive import operations, policies, queries, sealing, words
from kennislab.archive.forms import ItemForm, MergeForm
from kennislab.archive.models import KINDS, ArchiveItem, Consent, LinkKind, Status
from kennislab.archive.routes import Answer, bp
from kennislab.core.db import db
from kennislab.core.errors import N_, DomainError, Invalid, NotFound, require
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab, LabState
from kennislab.programme.routes import the_lab

VIEWS = {"open": (Status.DRAFT,), "bevestigd": (Status.CONFIRMED,), "weggelaten": (Status.DROPPED,), "alles": tuple(Status)}
"""What ``?toon=`` may be, and what it shows."""


@bp.get("/kennislabs/<int:lab_id>/oogst")
def harvest(lab_id: int) -> Answer:
    """The desk for staff, one's own contributions for the others; a sealed lab has its own page."""
    actor, lab = current_actor(), the_lab(lab_id)
    if lab.state is LabState.ARCHIVED and policies.may_read_lab(actor, lab) is True:
        return redirect(url_for("archive.lab_archive", lab_id=lab_id))
    if not actor.is_staff(lab.programme_id):
        require(policies.may_check_own(actor, lab))
        own = queries.of_person(db.session(), lab_id, actor.person_id or 0)
        return render_template("archive/own.html", lab=lab, items=own, consents=_consents())
    require(policies.may_harvest(actor, lab))
    return _desk(lab)


def _desk(lab: Lab) -> str:
    read = db.session()
    number = queries.counts(read, lab.id)
    view = request.args.get("toon", "open")
    if view not in VIEWS:
        view = "open"
    every = queries.items_of(read, lab.id)
    shown = [item for item in every if item.status in VIEWS[view]]
    kinds, groups, themes = _choices(shown)
    chosen = {name: request.args.get(name, "") for name in ("soort", "groep", "thema")}
    shown = [
        item
        for item in shown
        if (not chosen["soort"] or item.kind == chosen["soort"])
        and (not chosen["groep"] or (item.group_name or "") == chosen["groep"])
        and (not chosen["thema"] or chosen["thema"] in item.themes)
    ]
    return render_template(
        "archive/harvest.html",
        lab=lab,
        items=shown,
        number=number,
        view=view,
        chosen=chosen,
        kinds=kinds,
        groups=groups,
        themes=themes,
        speakers=queries.speakers(read, shown),
        texts={item.id: item.text for item in every},
        waiting=queries.not_taken_over(read, lab),
        all_themes=sorted({theme for item in every for theme in item.themes}),
    )


def _choices(items: Sequence[ArchiveItem]) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """What the filters offer: only what is there, each with its number."""

    def counted(values: Sequence[str]) -> dict[str, int]:
        return {value: values.count(value) for value in sorted(set(values), key=str.casefold)}

    kinds = counted([item.kind for item in items])
    groups = counted([item.group_name for item in items if item.group_name])
    themes = counted([theme for item in items for theme in item.themes])
    return (
        [(kind, f"{_(words.PLURALS[kind])} ({kinds[kind]})") for kind in KINDS if kind in kinds],
        [(name, f"{name} ({n})") for name, n in groups.items()],
        [(name, f"{name} ({n})") for name, n in themes.items()],
    )


def _consents() -> list[tuple[str, str]]:
    return [(consent.value, _(words.CONSENTS[consent])) for consent in Consent]


# --- one card -----------------------------------------------------------------------------------------------------------------


def _the_card(session: Any, lab_id: int, item_id: str) -> ArchiveItem:
    found = queries.item(session, item_id)
    if found is None or found.lab_id != lab_id:
        raise NotFound()
    return found


def _judge(lab_id: int, item_id: str, verb: Callable[[Tx, ArchiveItem], None], done: str) -> Answer:
    """One thing done to one card; the next card is next. A script asks for JSON and stays where it is."""
    require(policies.may_harvest(current_actor(), the_lab(lab_id)))
    with transaction() as tx:
        item = _the_card(tx.session, lab_id, item_id)
        verb(tx, item)
        status = item.status
    left = queries.counts(db.session(), lab_id)[Status.DRAFT]
    if request.accept_mimetypes.best == "application/json":
        label = _(words.STATUSES[status])
        return jsonify(id=item_id, status=status.value, label=label, done=done, left=left)
    return _back(lab_id, request.form.get("next") or item_id)


def _back(lab_id: int, item_id: str | None = None) -> Answer:
    """The desk with the filters of the page that the form stood on."""
    kept = [(name, value) for name in ("toon", "soort", "groep", "thema") if (value := request.values.get(name))]
    anchor = f"#kaart-{item_id}" if item_id and item_id.isalnum() else ""
    return redirect(url_for("archive.harvest", lab_id=lab_id) + (f"?{urlencode(kept)}" if kept else "") + anchor, 303)


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/bevestigen")
def confirm(lab_id: int, item_id: str) -> Answer:
    """This card stays."""
    return _judge(lab_id, item_id, operations.confirm, _("Bevestigd"))


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/weglaten")
def drop(lab_id: int, item_id: str) -> Answer:
    """This card is kept but not shown."""
    return _judge(lab_id, item_id, operations.drop, _("Weggelaten"))


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/terugzetten")
def reopen(lab_id: int, item_id: str) -> Answer:
    """Back to a card that is still to be looked at."""
    return _judge(lab_id, item_id, operations.reopen, _("Teruggezet"))


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/themas")
def themes(lab_id: int, item_id: str) -> Answer:
    """The themes of a card, typed with commas between."""
    wanted = request.form.get("themes", "")[:800].split(",")
    return _judge(lab_id, item_id, lambda tx, item: operations.set_themes(tx, item, wanted), _("Thema’s opgeslagen"))


@bp.route("/kennislabs/<int:lab_id>/oogst/<item_id>/bewerken", methods=["GET", "POST"])
def edit(lab_id: int, item_id: str) -> Answer:
    """Everything of one card in a form."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_harvest(actor, lab))
    read = db.session()
    item = _the_card(read, lab_id, item_id)
    tied = queries.linked(read, item_id, LinkKind.QUESTION)
    solvable = [one for one in queries.items_of(read, lab_id) if one.kind in ("bottleneck", "question") and one.id != item_id]
    asked = [one for one in solvable if one.kind == "question"]
    form = ItemForm(solvable, asked, data=ItemForm.values(item, tied[0] if tied else None))
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                fresh = _the_card(tx.session, lab_id, item_id)
                operations.revise(tx, fresh, form.revision(), form.seen_rev(), actor)
                if request.form.get("then") == "confirm":
                    operations.confirm(tx, fresh)
        except DomainError as error:
            form.add_error(error)
            item = _the_card(db.session(), lab_id, item_id)
        else:
            flash(_("De kaart is opgeslagen."), "ok")
            return _back(lab_id, item_id)
    page = render_template("archive/edit.html", lab=lab, item=item, form=form, speakers=queries.speakers(db.session(), [item]))
    return (page, 422) if request.method == "POST" else page


@bp.route("/kennislabs/<int:lab_id>/oogst/samenvoegen", methods=["GET", "POST"])
def merge(lab_id: int) -> Answer:
    """One text for several cards, named by ``?kaart=`` each."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_harvest(actor, lab))
    ids = list(dict.fromkeys(request.values.getlist("kaart")))[:50]
    found = queries.some(db.session(), ids)
    items = [found[one] for one in ids if one in found and found[one].lab_id == lab_id]
    if len(items) < 2:
        flash(_("Vink eerst twee of meer kaarten aan om samen te voegen."), "warning")
        return _back(lab_id)
    form = MergeForm(items, data={"text": items[0].text, "keep": items[0].id})
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                fresh = queries.some(tx.session, [item.id for item in items])
                keep = fresh.pop(form.keep.data)
                operations.merge(tx, keep, list(fresh.values()), form.text.data or "", actor)
        except Invalid as error:
            form.add_error(error)
            items = list(queries.some(db.session(), [item.id for item in items]).values())
        else:
            flash(_("De kaarten zijn samengevoegd. Wat er eerst stond, blijft bewaard."), "ok")
            return _back(lab_id, keep.id)
    page = render_template("archive/merge.html", lab=lab, items=items, form=form)
    return (page, 422) if request.method == "POST" else page


# --- all at once ----------------------------------------------------------------------------------------------------------------


@bp.post("/kennislabs/<int:lab_id>/oogst/ophalen")
def take_over(lab_id: int) -> Answer:
    """Adds what came in since."""
    require(policies.may_harvest(current_actor(), the_lab(lab_id)))
    with transaction() as tx:
        new = operations.open_harvest(tx, tx.session.get_one(Lab, lab_id))
    flash(ngettext("%(num)s nieuwe kaart opgehaald.", "%(num)s nieuwe kaarten opgehaald.", new), "ok")
    return _back(lab_id)


@bp.post("/kennislabs/<int:lab_id>/oogst/alles-bevestigen")
def confirm_all(lab_id: int) -> Answer:
    """Confirms every card that is still open."""
    require(policies.may_harvest(current_actor(), the_lab(lab_id)))
    with transaction() as tx:
        number = operations.confirm_all(tx, tx.session.get_one(Lab, lab_id))
    flash(ngettext("%(num)s kaart bevestigd.", "%(num)s kaarten bevestigd.", number), "ok")
    return redirect(url_for("archive.seal", lab_id=lab_id), 303)


@bp.route("/kennislabs/<int:lab_id>/oogst/sluiten", methods=["GET", "POST"])
def seal(lab_id: int) -> Answer:
    """What will be visible to whom; and then the seal, which cannot be undone."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_seal(actor, lab))
    refusal: DomainError | None = None
    if request.method == "POST" and not request.form.get("sure"):
        refusal = Invalid(fields={"sure": _("Vink aan dat je het zeker weet.")})
    elif request.method == "POST":
        try:
            with transaction() as tx:
                sealing.seal(tx, tx.session.get_one(Lab, lab_id), actor)
        except DomainError as error:
            refusal = error
        else:
            flash(_("Het lab staat in het archief. Iedereen in het programma kan het nu terugvinden."), "ok")
            return redirect(url_for("archive.lab_archive", lab_id=lab_id), 303)
    page = _seal_page(the_lab(lab_id), refusal)
    return (page, refusal.status) if refusal is not None else page


def _seal_page(lab: Lab, refusal: DomainError | None) -> str:
    read = db.session()
    staying = queries.items_of(read, lab.id, Status.CONFIRMED, Status.DRAFT)
    return render_template(
        "archive/seal.html",
        lab=lab,
        refusal=refusal,
        number=queries.counts(read, lab.id),
        waiting=queries.not_taken_over(read, lab),
        by_consent={consent: [item for item in staying if item.consent is consent] for consent in Consent},
        ownerless=[item for item in staying if item.kind == "action" and not (item.owner and item.due)],
    )


# --- one's own ------------------------------------------------------------------------------------------------------------------


def _own(lab_id: int, item_id: str, verb: Callable[[Tx, ArchiveItem], None], done: str) -> Answer:
    actor: Actor = current_actor()
    require(policies.may_check_own(actor, the_lab(lab_id)))
    with transaction() as tx:
        item = _the_card(tx.session, lab_id, item_id)
        require(policies.may_change_own(actor, item))
        verb(tx, item)
    flash(done, "ok")
    return _back(lab_id, item_id)


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/intrekken")
def withdraw(lab_id: int, item_id: str) -> Answer:
    """Its author takes it back."""
    return _own(lab_id, item_id, operations.withdraw_own, _("Je bijdrage is ingetrokken."))


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/toestemming")
def limit(lab_id: int, item_id: str) -> Answer:
    """Its author chooses how far it may go."""
    wish = request.form.get("consent", "")

    def choose(tx: Tx, item: ArchiveItem) -> None:
        if wish not in list(Consent):
            raise Invalid(fields={"consent": N_("Kies uit de lijst.")})
        operations.limit_own(tx, item, Consent(wish))

    return _own(lab_id, item_id, choose, _("Je keuze is opgeslagen."))
