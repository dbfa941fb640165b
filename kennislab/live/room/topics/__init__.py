"""What happens in a room, a module for each topic.

Each module may declare ``DECIDE`` (op class → facts), ``APPLY`` (fact → change of the state), ``TOUCHES`` (fact → what may look
different after it) and ``VIEWS`` (collection or singleton → what an audience sees of one object).
"""

from __future__ import annotations

from kennislab.live.room.topics import (
    asked,
    cases,
    contributions,
    day,
    evaluation,
    groups,
    lab,
    last_time,
    people,
    plans,
    presence,
    projector,
    runs,
    splitting,
    steps,
    votes,
)

TOPICS = (
    lab, people, groups, runs, cases, presence, contributions, splitting, votes, steps, projector, day, asked, last_time, plans, evaluation,
)  # fmt: skip
