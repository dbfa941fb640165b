"""Pages of harvest and archive. This module holds the blueprint; the pages stand in its siblings."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from kennislab.accounts.signin import known_actor
from kennislab.archive import drawing, queries, recalling, reindexing, words  # noqa: F401  recalling: the room asks it; reindexing: its jobs
from kennislab.archive.answered import answered_questions
from kennislab.archive.became import became_of, to_check
from kennislab.archive.models import ArchiveItem
from kennislab.core.db import db
from kennislab.core.errors import NotFound
from kennislab.grouping import afterwards
from kennislab.programme import links
from kennislab.questions import later

bp = Blueprint("archive", __name__)
Answer = str | Response | tuple[str, int] | tuple[Response, int]


def init(app: Flask) -> None:
    """Called once by the composition root: the archive's words, for every template; and what became of questions, for the next lab."""
    app.jinja_env.globals.update(archive_words=words, chain_icons=drawing.ICONS, chain_kind=chains.kind_text)
    app.jinja_env.globals.update(chain_label=chains.label_text, chain_place=chains.place_text, chain_near=chains.near)
    links.counter("to_judge", queries.count_to_judge)
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


from kennislab.archive.routes import (  # noqa: E402  they put their pages on ``bp``
    cards,  # noqa: F401
    chains,
    desk,  # noqa: F401
    items,  # noqa: F401
    ledger,  # noqa: F401
    own,  # noqa: F401
    package,  # noqa: F401
    reading,  # noqa: F401
    reports,  # noqa: F401
    seal,  # noqa: F401
    searches,  # noqa: F401
)
