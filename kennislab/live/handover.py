"""Handing a desk over to another laptop, in ten seconds and safely.

The first desk shows a link (QR) and a code, good for two minutes and one use. Whoever opens it signed in as staff of the programme gets the
desk as themselves. Any other browser may ask to become the same person: then the first desk says yes or no, with a number that both show.
Opening a link does nothing; only a pressed button does. Of link, code and browser the database has hashes only; all of it is in the
journal stream ``desks``.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.models import Person
from kennislab.core import clock, journal
from kennislab.core.errors import N_, Conflict, Gone, Invalid, NotFound
from kennislab.core.ids import hash_token, new_code, new_short_token, read_code
from kennislab.core.journal import Entry
from kennislab.core.transaction import Tx
from kennislab.live.models import Handover

LIFE = timedelta(minutes=2)
PLACE_LASTS = timedelta(minutes=5)
MOST_PLACE = 16 * 1024
AUDIT = "desks"
_KEY = re.compile(r"kl-[a-z-]{1,30}:(\d{1,12})")

OVER = Gone(
    "handover-over",
    N_("Deze overdracht werkt niet meer"),
    N_("Een link of code om over te nemen werkt één keer, twee minuten lang. Kies op de eerste werkplek opnieuw *Overdragen*."),
)
ASKED = Conflict(
    "handover-asked",
    N_("Een ander toestel vraagt deze werkplek al"),
    N_("Kies op de eerste werkplek opnieuw *Overdragen* en gebruik de nieuwe code."),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the first desk shows. ``token`` and ``code`` are said once."""

    id: str
    token: str
    code: str


def _place(lab_id: int, place: Any) -> str:
    """What the first desk had open, as JSON: values by name, of this lab only. Raises Invalid."""
    text = json.dumps(place, ensure_ascii=False) if isinstance(place, dict) else ""
    names = [_KEY.fullmatch(name) for name in place] if isinstance(place, dict) else [None]
    if len(text) > MOST_PLACE or not all(name and int(name.group(1)) == lab_id for name in names):
        raise Invalid("handover-place", N_("Dit kunnen we niet lezen"), N_("Vernieuw de werkplek en probeer het opnieuw."))
    return text


def _audit(tx: Tx, what: str, one: Handover, by: int | None, **more: Any) -> None:
    data = {"handover": one.id, "lab": one.lab_id, "person": one.person_id, **more}
    journal.append(tx, AUDIT, [Entry(what, data, f"f:{by}" if by is not None else None)])


def offer(tx: Tx, lab_id: int, person_id: int, place: Any) -> Offer:
    """Makes a link and a code for this desk. Earlier ones of the same person in this room stop working."""
    now = clock.now()
    text = _place(lab_id, place)
    H = Handover
    earlier = sa.update(H).where(H.lab_id == lab_id, H.person_id == person_id, H.used_at.is_(None))
    tx.session.execute(earlier.values(expires_at=now, place="{}"))
    tx.session.execute(sa.delete(H).where(H.made_at < now - timedelta(days=1)))
    token, code = new_short_token(), new_code()
    one = H(
        lab_id=lab_id,
        person_id=person_id,
        token_hash=hash_token(token),
        code_hash=hash_token(code),
        place=text,
        made_at=now,
        expires_at=now + LIFE,
    )
    tx.session.add(one)
    tx.session.flush()
    _audit(tx, "desk.offered", one, person_id)
    return Offer(one.id, token, code)


def of_person(session: Session, id_: str, lab_id: int, person_id: int) -> Handover:
    """One's own handover. Raises NotFound."""
    one = session.get(Handover, id_)
    if one is None or one.lab_id != lab_id or one.person_id != person_id:
        raise NotFound()
    return one


def alive(session: Session, secret: str) -> Handover:
    """The handover behind a link or a typed code. Raises Gone, in the same words whether it is unknown, used or too old."""
    H = Handover
    hashes = {hash_token(secret.strip()), hash_token(read_code(secret))}
    one = session.scalar(sa.select(H).where(sa.or_(H.token_hash.in_(hashes), H.code_hash.in_(hashes))))
    if one is None or one.used_at is not None or one.expires_at <= clock.now():
        raise OVER
    return one


def state_of(one: Handover) -> str:
    """``waiting``, ``asked`` (a browser wants to become the same person), ``confirmed``, ``taken`` or ``over``."""
    if one.used_at is not None:
        return "taken"
    if one.expires_at <= clock.now():
        return "over"
    if one.asked_hash is None:
        return "waiting"
    return "asked" if one.confirmed_at is None else "confirmed"


def _use(tx: Tx, one: Handover, person_id: int, *conditions: Any) -> None:
    """Consumes it: by one of however many that try at once. Raises Gone for the others."""
    H = Handover
    now = clock.now()
    use = sa.update(H).where(H.id == one.id, H.used_at.is_(None), H.expires_at > now, *conditions)
    if tx.session.execute(use.values(used_at=now, taken_by=person_id).returning(H.id)).scalar() is None:
        raise OVER
    _audit(tx, "desk.taken", one, person_id, same_person=person_id == one.person_id)


def take_as_oneself(tx: Tx, secret: str, person_id: int) -> Handover:
    """Somebody who leads this programme and is signed in opens the desk; consumes the handover."""
    one = alive(tx.session, secret)
    _use(tx, one, person_id)
    return one


def ask(tx: Tx, secret: str, browser: str, described: str) -> Handover:
    """Another browser asks to become the person of the first desk. ``browser``: its own secret; ``described``: what it says it is."""
    H = Handover
    one = alive(tx.session, secret)
    number = 10 + secrets.randbelow(90)
    now = clock.now()
    first = sa.update(H).where(H.id == one.id, H.asked_hash.is_(None), H.used_at.is_(None), H.expires_at > now)
    asked = first.values(asked_hash=hash_token(browser), asked_by=described[:200], number=number).returning(H.id)
    if tx.session.execute(asked).scalar() is None:
        raise ASKED
    tx.session.refresh(one)
    _audit(tx, "desk.asked", one, None, browser=described[:200])
    return one


def confirm(tx: Tx, one: Handover, yes: bool) -> None:
    """The first desk answers who asked. No ends the handover."""
    now = clock.now()
    if state_of(one) not in ("asked", "confirmed"):
        raise OVER
    if yes:
        one.confirmed_at = one.confirmed_at or now
    else:
        one.expires_at, one.place = now, "{}"
    tx.session.flush()
    _audit(tx, "desk.confirmed" if yes else "desk.refused", one, one.person_id)


def of_browser(session: Session, id_: str, browser: str) -> Handover:
    """The handover that this browser asked for. Raises Gone."""
    one = session.get(Handover, id_)
    if one is None or one.asked_hash is None or not secrets.compare_digest(one.asked_hash, hash_token(browser)):
        raise OVER
    return one


def take_as_same(tx: Tx, id_: str, browser: str) -> tuple[Handover, Person]:
    """The browser that asked and was confirmed gets the desk; consumes the handover. Raises Gone."""
    one = of_browser(tx.session, id_, browser)
    _use(tx, one, one.person_id, Handover.confirmed_at.is_not(None), Handover.asked_hash == hash_token(browser))
    return one, tx.session.get_one(Person, one.person_id)


def place_for(session: Session, id_: str, lab_id: int, person_id: int | None) -> dict[str, Any]:
    """What the first desk had open, for who has just taken it over; empty for anybody else and later."""
    one = session.get(Handover, id_)
    if one is None or one.lab_id != lab_id or one.used_at is None or one.taken_by != person_id or clock.now() - one.used_at > PLACE_LASTS:
        return {}
    found: dict[str, Any] = json.loads(one.place)
    return found


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def describe(user_agent: str) -> tuple[str, str]:
    """Browser and system of a user agent, for people: ("Firefox", "Windows"); empty where it does not say."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    return browser, next((name for mark, name in _SYSTEMS if mark in user_agent), "")
