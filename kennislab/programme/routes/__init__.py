"""Pages of the programme. This module holds the blueprint and the way in; the pages stand in its siblings."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kennislab.accounts.signin import current_actor, known_actor
from kennislab.core.db import db
from kennislab.core.errors import NotFound
from kennislab.programme import queries, states, words
from kennislab.programme.models import Lab, Programme

bp = Blueprint("programme", __name__)
Answer = str | Response | tuple[str, int]


def init(app: Flask) -> None:
    """Called once by the composition root: the words and the table of states, for every template."""
    app.jinja_env.globals.update(words=words, lab_states=states)


def the_programme(programme_id: int) -> Programme:
    """The programme of this address, or NotFound."""
    found = queries.programme(db.session(), programme_id)
    if found is None:
        known_actor()
        raise NotFound()
    return found


def the_lab(lab_id: int) -> Lab:
    """The lab of this address, or NotFound. Who is not signed in is asked to sign in, whether it exists or not."""
    found = queries.lab(db.session(), lab_id)
    if found is None:
        known_actor()
        raise NotFound()
    return found


@bp.get("/")
def start() -> Answer:
    """The start page; who is signed in goes to their programme."""
    if current_actor().known:
        return redirect(url_for("programme.programmes"))
    return render_template("start.html")


@bp.get("/programmas")
def programmes() -> Answer:
    """The programmes that one takes part in; straight on when there is only one."""
    found = queries.programmes_of(db.session(), known_actor())
    if len(found) == 1:
        return redirect(url_for("programme.dashboard", programme_id=found[0].id))
    return render_template("programme/programmes.html", programmes=found)


from kennislab.programme.routes import agenda, day, keeping, labs, mail, members, overview, people_import, postbox  # noqa: E402, F401  they put their pages on ``bp``
