"""Bases of the messages on the wire.

Declared once; JavaScript constants, JSDoc and MESSAGES.md are made from them (``kennislab messages``).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """A message. Unknown fields are refused, values are not coerced, and a message never changes after it was read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Registry:
    """Messages of one feature by their type name."""

    def __init__(self, feature: str) -> None:
        self.feature = feature
        self.messages: dict[str, type[Wire]] = {}

    def add(self, type_name: str, message: type[Wire]) -> None:
        """Raises ValueError when the name is taken."""
        if type_name in self.messages:
            raise ValueError(f"two messages are called {type_name}")
        self.messages[type_name] = message
