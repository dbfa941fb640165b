"""Before the seal: exactly what will and will not be visible to whom, as numbers and as each audience will see it; and then the seal."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.archive import audiences, checking, operations, policies, queries, sealing
from kennislab.archive.models import Status
from kennislab.archive.routes import Answer, bp
from kennislab.archive.routes.desk import VIEWS
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import DomainError, Invalid, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab


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
                fresh = tx.session.get_one(Lab, lab_id)
                operations.settle(tx, fresh, request.form.get("why", ""))
                sealing.seal(tx, fresh, actor)
        except DomainError as error:
            refusal = error
        else:
            flash(_("Het lab staat in het archief. Iedereen in het programma kan het nu terugvinden."), "ok")
            return redirect(url_for("archive.lab_archive", lab_id=lab_id), 303)
    page = _seal_page(the_lab(lab_id), refusal)
    return (page, refusal.status) if refusal is not None else page


def _seal_page(lab: Lab, refusal: DomainError | None) -> str:
    read = db.session()
    every = queries.items_of(read, lab.id)
    actions = [item for item in every if item.kind == "action" and item.status in (Status.CONFIRMED, Status.DRAFT)]
    today = clock.now().astimezone(clock.LOCAL).date()
    check = checking.check_of(read, lab.id)
    return render_template(
        "archive/seal.html",
        lab=lab,
        refusal=refusal,
        number=queries.counts(read, lab.id),
        waiting=queries.not_taken_over(read, lab),
        reach=audiences.reach(every),
        staff_only=audiences.kept_to_staff(every),
        reactions=sum(VIEWS["reacties"](item) and item.status is Status.DRAFT for item in every),
        ownerless=[item for item in actions if not (item.owner and item.due)],
        overdue=[item for item in actions if item.due is not None and item.due < today],
        check=check,
        early=check is not None and check.until > clock.now(),
        progress=checking.progress(every),
        why=request.form.get("why", ""),
    )


@bp.get("/kennislabs/<int:lab_id>/oogst/voorbeeld")
def preview(lab_id: int) -> Answer:
    """The harvest as an audience will see it once it is sealed: ``?als=programme``, ``public`` or ``group:<name>``."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_seal(actor, lab))
    every = queries.items_of(db.session(), lab.id)
    offered = audiences.audiences_of(every)
    wish = audiences.Audience(request.args.get("als", "programme"))
    if wish not in offered:
        raise NotFound()
    seen = audiences.seen_by(every, wish)
    return render_template("archive/preview.html", lab=lab, audience=wish, offered=offered, items=seen, hidden=len(every) - len(seen))
