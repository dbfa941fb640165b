"""What the form of a lab asks: staff set it, until the questions are in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import DomainError, Invalid, require
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions import fields, policies
from kennislab.questions.fields import Wish
from kennislab.questions.forms import FieldsForm, wishes_of
from kennislab.questions.routes import Answer, bp


@bp.get("/kennislabs/<int:lab_id>/vragen/formulier")
def shape(lab_id: int) -> Answer:
    """The editor. ``?erbij=1``: with an empty row."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_shape(actor, lab))
    now = fields.form_of(db.session(), lab_id)
    wishes = [Wish(one.key, one.label, one.help, one.kind, "\n".join(one.options), one.required) for one in now.fields]
    if not wishes or request.args.get("erbij"):
        wishes.append(Wish())
    form = FieldsForm(formdata=None, data={"rev": now.rev})
    return _editor(lab, form, wishes, sorted(now.required), {})


@bp.post("/kennislabs/<int:lab_id>/vragen/formulier")
def save_shape(lab_id: int) -> Answer:
    """Saves it; ``do=add``, ``do=up-<place>``, ``do=down-<place>`` and ``do=away-<place>`` only change the rows on the page."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_shape(actor, lab))
    form, wishes = FieldsForm(), wishes_of(request.form)
    required = [name for name in fields.CAN_BE_REQUIRED if f"required-{name}" in request.form]
    what, _dash, where = request.form.get("do", "save").partition("-")
    if what in ("add", "up", "down", "away"):
        return _editor(lab, form, _moved(wishes, what, int(where) if where.isdecimal() and len(where) < 3 else -1), required, {})
    sent = str(form.rev.data or "")
    try:
        with transaction() as tx:
            fresh = tx.session.get_one(Lab, lab_id)
            require(policies.may_shape(actor, fresh))
            fields.save(tx, fresh, wishes, required, int(sent) if sent.isdecimal() and len(sent) < 10 else 0)
    except Invalid as error:
        return _editor(lab, form, wishes, required, error.fields), error.status
    except DomainError as error:
        form.add_error(error)
        if error.type == "changed-meanwhile":
            form.rev.data = str(fields.form_of(db.session(), lab_id).rev)
            form.rev.raw_data = [form.rev.data]
        return _editor(lab, form, wishes, required, {}), error.status
    flash(_("Het vragenformulier is opgeslagen."), "ok")
    return redirect(url_for("questions.shape", lab_id=lab_id), 303)


def _moved(wishes: list[Wish], what: str, place: int) -> list[Wish]:
    if what == "add":
        return [*wishes, Wish()]
    if not 0 <= place < len(wishes):
        return wishes
    if what == "away":
        return [*wishes[:place], *wishes[place + 1 :]]
    other = place - 1 if what == "up" else place + 1
    if what in ("up", "down") and 0 <= other < len(wishes):
        wishes[place], wishes[other] = wishes[other], wishes[place]
    return wishes


def _editor(lab: Lab, form: FieldsForm, wishes: Sequence[Wish], required: Sequence[str], wrong: dict[str, str]) -> str:
    read = db.session()
    given = fields.answered(read, lab.id)
    return render_template(
        "questions/shape.html",
        lab=lab,
        form=form,
        wishes=wishes,
        required=required,
        wrong=wrong,
        kinds=fields.KINDS,
        can_be_required=fields.CAN_BE_REQUIRED,
        answered={key: sum(often.values()) for key, often in given.items()},
        sent=fields.count_sent(read, lab.id),
        most=fields.MOST_FIELDS,
    )
