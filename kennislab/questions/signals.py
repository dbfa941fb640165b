"""What questions announce."""

from __future__ import annotations

from kennislab.core.signals import signal

question_changed = signal(
    "question-changed",
    "After a submitted question came, changed or went. lab: int (id); question: int (id); what: 'submitted' | 'edited' | 'gone'.",
)
