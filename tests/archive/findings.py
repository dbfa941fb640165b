"""An archive in which some things are for everybody, some for a programme, some for its staff, and some for nobody who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.archive import following, operations, reindexing, sealing
from kennislab.archive.models import ActionStatus, ArchiveItem, Consent, Outcome, Status
from kennislab.core import clock
from kennislab.core.transaction import Tx, transaction
from kennislab.products import operations as products
from kennislab.products.operations import ProductData, StepDraft
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from tests.archive.rooms import Said, hold_a_lab, item_of
from tests.factories.world import bring_to

PRODUCTS = {
    "public": "Stappenplan wijkbudget",
    "early": "Checklist wijkbudget vroeg",
    "draft": "Concept wijkbudget",
    "early elsewhere": "Vlonder wijkbudget vroeg",
}
ELSEWHERE = "Een wijkbudget bij de vlonder."
HIDDEN = ("wethouder", "vlonder")
"""Words of what stays in a group and of another programme: nobody here may come across them."""


@dataclass
class Found:
    """The first programme, and who runs the other one."""

    said: Said
    elsewhere_id: int
    elsewhere: Actor
    public_ids: dict[str, str]


def filled(app: Flask) -> Found:
    """A sealed lab with all that belongs to it, a planned one, products at every stage, and a second programme with its own."""
    said = hold_a_lab(app)
    with app.app_context():
        with transaction() as tx:
            lab, staff = tx.session.get_one(Lab, said.world.lab_id), said.actor("coordinator")
            operations.confirm_all(tx, lab)
            sealing.seal(tx, lab, staff)
            following.report_outcome(tx, item_of(tx, said, "purse"), "GM0855", Outcome.WORKED, "", None, staff)
            following.update_action(tx, item_of(tx, said, "plan"), ActionStatus.DONE, "Gebeld.", staff)
            start = clock.now() + timedelta(days=30)
            programmes.plan_lab(tx, lab.programme, programmes.LabData("Winterlab over warmte", start, start + timedelta(hours=3), start))
            other = programmes.create_programme(tx, name="Elders")
            person = accounts.create_person(tx, name="Elsa Elders", email="elsa@voorbeeld.example", municipality_code="GM0503")
            accounts.set_role(tx, person, other.id, Role.COORDINATOR)
            elsa = Actor(person.id, person.name, "GM0503", {other.id: Role.COORDINATOR})
            add_item(tx, other.id, ELSEWHERE, elsa)
            made = {
                name: _product(tx, other.id if "elsewhere" in name else lab.programme_id, title, name) for name, title in PRODUCTS.items()
            }
        reindexing.reindex()
    return Found(said, other_id(elsa), elsa, made)


def other_id(actor: Actor) -> int:
    """The programme that somebody belongs to."""
    return next(iter(actor.roles))


def add_item(tx: Tx, programme_id: int, text: str, by: Actor, consent: str = "programme", kind: str = "solution") -> ArchiveItem:
    """One more sealed lab, with this alone in it."""
    programme = tx.session.get_one(programmes.Programme, programme_id)
    now = clock.now()
    lab = programmes.plan_lab(tx, programme, programmes.LabData(f"Lab van {now:%H:%M:%S}", now, now + timedelta(hours=1), now))
    bring_to(tx, lab, LabState.HARVESTING, by)
    item = ArchiveItem(
        lab=lab, programme_id=programme_id, kind=kind, text=text, original_text=text, quarter=lab.quarter, themes=["Geld"],
        consent=Consent(consent), reach_given=Consent(consent), status=Status.CONFIRMED, source_kind="added", group_name="Warm",
    )  # fmt: skip
    tx.session.add(item)
    tx.session.flush()
    sealing.seal(tx, lab, by)
    return item


def _product(tx: Tx, programme_id: int, title: str, name: str) -> str:
    product = products.create(tx, programme_id, ProductData(title, steps=[StepDraft("Vraag het", "Vraag de bewoners.")], tags=["Geld"]))
    if not name.startswith("draft"):
        products.give_early_access(tx, product, date.today() if name == "public" else None)
    return product.public_id
