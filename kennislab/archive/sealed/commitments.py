"""What of a lab is sealed, part for part: itself, its journal, its items, their links, its files. Each is committed to with a salt.

Two commitments per part: the *content*, and *aside* what is about a person or was not meant to be told (who, whom to call, the words as
they were before the harvest made them readable). So somebody can be forgotten while the content still verifies, and a package can show
the content and keep the rest. How that is divided belongs to version 2 and never changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.archive.models import ArchiveItem, Consent, ItemLink, SealedPart
from kennislab.archive.sealed import canonical
from kennislab.core import journal
from kennislab.core.clock import iso
from kennislab.core.journal import JournalEntry, JournalStream
from kennislab.core.transaction import Tx
from kennislab.grouping.queries import stream_of as board_stream
from kennislab.live.models import stream as room_stream
from kennislab.programme.models import Lab, Upload

_PART = cast(sa.Table, SealedPart.__table__)
_ENTRY = cast(sa.Table, JournalEntry.__table__)

PARTS = ("lab", "journal", "item", "link", "file")
"""In the order of the chain."""

_CARDS = ("contribution.added", "contribution.edited")
_WHO = {"participant.joined": ("name", "questions")}
_WHOEVER = ("leaders", "by")
"""What names people in facts: aside, so that somebody can be forgotten and the room can still be read from its journal."""
_OF_CARD = frozenset(
    ("id", "kind", "text", "step", "group", "answers", "themes", "consent", "late", "run", "position", "case", "cell", "due", "rev")
)
"""What of a card in the journal is not about a person."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to be sealed. ``ref`` is its name within the lab."""

    part: str
    ref: str
    content: dict[str, Any]
    aside: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chained:
    """The parts as they go into the table, the head after each kind of part, and how many there are of each."""

    rows: list[dict[str, Any]]
    heads: dict[str, str]
    counts: dict[str, int]

    @property
    def head(self) -> str:
        """The head of it all."""
        return str(self.rows[-1]["head"])


def streams_of(lab_id: int) -> tuple[str, str]:
    """The streams of the journal that belong to a lab: its board, its room."""
    return board_stream(lab_id), room_stream(lab_id)


_NEAR = ("municipality", "group", "step")
"""Where something came from: of what is anonymous not part of the content."""


def item_part(item: ArchiveItem) -> Part:
    """An item, as it is now."""
    content: dict[str, Any] = {
        "lab": item.lab_id,
        "kind": item.kind,
        "status": str(item.status),
        "text": item.text,
        "lesson": dict(item.lesson or {}),
        "themes": list(item.themes),
        "consent": str(item.consent),
        "municipality": item.municipality_code,
        "quarter": item.quarter,
        "group": item.group_name,
        "step": item.step_title,
        "votes": item.votes,
        "answered": item.answered,
        "answers": item.answers_id,
        "mergedInto": item.merged_into_id,
        "due": item.due.isoformat() if item.due else None,
    }
    aside: dict[str, Any] = {"original": item.original_text, "contact": item.contact, "owner": item.owner}
    if item.consent is Consent.PUBLIC_ANONYMOUS:  # what is kept nearer is not packed with its content; seals of before cover it so
        aside |= {name: content.pop(name) for name in _NEAR}
    return Part("item", item.id, content, aside)


def lab_part(lab: Lab, sealed_by: str) -> Part:
    """The lab itself, with who sealed it aside."""
    content = {
        "lab": lab.id,
        "programme": lab.programme_id,
        "kind": lab.kind.value,
        "title": lab.title,
        "quarter": lab.quarter,
        "startsAt": iso(lab.starts_at),
        "endsAt": iso(lab.ends_at),
        "place": lab.place,
    }
    return Part("lab", str(lab.id), content, {"by": sealed_by})


def link_ref(link: ItemLink) -> str:
    """The name of a link: it has nothing else that lasts."""
    return f"{link.from_id}:{link.to_id}:{link.kind}"


def _journal(session: Session, lab_id: int) -> Iterator[Part]:
    columns = (_ENTRY.c.stream, _ENTRY.c.seq, _ENTRY.c.type, _ENTRY.c.at, _ENTRY.c.actor, _ENTRY.c.data)
    rows = session.execute(sa.select(*columns).where(_ENTRY.c.stream.in_(streams_of(lab_id)))).all()
    for stream, seq, type_, at, actor, data in sorted(rows, key=lambda row: (row[0], row[1])):
        yield fact_part(stream, seq, type_, at.isoformat(), actor, data)


def fact_part(stream: str, seq: int, type_: str, at: str, actor: str | None, text: str) -> Part:
    """A row of the journal; ``text``: its data as it stands there."""
    return Part("journal", f"{stream}:{seq}", *_fact(type_, at, actor, text))


def file_part(file: Upload) -> Part:
    """A file of the day: what it is called and its checksum, with who gave it aside."""
    content = {"lab": file.lab_id, "name": file.name, "media": file.media, "size": file.size, "sha256": file.sha256}
    return Part("file", file.id, content, {"by": file.by})


def _fact(type_: str, at: str, actor: str | None, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content and aside of a row of the journal. What cannot be read (any more) is sealed, and compared, as it stands."""
    try:
        data = json.loads(text)
    except ValueError:
        data = text
    aside: dict[str, Any] = {"actor": actor}
    if isinstance(data, dict):
        who = data.keys() - _OF_CARD if type_ in _CARDS else data.keys() & {*_WHOEVER, *_WHO.get(type_, ())}
        if who:
            aside["data"] = {name: data[name] for name in who}
            data = {name: value for name, value in data.items() if name not in who}
    return {"type": type_, "at": at, "data": data}, aside


def parts_of(session: Session, lab: Lab, sealed_by: str, items: Sequence[ArchiveItem] | None = None) -> Iterator[Part]:
    """Everything of a lab that is sealed, in the order of the chain, as it is in the database now. ``items``: all of it, when at hand."""
    yield lab_part(lab, sealed_by)
    yield from _journal(session, lab.id)
    if items is None:
        items = session.scalars(sa.select(ArchiveItem).where(ArchiveItem.lab_id == lab.id)).all()
    yield from sorted((item_part(item) for item in items), key=lambda part: part.ref)
    links = session.scalars(sa.select(ItemLink).join(ArchiveItem, ArchiveItem.id == ItemLink.from_id).where(ArchiveItem.lab_id == lab.id))
    yield from sorted((Part("link", link_ref(link), {"lab": lab.id}, {}) for link in links), key=lambda part: part.ref)
    files = session.scalars(sa.select(Upload).where(Upload.lab_id == lab.id))
    yield from map(file_part, sorted(files, key=lambda one: one.id))


def chained(lab_id: int, parts: Iterator[Part] | Sequence[Part]) -> Chained:
    """Salts them, commits to each, and ties them together."""
    rows: list[dict[str, Any]] = []
    heads: dict[str, str] = {}
    counts = dict.fromkeys(PARTS, 0)
    head = canonical.start(lab_id)
    for seq, part in enumerate(parts, 1):
        salt, aside_salt = canonical.new_salt(), canonical.new_salt()
        aside = canonical.aside_of(aside_salt, part.aside)
        commitment = canonical.commitment_of(salt, part.part, part.ref, part.content, aside)
        head = heads[part.part] = canonical.link(head, commitment)
        counts[part.part] += 1
        rows.append(
            {
                "lab_id": lab_id,
                "seq": seq,
                "part": part.part,
                "ref": part.ref,
                "salt": salt,
                "aside_salt": aside_salt,
                "aside": aside,
                "commitment": commitment,
                "head": head,
            }  # fmt: skip
        )
    return Chained(rows, heads, counts)


def hold(tx: Tx, lab_id: int) -> None:
    """Nobody adds to the journal of this lab until the commit, and what this transaction itself added is in the table."""
    streams = streams_of(lab_id)
    tx.session.execute(sa.select(JournalStream.name).where(JournalStream.name.in_(streams)).order_by(JournalStream.name).with_for_update())
    for stream in streams:
        journal.flush(tx, stream)


def keep(tx: Tx, made: Chained) -> None:
    """Puts the chain in the table."""
    tx.session.execute(sa.insert(_PART), made.rows)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A link of a chain as it stands in the table; see :class:`kennislab.archive.models.SealedPart`."""

    seq: int
    part: str
    ref: str
    salt: str | None
    aside_salt: str | None
    aside: str
    commitment: str
    head: str


def sealed_parts(session: Session, lab_id: int) -> list[Sealed]:
    """The links of a lab's chain, in order."""
    columns = (_PART.c[name] for name in ("seq", "part", "ref", "salt", "aside_salt", "aside", "commitment", "head"))
    return [Sealed(*row) for row in session.execute(sa.select(*columns).where(_PART.c.lab_id == lab_id).order_by(_PART.c.seq))]
