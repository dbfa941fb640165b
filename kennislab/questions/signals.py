"""What questions announce."""

from __future__ import annotations

from kennislab.core.signals import signal

question_changed = signal(
    "question-changed",
    "After a submitted question came, changed or went. lab: int (id); question: int (id); what: 'submitted' | 'edited' | 'gone'.",
)

question_withdrawing = signal(
    "question-withdrawing",
    "Inside the transaction in which a submitted question is taken back. tx: Tx; question: KnowledgeQuestion. "
    "A receiver may write with tx and must not yield.",
)

askers_changed = signal(
    "question-askers-changed",
    "After somebody came to ask a submitted question along, or no longer does. lab: int (id); question: int (id).",
)
