"""Two sealed labs and a product that hang together in every way there is, written straight into the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.archive import tracing
from kennislab.archive.models import ArchiveItem, Consent, Correction, Evidence, ItemLink, LinkKind, Outcome, SeatedIn, Status
from kennislab.archive.provenance import Chain
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.transaction import Tx, transaction
from kennislab.products import operations as products
from kennislab.products.operations import ProductData, StepDraft
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from kennislab.questions.models import KnowledgeQuestion, Lineage, QuestionStatus
from tests.factories.world import World, make_world


@dataclass
class Woven:
    """The world, and ids of items by a short name."""

    app: Flask
    world: World
    labs: list[int]
    other_id: int
    ids: dict[str, str] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    product: str = ""

    def actor(self, role: str = "participant") -> Actor:
        """Who reads; *other* is a participant who sat in no group."""
        if role == "other":
            return Actor(self.other_id, "Ander", "GM0503", {self.world.programme_id: Role.PARTICIPANT})
        roles = {} if role == "outsider" else {self.world.programme_id: Role(role)}
        return Actor(self.world.people[role], role.title(), "GM0855", roles)

    def chain(self, name: str, role: str = "participant") -> Chain:
        """The chain of an item, as this reader gets it."""
        with self.app.app_context():
            return tracing.chain(db.session(), self.actor(role), db.session.get_one(ArchiveItem, self.ids[name]))

    def name(self, key: str) -> str:
        """The short name of a node, or its key."""
        known = {f"kaart-{id_}": name for name, id_ in self.ids.items()} | {f"vraag-{id_}": name for name, id_ in self.questions.items()}
        return known.get(key, key)

    def told(self, chain: Chain) -> set[tuple[str, str, str]]:
        """The edges by short names; of places and leaves their words."""
        words = {node.key: self.name(node.key) if self.name(node.key) != node.key else node.label for node in chain.nodes}
        return {(words[edge.earlier], edge.kind, words[edge.later]) for edge in chain.edges}


def item(tx: Tx, woven: Woven, lab: int, name: str, kind: str, text: str, **more: Any) -> ArchiveItem:
    """One confirmed item, of the participant of Tilburg unless said otherwise."""
    consent = more.pop("consent", Consent.PROGRAMME)
    values = {
        "municipality_code": "GM0855", "themes": ["Geld"], "group_name": "Werkgroep Geld", "step_title": "Knelpunten ophalen",
        "status": Status.CONFIRMED, "source_kind": "added", "source_id": None, "person_id": woven.world.people["participant"], **more,
    }  # fmt: skip
    row = tx.session.get_one(Lab, woven.labs[lab])
    made = ArchiveItem(
        lab=row, programme_id=row.programme_id, kind=kind, text=text, original_text=text, quarter=row.quarter, consent=consent,
        reach_given=consent, **values,
    )  # fmt: skip
    tx.session.add(made)
    tx.session.flush()
    woven.ids[name] = made.id
    return made


def question(tx: Tx, woven: Woven, lab: int, name: str, text: str, status: QuestionStatus = QuestionStatus.SUBMITTED) -> KnowledgeQuestion:
    """One knowledge question as it was before the day."""
    made = KnowledgeQuestion(
        lab_id=woven.labs[lab], asker_id=woven.world.people["participant"], asker_name="Participant", municipality_code="GM0855", text=text,
        status=status, submitted_at=clock.now(),
    )  # fmt: skip
    tx.session.add(made)
    tx.session.flush()
    woven.questions[name] = made.public_id
    return made


def weave(app: Flask) -> Woven:
    """Question → theme → group → step → bottleneck → solution → lesson → action → paragraph, twice tied between two labs."""
    world = make_world(app, "planned")
    with app.app_context(), transaction() as tx:
        other = accounts.create_person(tx, name="Ander", email="ander@voorbeeld.example", municipality_code="GM0503")
        accounts.set_role(tx, other, world.programme_id, Role.PARTICIPANT)
        first, start = tx.session.get_one(Lab, world.lab_id), clock.now()
        second = programmes.clone_lab(
            tx, first, programmes.LabData("Tweede lab", start + timedelta(days=90), start + timedelta(days=90, hours=6), start)
        )
        woven = Woven(app, world, [first.id, second.id], other.id)
        for lab in (first, second):
            lab.state = LabState.ARCHIVED
        _first_lab(tx, woven)
        _second_lab(tx, woven)
        tx.session.add(SeatedIn(lab_id=first.id, group_name="Werkgroep Geld", person_id=world.people["participant"]))
        steps = [
            StepDraft("Geef het geld vrij", "Begin in januari.", sources=(woven.ids["lesson"], woven.ids["purse"])),
            StepDraft("Zonder bron"),
        ]
        product = products.create(tx, world.programme_id, ProductData("Zo werkt een wijkbudget", steps=steps))
        products.give_early_access(tx, product, None)
        woven.product = product.public_id
    return woven


def _first_lab(tx: Tx, woven: Woven) -> None:
    def link(start: str, end: str, kind: LinkKind) -> None:
        tx.session.add(ItemLink(from_id=woven.ids[start], to_id=woven.ids[end], kind=kind))

    asked = question(tx, woven, 0, "asked", "Hoe komt het geld eerder bij de wijk?")
    twin = question(tx, woven, 0, "twin", "Wanneer komt het budget vrij?", QuestionStatus.MERGED)
    tx.session.add(Lineage(question_id=asked.id, from_id=twin.id, how="merged"))
    item(tx, woven, 0, "question", "question", asked.text, source_kind="question", source_id=asked.public_id, step_title=None)
    item(tx, woven, 0, "slow", "bottleneck", "Het budget komt te laat vrij.")
    link("slow", "question", LinkKind.QUESTION)
    item(tx, woven, 0, "part", "bottleneck", "Geld is er pas in juni.", status=Status.MERGED, merged_into_id=woven.ids["slow"])
    purse = item(tx, woven, 0, "purse", "solution", "Geef bewoners een wijkbudget.", answers_id=woven.ids["slow"])
    item(tx, woven, 0, "secret", "solution", "De wethouder tekent buiten de raad om.", answers_id=woven.ids["slow"], consent=Consent.GROUP)
    item(tx, woven, 0, "after_secret", "insight", "Een handtekening kan snel.", step_title=None)
    link("after_secret", "secret", LinkKind.ORIGIN)
    nobody = {"municipality_code": None, "person_id": None, "source_id": None}
    item(tx, woven, 0, "unnamed", "lesson", "Beloof niets zonder budget.", consent=Consent.PUBLIC_ANONYMOUS, **nobody)
    item(tx, woven, 0, "lesson", "lesson", "Als je het geld vroeg vrijgeeft, dan doen bewoners mee, want ze zien iets gebeuren.")
    link("lesson", "purse", LinkKind.ORIGIN)
    item(tx, woven, 0, "action", "action", "De brief aan de raad schrijven.", owner="Participant")
    link("action", "lesson", LinkKind.ORIGIN)
    item(tx, woven, 0, "rubbish", "solution", "Grapje.", answers_id=woven.ids["slow"], status=Status.DROPPED)
    item(tx, woven, 0, "alone", "insight", "In de zaal gezegd.", group_name=None, themes=[])
    day = date(2026, 3, 1)
    for code, status in (("GM0855", Outcome.WORKED), ("GM0503", Outcome.FAILED), ("GM0503", Outcome.TRIED)):
        tx.session.add(Evidence(item=purse, municipality_code=code, status=status, at=day, reporter="Participant"))
        day += timedelta(days=30)
    tx.session.add(Correction(item=purse, text="Het mag ook een straatbudget zijn.", by="Participant", at=clock.now()))


def _second_lab(tx: Tx, woven: Woven) -> None:
    again = question(tx, woven, 1, "again", "Hoe komt het geld eerder bij de straat?")
    asked = tx.session.query(KnowledgeQuestion).filter_by(public_id=woven.questions["asked"]).one()
    tx.session.add(Lineage(question_id=again.id, from_id=asked.id, how="carried"))
    place = {"themes": ["Regie"], "group_name": "Werkgroep Regie"}
    item(tx, woven, 1, "question2", "question", again.text, source_kind="question", source_id=again.public_id, step_title=None, **place)
    item(tx, woven, 1, "delft", "solution", "In Delft kreeg de straat een potje.", municipality_code="GM0503", **place)
    tx.session.add(ItemLink(from_id=woven.ids["delft"], to_id=woven.ids["purse"], kind=LinkKind.RELATED))
    whole = question(tx, woven, 1, "whole", "Hoe regel je geld en regie?", QuestionStatus.SPLIT)
    tx.session.add(Lineage(question_id=again.id, from_id=whole.id, how="split"))
