"""Signing in and out through the app: what is told, what is not, and what is limited."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts import operations, passwords, queries
from kennislab.accounts.models import Person, SignIn
from kennislab.accounts.signin import safe_next
from kennislab.core import clock, jobs
from kennislab.core.db import db
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from tests.factories.world import World
from tests.programme.worlds import signed_in, world_in
from tests.support.mailserver import MailServer, mail_server

PASSWORD = "vier woorden en een getal"


@pytest.fixture
def house(make_app: Callable[..., Flask], sqlite_url: str) -> tuple[Flask, World]:
    app = make_app(sqlite_url)
    return app, with_password(app)


def with_password(app: Flask) -> World:
    world = world_in(app)
    hashed = passwords.make(PASSWORD)
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Person, world.people["coordinator"]).password_hash = hashed
    return world


def address(world: World, role: str = "coordinator") -> str:
    return f"{role}-{world.programme_id}@voorbeeld.example"


def sign_in(client: FlaskClient, world: World, **more: str):
    return client.post("/aanmelden", data={"email": address(world).upper(), "password": PASSWORD} | more)


def test_signing_in_with_a_password(house: tuple[Flask, World]) -> None:
    app, world = house
    client = app.test_client()
    here = f"/kennislabs/{world.lab_id}"
    asked = client.get(here)
    assert asked.status_code == 302
    page = client.get(asked.location)
    assert page.status_code == 200 and f'value="{here}"' in page.text
    got = sign_in(client, world, next=here)
    assert (got.status_code, got.location) == (303, here)
    assert client.get(here).status_code == 200
    assert client.get("/aanmelden").location == "/"
    cookie = next(line for line in got.headers.getlist("Set-Cookie") if line.startswith("kl_session="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    secure = app.test_client().post("/aanmelden", data={"email": address(world), "password": PASSWORD}, base_url="https://localhost")
    assert "Secure" in next(line for line in secure.headers.getlist("Set-Cookie") if line.startswith("kl_session="))


def anonymous_text(text: str) -> str:
    """A page without what differs for everybody: addresses and the form's token."""
    return re.sub(r'[\w.-]+@voorbeeld\.example|name="csrf[^>]*>|id="csrf[^>]*>', "", text)


def test_the_same_answer_for_unknown_and_wrong(house: tuple[Flask, World]) -> None:
    app, world = house
    client = app.test_client()
    wrong = client.post("/aanmelden", data={"email": address(world), "password": "iets anders"})
    unknown = client.post("/aanmelden", data={"email": address(world, "niemand"), "password": "iets anders"})
    without = client.post("/aanmelden", data={"email": address(world, "participant"), "password": "iets anders"})
    assert wrong.status_code == unknown.status_code == without.status_code == 422
    assert anonymous_text(wrong.text) == anonymous_text(unknown.text) == anonymous_text(without.text)
    assert "horen niet bij elkaar" in wrong.text and f'value="{address(world)}"' in wrong.text
    assert "iets anders" not in wrong.text


def test_a_new_session_at_sign_in_and_none_after_signing_out(house: tuple[Flask, World]) -> None:
    app, world = house
    client = app.test_client()
    sign_in(client, world)
    with client.session_transaction() as session:
        first = dict(session)
    sign_in(client, world)
    with client.session_transaction() as session:
        second = dict(session)
    assert first["_user_id"] != second["_user_id"]
    thief = app.test_client()
    with thief.session_transaction() as session:
        session.update(first)
    assert thief.get("/mijn/aanmeldingen").status_code == 302  # the earlier record was revoked
    assert "Je meldt dit apparaat af" in client.get("/afmelden").text
    assert client.get("/mijn/aanmeldingen").status_code == 200  # a link does not sign anybody out
    assert client.post("/afmelden").location == "/"
    with thief.session_transaction() as session:
        session.update(second)
    assert thief.get("/mijn/aanmeldingen").status_code == 302


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def mailed_path(app: Flask, post: MailServer) -> str:
    """The link in the last mail that arrived; it stands in no table."""
    assert jobs.run_all(app) >= 1
    found = re.search(r"https://kennislab\.example(/aanmelden/link/\S+)", post.taken[-1].text)
    assert found is not None
    with app.app_context():
        assert "/aanmelden/link/[eenmalige code]" in db.session.query(Mail).order_by(Mail.id.desc()).first().body
    return found.group(1)


def test_a_link_by_mail(make_app: Callable[..., Flask], sqlite_url: str, post: MailServer) -> None:
    app = make_app(sqlite_url, PUBLIC_URL="https://kennislab.example/", SMTP_URL=post.url)
    world = world_in(app)
    client = app.test_client()
    known = client.post("/aanmelden/link", data={"email": address(world, "participant"), "next": "/programmas"})
    path = mailed_path(app, post)
    unknown = client.post("/aanmelden/link", data={"email": "niemand@voorbeeld.example"})
    assert known.status_code == unknown.status_code == 200
    assert anonymous_text(known.text) == anonymous_text(unknown.text)
    assert path.endswith("?next=/programmas")
    for _twice in range(2):
        assert "druk op de knop" in client.get(path).text  # a mail program that looks uses nothing up
    button = path.partition("?")[0]
    assert client.post(button, data={"next": "/programmas"}).location == "/programmas"
    assert client.get(f"/kennislabs/{world.lab_id}").status_code == 200
    other = app.test_client()
    assert other.post(button).status_code == 410
    assert "Vraag een nieuwe link aan." in other.post(button).text
    jobs.run_all(app)
    with app.app_context():
        assert db.session.query(Mail).count() == 1  # nobody has the other address
        mail = db.session.query(Mail).one()
        assert (mail.to, mail.subject, mail.state) == (address(world, "participant"), "Aanmelden bij Kennislab", "sent")


@pytest.mark.parametrize(
    ("wish", "goes"),
    [
        ("/kennislabs/4?a=b", "/kennislabs/4?a=b"),
        ("https://elders.example/", None),
        ("//elders.example", None),
        ("/\\elders.example", None),
        ("/\telders", None),
        ("javascript:alert(1)", None),
        ("", None),
        (None, None),
    ],
)
def test_going_on_never_leaves_this_site(wish: str | None, goes: str | None) -> None:
    assert safe_next(wish) == goes


def test_a_personal_link_gives_a_participants_rights_and_no_more(house: tuple[Flask, World]) -> None:
    app, world = house
    with app.app_context(), transaction() as tx:
        person = tx.session.get_one(Person, world.people["coordinator"])
        token = operations.make_personal_link(tx, person, world.programme_id, world.lab_id)
    phone = app.test_client()
    assert phone.post(f"/uitnodiging/{token}").location == f"/kennislabs/{world.lab_id}"
    assert phone.get(f"/kennislabs/{world.lab_id}").status_code == 200
    assert phone.get(f"/programmas/{world.programme_id}/gegevens").status_code == 403
    page = phone.get("/mijn/aanmeldingen").text
    assert "met een persoonlijke link" in page and "Wachtwoord" not in page
    taken_over = {"password": "nieuw en lang genoeg", "again": "nieuw en lang genoeg"}
    assert phone.post("/mijn/wachtwoord", data=taken_over).status_code == 403
    assert phone.post("/mijn/sleutels", data={"name": "x"}).status_code == 403
    laptop = signed_in(app, world, "coordinator")
    assert laptop.get(f"/uitnodiging/{token}?next=/archief").location == "/archief", "who is here already just goes on"
    assert laptop.post(f"/uitnodiging/{token}").status_code == 303
    assert laptop.get(f"/programmas/{world.programme_id}/gegevens").status_code == 200  # still who they were
    colleague = signed_in(app, world, "facilitator").get(f"/uitnodiging/{token}?next=/archief").text
    assert "Op dit apparaat is nu Facilitator aangemeld" in colleague and "bladzijde uit de mail" in colleague
    gone = app.test_client().get("/uitnodiging/rommel")
    assert gone.status_code == 410 and 'href="/aanmelden"' in gone.text
    assert app.test_client().post("/uitnodiging/rommel").status_code == 410


def test_where_am_i_signed_in(house: tuple[Flask, World]) -> None:
    app, world = house
    here, there = signed_in(app, world, "participant"), signed_in(app, world, "participant")
    stranger = signed_in(app, world, "facilitator")
    with app.app_context():
        records = queries.sign_ins_of(db.session(), world.people["participant"])
        ids = {record.public_id for record in records}
    with there.session_transaction() as session:
        secret = session["_user_id"]
    with app.app_context():
        that = queries.sign_in_by_secret(db.session(), secret)
        assert that is not None
        other_id = that[0].public_id
    assert other_id in ids
    assert app.test_client().get("/mijn/aanmeldingen").status_code == 302
    page = here.get("/mijn/aanmeldingen").text
    assert page.count("dit apparaat") == 1 and all(one in page for one in ids)
    assert stranger.post(f"/mijn/aanmeldingen/{other_id}/intrekken").status_code == 404
    assert app.test_client().post(f"/mijn/aanmeldingen/{other_id}/intrekken").status_code == 401
    assert here.post(f"/mijn/aanmeldingen/{other_id}/intrekken").status_code == 303
    assert there.get("/mijn/aanmeldingen").status_code == 302
    assert here.get("/mijn/aanmeldingen").status_code == 200
    third = signed_in(app, world, "participant")
    assert here.post("/mijn/aanmeldingen/andere-intrekken").status_code == 303
    assert third.get("/mijn/aanmeldingen").status_code == 302
    assert stranger.get("/mijn/aanmeldingen").status_code == 200


def test_a_new_password(house: tuple[Flask, World]) -> None:
    app, world = house
    client = app.test_client()
    sign_in(client, world)
    new = {"current": PASSWORD, "password": "nieuw en lang genoeg", "again": "nieuw en lang genoeg"}
    assert "Dit is niet je wachtwoord van nu." in client.post("/mijn/wachtwoord", data=new | {"current": "fout"}).text
    assert "niet gelijk" in client.post("/mijn/wachtwoord", data=new | {"again": "anders"}).text
    assert "tien tot tweehonderd" in client.post("/mijn/wachtwoord", data=new | {"password": "kort", "again": "kort"}).text
    assert client.post("/mijn/wachtwoord", data=new).status_code == 303
    assert client.get("/mijn/aanmeldingen").status_code == 200
    assert sign_in(app.test_client(), world).status_code == 422
    assert sign_in(app.test_client(), world, password="nieuw en lang genoeg").status_code == 303


def test_keys_for_programs(house: tuple[Flask, World]) -> None:
    app, world = house
    client = signed_in(app, world, "facilitator")
    made = client.post("/mijn/sleutels", data={"name": "dashboard"})
    assert made.status_code == 201
    token = re.search(r"<code>([\w-]{43})</code>", made.text).group(1)
    assert token not in client.get("/mijn/aanmeldingen").text
    bearer = {"Authorization": f"Bearer {token}"}
    path = f"/kennislabs/{world.lab_id}"
    assert app.test_client().get(path, headers=bearer).status_code == 200
    assert app.test_client().get("/mijn/aanmeldingen", headers=bearer).status_code == 200
    assert app.test_client().post("/mijn/sleutels", data={"name": "nog een"}, headers=bearer).status_code == 403
    with app.app_context():
        record = queries.tokens_of(db.session(), world.people["facilitator"])[0]
    assert signed_in(app, world, "participant").post(f"/mijn/sleutels/{record.id}/intrekken").status_code == 404
    assert client.post(f"/mijn/sleutels/{record.id}/intrekken").status_code == 303
    refused = app.test_client().get(path, headers=bearer)
    assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")
    signed = signed_in(app, world, "coordinator")
    assert signed.get(path, headers={"Authorization": "Bearer rommel"}).status_code == 401  # a token that came along is what counts


def test_use_is_written_down_now_and_then(house: tuple[Flask, World], monkeypatch: pytest.MonkeyPatch) -> None:
    app, world = house
    client = signed_in(app, world, "participant")
    start = clock.now()

    def seen() -> float:
        with app.app_context():
            return (db.session.query(SignIn).one().last_seen_at - start).total_seconds()

    client.get("/mijn/aanmeldingen")
    assert abs(seen()) < 5
    monkeypatch.setattr(clock, "now", lambda: start + 2 * operations.SEEN_EVERY)
    assert client.get("/mijn/aanmeldingen").status_code == 200
    assert seen() == pytest.approx(2 * operations.SEEN_EVERY.total_seconds(), abs=1)


def test_limits_stop_a_guesser_and_let_the_room_in(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url, RATELIMIT_ENABLED=True)
    world = with_password(app)
    guesser = app.test_client()
    codes = [guesser.post("/aanmelden", data={"email": address(world), "password": f"gok {n}"}).status_code for n in range(12)]
    assert codes == [422] * 10 + [429] * 2
    told = guesser.post("/aanmelden", data={"email": address(world), "password": "gok"})
    assert int(told.headers["Retry-After"]) > 0
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    good = app.test_client().post("/aanmelden", data={"email": address(world), "password": PASSWORD}, environ_base=elsewhere)
    assert good.status_code == 303  # the owner, on another network, is not locked out
    room = {"REMOTE_ADDR": "192.0.2.8"}
    with app.app_context(), transaction() as tx:
        person = tx.session.get_one(Person, world.people["participant"])
        links = [operations.make_personal_link(tx, person, world.programme_id) for _n in range(90)]
    assert {app.test_client().post(f"/uitnodiging/{link}", environ_base=room).status_code for link in links} == {303}


def test_forms_want_their_token(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world = with_password(app)
    client = app.test_client()
    refused = sign_in(client, world)
    assert refused.status_code == 400 and "Deze pagina stond te lang open" in refused.text
    page = client.get("/aanmelden").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    assert sign_in(client, world, csrf_token=token).status_code == 303
    assert client.post("/afmelden").status_code == 400
