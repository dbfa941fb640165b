"""Pages of the board and of the groups. This module holds the blueprint; the pages stand in its siblings."""

from __future__ import annotations

from flask import Blueprint, Flask

from kennislab.grouping import pairs as pairing
from kennislab.grouping import telling  # noqa: F401  it declares the mails about themes and groups
from kennislab.questions import later

bp = Blueprint("grouping", __name__)


def init(app: Flask) -> None:
    """Called once by the composition root."""
    later.alike_by(pairing.count)


from kennislab.grouping.routes import assigning, board, filling, groups, keeping, pairs  # noqa: E402, F401  they put their pages on ``bp``
