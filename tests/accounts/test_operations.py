"""People, roles and ways in, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from kennislab.accounts import operations, passwords, queries
from kennislab.accounts.actors import ANONYMOUS
from kennislab.accounts.models import AccessToken, MagicLink, Person, Role, SignIn
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Gone, Invalid
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.operations import create_programme

HOUR = timedelta(hours=1)


def noor(tx: Tx) -> Person:
    return operations.create_person(tx, name="Noor de Wit", email=" Noor@Voorbeeld.Example ", municipality_code="GM0855")


def test_addresses_are_folded_and_unique(app_context: Flask) -> None:
    with transaction() as tx:
        person = noor(tx)
        assert person.email == "noor@voorbeeld.example"
        assert queries.person_by_email(tx.session, "NOOR@voorbeeld.example") is person
        with pytest.raises(Conflict):
            noor(tx)
        operations.create_person(tx, name="Zonder adres")
        operations.create_person(tx, name="Ook zonder")
        with pytest.raises(Invalid):
            operations.create_person(tx, name="  ")


def test_roles_per_programme(app_context: Flask) -> None:
    with transaction() as tx:
        person, other = noor(tx), operations.create_person(tx, name="Bas")
        one, two = create_programme(tx, name="Een"), create_programme(tx, name="Twee")
        operations.set_role(tx, person, one.id, Role.COORDINATOR)
        operations.set_role(tx, other, one.id, Role.PARTICIPANT)
        operations.set_role(tx, person, two.id, Role.PARTICIPANT)
        actor = queries.actor_of(tx.session, person)
        assert dict(actor.roles) == {one.id: Role.COORDINATOR, two.id: Role.PARTICIPANT}
        assert actor.is_staff(one.id) and not actor.is_staff(two.id) and actor.municipality == "GM0855"
        assert dict(queries.actor_of(tx.session, person, only_programme_id=one.id).roles) == {one.id: Role.PARTICIPANT}
        assert [(p.name, role) for p, role in queries.people_of(tx.session, one.id)] == [
            ("Noor de Wit", Role.COORDINATOR),
            ("Bas", Role.PARTICIPANT),
        ]
        with pytest.raises(Conflict):
            operations.set_role(tx, person, one.id, Role.FACILITATOR)
        place = queries.membership(tx.session, person.id, one.id)
        assert place is not None
        with pytest.raises(Conflict):
            operations.remove_from_programme(tx, place)
        operations.set_role(tx, other, one.id, Role.COORDINATOR)
        operations.remove_from_programme(tx, place)
        assert dict(queries.actor_of(tx.session, person).roles) == {two.id: Role.PARTICIPANT}


def test_passwords() -> None:
    stored = passwords.make("een goed wachtwoord")
    assert stored.startswith("$argon2id$")
    assert passwords.check(stored, "een goed wachtwoord")
    assert not passwords.check(stored, "een ander wachtwoord")
    assert not passwords.check(None, "een goed wachtwoord")
    assert not passwords.check("rommel", "een goed wachtwoord")


def test_a_sign_in_is_a_record_that_can_be_revoked(app_context: Flask) -> None:
    with transaction() as tx:
        person = noor(tx)
        record, secret = operations.start_sign_in(tx, person, life=HOUR, user_agent="Firefox")
        other, _secret = operations.start_sign_in(tx, person, life=HOUR)
        assert secret not in record.token_hash
        found = queries.sign_in_by_secret(tx.session, secret)
        assert found is not None and found[0] is record and found[1] is person
        assert operations.revoke_all(tx, person.id, keep=record) == 1
        assert other.revoked_at is not None and record.revoked_at is None
        operations.revoke_sign_in(tx, record)
        assert queries.sign_in_by_secret(tx.session, secret) is None
        assert queries.sign_ins_of(tx.session, person.id) == []


def test_a_sign_in_ends_by_itself_and_lasts_while_it_is_used(app_context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now()
    with transaction() as tx:
        person = noor(tx)
        record, secret = operations.start_sign_in(tx, person, life=HOUR)
        token_hash = record.token_hash
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=50))
    with transaction() as tx:
        operations.touch_sign_in(tx, token_hash, HOUR)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=100))
    assert queries.sign_in_by_secret(db.session(), secret) is not None
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=111))
    assert queries.sign_in_by_secret(db.session(), secret) is None
    with transaction() as tx:
        tx.session.get_one(SignIn, token_hash).revoked_at = clock.now()
        operations.touch_sign_in(tx, token_hash, HOUR)
    assert queries.sign_in_by_secret(db.session(), secret) is None


def test_a_new_password_ends_other_sign_ins(app_context: Flask) -> None:
    with transaction() as tx:
        person = noor(tx)
        here, _secret = operations.start_sign_in(tx, person, life=HOUR)
        operations.start_sign_in(tx, person, life=HOUR)
        operations.set_password(tx, person, "hash", keep=here)
        assert list(queries.sign_ins_of(tx.session, person.id)) == [here]


def test_a_magic_link_works_once_within_ten_minutes(app_context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now()
    with transaction() as tx:
        person = noor(tx)
        first, second = operations.make_magic_link(tx, person), operations.make_magic_link(tx, person)
        assert tx.session.query(MagicLink).filter_by(token_hash=first).count() == 0  # only a hash is kept
        with pytest.raises(Gone):
            operations.use_magic_link(tx, first)  # a newer one takes its place
        assert operations.use_magic_link(tx, second) is person
        with pytest.raises(Gone):
            operations.use_magic_link(tx, second)
        with pytest.raises(Gone):
            operations.use_magic_link(tx, "never-made")
        third, fourth = operations.make_magic_link(tx, person), None
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=9, seconds=59))
        assert operations.use_magic_link(tx, third) is person
        monkeypatch.setattr(clock, "now", lambda: start)
        fourth = operations.make_magic_link(tx, person)
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=10, seconds=1))
        with pytest.raises(Gone):
            operations.use_magic_link(tx, fourth)


def test_bearer_tokens(app_context: Flask) -> None:
    with transaction() as tx:
        person = noor(tx)
        token = operations.make_access_token(tx, person, "dashboard")
        old = operations.make_access_token(tx, person, "oud", expires_at=clock.now() - HOUR)
        assert queries.person_by_token(tx.session, token) is person
        assert queries.person_by_token(tx.session, old) is None
        assert queries.actor_by_token(tx.session, "rommel") is ANONYMOUS
        record = tx.session.query(AccessToken).filter_by(name="dashboard").one()
        operations.revoke_access_token(tx, record)
        tx.session.flush()
        assert queries.person_by_token(tx.session, token) is None
        with pytest.raises(Invalid):
            operations.make_access_token(tx, person, " ")


def test_personal_links_end_with_the_place_in_the_programme(app_context: Flask) -> None:
    with transaction() as tx:
        person, programme = noor(tx), create_programme(tx, name="Een")
        with pytest.raises(Conflict):
            operations.make_personal_link(tx, person, programme.id)
        place = operations.set_role(tx, person, programme.id, Role.PARTICIPANT)
        token = operations.make_personal_link(tx, person, programme.id)
        again = operations.make_personal_link(tx, person, programme.id)
        _record, secret = operations.start_sign_in(tx, person, life=HOUR, only_programme_id=programme.id)
        _full, full = operations.start_sign_in(tx, person, life=HOUR)
        for link in (token, again):
            found = queries.personal_link(tx.session, link)
            assert found is not None and found[1] is person
        operations.remove_from_programme(tx, place)
        assert queries.personal_link(tx.session, token) is None
        assert queries.sign_in_by_secret(tx.session, secret) is None
        assert queries.sign_in_by_secret(tx.session, full) is not None
