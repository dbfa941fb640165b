"""python-socketio's client administration, made fit for a room that reloads at once.

The stock one looks through every room of the namespace when one client leaves, and every client is
a room: a thousand phones leaving are a million looks. This one remembers who entered what.
"""

from __future__ import annotations

from typing import Any

import socketio


class Rooms(socketio.Manager):
    def __init__(self) -> None:
        super().__init__()
        self._entered: dict[tuple[str, str], set[str]] = {}
        self.clients: dict[str, dict[str, str]] = {}  # namespace → {Socket.IO sid: Engine.IO sid}

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        if room is None:
            self.clients.setdefault(namespace, {})[sid] = self.rooms[namespace][None][sid]
        elif room != sid:
            self._entered.setdefault((namespace, sid), set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        super().basic_leave_room(sid, namespace, room)
        if rooms := self._entered.get((namespace, sid)):
            rooms.discard(str(room))

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        for room in (*self._entered.pop((namespace, sid), ()), sid, None):
            if sid in self.rooms.get(namespace, {}).get(room, {}):
                super().basic_leave_room(sid, namespace, room)
        self.clients.get(namespace, {}).pop(sid, None)
        self.callbacks.pop(sid, None)
        for waiting in (self.pending_connect, self.pending_disconnect):
            if sid in waiting.get(namespace, ()):
                waiting[namespace].remove(sid)
                if not waiting[namespace]:
                    del waiting[namespace]
