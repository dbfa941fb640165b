"""What may not be told is told nowhere: every page, file, feed and mail, as everybody, searched for words that only some may read.

:data:`MAY_READ` is the whole of it. And two worlds that differ in nothing but who said what is anonymous, when, and who told of it
afterwards, are the same to everybody who takes part, to the last byte.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.archive import operations, reporting
from kennislab.archive.changing import UNORDERED, out_of_order
from kennislab.archive.models import ArchiveItem, Consent
from kennislab.archive.sealed import package
from kennislab.archive.sealed.mdto import Keeping
from kennislab.core.db import db
from kennislab.core.errors import Invalid
from kennislab.core.ids import is_uuid7, new_id
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
from tests.archive.opened import WRITERS, everything_in
from tests.archive.rooms import hold_a_lab, item_of
from tests.contracts.telling_crawl import Said, crawl, words
from tests.contracts.telling_world import Story, Told, make
from tests.support import databases

ROLES = ("nobody", "outsider", "reader", "author", "facilitator", "coordinator")
STAFF = {"facilitator", "coordinator"}
INSIDE = {"reader", "author", *STAFF}
NOT_HERS = {"author", *STAFF}

MAY_READ: dict[str, set[str]] = {
    "qxopen": INSIDE,
    "qxanoniem": INSIDE,
    "qxdichterbij": INSIDE,  # said without a name, kept within the programme
    "qxgroepkaart": NOT_HERS,  # the reader sat in another group
    "qxgroepsbellen": NOT_HERS,
    "qxweggehaald": NOT_HERS,  # what the harvest took out, for who said it
    "qxvervallen": STAFF,
    "qxsamengevoegd": STAFF,
    "qxingetrokken": STAFF,
    "qxvertrouwelijk": set(),  # of a case in confidence nothing leaves the room, for staff neither
    "qxbellen": INSIDE,
    "qxeigenaar": INSIDE,
    "qxnotitie": STAFF,  # how something anonymous went, in somebody's words
    "qxmelder": STAFF,
    "qxvraagopen": INSIDE,
    "qxuitlegopen": INSIDE,
    "qxvraaggroep": NOT_HERS,
    "qxuitleggroep": {"author"},
    "qxvraagterug": NOT_HERS,  # staff in the harvest, its asker on her own page
    "qxuitlegterug": {"author"},
    "qxvraagzondernaam": INSIDE,
    "qxuitlegzondernaam": set(),  # its asker is somebody else
    "qxvraagster": STAFF,  # she asked that; staff know her from the list of people
    "qxoogstkaart": NOT_HERS,  # of a lab that is not sealed
    "qxconcept": STAFF,
    "qxeerste": INSIDE,
    "qxelders": {"outsider"},
    "qxvergeten": set(),
    **{f"qxmail{role}": STAFF for role in ("coordinator", "facilitator", "author", "reader", "third", "asker", "reporter")},
    "qxmailoutsider": set(),
    "qxmailgone": set(),
}
"""Word → who may find it in anything at all, besides their own data. Everybody else may not, and these do."""

HER_OWN = {
    "qxopen", "qxgroepkaart", "qxweggehaald", "qxvervallen", "qxsamengevoegd", "qxingetrokken", "qxvraagopen",
    "qxuitlegopen", "qxvraaggroep", "qxuitleggroep", "qxvraagterug", "qxuitlegterug", "qxoogstkaart", "qxmailauthor",
}  # fmt: skip
"""What the author's own data hold."""

IN_A_PACKAGE = {word for word, who in MAY_READ.items() if who == INSIDE and word not in ("qxbellen", "qxeerste")}
"""What an archive package may hold: it leaves the house."""


@dataclass
class Worlds:
    """The world as it is, with what everybody was told; and what two of them are told in its twin."""

    told: Told
    pages: dict[str, Said]
    twin: dict[str, Said]
    package: str


def _refused(said: Said) -> list[str]:
    """What the facilitator was not let in to; what both of them see, the authorisation matrix says."""
    return [address for address, (status, _text) in said.items() if status != 200]


def _files(told: Told) -> Said:
    """The reader's report in every format."""
    found: Said = {}
    with told.app.app_context():
        lab = db.session.get_one(Lab, told.ids["lab"])
        report = reporting.build(db.session(), lab, told.actor("reader"))
        found |= {f"verslag.{form}": (200, everything_in(form, write(report))) for form, write in WRITERS.items()}
    return found


def _mails(told: Told, role: str) -> Said:
    with told.app.app_context():
        rows = db.session.scalars(sa.select(Mail).where(Mail.person_id == told.people[role]).order_by(Mail.id)).all()
        return {f"mail {row.purpose} {number}": (200, f"{row.subject}\n{row.body}") for number, row in enumerate(rows)}


def _package(told: Told) -> str:
    out = io.BytesIO()
    with told.app.app_context():
        lab = db.session.get_one(Lab, told.ids["lab"])
        package.write(
            db.session(), lab, told.actor("coordinator"), Keeping("Proef", 10, open=False), Path(told.app.config["DATA_DIR"]), out
        )
    return words(out.getvalue())


@pytest.fixture(scope="module")
def worlds(_databases: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    found: list[tuple[Told, dict[str, Said]]] = []
    packed = ""
    twin = Story("third", first=False, asker="reporter", reporter="asker")
    for story, roles in ((Story(), ROLES), (twin, ("reader",))):
        folder = tmp_path_factory.mktemp("told")
        app = databases.create_app(databases.settings(folder, _databases.filled("sqlite", folder)))
        told, traveller = make(app, story)
        try:
            pages: dict[str, Said] = {}
            for role in roles:
                wanted = _refused(pages["facilitator"]) if role == "coordinator" else None
                if found:
                    wanted = [address for address, (status, _text) in found[0][1][role].items() if address[0] == "/" and status == 200]
                pages[role] = crawl(told, role, wanted)
            if "coordinator" in pages:
                pages["coordinator"] = pages["facilitator"] | pages["coordinator"]
            for role in {"reader", "author"} & pages.keys():
                pages[role] |= _mails(told, role)
            pages["reader"] |= _files(told)
            packed = packed or _package(told)
        finally:
            traveller.stop()
        found.append((told, pages))
    yield Worlds(found[0][0], found[0][1], found[1][1], packed)
    for told, _pages in found:
        databases.dispose(told.app)


def test_no_answer_is_a_fault_and_all_sorts_were_asked(worlds: Worlds) -> None:
    for role, said in worlds.pages.items():
        assert not {address: status for address, (status, _text) in said.items() if status >= 500 or status == 429}, role
    mails = {role: {name.split()[1] for name in worlds.pages[role] if name.startswith("mail ")} for role in ("author", "reader")}
    assert mails == {"author": {"check_own", "evidence_prompt", "saved_search"}, "reader": {"saved_search"}}


@pytest.mark.parametrize("word", MAY_READ)
def test_a_word_is_read_by_whom_it_is_for_and_by_nobody_else(worlds: Worlds, word: str) -> None:
    found = {
        role: [address for address, (_status, text) in said.items() if word in text.lower() and address not in OWN]
        for role, said in worlds.pages.items()
    }
    assert {role for role, where in found.items() if where} == MAY_READ[word], {role: where[:5] for role, where in found.items() if where}
    assert (word in worlds.package.lower()) <= (word in IN_A_PACKAGE), "an archive package leaves the house"


OWN = ("/mijn/gegevens", "/mijn/gegevens.json")


@pytest.mark.parametrize(("role", "hers"), [("author", HER_OWN), ("reader", {"qxmailreader"}), ("outsider", {"qxmailoutsider"})])
def test_own_data_are_ones_own(worlds: Worlds, role: str, hers: set[str]) -> None:
    for address in OWN:
        status, text = worlds.pages[role][address]
        assert (status, {word for word in MAY_READ if word in text.lower()}) == (200, hers)


def test_who_asks_without_a_name_stands_beside_it_for_nobody(worlds: Worlds) -> None:
    for role in ROLES:
        both = [a for a, (_s, text) in worlds.pages[role].items() if "qxvraagzondernaam" in text.lower() and "qxvraagster" in text.lower()]
        assert both == [], role


BY_CHANCE = re.compile(r"[0-9a-f]{32,}|I[jm][\w-]{40,}\.[\w-]+\.[\w-]+")
"""Keys, salts, and what guards a form."""


def test_who_said_it_and_when_makes_no_difference(worlds: Worlds) -> None:
    """Another speaker, of another city, in another group, at another end of the day; another asker; tried elsewhere by another."""
    one, other = (
        {address: (status, BY_CHANCE.sub("#", text)) for address, (status, text) in said["reader"].items() if status == 200}
        for said in (worlds.pages, worlds.twin)
    )
    # of this server, and of this browser; and the PDF has the glyphs of its seal's digits
    for own in ("/.well-known/kennislab-key", "/mijn/aanmeldingen", "verslag.pdf"):
        del one[own], other[own]
    assert one.keys() == other.keys()
    assert {address: _apart(one[address][1], other[address][1]) for address in one if one[address] != other[address]} == {}


def _apart(one: str, other: str) -> str:
    at = next((number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, at - 60) : at + 60]!r} / {other[max(0, at - 60) : at + 60]!r}"


def test_what_is_kept_of_it_tells_neither_when_nor_where_it_was_said(worlds: Worlds) -> None:
    """Neither the order of the day, nor a time, nor an id with a time in it; of what is kept nearer the package has the words only."""
    with worlds.told.app.app_context():
        items = db.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.lab_id == worlds.told.ids["lab"])).all()
        unnamed = [item for item in items if item.anonymous]
        assert sorted(word for item in unnamed for word in re.findall("qx[a-z]+", item.text)) == [
            "qxanoniem",
            "qxdichterbij",
            "qxvraagzondernaam",
        ]
        assert all(item.position == out_of_order(item.original_text) >= UNORDERED for item in unnamed)
        assert all(item.position < UNORDERED for item in items if not item.anonymous)
        assert {item.created_at for item in unnamed} == {items[0].lab.starts_at}
        assert {(item.person_id, item.participant_id, item.source_id, item.contact) for item in unnamed} == {(None, None, None, "")}
    chain = [json.loads(line) for line in re.findall(r'^.*?(\{.*"commitment".*\})', worlds.package, re.MULTILINE)]
    assert len(chain) > 40
    assert not [link for link in chain if "qxdichterbij" in json.dumps(link)]
    assert not is_uuid7(new_id()) and new_id() != new_id()


def test_the_wall_of_a_sealed_room_is_for_staff(worlds: Worlds) -> None:
    wall = f"/live/{worlds.told.ids['lab']}"
    asked = ("snapshot", "events?since=0")
    said = {role: [worlds.pages[role][f"{wall}/{what}"] for what in asked] for role in ("reader", "author", "facilitator")}
    assert {role: [status for status, _text in both] for role, both in said.items()} == {
        "reader": [410, 410],
        "author": [410, 410],
        "facilitator": [200, 200],
    }
    assert "/problems/lab-sealed" in said["reader"][0][1]


def test_nobody_to_call_is_written_on_what_is_anonymous(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    said = hold_a_lab(app)
    by = said.actor("facilitator")
    with app.app_context(), transaction() as tx:
        item, other = item_of(tx, said, "unnamed"), item_of(tx, said, "inside")
        with pytest.raises(Invalid) as refused:
            operations.change(tx, item, operations.Changes(contact="Pia"), item.rev, by)
        assert list(refused.value.fields) == ["contact"]
        operations.change(tx, other, operations.Changes(contact="Pia"), other.rev, by)
        yes = operations.Changes(consent=Consent.PUBLIC_ANONYMOUS, agreed=True, contact="Pia")
        operations.change(tx, other, yes, other.rev, by)  # as the form sends it, with the name that was in it
        assert (other.contact, other.anonymous, other.position) == ("", True, out_of_order(other.original_text))
        operations.set_consent(tx, item, Consent.PROGRAMME)
        named = item_of(tx, said, "slow")
        whole = operations.merge(tx, item, [named], "Samen", by)
        assert (whole.id, whole.consent, item.merged_into_id) == (named.id, Consent.PROGRAMME, named.id), "what has a name stays"
