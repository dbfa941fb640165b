"""Who reads every file of a report side by side still cannot tell who wrote what is anonymous, nor what the harvest took out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask import Flask

from kennislab.archive import operations, queries, reporting, sealing
from kennislab.archive.models import ArchiveItem, Evidence, Outcome
from kennislab.archive.reporting import plain
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.live import operations as live
from kennislab.live.policies import LiveActor
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from tests.archive.opened import WRITERS, everything_in
from tests.archive.rooms import SAID, Said, do, hold_a_lab
from tests.programme.worlds import signed_in
from tests.support import databases

SMALL, LARGE = "Warmte", "Geldzaken"
NAMED = "De warmtepomp staat te dicht bij het raam."
UNNAMED = "Zet hem op het dak, dan hoort niemand hem."
SECOND = "Ik durf het niet te zeggen in mijn college."
RAW, CLEAN = "Jansen van de corporatie zegt nee.", "De corporatie zegt nee."
TAKEN_BACK = "Dit neem ik liever terug."
ALONE = "Iedereen wil wel, niemand begint."
REASON = "omdat het dak te zwak was"


@dataclass
class Made:
    """What was made of the lab: the reports, and all that is in their files and pages, by audience and form."""

    inside: reporting.Report
    public: reporting.Report
    files: dict[tuple[str, str], str]


def fill(app: Flask, said: Said) -> None:
    """Two in one group and six in the other; what is anonymous answers, is voted on and was tried."""
    with app.app_context(), transaction() as tx:
        lab, staff = tx.session.get_one(Lab, said.world.lab_id), said.actor("coordinator")
        lab.agenda[0].speaker = "Sanne Verhoef"
        leader = LiveActor(f"f:{staff.person_id}", "facilitator", lab.id, staff.name, None, staff.person_id)
        groups = {name: do(tx, leader, type="group.add", name=name)["group"] for name in (SMALL, LARGE)}

        def join(name: str, code: str, group: str) -> LiveActor:
            person = live.join(tx, lab.id, name, code, None).participant
            do(tx, leader, type="participant.move", participant=person.id, group=groups[group])
            return LiveActor(person.id, "participant", lab.id, name, code, None)

        anna, bram = join("Anna", "GM0855", SMALL), join("Bram", "GM0503", SMALL)
        many = [join(f"Gast {number}", "GM0855", LARGE) for number in range(5)] + [join("Carla", "GM0503", LARGE)]

        def say(who: LiveActor, kind: str, text: str, **more: Any) -> str:
            return str(do(tx, who, type="contribution.add", kind=kind, text=text, **{"consent": "public_city", **more})["contribution"])

        def vote(title: str, group: str | None, *choices: str) -> None:
            ballot = do(tx, leader, type="round.open", ballot={"title": title, "group": group, "choices": list(choices)})["ballot"]
            do(tx, anna if group == groups[SMALL] else many[0], type="vote.cast", ballot=ballot, choices={choices[-1]: 1})
            do(tx, leader, type="round.close", ballot=ballot)

        named = say(anna, "bottleneck", NAMED)
        unnamed = say(bram, "solution", UNNAMED, answers=named, consent="public_anonymous")
        vote("Wat eerst in deze groep?", groups[SMALL], named, unnamed)
        alone, second = say(many[5], "bottleneck", ALONE), say(many[1], "bottleneck", SECOND, consent="public_anonymous")
        vote("Wat kiest deze groep?", groups[LARGE], alone, second)
        raw, back = say(many[2], "bottleneck", RAW), say(many[3], "bottleneck", TAKEN_BACK)
        vote("Wat kiest de zaal?", None, raw, back, second)
        do(tx, many[3], type="contribution.retract", contribution=back)
        programmes.move_lab(tx, lab, LabState.HARVESTING, staff)
        operations.confirm_all(tx, lab)
        by_text = {item.text: item for item in queries.items_of(tx.session, lab.id)}
        by_text[RAW].text = CLEAN
        sealing.seal(tx, lab, staff)
        for text in (UNNAMED, SAID["purse"]["text"]):
            tx.session.add(failed(by_text[text]))


def failed(item: ArchiveItem) -> Evidence:
    """Tried in Delft, where it did not work."""
    note = f"{REASON.capitalize()}."
    return Evidence(item_id=item.id, municipality_code="GM0503", status=Outcome.FAILED, note=note, at=date(2027, 1, 4), reporter="Bram")


@pytest.fixture(scope="module")
def made(_databases: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("anonymous")
    app = databases.create_app(databases.settings(folder, _databases.filled("sqlite", folder)))
    said = hold_a_lab(app, LabState.LIVE)
    fill(app, said)
    with app.app_context():
        lab = db.session.get_one(Lab, said.world.lab_id)
        inside, public = (
            reporting.build(db.session(), lab, said.actor("participant"), wanted)
            for wanted in (reporting.EVERYTHING, reporting.Wanted(public=True, order="groep"))
        )
        files = {
            (name, form): everything_in(form, write(report))
            for name, report in (("inside", inside), ("public", public))
            for form, write in WRITERS.items()
        }
        client = signed_in(app, said.world, "participant")
    address = f"/kennislabs/{said.world.lab_id}/verslag"
    for name, choice in (("inside", "volgorde=groep"), ("public", "openbaar=1")):
        files[name, "page"] = unescape(client.get(f"{address}?{choice}").text)
    yield Made(inside, public, files)
    databases.dispose(app)


FORMS = (*WRITERS, "page")


@pytest.mark.parametrize("form", FORMS)
def test_no_file_leads_back_to_who_is_anonymous(made: Made, form: str) -> None:
    """The name of a group of two is told nowhere, as all that came from it stands with what is anonymous; nor where that was tried."""
    for audience in ("inside", "public"):
        text = made.files[audience, form]
        assert UNNAMED in text and SECOND in text and NAMED in text
        assert SMALL not in text and "Anna" not in text and "Bram" not in text
        assert LARGE in text, "what was said with a name in a larger group keeps its group"
        assert RAW not in text and CLEAN in text, "what the harvest took out of a card does not come back as a choice in a vote"
        assert TAKEN_BACK not in text


@pytest.mark.parametrize("form", FORMS)
def test_what_became_of_it_is_told_in_every_form_as_far_as_it_may(made: Made, form: str) -> None:
    inside, public = made.files["inside", form], made.files["public", form]
    assert inside.count(f"in Delft niet, {REASON}") == inside.count(REASON) == 1, "of the named one, and not of the anonymous one"
    assert REASON not in public and "Sanne Verhoef" not in public
    assert ("Sanne Verhoef" in inside) is (form != "csv"), "who spoke is told inside the programme only"
    if form in ("pdf", "docx", "odt", "page"):
        assert "één keer geprobeerd, in Delft niet" in inside
        assert inside.count("1 keer geprobeerd, 1 keer niet") == 1 and public.count("1 keer geprobeerd, 1 keer niet") == 2


def test_who_counts_and_compares_learns_nothing_either(made: Made) -> None:
    """As data: everything that stands with an anonymous card, its votes and ties in votes too."""
    for report in (made.inside, made.public):
        data = plain.as_data(report)
        for entry in entries(data):
            if entry["tekst"] in (UNNAMED, SECOND, SAID["unnamed"]["text"]):
                assert (entry["gemeente"], entry["groep"], entry["watErvanKwam"]) == ("", "", "")
                assert set(entry) == KEYS, "a key of its own would tell it apart"
        votes = {ballot["titel"]: [choice[0] for choice in ballot["uitslag"]] for ballot in data["stemmingen"]}
        assert votes == {"Wat kiest deze groep?": [ALONE], "Wat kiest de zaal?": [SECOND, CLEAN]}
        assert not {"positie", "created_at", "person_id", "participant_id", "source_id"} & set(json.dumps(data).split('"'))
    ties = next(ballot for ballot in made.inside.ballots if ballot.title == "Wat kiest de zaal?")
    assert [scores[-1].total for _text, scores in ties.outcome if scores[-1]] == [1, 0]


KEYS = {
    "id", "soort", "tekst", "gemeente", "groep", "themas", "stemmen", "resultaten", "antwoorden", "verbeteringen", "beantwoord",
    "watErvanKwam",
}  # fmt: skip


def entries(data: Any) -> Iterator[dict[str, Any]]:
    """Every contribution in a report as data, however deep."""
    if isinstance(data, dict):
        if "watErvanKwam" in data:
            yield data
        data = list(data.values())
    if isinstance(data, list):
        for one in data:
            yield from entries(one)
