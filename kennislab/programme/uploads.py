"""Files that go with a lab: checked by what is in them, not by what they are called; kept in the data folder under an id of ours."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core.errors import N_, Invalid
from kennislab.core.ids import new_id
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme.models import Lab, Upload
from kennislab.programme.pictures import bare

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 40
MOST_SIDE = 12_000
"""Pixels. A picture that unpacks to gigabytes is not for a phone."""

PICTURES = ("image/png", "image/jpeg")
ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}

TOO_LARGE = N_("Dit bestand is groter dan 20 MB. Maak het kleiner, of geef een link.")
OTHER_KIND = N_("Kies een PDF, of een plaatje (PNG of JPEG).")
TOO_MANY = N_("Bij dit lab staan al 40 bestanden. Haal er eerst een weg.")


@dataclass(frozen=True, slots=True)
class File:
    """A file as it came in, found good. ``media``: what it really is."""

    name: str
    media: str
    content: bytes


def read(name: str, content: bytes) -> File:
    """A file that was sent; a picture without where it was taken. Raises Invalid (field ``file``): too large, or not what we take."""
    if len(content) > MOST_BYTES:
        raise Invalid(fields={"file": TOO_LARGE})
    media = media_of(content)
    if media is None:
        raise Invalid(fields={"file": OTHER_KIND})
    kept = bare(media, content)
    if kept is None:
        raise Invalid(fields={"file": OTHER_KIND})
    return File(_name(name, media), media, kept)


def _name(sent: str, media: str) -> str:
    """What it is called on pages: the sender's own name without folders, with the ending of what it is."""
    last = " ".join(tidy(sent).replace("\\", "/").rsplit("/", 1)[-1].split())
    stem = "".join(one for one in last if one.isprintable() and one not in '<>:"|?*')
    stem = stem.rsplit(".", 1)[0].strip(" .")[:100]
    return (stem or "bijlage") + ENDINGS[media]


def media_of(content: bytes) -> str | None:
    """What these bytes are, by their own marks; None for anything that we do not take."""
    if content[:5] == b"%PDF-" and b"%%EOF" in content[-2048:]:
        return "application/pdf"
    if content[:8] == b"\x89PNG\r\n\x1a\n" and content[12:16] == b"IHDR" and len(content) > 33 and content.rstrip()[-8:-4] == b"IEND":
        width, height = struct.unpack(">II", content[16:24])
        return "image/png" if 0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE else None
    return "image/jpeg" if content[:3] == b"\xff\xd8\xff" and _jpeg_fits(content) else None


def _jpeg_fits(content: bytes) -> bool:
    """Walks the segments of a JPEG up to the frame, which says how large it is."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0xD8, 0x01) or 0xD0 <= marker <= 0xD7:
            at += 2
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return 0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE
        if marker in (0xD9, 0xDA):
            return False
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return False


def place_of(folder: Path, upload: Upload) -> Path:
    """Where the bytes are. ``folder``: the data folder."""
    return folder / "uploads" / str(upload.lab_id) / upload.id


def keep(tx: Tx, lab: Lab, file: File, folder: Path, by: str, item_id: int | None = None) -> Upload:
    """Keeps a file with a lab. The bytes are written first: a row without a file would be worse than a file without a row."""
    number = tx.session.scalar(sa.select(sa.func.count()).select_from(Upload).where(Upload.lab_id == lab.id)) or 0
    if number >= MOST_FILES:
        raise Invalid(fields={"file": TOO_MANY})
    upload = Upload(
        id=new_id(), lab_id=lab.id, agenda_item_id=item_id, name=file.name, media=file.media, size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(), by=by,
    )  # fmt: skip
    path = place_of(folder, upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.content)
    tx.session.add(upload)
    tx.session.flush()
    return upload


def remove(tx: Tx, upload: Upload, folder: Path) -> None:
    """Takes a file away."""
    path = place_of(folder, upload)
    tx.session.delete(upload)
    tx.session.flush()
    path.unlink(missing_ok=True)


def of_lab(session: Session, lab_id: int) -> list[Upload]:
    """What goes with a lab, oldest first."""
    return list(session.scalars(sa.select(Upload).where(Upload.lab_id == lab_id).order_by(Upload.at, Upload.id)))


def upload_of(session: Session, lab_id: int, upload_id: str) -> Upload | None:
    """One file of this lab."""
    return session.scalar(sa.select(Upload).where(Upload.lab_id == lab_id, Upload.id == upload_id))
