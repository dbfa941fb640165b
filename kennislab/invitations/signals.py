"""What invitations announce."""

from __future__ import annotations

from kennislab.core.signals import signal

answered = signal(
    "invitation-answered", "After somebody's answer to an invitation changed. lab: int (id); person: int (id); answer: Answer."
)
