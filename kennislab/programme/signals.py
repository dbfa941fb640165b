"""What the programme announces."""

from __future__ import annotations

from kennislab.core.signals import signal

lab_state_changed = signal("lab-state-changed", "After a lab moved to another state. lab: int (id); was, now: LabState; by: str (name).")

lab_moving = signal(
    "lab-moving",
    "Inside the transaction that moves a lab, for features whose own state moves along. tx: Tx; lab: Lab (its state is the new one); "
    "was: LabState; by: Actor. A receiver may write with tx, must not yield, and may raise a DomainError to stop the move.",
)

agenda_prepared = signal(
    "agenda-prepared",
    "Inside the transaction in which speakers, links, files or the words of the evaluation of a lab changed. tx: Tx; lab: Lab. "
    "A receiver may write with tx and must not yield.",
)

lab_deleting = signal(
    "lab-deleting",
    "Inside the transaction that takes a planned lab away. tx: Tx; lab: Lab. A receiver whose work hangs on it raises a DomainError.",
)

lab_rescheduling = signal(
    "lab-rescheduling",
    "Inside the transaction in which what a calendar shows of a lab changed: its title, its times or its place; calendar_sequence has "
    "grown. tx: Tx; lab: Lab. A receiver may write with tx and must not yield.",
)
