"""What is wrong with a method, and where: a path for the machine, a place and a sentence for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kennislab.core.errors import N_, Invalid

FIELD_NAMES: dict[str, str] = {
    "id": N_("sleutel"),
    "name_nl": N_("naam"),
    "name_en": N_("naam in het Engels"),
    "family": N_("soort werkvorm"),
    "summary_nl": N_("samenvatting"),
    "summary_en": N_("samenvatting in het Engels"),
    "use_when_nl": N_("wanneer gebruik je dit"),
    "use_when_en": N_("wanneer gebruik je dit, in het Engels"),
    "group_size": N_("aantal deelnemers"),
    "min": N_("minste"),
    "ideal": N_("beste"),
    "max": N_("meeste"),
    "total_minutes": N_("minuten in totaal"),
    "roles": N_("rollen"),
    "basis": N_("hoe zeker"),
    "sources": N_("bronnen"),
    "rounds": N_("aantal rondes"),
    "round_steps": N_("delen van een ronde"),
    "stations": N_("stations"),
    "note_nl": N_("opmerking"),
    "steps": N_("stappen"),
    "title_nl": N_("titel"),
    "title_en": N_("titel in het Engels"),
    "minutes": N_("minuten"),
    "minutes_min": N_("minste minuten"),
    "minutes_max": N_("meeste minuten"),
    "minutes_basis": N_("bron van de minuten"),
    "minutes_per_unit": N_("minuten per keer"),
    "scale": N_("hoe vaak"),
    "speaking": N_("wie spreekt"),
    "silent": N_("wie zwijgt"),
    "writing": N_("wie schrijft"),
    "mode": N_("in welke samenstelling"),
    "input": N_("op de telefoon"),
    "outputs": N_("wat het oplevert"),
    "instruction_nl": N_("instructie"),
    "instruction_en": N_("instructie in het Engels"),
    "choices": N_("waaruit gekozen wordt"),
    "votes": N_("aantal stemmen"),
    "options": N_("vaste keuzes"),
    "columns": N_("kolommen"),
    "table": N_("aantal mensen aan een tafel"),
    "seating": N_("nieuwe tafels"),
    "seating_of": N_("tafels van welke stap"),
    "owner": N_("wie bij het station blijft"),
    "people": N_("mensen per station"),
    "schema_version": N_("versie van het bestand"),
    "methods": N_("werkvormen"),
}
"""Fields as people know them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``path``: dotted, indexes from 0 (``steps.2.minutes``); ``text``: Dutch message id; ``line``: from 1."""

    path: str
    text: str
    params: dict[str, Any] = field(default_factory=dict)
    line: int | None = None

    def sentence(self, translate: Callable[..., str] = lambda text, **params: text % params if params else text) -> str:
        """With its place: "Stap 3, minuten: …"."""
        what = translate(self.text, **self.params)
        step, part, name = self._place()
        word = translate(FIELD_NAMES[name]) if name in FIELD_NAMES else name
        if step is not None and word:
            return translate(N_("Stap %(step)s, %(field)s: %(what)s"), step=step, field=word, what=what)
        if step is not None:
            return translate(N_("Stap %(step)s: %(what)s"), step=step, what=what)
        if part is not None and word:
            return translate(N_("Deel %(part)s van een ronde, %(field)s: %(what)s"), part=part, field=word, what=what)
        if part is not None:
            return translate(N_("Deel %(part)s van een ronde: %(what)s"), part=part, what=what)
        return translate(N_("%(field)s: %(what)s"), field=word, what=what) if word else what

    def _place(self) -> tuple[int | None, int | None, str]:
        """Number of the step, number of the part, name of the field, as far as the path says."""
        keys = [key for key in self.path.split(".") if key]
        if keys[:1] == ["methods"] and keys[1:2] and keys[1].isdecimal():
            keys = keys[2:]
        step = part = None
        if len(keys) > 1 and keys[0] in ("steps", "round_steps") and keys[1].isdecimal():
            number = int(keys[1]) + 1
            step, part = (number, None) if keys[0] == "steps" else (None, number)
            keys = keys[2:]
        names = [key for key in keys if not key.isdecimal()]
        known = [name for name in names if name in FIELD_NAMES]
        return step, part, known[0] if known else names[0] if names else ""


class MethodProblem(Invalid):
    """This is not a method. ``path`` and the message are of the first problem; ``problems`` has all of them, in the order of the file."""

    def __init__(self, path: str, text: str, params: dict[str, Any] | None = None, problems: Sequence[Problem] = ()) -> None:
        super().__init__("method-problem", N_("Deze werkvorm klopt nog niet"), text, **(params or {}))
        self.path = path
        self.problems: tuple[Problem, ...] = tuple(problems) or (Problem(path, text, params or {}),)

    def __str__(self) -> str:
        return self.problems[0].sentence()

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> MethodProblem:
        """From what was found; at least one."""
        first = problems[0]
        return cls(first.path, first.text, first.params, problems)
