"""Putting documents in and taking them out, in the caller's transaction. Index last: two writers may wait for each other's new words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kennislab.core import clock, language
from kennislab.core.search import columns, joining
from kennislab.core.search.engines import engine_of
from kennislab.core.search.shapes import SPOKEN, Document
from kennislab.core.search.tables import DOCUMENT, WORD, WORD_OF
from kennislab.core.transaction import Tx

_AT_ONCE = 400

T = TypeVar("T")

Name = tuple[str, str]
"""Kind and key of a document."""


def index(tx: Tx, document: Document) -> None:
    """Puts a document in, or a new version in the place of the old one."""
    index_all(tx, [document])


def index_all(tx: Tx, documents: Sequence[Document]) -> None:
    """The same for many at once. Of two with the same kind and key the last counts; what is there already as it is, is left alone.

    When a document came into sight (``indexed_at``) stays with it for as long as its audience does, whatever its words become.
    """
    latest = list({(document.kind, document.key): document for document in documents}.values())
    for start in range(0, len(latest), _AT_ONCE):
        _put(tx, latest[start : start + _AT_ONCE])


def remove(tx: Tx, kind: str, key: str) -> None:
    """Takes a document out; nothing happens when it is not there."""
    columns.note_writing(tx.session)
    tx.session.flush()
    connection = tx.session.connection()
    _take(connection, _there(connection, [(kind, key)]).values())


def rebuild(tx: Tx) -> int:
    """Makes the index anew from the documents, with the language rules of today and without words that no document holds any more.

    Returns the number of documents. Vectors of what they mean are kept no longer and are made again.
    """
    columns.note_writing(tx.session)
    tx.session.flush()
    connection = tx.session.connection()
    engine_of(connection).clear(connection)
    connection.execute(sa.delete(WORD_OF))
    connection.execute(sa.delete(WORD))
    rows = connection.execute(sa.select(DOCUMENT).order_by(DOCUMENT.c.id)).all()
    connection.execute(sa.delete(DOCUMENT))
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        documents = [Document(r.kind, r.key, r.title, r.text, r.audience, r.url, r.at, json.loads(r.facets)) for r in some]
        _insert(connection, documents, {(r.kind, r.key): r.indexed_at for r in some})
    return len(rows)


def _put(tx: Tx, documents: Sequence[Document]) -> None:
    columns.note_writing(tx.session)
    tx.session.flush()
    connection = tx.session.connection()
    there = _there(connection, [(document.kind, document.key) for document in documents])
    changed = [document for document in documents if not _says_the_same(document, there.get((document.kind, document.key)))]
    _take(connection, [there[document.kind, document.key] for document in changed if (document.kind, document.key) in there])
    since = {
        (document.kind, document.key): old.indexed_at
        for document in changed
        if (old := there.get((document.kind, document.key))) is not None and old.audience == document.audience
    }
    _insert(connection, changed, since)


def _there(connection: sa.Connection, names: Sequence[Name]) -> dict[Name, Any]:
    match = sa.tuple_(DOCUMENT.c.kind, DOCUMENT.c.key).in_(names)
    return {(row.kind, row.key): row for row in connection.execute(sa.select(DOCUMENT).where(match))}


def _says_the_same(document: Document, row: Any) -> bool:
    """Whether the index holds exactly this already, by the language rules of today."""
    return row is not None and all(getattr(row, name) == value for name, value in _row(document, {}).items())


def _insert(connection: sa.Connection, documents: Sequence[Document], since: Mapping[Name, datetime]) -> None:
    if not documents:
        return
    now = clock.now()
    words: dict[str, dict[str, str]] = {}
    values = [
        {**_row(document, words.setdefault(document.audience, {})), "indexed_at": since.get((document.kind, document.key), now)}
        for document in documents
    ]
    connection.execute(sa.insert(DOCUMENT), values)
    names = sa.tuple_(DOCUMENT.c.kind, DOCUMENT.c.key)
    wanted = [(document.kind, document.key) for document in documents]
    chosen = sa.select(DOCUMENT.c.id, DOCUMENT.c.kind, DOCUMENT.c.key).where(names.in_(wanted))
    numbers = {(kind, key): number for number, kind, key in connection.execute(chosen)}
    engine_of(connection).put(connection, [{**row, "id": numbers[row["kind"], row["key"]]} for row in values])
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
    for token in joining.joined(f"{document.title}\n{document.text}"):  # last, as no phrase runs on into them
        stems[-1].append(token.stem)
        words[token.word] = token.stem
    facets = {name: sorted(dict.fromkeys(values)) for name, values in document.facets.items() if values}
    return {
        "kind": document.kind, "key": document.key, "audience": document.audience, "title": document.title, "text": document.text,
        "url": document.url, "at": document.at, "facets": json.dumps(facets, ensure_ascii=False), "title_stems": " ".join(stems[0]),
        "text_stems": " ".join(stems[1]), "length": len(stems[0]) + len(stems[1]),
    }  # fmt: skip


def _take(connection: sa.Connection, rows: Iterable[Any]) -> None:
    gone = [{"id": row.id, "title_stems": row.title_stems, "text_stems": row.text_stems} for row in rows]
    if gone:
        engine_of(connection).drop(connection, gone)
        connection.execute(sa.delete(DOCUMENT).where(DOCUMENT.c.id.in_([row["id"] for row in gone])))


def _learn(connection: sa.Connection, words: Mapping[str, Mapping[str, str]]) -> None:
    """Adds new words, and who has them. In a fixed order, so that two writers wait for each other in one direction only."""
    every = {word: stem for own in words.values() for word, stem in own.items()}
    known = _numbers(connection, every)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for new in _parts([{"word": word, "stem": every[word]} for word in sorted(every.keys() - known.keys())]):
        statement = insert(WORD).values(new).on_conflict_do_nothing().returning(WORD.c.id, WORD.c.word, WORD.c.stem)
        made = [(number, word, stem) for number, word, stem in connection.execute(statement)]
        if made:
            engine_of(connection).put_words(connection, made)
            known.update({word: number for number, word, _ in made})
    known.update(_numbers(connection, every.keys() - known.keys()))  # somebody else's, committed meanwhile
    for audience in sorted(words):
        numbers = sorted({known[word] for word in words[audience]})
        for some in _parts([{"audience": audience, "word_id": number} for number in numbers]):
            connection.execute(insert(WORD_OF).values(some).on_conflict_do_nothing())


def _parts(every: Sequence[T]) -> Iterable[Sequence[T]]:
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))


def _numbers(connection: sa.Connection, words: Iterable[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for some in _parts(list(words)):
        found = connection.execute(sa.select(WORD.c.word, WORD.c.id).where(WORD.c.word.in_(some)))
        known.update({row.word: row.id for row in found})
    return known
