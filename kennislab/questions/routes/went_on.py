"""Where an old address of a merged or split question leads."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.errors import require
from kennislab.questions import lineage, policies
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.routes import Answer

WENT_ON = (QuestionStatus.MERGED, QuestionStatus.SPLIT)


def leads_on(actor: Actor, question: KnowledgeQuestion) -> Answer | None:
    """The answer for a question that goes on elsewhere, None for any other: on to the one it is part of, or a page with its parts."""
    if question.status not in WENT_ON:
        return None
    require(policies.may_see(actor, question))
    there = [one for one in lineage.goes_on_in(db.session(), question) if one is not question and policies.may_see(actor, one)]
    if len(there) == 1:
        flash(_("De vraag die je zocht is samengevoegd met deze: “%(text)s”", text=question.text), "info")
        return redirect(url_for("questions.question", public_id=there[0].public_id), 302)
    return render_template("questions/went_on.html", question=question, lab=question.lab, there=there)
