"""Who acts: what the policies of every feature decide on. Plain values, so that a policy is tested without database or web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kennislab.accounts.models import Role

NO_ROLES: Mapping[int, Role] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """One who asks for something. ``roles``: programme id → role there. ``person_id`` is None for somebody unknown."""

    person_id: int | None = None
    name: str = ""
    municipality: str | None = None
    roles: Mapping[int, Role] = field(default_factory=lambda: NO_ROLES)

    @property
    def known(self) -> bool:
        """Whether this is a person with an account (and not an anonymous visitor)."""
        return self.person_id is not None

    def has_role(self, programme_id: int, *roles: Role) -> bool:
        """Whether this actor has one of ``roles`` in the programme; any role at all when none is named."""
        role = self.roles.get(programme_id)
        return role is not None and (not roles or role in roles)

    def is_staff(self, programme_id: int) -> bool:
        """Facilitator or coordinator of the programme."""
        return self.has_role(programme_id, Role.COORDINATOR, Role.FACILITATOR)


ANONYMOUS = Actor()
