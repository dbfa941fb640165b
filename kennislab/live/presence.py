"""Who is connected, who looks away, who is gone; and who leads.

No fact of the room, so not in its journal (decision 0009). Each process knows its own lines: sockets, and phones that poll. With several
processes on one database each writes what it knows to a row of its own, at most every two seconds, and reads the others'. A process that
stops writing has lost its phones: they are gone since then, until another process has them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask

from kennislab.core import clock
from kennislab.core.clock import iso, parse_iso
from kennislab.core.db import db
from kennislab.core.ids import new_id
from kennislab.core.transaction import transaction
from kennislab.live.models import LivePresence
from kennislab.live.room.state import RoomState

log = structlog.get_logger(__name__)

CONNECTED, AWAY, GONE = "connected", "away", "gone"
_RANK = {CONNECTED: 2, AWAY: 1, GONE: 0}

POLLING = timedelta(seconds=10)
"""How long after the end of a poll the next one may be waited for."""
ASLEEP = timedelta(seconds=60)
"""How long a phone that looked away when its line was let go counts as asleep, not as gone."""
TYPING = timedelta(seconds=7)
"""How long *is typing* lasts without being said again."""
MOST_NAMES = 90
"""As many people are told one by one; more than that as numbers per group, and by name for whoever asks for a group."""
WRITE_SECONDS = 2.0
ALIVE_SECONDS = 4.0
STALE = timedelta(seconds=10)
FORGET = timedelta(hours=1)

State = tuple[str, datetime | None]
"""``connected``, ``away`` or ``gone``, and since when (None: longer than this process knows)."""
Leader = tuple[str, int, bool]
"""Name, number of desks, whether something is being typed."""


@dataclass(slots=True)
class _Phone:
    """One person's lines in this process. ``lines``: socket → whether the page is hidden; ``hidden``: what was last said of it."""

    lines: dict[str, bool] = field(default_factory=dict)
    polls: int = 0
    polled: datetime | None = None
    hidden: bool = False
    left: datetime | None = None
    state: str = GONE
    since: datetime | None = None

    def work_out(self, now: datetime) -> bool:
        """The present state from the lines; whether that is another than before."""
        polling = self.polls > 0 or (self.polled is not None and now - self.polled < POLLING)
        if polling and not self.hidden or not all(self.lines.values()):
            state = CONNECTED
        elif polling or self.lines or (self.hidden and self.left is not None and now - self.left < ASLEEP):
            state = AWAY
        else:
            state = GONE
        if state == self.state:
            return False
        self.state, self.since = state, (self.left or self.polled or now) if state == GONE else now
        return True


@dataclass(slots=True)
class _Desk:
    """One open desk: whose, and until when it counts as being typed at."""

    key: str
    name: str
    typing: datetime | None = None


class Lines:
    """The lines of one room into this process. ``changed``: since somebody last looked."""

    def __init__(self) -> None:
        self.phones: dict[str, _Phone] = {}
        self.desks: dict[str, _Desk] = {}
        self.changed = True
        self._whose: dict[str, str] = {}
        self._timed: set[str] = set()

    def _work_out(self, person: str, phone: _Phone) -> None:
        self.changed = phone.work_out(clock.now()) or self.changed
        (self._timed.discard if phone.lines or phone.state == GONE else self._timed.add)(person)

    def opened(self, person: str, line: str, hidden: bool = False) -> None:
        """A socket of this person, or what its page said since: looked at, or hidden."""
        phone = self.phones.setdefault(person, _Phone())
        phone.lines[line] = phone.hidden = hidden
        self._whose[line] = person
        self._work_out(person, phone)

    def closed(self, line: str) -> None:
        """A socket (of a phone or a desk) is gone."""
        if self.desks.pop(line, None) is not None:
            self.changed = True
        if (person := self._whose.pop(line, None)) is not None:
            phone = self.phones[person]
            phone.lines.pop(line, None)
            phone.left = clock.now()
            self._work_out(person, phone)

    def poll_began(self, person: str, hidden: bool = False) -> None:
        """A phone without socket asks for events."""
        phone = self.phones.setdefault(person, _Phone())
        phone.polls, phone.hidden = phone.polls + 1, hidden
        self._work_out(person, phone)

    def poll_ended(self, person: str) -> None:
        """It has its answer, and will ask again soon."""
        phone = self.phones[person]
        phone.polls, phone.polled = max(0, phone.polls - 1), clock.now()
        phone.left = phone.polled
        self._work_out(person, phone)

    def desk(self, line: str, key: str, name: str, typing: bool = False) -> None:
        """A desk is open, or something is (no longer) being typed at it."""
        desk = self.desks.setdefault(line, _Desk(key, name))
        until = clock.now() + TYPING if typing else None
        self.changed = self.changed or desk.typing is None or until is None
        desk.typing = until

    def sweep(self) -> None:
        """What time alone changes: polls that do not come again, sleep that lasts, typing that stopped."""
        now = clock.now()
        for person in list(self._timed):
            self._work_out(person, self.phones[person])
        for desk in self.desks.values():
            if desk.typing is not None and desk.typing <= now:
                desk.typing, self.changed = None, True

    def people(self) -> dict[str, State]:
        """Everybody this process has seen."""
        return {id_: (phone.state, phone.since) for id_, phone in self.phones.items()}

    def leaders(self) -> dict[str, Leader]:
        """Who leads at a desk of this process."""
        found: dict[str, Leader] = {}
        for desk in self.desks.values():
            _, desks, typing = found.get(desk.key, ("", 0, False))
            found[desk.key] = (desk.name, desks + 1, typing or desk.typing is not None)
        return found


def together(parts: Iterable[dict[str, State]]) -> dict[str, State]:
    """One view of what several processes know: a phone is connected when one of them has it; gone since the last one lost it."""
    found: dict[str, State] = {}
    for part in parts:
        for id_, one in part.items():
            if id_ not in found or _order(one) > _order(found[id_]):
                found[id_] = one
    return found


def _order(one: State) -> tuple[int, datetime]:
    return _RANK[one[0]], one[1] or datetime.min.replace(tzinfo=UTC)


def leading(parts: Iterable[dict[str, Leader]]) -> dict[str, Leader]:
    """Who leads, over all processes."""
    found: dict[str, Leader] = {}
    for part in parts:
        for key, (name, desks, typing) in part.items():
            _, before, typed = found.get(key, ("", 0, False))
            found[key] = (name, before + desks, typing or typed)
    return found


class Presence:
    """Who is in one room, as all processes together know it, and what facilitators were told of it already.

    ``spoke``: when each last did something that is in the journal; ``others``: what the other processes wrote last.
    """

    def __init__(self) -> None:
        self.lines = Lines()
        self.others: dict[str, tuple[dict[str, State], dict[str, Leader]]] = {}
        self.spoke: dict[str, datetime] = {}
        self._told: dict[str, list[str | None]] = {}
        self._summary: dict[str, Any] = {}

    def heard(self, rows: Iterable[Any]) -> None:
        """New facts of the journal: who made them is not silent."""
        for row in rows:
            if row.actor and not row.actor.startswith("f:"):
                self.spoke[row.actor] = row.at

    def people(self, state: RoomState) -> dict[str, State]:
        """Everybody in the room. Who was never seen since this process began is gone, it is not known since when."""
        known = together([self.lines.people(), *(people for people, _ in self.others.values())])
        return {id_: known.get(id_, (GONE, None)) for id_, person in state.people.items() if not person.gone}

    def phones(self) -> int:
        """How many people have a line that is open, looked at or not."""
        known = together([self.lines.people(), *(people for people, _ in self.others.values())])
        return sum(1 for one, _ in known.values() if one != GONE)

    def summary(self, state: RoomState, people: dict[str, State]) -> dict[str, Any]:
        """Numbers, in all and per group (``""``: no group) as [connected, away, gone]; and who leads."""
        groups: dict[str, list[int]] = {}
        whole = [0, 0, 0]
        for id_, (what, _) in people.items():
            place = 2 - _RANK[what]
            groups.setdefault(state.people[id_].group or "", [0, 0, 0])[place] += 1
            whole[place] += 1
        leaders = leading([self.lines.leaders(), *(leaders for _, leaders in self.others.values())])
        return {
            "people": len(people),
            "connected": whole[0],
            "away": whole[1],
            "gone": whole[2],
            "groups": groups,
            "leaders": [
                {"id": key, "name": name, "desks": desks, "typing": typing} for key, (name, desks, typing) in sorted(leaders.items())
            ],
        }

    def named(self, people: dict[str, State]) -> dict[str, list[str | None]]:
        """Each person as told: state, since, and when this person last did something."""
        return {id_: [what, iso(since), iso(self.spoke.get(id_))] for id_, (what, since) in people.items()}

    def whole(self, state: RoomState, group: str | None = None, only: str | None = None) -> dict[str, Any]:
        """All of it, for who asks: names of one group (``""``: no group) or in one state, as long as they are no more than MOST_NAMES."""
        people = self.people(state)
        wanted = {
            id_: one
            for id_, one in people.items()
            if (group is None or (state.people[id_].group or "") == group) and (only is None or one[0] == only)
        }
        return {**self.summary(state, people), "whole": True, "who": self.named(wanted) if len(wanted) <= MOST_NAMES else None}

    def news(self, state: RoomState) -> dict[str, Any] | None:
        """What facilitators have not been told yet; None when there is nothing. To be asked at most once a second."""
        people = self.people(state)
        named = self.named(people) if len(people) <= MOST_NAMES else {}
        changed = {id_: one for id_, one in named.items() if _worth_telling(self._told.get(id_), one)}
        summary = self.summary(state, people)
        if not changed and summary == self._summary:
            return None
        if len(people) > MOST_NAMES:
            self._told, who = {}, None
        else:
            self._told = {id_: changed.get(id_) or self._told[id_] for id_ in named}
            who = changed
        self._summary = summary
        return {**summary, "whole": False, "who": who}


def _worth_telling(before: list[str | None] | None, now: list[str | None]) -> bool:
    """Another state at once; that somebody did something again only after half a minute."""
    if before is None or before[:2] != now[:2]:
        return True
    if before[2] == now[2] or now[2] is None:
        return False
    return before[2] is None or parse_iso(now[2]) - parse_iso(before[2]) > timedelta(seconds=30)


class Sharing:
    """Writes this process's row for each room it has lines into, and reads the others'. Only where there can be others: not on SQLite."""

    def __init__(self, app: Flask, rooms: Callable[[], dict[int, Presence]]) -> None:
        self.app, self.rooms = app, rooms
        self.worker = new_id()
        self.stopping = False
        self._written: dict[int, tuple[float, str]] = {}

    def loop(self) -> None:
        """Runs for the life of the process, apart from the frames: a database that hangs makes presence old, and nothing else."""
        with self.app.app_context():
            if db.engine.dialect.name == "sqlite":
                return
        while not self.stopping:
            time.sleep(WRITE_SECONDS)
            try:
                self.once()
            except Exception as error:  # no database now: presence waits, the room has worse to say
                log.warning("cannot share who is here", error=str(error)[:200])

    def once(self) -> None:
        """One round: write what changed, read what the others wrote."""
        rooms = {lab_id: room for lab_id, room in self.rooms().items() if room.lines.phones or room.lines.desks}
        if not rooms:
            return
        with self.app.app_context():
            due = {lab_id: told for lab_id, room in rooms.items() if (told := self._due(lab_id, room)) is not None}
            now = clock.now()
            if due:
                with transaction() as tx:
                    for lab_id, told in sorted(due.items()):
                        tx.session.merge(LivePresence(lab_id=lab_id, worker=self.worker, at=now, told=told))
                    tx.session.execute(sa.delete(LivePresence).where(LivePresence.at < now - FORGET))
                self._written |= {lab_id: (time.monotonic(), told) for lab_id, told in due.items()}
            rows = db.session.scalars(
                sa.select(LivePresence).where(LivePresence.lab_id.in_(rooms), LivePresence.worker != self.worker)
            ).all()
            for lab_id, room in rooms.items():
                room.others = {row.worker: _read(row, now) for row in rows if row.lab_id == lab_id}
            db.session.remove()

    def _due(self, lab_id: int, room: Presence) -> str | None:
        told = json.dumps(
            {
                "people": {id_: [what, iso(since)] for id_, (what, since) in room.lines.people().items()},
                "leaders": {key: list(leader) for key, leader in room.lines.leaders().items()},
            }
        )
        at, before = self._written.get(lab_id, (0.0, ""))
        return told if told != before or time.monotonic() - at > ALIVE_SECONDS else None


def _read(row: LivePresence, now: datetime) -> tuple[dict[str, State], dict[str, Leader]]:
    """What a process wrote. When it has not been heard of since, its phones went with it."""
    told = json.loads(row.told)
    people = {id_: (what, parse_iso(since) if since else None) for id_, (what, since) in told["people"].items()}
    if now - row.at <= STALE:
        return people, {key: (name, desks, typing) for key, (name, desks, typing) in told["leaders"].items()}
    return {id_: (GONE, since if what == GONE else row.at) for id_, (what, since) in people.items()}, {}
