"""RFC 6455 without a socket."""

from __future__ import annotations

import os
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kennislab.core.transport import framing
from kennislab.core.transport.framing import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Reader, Violation


def masked(opcode: int, payload: bytes, *, final: bool = True, key: bytes = b"\x01\x02\x03\x04", first: int = 0) -> bytes:
    size = len(payload)
    head = bytes(((0x80 if final else 0) | opcode | first,))
    if size < 126:
        head += bytes((0x80 | size,))
    elif size < 65536:
        head += struct.pack("!BH", 0x80 | 126, size)
    else:
        head += struct.pack("!BQ", 0x80 | 127, size)
    return head + key + framing.unmask(payload, key)


def read(data: bytes, limit: int = 1000) -> list[tuple[int, object]]:
    return list(Reader(limit).feed(data))


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65535, b"\x81\x7e\xff\xff"),
        (65536, b"\x81\x7f" + b"\0" * 5 + b"\x01\0\0"),
    ],
)
def test_length_is_written_in_its_shortest_form(size: int, head: bytes) -> None:
    assert framing.text_frame(b"x" * size) == head + b"x" * size


def test_close_reason_fits_a_control_frame_and_stays_utf8() -> None:
    wire = framing.close_frame(1008, "é" * 100)
    assert len(wire) <= 127
    assert wire[:4] == b"\x88" + bytes((len(wire) - 2,)) + b"\x03\xf0"
    assert wire[4:].decode() == "é" * 61


def test_example_of_the_rfc() -> None:
    assert read(bytes.fromhex("818537fa213d7f9f4d5158")) == [(TEXT, "Hello")]


def test_fragments_with_a_ping_between() -> None:
    data = masked(TEXT, b"Hel", final=False) + masked(PING, b"?") + masked(CONTINUATION, b"l", final=False) + masked(CONTINUATION, b"o")
    assert read(data) == [(PING, b"?"), (TEXT, "Hello")]


def test_a_character_may_be_cut_between_fragments() -> None:
    whole = "één".encode()
    assert read(masked(TEXT, whole[:1], final=False) + masked(CONTINUATION, whole[1:])) == [(TEXT, "één")]


def test_pong_and_close() -> None:
    assert read(masked(PONG, b"") + masked(CLOSE, struct.pack("!H", 1000) + b"bye") + masked(TEXT, b"after")) == [
        (PONG, b""),
        (CLOSE, 1000),
    ]
    assert read(masked(CLOSE, b"")) == [(CLOSE, framing.NO_CODE)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x05Hello", 1002),  # not masked
        (masked(TEXT, b"x", first=0x40), 1002),  # compressed without agreement
        (masked(TEXT, b"x", first=0x10), 1002),
        (masked(BINARY, b"x"), 1003),
        (masked(3, b"x"), 1002),
        (masked(0xB, b"x"), 1002),
        (masked(CONTINUATION, b"x"), 1002),
        (masked(TEXT, b"x", final=False) + masked(TEXT, b"y"), 1002),
        (masked(PING, b"x" * 126), 1002),
        (masked(PING, b"x", final=False), 1002),
        (masked(TEXT, b"\xff\xfe"), 1007),
        (masked(TEXT, b"\xed\xa0\x80"), 1007),  # a lone surrogate
        (masked(TEXT, b"\xc3"), 1007),
        (masked(CLOSE, b"\x03"), 1002),
        (masked(CLOSE, struct.pack("!H", 1005)), 1002),
        (masked(CLOSE, struct.pack("!H", 999)), 1002),
        (masked(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
        (masked(TEXT, b"x" * 1001), 1009),
        (masked(TEXT, b"x" * 600, final=False) + masked(CONTINUATION, b"x" * 600), 1009),
        (b"\x81\xff" + b"\xff" * 8, 1009),
        (b"\x81\xfe\x00\x05" + b"\0" * 9, 1002),  # length in a longer form than needed
        (b"\x81\xff" + b"\0" * 6 + b"\x00\x05" + b"\0" * 9, 1002),
    ],
)
def test_violations(data: bytes, code: int) -> None:
    with pytest.raises(Violation) as caught:
        read(data)
    assert caught.value.code == code


def test_an_oversized_message_is_refused_from_its_head() -> None:
    with pytest.raises(Violation) as caught:
        read(b"\x81\xfe\x03\xe9")
    assert caught.value.code == 1009


def test_messages_before_a_violation_arrive() -> None:
    seen = []
    with pytest.raises(Violation):
        for message in Reader(100).feed(masked(TEXT, b"good") + masked(BINARY, b"bad")):
            seen.append(message)
    assert seen == [(TEXT, "good")]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=300), min_size=1, max_size=5), st.integers(1, 40), st.integers(1, 60))
def test_any_cut_gives_the_same_messages(texts: list[str], piece: int, fragment: int) -> None:
    """However the network cuts the bytes and the client its messages."""
    wire = b""
    for text in texts:
        payload = text.encode()
        parts = [payload[at : at + fragment] for at in range(0, len(payload), fragment)] or [b""]
        for number, part in enumerate(parts):
            wire += masked(CONTINUATION if number else TEXT, part, final=number == len(parts) - 1, key=os.urandom(4))
    reader = Reader(4000)
    seen = [message for at in range(0, len(wire), piece) for message in reader.feed(wire[at : at + piece])]
    assert seen == [(TEXT, text) for text in texts]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_noise_is_read_or_refused(noise: bytes) -> None:
    try:
        read(noise)
    except Violation as violation:
        assert violation.code in (1002, 1003, 1007, 1009)
