"""Small things that everything stands on."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest

from kennislab.core import clock, ids
from kennislab.core.checks import unsafe
from kennislab.core.text import skeleton, tidy

WALES = "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


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


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        # Direction tricks, as in source code that reads otherwise than it runs ("Trojan Source").
        ("toegang\u202e\u2066 // alleen beheer\u2069 \u2066", "toegang // alleen beheer"),
        ("\u202aFatima\u202c\u2067x\u2069\u200e\u200f\u061c", "Fatimax"),
        # Nothing to see, yet another text.
        ("Fa\u200bti\u2060ma\u00ad\ufeff\u3164", "Fatima"),
        ("verborgen\U000e0041\U000e0042", "verborgen"),
        ("a\u200db", "ab"),
        ("\u200b\u200d\u2063", ""),
        # Towers of marks.
        ("H" + "\u0336\u0335\u0334\u0489\u035c" * 6 + "e", "H\u0336\u0335e"),
        ("o\u0302\u0301\u0323\u0307\u0308", "ộ\u0301\u0307"),
        # What people write stays.
        ("Renée, coördinatie, Zoë’s café, Đặng", "Renée, coördinatie, Zoë’s café, Đặng"),
        ("فاطمة الزهراء مُحَمَّد", "فاطمة الزهراء مُحَمَّد"),
        ("می‌خواهم", "می‌خواهم"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("क्ष क्‍ष", "क्ष क्‍ष"),
        ("👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 1️⃣ ❤️ 🤷🏾‍♀️", "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 1️⃣ ❤️ 🤷🏾‍♀️"),
        (
            "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
        ),
        ("王小明 Юлия Ελένη", "王小明 Юлия Ελένη"),
    ],
)
def test_tricks_go_and_words_stay(typed: str, shown: str) -> None:
    assert tidy(typed) == unicodedata.normalize("NFC", shown)
    assert tidy(tidy(typed)) == tidy(typed)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Fatima", "FATIMA"),
        ("Fatima", "Fаtimа"),  # two Cyrillic letters
        ("Fatima", "Fat1ma"),
        ("Fatima", "F a t i m a"),
        ("Fatima", "Fátima"),
        ("Fatima", "Fatirna"),
        ("Fatima", "Ｆａｔｉｍａ"),
        ("Fatima", "Fati\u200bma"),
        ("Bo de Boer", "B0 de-Boer"),
        ("Ali", "AIi"),
    ],
)
def test_names_that_look_alike(name: str, other: str) -> None:
    assert skeleton(name) == skeleton(other) != ""


@pytest.mark.parametrize(("name", "other"), [("Fatima", "Fatma"), ("Anna", "Hanna"), ("Jan", "Jaap"), ("فاطمة", "محمد")])
def test_names_that_do_not(name: str, other: str) -> None:
    assert skeleton(name) != skeleton(other)


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
