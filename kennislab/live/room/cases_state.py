"""A case that somebody brought in: data only, changed by facts (see :mod:`.topics.cases`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Case:
    """``state``: pitched, chosen, done or withdrawn; ``harvest``: what the owner of a confidential case said; ``question``: the knowledge
    question it was; ``contribution``: the one it was made of, where somebody pitched it on the wall."""

    id: str
    group: str | None
    text: str
    owner: str
    confidential: bool
    question: str | None = None
    contribution: str | None = None
    state: str = "pitched"
    harvest: bool | None = None

    @property
    def closed_off(self) -> bool:
        """Whether nothing of it may leave its group."""
        return self.confidential and self.harvest is not True
