"""A picture that somebody puts in a lab does not tell where it was taken."""

from __future__ import annotations

import struct
import zlib

import pytest

from kennislab.core.errors import Invalid
from kennislab.programme import uploads
from kennislab.programme.pictures import bare

SECRETS = (b"52.0116", b"GPSLatitude", b"Delft", b"Jansen", b"Thumbnail", b"Keukentafel")


def _segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def _exif(orientation: int, order: str = "<") -> bytes:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = [
        struct.pack(order + "HHII", 0x010F, 2, 7, 100),
        struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0),
        struct.pack(order + "HHII", 0x8825, 4, 1, 120),
    ]
    return b"Exif\0\0" + mark + struct.pack(order + "IH", 8, 3) + b"".join(entries) + b"\0" * 4 + b"GPSLatitude 52.0116 Thumbnail"


JFIF, ADOBE = _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), _segment(0xEE, b"Adobe\0d\0\0\0\0\x01")
COLOURS = _segment(0xE2, b"ICC_PROFILE\0\x01\x01profiel")
TABLES, FRAME = _segment(0xDB, b"\0" * 65), _segment(0xC0, b"\x08\0\x10\0\x20\x01\x01\x11\0")
SCAN = _segment(0xDA, b"\x01\x01\0\0?\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
MORE_SCAN = _segment(0xC4, b"\0" * 17) + _segment(0xDA, b"\x01\x01\0\0?\0") + b"\x78\xff\x00"
END = b"\xff\xd9"
TELLING = (
    _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>GPSLatitude 52.0116</x>"),
    _segment(0xED, b"Photoshop 3.0\0 Delft"),
    _segment(0xE2, b"MPF\0 Thumbnail"),
    _segment(0xFE, b"Keukentafel bij Jansen"),
)


def _photo(exif: bytes) -> bytes:
    behind = b"\xff\xd8" + _segment(0xE1, _exif(1)) + FRAME + SCAN + END
    return b"".join([b"\xff\xd8", JFIF, _segment(0xE1, exif), *TELLING, COLOURS, ADOBE, TABLES, FRAME, SCAN, MORE_SCAN, END, behind])


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photograph_keeps_what_shows_it_and_how_it_was_held(order: str) -> None:
    shown = uploads.read("foto.jpg", _photo(_exif(6, order))).content
    assert not any(secret in shown for secret in SECRETS)
    held = _segment(0xE1, b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0))
    assert shown == b"".join([b"\xff\xd8", JFIF, held, COLOURS, ADOBE, TABLES, FRAME, SCAN, MORE_SCAN, END])
    assert bare("image/jpeg", shown) == shown, "doing it twice changes nothing"


@pytest.mark.parametrize("exif", [_exif(1), _exif(9), b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff\0\0", b"Exif\0\0XX*\0" + b"\0" * 30])
def test_upright_or_odd_exif_leaves_nothing(exif: bytes) -> None:
    assert bare("image/jpeg", _photo(exif)) == b"".join([b"\xff\xd8", JFIF, COLOURS, ADOBE, TABLES, FRAME, SCAN, MORE_SCAN, END])


def test_a_picture_that_stops_early_is_shown_and_one_in_pieces_is_not_taken() -> None:
    cut = b"".join([b"\xff\xd8", FRAME, SCAN])
    assert bare("image/jpeg", cut) == cut + END
    for wrong in (b"\xff\xd8" + FRAME + b"\xff\xe1\x00\x01GPSLatitude" + END, b"\xff\xd8" + FRAME + b"GPSLatitude" + END):
        assert uploads.media_of(wrong) == "image/jpeg"
        with pytest.raises(Invalid):
            uploads.read("foto.jpg", wrong)


def test_a_drawing_loses_its_words() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head, data, last = (
        chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(b"\0\0\xff")),
        chunk(b"IEND", b""),
    )
    colours = chunk(b"iCCP", b"profiel\0\0" + zlib.compress(b"x"))
    telling = [
        chunk(b"eXIf", b"GPSLatitude"),
        chunk(b"tEXt", b"Author\0Jansen"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0Delft"),
        chunk(b"tIME", b"\0" * 7),
    ]
    mark = b"\x89PNG\r\n\x1a\n"
    picture = uploads.read("a.png", b"".join([mark, head, colours, *telling, data, last]))
    assert picture.content == b"".join([mark, head, colours, data, last])
    assert bare("image/png", b"".join([mark, head, data[:-4], last])) is None
    assert bare("application/pdf", b"%PDF-") == b"%PDF-"
