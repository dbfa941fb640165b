"""Searching the archive: what is found, by whom, why, and what else; nothing of what is not theirs shows anywhere."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.models import Person
from kennislab.archive import asking, reindexing
from kennislab.archive.asking import Asked
from kennislab.core import clock, jobs, search
from kennislab.core.db import db
from kennislab.core.search import Document, SearchDocument
from kennislab.core.transaction import transaction
from kennislab.live import library, recall_meaning
from kennislab.live.methods.schema import BUILT_IN
from kennislab.products import operations as products
from kennislab.products.models import Product
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab
from kennislab.questions import operations as questions
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.archive.findings import ELSEWHERE, HIDDEN, PRODUCTS, Found, filled
from tests.archive.rooms import SAID, item_of
from tests.programme.worlds import signed_in
from tests.support import databases

ROLES = ("anonymous", "outsider", "participant", "facilitator", "coordinator")
STAFF = ("facilitator", "coordinator")
KINDS = {"lab", "question", "bottleneck", "solution", "insight", "lesson", "action", "product"}


@pytest.fixture(scope="module")
def app(_databases: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("searching")
    made = databases.create_app(databases.settings(folder, _databases.filled("sqlite", folder)))
    yield made
    databases.dispose(made)


@pytest.fixture(scope="module")
def there(app: Flask) -> Found:
    return filled(app)


def client_of(app: Flask, there: Found, role: str) -> FlaskClient:
    return signed_in(app, there.said.world, role)


def titles(page: str) -> list[str]:
    found = re.findall(r'<h3 class="hit__title"><a href="[^"]*">(.*?)</a>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


def facet_of(page: str, title: str) -> dict[str, int]:
    body = re.search(rf"<summary>{re.escape(title)}</summary>(.*?)</details>", page, re.DOTALL)
    if body is None:
        return {}
    return {
        re.sub(r"<svg.*?</svg>|<span class=\"visually-hidden\">.*?</span>|<[^>]+>", "", text).strip(): int(count)
        for text, count in re.findall(r'<li><a [^>]*>(.*?)<span class="count">(\d+)</span></a></li>', body[1], re.DOTALL)
    }


def test_all_kinds_are_found_by_those_for_whom_they_are(app: Flask, there: Found) -> None:
    with app.app_context():
        for role, kinds in {
            "anonymous": {"product"},
            "outsider": {"product"},
            "participant": KINDS,
            "facilitator": KINDS | {"method"},
            "coordinator": KINDS | {"method"},
        }.items():
            actor = there.said.actor(role) if role not in ("anonymous", "outsider") else asking.Actor()
            answer = asking.found(db.session(), Asked(), asking.audiences_of(actor), 0)
            assert {kind for kind, _n in answer.facets["kind"]} == kinds, role
            assert dict(answer.facets["kind"]).get("method", 0) == (len(BUILT_IN) if role in STAFF else 0)
            products_seen = [
                hit.title
                for hit in asking.found(db.session(), Asked("wijkbudget", {"soort": ("product",)}), asking.audiences_of(actor), 9).hits
            ]
            names = ["public", *(["early"] if kinds != {"product"} else []), *(["draft"] if role in STAFF else [])]
            assert sorted(products_seen) == sorted(PRODUCTS[name] for name in names), role


@pytest.mark.parametrize("role", ROLES)
def test_nothing_shows_of_what_is_not_theirs(app: Flask, there: Found, role: str) -> None:
    """Not in hits, counts, snippets, suggestions, what looks alike, or the list to take along."""
    client = client_of(app, there, role)
    everything = client.get("/archief").text
    assert facet_of(everything, "Thema").get("Geld", 0) == {"anonymous": 1, "outsider": 1, "participant": 4}.get(role, 5)
    for word in HIDDEN:
        page = client.get(f"/archief?q={word}")
        assert (page.status_code, titles(page.text)) == (200, [])
        assert f"Dit woord staat nergens: {word}." in page.text
        for half in (word[:4], word):
            told = client.post("/archief/suggesties", data={"q": half}).json
            assert told is not None and [one for one in told["suggestions"] if word in str(one)] == []
        assert word not in client.get(f"/archief.csv?q={word}").text
    pages = [everything, *(client.get(path).text for path in ("/archief?q=wijkbudget", "/archief?q=budget&volgorde=nieuw", "/archief.csv"))]
    with app.app_context():
        D = SearchDocument
        documents = db.session().execute(sa.select(D.kind, D.key, D.audience)).all()
        mine = asking.audiences_of(there.said.actor(role) if role in ("participant", *STAFF) else asking.Actor())
    for kind, key, audience in documents:
        answer = client.get(f"/archief/lijkt-op/{kind}/{key}")
        seen = 200 if audience in mine else 302 if role == "anonymous" else 404
        assert answer.status_code == seen, (kind, key)
        if kind in ("solution", "product"):
            pages.append(answer.text)
    for page in pages:
        assert not [word for word in HIDDEN if word in page.casefold()]


def test_results_say_what_where_and_why(app: Flask, there: Found) -> None:
    client = client_of(app, there, "participant")
    page = client.get("/archief?q=wijkbudgetten+bewoners&soort=solution").text
    assert titles(page) == [SAID["purse"]["text"]]
    assert "Gevonden door: wijkbudget, bewoners" in page.replace("bewoners, wijkbudget", "wijkbudget, bewoners")
    assert "<mark>wijkbudget</mark>" in page and "1 keer geprobeerd, 1 keer gewerkt" in page and "Proeflab" in page
    assert "Nog niemand meldde" not in page
    assert facet_of(page, "Soort")["Oplossing"] == 1
    assert titles(client.get("/archief?resultaat=worked").text) == [SAID["purse"]["text"]]
    assert facet_of(page, "Heeft het gewerkt?") == {"Gewerkt": 1}
    alike = client.get(re.findall(r'href="(/archief/lijkt-op/solution/[^"]+)"', page)[0]).text
    assert SAID["slow"]["text"] in alike and PRODUCTS["public"] in alike, "its own bottleneck, and the plan that says the same"


def test_a_line_stands_before_what_has_some_of_the_words_or_means_the_same(
    app: Flask, there: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall_meaning, "NAME", "by-hand")
    east = np.eye(8, dtype=np.float32)[0]
    asked: list[str] = []

    def of(session: Session, text: str) -> search.Meaning:
        asked.append(text)
        return search.Meaning("by-hand", east)

    client, line = client_of(app, there, "participant"), "Hieronder staat wat een deel van je woorden heeft"
    plain = client.get("/archief?q=draagvlak+bewoners").text
    first, after = plain.split('<li class="hits__part">')
    with app.app_context():
        results = search.search(db.session(), "draagvlak bewoners", {"public", f"programme:{there.said.world.programme_id}"}, widen=True)
    assert 0 < results.whole < results.total == len(titles(plain)) and len(titles(first)) == results.whole
    assert after.startswith(f"{line}.") and "in betekenis" not in plain
    assert '<li class="hits__part">Below is what has some of your words.' in client.get("/archief?q=draagvlak+bewoners&taal=en").text
    client.get("/archief?taal=nl")
    with app.app_context(), transaction() as tx:
        D = SearchDocument
        same = tx.session.scalars(sa.select(D.id).where(D.title.in_([SAID["unnamed"]["text"], ELSEWHERE])))
        assert search.store_vectors(tx, "by-hand", dict.fromkeys(same, east)) == 2
    monkeypatch.setattr(recall_meaning, "of", of)
    page = client.get("/archief?q=draagvlak+bewoners+-vlonder").text
    assert asked == ["draagvlak bewoners"]
    assert titles(page.split('<li class="hits__part">')[0]) == titles(first), "what holds all words stays where it is"
    assert f"{line}, of erop lijkt in betekenis." in page and page.count("Lijkt erop in betekenis") == 1 and ELSEWHERE not in page
    (told,) = [one for one in page.split('<li class="hit"') if "Lijkt erop in betekenis" in one]
    assert titles(told) == [SAID["unnamed"]["text"]] and "Gevonden door" not in told and facet_of(page, "Soort")["Les"] == 1
    alone = client.get("/archief?q=laaggeletterden").text
    assert titles(alone) == [SAID["unnamed"]["text"]] and "Precies dit vonden we niet" in alone and "1 resultaat" in alone
    assert len(client.get("/archief.csv?q=laaggeletterden").get_data(as_text=True).splitlines()) == 2, "the list to take along is the same"
    assert titles(client.get("/archief?q=laaggeletterden&volgorde=nieuw").text) == []
    monkeypatch.setenv("KENNISLAB_ENCODER", "letters")
    assert titles(client.get("/archief?q=laaggeletterden").text) == []


def test_actions_are_found_by_how_they_stand_and_not_by_who_does_them(app: Flask, there: Found) -> None:
    client = client_of(app, there, "participant")
    assert titles(client.get("/archief?stand=done").text) == ["Nabellen"]
    assert titles(client.get("/archief?stand=open").text) == []
    assert titles(client.get("/archief?q=Pia").text) == []
    assert facet_of(client.get("/archief?soort=action").text, "Stand van de actie") == {"Gedaan": 1}


def test_filters_stand_in_the_address_and_have_a_way_off(app: Flask, there: Found) -> None:
    client = client_of(app, there, "participant")
    both = client.get("/archief?soort=lesson&soort=insight").text
    assert sorted(titles(both)) == sorted([SAID["unnamed"]["text"], SAID["inside"]["text"]])
    assert re.findall(r'class="tag chosen__one" href="([^"]+)"', both) == ["/archief?soort=insight", "/archief?soort=lesson"]
    assert facet_of(both, "Soort")["Oplossing"] == 1, "one's own choice does not hide the others"
    lesson = client.get("/archief?soort=lesson").text
    assert facet_of(lesson, "Soort")["Les"] == 1 and not facet_of(lesson, "Gemeente"), "nobody's town is told of what is anonymous"
    with app.app_context():
        quarter = db.session().scalars(sa.select(Lab.quarter).where(Lab.id == there.said.world.lab_id)).one()
    within = client.get(f"/archief?van={quarter}&tot={quarter}&soort=solution").text
    assert titles(within) == [SAID["purse"]["text"]]
    nothing = client.get("/archief?van=2001-Q1&tot=2001-Q2&soort=solution&q=wijkbudget").text
    assert titles(nothing) == []
    ways = dict(re.findall(r'<li><a href="([^"]+)">[^<]+</a> <span class="muted">\((\d+)\)</span></li>', nothing))
    assert ways == {"/archief?q=wijkbudget": "3", "/archief?q=wijkbudget&amp;soort=solution": "1"}
    assert client.get("/archief?van=onzin&bladzijde=x&soort=%00&thema=" + "y" * 900).status_code == 200


def test_finding_nothing_says_what_to_do(app: Flask, there: Found) -> None:
    client = client_of(app, there, "participant")
    page = client.get('/archief?q="bewoners wijkbudget geven" qqqqzzzz'.replace(" ", "+")).text
    assert "Niets gevonden" in page and "Dit woord staat nergens: qqqqzzzz." in page and "Alleen “wijkbudget”" in page
    assert "Bewaar deze zoekopdracht" in page
    some = client.get("/archief?q=qqqqzzzz+wijkbudget").text
    assert "Precies dit vonden we niet." in some and "Dit woord staat nergens: qqqqzzzz." in some and SAID["purse"]["text"] in titles(some)
    assert "zochten op “wijkbudget”" in client.get("/archief?q=wijkbudgte").text
    assert "Zo ver gaat de lijst niet" in client.get("/archief?q=wijkbudget&bladzijde=9").text


def test_the_list_can_be_taken_along(app: Flask, there: Found) -> None:
    answer = client_of(app, there, "participant").get("/archief.csv?q=wijkbudget&soort=solution")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="archief.csv"'
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    assert rows[1][:4] == ["Oplossing", SAID["purse"]["text"], "Proeflab", "Tilburg"]
    assert rows[1][7] == "Gewerkt" and "/archief/" in rows[1][9]


def test_suggestions_complete_and_lead_on(app: Flask, there: Found) -> None:
    client = client_of(app, there, "participant")
    told = client.post("/archief/suggesties", data={"q": "wijkb"}).json
    assert told is not None and "wijkbudget" in [one["text"] for one in told["suggestions"]]
    towns = client.post("/archief/suggesties", data={"q": "Tilb"}).json
    assert towns is not None and {"text": "Tilburg", "about": "Gemeente"} in [
        {"text": one["text"], "about": one["about"]} for one in towns["suggestions"] if one["url"] == "/archief?gemeente=Tilburg"
    ]
    assert client.post("/archief/suggesties", data={"q": "w"}).json == {"suggestions": []}


def test_the_index_is_made_anew_as_it_was(app: Flask, there: Found) -> None:
    def state() -> dict[tuple[str, str], tuple[Any, ...]]:
        D = SearchDocument
        rows = db.session().execute(sa.select(D.kind, D.key, D.audience, D.title, D.text, D.url, D.facets, D.indexed_at)).all()
        db.session.rollback()
        return {(row[0], row[1]): tuple(row[2:]) for row in rows}

    with app.app_context():
        before = state()
        assert reindexing.reindex() == reindexing.Done(len(before), 0, 0)
        with transaction() as tx:
            search.index(tx, Document("bottleneck", "spook", "Een spook", "", "public", "/archief/spook", clock.now()))
            search.remove(tx, "method", next(iter(BUILT_IN)))
            purse = item_of(tx, there.said, "purse")
            search.index(tx, Document("solution", purse.id, "Verouderd", "", before["solution", purse.id][0], "/x", clock.now()))
        assert reindexing.reindex() == reindexing.Done(len(before), 2, 1)
        after = state()
        assert {name: row[:-1] for name, row in after.items()} == {name: row[:-1] for name, row in before.items()}
        assert after["solution", purse.id][-1] == before["solution", purse.id][-1], "what was there is not new"
        assert after["method", next(iter(BUILT_IN))][-1] == reindexing.LONG_AGO, "nor is what was not found before"
        assert (reindexing.look(print), reindexing.look(print)) == (True, False), "once after an upgrade"
        assert db.session().scalar(sa.select(sa.func.count()).where(jobs.Job.name == reindexing.REINDEX)) == 1


def test_labs_methods_and_products_follow_what_happens_to_them(app: Flask, there: Found) -> None:
    staff = there.said.actor("coordinator")
    audiences = asking.audiences_of(staff)

    def found(query: str, kind: str) -> list[str]:
        answer = [hit.title for hit in search.search(db.session(), query, audiences, {"kind": [kind]}).hits]
        db.session.rollback()
        return answer

    with app.app_context():
        with transaction() as tx:
            lab = tx.session.scalars(sa.select(Lab).where(Lab.title == "Winterlab over warmte")).one()
            plan = programmes.LabData("Lentelab", lab.starts_at, lab.ends_at, lab.question_deadline, place="De Kameleon")
            programmes.edit_lab(tx, lab, plan, lab.rev)
        assert (found("winterlab", "lab"), found("kameleon", "lab")) == ([], ["Lentelab"])
        with transaction() as tx:
            programmes.delete_lab(tx, tx.session.get_one(Lab, lab.id))
        assert found("kameleon", "lab") == []
        method = next(iter(BUILT_IN.values())).model_copy(update={"id": "eigen_rondje", "name_nl": "Eigenwijs rondje"})
        with transaction() as tx:
            library.keep(tx, there.said.world.programme_id, staff, method)
        assert found("eigenwijs", "method") == ["Eigenwijs rondje"]
        assert search.search(db.session(), "eigenwijs", asking.audiences_of(there.elsewhere)).total == 0
        with transaction() as tx:
            library.retire(tx, there.said.world.programme_id, "eigen_rondje")
        assert found("eigenwijs", "method") == []
        with transaction() as tx:
            product = tx.session.scalars(sa.select(Product).where(Product.public_id == there.public_ids["early"])).one()
            assert search.search(tx.session, "vroeg", {"public"}).total == 0
            products.give_early_access(tx, product, clock.now().astimezone(clock.LOCAL).date())
            assert [hit.title for hit in search.search(tx.session, "vroeg", {"public"}).hits] == [PRODUCTS["early"]]
            products.give_early_access(tx, product, None)


def test_a_method_that_came_with_kennislab_leads_to_ones_own_library(app: Flask, there: Found) -> None:
    key = next(iter(BUILT_IN))
    answers = {role: client_of(app, there, role).get(f"/werkvormen/{key}") for role in ROLES}
    assert {role: answer.status_code for role, answer in answers.items()} == {
        "anonymous": 302, "outsider": 404, "participant": 404, "facilitator": 302, "coordinator": 302,
    }  # fmt: skip
    assert answers["facilitator"].location == f"/programmas/{there.said.world.programme_id}/werkvormen/{key}"
    assert client_of(app, there, "facilitator").get("/werkvormen/bestaatniet").status_code == 404


def test_a_forgotten_name_is_not_found_any_more(app: Flask, there: Found) -> None:
    with app.app_context():
        with transaction() as tx:
            person = tx.session.get_one(Person, there.said.other_id)
            person.name = "Ander Mensenkind"
            lab = tx.session.get_one(Lab, there.said.world.lab_id)
            now = clock.now()
            lab = programmes.plan_lab(tx, lab.programme, programmes.LabData("Vraaglab", now, now + timedelta(hours=1), now))
            question = KnowledgeQuestion(
                lab=lab,
                text="Wie kent de buurtvader?",
                context="Ander Mensenkind kent hem.",
                status=QuestionStatus.SUBMITTED,
                submitted_at=now,
            )
            tx.session.add(question)
            tx.session.flush()
            questions.changed(tx, question)
        mine = asking.audiences_of(there.said.actor("participant"))
        assert search.search(db.session(), "Mensenkind", mine).total == 1
        with transaction() as tx:
            forgetting.forget(tx, person.id, "self")
        assert search.search(db.session(), "Mensenkind", mine).total == 0
        assert search.search(db.session(), "buurtvader", mine).total == 1, "the question stays"
        assert "Mensenkind" not in str(db.session().execute(sa.select(SearchDocument.title, SearchDocument.text)).all())
        db.session.rollback()


def test_an_empty_archive_says_what_will_be_there(make_app: Any, sqlite_url: str, tmp_path: Path) -> None:
    page = make_app(sqlite_url).test_client().get("/archief")
    assert page.status_code == 200
    assert "Het archief is nog leeg" in page.text and "Je ziet nu wat openbaar is." in page.text


def test_a_period_and_an_order_survive_being_kept() -> None:
    pairs = [("q", "wijk budget"), ("soort", "lesson"), ("soort", "insight"), ("van", "2025-Q1"), ("tot", "2026-Q4"), ("volgorde", "nieuw")]
    asked = Asked.of([*pairs, ("soort", "lesson"), ("raar", "x"), ("tot", "later")])
    assert asked.pairs == pairs and Asked.kept(asked.as_kept()) == asked
    assert Asked.of([("van", "2026-Q4"), ("tot", "2025-Q1")]).pairs == [("van", "2025-Q1"), ("tot", "2026-Q4")]
    assert asked.facets()["quarter"][0] == "2025-Q1" and asked.facets()["quarter"][-1] == "2026-Q4"
    assert Asked.of([("van", "2026-Q1"), ("kwartaal", "2025-Q1")]).facets()["quarter"] == ["-"]
