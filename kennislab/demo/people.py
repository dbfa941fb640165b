"""Loads the programme, its places and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person as PersonRow
from kennislab.accounts.models import Role
from kennislab.core.transaction import Tx
from kennislab.demo.history import at, local
from kennislab.demo.shapes import Content, Person
from kennislab.evaluation import operations as evaluation
from kennislab.evaluation.models import Choice
from kennislab.programme import operations as programmes
from kennislab.programme.models import District, Programme

CHOICES = {"joined": Choice.JOIN, "continues": Choice.CONTINUE, "stopped": Choice.STOP}


@dataclass(frozen=True)
class Cast:
    """The programme and everybody in it, as they stand in the database. ``districts`` are held so that nobody need read them again."""

    programme: Programme
    districts: tuple[District, ...]
    rows: Mapping[str, PersonRow]
    roles: Mapping[str, Role]

    def row(self, person: Person) -> PersonRow:
        """The person in the database."""
        return self.rows[person.slug]

    def district(self, code: str, name: str) -> int | None:
        """Id of a district; None for a municipality as a whole."""
        return next((one.id for one in self.districts if (one.municipality_code, one.name) == (code, name)), None)

    def actor(self, person: Person) -> Actor:
        """Somebody as policies and operations see them."""
        row = self.rows[person.slug]
        return Actor(row.id, row.name, row.municipality_code, {self.programme.id: self.roles[person.slug]})


def load_people(tx: Tx, content: Content, passwords: Mapping[str, str]) -> Cast:
    """The programme with its municipalities, districts, people and yearly decisions. ``passwords``: hash per slug, for who signs in."""
    programmes.ensure_municipalities(tx)
    began = local(content.starts - timedelta(days=90), time(9))
    with at(began):
        programme = programmes.create_programme(
            tx,
            name=content.name,
            description=f"{content.description}\n\n{content.note}",
            starts_on=content.starts,
            ends_on=content.ends,
            retention_months=content.retention_months,
            example=True,
        )
        districts = tuple(
            programmes.add_district(tx, programme, municipality_code=city.code, name=city.district)
            for partaker in content.partakers
            for city in partaker.cities
            if city.district
        )
        leading = {content.coordinator.slug: Role.COORDINATOR} | {person.slug: Role.FACILITATOR for person in content.facilitators}
        roles = {slug: leading.get(slug, Role.PARTICIPANT) for slug in content.people}
        rows = {slug: _person(tx, person, passwords.get(slug)) for slug, person in content.people.items()}
        for slug, row in rows.items():
            accounts.set_role(tx, row, programme.id, roles[slug])
    cast = Cast(programme, districts, rows, roles)
    _decisions(tx, content, cast)
    return cast


def _person(tx: Tx, person: Person, password_hash: str | None) -> PersonRow:
    return accounts.create_person(
        tx,
        name=person.name,
        email=person.email,
        organisation=f"{person.work[:1].upper()}{person.work[1:]}, {person.organisation}",
        municipality_code=person.city.code if person.city else None,
        password_hash=password_hash,
        example=True,
    )


def _decisions(tx: Tx, content: Content, cast: Cast) -> None:
    """What the cities decided, written down by the coordinator on the same day."""
    for decision in content.decisions:
        moment = local(decision.at, time(16, 30))
        with at(moment):
            for city in decision.partaker.cities:
                line = evaluation.record_decision(
                    tx,
                    cast.programme,
                    municipality_code=city.code,
                    year=decision.year,
                    choice=CHOICES[decision.status],
                    reason=decision.why,
                    decided_by=f"{decision.by.name}, {decision.by.work}",
                    by=cast.actor(content.coordinator),
                )
                line.recorded_at = moment
