"""The verbs of the harvest, by reason: taking over, judging, rewording, and looking over one's own. All before the seal.

What happens afterwards (sealing, corrections, what became of it) stands in :mod:`kennislab.archive.sealing`.
"""

from __future__ import annotations

from kennislab.archive.changing import MOST_TEXT, MOST_THEMES
from kennislab.archive.checking import limit_own, withdraw_own
from kennislab.archive.judging import confirm, confirm_all, drop, merge, reopen
from kennislab.archive.rewording import Revision, add_link, revise, set_action, set_answers, set_consent, set_themes
from kennislab.archive.taking_over import follow_lab, open_harvest

__all__ = [
    "MOST_TEXT",
    "MOST_THEMES",
    "Revision",
    "add_link",
    "confirm",
    "confirm_all",
    "drop",
    "follow_lab",
    "limit_own",
    "merge",
    "open_harvest",
    "reopen",
    "revise",
    "set_action",
    "set_answers",
    "set_consent",
    "set_themes",
    "withdraw_own",
]
