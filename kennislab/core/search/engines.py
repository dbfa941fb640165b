"""The two databases behind one small interface: which documents hold these stems, which words hold these letters.

Document numbers come in any order, as one text (``1,2,5``), parsed at once: a row each would cost ten times as much for a common word.
Stems hold letters and digits only (:mod:`kennislab.core.language`), so quoting them cannot go wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from kennislab.core import language

Ids = npt.NDArray[np.int64]
NONE: Ids = np.empty(0, dtype=np.int64)


Group = Sequence[tuple[str, ...]]
"""Ways to answer to one word: a document does when it holds all stems of one of them. ``("a",), ("b", "c")`` is *a, or b and c*."""


class Engine(Protocol):
    """What the index asks of a database."""

    def holding(self, connection: sa.Connection, stems: Sequence[str], within: Sequence[Group] = (), title: bool = False) -> Ids:
        """Documents that hold at least one of the stems (in the title, if so asked), and answer to every group of ``within``."""

    def phrase(self, connection: sa.Connection, stems: Sequence[str], within: Sequence[Group] = ()) -> Ids:
        """Documents that hold the stems right after each other, and answer to every group."""

    def of_audience(self, connection: sa.Connection, audiences: Sequence[str]) -> Ids:
        """All documents of these audiences."""

    def words(self, connection: sa.Connection, fragments: Sequence[str], most: int, audiences: Sequence[str]) -> list[tuple[str, str]]:
        """(word, stem) of the shortest words that hold one of the fragments, of those that these audiences have.

        A space in a fragment is the word's beginning or end.
        """

    def put(self, connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Indexes rows of ``search_document`` (id, title_stems, text_stems)."""

    def drop(self, connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Takes them out again; before the rows themselves go."""

    def put_words(self, connection: sa.Connection, rows: Sequence[tuple[int, str, str]]) -> None:
        """Indexes (id, word, stem) by their threes of letters."""

    def clear(self, connection: sa.Connection) -> None:
        """Empties the indexes of documents and words."""


def _padded(word: str, stem: str) -> str:
    return f" {word} " if word == stem else f" {word} {stem} "


def _numbers(text: str | None) -> Ids:
    return np.fromstring(text, dtype=np.int64, sep=",") if text else NONE


def _holds(fragments: Iterable[str], word: str, stem: str) -> bool:
    padded = _padded(word, stem)
    return any(fragment in padded for fragment in fragments)


class Fts5:
    """SQLite."""

    def holding(self, connection: sa.Connection, stems: Sequence[str], within: Sequence[Group] = (), title: bool = False) -> Ids:
        if not stems:
            return NONE
        question = " OR ".join(f'"{stem}"' for stem in stems)
        return self._match(connection, f"title_stems : ({question})" if title else question, within)

    def phrase(self, connection: sa.Connection, stems: Sequence[str], within: Sequence[Group] = ()) -> Ids:
        return self._match(connection, f'"{" ".join(stems)}"', within) if stems else NONE

    def _match(self, connection: sa.Connection, question: str, within: Sequence[Group]) -> Ids:
        for group in within:
            ways = " OR ".join("(" + " AND ".join(f'"{stem}"' for stem in way) + ")" for way in group)
            question = f"({question}) AND ({ways})"
        statement = "SELECT group_concat(rowid) FROM search_index WHERE search_index MATCH ?"
        return _numbers(connection.exec_driver_sql(statement, (question,)).scalar())

    def of_audience(self, connection: sa.Connection, audiences: Sequence[str]) -> Ids:
        marks = ",".join("?" * len(audiences))
        statement = f"SELECT group_concat(id) FROM search_document WHERE audience IN ({marks})"
        return _numbers(connection.exec_driver_sql(statement, tuple(audiences)).scalar())

    def words(self, connection: sa.Connection, fragments: Sequence[str], most: int, audiences: Sequence[str]) -> list[tuple[str, str]]:
        fragments = [fragment for fragment in fragments if len(fragment) >= 3]
        if not fragments:
            return []
        marks = ",".join("?" * len(audiences))
        statement = (
            "SELECT word, stem FROM search_word WHERE id IN (SELECT rowid FROM search_word_index WHERE search_word_index MATCH ?)"
            f" AND EXISTS (SELECT 1 FROM search_word_of AS o WHERE o.audience IN ({marks}) AND o.word_id = search_word.id)"
            " ORDER BY length(word), word LIMIT ?"
        )
        question = " OR ".join(f'"{fragment}"' for fragment in fragments)
        return [(word, stem) for word, stem in connection.exec_driver_sql(statement, (question, *audiences, most))]

    def put(self, connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
        connection.exec_driver_sql(
            "INSERT INTO search_index(rowid, title_stems, text_stems) VALUES (?, ?, ?)",
            [(row["id"], row["title_stems"], row["text_stems"]) for row in rows],
        )

    def drop(self, connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
        connection.exec_driver_sql(
            "INSERT INTO search_index(search_index, rowid, title_stems, text_stems) VALUES ('delete', ?, ?, ?)",
            [(row["id"], row["title_stems"], row["text_stems"]) for row in rows],
        )

    def put_words(self, connection: sa.Connection, rows: Sequence[tuple[int, str, str]]) -> None:
        connection.exec_driver_sql(
            "INSERT INTO search_word_index(rowid, padded) VALUES (?, ?)", [(number, _padded(word, stem)) for number, word, stem in rows]
        )

    def clear(self, connection: sa.Connection) -> None:
        for name in ("search_index", "search_word_index"):
            connection.exec_driver_sql(f"INSERT INTO {name}({name}) VALUES ('delete-all')")


class Postgres:
    """PostgreSQL. Title stems are indexed a second time with a capital T before them, as GIN keeps no weights.

    Stems of which one will do are asked as an array of questions, not as one question with *or*: the index is read once for each and the
    documents are put together, where it would weigh all stems for every document (eighty stems: 4 ms instead of 124).
    """

    def holding(self, connection: sa.Connection, stems: Sequence[str], within: Sequence[Group] = (), title: bool = False) -> Ids:
        return self._match(connection, [f"'{'T' if title else ''}{stem}'" for stem in stems], within) if stems else NONE

    def phrase(self, connection: sa.Connection, stems: Sequence[str], within: Sequence[Group] = ()) -> Ids:
        return self._match(connection, [" <-> ".join(f"'{stem}'" for stem in stems)], within) if stems else NONE

    def _match(self, connection: sa.Connection, ways: list[str], within: Sequence[Group]) -> Ids:
        groups = [ways, *([" & ".join(f"'{stem}'" for stem in way) for way in group] for group in within)]
        where = " AND ".join(f"stems @@ ANY(CAST(:group{number} AS tsquery[]))" for number in range(len(groups)))
        statement = sa.text(f"SELECT string_agg(document_id::text, ',') FROM search_index WHERE {where}")
        return _numbers(connection.execute(statement, {f"group{number}": group for number, group in enumerate(groups)}).scalar())

    def of_audience(self, connection: sa.Connection, audiences: Sequence[str]) -> Ids:
        statement = sa.text("SELECT string_agg(id::text, ',') FROM search_document WHERE audience = ANY(:audiences)")
        return _numbers(connection.execute(statement, {"audiences": list(audiences)}).scalar())

    def words(self, connection: sa.Connection, fragments: Sequence[str], most: int, audiences: Sequence[str]) -> list[tuple[str, str]]:
        wanted = {f"g{i}": self._grams(fragment) for i, fragment in enumerate(fragments) if len(fragment) >= 3}
        if not wanted:
            return []
        condition = " OR ".join(f"grams @> :{name}" for name in wanted)
        statement = sa.text(
            f"SELECT word, stem FROM search_word_index AS i JOIN search_word ON id = word_id WHERE ({condition})"
            " AND EXISTS (SELECT 1 FROM search_word_of AS o WHERE o.audience = ANY(:audiences) AND o.word_id = i.word_id)"
            ' ORDER BY length(word), word COLLATE "C" LIMIT :most'
        )
        found = connection.execute(statement, {**wanted, "most": most, "audiences": list(audiences)})
        return [(word, stem) for word, stem in found if _holds(fragments, word, stem)]

    @staticmethod
    def _grams(padded: str) -> list[str]:
        return list(dict.fromkeys(padded[i : i + 3] for i in range(len(padded) - 2)))

    @staticmethod
    def _vector(title: str, text: str) -> str:
        """A tsvector as text. A gap between title and text, so that no phrase runs from one into the other."""
        places: dict[str, list[int]] = {}
        heads = title.split()[:2000]
        for place, stem in enumerate(heads, 1):
            places.setdefault(stem, []).append(place)
        for place, stem in enumerate(text.split()[:12000], len(heads) + 3):
            places.setdefault(stem, []).append(place)
        entries = [f"'{stem}':{','.join(map(str, at[:200]))}" for stem, at in places.items()]
        return " ".join([*entries, *(f"'T{stem}'" for stem in dict.fromkeys(heads))])

    def put(self, connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
        connection.execute(
            sa.text("INSERT INTO search_index(document_id, stems) VALUES (:id, CAST(:vector AS tsvector))"),
            [{"id": row["id"], "vector": self._vector(row["title_stems"], row["text_stems"])} for row in rows],
        )

    def drop(self, connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
        connection.execute(sa.text("DELETE FROM search_index WHERE document_id = ANY(:ids)"), {"ids": [row["id"] for row in rows]})

    def put_words(self, connection: sa.Connection, rows: Sequence[tuple[int, str, str]]) -> None:
        connection.execute(
            sa.text("INSERT INTO search_word_index(word_id, grams) VALUES (:id, :grams)"),
            [{"id": number, "grams": self._word_grams(word, stem)} for number, word, stem in rows],
        )

    @staticmethod
    def _word_grams(word: str, stem: str) -> list[str]:
        return list(dict.fromkeys([*language.trigrams(word), *language.trigrams(stem)]))

    def clear(self, connection: sa.Connection) -> None:
        connection.execute(sa.text("DELETE FROM search_index"))
        connection.execute(sa.text("DELETE FROM search_word_index"))


_ENGINES: dict[str, Engine] = {"sqlite": Fts5(), "postgresql": Postgres()}


def engine_of(connection: sa.Connection) -> Engine:
    """The engine that speaks this connection's dialect."""
    return _ENGINES[connection.dialect.name]
