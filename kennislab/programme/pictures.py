"""What a picture says besides what it shows: where and when it was taken, with what, by whom. None of that is kept.

A photograph of a telephone carries its place in EXIF or XMP, once more in a small picture inside it, and perhaps again in a second picture
behind the first. Only what is needed to show it stays: how it was held (else it would lie on its side) and its colours.

Sources: ITU-T T.81 annex B (segments of a JPEG), CIPA DC-008 (EXIF), CIPA DC-007 (more pictures in one file), ISO/IEC 15948 (PNG).
"""

from __future__ import annotations

import struct

ORIENTATION = 0x0112
SOI, EOI, SOS, APP0, APP1, APP2, APP14, APP15, COMMENT = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
_SAYS_MORE = frozenset((b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"))


def bare(media: str, content: bytes) -> bytes | None:
    """The same picture without what it says besides; None when it is not whole enough to be sure. What is no picture stays as it is."""
    if media == "image/jpeg":
        return _bare_jpeg(content)
    return _bare_png(content) if media == "image/png" else content


def _bare_jpeg(content: bytes) -> bytes | None:
    kept = [content[:2]]
    at, end = 2, len(content)
    while at + 2 <= end:
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == EOI:
            break
        if marker in _ALONE:
            kept.append(content[at : at + 2])
            at += 2
            continue
        if at + 4 > end:
            return None
        after = at + 2 + int(struct.unpack_from(">H", content, at + 2)[0])
        if after < at + 4 or after > end:
            return None
        if marker == SOS:
            after = _end_of_scan(content, after)
        segment = content[at:after]
        if _shows(marker, segment[4:]):
            kept.append(segment)
        elif marker == APP1 and (held := _orientation(segment[4:])) is not None:
            kept.append(_held(held))
        at = after
    return b"".join([*kept, b"\xff\xd9"])


def _shows(marker: int, body: bytes) -> bool:
    """Whether this segment is needed to show the picture: of the ones for programs only JFIF, the colour profile and Adobe's colours."""
    if marker == APP2:
        return body.startswith(b"ICC_PROFILE\0")
    return marker in (APP0, APP14) or not (marker == COMMENT or APP0 <= marker <= APP15)


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the pixels end that begin at ``at``: at the next marker, or where the file stops."""
    while (at := content.find(b"\xff", at)) != -1 and at + 1 < len(content):
        following = content[at + 1]
        if following != 0 and following != 0xFF and not 0xD0 <= following <= 0xD7:
            return at
        at += 1 if following == 0xFF else 2
    return len(content)


def _orientation(body: bytes) -> int | None:
    """How the camera was held, of a segment with EXIF: 2 to 8; None when it does not say so, or upright."""
    if not body.startswith(b"Exif\0\0"):
        return None
    tiff = body[6:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 10:
        return None
    (first,) = struct.unpack_from(order + "I", tiff, 4)
    if first + 2 > len(tiff):
        return None
    (number,) = struct.unpack_from(order + "H", tiff, first)
    for entry in range(first + 2, min(first + 2 + 12 * number, len(tiff) - 11), 12):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
        if tag == ORIENTATION and kind == 3:
            return int(value) if 2 <= value <= 8 else None
    return None


def _held(orientation: int) -> bytes:
    """A segment of EXIF that says how the camera was held, and nothing else."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", 2 + 6 + len(tiff)) + b"Exif\0\0" + tiff


def _bare_png(content: bytes) -> bytes | None:
    kept, at = [content[:8]], 8
    while at + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        after = at + 12 + int(length)
        if after > len(content):
            return None
        if name not in _SAYS_MORE:
            kept.append(content[at:after])
        if name == b"IEND":
            return b"".join(kept)
        at = after
    return None
