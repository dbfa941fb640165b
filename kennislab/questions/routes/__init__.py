"""Pages of knowledge questions. This module holds the blueprint and what its siblings share; the pages stand there.

What somebody typed comes back with every refusal, whatever its cause.
"""

from __future__ import annotations

from flask import Blueprint, Flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import known_actor
from kennislab.core.db import db
from kennislab.core.errors import NotFound, NotSignedIn
from kennislab.programme import links, people
from kennislab.questions import queries, telling, words
from kennislab.questions.models import KnowledgeQuestion

bp = Blueprint("questions", __name__)
Answer = str | Response | tuple[str, int] | tuple[Response, int]


def init(app: Flask) -> None:
    """Called once by the composition root."""
    links.counter("questions", queries.count_of_lab)
    people.tells(telling.told)
    app.jinja_env.globals.update(notice_of=words.notice, somebody=words.SOMEBODY)


def the_question(public_id: str) -> KnowledgeQuestion:
    """The question of this address, or NotFound. Who is not signed in is asked to sign in, whether it exists or not."""
    found = queries.by_public_id(db.session(), public_id)
    if found is None:
        known_actor()
        raise NotFound()
    return found


def again(public_id: str, session: Session) -> KnowledgeQuestion:
    """The question as it is inside this transaction."""
    found = queries.by_public_id(session, public_id)
    if found is None:
        raise NotFound()
    return found


def person_of(actor: Actor) -> int:
    """The account of who asks; what hangs on an account is not for who has none."""
    if actor.person_id is None:
        raise NotSignedIn()
    return actor.person_id


from kennislab.questions.routes import ask, manage, read, shape, sheets, similar, staff, together, wall  # noqa: E402, F401  they put their pages on ``bp``
