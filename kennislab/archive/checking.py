"""Looking over one's own contributions before the seal."""

from __future__ import annotations

from kennislab.archive.changing import changed
from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.archive.rewording import set_consent
from kennislab.core.errors import require
from kennislab.core.transaction import Tx
from kennislab.programme import states


def withdraw_own(tx: Tx, item: ArchiveItem) -> None:
    """Its author takes it back, before the seal."""
    require(states.verdict(item.lab.state, "check_own"))
    changed(item, status=Status.DROPPED, merged_into_id=None)


def limit_own(tx: Tx, item: ArchiveItem, consent: Consent) -> None:
    """Its author chooses anew how far it may go: nearer, further, or anonymous. Raises Invalid."""
    require(states.verdict(item.lab.state, "check_own"))
    set_consent(tx, item, consent, agreed=True)
    item.reach_given = item.consent
