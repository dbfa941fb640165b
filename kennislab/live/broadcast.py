"""From the journal to the screens: every process tails the rooms its own clients follow, and tells its own clients only.

Woken by a signal (same process), by Redis (another process), and always once a second. A lost wake-up costs at most that second;
the journal decides what is said and in which order.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.orm import Session

from kennislab.core import clock, journal, sockets
from kennislab.core.db import db
from kennislab.core.signals import journal_grew
from kennislab.live.models import LiveRoom, stream
from kennislab.live.presence import Presence, Sharing
from kennislab.live.room.audience import FACILITATORS, Audience, audience_of
from kennislab.live.room.tail import Fact, Tail, dumps, shared_line

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 5.0
LOOK_SECONDS = 1.0
JUST_NOW = 0.05


@dataclass(slots=True)
class Client:
    """One socket that follows a room."""

    sid: str
    kind: str
    id: str | None
    name: str | None = None


class FollowedRoom:
    """A room with the clients of this process that follow it. ``sent``: up to where they have all been told."""

    def __init__(self, tail: Tail) -> None:
        self.tail = tail
        self.lock = threading.Lock()
        self.pending: list[journal.Row] = []
        self.clients: dict[str, Client] = {}
        self.arriving: list[tuple[Client, int]] = []
        self.sent = tail.seq
        self.changed = threading.Event()
        self.pages: dict[Hashable, tuple[float, str]] = {}
        self.presence = Presence()
        self.looked = 0.0
        self.newcomers: set[str] = set()

    def audience(self, client: Client) -> Audience:
        """Whose frames this client gets, now."""
        if client.kind == "participant" and client.id is not None:
            return audience_of(self.tail.state, client.id)
        return Audience(client.kind, client.id)

    def take(self, rows: list[journal.Row]) -> bool:
        """Takes in rows in order; False when there is a gap. Whose they are is heard too: they are not silent."""
        self.presence.heard(rows)
        return self.tail.take(rows)

    def here(self, client: Client, hidden: bool, typing: bool) -> None:
        """What this client's page says of itself."""
        if client.kind == "participant" and client.id is not None:
            self.presence.lines.opened(client.id, client.sid, hidden)
        elif client.kind == FACILITATORS.kind and client.id is not None:
            self.presence.lines.desk(client.sid, client.id, client.name or "", typing)


class Broadcaster:
    """All rooms that this process follows."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.rooms: dict[int, FollowedRoom] = {}
        self._dirty: set[int] = set()
        self._wake = threading.Event()
        self._loading = threading.Lock()
        self.publish: Callable[[str, int], None] | None = None
        self.stopping = False
        journal_grew.connect(self._on_journal, weak=True)

    # -- waking up

    def _on_journal(self, sender: object, *, stream: str, rows: list[journal.Row]) -> None:
        lab_id = lab_of(stream)
        if lab_id is None:
            return
        if (room := self.rooms.get(lab_id)) is not None:
            room.pending.extend(rows)
            self.nudge(lab_id)
        if self.publish is not None:
            self.publish(stream, rows[-1].seq)

    def nudge(self, lab_id: int) -> None:
        """This room has grown (somewhere)."""
        self._dirty.add(lab_id)
        self._wake.set()

    # -- reading

    def room(self, lab_id: int, session: Session) -> FollowedRoom | None:
        """The room, followed from now on; None when it was never opened."""
        room = self.rooms.get(lab_id)
        if room is not None:
            return room
        with self._loading:
            if (room := self.rooms.get(lab_id)) is not None:
                return room
            row = session.get(LiveRoom, lab_id)
            if row is None:
                return None
            tail = Tail(lab_id, row.epoch)
            rows = journal.read(session, stream(lab_id), 0, 1_000_000)
            tail.load(rows)
            room = FollowedRoom(tail)
            room.presence.heard(rows)
            self.rooms[lab_id] = room
            return room

    def catch_up(self, room: FollowedRoom, session: Session, head: int | None = None) -> None:
        """Takes in everything that is committed. ``head``: the journal's number, when the caller knows it already."""
        with room.lock:
            pending, room.pending = room.pending, []
            whole = room.take(pending)
            if head is None:
                head = self._head(room, session)
            if not whole or room.tail.seq < head:
                room.take(journal.read(session, stream(room.tail.lab_id), room.tail.seq, 1_000_000))
        if room.tail.seq > room.sent:
            changed, room.changed = room.changed, threading.Event()
            changed.set()
            self.nudge(room.tail.lab_id)

    @staticmethod
    def _head(room: FollowedRoom, session: Session) -> int:
        """The journal's number. On SQLite only this process writes, and says so by signal: when a room of phones reloads at once, it is
        looked up for all of them together."""
        now = time.monotonic()
        if now - room.looked < JUST_NOW and session.get_bind().dialect.name == "sqlite":
            return room.tail.seq
        room.looked = now
        return journal.head(session, stream(room.tail.lab_id))

    def wait(self, room: FollowedRoom, since: int, seconds: float) -> None:
        """Waits until there is something after ``since``, at most so many seconds."""
        until = time.monotonic() + seconds
        while room.tail.seq <= since and (left := until - time.monotonic()) > 0:
            changed = room.changed
            if room.pending or room.tail.seq > since:
                return
            changed.wait(min(left, LOOK_SECONDS * 2))

    # -- clients

    def follow(self, room: FollowedRoom, client: Client, since: int) -> None:
        """From now on this client gets every frame; what it missed since ``since`` goes to it right after the answer to its call."""
        room.arriving.append((client, since))
        self.nudge(room.tail.lab_id)

    def _welcome(self, room: FollowedRoom) -> None:
        arriving, room.arriving = room.arriving, []
        for client, since in arriving:
            if not sockets.connected(client.sid):
                room.presence.lines.closed(client.sid)
                continue
            room.clients[client.sid] = client
            if client.kind != "participant":
                room.newcomers.add(client.sid)
            lines = room.tail.lines(room.audience(client), since, room.sent)
            body = room.tail.reset() if lines is None else room.tail.frame(since, max(since, room.sent), lines)
            sockets.deliver(sockets.frame("events", body), [client.sid])

    def leave(self, sid: str) -> None:
        """This socket is gone."""
        for room in self.rooms.values():
            room.clients.pop(sid, None)
            room.newcomers.discard(sid)
            room.presence.lines.closed(sid)

    # -- telling

    def loop(self) -> None:
        """Runs for the life of the process: at once when it was quiet, else one frame per FRAME_MS; nothing ends it but ``stopping``."""
        pause = self.app.config["FRAME_MS"] / 1000
        looked = beaten = shown = time.monotonic()
        while not self.stopping:
            self._wake.wait(timeout=min(LOOK_SECONDS, 0.5))
            self._wake.clear()
            dirty, self._dirty = self._dirty, set()
            now = time.monotonic()
            if now - looked >= LOOK_SECONDS:
                looked = now
                dirty = set(self.rooms)
            try:
                if dirty:
                    self._tell(dirty)
                if now - beaten >= HEARTBEAT_SECONDS:
                    beaten = now
                    self._beat()
                if now - shown >= LOOK_SECONDS:
                    shown = now
                    self._presence()
            except Exception:
                log.exception("broadcast stumbled; the next look repairs it")
            time.sleep(pause)

    def _tell(self, labs: Iterable[int]) -> None:
        with self.app.app_context():
            for lab_id in labs:
                room = self.rooms.get(lab_id)
                if room is None:
                    continue
                try:
                    self._bring_up(room)
                finally:
                    self._welcome(room)
                    if room.clients:
                        self.flush(room)
                    else:
                        room.sent = room.tail.seq

    def _bring_up(self, room: FollowedRoom) -> None:
        with room.lock:
            pending, room.pending = room.pending, []
            whole = room.take(pending)
        if pending and whole and not self.publish:
            changed, room.changed = room.changed, threading.Event()
            changed.set()
            return
        self.catch_up(room, db.session())
        db.session.rollback()

    def flush(self, room: FollowedRoom) -> None:
        """One frame for each audience with everything since the last one; everybody gets exactly one."""
        since, until = room.sent, room.tail.seq
        if until <= since:
            return
        room.sent = until
        if since < room.tail.oldest:  # more at once than is remembered: everybody takes a snapshot
            sockets.deliver(sockets.frame("events", room.tail.reset()), list(room.clients))
            return
        facts = room.tail.between(since, until)
        special = {id_ for fact in facts for id_ in (*fact.own, *fact.besides, *fact.moved)}
        together: dict[Audience, list[str]] = defaultdict(list)
        alone: list[Client] = []
        for client in room.clients.values():
            if client.id in special:
                alone.append(client)
            else:
                together[room.audience(client).shared].append(client.sid)
        for audience, sids in together.items():
            self._send(room, since, until, [line for fact in facts if (line := shared_line(fact, audience))], sids)
        for client in alone:
            self._send(room, since, until, room.tail.lines(room.audience(client), since, until), [client.sid])
        self._say_goodbye(room, facts)

    def _send(self, room: FollowedRoom, since: int, until: int, lines: list[str] | None, sids: list[str]) -> None:
        body = room.tail.reset() if lines is None else room.tail.frame(since, until, lines)
        sockets.deliver(sockets.frame("events", body), sids)

    def _say_goodbye(self, room: FollowedRoom, facts: list[Fact]) -> None:
        for client in list(room.clients.values()):
            person = room.tail.state.people.get(client.id or "")
            if client.kind == "participant" and person is not None and person.gone:
                sockets.deliver(sockets.frame("bye", dumps({"reason": "revoked"})), [client.sid])
                room.clients.pop(client.sid, None)
                room.presence.lines.closed(client.sid)
                sockets.close(client.sid, "revoked")

    def _beat(self) -> None:
        for room in self.rooms.values():
            if room.clients:
                beat = {
                    "head": room.tail.seq,
                    "epoch": room.tail.epoch,
                    "now": clock.iso(clock.now()),
                    "here": {"phones": room.presence.phones()},
                }
                sockets.deliver(sockets.frame("heartbeat", dumps(beat)), list(room.clients))

    def _presence(self) -> None:
        """Once a second: who leads hears what is new about who is here, who just came to lead hears all of it; the projector, numbers."""
        for room in self.rooms.values():
            room.presence.lines.sweep()
            watching = {c.sid: c.kind for c in room.clients.values() if c.kind != "participant"}
            if not watching:
                continue
            newcomers, room.newcomers = room.newcomers & watching.keys(), set()
            news = room.presence.news(room.tail.state)
            if newcomers:
                self._tell_presence(room.presence.whole(room.tail.state), {sid: watching.pop(sid) for sid in newcomers})
            if news is not None:
                self._tell_presence(news, watching)

    def _tell_presence(self, told: dict[str, Any], watching: dict[str, str]) -> None:
        leading = [sid for sid, kind in watching.items() if kind == FACILITATORS.kind]
        if leading:
            sockets.deliver(sockets.frame("presence", dumps(told)), leading)
        if others := [sid for sid, kind in watching.items() if kind != FACILITATORS.kind]:
            numbers = {name: told[name] for name in ("people", "connected", "away", "gone")}
            sockets.deliver(sockets.frame("presence", dumps(numbers)), others)


def lab_of(stream_name: str) -> int | None:
    """``live:42`` → 42; None for other streams."""
    kind, _, number = stream_name.partition(":")
    return int(number) if kind == "live" and number.isdigit() else None


def init(app: Flask) -> Broadcaster:
    """One broadcaster for this app; its loop starts with the server's background tasks."""
    broadcaster = Broadcaster(app)
    app.extensions["kennislab-broadcaster"] = broadcaster
    sharing = Sharing(app, lambda: {lab_id: room.presence for lab_id, room in broadcaster.rooms.items()})
    app.extensions.setdefault("kennislab-background", []).extend([broadcaster.loop, sharing.loop])
    return broadcaster


def of(app: Any) -> Broadcaster:
    """The broadcaster of this app."""
    return app.extensions["kennislab-broadcaster"]
