"""A programme in which everything that may not be told was said once, each with a word of its own, so that it can be looked for.

``Story`` says what differs between two worlds that nobody may be able to tell apart: who said what is anonymous, and when.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts import forgetting
from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person, Role
from kennislab.archive import checking, following, operations, prompts, sealing, searches
from kennislab.archive.asking import Asked
from kennislab.archive.models import ArchiveItem, Consent, Outcome, Seal, Status
from kennislab.core import clock, ids
from kennislab.core.transaction import Tx, transaction
from kennislab.live import operations as live
from kennislab.live.policies import LiveActor
from kennislab.products import operations as products
from kennislab.programme import operations as programmes
from kennislab.programme.models import District, Lab, LabState, Municipality, Programme
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.archive.rooms import do
from tests.factories.world import World, bring_to, make_world

BEGIN = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
NOW = BEGIN + timedelta(days=70)


@dataclass(frozen=True)
class Story:
    """Who says what is anonymous, whether that is before the others or after them, who asks the question without a name, and who tells
    of something anonymous what became of it (and where)."""

    speaker: str = "author"
    first: bool = True
    asker: str = "asker"
    reporter: str = "reporter"


PLACES = {"asker": "GM0363", "reporter": "GM0503"}


@dataclass
class Told:
    """The world, with the people by role, and the ids of what was made."""

    app: Flask
    world: World
    people: dict[str, int] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def browser(self, role: str) -> FlaskClient:
        """A browser in which this person is signed in; or nobody."""
        client = self.app.test_client()
        if role != "nobody":
            with self.app.app_context(), transaction() as tx:
                _record, secret = accounts.start_sign_in(tx, tx.session.get_one(Person, self.people[role]), life=timedelta(days=1))
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = secret, True
        return client

    def actor(self, role: str) -> Actor:
        """Who acts, in the programme."""
        kind = Role(role) if role in ("facilitator", "coordinator") else Role.PARTICIPANT
        return Actor(self.people[role], role.title(), "GM0855", {self.world.programme_id: kind})


# group, consent and text of each card; the speaker is the author
CARDS: dict[str, dict[str, Any]] = {
    "open": {"kind": "bottleneck", "text": "Iedereen mag qxopen lezen.", "consent": "public_city", "themes": ["Geld"]},
    "group": {"kind": "solution", "text": "Alleen hier geldt qxgroepkaart.", "consent": "group", "answers": "open"},
    "cleaned": {"kind": "insight", "text": "Mevrouw qxweggehaald zegt altijd nee.", "consent": "programme"},
    "dropped": {"kind": "bottleneck", "text": "Dit is qxvervallen onzin.", "consent": "public_city"},
    "part": {"kind": "bottleneck", "text": "Ook qxsamengevoegd mag lezen.", "consent": "public_city"},
    "back": {"kind": "bottleneck", "text": "Ik neem qxingetrokken terug.", "consent": "programme"},
    "called": {"kind": "solution", "text": "Bel eerst en kom dan langs.", "consent": "programme", "answers": "open"},
}
UNNAMED: dict[str, dict[str, Any]] = {
    "unnamed": {"kind": "solution", "text": "Zet een qxanoniem bankje neer.", "consent": "public_anonymous", "answers": "open"},
    "nearer": {"kind": "lesson", "text": "Beloof qxdichterbij nooit te veel.", "consent": "public_anonymous"},
}


class Chance:
    """Ids that follow from what was said last, so that two worlds have the same ones."""

    def __init__(self) -> None:
        self.random = random.Random("begin")

    def choice(self, letters: str) -> str:
        return self.random.choice(letters)

    def token_urlsafe(self, size: int) -> str:
        return "".join(self.random.choice(ids.CODE_ALPHABET) for _ in range(size + size // 3))


@contextmanager
def _same_ids() -> Iterator[Chance]:
    def named(target: ArchiveItem, args: Any, values: dict[str, Any]) -> None:
        values.setdefault("id", hashlib.sha256(values["original_text"].encode()).hexdigest()[:16])

    chance, real = Chance(), ids.secrets
    sa.event.listen(ArchiveItem, "init", named)
    ids.secrets = chance  # type: ignore[assignment]  # for as long as the world is made
    try:
        yield chance
    finally:
        ids.secrets = real
        sa.event.remove(ArchiveItem, "init", named)


def _person(tx: Tx, told: Told, role: str, name: str, code: str, *, joins: bool = True) -> None:
    person = accounts.create_person(tx, name=name, email=f"qxmail{role}@voorbeeld.example", municipality_code=code)
    if joins:
        accounts.set_role(tx, person, told.world.programme_id, Role.PARTICIPANT)
    told.people[role] = person.id


def _question(tx: Tx, told: Told, lab: Lab, name: str, asker: str, code: str) -> None:
    person = tx.session.get_one(Person, told.people[asker])
    question = KnowledgeQuestion(
        lab_id=lab.id, asker_id=person.id, asker_name=person.name, municipality_code=code, text=f"Hoe komt qxvraag{name} tot stand?",
        status=QuestionStatus.SUBMITTED, submitted_at=clock.now(), context=f"Wij deden qxuitleg{name}.",
    )  # fmt: skip
    tx.session.add(question)
    tx.session.flush()
    told.ids[f"question:{name}"] = question.public_id


def make(app: Flask, story: Story) -> tuple[Told, time_machine.Coordinates]:
    """The whole world, on a clock that stands still at its end (stop the traveller that is returned)."""
    traveller = time_machine.travel(BEGIN - timedelta(days=2), tick=False)
    watch = traveller.start()
    with _same_ids() as chance:
        told = Told(app, make_world(app, "collecting"))
        told.people |= told.world.people
        told.people["author"] = told.people["participant"]
        with app.app_context():
            with transaction() as tx:
                _settle(tx, told, story)
            with transaction() as tx:
                _day(tx, told, story, chance, watch)
            watch.move_to(BEGIN + timedelta(days=1))
            with transaction() as tx:
                _harvest(tx, told)
            watch.move_to(BEGIN + timedelta(days=9))
            with transaction() as tx:
                _afterwards(tx, told, story)
            checking.ask_and_remind(print)
            with transaction() as tx:
                forgetting.forget(tx, told.people["gone"], "self")
            watch.move_to(NOW)
            searches.tell(print), prompts.ask(print)
    return told, traveller


def _settle(tx: Tx, told: Told, story: Story) -> None:
    tx.session.add(Municipality(code="GM0363", name="Qxvragerstad", province="", valid_from=None, valid_until=None, tooi=""))
    tx.session.flush()
    for role, name in (("author", "Aafke Auteur"), ("facilitator", "Fenna Begeleider"), ("coordinator", "Cor Coördinator")):
        person = tx.session.get_one(Person, told.people[role])
        person.name, person.email = name, f"qxmail{role}@voorbeeld.example"
    _person(tx, told, "reader", "Rik Lezer", "GM0503")
    _person(tx, told, "third", "Thea Derde", "GM0503")
    _person(tx, told, "asker", "Vera Qxvraagster", "GM0363")
    _person(tx, told, "reporter", "Mia Qxmelder", "GM0503")
    _person(tx, told, "gone", "Gonda Qxvergeten", "GM0855")
    for role in ("reader", "author"):
        for kind in ("question", "bottleneck", "solution", "insight", "lesson", "action"):
            searches.keep(tx, told.actor(role), kind, Asked.of([("soort", kind)]), "day")
    tx.session.add(District(programme_id=told.world.programme_id, municipality_code="GM0855", name="Qxwijk"))
    lab = tx.session.get_one(Lab, told.world.lab_id)
    for name in ("open", "groep", "terug"):
        _question(tx, told, lab, name, "author", "GM0855")
    _question(tx, told, lab, "zondernaam", story.asker, PLACES[story.asker])
    told.ids["lab"] = lab.id
    bring_to(tx, lab, LabState.LIVE, told.actor("coordinator"))


def _day(tx: Tx, told: Told, story: Story, chance: Chance, watch: Any) -> None:
    watch.move_to(BEGIN)
    lab, staff = tx.session.get_one(Lab, told.world.lab_id), told.actor("coordinator")
    leader = LiveActor(f"f:{staff.person_id}", "facilitator", lab.id, staff.name, None, staff.person_id)
    seats: dict[str, LiveActor] = {}

    def op(label: str, who: LiveActor, **body: Any) -> dict[str, Any]:
        chance.random.seed(label)
        watch.shift(timedelta(seconds=17))
        return do(tx, who, **body)

    op("step", leader, type="step.go", to=str(lab.agenda[1].id), step_rev=0)
    for role, group in (("author", "Qxnoord"), ("third", "Qxzuid"), ("reader", "Qxoost"), ("gone", "Qxnoord")):
        person = tx.session.get_one(Person, told.people[role])
        made = op(f"group {group}", leader, type="group.add", name=group)["group"] if group not in told.ids else told.ids[group]
        told.ids[group] = made
        chance.random.seed(f"join {role}")
        guest = live.join(tx, lab.id, person.name, person.municipality_code, person.id).participant
        seats[role] = LiveActor(guest.id, "participant", lab.id, person.name, person.municipality_code, person.id)
        op(f"seat {role}", leader, type="participant.move", participant=guest.id, group=made)

    def say(who: str, cards: dict[str, dict[str, Any]]) -> None:
        for name, card in cards.items():
            more = {**card, "answers": told.said.get(card.get("answers", ""))}
            told.said[name] = op(f"say {name}", seats[who], type="contribution.add", **more)["contribution"]

    opening = {"open": CARDS["open"]}
    say("author", opening)
    if story.first:
        say(story.speaker, UNNAMED)
    say("author", {name: card for name, card in CARDS.items() if name not in opening})
    say("third", {"third": {"kind": "lesson", "text": "Wat Thea zegt, klopt.", "consent": "public_city"}})
    say("gone", {"gone": {"kind": "lesson", "text": "Ik, Gonda Qxvergeten, vind dit mooi.", "consent": "programme"}})
    if not story.first:
        say(story.speaker, UNNAMED)
    told.said["plan"] = op("plan", seats["author"], type="action.add", text="Nabellen", owner="Oene Qxeigenaar", due="2027-01-15")[
        "contribution"
    ]
    op("case", seats["author"], type="case.pitch", text="De qxvertrouwelijk wethouder.", confidential=True)
    programmes.move_lab(tx, lab, LabState.HARVESTING, staff)


def _of(tx: Tx, told: Told, name: str) -> ArchiveItem:
    if name in told.said:
        return tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.source_id == told.said[name])).one()
    return tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.source_id == told.ids[f"question:{name}"])).one()


def _harvest(tx: Tx, told: Told) -> None:
    lab, staff = tx.session.get_one(Lab, told.world.lab_id), told.actor("facilitator")
    items = {name: _of(tx, told, name) for name in (*told.said, "groep", "terug", "zondernaam")}
    operations.merge(tx, items["open"], [items["part"]], "Iedereen mag qxopen lezen.", staff)
    items["cleaned"].text = "Men zegt altijd nee."
    items["called"].contact, items["group"].contact = "Bea Qxbellen", "Gre Qxgroepsbellen"
    operations.set_consent(tx, items["nearer"], Consent.PROGRAMME)
    checking.limit_own(tx, items["groep"], Consent.GROUP)
    checking.limit_own(tx, items["zondernaam"], Consent.PUBLIC_ANONYMOUS)
    for name in ("back", "terug"):
        checking.withdraw_own(tx, items[name])
    operations.drop(tx, items["dropped"])
    operations.confirm_all(tx, lab)
    tx.session.flush()
    checking.settle(tx, lab, "Het is een proef.")
    sealing.seal(tx, lab, staff)
    told.ids |= {f"item:{name}": item.id for name, item in items.items()}


def _afterwards(tx: Tx, told: Told, story: Story) -> None:
    """The ledger of what is anonymous, a lab of which the harvest goes on, one that is planned, products, and another programme."""
    session, lab = tx.session, tx.session.get_one(Lab, told.world.lab_id)
    by = told.actor("coordinator")
    unnamed = session.get_one(ArchiveItem, told.ids["item:unnamed"])
    following.report_outcome(
        tx, unnamed, PLACES[story.reporter], Outcome.FAILED, "Het lukte qxnotitie niet.", None, told.actor(story.reporter)
    )
    other = programmes.clone_lab(tx, lab, programmes.LabData("Oogstlab", BEGIN, BEGIN + timedelta(hours=6), BEGIN))
    bring_to(tx, other, LabState.HARVESTING, by)
    start = NOW + timedelta(days=9)
    planned = programmes.clone_lab(tx, lab, programmes.LabData("Volgend lab", start, start + timedelta(hours=6), start))
    bring_to(tx, planned, LabState.COLLECTING, by)
    fresh = _card(other, told.people["author"], "Nog qxoogstkaart te bekijken.", Status.DRAFT)
    session.add(fresh)
    session.flush()
    draft = products.from_items(tx, lab.programme_id, "Qxconcept", [unnamed])
    early = products.from_items(tx, lab.programme_id, "Qxeerste stappen", [unnamed, session.get_one(ArchiveItem, told.ids["item:called"])])
    products.give_early_access(tx, early, date(2027, 6, 1))
    told.ids |= {"harvest": other.id, "planned": planned.id, "draft": draft.public_id, "early": early.public_id, "item:oogst": fresh.id}

    elsewhere: Programme = programmes.create_programme(tx, name="Ander programma")
    accounts.set_role(tx, session.get_one(Person, told.people["outsider"]), elsewhere.id, Role.PARTICIPANT)
    session.get_one(Person, told.people["outsider"]).email = "qxmailoutsider@voorbeeld.example"
    far = programmes.plan_lab(tx, elsewhere, programmes.LabData("Ver lab", BEGIN, BEGIN + timedelta(hours=6), BEGIN))
    boss = Actor(told.people["coordinator"], "Cor", None, {elsewhere.id: Role.COORDINATOR})
    bring_to(tx, far, LabState.HARVESTING, boss)
    session.add(_card(far, None, "Heel qxelders werkt het.", Status.CONFIRMED))
    session.flush()
    sealing.seal(tx, far, boss)
    told.ids |= {"far": far.id, "elsewhere": elsewhere.id}
    assert session.get(Seal, far.id) and session.get(Seal, lab.id)


def _card(lab: Lab, person: int | None, text: str, status: Status) -> ArchiveItem:
    return ArchiveItem(
        lab=lab, programme_id=lab.programme_id, kind="solution", text=text, original_text=text, quarter=lab.quarter, source_kind="added",
        consent=Consent.PROGRAMME, reach_given=Consent.PROGRAMME, status=status, person_id=person, municipality_code="GM0855",
    )  # fmt: skip
