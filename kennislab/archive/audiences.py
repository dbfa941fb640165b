"""Who will see what of a harvest once it is sealed: the rules of the policies, for whole audiences at once. Shown before the seal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kennislab.archive.models import ArchiveItem, Consent, Status


@dataclass(frozen=True, slots=True)
class Audience:
    """Somebody who may read. ``key``: programme, public, or ``group:`` with the group's name."""

    key: str

    @property
    def group(self) -> str | None:
        """The group's name, of those who sat in one."""
        return self.key.removeprefix("group:") if self.key.startswith("group:") else None


PROGRAMME, PUBLIC = Audience("programme"), Audience("public")
_OPEN = (Consent.PUBLIC_ANONYMOUS, Consent.PUBLIC_CITY)


def audiences_of(items: Sequence[ArchiveItem]) -> list[Audience]:
    """The programme, each group that keeps something to itself, and the public."""
    groups = sorted({item.group_name for item in _staying(items) if item.consent is Consent.GROUP and item.group_name}, key=str.casefold)
    return [PROGRAMME, *(Audience(f"group:{name}") for name in groups), PUBLIC]


def _staying(items: Sequence[ArchiveItem]) -> list[ArchiveItem]:
    """What stays when it is sealed now: drafts are confirmed first."""
    return [item for item in items if item.status in (Status.CONFIRMED, Status.DRAFT)]


def seen_by(items: Sequence[ArchiveItem], audience: Audience) -> list[ArchiveItem]:
    """What this audience will be able to read. The public: what a public product may hold; by itself nothing of a lab is public."""
    staying = _staying(items)
    if audience == PUBLIC:
        return [item for item in staying if item.consent in _OPEN]
    inside = [item for item in staying if item.consent is not Consent.GROUP]
    if audience.group is None:
        return inside
    return [item for item in staying if item.consent is not Consent.GROUP or item.group_name == audience.group]


@dataclass(frozen=True, slots=True)
class Reach:
    """Numbers of one audience. ``named``: with the municipality; ``unnamed``: without anything that leads back."""

    audience: Audience
    items: int
    named: int
    unnamed: int
    hidden: int


def reach(items: Sequence[ArchiveItem]) -> list[Reach]:
    """How much each audience will see, and how much of what was caught it will not."""
    every = []
    for audience in audiences_of(items):
        seen = seen_by(items, audience)
        unnamed = sum(item.anonymous for item in seen)
        every.append(Reach(audience, len(seen), len(seen) - unnamed, unnamed, len(items) - len(seen)))
    return every


def kept_to_staff(items: Sequence[ArchiveItem]) -> list[ArchiveItem]:
    """What stays in a group that nobody was in: only staff will see it."""
    return [item for item in _staying(items) if item.consent is Consent.GROUP and not item.group_name]
