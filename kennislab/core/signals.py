"""What is announced after a commit. A receiver must not write in the sender's transaction (there is none any more) nor raise.

Features define their own signals here-style, next to the operation that announces them: ``lab_state_changed = signal("lab-state-changed")``
with a docstring that names the payload.
"""

from __future__ import annotations

from blinker import NamedSignal, Namespace

_namespace = Namespace()


def signal(name: str, about: str) -> NamedSignal:
    """A named signal; ``about`` says when it is sent and with which keywords."""
    return _namespace.signal(name, about)


journal_grew = signal(
    "journal-grew", "After a commit that appended to a journal. stream: str; rows: list[journal.Row], contiguous, in order."
)
job_queued = signal("job-queued", "After a commit that queued a job. job: int.")
journal_rewriting = signal(
    "journal-rewriting",
    "Inside the transaction in which facts lose a name (not after it). tx; stream: str; changes: list of [row as it was, row as it is"
    " to be], of which a receiver may replace the second.",
)
