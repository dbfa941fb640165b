"""What a phone may say in Socket.IO."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kennislab.core.transport.packets import BadPacket, Incoming, check

HANDLERS = {"/live": {"connect", "disconnect", "follow"}}


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        ("0/live,", Incoming(0, "/live")),
        ('0/live,{"lab":1,"token":"x"}', Incoming(0, "/live")),
        ("1/live,", Incoming(1, "/live")),
        ('2/live,["follow",{"since":1}]', Incoming(2, "/live")),
        ('2/live,17["follow"]', Incoming(2, "/live")),
        ("3/live,4[]", Incoming(3, "/live")),
    ],
)
def test_good(packet: str, expected: Incoming) -> None:
    assert check(packet, HANDLERS) == expected


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "9",
        "x",
        "0",  # the default namespace has no handlers
        '2["follow"]',
        "0/live,[]",
        "0/live,{",
        '4/live,"error"',
        '51-/live,["follow",{"_placeholder":true,"num":0}]',
        "61-/live,1[]",
        "2/live,",
        "2/live,[]",
        "2/live,{}",
        "2/live,[1]",
        "2/live,[null]",
        '2/live,["connect",{}]',
        '2/live,["disconnect","x"]',
        '2/live,["*"]',
        '2/live,["unknown"]',
        '2/live,["follow",NaN]',
        '2/live,["follow",Infinity]',
        '2/live,12345678901["follow"]',
        "2/live," + "[" * 8000,
        "2/live," + '{"a":' * 3000,
        "2/other,[]",
        "3/live,1{}",
    ],
)
def test_bad(packet: str) -> None:
    with pytest.raises(BadPacket):
        check(packet, HANDLERS)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text('0123456/live,[]{}"follow:1-NaN ', max_size=60)))
def test_noise(packet: str) -> None:
    try:
        assert check(packet, HANDLERS).namespace == "/live"
    except BadPacket:
        pass
