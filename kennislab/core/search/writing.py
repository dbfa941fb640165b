"""Putting documents in and taking them out, in the caller's transaction. Index last: two writers may wait for each other's new words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kennislab.core import language
from kennislab.core.search import columns
from kennislab.core.search.engines import engine_of
from kennislab.core.search.shapes import SPOKEN, Document
from kennislab.core.search.tables import DOCUMENT, WORD
from kennislab.core.transaction import Tx

_AT_ONCE = 400


def index(tx: Tx, document: Document) -> None:
    """Puts a document in, or a new version in the place of the old one."""
    index_all(tx, [document])


def index_all(tx: Tx, documents: Sequence[Document]) -> None:
    """The same for many at once. Of two with the same kind and key the last counts."""
    latest = list({(document.kind, document.key): document for document in documents}.values())
    for start in range(0, len(latest), _AT_ONCE):
        _put(tx, latest[start : start + _AT_ONCE])


def remove(tx: Tx, kind: str, key: str) -> None:
    """Takes a document out; nothing happens when it is not there."""
    columns.note_writing(tx.session)
    tx.session.flush()
    _take(tx.session.connection(), [(kind, key)])


def rebuild(tx: Tx) -> int:
    """Makes the index anew from the documents, with the language rules of today and without words that no document holds any more.

    Returns the number of documents.
    """
    columns.note_writing(tx.session)
    tx.session.flush()
    connection = tx.session.connection()
    engine_of(connection).clear(connection)
    connection.execute(sa.delete(WORD))
    rows = connection.execute(sa.select(DOCUMENT).order_by(DOCUMENT.c.id)).all()
    documents = [Document(r.kind, r.key, r.title, r.text, r.audience, r.url, r.at, json.loads(r.facets)) for r in rows]
    connection.execute(sa.delete(DOCUMENT))
    index_all(tx, documents)
    return len(documents)


def _put(tx: Tx, documents: Sequence[Document]) -> None:
    columns.note_writing(tx.session)
    tx.session.flush()
    connection = tx.session.connection()
    engine = engine_of(connection)
    _take(connection, [(document.kind, document.key) for document in documents])
    words: dict[str, str] = {}
    values = [_row(document, words) for document in documents]
    connection.execute(sa.insert(DOCUMENT), values)
    names = sa.tuple_(DOCUMENT.c.kind, DOCUMENT.c.key)
    wanted = [(document.kind, document.key) for document in documents]
    numbers = {
        (kind, key): number
        for number, kind, key in connection.execute(sa.select(DOCUMENT.c.id, DOCUMENT.c.kind, DOCUMENT.c.key).where(names.in_(wanted)))
    }
    engine.put(connection, [{**row, "id": numbers[row["kind"], row["key"]]} for row in values])
    _learn(connection, words)


def _row(document: Document, words: dict[str, str]) -> dict[str, Any]:
    """A row of ``search_document``; adds the document's words to ``words``."""
    stems: list[list[str]] = []
    spoken = "\n".join(value for name in SPOKEN for value in document.facets.get(name, ()))
    for text in (document.title, f"{document.text}\n{spoken}"):
        stems.append([])
        for token in language.tokens(text):
            if token.stem:
                stems[-1].append(token.stem)
                words[token.word] = token.stem
    facets = {name: sorted(dict.fromkeys(values)) for name, values in document.facets.items() if values}
    return {
        "kind": document.kind, "key": document.key, "audience": document.audience, "title": document.title, "text": document.text,
        "url": document.url, "at": document.at, "facets": json.dumps(facets, ensure_ascii=False), "title_stems": " ".join(stems[0]),
        "text_stems": " ".join(stems[1]), "length": len(stems[0]) + len(stems[1]),
    }  # fmt: skip


def _take(connection: sa.Connection, names: Sequence[tuple[str, str]]) -> None:
    match = sa.tuple_(DOCUMENT.c.kind, DOCUMENT.c.key).in_(names)
    found = connection.execute(sa.select(DOCUMENT.c.id, DOCUMENT.c.title_stems, DOCUMENT.c.text_stems).where(match))
    rows = [dict(row._mapping) for row in found]
    if rows:
        engine_of(connection).drop(connection, rows)
        connection.execute(sa.delete(DOCUMENT).where(DOCUMENT.c.id.in_([row["id"] for row in rows])))


def _learn(connection: sa.Connection, words: dict[str, str]) -> None:
    """Adds new words. In alphabetical order, so that two writers wait for each other in one direction only."""
    known = _known(connection, words)
    new = [{"word": word, "stem": words[word]} for word in sorted(words.keys() - known)]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for start in range(0, len(new), _AT_ONCE):
        some = new[start : start + _AT_ONCE]
        statement = insert(WORD).values(some).on_conflict_do_nothing().returning(WORD.c.id, WORD.c.word, WORD.c.stem)
        made = [(number, word, stem) for number, word, stem in connection.execute(statement)]
        if made:
            engine_of(connection).put_words(connection, made)


def _known(connection: sa.Connection, words: Iterable[str]) -> set[str]:
    every = list(words)
    known: set[str] = set()
    for start in range(0, len(every), _AT_ONCE):
        known.update(connection.scalars(sa.select(WORD.c.word).where(WORD.c.word.in_(every[start : start + _AT_ONCE]))))
    return known
