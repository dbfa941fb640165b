"""What the page of a lab's invitations shows: who is invited, what they said, how they can be reached, and what was mailed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kennislab.accounts import queries as people
from kennislab.accounts.models import Person, Role
from kennislab.core import clock, mail
from kennislab.core.errors import N_
from kennislab.core.mail import Mail
from kennislab.invitations import kinds, queries, waves
from kennislab.invitations.models import Answer, Invitation, Wave
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab

SHOW: Mapping[str, str] = {
    "alles": N_("Iedereen"),
    "komt": N_("Komt"),
    "komt-niet": N_("Komt niet"),
    "open": N_("Geen antwoord"),
    "niet-uitgenodigd": N_("Niet uitgenodigd"),
    "onbereikbaar": N_("Niet te bereiken"),
}
"""What the list can be narrowed to, as in the address."""
_BY_ANSWER = {Answer.COMING: "komt", Answer.NOT_COMING: "komt-niet", Answer.OPEN: "open"}


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the programme. ``mail``: state of the latest mail about this lab; ``trouble``: the mail that did not arrive."""

    person: Person
    role: Role
    place: str
    invitation: Invitation | None
    mail: str | None
    trouble: Mail | None

    @property
    def reachable(self) -> bool:
        """Whether there is an address to which mail arrives, as far as known."""
        return bool(self.person.email) and self.trouble is None

    def shows(self, wish: str) -> bool:
        """Whether it belongs in a narrowed list."""
        if wish == "niet-uitgenodigd":
            return self.invitation is None
        if wish == "onbereikbaar":
            return not self.reachable
        return wish == "alles" or (self.invitation is not None and _BY_ANSWER[self.invitation.answer] == wish)


@dataclass(frozen=True, slots=True)
class Place:
    """How the people of one municipality answered."""

    name: str
    coming: int
    not_coming: int
    open: int


def rows(session: Session, lab: Lab) -> list[Row]:
    """Everybody in the programme, by name; staff too, as they come as well."""
    members = people.people_of(session, lab.programme_id)
    invited = {one.person_id: one for one in queries.of_lab(session, lab.id)}
    latest = {one.person_id: one.state for one in queries.mailed(session, lab.id)}
    trouble = mail.trouble(session, [person.email for person, _role in members])
    names = programmes.municipality_names(session, [person.municipality_code for person, _role in members])
    found = [
        Row(
            person,
            role,
            names.get(person.municipality_code or "", ""),
            invited.get(person.id),
            latest.get(person.id),
            trouble.get(person.email or ""),
        )
        for person, role in members
    ]
    return sorted(found, key=lambda row: (row.person.name.casefold(), row.person.id))


def counts(found: Sequence[Row]) -> dict[str, int]:
    """How many each narrowed list holds."""
    return {wish: sum(row.shows(wish) for row in found) for wish in SHOW}


def by_place(found: Sequence[Row]) -> list[Place]:
    """The answers per municipality of who is invited, by name; those without one last, under an empty name."""
    told: dict[str, dict[str, int]] = {}
    for row in found:
        if row.invitation is not None:
            here = told.setdefault(row.place, dict.fromkeys(Answer, 0))
            here[row.invitation.answer] += 1
    ordered = sorted(told.items(), key=lambda one: (not one[0], one[0].lstrip("'’").casefold()))
    return [Place(name, said[Answer.COMING], said[Answer.NOT_COMING], said[Answer.OPEN]) for name, said in ordered]


def standing(wave: Wave, mails: Mapping[str, int]) -> str:
    """Where a wave stands (a key of ``words.WAVE_STATES``). ``mails``: state → how many."""
    if wave.prepared_at is None:
        return "planned"
    if not mails:
        return "empty"
    if mails.get("draft"):
        return "waiting"
    if mails.get("released") or mails.get("sending"):
        return "timed" if wave.send_at is not None and wave.send_at > clock.now() else "leaving"
    return "waiting" if mails.get("held") else "gone"


def offered(session: Session, lab: Lab) -> list[tuple[str, str, waves.Needs]]:
    """(key, title, who needs it) of the kinds of mail that somebody needs now, also when they cannot be reached."""
    found = [(kind.key, kind.title, waves.needs(session, lab, kind)) for kind in kinds.every()]
    return [one for one in found if one[2].reachable or one[2].unreachable]
