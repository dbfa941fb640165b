"""What must happen after a restore, and what must be true: said here by the features that know."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from kennislab.core.transaction import Tx, transaction

Step = Callable[[Tx], int]
Check = Callable[[Session], list[str]]
_steps: dict[str, Step] = {}
_checks: dict[str, Check] = {}


def after_restore(name: str, step: Step) -> None:
    """Declares what is done in the transaction after a restore; ``step`` returns to how many things. ``name``: a Dutch line about it."""
    _steps[name] = step


def check(name: str, look: Check) -> None:
    """Declares what must be true of a restored database; ``look(session)`` returns what is not, a Dutch sentence each."""
    _checks[name] = look


def steps() -> dict[str, int]:
    """Does all of it, in one transaction. Inside the app's context."""
    with transaction() as tx:
        return {name: step(tx) for name, step in _steps.items()}


def problems(session: Session) -> dict[str, list[str]]:
    """Name of each check → what it found."""
    return {name: look(session) for name, look in _checks.items()}
