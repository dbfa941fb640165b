"""What people say about themselves besides words: that they are ready."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kennislab.live.messages.base import Op


class ReadySet(Op):
    """I am ready with what is asked now, or not yet after all.

    ``at``: the place in the day that the phone shows (``s4``: the fourth step, ``<run>/4``: of a method), so that what
    arrives late does not count for the next place. Without it: where I am now.
    """

    type: Literal["ready.set"]
    up: bool = True
    at: Annotated[str, Field(max_length=120, pattern=r"^[A-Za-z0-9_./-]+$")] | None = None


OPS: tuple[type[Op], ...] = (ReadySet,)

FACILITATOR_OPS: tuple[str, ...] = ()

EVENTS = {"ready.set": "Somebody is ready with what is asked now, or not yet after all."}
