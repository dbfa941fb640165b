"""The board: the themes of a lab with their questions, and every verb that changes them."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import DomainError, Invalid, require
from kennislab.core.transaction import Tx
from kennislab.grouping import operations, policies, proposing, queries, selecting, words
from kennislab.grouping.forms import ProposalForm, TitleForm
from kennislab.grouping.models import BoardChange
from kennislab.grouping.routes import bp
from kennislab.grouping.routes.answering import (
    THEMES,
    Answer,
    Verb,
    change,
    follow,
    sent_ids,
    sent_index,
    sent_target,
    theme_columns,
    tools,
)
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions import later
from kennislab.questions import queries as questions


@bp.get("/kennislabs/<int:lab_id>/themas")
def board(lab_id: int) -> Answer:
    """The themes of a lab with their questions; who may, works on them here."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_board(actor, lab))
    session = db.session()
    head, stamp = queries.version(session, lab_id)
    verdict = policies.may_edit_board(actor, lab)
    order, column = theme_columns(session, lab, bool(verdict))
    return render_template(
        "grouping/board.html",
        head=head,
        stamp=stamp,
        order=order,
        column=column,
        editable=bool(verdict),
        verdict=verdict,
        staff=actor.is_staff(lab.programme_id),
        empty=not queries.cards_of(session, lab_id),
        themes=queries.themes_of(session, lab_id),
        alike=later.alike(session, lab_id) if verdict else 0,
        **tools(session, actor, lab),
    )


@bp.get("/kennislabs/<int:lab_id>/themas/gebeurtenissen")
def events(lab_id: int) -> Answer:
    """News of the board after ``since``; waits up to ``wait`` seconds for it."""
    return follow(lab_id, THEMES, policies.may_see_board)


@bp.get("/kennislabs/<int:lab_id>/themas/geschiedenis")
def history(lab_id: int) -> Answer:
    """Who moved what, newest first."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_history(actor, lab))
    session = db.session()
    texts, titles = queries.texts_of(session, lab_id), queries.titles_of(session, lab_id)
    changes = [
        (one, *words.said(one.verb, one.person_name, one.details), _moves(one, texts, titles))
        for one in queries.history(session, lab_id, 200)
    ]
    return render_template("grouping/history.html", lab=lab, changes=changes)


def _moves(change: BoardChange, texts: dict[int, str], titles: dict[int, str]) -> list[tuple[str, str, str]]:
    """(question, from, to) of every card that went to another theme; empty: the pile."""
    went = ((int(id_), card[0], change.after["cards"][id_][0]) for id_, card in change.before["cards"].items())
    return [(texts[id_], titles.get(old, ""), titles.get(new, "")) for id_, old, new in went if old != new and id_ in texts]


@bp.get("/kennislabs/<int:lab_id>/themas/afdruk")
def printed(lab_id: int) -> Answer:
    """The themes on paper: each on a page of its own, or (``thema``) one of them."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_board(actor, lab))
    session = db.session()
    columns = queries.board(session, lab_id)
    sent = request.args.get("thema", "")
    only = next((column for column in columns if column.key == sent), None)
    shown = [only] if only else [*columns[1:], columns[0]]
    return render_template(
        "grouping/printed.html",
        lab=lab,
        columns=columns,
        only=only,
        shown=[column for column in shown if column.cards or column.theme],
        names=programmes.municipality_names(session, [card.question.municipality_code for column in columns for card in column.cards]),
        counts=questions.support_counts(session, [card.question.id for column in columns for card in column.cards]),
    )


@bp.post("/kennislabs/<int:lab_id>/themas/handen")
def pick_up(lab_id: int) -> Answer:
    """That somebody is at the board, with ``cards`` in their hands; with ``weg``: that they left."""
    actor, away = current_actor(), request.form.get("weg") == "1"
    return change(
        lab_id, THEMES, lambda tx, lab: selecting.leave(tx, lab, actor) if away else selecting.pick_up(tx, lab, actor, sent_ids("cards"))
    )


@bp.post("/kennislabs/<int:lab_id>/themas/verplaatsen")
def move(lab_id: int) -> Answer:
    """Puts ``cards`` in ``to`` at ``index``; with ``pile`` on the pile, whatever ``to`` says."""
    actor, away = current_actor(), "pile" in request.form
    return change(
        lab_id,
        THEMES,
        lambda tx, lab: operations.move_cards(tx, lab, actor, sent_ids("cards"), None if away else sent_target(), sent_index()),
    )


@bp.post("/kennislabs/<int:lab_id>/themas/vastzetten")
def fix(lab_id: int) -> Answer:
    """Fixes ``cards`` where they are, or (``fixed=0``) lets them go."""
    actor, fixed = current_actor(), request.form.get("fixed", "1") == "1"
    return change(lab_id, THEMES, lambda tx, lab: operations.fix_cards(tx, lab, actor, sent_ids("cards"), fixed))


@bp.post("/kennislabs/<int:lab_id>/themas/nieuw")
def create(lab_id: int) -> Answer:
    """A new theme, with the chosen ``cards`` in it."""
    actor, form = current_actor(), TitleForm()
    return change(
        lab_id,
        THEMES,
        lambda tx, lab: operations.create_theme(tx, lab, actor, form.title.data, sent_ids("cards")),
        _("Het thema staat op het bord."),
        form,
    )


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/naam")
def rename(lab_id: int, theme_id: int) -> Answer:
    """Another name for a theme."""
    actor, form = current_actor(), TitleForm()
    return change(lab_id, THEMES, lambda tx, lab: operations.rename_theme(tx, lab, actor, theme_id, form.title.data), form=form)


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/plaats")
def shift(lab_id: int, theme_id: int) -> Answer:
    """One place to the left or (``right``) to the right."""
    actor, steps = current_actor(), 1 if request.form.get("direction") == "right" else -1
    return change(lab_id, THEMES, lambda tx, lab: operations.shift_theme(tx, lab, actor, theme_id, steps))


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/samenvoegen")
def merge(lab_id: int, theme_id: int) -> Answer:
    """All cards of this theme go to theme ``to``."""
    actor = current_actor()
    return change(
        lab_id,
        THEMES,
        lambda tx, lab: operations.merge_themes(tx, lab, actor, theme_id, sent_target() or 0),
        _("De thema’s zijn samengevoegd."),
    )


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/splitsen")
def split(lab_id: int, theme_id: int) -> Answer:
    """Takes the chosen ``cards`` out into a new theme; without a choice the app makes the cut."""
    actor = current_actor()
    chosen, title = sent_ids("cards"), request.form.get("title", "").strip()
    require(policies.may_edit_board(actor, the_lab(lab_id)))
    by_person = bool(chosen)
    if not chosen:
        try:
            chosen, name = proposing.halves(db.session(), lab_id, theme_id)
        except Invalid as error:
            return change(lab_id, THEMES, _refuse(error))
        title = title or name
    elif not title:
        title = proposing.name_for(db.session(), lab_id, chosen)
    return change(
        lab_id,
        THEMES,
        lambda tx, lab: operations.split_theme(tx, lab, actor, theme_id, chosen, title, chosen_by_person=by_person),
        _("Het thema is gesplitst."),
    )


def _refuse(error: DomainError) -> Verb:
    def verb(tx: Tx, lab: Lab) -> None:
        raise error

    return verb


@bp.post("/kennislabs/<int:lab_id>/themas/<int:theme_id>/weghalen")
def remove(lab_id: int, theme_id: int) -> Answer:
    """Takes a theme away; its cards go to the pile."""
    actor = current_actor()
    return change(
        lab_id,
        THEMES,
        lambda tx, lab: operations.remove_theme(tx, lab, actor, theme_id),
        _("Het thema is weg. De kaarten liggen op de stapel."),
    )


@bp.post("/kennislabs/<int:lab_id>/themas/voorstel")
def propose(lab_id: int) -> Answer:
    """Has themes proposed, in the background."""
    actor, form = current_actor(), ProposalForm()
    return change(
        lab_id,
        THEMES,
        lambda tx, lab: proposing.ask_for_proposal(tx, lab, actor, form.groups.data, form.largest.data),
        _("Het voorstel wordt gemaakt. Je kunt gewoon verder werken."),
        form,
    )


@bp.post("/kennislabs/<int:lab_id>/themas/ongedaan")
def undo(lab_id: int) -> Answer:
    """Takes one's own last step back."""
    actor = current_actor()
    return change(lab_id, THEMES, lambda tx, lab: operations.undo(tx, lab, actor))


@bp.post("/kennislabs/<int:lab_id>/themas/opnieuw")
def redo(lab_id: int) -> Answer:
    """Does again what one undid last."""
    actor = current_actor()
    return change(lab_id, THEMES, lambda tx, lab: operations.redo(tx, lab, actor))
