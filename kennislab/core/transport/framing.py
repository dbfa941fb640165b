"""WebSocket framing (RFC 6455) for a server, without sockets: bytes in, messages out.

Frames from a server are not masked, so the bytes of a broadcast are the same for every
receiver: `text_frame` is called once per broadcast, not once per phone.
No extension is ever agreed (permessage-deflate costs 160 KB and four times the processor per
phone), so any reserved bit is an error.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

# Close codes, RFC 6455 section 7.4.1.
NORMAL, GOING_AWAY, PROTOCOL, UNSUPPORTED, INVALID, POLICY, TOO_BIG, FAILURE = 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011
NO_CODE = 1005
_CODES_A_CLIENT_MAY_SEND = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014})

_FINAL = 0x80
_RESERVED = 0x70
_MASKED = 0x80


class Violation(Exception):
    """The other side broke the protocol; `code` is the close code that says how."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def frame(opcode: int, payload: bytes) -> bytes:
    """One whole, final, unmasked frame."""
    first, size = _FINAL | opcode, len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


def text_frame(payload: bytes) -> bytes:
    """`payload` is UTF-8 already."""
    return frame(TEXT, payload)


def close_frame(code: int, reason: str = "") -> bytes:
    """The reason is cut to what fits a control frame (125 bytes with the code)."""
    if code == NO_CODE:
        return frame(CLOSE, b"")
    text = reason.encode()[:123].decode(errors="ignore").encode()
    return frame(CLOSE, struct.pack("!H", code) + text)


def unmask(payload: bytes, key: bytes) -> bytes:
    """XOR with the repeated four-byte key, as one big number: fast without a C extension."""
    size = len(payload)
    if not size or key == b"\0\0\0\0":
        return payload
    mask = (key * ((size + 3) // 4))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(size, "big")


class Reader:
    """Turns received bytes into whole messages.

    `limit` bounds one message, fragments added up: a longer one raises before it is stored, so a
    connection holds at most `limit` plus one network read.
    """

    __slots__ = ("_buffer", "_message", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._buffer = b""
        self._message: bytearray | None = None

    def feed(self, data: bytes) -> Iterator[tuple[int, str | bytes | int]]:
        """Yields `(TEXT, str)`, `(PING, bytes)`, `(PONG, bytes)` and `(CLOSE, code)`; raises Violation.

        Messages before a violation are yielded first. Consume it to its end before feeding more.
        """
        buffer = self._buffer + data if self._buffer else data
        at = 0
        try:
            while True:
                head = self._head(buffer, at)
                if head is None:
                    return
                final, opcode, size, start = head
                end = start + 4 + size
                if len(buffer) < end:
                    return
                payload = unmask(buffer[start + 4 : end], buffer[start : start + 4])
                at = end
                if opcode >= CLOSE:
                    yield opcode, (_close_code(payload) if opcode == CLOSE else payload)
                    if opcode == CLOSE:
                        at = len(buffer)
                        return
                elif (message := self._join(final, payload)) is not None:
                    yield TEXT, message
        finally:
            self._buffer = buffer[at:]

    def _head(self, buffer: bytes, at: int) -> tuple[bool, int, int, int] | None:
        """`(final, opcode, payload size, where the mask starts)`, or None when it has not all arrived."""
        have = len(buffer) - at
        if have < 2:
            return None
        first, second = buffer[at], buffer[at + 1]
        final, opcode, size = bool(first & _FINAL), first & 0x0F, second & 0x7F
        if first & _RESERVED:
            raise Violation(PROTOCOL, "reserved bits without an extension")
        if not second & _MASKED:
            raise Violation(PROTOCOL, "frames from a client must be masked")
        self._check_opcode(final, opcode, size)
        start = at + 2
        if size == 126:
            if have < 4:
                return None
            size, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            if size < 126:
                raise Violation(PROTOCOL, "length is not in its shortest form")
        elif size == 127:
            if have < 10:
                return None
            size, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if size < 65536:
                raise Violation(PROTOCOL, "length is not in its shortest form")
        if size + (len(self._message) if self._message and opcode < CLOSE else 0) > self.limit:
            raise Violation(TOO_BIG, f"a message may have at most {self.limit} bytes")
        return final, opcode, size, start

    def _check_opcode(self, final: bool, opcode: int, size: int) -> None:
        if opcode in (CLOSE, PING, PONG):
            if not final or size > 125:
                raise Violation(PROTOCOL, "control frames are short and whole")
        elif opcode == BINARY:
            raise Violation(UNSUPPORTED, "binary messages are not accepted")
        elif opcode == CONTINUATION:
            if self._message is None:
                raise Violation(PROTOCOL, "nothing to continue")
        elif opcode != TEXT:
            raise Violation(PROTOCOL, "unknown opcode")
        elif self._message is not None:
            raise Violation(PROTOCOL, "the previous message is not finished")

    def _join(self, final: bool, payload: bytes) -> str | None:
        if self._message is None and final:
            return _text(payload)
        if self._message is None:
            self._message = bytearray(payload)
        else:
            self._message += payload
        if not final:
            return None
        message, self._message = bytes(self._message), None
        return _text(message)


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Violation(INVALID, "text is not UTF-8") from None


def _close_code(payload: bytes) -> int:
    if not payload:
        return NO_CODE
    if len(payload) == 1:
        raise Violation(PROTOCOL, "a close code has two bytes")
    code = int.from_bytes(payload[:2], "big")
    if code not in _CODES_A_CLIENT_MAY_SEND and not 3000 <= code <= 4999:
        raise Violation(PROTOCOL, "not a close code")
    _text(payload[2:])
    return code
