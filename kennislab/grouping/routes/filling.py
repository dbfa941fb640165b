"""Having a theme filled: by a title, by cards that somebody put together, or by what is in it already. Seen first, then taken."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import DomainError, require
from kennislab.core.transaction import Tx
from kennislab.grouping import attracting, operations, policies, queries
from kennislab.grouping.routes import bp
from kennislab.grouping.routes.answering import THEMES, Answer, change, flash_refusal, sent_ids
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab

MOST_GIVEN = 60
"""So many cards to go by fit in an address, and more do not tell more."""


def _theme_id() -> int | None:
    sent = request.values.get("thema", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else None


@bp.post("/kennislabs/<int:lab_id>/themas/vullen/zoeken")
def look_for(lab_id: int) -> Answer:
    """From the chosen cards and the typed title on the board to the page that shows what belongs with them."""
    require(policies.may_edit_board(current_actor(), the_lab(lab_id)))
    title = request.form.get("title", "").strip()[: operations.MOST_TITLE] or None
    return redirect(url_for("grouping.fill", lab_id=lab_id, titel=title, kaart=sent_ids("cards")[:MOST_GIVEN]), 303)


@bp.get("/kennislabs/<int:lab_id>/themas/vullen")
def fill(lab_id: int) -> Answer:
    """What belongs with ``titel``, with the cards ``kaart``, or with theme ``thema``, each with its measure of fit."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_edit_board(actor, lab))
    session = db.session()
    theme = queries.theme(session, lab_id, _theme_id() or 0)
    given = [int(sent) for sent in request.args.getlist("kaart") if sent.isdecimal() and len(sent) < 10][:MOST_GIVEN]
    title = theme.title if theme else request.args.get("titel", "").strip()[: operations.MOST_TITLE]
    try:
        filling = attracting.attracted(session, lab_id, title, given, theme.id if theme else None)
    except DomainError as error:
        flash_refusal(error)
        return redirect(url_for("grouping.board", lab_id=lab_id), 303)
    cards = [*filling.given, *(one.card for one in filling.found)]
    return render_template(
        "grouping/fill.html",
        lab=lab,
        theme=theme,
        filling=filling,
        words=attracting.WORDS,
        titles={one.id: one.title for one in queries.themes_of(session, lab_id)},
        names=programmes.municipality_names(session, [card.question.municipality_code for card in cards]),
    )


@bp.post("/kennislabs/<int:lab_id>/themas/vullen")
def take(lab_id: int) -> Answer:
    """Puts the chosen ``cards`` in theme ``thema``, or in a new one with this ``title``."""
    actor, theme_id = current_actor(), _theme_id()

    def verb(tx: Tx, lab: Lab) -> object:
        if theme_id is not None:
            return operations.fill_theme(tx, lab, actor, theme_id, sent_ids("cards"))
        return operations.create_theme(tx, lab, actor, request.form.get("title", ""), sent_ids("cards"))

    return change(lab_id, THEMES, verb, _("De kaarten liggen in het thema."))
