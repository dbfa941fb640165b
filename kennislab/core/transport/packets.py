"""Which Socket.IO packets a phone may send. Everything else ends the connection.

python-socketio decodes a packet and hands `data[0]` to whatever handler has that name, also when the name is
`disconnect` and the data a number. What reaches it is checked here first.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import NamedTuple

CONNECT, DISCONNECT, EVENT, ACK = 0, 1, 2, 3
_RESERVED = frozenset({"connect", "disconnect", "*"})


class BadPacket(Exception):
    """The packet is not one that a phone of ours sends."""


class Incoming(NamedTuple):
    kind: int
    namespace: str


def check(text: str, handlers: Mapping[str, Container[str]]) -> Incoming:
    """The kind and namespace of a Socket.IO packet, or BadPacket. `handlers`: namespace → events that have a handler."""
    kind, rest = text[:1], text[1:]
    if kind not in ("0", "1", "2", "3"):
        raise BadPacket("kind of packet")
    namespace = "/"
    if rest.startswith("/"):
        namespace, _, rest = rest.partition(",")
    if namespace not in handlers:
        raise BadPacket("namespace")
    if kind == "0":
        if rest and not isinstance(_parse(rest), dict):
            raise BadPacket("auth is an object")
    elif kind in ("2", "3"):
        digits = len(rest) - len(rest.lstrip("0123456789"))
        if digits > 9:
            raise BadPacket("acknowledgement number")
        data = _parse(rest[digits:])
        if not isinstance(data, list):
            raise BadPacket("data is a list")
        if kind == "2" and not (data and isinstance(data[0], str) and data[0] not in _RESERVED and data[0] in handlers[namespace]):
            raise BadPacket("event")
    return Incoming(int(kind), namespace)


def _parse(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadPacket("not JSON") from None


def _refuse(name: str) -> object:
    raise ValueError(name)
