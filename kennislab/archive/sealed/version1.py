"""Seals of version 1, as they are in older archives: one hash over the items alone. They keep verifying; no new ones are made.

Each link is SHA-256 over the head before it and the item as canonical JSON; items go by their (random) id. People are not in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from kennislab.archive import queries
from kennislab.archive.models import ArchiveItem, ItemLink


def content(item: ArchiveItem, links: Iterable[ItemLink]) -> dict[str, Any]:
    """What is sealed of an item."""
    return {
        "id": item.id,
        "kind": item.kind,
        "status": item.status.value,
        "text": item.text,
        "original": item.original_text,
        "themes": list(item.themes),
        "consent": item.consent.value,
        "municipality": item.municipality_code,
        "quarter": item.quarter,
        "group": item.group_name,
        "answers": item.answers_id,
        "mergedInto": item.merged_into_id,
        "due": item.due.isoformat() if item.due else None,
        "links": sorted([link.kind.value, link.to_id] for link in links),
    }


def head_of(items: Sequence[ArchiveItem], links: Sequence[ItemLink]) -> str:
    """The head of the chain over these items, hex."""
    of_item: dict[str, list[ItemLink]] = {}
    for link in links:
        of_item.setdefault(link.from_id, []).append(link)
    head = hashlib.sha256(b"kennislab harvest 1").hexdigest()
    for item in sorted(items, key=lambda one: one.id):
        canonical = json.dumps(content(item, of_item.get(item.id, [])), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        head = hashlib.sha256(f"{head}{canonical}".encode()).hexdigest()
    return head


def head_of_lab(session: Session, lab_id: int) -> str:
    """The head over a lab's items as they are now."""
    return head_of(queries.items_of(session, lab_id), queries.links_of_lab(session, lab_id))
