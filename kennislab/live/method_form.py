"""A method as a form: from fields to plain data and back to what the page shows. What cannot be read stays as it was typed.

Rows are named by hidden fields (``row`` for steps, ``part`` for parts of a round) in the order of the page; ``<row>-title_nl`` and so
on hold them. The plain data has the shape of :mod:`kennislab.live.methods.model`, and goes through the same reader as a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from kennislab.core.text import tidy
from kennislab.live.methods.problems import MethodProblem
from kennislab.live.methods.schema import Method, definition

MOST_ROWS = 40
MOST_PARTS = 12
Data = dict[str, Any]


Sent = MultiDict[str, str]
"""What a browser sent."""


def blank() -> Data:
    """A new method with one step, to fill in."""
    return {
        "id": "",
        "name_nl": "",
        "family": "intervisie",
        "summary_nl": "",
        "use_when_nl": "",
        "group_size": {"min": 4, "ideal": 6, "max": 10},
        "total_minutes": 10,
        "roles": ["gespreksleider", "casusinbrenger", "adviseurs", "notulist", "tijdbewaker"],
        "steps": [new_step([])],
    }


def new_step(steps: list[Data]) -> Data:
    """One more step, with a key of its own."""
    return {
        "id": _free("stap", [step.get("id", "") for step in steps]),
        "title_nl": "",
        "minutes": 10,
        "minutes_min": 5,
        "minutes_max": 15,
        "scale": "fixed",
        "speaking": "deelnemers",
        "mode": "plenary",
        "input": "text",
        "outputs": ["inzicht"],
        "instruction_nl": "",
    }


def new_part(parts: list[Data]) -> Data:
    """One more part of a round."""
    return {
        "id": _free("deel", [part.get("id", "") for part in parts]),
        "title_nl": "",
        "minutes": 5,
        "speaking": "deelnemers",
        "instruction_nl": "",
        "outputs": [],
    }


def _free(stem: str, taken: list[str]) -> str:
    return next(key for number in range(1, len(taken) + 2) if (key := f"{stem}_{number}") not in taken)


def copy_of(method: Method, name: str) -> Data:
    """The data of a copy, under another name and without a key yet."""
    return {**definition(method), "id": "", "name_nl": name[:120], "name_en": ""}


def read_form(sent: Sent) -> Data:
    """The fields as plain data. Empty numbers are left out, strange ones stay text, so that the reader says what is wrong."""
    steps = [_step(sent, key) for key in sent.getlist("row")[:MOST_ROWS]]
    data: Data = {
        **_texts(sent, "", ("id", "name_nl", "family", "summary_nl", "use_when_nl"), ("name_en", "summary_en", "use_when_en", "note_nl")),
        "group_size": _numbers(sent, {"size_min": "min", "size_ideal": "ideal", "size_max": "max"}, whole=True),
        "roles": sent.getlist("roles")[:13],
        "steps": steps,
    }
    data |= _texts(sent, "", (), ("basis", "group_size_basis"))
    sources = [line for line in (tidy(line) for line in str(sent.get("sources", "")).splitlines()) if line]
    if sources:
        data["sources"] = sources
    rounds = _numbers(sent, {"rounds": "rounds"}, whole=True)
    if any(step["scale"] == "per_round" for step in steps):
        data |= rounds
    if any(step["scale"] == "per_station" for step in steps):
        plan = _numbers(sent, {"stations_min": "min", "stations_max": "max", "stations_people": "people"}, whole=True)
        data["stations"] = {"owner": _text(sent, "stations_owner"), **plan}
    parts = [_part(sent, key) for key in sent.getlist("part")[:MOST_PARTS]]
    if parts:
        data["round_steps"] = parts
    data["total_minutes"] = total(data)
    return data


def total(data: Mapping[str, Any]) -> float:
    """Minutes of all steps as far as they are numbers; a thousandth when there are none, which the reader will not take."""
    found = [step.get("minutes") for step in data["steps"]]
    return sum(one for one in found if isinstance(one, int | float)) or 0.001


def _text(sent: Sent, name: str) -> str:
    return tidy(str(sent.get(name, "")))[:1200]


def _texts(sent: Sent, prefix: str, needed: tuple[str, ...], optional: tuple[str, ...]) -> Data:
    found = {name: _text(sent, prefix + name) for name in (*needed, *optional)}
    return {name: text for name, text in found.items() if text or name in needed}


def _number(text: str, whole: bool) -> float | int | str:
    """A number as people write it (a comma is fine); the text itself when it is none."""
    if re.fullmatch(r"\d{1,6}", text):
        return int(text)
    if not whole and re.fullmatch(r"\d{1,6}[.,]\d{1,3}", text):
        return float(text.replace(",", "."))
    return text


def _numbers(sent: Sent, names: Mapping[str, str], whole: bool = False) -> Data:
    found = {name: _text(sent, field) for field, name in names.items()}
    return {name: _number(text, whole) for name, text in found.items() if text}


def _step(sent: Sent, key: str) -> Data:
    at = f"{key}-"
    step: Data = _texts(
        sent,
        at,
        ("id", "title_nl", "scale", "speaking", "mode", "input", "instruction_nl"),
        ("title_en", "instruction_en", "minutes_basis"),
    )
    step |= _numbers(sent, {f"{at}{name}": name for name in ("minutes", "minutes_min", "minutes_max")})
    if step["scale"] != "fixed":
        step |= _numbers(sent, {f"{at}minutes_per_unit": "minutes_per_unit"})
    step["outputs"] = sent.getlist(f"{at}outputs")[:14]
    for name in ("silent", "writing"):
        if chosen := sent.getlist(f"{at}{name}")[:13]:
            step[name] = chosen
    if sent.get(f"{at}added_for_kennislab", ""):
        step["added_for_kennislab"] = True
    if step["input"] in ("vote", "rating_1_5", "sort_warm_cold", "choice_with_reason"):
        step["choices"] = _choices(sent, at)
    if step["input"] == "matrix":
        step["columns"] = options(str(sent.get(f"{at}columns", "")))
    if step["mode"] == "small_groups":
        table = _numbers(sent, {f"{at}table_min": "min", f"{at}table_ideal": "ideal", f"{at}table_max": "max"}, whole=True)
        if table:
            step["table"] = table
    if seating := _text(sent, f"{at}seating"):
        step["seating"] = seating
        if of := _text(sent, f"{at}seating_of"):
            step["seating_of"] = of
    return step


def _choices(sent: Sent, at: str) -> Data:
    choices: Data = {"steps": sent.getlist(f"{at}choices_steps")[:40], "outputs": sent.getlist(f"{at}choices_outputs")[:14]}
    choices |= _numbers(sent, {f"{at}choices_votes": "votes"}, whole=True)
    if fixed := options(str(sent.get(f"{at}choices_options", ""))):
        choices["options"] = fixed
    return choices


def _part(sent: Sent, key: str) -> Data:
    at = f"{key}-"
    part = _texts(sent, at, ("id", "title_nl", "speaking", "instruction_nl"), ("title_en", "instruction_en", "input"))
    part |= _numbers(sent, {f"{at}minutes": "minutes"})
    part["outputs"] = sent.getlist(f"{at}outputs")[:14]
    for name in ("silent", "writing"):
        if chosen := sent.getlist(f"{at}{name}")[:13]:
            part[name] = chosen
    return part


def options(text: str) -> list[Data]:
    """Lines ``Kant A | Side A`` as options, each with a key made from its words."""
    found: list[Data] = []
    for line in text.splitlines()[:12]:
        dutch, _bar, english = (tidy(piece) for piece in line.partition("|"))
        if not dutch:
            continue
        plain = unicodedata.normalize("NFKD", dutch).encode("ascii", "ignore").decode().lower()
        key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50].strip("_") or "keuze"
        taken = [one["id"] for one in found]
        option = {"id": key if key not in taken else _free(key, taken), "title_nl": dutch}
        found.append(option | ({"title_en": english} if english else {}))
    return found


def lines(found: list[Data]) -> str:
    """Options as the lines that were typed."""
    return "\n".join(f"{one['title_nl']} | {one['title_en']}" if one.get("title_en") else str(one["title_nl"]) for one in found)


def act(data: Data, sent: Sent, what: str) -> str:
    """Does what a button in the form does to its rows: ``up:row3``, ``down:…``, ``remove:…``, ``add-step``, ``add-part``.

    Returns the id of the element that was moved or made, "" when nothing was.
    """
    verb, _colon, name = what.partition(":")
    if verb == "add-step" and len(data["steps"]) < MOST_ROWS:
        data["steps"].append(new_step(data["steps"]))
        return f"stap-{len(data['steps'])}"
    if verb == "add-part" and len(data.get("round_steps", [])) < MOST_PARTS:
        parts = data.setdefault("round_steps", [])
        parts.append(new_part(parts))
        return f"deel-{len(parts)}"
    for field, rows, anchor in (("row", data["steps"], "stap"), ("part", data.get("round_steps", []), "deel")):
        keys = sent.getlist(field)[: len(rows)]
        if name not in keys:
            continue
        at = keys.index(name)
        to = {"up": at - 1, "down": at + 1}.get(verb, at)
        if verb == "remove":
            del rows[at]
        elif 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
        data["total_minutes"] = total(data)
        return f"{anchor}-{min(max(to, 0), max(0, len(rows) - 1)) + 1}"
    return ""


def wrong_fields(problem: MethodProblem) -> dict[str, list[int]]:
    """Field of the form (``steps.2.minutes``) → which of the problems are about it, by their place in ``problem.problems``."""
    found: dict[str, list[int]] = {}
    for index, one in enumerate(problem.problems):
        keys = one.path.split(".")
        inside = len(keys) > 1 and keys[0] in ("steps", "round_steps") and keys[1].isdecimal()
        found.setdefault(".".join(keys[:3] if inside else keys[:1]), []).append(index)
    return found
