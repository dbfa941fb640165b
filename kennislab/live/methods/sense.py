"""Whether a method of the right shape can be run: times, roles, choices, tables and stations that fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kennislab.core.errors import N_
from kennislab.live.methods.model import Method, Part, Step
from kennislab.live.methods.problems import Problem

SLACK = 0.5
"""Minutes that sums may be off: sources round."""
TABLES = ("pairs", "trios", "fours", "small_groups")
CHOOSING = ("vote", "rating_1_5", "sort_warm_cold", "choice_with_reason")


def problems(method: Method, at: str = "") -> list[Problem]:
    """Everything that does not make sense, in the order of the file. ``at``: path of the method in its file, with a dot."""
    return [Problem(at + path, text, params) for path, text, params in _all(method)]


Found = tuple[str, str, dict[str, Any]]


def _all(method: Method) -> Iterator[Found]:
    size = method.group_size
    if not size.min <= size.ideal <= size.max:
        yield "group_size", N_("het beste aantal ligt tussen het minste en het meeste."), {}
    total = sum(step.minutes for step in method.steps)
    if abs(total - method.total_minutes) > SLACK:
        yield "total_minutes", N_("de stappen duren samen %(sum)g minuten, niet %(said)g."), {"sum": total, "said": method.total_minutes}
    yield from _doubles("roles", list(method.roles), N_("deze rol staat er twee keer: %(name)s."))
    yield from _rounds(method)
    yield from _stations(method)
    seen: set[str] = set()
    for index, step in enumerate(method.steps):
        at = f"steps.{index}"
        if step.id in seen:
            yield f"{at}.id", N_("deze sleutel is al van een andere stap: %(name)s."), {"name": step.id}
        seen.add(step.id)
        yield from _times(at, method, step)
        yield from _voices(at, method, step)
        yield from _choices(at, method, index)
        yield from _tables(at, method, index)


def _doubles(path: str, names: list[str], text: str) -> Iterator[Found]:
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield path, text, {"name": name}


def _rounds(method: Method) -> Iterator[Found]:
    scaled = [step for step in method.steps if step.scale != "fixed"]
    if any(step.scale == "per_round" for step in scaled) and method.rounds is None:
        yield "rounds", N_("een stap per ronde vraagt een aantal rondes."), {}
    if method.rounds is not None and not any(step.scale == "per_round" for step in scaled):
        yield "rounds", N_("geen enkele stap gaat per ronde."), {}
    if not method.round_steps:
        return
    if len(scaled) != 1:
        yield "round_steps", N_("delen van een ronde horen bij precies één stap die zich herhaalt."), {}
        return
    unit = scaled[0].minutes_per_unit or 0
    total = sum(part.minutes for part in method.round_steps)
    if abs(total - unit) > SLACK:
        yield "round_steps", N_("de delen duren samen %(sum)g minuten, een ronde %(said)g."), {"sum": total, "said": unit}
    yield from _doubles("round_steps", [part.id for part in method.round_steps], N_("deze sleutel is al van een ander deel: %(name)s."))
    for index, part in enumerate(method.round_steps):
        at = f"round_steps.{index}"
        yield from _voices(at, method, part)
        if part.input not in (None, "none", "text", "multi_text"):
            yield f"{at}.input", N_("in een deel van een ronde schrijven telefoons, of niets."), {}
        strange = [word for word in part.outputs if word not in scaled[0].outputs]
        if strange:
            yield f"{at}.outputs", N_("de stap zelf levert dit niet op: %(name)s."), {"name": strange[0]}


def _stations(method: Method) -> Iterator[Found]:
    wanted = any(step.scale == "per_station" for step in method.steps)
    if wanted and method.stations is None:
        yield "stations", N_("een stap per station vraagt hoeveel stations er zijn."), {}
    if method.stations is None:
        return
    if not wanted:
        yield "stations", N_("geen enkele stap gaat per station."), {}
    if method.stations.min > method.stations.max:
        yield "stations", N_("het minste aantal is groter dan het meeste."), {}
    if method.stations.owner not in method.roles:
        yield "stations.owner", N_("deze rol staat niet bij de rollen: %(name)s."), {"name": method.stations.owner}


def _times(at: str, method: Method, step: Step) -> Iterator[Found]:
    if step.minutes_min > step.minutes_max:
        yield f"{at}.minutes_min", N_("de minste minuten zijn meer dan de meeste."), {}
    elif not step.minutes_min <= step.minutes <= step.minutes_max:
        yield f"{at}.minutes", N_("liggen niet tussen %(least)g en %(most)g."), {"least": step.minutes_min, "most": step.minutes_max}
    if step.scale == "fixed" and step.minutes_per_unit is not None:
        yield f"{at}.minutes_per_unit", N_("een stap die één keer gaat, heeft geen minuten per keer."), {}
    if step.scale != "fixed" and step.minutes_per_unit is None:
        yield f"{at}.minutes_per_unit", N_("een stap die zich herhaalt, vraagt minuten per keer."), {}
    if step.minutes_per_unit is not None and step.minutes_per_unit > step.minutes:
        yield f"{at}.minutes_per_unit", N_("één keer duurt langer dan de hele stap."), {}
    if step.scale == "per_station" and step.mode != "small_groups":
        yield f"{at}.mode", N_("langs stations ga je in kleine groepen."), {}


def _voices(at: str, method: Method, step: Step | Part) -> Iterator[Found]:
    roles = {*method.roles, "deelnemers"}
    for path, names in (("speaking", [step.speaking]), ("silent", step.silent), ("writing", step.writing)):
        for name in names:
            if name not in roles:
                yield f"{at}.{path}", N_("deze rol staat niet bij de rollen: %(name)s."), {"name": name}
    lists: dict[str, list[str]] = {"silent": [*step.silent], "writing": [*step.writing], "outputs": [*step.outputs]}
    for path, all_names in lists.items():
        yield from _doubles(f"{at}.{path}", all_names, N_("staat er twee keer: %(name)s."))
    both = [name for name in step.silent if name == step.speaking or name in step.writing]
    if both:
        yield f"{at}.silent", N_("wie zwijgt, kan niet ook spreken of schrijven: %(name)s."), {"name": both[0]}
    if step.input not in (None, "none") and not step.outputs:
        yield f"{at}.outputs", N_("zeg wat telefoons hier mogen sturen."), {}


def _choices(at: str, method: Method, index: int) -> Iterator[Found]:
    step = method.steps[index]
    if step.input == "matrix" and len(step.columns) < 2:
        yield f"{at}.columns", N_("een tabel heeft twee of meer kolommen."), {}
    if step.input != "matrix" and step.columns:
        yield f"{at}.columns", N_("alleen een tabel heeft kolommen."), {}
    yield from _doubles(f"{at}.columns", [one.id for one in step.columns], N_("staat er twee keer: %(name)s."))
    if step.choices is None:
        if step.input in CHOOSING:
            yield f"{at}.choices", N_("zeg waaruit gekozen wordt."), {}
        return
    if step.input not in CHOOSING:
        yield f"{at}.choices", N_("in deze stap wordt niets gekozen."), {}
    choices = step.choices
    yield from _doubles(f"{at}.choices.options", [one.id for one in choices.options], N_("staat er twee keer: %(name)s."))
    if not choices.steps and not choices.options:
        yield f"{at}.choices", N_("zeg waaruit gekozen wordt."), {}
    if choices.steps and not choices.outputs:
        yield f"{at}.choices", N_("zeg welke opbrengst gekozen wordt."), {}
    if step.input == "sort_warm_cold" and set(choices.outputs) != {"vraag"}:
        yield f"{at}.choices", N_("warm, neutraal en koud zijn voor vragen."), {}
    for name in choices.steps:
        place = method.places.get(name)
        if place is None or place > index:
            yield f"{at}.choices", N_("deze stap komt niet eerder: %(name)s."), {"name": name}
        elif place == index and step.input != "vote":
            yield f"{at}.choices", N_("alleen in een stemming kan ook verzameld worden."), {}
    known = {word for name in choices.steps if name in method.places for word in method.steps[method.places[name]].outputs}
    strange = [word for word in choices.outputs if word not in known]
    if strange and known:
        yield f"{at}.choices", N_("die stappen leveren dit niet op: %(name)s."), {"name": strange[0]}


def _tables(at: str, method: Method, index: int) -> Iterator[Found]:
    step = method.steps[index]
    if step.table is not None:
        if step.mode != "small_groups":
            yield f"{at}.table", N_("alleen kleine groepen hebben een eigen aantal."), {}
        if not step.table.min <= step.table.ideal <= step.table.max:
            yield f"{at}.table", N_("het beste aantal ligt tussen het minste en het meeste."), {}
    if (step.seating is None) != (step.seating_of is None):
        yield f"{at}.seating_of", N_("nieuwe tafels en de stap waar ze van afhangen horen bij elkaar."), {}
    if step.seating is None or step.seating_of is None:
        return
    place = method.places.get(step.seating_of)
    if place is None or place >= index:
        yield f"{at}.seating_of", N_("deze stap komt niet eerder: %(name)s."), {"name": step.seating_of}
        return
    other = method.steps[place]
    if step.mode not in TABLES:
        yield f"{at}.seating", N_("hier zit niemand aan tafels."), {}
    if step.seating == "home" and other.scale != "per_station":
        yield f"{at}.seating_of", N_("die stap gaat niet langs stations."), {}
    if step.seating != "home" and (other.mode not in TABLES or other.scale == "per_station"):
        yield f"{at}.seating_of", N_("in die stap zit niemand aan vaste tafels."), {}
