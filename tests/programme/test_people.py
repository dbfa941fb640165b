"""People of a programme: by hand, from a table with a report per row, out again as a table; and a page about each of them."""

from __future__ import annotations

import csv
import io
import time
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts import queries as accounts_read
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Membership, Person, Role
from kennislab.core import mail, sheets
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Gone
from kennislab.core.transaction import transaction
from kennislab.invitations.models import Answer as InvitationAnswer
from kennislab.invitations.models import Invitation
from kennislab.programme import operations as programmes
from kennislab.programme import people, people_sheet, place_names
from kennislab.programme.models import ParticipationStatus, Programme
from kennislab.programme.people_sheet import Kind
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.factories.world import World
from tests.programme.worlds import signed_in, world_in

TODAY = date(2026, 11, 22)


def with_places(app: Flask) -> World:
    world = world_in(app)
    with app.app_context(), transaction() as tx:
        programmes.ensure_municipalities(tx)
    return world


# --- names of municipalities ---------------------------------------------------------------------------------------------------


def test_every_heir_of_a_merged_municipality_is_in_the_list(app_with_places: tuple[Flask, World]) -> None:
    app, _world = app_with_places
    with app.app_context():
        names = place_names.place_names(db.session(), TODAY)
        for other in place_names.other_names():
            found = names.find(other.name)
            assert (found.municipality is None) == (not other.now), other
            assert found.municipality is None or found.municipality.name == other.now or other.name == "Bergen", other


@pytest.fixture
def app_with_places(make_app, sqlite_url: str) -> tuple[Flask, World]:
    app = make_app(sqlite_url)
    return app, with_places(app)


def test_municipalities_by_whatever_people_call_them(app_with_places: tuple[Flask, World]) -> None:
    app, _world = app_with_places
    with app.app_context():
        now, before = (place_names.place_names(db.session(), day) for day in (TODAY, date(2020, 6, 1)))
        for typed, code in {
            "GM0518": "GM0518", "0518": "GM0518", "518": "GM0518", "’s-Gravenhage": "GM0518", "den  haag": "GM0518", "Den Bosch": "GM0796",
            "'s Hertogenbosch": "GM0796", "Gemeente Súdwest Fryslan": "GM1900", "Nuenen": "GM0820", "Bergen (nh)": "GM0373",
            "Spijkenisse": "GM1930", "Appingedam": "GM1979", "weesp": "GM0363",
        }.items():  # fmt: skip
            found = now.find(typed)
            assert found.municipality is not None and found.municipality.code == code, typed
        old = before.find("Appingedam").municipality
        assert old is not None and old.code == "GM0003"
        for typed, words in {
            "Bergen": "Bergen (L), Bergen (NH)", "Delf": "Bedoel je Delft", "Atlantis": "staat niet in de lijst", "Haaren": "is verdeeld",
            "GM0003": "bestaat niet meer", "GM9999": "staat niet in de lijst",
        }.items():  # fmt: skip
            found = now.find(typed)
            assert found.municipality is None and words in found.problem % found.params, typed


# --- by hand -------------------------------------------------------------------------------------------------------------------


def test_changing_somebody_and_their_page(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    base, who = f"/programmas/{world.programme_id}/mensen", world.people["participant"]
    with app.app_context(), transaction() as tx:
        about = {"subject": "Uitnodiging", "body": "Kom je?", "person_id": who, "lab_id": world.lab_id}
        old = f"participant-{world.programme_id}@voorbeeld.example"
        back = mail.draft(tx, to=old, programme_id=world.programme_id, **about)
        back.state, back.error = "bounced", "550 5.1.1 no such user"
        mail.draft(tx, to=old, programme_id=world.programme_id, **about | {"subject": "Herinnering"})
        mail.draft(tx, to=old, programme_id=world.programme_id + 7, **about | {"subject": "Van een ander programma"})
        magic = accounts.make_magic_link(tx, tx.session.get_one(Person, who))
        tx.session.add(Invitation(lab_id=world.lab_id, person_id=who, answer=InvitationAnswer.COMING, note="Iets later"))
        tx.session.add(
            KnowledgeQuestion(
                lab_id=world.lab_id, asker_id=who, asker_name="P", municipality_code="GM0855", text="Hoe?", status=QuestionStatus.SUBMITTED
            )
        )
    client = signed_in(app, world, "coordinator")
    page = client.get(f"{base}/{who}").text
    for words in (
        "Uitnodiging",
        "Teruggekomen",
        "Herinnering",
        "Concept",
        "Proeflab",
        "<li>Komt",
        "Iets later",
        "<li>Kennisvragen gesteld: 1</li>",
        "Mail kwam niet aan",
        "Dit adres bestaat niet",
    ):
        assert words in page, words
    assert "Van een ander programma" not in page
    assert "mail kwam niet aan" in client.get(base).text
    seen = signed_in(app, world, "facilitator").get(f"{base}/{who}").text
    assert "Uitnodiging" in seen and '<form method="post" class="stack"' not in seen
    assert signed_in(app, world, "participant").get(f"{base}/{who}").status_code == 403
    assert client.get(f"{base}/{world.people['outsider']}").status_code == 404

    new = {"name": "Noor", "email": "Noor@Voorbeeld.example", "organisation": "Wijkteam", "municipality_code": "GM0503", "language": "en"}
    assert client.post(f"{base}/{who}/gegevens", data=new).status_code == 303
    with app.app_context():
        found = db.session.get_one(Person, who)
        assert (found.name, found.email, found.municipality_code, found.language) == ("Noor", "noor@voorbeeld.example", "GM0503", "en")
        sent_to = {row.subject: row.to for row in db.session.scalars(sa.select(mail.Mail))}
        assert sent_to["Herinnering"] == "noor@voorbeeld.example" and sent_to["Uitnodiging"] == old
        with transaction() as tx, pytest.raises(Gone):
            accounts.use_magic_link(tx, magic)
    for wrong, words in (
        ({"email": "noor@"}, "Kijk het e-mailadres na"),
        ({"email": f"facilitator-{world.programme_id}@voorbeeld.example"}, "al in gebruik"),
        ({"municipality_code": "GM0014"}, ""),
        ({"name": " "}, "Vul een naam in."),
    ):
        refused = client.post(f"{base}/{who}/gegevens", data=new | wrong)
        assert refused.status_code == 422 and words in refused.text, wrong
    assert client.post(f"{base}/{world.people['outsider']}/gegevens", data=new).status_code == 404


def test_an_address_is_a_way_in_so_another_programme_guards_it(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world, other = world_in(app), world_in(app)
    who = world.people["participant"]
    with app.app_context(), transaction() as tx:
        accounts.set_role(tx, tx.session.get_one(Person, who), other.programme_id, Role.COORDINATOR)
        place = accounts_read.membership(tx.session, who, world.programme_id)
        assert place is not None
        by = Actor(world.people["coordinator"], "C", "", {world.programme_id: Role.COORDINATOR})
        with pytest.raises(Conflict, match="address-elsewhere"):
            people.change(tx, place, people.PersonData("Zij", "mine@voorbeeld.example"), by)
        people.change(tx, place, people.PersonData("Zij", place.person.email or "", "Stad"), by)
        assert (place.person.name, place.person.organisation) == ("Zij", "Stad")


def test_finding_and_taking_the_list_along(app_with_places: tuple[Flask, World]) -> None:
    app, world = app_with_places
    base = f"/programmas/{world.programme_id}/mensen"
    client = signed_in(app, world, "facilitator")
    found = client.get(f"{base}?zoek=PARTICIPANT+tilburg").text
    assert "participant-" in found and "facilitator-" not in found
    assert "Niemand gevonden" in client.get(f"{base}?zoek=bestaatniet").text
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Person, world.people["participant"]).name = "=cmd()"
    for kind in ("csv", "xlsx"):
        got = client.get(f"{base}/lijst.{kind}")
        assert got.headers["Content-Disposition"] == f'attachment; filename="mensen.{kind}"' and got.headers["Cache-Control"] == "no-store"
        sheet = sheets.read("", got.data)
        assert sheet.columns == ["Naam", "E-mailadres", "Organisatie", "Gemeente", "Gemeentecode", "Taal", "Rol"]
        assert sheet.rows[2][0] == "=cmd()" and sheet.rows[2][3:] == ["Tilburg", "GM0855", "nl", "Deelnemer"]
    assert b"'=cmd()" in client.get(f"{base}/lijst.csv").data
    with app.app_context():  # what comes out goes in again and changes nothing
        programme = db.session.get_one(Programme, world.programme_id)
        wanted = sheets.match(sheet.columns, people_sheet.ALIASES)
        assert {row.kind for row in people_sheet.check(db.session(), programme, sheet, wanted, TODAY)} == {Kind.SAME}


# --- from a table --------------------------------------------------------------------------------------------------------------

TABLE = """Deelnemerslijst;;;;
Naam;E-mail;Organisatie;Gemeente;Taal
Zoë Çelik;Zoe@Voorbeeld.example;Wijkteam;Den Haag;Engels
"Wit, Noor de";mailto:noor@voorbeeld.example;;518;
Participant;participant-{n}@voorbeeld.example;Corporatie;Delft;
Facilitator;facilitator-{n}@voorbeeld.example;;;
Outsider die al bestaat;outsider-{n}@voorbeeld.example;;Delft;
;leeg@voorbeeld.example;;;
Piet;piet@;;;
Kees;kees@voorbeeld.example;;Atlantis;Frans
Zoë;zoe@voorbeeld.example;;;
Zonder Adres;;;;
zonder adres;;;;
Bep <bep@voorbeeld.example>;Bep de Boer <bep@voorbeeld.example>;;Tilburg;nl
"""


def draft_in(tx, world: World, text: str | None = None) -> sheets.SheetDraft:
    data = (text or TABLE).format(n=world.programme_id).encode("cp1252")
    return sheets.keep(tx, f"people:{world.programme_id}", world.people["coordinator"], sheets.read("lijst.csv", data))


def everybody(programme_id: int) -> dict[str, tuple[str | None, str, str | None, str, str]]:
    return {
        person.name: (person.email, person.organisation, person.municipality_code, person.language, role.value)
        for person, role in accounts_read.people_of(db.session(), programme_id)
    }


def test_a_report_per_row_and_all_good_rows_at_once(app: Flask) -> None:
    world = with_places(app)
    n = world.programme_id
    with app.app_context():
        with transaction() as tx:
            programme = tx.session.get_one(Programme, n)
            by = Actor(world.people["coordinator"], "C", "", {})
            for code in ("GM0855", "GM0518"):
                programmes.set_participation(tx, programme, municipality_code=code, year=2026, status=ParticipationStatus.JOINED, by=by)
            draft = draft_in(tx, world)
            rows = people_sheet.check(tx.session, programme, draft.sheet, people_sheet.columns_of(draft), TODAY)
            said = [(row.line, row.kind.value, row.name, " ".join(note.text % note.params for note in row.remarks)) for row in rows]
        assert said == [
            (3, "new", "Zoë Çelik", ""),
            (4, "new", "Noor de Wit", ""),
            (
                5,
                "changed",
                "Participant",
                "organisatie: – wordt Corporatie gemeente: Tilburg wordt Delft Delft doet dit jaar niet mee aan het programma.",
            ),
            (6, "same", "Facilitator", ""),
            (7, "new", "Outsider die al bestaat", "Delft doet dit jaar niet mee aan het programma."),
            (8, "wrong", "", "Er staat geen naam."),
            (9, "wrong", "Piet", "Het e-mailadres “piet@” kan niet kloppen."),
            (10, "wrong", "Kees", "De taal “Frans” is niet bekend. Gebruik nl of en. De gemeente “Atlantis” staat niet in de lijst."),
            (11, "double", "Zoë", "Staat ook in rij 3; die rij telt."),
            (12, "new", "Zonder Adres", "Zonder e-mailadres krijgt deze persoon geen uitnodiging."),
            (13, "double", "zonder adres", "Staat ook in rij 12; die rij telt."),
            (14, "new", "Bep", ""),
        ]
        before = everybody(n)
        with pytest.raises(Conflict, match="rows-wrong"), transaction() as tx:
            people_sheet.take_over(tx, programme, sheets.take(tx.session, draft.id, draft.scope, draft.person_id), TODAY, only_whole=True)
        db.session.rollback()
        assert everybody(n) == before
        with transaction() as tx:
            done = people_sheet.take_over(tx, programme, sheets.take(tx.session, draft.id, draft.scope, draft.person_id), TODAY)
        assert done.rest is not None and done.rest.sheet.lines == [8, 9, 10]
        assert everybody(n) == before | {
            "Zoë Çelik": ("zoe@voorbeeld.example", "Wijkteam", "GM0518", "en", "participant"),
            "Noor de Wit": ("noor@voorbeeld.example", "", "GM0518", "nl", "participant"),
            "Participant": (f"participant-{n}@voorbeeld.example", "Corporatie", "GM0503", "nl", "participant"),
            "Outsider": (f"outsider-{n}@voorbeeld.example", "", "GM0855", "nl", "participant"),  # known elsewhere: keeps what is known
            "Zonder Adres": (None, "", None, "nl", "participant"),
            "Bep": ("bep@voorbeeld.example", "", "GM0855", "nl", "participant"),
        }
        with transaction() as tx:  # the same table once more: nobody comes in twice
            again = draft_in(tx, world)
            rows = people_sheet.check(tx.session, programme, again.sheet, people_sheet.columns_of(again), TODAY)
            assert people_sheet.counted(rows)[Kind.NEW] == 0
            assert [row.line for row in rows if row.kind is Kind.CHANGED] == [7]  # a member now, so the table may say how they are called
            people_sheet.take_over(tx, programme, again, TODAY)
            again = draft_in(tx, world)
            with pytest.raises(Conflict, match="nothing-to-take"):
                people_sheet.take_over(tx, programme, again, TODAY)


def test_nothing_is_half_imported(make_app, sqlite_url: str) -> None:
    """The database refuses the third of the new members, after two of them and a change of another have been written."""
    app = make_app(sqlite_url)
    world = with_places(app)
    with app.app_context():
        with transaction() as tx:
            draft_id = draft_in(tx, world).id
            tx.session.execute(
                sa.text(
                    "CREATE TRIGGER full BEFORE INSERT ON membership WHEN (SELECT count(*) FROM membership) >= 5 "
                    "BEGIN SELECT RAISE(ABORT, 'no room'); END"
                )
            )
        programme = db.session.get_one(Programme, world.programme_id)
        before, number = everybody(world.programme_id), db.session.scalar(sa.select(sa.func.count(Person.id)))
        db.session.rollback()

        def take() -> None:
            with transaction() as tx:
                draft = sheets.take(tx.session, draft_id, f"people:{world.programme_id}", world.people["coordinator"], lock=True)
                people_sheet.take_over(tx, programme, draft, TODAY)

        with pytest.raises(sa.exc.IntegrityError, match="no room"):
            take()
        assert everybody(world.programme_id) == before
        assert db.session.scalar(sa.select(sa.func.count(Person.id))) == number
        db.session.rollback()
        with transaction() as tx:
            tx.session.execute(sa.text("DROP TRIGGER full"))
        take()  # the table is still there, and comes in whole
        assert len(everybody(world.programme_id)) == len(before) + 5
        with pytest.raises(Gone):
            take()


def test_who_has_no_address_gets_one_only_when_it_is_nobody_elses_way_in(app_with_places: tuple[Flask, World]) -> None:
    app, world = app_with_places
    table = "voornaam,tussenvoegsel,achternaam,mail\nSam,van,Dam,sam@voorbeeld.example\nLou,,Bos,lou@voorbeeld.example\nTwee,,Namen,\n"
    with app.app_context(), transaction() as tx:
        programme = tx.session.get_one(Programme, world.programme_id)
        other = programmes.create_programme(tx, name="Ander")
        for name, also in (("Sam van Dam", False), ("Lou Bos", True), ("Twee Namen", False), ("Twee Namen", False)):
            person = accounts.create_person(tx, name=name)
            accounts.set_role(tx, person, programme.id, Role.FACILITATOR)
            if also:
                accounts.set_role(tx, person, other.id, Role.COORDINATOR)
        draft = draft_in(tx, world, table)
        rows = people_sheet.check(tx.session, programme, draft.sheet, people_sheet.columns_of(draft), TODAY)
        assert [(row.kind.value, row.changes) for row in rows] == [
            ("changed", {"email": "sam@voorbeeld.example"}),
            ("new", {}),
            ("wrong", {}),
        ]
        people_sheet.take_over(tx, programme, draft, TODAY)
        sam = accounts_read.person_by_email(tx.session, "sam@voorbeeld.example")
        assert sam is not None and sam.name == "Sam van Dam"
        place = accounts_read.membership(tx.session, sam.id, programme.id)
        assert place is not None and place.role is Role.FACILITATOR


def test_two_thousand_people_at_once(app_with_places: tuple[Flask, World]) -> None:
    app, world = app_with_places
    table = "naam;e-mail;gemeente\n" + "".join(f"Persoon {n};p{n}@voorbeeld.example;Delft\n" for n in range(2000))
    with app.app_context():
        with transaction() as tx:
            draft = draft_in(tx, world, table)
            programme = tx.session.get_one(Programme, world.programme_id)
        began = time.perf_counter()
        with transaction() as tx:
            people_sheet.take_over(tx, programme, sheets.take(tx.session, draft.id, draft.scope, draft.person_id), TODAY)
        assert time.perf_counter() - began < 5  # nobody in a room can write meanwhile; about half a second when nothing else runs
        assert db.session.scalar(sa.select(sa.func.count()).where(Membership.programme_id == programme.id)) == 2003


def test_the_pages_of_an_import(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = with_places(app)
    base = f"/programmas/{world.programme_id}/mensen"
    client = signed_in(app, world, "coordinator")
    assert signed_in(app, world, "facilitator").get(f"{base}/inlezen").status_code == 403
    example = client.get(f"{base}/voorbeeld.xlsx")
    assert sheets.read("", example.data).columns == ["Naam", "E-mailadres", "Organisatie", "Gemeente", "Taal"]

    def send(data: bytes):
        return client.post(f"{base}/inlezen", data={"file": (io.BytesIO(data), "lijst.csv")}, content_type="multipart/form-data")

    refused = send(b"naam;mail\n" + b"x;y\n" * 800_000)
    assert refused.status_code == 422 and "groter dan 2 MB" in refused.text
    assert "Er staat niets in" in client.post(f"{base}/inlezen", data={"pasted": " "}).text
    assert "rij 3 staat een aanhalingsteken" in send(b'naam;mail\nJan;x\nPiet;"y\nKees;z\n').text

    path = send(b"wie;waar\nNoor;noor@voorbeeld.example\nPiet;piet@\n").location
    page = client.get(path).text
    assert "1 rij overnemen" in page and "kan niet kloppen" in page
    assert client.post(f"{path}/kolommen", data={"name": "1", "email": "1", "municipality": "99"}).status_code == 303
    assert "2 rijen overnemen" in client.get(path).text  # the addresses as names
    assert client.post(f"{path}/kolommen", data={"name": "0", "email": "1"}).status_code == 303
    assert "Niemand" not in client.get(f"{path}?soort=wrong&bladzijde=7").text
    other = signed_in(app, world, "facilitator")
    assert other.get(path).status_code == 403
    whole = client.post(f"{path}/overnemen", data={"what": "whole"})
    assert whole.status_code == 409 and "Er is niets overgenomen" in whole.text
    rest = client.post(f"{path}/overnemen").location
    assert client.get(path).status_code == 410 and client.post(f"{path}/overnemen").status_code == 410
    back = client.get(f"{rest}/fout.csv")
    wrong = list(csv.reader(io.StringIO(back.data.decode("utf-8-sig")), delimiter=";"))
    assert wrong == [
        ["wie", "waar", "Rij in het bestand", "Wat er niet klopt"],
        ["Piet", "piet@", "3", "Het e-mailadres “piet@” kan niet kloppen."],
    ]
    assert "noor@voorbeeld.example" in client.get(base).text
    assert client.post(f"{rest}/weggooien").location == f"{base}/inlezen"
    assert client.get(rest).status_code == 410
    large = "naam;organisatie\n" + f"Sam;{'x' * 400}\n" * 1900  # more than a form usually holds
    assert client.post(f"{base}/inlezen", data={"pasted": large}).status_code == 303
    pasted = client.post(f"{base}/inlezen", data={"pasted": "Sam\tsam@voorbeeld.example\nLou\tlou@voorbeeld.example"}).location
    assert client.post(f"{pasted}/overnemen").location == base
    assert "lou@voorbeeld.example" in client.get(base).text
