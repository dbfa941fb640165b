"""What a facilitator does with a single question: edit it lightly, give it back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core.errors import DomainError, require
from kennislab.core.transaction import transaction
from kennislab.questions import operations, policies
from kennislab.questions.forms import LightEditForm, ReturnForm
from kennislab.questions.routes import Answer, again, bp, the_question
from kennislab.questions.routes.read import question_page


@bp.route("/kennisvragen/<public_id>/redigeren", methods=["GET", "POST"])
def light_edit(public_id: str) -> Answer:
    """A facilitator makes a question easier to read; the original stays in sight."""
    actor, found = current_actor(), the_question(public_id)
    require(policies.may_light_edit(actor, found))
    form = LightEditForm(data={"text": found.text, "rev": found.rev})
    status = 200
    if request.method == "POST":
        sent = str(form.rev.data or "")
        try:
            with transaction() as tx:
                fresh = again(public_id, tx.session)
                require(policies.may_light_edit(actor, fresh))
                operations.light_edit(tx, fresh, form.text.data or "", actor, int(sent) if sent.isdecimal() and len(sent) < 10 else 0)
        except DomainError as error:
            form.add_error(error)
            status = error.status
            if error.type == "changed-meanwhile":
                form.rev.data = str(found.rev)
        else:
            flash(_("De vraag is aangepast. Het origineel blijft zichtbaar."), "ok")
            return redirect(url_for("questions.question", public_id=public_id), 303)
    return render_template("questions/light_edit.html", lab=found.lab, question=found, form=form, most_text=operations.MOST_TEXT), status


@bp.post("/kennisvragen/<public_id>/terugsturen")
def return_to_asker(public_id: str) -> Answer:
    """A facilitator gives a question back with a remark."""
    actor, found = current_actor(), the_question(public_id)
    require(policies.may_return(actor, found))
    form = ReturnForm()
    try:
        with transaction() as tx:
            fresh = again(public_id, tx.session)
            require(policies.may_return(actor, fresh))
            operations.return_to_asker(tx, fresh, form.remark.data or "")
    except DomainError as error:
        form.add_error(error)
        return question_page(found, form), error.status
    flash(_("De vraag is teruggestuurd. De vraagsteller ziet je opmerking."), "ok")
    return redirect(url_for("questions.of_lab", lab_id=found.lab_id), 303)
