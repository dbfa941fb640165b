"""Pages of harvest and archive. This module holds the blueprint; the pages stand in its siblings."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from kennislab.accounts.signin import known_actor
from kennislab.archive import drawing, queries, recalling, words  # noqa: F401  recalling: the room asks it what the archive knows
from kennislab.archive.answered import answered_questions
from kennislab.archive.became import became_of, to_check
from kennislab.archive.models import ArchiveItem
from kennislab.core.db import db
from kennislab.core.errors import NotFound
from kennislab.grouping import afterwards
from kennislab.questions import later

bp = Blueprint("archive", __name__)
Answer = str | Response | tuple[str, int] | tuple[Response, int]


def init(app: Flask) -> None:
    """Called once by the composition root: the archive's words, for every template; and what became of questions, for the next lab."""
    app.jinja_env.globals.update(archive_words=words, chain_icons=drawing.ICONS, chain_kind=chains.kind_text)
    app.jinja_env.globals.update(chain_label=chains.label_text, chain_place=chains.place_text, chain_near=chains.near)
    later.answered_by(answered_questions)
    later.told_by(chains.of_question)
    afterwards.told_by(became_of, to_check)


def the_item(item_id: str) -> ArchiveItem:
    """The item of this address, or NotFound. Who is not signed in is asked to sign in, whether it exists or not."""
    found = queries.item(db.session(), item_id)
    if found is None:
        known_actor()
        raise NotFound()
    return found


from kennislab.archive.routes import cards, chains, desk, items, ledger, own, package, reading, reports, seal  # noqa: E402, F401  they put their pages on ``bp``
