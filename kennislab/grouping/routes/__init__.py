"""Pages of the board and of the groups. This module holds the blueprint; the pages stand in its siblings."""

from __future__ import annotations

from flask import Blueprint, Flask

from kennislab.grouping import pairs as pairing
from kennislab.grouping import telling
from kennislab.programme.people import tells
from kennislab.questions import later

bp = Blueprint("grouping", __name__)


def init(app: Flask) -> None:
    """Called once by the composition root."""
    later.alike_by(pairing.count)
    tells(telling.told)


from kennislab.grouping.routes import assigning, board, filling, groups, handouts, keeping, own, pairs, ranking  # noqa: E402, F401  they put their pages on ``bp``
