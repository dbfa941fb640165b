"""Files that are a zip of XML: packed the same each time, and without the clock of who made them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

_NO_TIME = (1980, 1, 1, 0, 0, 0)


def packed(parts: Iterable[tuple[str, bytes]], plain: frozenset[str] = frozenset()) -> bytes:
    """A zip of these parts in this order, all with the first moment that a zip knows. ``plain``: parts that are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_STORED if name in plain else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            archive.writestr(entry, data)
    return out.getvalue()


def repacked(made: bytes, instead: Mapping[str, bytes] | None = None) -> bytes:
    """A zip that somebody else's code made, packed as ours; with other parts ``instead`` of its own."""
    changed = instead or {}
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return packed([(name, changed.get(name) or archive.read(name)) for name in archive.namelist()])


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def xml_text(text: str) -> str:
    """Without the characters that XML cannot hold, and without those that turn round what comes after them."""
    return "".join(one for one in text if one in "\t\n" or (ord(one) >= 32 and one not in _TURNING and not _unfit(ord(one))))


def _unfit(code: int) -> bool:
    return 0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF)
