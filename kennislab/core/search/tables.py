"""Tables of the index. Five are ordinary; two more belong to the database at hand and are made beside them.

``search_index``       document → stems      SQLite: FTS5 over our own stems; PostgreSQL: tsvector with GIN
``search_word_index``  word → trigrams       SQLite: FTS5 with the trigram tokenizer; PostgreSQL: text[] with GIN

PostgreSQL gets its own trigram column rather than pg_trgm: it needs no extension and no rights, and works the same everywhere.
``db.create_all()`` makes them all; a migration runs the same statements (:data:`MAKE`, :data:`UNMAKE`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kennislab.core.db import Base, UtcDateTime

MAKE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index USING fts5(title_stems, text_stems, content='search_document', content_rowid='id',"
        " tokenize='ascii', columnsize=0)",
        "CREATE VIRTUAL TABLE search_word_index USING fts5(padded, content='', tokenize='trigram', columnsize=0)",
    ),
    "postgresql": (
        "CREATE TABLE search_index (document_id integer PRIMARY KEY REFERENCES search_document(id) ON DELETE CASCADE,"
        " stems tsvector NOT NULL)",
        "CREATE INDEX ix_search_index_stems ON search_index USING gin (stems) WITH (fastupdate = off)",
        "CREATE TABLE search_word_index (word_id integer PRIMARY KEY REFERENCES search_word(id) ON DELETE CASCADE, grams text[] NOT NULL)",
        "CREATE INDEX ix_search_word_index_grams ON search_word_index USING gin (grams)",
    ),
}
UNMAKE = ("DROP TABLE IF EXISTS search_index", "DROP TABLE IF EXISTS search_word_index")


class SearchDocument(Base):
    """A document as it was put in. A changed document gets a new row, so a number says the same for ever (see :mod:`.columns`)."""

    __tablename__ = "search_document"
    __table_args__ = (
        sa.UniqueConstraint("kind", "key"),
        sa.Index("ix_search_document_audience", "audience", "id"),
        sa.Index("ix_search_document_indexed_at", "indexed_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str] = mapped_column(sa.String(80))
    audience: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    url: Mapped[str] = mapped_column(sa.String(400))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    facets: Mapped[str] = mapped_column(sa.Text)
    title_stems: Mapped[str] = mapped_column(sa.Text)
    text_stems: Mapped[str] = mapped_column(sa.Text)
    length: Mapped[int] = mapped_column(sa.Integer)
    indexed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was put in, or last put in with other words, other facets or for another audience."""


class SearchWord(Base):
    """A word that occurs, or once occurred, in some document: for compounds, half-typed words and typing mistakes."""

    __tablename__ = "search_word"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    word: Mapped[str] = mapped_column(sa.String(40), unique=True)
    stem: Mapped[str] = mapped_column(sa.String(40), index=True)


class SearchWordOf(Base):
    """Which audiences' documents a word occurs, or once occurred, in: who asks is helped by the words of what they may see only."""

    __tablename__ = "search_word_of"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audience: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    word_id: Mapped[int] = mapped_column(sa.ForeignKey("search_word.id", ondelete="CASCADE"), primary_key=True)


class SearchVector(Base):
    """What a document means, as a vector of the encoder of this name: a byte per dimension. See :mod:`.meanings`."""

    __tablename__ = "search_vector"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("search_document.id", ondelete="CASCADE"), unique=True)
    encoder: Mapped[str] = mapped_column(sa.String(60))
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)


class SearchChange(Base):
    """A transaction that changed the index. See :mod:`.remembering`."""

    __tablename__ = "search_change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)


DOCUMENT = cast(sa.Table, SearchDocument.__table__)
WORD = cast(sa.Table, SearchWord.__table__)
WORD_OF = cast(sa.Table, SearchWordOf.__table__)
CHANGE = cast(sa.Table, SearchChange.__table__)
VECTOR = cast(sa.Table, SearchVector.__table__)


def is_own_table(name: str) -> bool:
    """Whether a table is made here by statement rather than by the models: migrations' comparison leaves those alone."""
    return name.startswith(("search_index", "search_word_index"))


def make(connection: sa.Connection) -> None:
    """Makes what the models cannot describe."""
    for statement in MAKE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def unmake(connection: sa.Connection) -> None:
    """Takes it away again."""
    for statement in UNMAKE:
        connection.exec_driver_sql(statement)


def _after_create(target: sa.MetaData, connection: sa.Connection, tables: list[sa.Table] | None = None, **_: Any) -> None:
    if tables and DOCUMENT in tables and WORD in tables:
        make(connection)


def _before_drop(target: sa.MetaData, connection: sa.Connection, tables: list[sa.Table] | None = None, **_: Any) -> None:
    if tables and DOCUMENT in tables:
        unmake(connection)


sa.event.listen(Base.metadata, "after_create", _after_create)
sa.event.listen(Base.metadata, "before_drop", _before_drop)
