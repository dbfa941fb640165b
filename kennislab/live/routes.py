"""The room over HTTP. The pages are in modules by what they are for; here is what holds them together."""

from __future__ import annotations

from flask import Blueprint, Flask

from kennislab.core.wakeup import Wakeup
from kennislab.live import broadcast, sockets  # noqa: F401  sockets: its handlers register themselves

bp = Blueprint("live", __name__)


def init(app: Flask) -> None:
    """The broadcaster, and what it is woken by."""
    broadcaster = broadcast.init(app)
    if app.config["REDIS_URL"]:

        def news(name: str, number: int) -> None:
            if (lab_id := broadcast.lab_of(name)) is not None:
                broadcaster.nudge(lab_id)

        wakeup = Wakeup(app.config["REDIS_URL"], news)
        broadcaster.publish = wakeup.publish
        app.extensions["kennislab-background"] += [wakeup.send_loop, wakeup.listen_loop]


from kennislab.live import (  # noqa: E402, F401  they put their pages on ``bp``
    desk_routes,
    door_routes,
    file_routes,
    handover_routes,
    paper_routes,
    recall_routes,
    screen_routes,
    traffic_routes,
)
