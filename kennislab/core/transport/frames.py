"""A broadcast, encoded once."""

from __future__ import annotations

import json

from .framing import text_frame


class Frame:
    """One Socket.IO event, ready for the wire: websocket, Engine.IO and Socket.IO framing around JSON that is not parsed again."""

    __slots__ = ("namespace", "packet", "wire")

    def __init__(self, event: str, payload_json: str | bytes, namespace: str) -> None:
        payload = payload_json.encode() if isinstance(payload_json, str) else payload_json
        place = "" if namespace == "/" else namespace + ","
        self.namespace = namespace
        self.packet = b"2" + place.encode() + b"[" + json.dumps(event).encode() + b"," + payload + b"]"
        self.wire = text_frame(b"4" + self.packet)

    def __len__(self) -> int:
        return len(self.wire)
