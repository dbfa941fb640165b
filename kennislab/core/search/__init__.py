"""The text index: features put documents in, inside their own transaction; anybody may ask, and sees only what is theirs to see.

How it works. A document's words are reduced to stems (:mod:`kennislab.core.language`) and kept in the database's own full-text
index (SQLite FTS5, PostgreSQL GIN over a tsvector). A question becomes a handful of look-ups that each give the numbers of
documents; combining, ranking, filtering by audience and counting facets happen on arrays (:mod:`.columns`). So both databases give
the same answer in the same order, and counting costs the same for ten hits as for fifty thousand.

Beside words, a document may have a vector of what it means (:mod:`.meanings`); :func:`similar` mixes that in where it is given one.

Audiences are names such as ``public``, ``programme:3``, ``facilitators:3``, ``group:17``; a document has one, who asks has several.
"""

from __future__ import annotations

from kennislab.core.search.meanings import Meaning, any_vectors, forget, refresh, store_vectors, without_vector
from kennislab.core.search.reading import newer, search, similar
from kennislab.core.search.shapes import NONE, SETTLED, Document, Hit, Results, Suggestion
from kennislab.core.search.suggesting import suggest
from kennislab.core.search.tables import SearchDocument, SearchWord, is_own_table
from kennislab.core.search.writing import index, index_all, rebuild, remove

__all__ = [
    "NONE", "SETTLED", "Document", "Hit", "Meaning", "Results", "SearchDocument", "SearchWord", "Suggestion",
    "any_vectors", "forget", "index", "index_all", "is_own_table", "newer", "rebuild", "refresh", "remove", "search", "similar",
    "store_vectors", "suggest", "without_vector",
]  # fmt: skip
