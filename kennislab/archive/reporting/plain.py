"""The report as data: JSON-able, with Dutch keys as all that goes out as data has."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from flask_babel import force_locale

from kennislab.archive.reporting.chapters import ledger_words
from kennislab.archive.reporting.shapes import Report

TYPE = "application/json"

KEYS = {
    "lab_id": "kennislab", "programme": "programma", "title": "titel", "kind": "soort", "quarter": "kwartaal", "starts_at": "begin",
    "ends_at": "einde", "place": "plaats", "description": "omschrijving", "sealed_at": "vastgesteldOp", "sealed_by": "vastgesteldDoor",
    "head": "kenmerk", "totals": "aantallen", "people": "deelnemers", "kept_in_groups": "blijftInGroep", "agenda": "agenda",
    "questions": "kennisvragen", "bottlenecks": "knelpunten", "solutions": "oplossingen", "lessons": "lessen", "insights": "inzichten",
    "success_factors": "succesfactoren", "choices": "keuzes", "reflections": "terugblik",
    "linking_opportunities": "koppelkansen", "advice": "adviezen", "actions": "acties", "ballots": "stemmingen",
    "participation": "deelname", "text": "tekst", "where": "gemeente", "group": "groep", "themes": "themas", "votes": "stemmen",
    "outcomes": "resultaten", "answers": "antwoorden", "corrections": "verbeteringen", "owner": "actiehouder", "due": "datum",
    "at": "tijd", "instruction": "uitleg", "minutes": "minuten", "voters": "stemmers", "outcome": "uitslag", "tried": "geprobeerd",
    "rounds": "rondes", "total": "totaal", "hands": "handen",
    "began": "begonnen", "ended": "geëindigd", "speaker": "spreker", "answered": "beantwoord",
    "evaluation": "evaluatie", "number": "aantal",
    "scores": "cijfers", "texts": "teksten", "worked": "gewerkt", "partly": "deels", "failed": "mislukt", "planned": "gepland",
    "asked": "alleKennisvragen", "context": "toelichting", "theme": "thema", "supporters": "steun", "became": "gaatVerderIn",
    "inside": "binnenProgramma", "charts": "grafieken", "order": "volgorde", "public": "openbaar",
    "told": "watErvanKwam",
}  # fmt: skip


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data. Keys are added over time, never changed."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {KEYS.get(name, name): ledger_words(one) if name == "told" else plain(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [plain(one) for one in value]
        return value.isoformat() if isinstance(value, date | datetime) else value

    with force_locale("nl"):
        data: dict[str, Any] = plain(asdict(report))
    return data


def write(report: Report) -> bytes:
    """A JSON file that people can read too."""
    return json.dumps(as_data(report), ensure_ascii=False, indent=2).encode()
