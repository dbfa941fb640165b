"""The harvest over the web: guests without an account, two facilitators at the same cards, and words that come too late."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.archive import checking, operations, queries, sealing
from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.core import clock, mail
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.live import operations as live
from kennislab.live.models import Participant
from kennislab.live.policies import LiveActor
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from tests.archive.rooms import SAID, Said, do, hold_a_lab, item_of
from tests.programme.worlds import signed_in

NOON = datetime(2026, 11, 19, 11, 0, tzinfo=UTC)
JSON = {"Accept": "application/json"}


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def said(app: Flask) -> Said:
    return hold_a_lab(app)


def quiet(_percent: int, _note: str = "") -> None:
    """Nobody looks at the progress."""


# --- without an account, and staff --------------------------------------------------------------------------------------------


@pytest.fixture
def guests(app: Flask, monkeypatch: pytest.MonkeyPatch) -> tuple[Said, list[tuple[str, str]]]:
    """A lab at which two guests without an account said something each, as did a facilitator by phone: (room token, item) of the guests."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    said = hold_a_lab(app, LabState.LIVE)
    with app.app_context(), transaction() as tx:
        lab_id, staff_id = said.world.lab_id, said.world.people["facilitator"]
        told = []
        for name, person in (("Gea", None), ("Guus", None), ("Facilitator", staff_id)):
            joined = live.join(tx, lab_id, name, "GM0855", person)
            speaker = LiveActor(joined.participant.id, "participant", lab_id, name, "GM0855", person)
            told.append((joined.token, do(tx, speaker, type="contribution.add", kind="insight", text=f"{name} zegt dit.")["contribution"]))
        programmes.move_lab(tx, tx.session.get_one(Lab, lab_id), LabState.HARVESTING, said.actor("coordinator"))
        ids = dict(tx.session.execute(sa.select(ArchiveItem.source_id, ArchiveItem.id)).all())
    return said, [(token, ids[source]) for token, source in told[:2]]


def test_a_guest_looks_over_their_own_on_the_phone_of_the_room(app: Flask, guests: tuple[Said, list[tuple[str, str]]]) -> None:
    said, [(token, mine), (_other, others)] = guests
    lab_id = said.world.lab_id
    base, phone = f"/kennislabs/{lab_id}/oogst", app.test_client()
    assert phone.get(f"{base}/eigen").location.startswith("/aanmelden"), "who was not in the room signs in"
    phone.set_cookie(f"kl_live_{lab_id}", token)
    assert f'href="{base}/eigen"' in phone.get(f"/live/{lab_id}").text, "the room's page leads there"
    page = phone.get(f"{base}/eigen").text
    assert "Gea zegt dit." in page and "Guus" not in page and SAID["slow"]["text"] not in page
    done = phone.post(f"{base}/{mine}/verwoorden", data={"text": "Gea zegt dat.", "gezien": checking.mark_of("Gea zegt dit.")})
    assert done.status_code == 303
    too_long = phone.post(f"{base}/{mine}/verwoorden", data={"text": "Te lang. " * 300})
    assert too_long.status_code == 422 and "Dit is nog niet opgeslagen." in too_long.text and "Te lang. " * 299 in too_long.text
    assert re.search(r'<textarea id="text-\w+"[^>]* autofocus>Te lang', too_long.text), "the field that is wrong is what one looks at"
    assert phone.post(f"{base}/{mine}/toestemming", data={"consent": "group"}).status_code == 303
    for verb in ("klopt", "verwoorden", "intrekken", "toch-laten-staan", "toestemming"):
        assert phone.post(f"{base}/{others}/{verb}", data={"text": "x", "consent": "group"}).status_code == 404, verb
    assert phone.get(base).status_code == 200 and "Gea zegt dat." in phone.get(base).text, "their own, not the desk"
    for path in ("sluiten", "voorbeeld?als=public", "kaarten", "samenvoegen", f"{mine}/bewerken"):
        assert phone.get(f"{base}/{path}", headers={"Accept": "application/json"}).status_code == 401, path
    with app.app_context(), transaction() as tx:
        item = tx.session.get_one(ArchiveItem, mine)
        assert (item.text, item.consent, item.edited_by) == ("Gea zegt dat.", Consent.GROUP, "Gea")
        assert checking.progress(queries.items_of(tx.session, lab_id)) == checking.Progress(people=4, guests=2, done=1, corrected=1)
        tx.session.get_one(Participant, item.participant_id).revoked_at = NOON
    assert phone.get(f"{base}/eigen").location.startswith("/aanmelden"), "who was taken out of the room is not in it"


def test_staff_who_contributed_are_asked_and_stay_staff(app: Flask, guests: tuple[Said, list[tuple[str, str]]]) -> None:
    said, _told = guests
    person = said.world.people["facilitator"]
    with app.app_context():
        checking.ask_and_remind(quiet)
        with transaction() as tx:
            asked = {one.person_id: one for one in tx.session.scalars(sa.select(Mail).where(Mail.purpose == checking.ASK))}
            assert set(asked) == {person, said.world.people["participant"]}
            body = mail.filled(tx, asked[person])
    assert f"/kennislabs/{said.world.lab_id}/oogst/eigen" in body and "/uitnodiging/" not in body


def test_words_that_come_too_late_are_given_back(app: Flask, said: Said) -> None:
    base = f"/kennislabs/{said.world.lab_id}/oogst"
    with app.app_context(), transaction() as tx:
        item = item_of(tx, said, "slow")
        item_id, lab = item.id, item.lab
        operations.confirm_all(tx, lab)
        sealing.seal(tx, lab, said.actor("coordinator"))
    author, staff = signed_in(app, said.world, "participant"), signed_in(app, said.world, "facilitator")
    late = author.post(f"{base}/{item_id}/verwoorden", data={"text": "Pas in mei, <b>echt</b>."})
    assert late.status_code == 409 and "Pas in mei, &lt;b&gt;echt&lt;/b&gt;." in late.text and "Dit lab is gearchiveerd" in late.text
    assert author.post(f"{base}/{item_id}/intrekken").status_code == 409
    assert "Een hele zin" in staff.post(f"{base}/{item_id}/bewerken", data={"text": "Een hele zin"}).text
    gone = app.test_client().post(f"{base}/{item_id}/bewerken", data={"text": "Een hele zin"})
    assert gone.status_code == 401 and "Een hele zin" in gone.text and "Opnieuw aanmelden" in gone.text


# --- two at the same harvest --------------------------------------------------------------------------------------------------


def test_two_facilitators_judge_the_same_card(app: Flask, said: Said) -> None:
    base = f"/kennislabs/{said.world.lab_id}/oogst"
    noor, wim = signed_in(app, said.world, "facilitator"), signed_in(app, said.world, "coordinator")
    with app.app_context(), transaction() as tx:
        slow, twin, purse = (item_of(tx, said, name) for name in ("slow", "twin", "purse"))
        one, two, three = slow.id, twin.id, purse.id
    seen = noor.get(f"{base}/kaarten", headers=JSON).get_json()["revs"]

    def rev(*ids: str) -> list[str]:
        return [f"{id_}.{seen[id_]}" for id_ in ids]

    assert noor.post(f"{base}/{one}/weglaten", data={"rev": rev(one)}, headers=JSON).status_code == 200
    met = wim.post(f"{base}/{one}/bevestigen", data={"rev": rev(one)}, headers=JSON)
    assert met.status_code == 409 and met.get_json()["title"] == "Facilitator was je voor" and "Weggelaten" in met.get_json()["detail"]
    assert 'data-status="dropped"' in met.get_json()["cards"][one], "the card comes along as it is now"
    assert wim.post(f"{base}/{one}/weglaten", data={"rev": rev(one)}, headers=JSON).status_code == 200, "two who say the same agree"
    plain = wim.post(f"{base}/{one}/bevestigen", data={"rev": rev(one)}, follow_redirects=True)
    assert "Facilitator was je voor" in plain.text and "bevestigd" not in plain.text.split("main")[0]

    both = noor.post(f"{base}/veel", data={"do": "confirm", "kaart": [one, two], "rev": rev(one, two)}, headers=JSON).get_json()
    assert both["done"] == "1 kaart bevestigd. 1 kaart is intussen door iemand anders veranderd en overgeslagen."
    merged = wim.post(
        f"{base}/samenvoegen", data={"kaart": [three, two], "keep": three, "text": "Samen", "rev": rev(two, three)}, headers=JSON
    )
    assert merged.status_code == 409 and set(merged.get_json()["cards"]) == {two, three}
    page = wim.post(f"{base}/samenvoegen", data={"kaart": [three, two], "keep": three, "text": "Mijn zin", "rev": rev(two, three)})
    assert page.status_code == 422 and "Mijn zin" in page.text

    text = {"text": "Zoals Wim het zegt.", "rev": rev(three)}
    assert noor.post(f"{base}/{three}/in-place", data={"text": "Zoals Noor het zegt.", "rev": rev(three)}, headers=JSON).status_code == 200
    assert wim.post(f"{base}/{three}/in-place", data=text, headers=JSON).status_code == 409
    form = {"text": "Zoals Wim het zegt.", "kind": "solution", "consent": "public_city", "rev": str(seen[three])}
    page = wim.post(f"{base}/{three}/bewerken", data=form)
    assert page.status_code == 422 and "Zoals Wim het zegt." in page.text and "Zoals Noor het zegt." in page.text
    now = wim.get(f"{base}/kaarten", headers=JSON).get_json()["revs"][three]
    assert f'name="rev" type="hidden" value="{now}"' in page.text, "who compared them saves over it"
    with app.app_context(), transaction() as tx:
        found = {name: item_of(tx, said, name) for name in ("slow", "twin", "purse")}
        assert {name: item.status for name, item in found.items()} == {
            "slow": Status.DROPPED, "twin": Status.CONFIRMED, "purse": Status.DRAFT,
        }  # fmt: skip
        assert found["purse"].text == "Zoals Noor het zegt."
