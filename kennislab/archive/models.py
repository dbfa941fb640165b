"""Tables of the archive: what was harvested, how it hangs together, and what came of it afterwards."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.ids import new_id
from kennislab.programme.models import District, Lab, Municipality

E = TypeVar("E", bound=enum.Enum)


def _choice(kind: type[E], length: int = 20) -> sa.Enum:
    return sa.Enum(kind, native_enum=False, length=length, values_callable=lambda e: [m.value for m in e])


KINDS = (
    "question", "bottleneck", "solution", "insight", "lesson", "linking_opportunity", "advice", "association", "action",
    "fact", "success_factor", "value", "choice", "evaluation",
)  # fmt: skip
"""What an item can be, in the order in which a report shows them."""


class Consent(enum.StrEnum):
    """How far something may go, as its author chose. From near to far; see :data:`REACH`."""

    GROUP = "group"
    PROGRAMME = "programme"
    PUBLIC_ANONYMOUS = "public_anonymous"
    PUBLIC_CITY = "public_city"


REACH = {consent: number for number, consent in enumerate(Consent)}
"""How far a consent reaches: a higher number is further."""


class Status(enum.StrEnum):
    """Where an item stands in the harvest. A dropped or merged one is kept and not shown."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"
    MERGED = "merged"


class Outcome(enum.StrEnum):
    """What became of something in one municipality."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    TRIED = "tried"
    WORKED = "worked"
    PARTLY = "partly"
    FAILED = "failed"


class ActionStatus(enum.StrEnum):
    """What became of an agreement."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    CARRIED_ON = "carried_on"


class LinkKind(enum.StrEnum):
    """Why one item points at another. *question*: it came up with that question; *origin*: it was drawn from that; *related*: see also."""

    QUESTION = "question"
    ORIGIN = "origin"
    RELATED = "related"


class ArchiveItem(Base):
    """One thing that was learned, asked or agreed.

    ``original_text`` is what was said, ``text`` what the harvest made of it. ``source_kind`` and ``source_id`` name what it was taken from
    (``contribution`` or ``question`` by its public id; ``added`` by hand). Of an anonymous item person, participant and municipality are
    empty, and the source as well once the lab is sealed: then nothing leads back. ``answers``: the bottleneck or question that this solves.
    ``position`` is the order of the day; what is anonymous stands behind all that, in an order that follows from its words.
    ``rev`` grows with each change, for compare-and-swap. ``reach_given``: the author's own consent.
    ``answered``: of a question to a speaker: ``answered``, or ``parked`` and still open. ``lesson``: of a lesson that was put as *als …
    dan … want …* its three parts, ``{"if", "then", "because"}``; ``text`` then is the sentence that they make. ``checked_at``: when its
    author last looked it over; ``corrected_at``: when they last put it in other words; ``withdrawn_at``: since when they want it out.
    """

    __tablename__ = "archive_item"
    __table_args__ = (
        sa.UniqueConstraint("lab_id", "source_kind", "source_id"),
        sa.Index("ix_archive_item_lab_status", "lab_id", "status"),
        sa.Index("ix_archive_item_programme_kind", "programme_id", "kind", "status"),
        sa.Index("ix_archive_item_programme_quarter", "programme_id", "quarter"),
        sa.Index("ix_archive_item_lab_person", "lab_id", "person_id"),
        sa.Index("ix_archive_item_source_id", "source_id"),
    )
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_id)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(24))
    text: Mapped[str] = mapped_column(sa.Text)
    original_text: Mapped[str] = mapped_column(sa.Text)
    municipality_code: Mapped[str | None] = mapped_column(sa.ForeignKey("municipality.code"))
    district_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id", ondelete="SET NULL"))
    quarter: Mapped[str] = mapped_column(sa.String(7))
    themes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    consent: Mapped[Consent] = mapped_column(_choice(Consent))
    reach_given: Mapped[Consent] = mapped_column(_choice(Consent))
    status: Mapped[Status] = mapped_column(_choice(Status), default=Status.DRAFT)
    merged_into_id: Mapped[str | None] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="SET NULL"), index=True)
    answers_id: Mapped[str | None] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="SET NULL"), index=True)
    source_kind: Mapped[str] = mapped_column(sa.String(16))
    source_id: Mapped[str | None] = mapped_column(sa.String(40))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    participant_id: Mapped[str | None] = mapped_column(sa.ForeignKey("participant.id", ondelete="SET NULL"))
    group_name: Mapped[str | None] = mapped_column(sa.String(120))
    step_title: Mapped[str | None] = mapped_column(sa.String(160))
    position: Mapped[int] = mapped_column(default=0)
    votes: Mapped[int] = mapped_column(default=0)
    contact: Mapped[str] = mapped_column(sa.String(160), default="")
    owner: Mapped[str] = mapped_column(sa.String(120), default="")
    due: Mapped[date | None]
    action_status: Mapped[ActionStatus | None] = mapped_column(_choice(ActionStatus))
    answered: Mapped[str | None] = mapped_column(sa.String(10))
    lesson: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    corrected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edited_by: Mapped[str] = mapped_column(sa.String(120), default="")
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    rev: Mapped[int] = mapped_column(default=1)

    lab: Mapped[Lab] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
    evidence: Mapped[list[Evidence]] = relationship(back_populates="item", order_by="Evidence.at", cascade="all, delete-orphan")
    corrections: Mapped[list[Correction]] = relationship(back_populates="item", order_by="Correction.at", cascade="all, delete-orphan")

    @property
    def anonymous(self) -> bool:
        """Whether nothing may lead back to who said it: it came without a name, or lost it. Also when it is kept nearer than that since."""
        return Consent.PUBLIC_ANONYMOUS in (self.consent, self.reach_given)

    @property
    def edited(self) -> bool:
        """Whether it reads otherwise than it was said."""
        return self.text != self.original_text


class ItemLink(Base):
    """That one item came from, or belongs with, another. Kept apart from ``answers``, of which there is one at most."""

    __tablename__ = "archive_link"
    __table_args__ = (sa.UniqueConstraint("from_id", "to_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"))
    to_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LinkKind] = mapped_column(_choice(LinkKind))


class Evidence(Base):
    """One line in the ledger of an item: what became of it in a municipality. Lines are added, never changed.

    ``source_id``: the report in a room that it was taken over from. ``district``: in which district, by its name of then;
    ``district_id``: while it is on the list of the programme, whatever it is called now. ``withdrawn_*``: that it was a mistake, said by
    whom and why; the line stays to be read, and no sum counts it any more.
    """

    __tablename__ = "archive_evidence"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"), index=True)
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"))
    district: Mapped[str] = mapped_column(sa.String(120), default="")
    district_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id", ondelete="SET NULL"))
    status: Mapped[Outcome] = mapped_column(_choice(Outcome))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[date]
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    reporter: Mapped[str] = mapped_column(sa.String(120), default="")
    source_id: Mapped[str | None] = mapped_column(sa.String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    withdrawn_by: Mapped[str] = mapped_column(sa.String(120), default="")
    withdrawn_why: Mapped[str] = mapped_column(sa.Text, default="")

    item: Mapped[ArchiveItem] = relationship(back_populates="evidence")
    municipality: Mapped[Municipality] = relationship()
    district_now: Mapped[District | None] = relationship()

    @property
    def stands(self) -> bool:
        """Whether it counts: nobody withdrew it."""
        return self.withdrawn_at is None

    @property
    def place(self) -> str:
        """The district as it is called now, else as it was called then; empty for the municipality as a whole."""
        return self.district_now.name if self.district_now is not None else self.district


class ActionUpdate(Base):
    """What somebody said of an action afterwards. The last one is its status. ``source_id``: as of a line of evidence.

    ``due``, ``owner``: the new date, and who took it on, when that changed; the sealed item keeps those of then.
    """

    __tablename__ = "archive_action_update"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"), index=True)
    status: Mapped[ActionStatus] = mapped_column(_choice(ActionStatus))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    by: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    due: Mapped[date | None]
    owner: Mapped[str] = mapped_column(sa.String(120), default="")
    source_id: Mapped[str | None] = mapped_column(sa.String(20))


class Correction(Base):
    """Something added to a sealed item, signed and dated. The item itself stays as it was.

    ``commitment``: salted, as of a :class:`SealedPart`, with who made it aside; ``digest`` chains the corrections of a lab (each covers the
    one before and, of the first, the head of the seal); ``signature``: Ed25519 over the digest, hex. Empty in what was added before there
    was a chain.
    """

    __tablename__ = "archive_correction"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    by: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    salt: Mapped[str | None] = mapped_column(sa.String(64))
    aside_salt: Mapped[str | None] = mapped_column(sa.String(64))
    aside: Mapped[str] = mapped_column(sa.String(64), default="")
    commitment: Mapped[str] = mapped_column(sa.String(64), default="")
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    signature: Mapped[str] = mapped_column(sa.String(128), default="")

    item: Mapped[ArchiveItem] = relationship(back_populates="corrections")


class SeatedIn(Base):
    """Who sat in which group that day: they may read what stays in that group."""

    __tablename__ = "archive_group_member"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True)
    group_name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)


class Seal(Base):
    """That a lab's harvest was sealed: by whom, when, and the head of the chain of hashes (SHA-256, hex).

    ``version`` 1: over the items alone; 2: over salted commitments of journal and harvest (:class:`SealedPart`), with a ``manifest`` that
    is signed (``signature``: Ed25519, hex; ``key_id``: first half of the SHA-256 of the public key).
    """

    __tablename__ = "archive_seal"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    sealed_by: Mapped[str] = mapped_column(sa.String(120))
    items: Mapped[int]
    head: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int] = mapped_column(default=1)
    manifest: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    signature: Mapped[str] = mapped_column(sa.String(128), default="")
    key_id: Mapped[str] = mapped_column(sa.String(32), default="")


class SealedPart(Base):
    """One link of a seal's chain: a commitment to something that was sealed, salted, so that it tells nothing once the salt is gone.

    ``part``: lab, journal, item, link or file; ``ref``: its name or id; ``commitment``: SHA-256 over salt, canonical content and ``aside``;
    ``head``: SHA-256 over the head before and the commitment. ``aside``: the same of what is about a person or was not meant to be told,
    with a salt of its own. Without a salt what it covered was erased for a person's sake; the chain goes on.
    """

    __tablename__ = "archive_sealed_part"
    __table_args__ = (sa.UniqueConstraint("lab_id", "part", "ref"),)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(sa.String(8))
    ref: Mapped[str] = mapped_column(sa.String(64))
    salt: Mapped[str | None] = mapped_column(sa.String(64))
    aside_salt: Mapped[str | None] = mapped_column(sa.String(64))
    aside: Mapped[str] = mapped_column(sa.String(64))
    commitment: Mapped[str] = mapped_column(sa.String(64))
    head: Mapped[str] = mapped_column(sa.String(64))


class Addendum(Base):
    """One link of the chain of what came after a seal: a line of the ledger, how an action went, a part without somebody's name.

    ``kind`` and ``ref``: *evidence*, *withdrawal* or *update* with the id of the line; *rewritten* with ``part:ref`` of what lost a
    name, as it reads since.
    ``commitment``, ``aside`` and the salts as of a :class:`SealedPart`; ``digest``: the head of this chain, which begins at the seal;
    ``signature``: Ed25519 over number and digest, hex.
    """

    __tablename__ = "archive_addendum"
    __table_args__ = (sa.Index("ix_archive_addendum_ref", "lab_id", "kind", "ref"),)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(10))
    ref: Mapped[str] = mapped_column(sa.String(80))
    salt: Mapped[str | None] = mapped_column(sa.String(64))
    aside_salt: Mapped[str | None] = mapped_column(sa.String(64))
    aside: Mapped[str] = mapped_column(sa.String(64))
    commitment: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    signature: Mapped[str] = mapped_column(sa.String(128))


class HarvestCheck(Base):
    """That participants were asked to look over their own contributions: from when until when.

    Sealing waits for it, unless staff say why not (``early_reason``). ``reminded_at``: when who had not looked yet was reminded.
    """

    __tablename__ = "archive_check"
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(sa.String(120), default="")
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    early_reason: Mapped[str] = mapped_column(sa.Text, default="")


class HarvestAct(Base):
    """Something that one of the staff did at the harvest, so that they can take it back: how the items and links were before it.

    ``before``: ``{"items": {id: {"from": rev, "rev": rev, "was": {field: value}}}, "added": [link], "gone": [link]}``; a link is
    ``[from, to, kind]``. Holds nothing that leads back to an author. ``what``: a message id. Thrown away at the seal, and after a day.
    """

    __tablename__ = "archive_act"
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(sa.String(120))
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class EvidencePrompt(Base):
    """That a municipality, or a district of it, was asked in a quarter what became of something, so that it is asked once. ``how``: mail or
    room.

    ``person_id``: who was asked; ``mail_id``: in which mail. ``district``, ``district_id``: as of a line of evidence.
    """

    __tablename__ = "archive_evidence_prompt"
    __table_args__ = (
        sa.UniqueConstraint("item_id", "municipality_code", "district", "quarter", name="uq_archive_evidence_prompt_place_quarter"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"))
    municipality_code: Mapped[str] = mapped_column(sa.ForeignKey("municipality.code"), index=True)
    district: Mapped[str] = mapped_column(sa.String(120), default="")
    district_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id", ondelete="SET NULL"))
    quarter: Mapped[str] = mapped_column(sa.String(7))
    how: Mapped[str] = mapped_column(sa.String(8), default="mail")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    mail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mail.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    district_now: Mapped[District | None] = relationship()


class SavedSearch(Base):
    """A search that somebody kept. ``query``: the parameters of its address. ``every``: day, week or never (no mail).

    ``mark``: number of the newest document of the index that they were told of; ``looked_at``: when that was.
    """

    __tablename__ = "saved_search"
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_id)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    query: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    every: Mapped[str] = mapped_column(sa.String(8), default="week")
    mark: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ProducedFile(Base):
    """A report or package that was made: the bytes are in the data folder under ``id``. ``options``: what was asked (chapters, order).

    ``job``: who makes it (a job's public id); ``sha256`` is empty until it is there. Thrown away after ``expires_at``.
    """

    __tablename__ = "produced_file"
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_id)
    lab_id: Mapped[int] = mapped_column(sa.ForeignKey("lab.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    format: Mapped[str] = mapped_column(sa.String(8))
    name: Mapped[str] = mapped_column(sa.String(160), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    options: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    job: Mapped[str | None] = mapped_column(sa.String(16))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    by: Mapped[str] = mapped_column(sa.String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
