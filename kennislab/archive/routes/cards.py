"""What the facilitator does to the cards of a harvest: to one, to several, two made one, and back. As forms, and in place for a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import urlencode

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import current_actor
from kennislab.archive import finding, lessons, operations, policies, queries, undoing, words
from kennislab.archive.changing import given
from kennislab.archive.forms import ItemForm, MergeForm
from kennislab.archive.models import ArchiveItem, Consent, LinkKind, Status
from kennislab.archive.routes import Answer, bp
from kennislab.archive.routes.desk import back, cards_answer, kept_filters, met, seen_revs, the_card, wants_json
from kennislab.archive.routes.late import too_late
from kennislab.core.db import db
from kennislab.core.errors import N_, Conflict, DomainError, Invalid, NotFound, require
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab

MOST_AT_ONCE = 500


def _act(lab_id: int, item_id: str, what: str, verb: Callable[[Tx, ArchiveItem], object], becomes: Status | None = None) -> Answer:
    """One thing done to one card, which can be taken back; the next card is next. A script asks for JSON and stays where it is.

    When the page said which revision it showed, and somebody else changed the card since, nothing is done but to show it. Not when it
    stands already as it ``becomes``: two who judge the same agree.
    """
    actor = current_actor()
    require(policies.may_harvest(actor, the_lab(lab_id)))
    refusal: Conflict | None = None
    with transaction() as tx:
        item = the_card(tx.session, lab_id, item_id)
        seen = seen_revs().get(item_id, item.rev)
        touched: set[str] = set()
        if seen == item.rev:
            try:
                with undoing.remembered(tx, item.lab, actor, what) as touched:
                    verb(tx, item)
            except Conflict as error:
                refusal = error
        elif item.status is not becomes:
            refusal = _meanwhile(tx.session, lab_id, [item_id], actor)
    if refusal is not None:
        if wants_json():
            return met(refusal, lab_id, [item_id])
        flash(f"{_(refusal.title, **refusal.params)}. {_(refusal.detail, **refusal.params)}", "warning")
        return back(lab_id, item_id)
    if wants_json():
        return cards_answer(lab_id, touched | {item_id}, _(what))
    return back(lab_id, request.form.get("next") or item_id)


def _meanwhile(session: Session, lab_id: int, item_ids: Sequence[str], by: Actor) -> Conflict:
    """Somebody else changed these: who and what, as far as it is known."""
    found = (undoing.last_by_other(session, lab_id, item_id, by) for item_id in item_ids)
    who, what = next((one for one in found if one is not None), (None, ""))
    if who is None:
        return Conflict("changed-meanwhile", N_("Deze kaart is intussen veranderd"), N_("Kijk hoe zij nu is en kies opnieuw."))
    title = N_("%(who)s was je voor")
    return Conflict("changed-meanwhile", title, N_("“%(what)s”. Kijk hoe de kaart nu is en kies opnieuw."), who=who, what=_(what))


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/bevestigen")
def confirm(lab_id: int, item_id: str) -> Answer:
    """This card stays."""
    return _act(lab_id, item_id, N_("Bevestigd"), operations.confirm, Status.CONFIRMED)


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/weglaten")
def drop(lab_id: int, item_id: str) -> Answer:
    """This card is kept but not shown."""
    return _act(lab_id, item_id, N_("Weggelaten"), operations.drop, Status.DROPPED)


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/terugzetten")
def reopen(lab_id: int, item_id: str) -> Answer:
    """Back to a card that is still to be looked at."""
    return _act(lab_id, item_id, N_("Teruggezet"), operations.reopen, Status.DRAFT)


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/themas")
def themes(lab_id: int, item_id: str) -> Answer:
    """The themes of a card, typed with commas between."""
    wanted = request.form.get("themes", "")[:800].split(",")
    return _act(lab_id, item_id, N_("Thema’s opgeslagen"), lambda tx, item: operations.set_themes(tx, item, wanted))


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/in-place")
def change(lab_id: int, item_id: str) -> Answer:
    """Part of a card, changed where it stands: only what was sent."""
    form, actor = request.form, current_actor()
    lesson = {name: form.get(name, "") for name in lessons.PARTS} if "if" in form else None
    changes = operations.Changes(
        text=form.get("text"),
        kind="lesson" if lesson is not None else form.get("kind"),
        lesson=lesson,
        consent=_consent(form["consent"]) if "consent" in form else None,
        agreed=bool(form.get("agreed")),
        contact=form.get("contact"),
        action=(form.get("owner", ""), _day(form.get("due", ""))) if "owner" in form else None,
    )
    rev = seen_revs().get(item_id, 0)
    return _act(lab_id, item_id, N_("Opgeslagen"), lambda tx, item: operations.change(tx, item, changes, rev, actor))


def _consent(wish: str) -> Consent:
    if wish not in list(Consent):
        raise Invalid(fields={"consent": N_("Kies uit de lijst.")})
    return Consent(wish)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(fields={"due": N_("Kies een datum.")}) from None


@bp.post("/kennislabs/<int:lab_id>/oogst/<item_id>/koppelen")
def tie(lab_id: int, item_id: str) -> Answer:
    """Ties this card to another one, or unties it."""
    target = request.form.get("naar", "")[:16]
    return _act(lab_id, item_id, N_("Koppeling aangepast"), lambda tx, item: operations.tie(tx, item, target))


@bp.get("/kennislabs/<int:lab_id>/oogst/<item_id>/koppelen")
def find(lab_id: int, item_id: str) -> Answer:
    """What this card could be tied to, for the quick finder."""
    lab = the_lab(lab_id)
    require(policies.may_harvest(current_actor(), lab))
    read = db.session()
    found = finding.candidates(read, lab, the_card(read, lab_id, item_id), request.args.get("q", "")[:200])
    return jsonify(
        found=[
            {"id": one.item.id, "kind": one.item.kind, "label": _(words.KINDS[one.item.kind]), "text": one.item.text, "tied": one.tied}
            for one in found
        ]
    )


@bp.route("/kennislabs/<int:lab_id>/oogst/<item_id>/bewerken", methods=["GET", "POST"])
def edit(lab_id: int, item_id: str) -> Answer:
    """Everything of one card in a form."""
    actor, lab = current_actor(), the_lab(lab_id)
    allowed = policies.may_harvest(actor, lab)
    if request.method == "POST" and isinstance(allowed, DomainError):
        return too_late(allowed, [(_("Tekst"), request.form.get("text", "")), (_("Thema’s"), request.form.get("themes", ""))])
    require(allowed)
    read = db.session()
    item = the_card(read, lab_id, item_id)
    tied = queries.linked(read, item_id, LinkKind.QUESTION)
    solvable = [one for one in queries.items_of(read, lab_id) if one.kind in ("bottleneck", "question") and one.id != item_id]
    asked = [one for one in solvable if one.kind == "question"]
    form = ItemForm(solvable, asked, data=ItemForm.values(item, tied[0] if tied else None))
    changed = False
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                fresh = the_card(tx.session, lab_id, item_id)
                with undoing.remembered(tx, fresh.lab, actor, N_("Opgeslagen")):
                    operations.revise(tx, fresh, form.revision(), form.seen_rev(), actor)
                    if request.form.get("then") == "confirm":
                        operations.confirm(tx, fresh)
        except DomainError as error:
            form.add_error(error)
            item = the_card(db.session(), lab_id, item_id)
            changed = item.rev != form.seen_rev()
            form.rev.data = str(item.rev)  # who compared them saves over it
        else:
            flash(_("De kaart is opgeslagen."), "ok")
            return back(lab_id, item_id)
    page = render_template(
        "archive/edit.html",
        lab=lab,
        item=item,
        form=form,
        speakers=queries.speakers(db.session(), [item]),
        given=given(db.session(), item),
        changed=changed,
        kept=kept_filters(),
    )
    return (page, 422) if request.method == "POST" else page


# --- several at once ----------------------------------------------------------------------------------------------------------


def _picked(lab_id: int, session: object = None) -> list[ArchiveItem]:
    """The cards that were ticked, in the order of the form."""
    ids = list(dict.fromkeys(request.values.getlist("kaart")))[:MOST_AT_ONCE]
    found = queries.some(session or db.session(), ids)  # type: ignore[arg-type]
    return [found[one] for one in ids if one in found and found[one].lab_id == lab_id]


@bp.post("/kennislabs/<int:lab_id>/oogst/veel")
def many(lab_id: int) -> Answer:
    """One thing done to all that were ticked; merging goes on at its own page."""
    actor = current_actor()
    require(policies.may_harvest(actor, the_lab(lab_id)))
    wish, theme = request.form.get("do", ""), request.form.get("thema-erbij", "")
    if wish == "merge":
        chosen = [("kaart", one) for one in request.form.getlist("kaart")]
        return redirect(url_for("archive.merge", lab_id=lab_id) + "?" + urlencode([*chosen, *kept_filters()]), 303)
    if wish not in ("confirm", "drop", "theme"):
        raise NotFound()
    with transaction() as tx:
        picked, seen = _picked(lab_id, tx.session), seen_revs()
        items = [item for item in picked if item.rev == seen.get(item.id, item.rev)]
        skipped = len(picked) - len(items)
        lab = tx.session.get_one(Lab, lab_id)
        whats = {"confirm": N_("Kaarten bevestigd"), "drop": N_("Kaarten weggelaten"), "theme": N_("Thema toegevoegd")}
        with undoing.remembered(tx, lab, actor, whats[wish]) as touched:
            if wish == "confirm":
                number = operations.confirm_some(tx, items)
            elif wish == "drop":
                number = operations.drop_some(tx, items)
            else:
                number = operations.add_theme(tx, items, theme)
    said = {
        "confirm": lambda: ngettext("%(num)s kaart bevestigd.", "%(num)s kaarten bevestigd.", number),
        "drop": lambda: ngettext("%(num)s kaart weggelaten.", "%(num)s kaarten weggelaten.", number),
        "theme": lambda: ngettext("Thema bij %(num)s kaart gezet.", "Thema bij %(num)s kaarten gezet.", number),
    }[wish]()
    if skipped:
        meanwhile = ngettext(
            "%(num)s kaart is intussen door iemand anders veranderd en overgeslagen.",
            "%(num)s kaarten zijn intussen door iemand anders veranderd en overgeslagen.",
            skipped,
        )
        said = f"{said} {meanwhile}"
    if wants_json():
        return cards_answer(lab_id, touched | {item.id for item in picked}, said)
    flash(said, "warning" if skipped else "ok")
    return back(lab_id)


@bp.route("/kennislabs/<int:lab_id>/oogst/samenvoegen", methods=["GET", "POST"])
def merge(lab_id: int) -> Answer:
    """One text for several cards, named by ``?kaart=`` each."""
    actor, lab = current_actor(), the_lab(lab_id)
    allowed = policies.may_harvest(actor, lab)
    if request.method == "POST" and isinstance(allowed, DomainError):
        return too_late(allowed, [(_("De tekst die blijft"), request.form.get("text", ""))])
    require(allowed)
    items = _picked(lab_id)
    if len(items) < 2:
        if wants_json():
            raise Invalid("nothing-to-merge", N_("Kies minstens twee kaarten"), N_("Vink aan wat je wilt samenvoegen."))
        flash(_("Vink eerst twee of meer kaarten aan om samen te voegen."), "warning")
        return back(lab_id)
    form = MergeForm(items, data={"text": items[0].text, "keep": items[0].id})
    if form.validate_on_submit():
        try:
            with transaction() as tx:
                fresh = queries.some(tx.session, [item.id for item in items])
                seen = seen_revs()
                if others := [one.id for one in fresh.values() if one.rev != seen.get(one.id, one.rev)]:
                    raise _meanwhile(tx.session, lab_id, others, actor)
                keep = fresh.pop(form.keep.data)
                with undoing.remembered(tx, keep.lab, actor, N_("Samengevoegd")) as touched:
                    keep = operations.merge(tx, keep, list(fresh.values()), form.text.data or "", actor)
        except (Invalid, Conflict) as error:
            if wants_json():
                return met(error, lab_id, [item.id for item in items])
            form.add_error(error)
            items = list(queries.some(db.session(), [item.id for item in items]).values())
        else:
            if wants_json():
                return cards_answer(lab_id, touched | {item.id for item in items}, _("Samengevoegd"), keep.id)
            flash(_("De kaarten zijn samengevoegd. Wat er eerst stond, blijft bewaard."), "ok")
            return back(lab_id, keep.id)
    elif request.method == "POST" and wants_json():
        raise Invalid(fields={name: errors[0] for name, errors in form.errors.items()})
    page = render_template("archive/merge.html", lab=lab, items=items, form=form, kept=kept_filters())
    return (page, 422) if request.method == "POST" else page


# --- the whole harvest --------------------------------------------------------------------------------------------------------


@bp.post("/kennislabs/<int:lab_id>/oogst/terugdraaien")
def undo(lab_id: int) -> Answer:
    """Takes back what this person did last."""
    actor = current_actor()
    require(policies.may_harvest(actor, the_lab(lab_id)))
    refusal: DomainError | None = None
    with transaction() as tx:
        try:
            what, touched = undoing.undo(tx, tx.session.get_one(Lab, lab_id), actor)
        except DomainError as error:  # what cannot be taken back any more is forgotten, so the one before is next
            refusal = error
    if refusal is not None:
        if wants_json():
            raise refusal
        flash(_(refusal.detail, **refusal.params), "warning")
        return back(lab_id)
    said = _("Teruggedraaid: %(what)s", what=_(what))
    if wants_json():
        return cards_answer(lab_id, touched, said)
    flash(said, "ok")
    return back(lab_id, touched[0] if touched else None)


@bp.post("/kennislabs/<int:lab_id>/oogst/ophalen")
def take_over(lab_id: int) -> Answer:
    """Adds what came in since."""
    require(policies.may_harvest(current_actor(), the_lab(lab_id)))
    with transaction() as tx:
        new = operations.open_harvest(tx, tx.session.get_one(Lab, lab_id))
    flash(ngettext("%(num)s nieuwe kaart opgehaald.", "%(num)s nieuwe kaarten opgehaald.", new), "ok")
    return back(lab_id)


@bp.post("/kennislabs/<int:lab_id>/oogst/alles-bevestigen")
def confirm_all(lab_id: int) -> Answer:
    """Confirms every card that is still open."""
    actor = current_actor()
    require(policies.may_harvest(actor, the_lab(lab_id)))
    with transaction() as tx:
        lab = tx.session.get_one(Lab, lab_id)
        with undoing.remembered(tx, lab, actor, N_("Kaarten bevestigd")):
            number = operations.confirm_all(tx, lab)
    flash(ngettext("%(num)s kaart bevestigd.", "%(num)s kaarten bevestigd.", number), "ok")
    return redirect(url_for("archive.seal", lab_id=lab_id), 303)
