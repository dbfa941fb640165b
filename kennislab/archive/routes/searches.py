"""Kept searches: the list, keeping, renaming, throwing away, and stopping their mail by the link in it."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.archive import asking, policies, searches
from kennislab.archive.asking import FACETS, Asked
from kennislab.archive.routes import Answer, bp
from kennislab.archive.routes.reading import value_words
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid, require
from kennislab.core.security import limiter
from kennislab.core.templating import quarter_text
from kennislab.core.transaction import transaction


@bp.get("/archief/zoekopdrachten")
def kept_searches() -> Answer:
    """One's own kept searches, with what they find now. ``?bewaren=<address>``: the form to keep that one stands above it."""
    actor = current_actor()
    require(policies.may_keep_searches(actor))
    return _list()


def _list(refusal: Invalid | Conflict | None = None, about: str = "") -> str:
    """The page. ``about``: the search whose form was refused; empty: the one to keep a new one."""
    actor, read = current_actor(), db.session()
    assert actor.person_id is not None, "the policy lets only people with an account in"
    wish = Asked.of(parse_qsl(request.values.get("bewaren", "")[:4000]))
    audiences = asking.audiences_of(actor)
    kept = [
        (one, asked, in_words(asked), asking.found(read, asked, audiences, 0).total, searches.left(read, actor, one))
        for one in searches.of_person(read, actor.person_id)
        for asked in [searches.asked_of(one)]
    ]
    return render_template(
        "archive/saved.html",
        kept=kept,
        wish=wish if wish.asks and policies.may_add_search(actor) is True else None,
        wish_words=in_words(wish),
        suggested=(wish.query or in_words(wish))[: searches.MOST_NAME],
        every=[(key, _(text)) for key, text in searches.EVERY.items()],
        wrong={name: _(text) for name, text in refusal.fields.items()} if isinstance(refusal, Invalid) else {},
        refusal=refusal if isinstance(refusal, Conflict) else None,
        about=about,
        typed=request.form,
        alone=not actor.roles,
    )


def in_words(asked: Asked) -> str:
    """A question as a person would say it: *“wijkbudget”, Oplossing, Tilburg, vanaf …*."""
    parts = [f"“{asked.query}”"] if asked.query else []
    parts += [value_words(name, value) for name in FACETS for value in asked.chosen.get(name, ())]
    if asked.since:
        parts.append(_("vanaf %(quarter)s", quarter=quarter_text(asked.since)))
    if asked.until:
        parts.append(_("tot en met %(quarter)s", quarter=quarter_text(asked.until)))
    return ", ".join(parts)


@bp.post("/archief/zoekopdrachten")
def keep_search() -> Answer:
    """Keeps a search under a name."""
    actor = current_actor()
    require(policies.may_add_search(actor))
    asked = Asked.of(parse_qsl(request.form.get("bewaren", "")[:4000]))
    try:
        with transaction() as tx:
            kept = searches.keep(tx, actor, request.form.get("name", ""), asked, request.form.get("every", ""))
            name, told = kept.name, kept.every != "never"
    except (Invalid, Conflict) as error:
        return _list(error), error.status
    flash(
        _("“%(name)s” is bewaard. Je krijgt een mail als er iets nieuws bij past.", name=name) if told
        else _("“%(name)s” is bewaard.", name=name),
        "ok",
    )  # fmt: skip
    return _back()


@bp.post("/archief/zoekopdrachten/<search_id>")
def change_search(search_id: str) -> Answer:
    """Another name, or mail more or less often."""
    actor = current_actor()
    require(policies.may_keep_searches(actor))
    require(policies.may_change_search(actor, searches.one(db.session(), search_id)))
    try:
        with transaction() as tx:
            kept = searches.one(tx.session, search_id)
            searches.change(tx, kept, request.form.get("name", ""), request.form.get("every", ""))
            name = kept.name
    except Invalid as error:
        return _list(error, search_id), error.status
    flash(_("“%(name)s” is aangepast.", name=name), "ok")
    return _back()


@bp.post("/archief/zoekopdrachten/<search_id>/verwijderen")
def remove_search(search_id: str) -> Answer:
    """Throws a kept search away."""
    actor = current_actor()
    require(policies.may_keep_searches(actor))
    require(policies.may_change_search(actor, searches.one(db.session(), search_id)))
    with transaction() as tx:
        kept = searches.one(tx.session, search_id)
        name = kept.name
        searches.remove(tx, kept)
    flash(_("“%(name)s” is weg. Wat je ermee vond, staat er nog gewoon.", name=name), "ok")
    return _back()


def _back() -> Response:
    answer = redirect(url_for("archive.kept_searches"), 303)
    assert isinstance(answer, Response), "Flask's own redirect"
    return answer


# --- by the link of a mail ----------------------------------------------------------------------------------------------------


def _failed(response: Response) -> bool:
    return response.status_code == 410


@bp.get("/zoekmail-stoppen/<token>")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
def open_stop(token: str) -> Answer:
    """What stops, and the button. Changes nothing: mail programs open links, too."""
    read = db.session()
    person = searches.person_by(read, token)
    told = [one.name for one in searches.of_person(read, person.id) if one.every != "never"]
    return render_template("archive/saved_stop.html", token=token, names=told)


@bp.post("/zoekmail-stoppen/<token>")
@limiter.limit("300 per 15 minutes", deduct_when=_failed)
def stop_mails(token: str) -> Answer:
    """Stops them."""
    with transaction() as tx:
        searches.stop(tx, searches.person_by(tx.session, token).id)
    return redirect(url_for("archive.open_stop", token=token), 303)
