"""The verbs of the harvest, by reason: taking over, judging, rewording, and looking over one's own. All before the seal.

What happens afterwards (sealing, corrections, what became of it) stands in :mod:`kennislab.archive.sealing`.
"""

from __future__ import annotations

from kennislab.archive.changing import MOST_TEXT, MOST_THEMES
from kennislab.archive.checking import approve_own, correct_own, leave_in_own, limit_own, open_check, settle, withdraw_own
from kennislab.archive.judging import confirm, confirm_all, confirm_some, drop, drop_some, merge, reopen
from kennislab.archive.rewording import (
    Changes,
    Revision,
    add_link,
    add_theme,
    change,
    revise,
    set_action,
    set_answers,
    set_consent,
    set_themes,
    tie,
)
from kennislab.archive.taking_over import follow_lab, open_harvest

__all__ = [
    "MOST_TEXT",
    "MOST_THEMES",
    "Changes",
    "Revision",
    "add_link",
    "add_theme",
    "approve_own",
    "change",
    "confirm",
    "confirm_all",
    "confirm_some",
    "correct_own",
    "drop",
    "drop_some",
    "follow_lab",
    "leave_in_own",
    "limit_own",
    "merge",
    "open_check",
    "open_harvest",
    "reopen",
    "revise",
    "set_action",
    "set_answers",
    "set_consent",
    "set_themes",
    "settle",
    "tie",
    "withdraw_own",
]
