"""Both languages are complete: Dutch by being the source, English by its catalogue."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask

from kennislab import __version__
from kennislab.core.catalogue import FOLDER, script_texts
from kennislab.core.templating import moment_text, quarter_text

ROOT = Path(__file__).resolve().parents[2]
METHODS = [
    ("kennislab/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
    ("static/js/**.js", "javascript"),
]
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "t": None,
    "tn": (1, 2),
    "ngettext": (1, 2),
    "_n": (1, 2),
}
NOT_TEXTS = {"title", "detail"}
"""Names of fields that stand in a call: ``gettext(problem["title"])``."""
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}, "templates/**.txt": {"trimmed": "true", "silent": "false"}}


@cache
def extracted() -> Catalog:
    """Every text that people can read, with where it stands."""
    catalogue = Catalog(locale="en", project="Kennislab")
    for folder, ignore in (("kennislab", ()), ("templates", ()), ("static/js", ())):
        methods = [(pattern.removeprefix(folder + "/"), method) for pattern, method in METHODS if pattern.startswith(folder + "/")]
        options = {pattern.removeprefix(folder + "/"): value for pattern, value in OPTIONS.items()}
        found = extract_from_dir(ROOT / folder, methods, options, KEYWORDS, (), directory_filter=_is_ours)
        for filename, line, message, comments, context in found:
            assert not ignore
            if message in NOT_TEXTS:
                continue
            catalogue.add(message, None, [(f"{folder}/{filename}", line)], auto_comments=comments, context=context)
    return catalogue


def _is_ours(folder: str | os.PathLike[str]) -> bool:
    """Every folder counts, also ``_macros``, which Babel would pass over."""
    return Path(folder).name != "__pycache__"


def english() -> Catalog:
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def _placeholders(text: object) -> set[str]:
    parts = text if isinstance(text, (tuple, list)) else [text]
    return {name for part in parts for name in re.findall(r"%\((\w+)\)[sd]", str(part))}


def test_every_dutch_text_has_its_english() -> None:
    catalogue = english()
    missing = [str(m.id) for m in extracted() if m.id and not _translated(catalogue, m.id)]
    assert missing == [], f"{len(missing)} texts without English"


def _translated(catalogue: Catalog, id_: object) -> bool:
    found = catalogue.get(id_[0] if isinstance(id_, tuple) else id_)  # type: ignore[arg-type]  # ids are texts
    return found is not None and not found.fuzzy and all(found.string if isinstance(found.string, tuple) else [found.string])


def test_english_has_nothing_that_is_no_longer_said() -> None:
    said = {m.id[0] if isinstance(m.id, tuple) else m.id for m in extracted()}
    stale = [m.id for m in english() if m.id and (m.id[0] if isinstance(m.id, tuple) else m.id) not in said]
    assert stale == []


def test_placeholders_agree() -> None:
    wrong = [m.id for m in english() if m.id and _placeholders(m.id) != _placeholders(m.string)]
    assert wrong == []


def test_markup_agrees() -> None:
    wrong = [m.id for m in english() if m.id and _markup(m.id) != _markup(m.string)]
    assert wrong == []


def _markup(text: object) -> set[tuple[str, ...]]:
    parts = text if isinstance(text, (tuple, list)) else [text]
    return {tuple(sorted(re.findall(r"<[^>]*>|%%", str(part)))) for part in parts}


def test_scripts_get_their_english() -> None:
    texts = script_texts("en")
    said = [m.id for m in extracted() if m.id and any(place.startswith("static/js/") for place, _line in m.locations)]
    missing = [id_ for id_ in said if not _shaped(texts, id_)]
    assert missing == [], "the catalogue does not know that scripts say this: python -m tests.contracts.test_translations"
    assert script_texts("nl") == {}


def _shaped(texts: dict[str, str | list[str]], id_: object) -> bool:
    """Whether ``t()`` finds a text, and ``tn()`` two."""
    if not isinstance(id_, (tuple, list)):
        return isinstance(texts.get(str(id_)), str)
    forms = texts.get(id_[0])
    return isinstance(forms, list) and len(forms) == 2


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("nl", ["1e kwartaal 2026", "2e kwartaal 2026", "3e kwartaal 2026", "4e kwartaal 2026"]),
        ("en", ["1st quarter 2026", "2nd quarter 2026", "3rd quarter 2026", "4th quarter 2026"]),
    ],
)
def test_quarters_and_moments_read_right(make_app: Callable[..., Flask], sqlite_url: str, language: str, texts: list[str]) -> None:
    with make_app(sqlite_url).test_request_context(f"/?taal={language}"):
        assert [quarter_text(f"2026-Q{number}") for number in (1, 2, 3, 4)] == texts
        assert quarter_text("whatever") == "whatever"
        moment = moment_text(datetime(2026, 11, 19, 12, 30, tzinfo=UTC))
    assert moment == {"nl": "donderdag 19 november 2026, 13.30 uur", "en": "Thursday 19 November 2026, 13:30"}[language]


def write() -> None:
    """Brings the catalogue up to what is said now, keeping translations: ``python -m tests.contracts.test_translations``."""
    from babel.messages.pofile import write_po

    path = FOLDER / "en" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    template = extracted()
    catalogue = english() if path.exists() else Catalog(locale="en", project="Kennislab")
    begun = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = begun  # a run that changes nothing leaves the file as it is
    catalogue.fuzzy = False
    catalogue.header_comment = "# Kennislab in English. The Dutch sentence is the message id."
    catalogue.msgid_bugs_address = ""
    catalogue.last_translator = catalogue.language_team = "Kennislab"
    catalogue.version = __version__
    for message in catalogue:
        message.locations = sorted({(place, 0) for place, _line in message.locations})
    out = io.BytesIO()
    write_po(out, catalogue, width=140, sort_by_file=True, include_lineno=False)
    path.write_bytes(out.getvalue())


if __name__ == "__main__":
    write()
