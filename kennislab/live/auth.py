"""The web edge of the room: who asks, by token, by cookie of the room, or as a signed-in person."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.accounts.queries import actor_by_token
from kennislab.accounts.signin import bearer, current_actor
from kennislab.core.db import db
from kennislab.core.errors import N_, Forbidden, NotFound, NotSignedIn, require
from kennislab.core.ids import hash_token
from kennislab.core.transaction import share
from kennislab.live import operations, queries
from kennislab.live.models import stream
from kennislab.live.policies import LiveActor
from kennislab.live.room.audience import Audience
from kennislab.programme import states
from kennislab.programme.models import Lab

MOST_REMEMBERED = 20_000
_remembered: OrderedDict[tuple[Engine, str, int], LiveActor] = OrderedDict()
"""Room tokens that were looked up before. That somebody was taken out is in the room's state, so it need not be looked up again."""

NOT_HERE = Forbidden(
    "not-in-this-room", N_("Je doet niet mee aan dit Kennislab"), N_("Scan de QR-code of vul de deelnamecode in om mee te doen.")
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks and how: ``by_cookie`` needs the form's token too when it writes; ``view``: participant, facilitator or projector."""

    actor: LiveActor
    by_cookie: bool
    view: str

    @property
    def audience(self) -> Audience:
        """What this asker sees (a participant's group is filled in by the room)."""
        if self.view == "projector":
            return Audience("projector")
        return Audience("facilitators", self.actor.key) if self.actor.leads else Audience("participant", self.actor.key)

    def who(self) -> dict[str, Any]:
        """The part of *me* that the room does not know by itself."""
        return {
            "id": self.actor.key,
            "role": "projector" if self.view == "projector" else self.actor.role,
            "name": self.actor.name,
            "municipality": self.actor.municipality,
        }


def cookie_name(lab_id: int) -> str:
    """One cookie per room, so that a phone can be in two."""
    return f"kl_live_{lab_id}"


def asker(lab_id: int) -> Asker:
    """Who asks for this room in the present request. Raises NotSignedIn, Forbidden or NotFound."""
    wish = request.args.get("as", "")
    if token := bearer():
        return by_token(lab_id, token, wish)
    cookie = request.cookies.get(cookie_name(lab_id))
    if wish in ("facilitator", "projector"):
        return _as_staff(lab_id, current_actor(), wish, by_cookie=True)
    if cookie and (found := _by_room_token(db.session(), lab_id, cookie)):
        return Asker(found, True, "participant")
    return _as_person(lab_id, current_actor(), wish, by_cookie=True)


def participant_here(lab_id: int) -> Asker:
    """Who this browser is as a participant: by the room's cookie, else as a signed-in person (staff too may look through a phone)."""
    found = asker(lab_id)
    return found if found.view == "participant" else _as_person(lab_id, current_actor(), "participant", by_cookie=True)


def staff_here(lab_id: int, view: str) -> Asker:
    """Who this browser is as facilitator; ``view``: facilitator or projector."""
    return _as_staff(lab_id, current_actor(), view, by_cookie=True)


def by_token(lab_id: int, token: str, wish: str = "") -> Asker:
    """Who this Bearer token is, in this room."""
    found = _by_room_token(db.session(), lab_id, token)
    if found is not None:
        return Asker(found, False, "participant")
    actor = actor_by_token(db.session(), token)
    if not actor.known:
        raise NotSignedIn()
    return _as_person(lab_id, actor, wish, by_cookie=False)


def by_cookie(lab_id: int, wish: str) -> Asker:
    """Who this browser is, at the handshake of a socket."""
    cookie = request.cookies.get(cookie_name(lab_id))
    if wish not in ("facilitator", "projector") and cookie and (found := _by_room_token(db.session(), lab_id, cookie)):
        return Asker(found, True, "participant")
    return _as_person(lab_id, current_actor(), wish, by_cookie=True)


def _by_room_token(session: Session, lab_id: int, token: str) -> LiveActor | None:
    key = (db.engine, hash_token(token), lab_id)
    known = _remembered.get(key)
    if known is not None:
        return known
    participant = queries.participant_by_token(session, token)
    if participant is None or participant.lab_id != lab_id:
        return None
    actor = LiveActor(participant.id, "participant", lab_id, participant.name, participant.municipality_code, participant.person_id)
    _remembered[key] = actor
    while len(_remembered) > MOST_REMEMBERED:
        _remembered.popitem(last=False)
    return actor


def forget(lab_id: int) -> None:
    """What is remembered of this room's tokens is looked up again (after a name was changed)."""
    for key in [key for key in _remembered if key[2] == lab_id]:
        _remembered.pop(key, None)


def _as_staff(lab_id: int, actor: Actor, wish: str, *, by_cookie: bool) -> Asker:
    lab = db.session.get(Lab, lab_id)
    if lab is None:
        raise NotFound()
    if not actor.known:
        raise NotSignedIn()
    if not actor.is_staff(lab.programme_id):
        raise NOT_HERE
    return Asker(
        LiveActor(f"f:{actor.person_id}", "facilitator", lab_id, actor.name, actor.municipality, actor.person_id),
        by_cookie,
        wish or "facilitator",
    )


def _as_person(lab_id: int, actor: Actor, wish: str, *, by_cookie: bool) -> Asker:
    """A signed-in person: staff leads, a participant of the programme gets a place in the room at first use."""
    lab = db.session.get(Lab, lab_id)
    if lab is None:
        raise NotFound()
    if not actor.known or actor.person_id is None:
        raise NotSignedIn()
    if actor.is_staff(lab.programme_id) and wish != "participant":
        return _as_staff(lab_id, actor, wish if wish == "projector" else "", by_cookie=by_cookie)
    if not actor.has_role(lab.programme_id, Role.PARTICIPANT) and not actor.is_staff(lab.programme_id):
        raise NOT_HERE
    participant = queries.participant_of_person(db.session(), lab_id, actor.person_id)
    if participant is None:
        require(states.verdict(lab.state, "join"))
        person_id = actor.person_id
        joined = share(lambda tx: operations.join(tx, lab_id, actor.name or None, actor.municipality, person_id), stream(lab_id))
        participant = joined.participant
    return Asker(
        LiveActor(participant.id, "participant", lab_id, participant.name, participant.municipality_code, actor.person_id),
        by_cookie,
        "participant",
    )
