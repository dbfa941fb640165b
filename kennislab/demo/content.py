"""Reads the demo's YAML files into the records of :mod:`kennislab.demo.shapes`. A mistake is a :class:`ContentError` naming its file."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from kennislab.demo.shapes import (
    After,
    AgendaStep,
    Amended,
    Ballot,
    Before,
    City,
    Content,
    Decision,
    Evidence,
    Group,
    Harvest,
    Invited,
    Item,
    ItemKind,
    Lab,
    Looked,
    Merge,
    OwnField,
    Partaker,
    Person,
    Placing,
    Plan,
    PlanStep,
    Prompt,
    Proposal,
    Question,
    Ranks,
    Returned,
    Search,
    Theme,
)

try:  # libyaml is ten times as fast, where present
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

DATA = Path(__file__).parent / "data"
OWN_ORGANISATION = "Gemeente {} (voorbeeld)"
SECTIONS: dict[str, ItemKind] = {
    "bottlenecks": "bottleneck",
    "solutions": "solution",
    "insights": "insight",
    "lessons": "lesson",
    "opportunities": "linking_opportunity",
    "actions": "action",
}
Raw = Mapping[str, Any]
T = TypeVar("T")


class ContentError(ValueError):
    """Something in a data file that cannot be: which file, which record, what."""


class _Loader(SafeLoader):
    """YAML in which a key may stand only once: a second one would silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise ContentError(f"{key.start_mark.name}, line {key.start_mark.line + 1}: {key.value} stands there twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _read(path: Path) -> Any:
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=_Loader)  # a SafeLoader: it makes plain values only


def _email(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", ".", plain.lower()).strip(".") + "@voorbeeld.example"


class _Reader:
    """Looks up what records refer to, and says where a reference leads nowhere."""

    def __init__(self, programme: Raw, people: Raw, names: Callable[[str], str]) -> None:
        self.themes = {slug: Theme(slug, raw["label"], raw["about"]) for slug, raw in programme["themes"].items()}
        self.cities = {
            slug: City(slug, raw["code"], raw.get("district"), raw.get("succeeded_by")) for slug, raw in programme["municipalities"].items()
        }
        self.people = {slug: self._person(slug, raw, names) for slug, raw in people["people"].items()}
        self.where = "people.yaml"

    def _person(self, slug: str, raw: Raw, names: Callable[[str], str]) -> Person:
        city = self.city(raw["city"]) if "city" in raw else None
        home = raw.get("organisation") or (OWN_ORGANISATION.format(names(city.code)) if city else "")
        return Person(slug, raw["name"], raw["work"], home, city, _email(raw["name"]))

    def _find(self, what: str, table: Mapping[str, T], slug: str) -> T:
        if slug not in table:
            raise ContentError(f"{self.where}: no {what} {slug!r}")
        return table[slug]

    def city(self, slug: str) -> City:
        return self._find("municipality", self.cities, slug)

    def person(self, slug: str) -> Person:
        return self._find("person", self.people, slug)

    def persons(self, slugs: Iterable[str]) -> tuple[Person, ...]:
        return tuple(self.person(slug) for slug in slugs)

    def theme_list(self, slugs: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._find("theme", self.themes, slug).slug for slug in slugs)

    def lab(self, path: Path) -> Lab:
        raw = _read(path)
        self.where = path.name
        if "contributions" in raw:
            sent: Raw = raw["contributions"]
            items = [self.item(entry["id"], entry["kind"], entry) for part in ("now", "later") for entry in sent[part]]
            now = len(sent["now"])
        else:
            items = [self.item(slug, kind, entry) for section, kind in SECTIONS.items() for slug, entry in raw[section].items()]
            now = 0
        return Lab(
            quarter=raw["quarter"], title=raw["title"], theme=self.theme_list([raw["theme"]])[0], day=raw["date"], start=raw["start"],
            host=self.city(raw["host"]), venue=raw["venue"], deadline=raw["deadline"], facilitator=self.person(raw["facilitator"]),
            agenda=tuple(
                AgendaStep(**{**step, "kinds": tuple(step.get("kinds", ()))}) for step in raw["agenda"]
            ),
            groups=tuple(self.group(slug, entry) for slug, entry in raw["groups"].items()),
            questions=tuple(self.question(slug, entry) for slug, entry in raw["questions"].items()),
            items=tuple(items), now=now,
            proposals=tuple(Proposal(slug, p["label"], tuple(p["questions"])) for slug, p in raw.get("proposals", {}).items()),
            ballot=self.ballot(raw["ballot"], raw["votes"]) if "ballot" in raw else None,
            harvest=self.harvest(raw["harvest"]) if "harvest" in raw else Harvest(), kind=raw.get("kind", "knowledge_lab"),
        )  # fmt: skip

    def group(self, slug: str, raw: Raw) -> Group:
        return Group(
            slug, raw["name"], self.person(raw["leader"]), self.theme_list(raw["themes"]), raw.get("room", ""), raw.get("proposal")
        )

    def question(self, slug: str, raw: Raw) -> Question:
        return Question(
            slug=slug, text=raw["text"], by=self.person(raw["by"]), group=raw.get("group"), themes=self.theme_list(raw["themes"]),
            context=raw.get("context", ""), tried=raw.get("tried", ""), co=self.persons(raw.get("co", ())),
            support=self.persons(raw.get("support", ())), returns=raw.get("returns"),
        )  # fmt: skip

    def item(self, slug: str, kind: ItemKind, raw: Raw) -> Item:
        origin = raw.get("from", ())
        owner = self.person(raw["owner"]) if "owner" in raw else None
        return Item(
            slug=slug, kind=kind, text=raw["text"], by=self.person(raw["by"] if "by" in raw else raw["owner"]),
            themes=self.theme_list(raw["themes"]), consent=raw.get("consent", "programme"), anonymous=raw.get("anonymous", False),
            group=raw.get("group"), question=raw.get("question"), answers=raw.get("answers"),
            origin=(origin,) if isinstance(origin, str) else tuple(origin),
            evidence=tuple(self.evidence(e) for e in raw.get("evidence", ())),
            owner=owner, due=raw.get("due"), status=raw.get("status", "open" if kind == "action" else ""), note=raw.get("note", ""),
            until=raw.get("until"),
        )  # fmt: skip

    def evidence(self, raw: Raw) -> Evidence:
        return Evidence(self.city(raw["city"]), raw["status"], raw["at"], raw["note"], raw.get("district", ""))

    def ballot(self, raw: Raw, votes: Raw) -> Ballot:
        cast = tuple((self.person(slug), tuple(dots)) for slug, dots in votes.items())
        return Ballot(raw["title"], raw["kind"], raw["budget"], tuple(raw["choices"]), cast)

    def harvest(self, raw: Raw) -> Harvest:
        return Harvest(
            merge=tuple(Merge(m["keep"], tuple(m["from"]), m["text"]) for m in raw["merge"]),
            edit=tuple((e["id"], e["text"]) for e in raw["edit"]),
            leave_out=frozenset(raw["leave_out"]),
            groups=tuple(raw.get("groups", ())),
        )

    def looked(self, raw: Raw) -> Looked:
        return Looked(self.persons(raw["approved"]), raw["corrected"], frozenset(raw["withdrawn"]), raw["limited"])

    def after(self, raw: Raw) -> After:
        return After(
            prompts=tuple(
                Prompt(one["item"], self.person(one["of"]), one["days"], one.get("answer", ""), one.get("note", ""))
                for one in raw["prompts"]
            ),
            corrections=tuple(Amended(one["item"], self.person(one["by"]), one["days"], one["text"]) for one in raw["corrections"]),
            searches=tuple(Search(self.person(one["by"]), one["name"], one["days"], one["query"], one["every"]) for one in raw["searches"]),
        )

    def before(self, raw: Raw) -> Before:
        said, placing = raw["invited"], raw["placing"]
        (own,) = raw["form"]
        leads = {self.person(slug).slug for slug in raw["can_lead"]}
        solved = {self.person(slug).slug: tuple(groups) for slug, groups in raw["solved"].items()}
        return Before(
            invited=Invited(
                self.by_person(said["bounced"]), self.by_person(said["away"]), self.slugs(said["late"]), self.slugs(said["silent"]),
                self.by_person(said["notes"]),
            ),
            own_field=OwnField(
                own["label"], own["help"], tuple(own["options"]),
                {slug: option for option, slugs in raw["answers"].items() for slug in slugs},
            ),
            named={slug: self.persons(people) for slug, people in raw["named"].items()},
            joined={slug: self.by_person(people) for slug, people in raw["joined"].items()},
            carried=frozenset(raw["carried"]), edited=raw["edited"],
            merged={slug: self.by_person(people) for slug, people in raw["merged"].items()},
            merged_late={slug: self.by_person(people) for slug, people in raw["merged_late"].items()},
            returned=tuple(Returned(self.person(one["by"]), one["text"], one["remark"]) for one in raw["returned"]),
            proposal=raw["proposal"],
            rankings={
                slug: Ranks(tuple(choices.split()), solved.get(slug, ()), slug in leads)
                for slug, choices in self.by_person(raw["rankings"]).items()
            },
            still_choosing=self.slugs(raw["still_choosing"]),
            placing=Placing(
                (placing["size"][0], placing["size"][1]), placing["per_municipality"], self.pairs(placing["together"]),
                self.pairs(placing["apart"]), self.by_person(placing["pinned"]), placing["methods"],
            ),
        )  # fmt: skip

    def slugs(self, slugs: Iterable[str]) -> frozenset[str]:
        return frozenset(person.slug for person in self.persons(slugs))

    def by_person(self, raw: Mapping[str, str]) -> dict[str, str]:
        return {self.person(slug).slug: said for slug, said in raw.items()}

    def pairs(self, raw: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(person.slug for person in self.persons(people)) for people in raw)

    def plan(self, slug: str, raw: Raw) -> Plan:
        steps = tuple(PlanStep(s["title"], s["who"], s["when"], s["text"], tuple(s["sources"])) for s in raw["steps"])
        return Plan(
            slug=slug, title=raw["title"], summary=raw["summary"], authors=self.persons(raw["authors"]),
            themes=self.theme_list(raw["themes"]), state=raw["state"], made=raw["made"], approved=raw["approved"],
            public_on=raw["public_on"], steps=steps,
        )  # fmt: skip

    def decision(self, year: int, raw: Raw, partakers: Mapping[str, Partaker]) -> Decision:
        partaker = self._find("participant", partakers, raw["name"])
        return Decision(year, partaker, raw["status"], self.person(raw["by"]), raw["at"], raw["why"])


@lru_cache(maxsize=1)
def municipality_register() -> dict[str, tuple[str, date | None, date | None]]:
    """The shipped register: code to name, first day and last day."""
    path = Path(__file__).parent.parent / "programme" / "data" / "municipalities.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: (row["name"], _day(row["valid_from"]), _day(row["valid_until"])) for row in csv.DictReader(file)}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=1)
def load_content() -> Content:
    """All of the demo's content, read once. Rules about what it says are in :mod:`kennislab.demo.check`."""
    register = municipality_register()
    programme, people = _read(DATA / "programme.yaml"), _read(DATA / "people.yaml")
    reader = _Reader(programme, people, lambda code: register[code][0])
    partakers = {
        raw["name"]: Partaker(raw["name"], tuple(reader.city(slug) for slug in raw["municipalities"]), tuple(raw["years"]))
        for raw in programme["participants"]
    }
    labs = tuple(reader.lab(path) for path in sorted((DATA / "labs").glob("*.yaml")))
    harvesting = reader.lab(DATA / "deep-dive.yaml")
    looked = reader.looked(_read(DATA / "deep-dive.yaml")["looked"])
    reader.where = "after.yaml"
    after = reader.after(_read(DATA / "after.yaml"))
    reader.where = "before.yaml"
    before = reader.before(_read(DATA / "before.yaml"))
    reader.where = "products.yaml"
    plans = tuple(reader.plan(slug, raw) for slug, raw in _read(DATA / "products.yaml")["plans"].items())
    reader.where = "decisions.yaml"
    decisions = tuple(reader.decision(year, raw, partakers) for year, rows in _read(DATA / "decisions.yaml").items() for raw in rows)
    about = programme["programme"]
    return Content(
        name=about["name"], description=about["description"], note=about["note"], starts=about["starts"], ends=about["ends"],
        retention_months=about["retention_months"],
        themes=reader.themes, cities=reader.cities, partakers=tuple(partakers.values()), people=reader.people,
        coordinator=reader.person(people["coordinator"]), facilitators=reader.persons(people["facilitators"]),
        labs=labs, harvesting=harvesting, looked=looked, before=before, after=after, plans=plans, decisions=decisions,
    )  # fmt: skip
