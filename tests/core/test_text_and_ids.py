"""Small things that everything stands on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kennislab.core import clock, ids
from kennislab.core.checks import unsafe
from kennislab.core.text import tidy


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Wijkbudget \r\n en  meer ", "Wijkbudget \n en  meer"),
        ("omge\u202ekeerd", "omgekeerd"),
        ("za\u0300\u0301\u0302\u0303\u0304lgo", "z\u00e0\u0301\u0302lgo"),
        ("nul\x00teken\x07", "nulteken"),
        ("cafe\u0301", "café"),
        ("\ufeff\u200f", ""),
    ],
)
def test_tidy(typed: str, shown: str) -> None:
    assert tidy(typed) == shown


def test_codes_have_no_look_alikes() -> None:
    code = ids.new_code()
    assert len(code) == 8 and set(code) <= set(ids.CODE_ALPHABET)
    assert len(ids.CODE_ALPHABET) == len(set(ids.CODE_ALPHABET)) == 30
    assert not set("ILOU01") & set(ids.CODE_ALPHABET)
    assert ids.read_code(ids.show_code(code).lower().replace("-", " ")) == code


def test_time_on_the_wire() -> None:
    moment = datetime(2026, 11, 19, 12, 30, 0, 125_900, tzinfo=UTC)
    assert clock.iso(moment) == "2026-11-19T12:30:00.125Z"
    assert clock.parse_iso("2026-11-19T13:30:00.125+01:00") == moment.replace(microsecond=125_000)
    with pytest.raises(ValueError, match="zone"):
        clock.parse_iso("2026-11-19T13:30:00")


def test_uuid7_carries_its_time() -> None:
    assert ids.is_uuid7("019a9c6b-8f40-7abc-8def-0123456789ab")
    assert ids.uuid7_milliseconds("019a9c6b-8f40-7abc-8def-0123456789ab") == 0x019A9C6B8F40
    assert not ids.is_uuid7("nonsense")


def test_unsafe_settings_are_named() -> None:
    settings = {"SECRET_KEY": "change-me", "DEMO": True, "PUBLIC_URL": "http://kennislab.example", "REDIS_URL": "", "DATABASE_URL": ""}
    found = unsafe(settings, "0.0.0.0", 2)
    assert [sentence.split()[0] for sentence in found] == ["KENNISLAB_SECRET_KEY", "KENNISLAB_DEMO", "KENNISLAB_PUBLIC_URL", "Meer", "Meer"]
    safe = {"SECRET_KEY": "x" * 40, "DEMO": False, "PUBLIC_URL": "https://kennislab.example", "REDIS_URL": "", "DATABASE_URL": ""}
    assert unsafe(safe, "0.0.0.0", 1) == []
