"""Where things came from and what came of them: every relation, both directions, two labs and a product; and what stays untold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

import kennislab
from kennislab.accounts import forgetting
from kennislab.archive import changing, folding, tracing, trails
from kennislab.archive.became import became_of
from kennislab.archive.models import ArchiveItem, Consent, Evidence, ItemLink, LinkKind, Outcome, Status
from kennislab.archive.provenance import HIDDEN, NO_WHERE, NODES, PART, RELATIONS, WITHDRAWN, Chain
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.grouping.afterwards import Became
from kennislab.products import queries as products
from kennislab.programme.models import Lab, LabState
from kennislab.questions import queries as questions
from tests.archive.chains import Woven, weave
from tests.archive.chains import item as add
from tests.programme.worlds import signed_in
from tests.support import databases


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, _databases: databases.Databases) -> Iterator[Woven]:
    """For who only reads."""
    folder = tmp_path_factory.mktemp("woven")
    app = databases.create_app(databases.settings(folder, _databases.filled("sqlite", folder)))
    yield weave(app)
    databases.dispose(app)


@pytest.fixture
def woven(make_app: Any, sqlite_url: str) -> Woven:
    """For who changes something."""
    return weave(make_app(sqlite_url))


def lab_of(woven: Woven, number: int) -> str:
    with woven.app.app_context():
        return db.session.get_one(Lab, woven.labs[number]).title


def of_question(woven: Woven, name: str, role: str = "participant") -> Chain:
    with woven.app.app_context():
        found = questions.by_public_id(db.session(), woven.questions[name])
        assert found is not None
        return tracing.of_question(db.session(), woven.actor(role), found)


def names(woven: Woven, nodes: Any) -> list[str]:
    return [woven.name(node.key) for node in nodes]


def test_a_chain_leads_both_ways_on_both_databases(app: Flask) -> None:
    woven = weave(app)
    lab, told = lab_of(woven, 0), woven.told(woven.chain("purse"))
    assert told == {
        # where it came from
        ("twin", "merged_into", "question"),
        (lab, "asked_in", "question"),
        ("question", "grouped_into", "Geld"),
        ("Geld", "worked_on_in", "Werkgroep Geld"),
        ("Werkgroep Geld", "at_step", "Knelpunten ophalen"),
        ("Knelpunten ophalen", "caught_at", "slow"),
        ("question", "came_up_with", "slow"),
        (PART, "linked", "slow"),
        ("slow", "answers", "purse"),
        # what came of it
        ("purse", "drawn_from", "lesson"),
        ("lesson", "agreed_because_of", "action"),
        ("purse", "came_back", "delft"),
        ("purse", "tried_in", "Tilburg"),
        ("purse", "tried_in", "Delft"),
        ("purse", "corrected_by", "Het mag ook een straatbudget zijn."),
        ("purse", "written_in", "Geef het geld vrij"),
        ("lesson", "written_in", "Geef het geld vrij"),
    }
    chain = woven.chain("purse")
    order = [node.key for node in chain.nodes]
    assert all(order.index(edge.earlier) < order.index(edge.later) for edge in chain.edges)
    outcomes = {node.label: node.detail for node in chain.nodes if node.kind == "outcome"}
    assert outcomes == {"Tilburg": "worked", "Delft": "tried"}


def test_a_question_leads_through_its_group_into_the_next_lab(shared: Woven) -> None:
    woven = shared
    lab, later, told = lab_of(woven, 0), lab_of(woven, 1), woven.told(of_question(woven, "asked"))
    assert {
        ("twin", "merged_into", "question"),
        ("question", "asked_again", "question2"),
        (later, "asked_in", "question2"),
        ("question2", "grouped_into", "Regie"),
        ("Regie", "worked_on_in", "Werkgroep Regie"),
        ("Werkgroep Regie", "at_step", "Knelpunten ophalen"),
        ("Knelpunten ophalen", "caught_at", "delft"),
        ("slow", "answers", "purse"),
        (lab, "asked_in", "question"),
    } <= told
    assert woven.told(woven.chain("question")) == told
    second = woven.told(of_question(woven, "again"))
    assert {("question", "asked_again", "question2"), ("whole", "split_into", "question2"), ("twin", "merged_into", "question")} <= second
    assert not {("slow", "answers", "purse"), ("question", "came_up_with", "slow")} & second  # what came of the one is not of the other
    every = told | second | woven.told(woven.chain("purse"))
    assert {kind for _one, kind, _other in every} == set(RELATIONS) - {"belongs_with"}


def test_what_belongs_together_in_one_lab_and_circles_end(woven: Woven) -> None:
    with woven.app.app_context(), transaction() as tx:
        for start, end in (("lesson", "slow"), ("slow", "lesson")):
            tx.session.add(ItemLink(from_id=woven.ids[start], to_id=woven.ids[end], kind=LinkKind.RELATED))
        tx.session.add(ItemLink(from_id=woven.ids["slow"], to_id=woven.ids["action"], kind=LinkKind.ORIGIN))
    told = woven.told(woven.chain("slow"))
    assert ("slow", "belongs_with", "lesson") in told and ("lesson", "belongs_with", "slow") not in told
    assert ("action", "drawn_from", "slow") in told and ("lesson", "agreed_because_of", "action") in told


def test_upstream_and_downstream_of_one_node(shared: Woven) -> None:
    woven = shared
    chain = woven.chain("lesson")
    key = f"kaart-{woven.ids['lesson']}"
    up = names(woven, chain.upstream(key))
    assert [name for name in up if name in woven.ids] == ["question", "slow", "purse"]
    assert names(woven, chain.downstream(key)) == ["action", f"alinea-{woven.product}-1"]
    assert [(edge.kind, woven.name(node.key)) for edge, node in chain.before(key)] == [("drawn_from", "purse")]
    assert [edge.kind for edge, _node in chain.after(key)] == ["agreed_because_of", "written_in"]


def test_what_a_reader_may_not_see_is_a_node_that_tells_nothing(shared: Woven) -> None:
    woven = shared
    inside, outside = woven.chain("slow"), woven.chain("slow", "other")
    assert ("slow", "answers", "secret") in woven.told(inside) and ("secret", "drawn_from", "after_secret") in woven.told(inside)
    told = woven.told(outside)
    assert ("slow", "linked", HIDDEN) in told and (HIDDEN, "linked", "after_secret") in told
    assert inside.shape() == outside.shape()
    hidden = [node for node in outside.nodes if node.hidden]
    assert {(node.kind, node.label, node.url, node.when, node.where, node.lab, node.detail) for node in hidden} == {
        ("hidden", HIDDEN, None, None, "", "", ""),
        ("hidden", PART, None, None, "", "", ""),
    }
    assert [node.key for node in hidden] == ["verborgen-1", "verborgen-2"]
    assert {("part", "merged_into", "slow"), ("slow", "answers", "secret")} <= woven.told(woven.chain("slow", "facilitator"))


def test_what_was_left_out_is_not_told_and_what_was_withdrawn_keeps_its_place(woven: Woven) -> None:
    assert "rubbish" not in names(woven, woven.chain("slow", "coordinator").nodes)
    with woven.app.app_context(), transaction() as tx:
        row = tx.session.get_one(ArchiveItem, woven.ids["purse"])
        row.status = Status.DROPPED
    told = woven.told(woven.chain("slow", "other"))
    assert {("slow", "linked", HIDDEN), (HIDDEN, "linked", "lesson")} <= told  # it holds the rest together


def test_of_what_is_anonymous_only_the_lab_is_told(woven: Woven) -> None:
    chain = woven.chain("unnamed")
    assert woven.told(chain) == {(lab_of(woven, 0), "caught_at", "unnamed")}
    assert chain[f"kaart-{woven.ids['unnamed']}"].where == ""
    with woven.app.app_context(), transaction() as tx:
        row = tx.session.get_one(ArchiveItem, woven.ids["unnamed"])
        for code in ("GM0855", "GM0503"):
            tx.session.add(Evidence(item=row, municipality_code=code, status=Outcome.WORKED, at=row.lab.day, reporter="Participant"))
    answer = signed_in(woven.app, woven.world, "participant").get(f"/archief/{woven.ids['unnamed']}/herkomst.json")
    assert "Tilburg" not in answer.text and "Delft" not in answer.text and "Werkgroep" not in answer.text
    assert "unnamed" not in woven.told(of_question(woven, "asked"))


def test_what_was_said_in_the_room_hangs_on_its_lab(shared: Woven) -> None:
    woven = shared
    lab = lab_of(woven, 0)
    assert woven.told(woven.chain("alone")) == {(lab, "at_step", "Knelpunten ophalen"), ("Knelpunten ophalen", "caught_at", "alone")}


def test_nothing_of_a_lab_that_is_not_sealed_or_of_another_programme(woven: Woven) -> None:
    assert "delft" in names(woven, woven.chain("purse").nodes)
    with woven.app.app_context(), transaction() as tx:
        tx.session.get_one(Lab, woven.labs[1]).state = LabState.HARVESTING
    assert "delft" not in names(woven, woven.chain("purse").nodes)
    assert "delft" in names(woven, woven.chain("purse", "coordinator").nodes)
    assert not any(node.hidden and node.label == HIDDEN for node in woven.chain("purse").nodes)
    assert {node.kind for node in woven.chain("slow", "outsider").nodes} <= {"bottleneck", "lab", "group", "step"}


def test_a_question_kept_in_its_group_does_not_come_back_through_its_page(woven: Woven) -> None:
    with woven.app.app_context(), transaction() as tx:
        tx.session.get_one(ArchiveItem, woven.ids["question"]).consent = Consent.GROUP
    assert not of_question(woven, "asked", "other")
    told = woven.told(of_question(woven, "again", "other"))
    assert (HIDDEN, "linked", "question2") in told and "question" not in {name for one, _kind, other in told for name in (one, other)}


def test_a_draft_of_a_product_is_for_its_makers(woven: Woven) -> None:
    with woven.app.app_context(), transaction() as tx:
        product = products.by_public_id(tx.session, woven.product)
        assert product is not None
        product.early_access_at = None
    kinds = {role: [node.kind for node in woven.chain("lesson", role).nodes].count("paragraph") for role in ("participant", "facilitator")}
    assert kinds == {"participant": 0, "facilitator": 1}


def test_the_way_to_a_paragraph(shared: Woven) -> None:
    woven = shared
    with woven.app.app_context():
        product = products.by_public_id(db.session(), woven.product)
        assert product is not None
        chain = products.way_to(db.session(), woven.actor(), product, product.steps)
        outside = products.way_to(db.session(), woven.actor("outsider"), product, product.steps)
    [root] = chain.roots
    assert (chain[root].label, chain[root].detail) == ("Geef het geld vrij", "Zo werkt een wijkbudget")
    up = names(woven, chain.upstream(root))
    assert [name for name in up if name in woven.ids] == ["question", "slow", "purse", "lesson"]
    assert outside.edges == []


def test_a_lab_theme_by_theme(shared: Woven) -> None:
    woven = shared
    with woven.app.app_context():
        lab, actor = db.session.get_one(Lab, woven.labs[0]), woven.actor("other")
        themes = tracing.themes_of(db.session(), actor, lab)
        geld = tracing.of_lab(db.session(), actor, lab, "Geld")
        rest = tracing.of_lab(db.session(), actor, lab, None)
    assert themes == [("Geld", 7), (None, 1)]
    assert {woven.name(key) for key in geld.roots} == {"question", "slow", "purse", "after_secret", "unnamed", "lesson", "action"}
    assert {woven.name(key) for key in rest.roots} == {"alone"}


def test_what_became_of_a_question_counts_what_solved_its_bottlenecks(shared: Woven) -> None:
    with shared.app.app_context():
        lab, asked = db.session.get_one(Lab, shared.labs[0]), shared.questions["asked"]
        assert became_of(db.session(), lab, [asked]) == {asked: Became(f"/archief/{shared.ids['question']}", solutions=1, worked=1)}


# --- forgetting -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["forgotten", "withdrawn", "anonymous"])
def test_the_chain_stays_whole_without_the_person(woven: Woven, how: str) -> None:
    chosen = [(name, reader) for name in ("question", "lesson", "action", "delft") for reader in ("participant", "coordinator")]
    chosen += [(name, "coordinator") for name in ("slow", "purse")]
    before = {one: woven.chain(*one) for one in chosen}
    with woven.app.app_context(), transaction() as tx:
        slow, purse = (tx.session.get_one(ArchiveItem, woven.ids[name]) for name in ("slow", "purse"))
        if how == "forgotten":
            forgetting.forget(tx, woven.world.people["participant"], "self")
        for item in (slow, purse):
            if how == "withdrawn":
                item.status, item.withdrawn_at = Status.DROPPED, item.created_at
            elif how == "anonymous":
                item.consent = Consent.PUBLIC_ANONYMOUS
                changing.cut(item)
    after = {one: woven.chain(*one) for one in chosen}
    assert {one: chain.shape() for one, chain in after.items()} == {one: chain.shape() for one, chain in before.items()}
    lesson = after["lesson", "participant"]
    if how == "withdrawn":
        assert not {"slow", "purse"} & set(names(woven, lesson.nodes))
        assert (WITHDRAWN, "linked", "lesson") in woven.told(lesson)
        assert not {"Tilburg", "Delft", "Het mag ook een straatbudget zijn."} & {
            node.label for node in after["question", "participant"].nodes
        }  # what came of it is there, without words
    elif how == "anonymous":
        told = woven.told(lesson)
        assert ("question", "came_up_with", "slow") in told and (NO_WHERE, "linked", "slow") in told
        assert not any("Werkgroep" in node.label or node.kind in ("group", "step") for node in lesson.nodes)
        assert all(node.where == "" for node in lesson.nodes if woven.name(node.key) in ("slow", "purse"))
    else:
        said = json.dumps([(node.label, node.where, node.detail) for chain in after.values() for node in chain.nodes])
        assert "Participant" not in said


def test_a_card_without_a_name_hangs_where_its_ties_say_whatever_its_group_was(woven: Woven) -> None:
    def told(name: str) -> set[tuple[str, str, str]]:
        return woven.told(woven.chain(name, "other"))

    with woven.app.app_context(), transaction() as tx:
        slow = tx.session.get_one(ArchiveItem, woven.ids["slow"])
        slow.consent = Consent.PUBLIC_ANONYMOUS
        changing.cut(slow)
    before = {name: told(name) for name in ("slow", "question", "lesson", "unnamed")}
    with woven.app.app_context(), transaction() as tx:
        for name in ("slow", "unnamed"):
            item = tx.session.get_one(ArchiveItem, woven.ids[name])
            item.group_name, item.step_title = "Werkgroep Elders", None
    assert {name: told(name) for name in before} == before


@contextmanager
def statements_of(engine: sa.Engine) -> Iterator[list[str]]:
    """What is asked of a database meanwhile."""
    seen: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)


# --- long and many ------------------------------------------------------------------------------------------------------------


def test_a_chain_that_is_cut_says_so(shared: Woven, monkeypatch: pytest.MonkeyPatch) -> None:
    client, path = signed_in(shared.app, shared.world, "participant"), f"/archief/{shared.ids['question']}/herkomst"
    said = "Deze weg is langer dan hier past"
    assert said not in client.get(path).text and client.get(f"{path}.json").get_json()["afgekapt"] is False
    monkeypatch.setattr(trails, "MOST", 3)
    assert said in client.get(path).text and client.get(f"{path}.json").get_json()["afgekapt"] is True
    assert said in client.get(f"/kennislabs/{shared.labs[0]}/herkomst").text


def test_a_chain_asks_as_often_whatever_the_archive_holds(woven: Woven) -> None:
    def asked() -> dict[str, int]:
        found = {}
        for name in ("question", "slow", "delft"):
            with woven.app.app_context(), statements_of(db.engine) as seen:
                tracing.chain(db.session(), woven.actor("other"), db.session.get_one(ArchiveItem, woven.ids[name]))
            found[name] = len(seen)
        with woven.app.app_context(), statements_of(db.engine) as seen:
            tracing.of_lab(db.session(), woven.actor("other"), db.session.get_one(Lab, woven.labs[0]), "Geld")
        return found | {"lab": len(seen)}

    def grow(first: int, last: int) -> None:
        with woven.app.app_context(), transaction() as tx:
            for number in range(first, last):  # two in the chain, one with what came of it; one elsewhere
                one = add(tx, woven, 0, f"more{number}", "solution", f"Nog iets {number}.", answers_id=woven.ids["slow"])
                tx.session.add(Evidence(item=one, municipality_code="GM0503", status=Outcome.WORKED, at=one.lab.day, district="Buitenhof"))
                add(tx, woven, 0, f"loose{number}", "insight", f"Los {number}.")
                add(tx, woven, 0, f"elsewhere{number}", "insight", f"Elders {number}.", group_name=f"Werkgroep {number}", themes=["Ver"])

    grow(0, 1)
    before, size = asked(), len(woven.chain("question").nodes)
    grow(1, 30)
    assert len(woven.chain("question").nodes) == size + 3 * 29
    assert asked() == before


# --- the pages ----------------------------------------------------------------------------------------------------------------


def test_pages_say_where_it_came_from_and_what_came_of_it(shared: Woven) -> None:
    client = signed_in(shared.app, shared.world, "participant")
    item = client.get(f"/archief/{shared.ids['purse']}").text
    for words in ("Waar dit vandaan komt", "Wat ervan kwam", "Lost op", "Staat nu in", "Alles op één bladzijde"):
        assert words in item, words
    assert item.count('<g role="img"') == 2
    assert f'href="/archief/{shared.ids["slow"]}" aria-label="Knelpunt: Het budget komt te laat vrij."' in item
    assert f'href="/archief/lijkt-op/solution/{shared.ids["purse"]}"' in item
    question = client.get(f"/kennisvragen/{shared.questions['again']}").text
    assert "Eerder gevraagd als" in question and "Gesplitst" not in question and "Was een deel van" in question
    product = client.get(f"/kennisproducten/{shared.product}").text
    drawn = re.findall(r'class="chain-box chain-box--card[^"]*" data-kind="(\w+)" data-key="([^"]+)"', product)
    assert [key for kind, key in drawn if kind == "paragraph"] == [f"alinea-{shared.product}-1"] * 2  # for a laptop, and for a phone
    assert f'href="/kennisproducten/{shared.product}/herkomst">Alles op één bladzijde' in product
    assert re.findall(r'chain-lane-head"[^>]*>([^<]*)<', product) == [
        "Vraag", "Vraag", "Thema", "Groep", "Onderdeel", "Knelpunt", "Oplossing", "Les", "Product",
    ]  # fmt: skip
    assert "Lost op" in product and f"/kennisproducten/{shared.product}/herkomst?stap=1" in product
    way = client.get(f"/kennisproducten/{shared.product}/herkomst?stap=1").text
    assert "Hoe komt het geld eerder bij de wijk?" in way and "Rust op: Geef bewoners een wijkbudget." in way
    lab = client.get(f"/kennislabs/{shared.labs[0]}/herkomst?thema=geld").text
    assert "Geld (8)" in lab and "Zonder thema (1)" in lab and 'aria-current="page">Geld' in lab
    sealed = client.get(f"/kennislabs/{shared.labs[0]}/archief").text
    assert f'href="/kennislabs/{shared.labs[0]}/herkomst?thema=Geld" aria-label="Thema: Geld"' in sealed
    assert sorted(re.findall(r'chain-kind"[^>]*>([^<]*)<', sealed)) == [
        "Acties: 1", "Gewerkt: 1", "Inzichten: 1", "Inzichten: 1", "Kennisvragen: 1", "Knelpunten: 1", "Lessen: 2", "Oplossingen: 2",
        "Thema", "Thema",
    ]  # fmt: skip
    assert "Nog geen weg te laten zien" in client.get(f"/kennisproducten/{shared.product}/herkomst?stap=2").text


def test_who_may_not_follow_the_way_gets_no_drawing_of_it(woven: Woven) -> None:
    with woven.app.app_context(), transaction() as tx:
        product = products.by_public_id(tx.session, woven.product)
        assert product is not None
        product.public_on = clock.now().date() - timedelta(days=2)
        product.early_access_at = clock.now() - timedelta(days=3)
    for client in (woven.app.test_client(), signed_in(woven.app, woven.world, "outsider")):
        page = client.get(f"/kennisproducten/{woven.product}")
        assert page.status_code == 200 and "<figure" not in page.text and "chain" not in page.text


def test_every_key_of_the_data_is_written_down(shared: Woven) -> None:
    client = signed_in(shared.app, shared.world, "participant")
    data = client.get(f"/archief/{shared.ids['purse']}/herkomst.json").get_json()
    written = (Path(kennislab.__file__).parent / "decisions" / "0017-where-things-came-from.md").read_text()
    keys = {*data, *data["@context"]} - {"@base", "prov", "label"} | {key for one in data["knopen"] + data["verbanden"] for key in one}
    assert {key for key in keys if f"`{key}`" not in written} == set()
    kinds = {*RELATIONS, *NODES, *folding.STAGES} - {"more"}
    assert {kind for kind in kinds if f"`{kind}`" not in written} == set()


def test_a_chain_as_data_names_nothing_hidden(shared: Woven) -> None:
    path = f"/archief/{shared.ids['slow']}/herkomst.json"
    answer = signed_in(shared.app, shared.world, "participant").get(path)
    data = answer.get_json()
    assert data["van"] == [f"#kaart-{shared.ids['slow']}"] and set(data) == {"@context", "van", "afgekapt", "knopen", "verbanden"}
    by_key = {node["sleutel"]: node for node in data["knopen"]}
    solution = by_key[f"#kaart-{shared.ids['purse']}"]
    assert solution["afgeleidVan"] == [f"#kaart-{shared.ids['slow']}"]
    assert (solution["soort"], solution["tekst"], solution["gemeente"]) == ("solution", "Geef bewoners een wijkbudget.", "Tilburg")
    tie = {"soort": "answers", "woorden": "Opgelost met", "van": f"#kaart-{shared.ids['slow']}", "naar": f"#kaart-{shared.ids['purse']}"}
    assert tie in data["verbanden"]
    assert all(set(edge) == {"soort", "woorden", "van", "naar"} for edge in data["verbanden"])
    assert [key for key, node in by_key.items() if node["verborgen"]] == ["_:verborgen-1"]
    assert shared.ids["part"] not in answer.text and "pas in juni" not in answer.text
    assert signed_in(shared.app, shared.world, "outsider").get(path).status_code == 404
