"""What the board announces besides its journal."""

from __future__ import annotations

from kennislab.core.signals import signal

hands_moved = signal(
    "board-hands-moved", "After somebody picked up or let go of cards, came to the board or left it. stream: str (of the board)."
)
