"""The staged loader: every stage is whole, started again it is the same, and the room at stage live takes a first contribution."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.archive import chain
from kennislab.archive.models import ArchiveItem, Consent, Evidence, ItemLink, LinkKind, Status
from kennislab.core import clock, search
from kennislab.core.db import db
from kennislab.core.ids import read_code
from kennislab.demo import keys, load
from kennislab.demo.content import load_content
from kennislab.demo.history import times_at_stage
from kennislab.grouping import queries as grouping
from kennislab.live import queries as live
from kennislab.products.models import Product
from kennislab.programme.models import Lab, LabState, Participation
from kennislab.questions.models import KnowledgeQuestion
from tests.support import databases

pytestmark = pytest.mark.slow  # it fills a whole demonstration

MakeApp = Callable[..., Flask]


@pytest.fixture(scope="module")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo at stage live, loaded once; tests get copies."""
    folder = tmp_path_factory.mktemp("filled")
    app = databases.create_app(databases.settings(folder, f"sqlite:///{folder / 'test.sqlite3'}"))
    with app.app_context():
        db.create_all()
        db.session.remove()
    load.load(app, "live")
    databases.dispose(app)
    with sqlite3.connect(folder / "test.sqlite3") as connection:  # so that the file alone is the whole database
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return folder


@pytest.fixture
def live_demo(make_app: MakeApp, filled_folder: Path, tmp_path: Path) -> tuple[Flask, load.DemoInfo]:
    shutil.copy(filled_folder / "test.sqlite3", tmp_path / "test.sqlite3")
    shutil.copytree(filled_folder / "data", tmp_path / "data")
    app = make_app(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    return app, load.load(app, "live")


@pytest.mark.slow
@pytest.mark.parametrize("stage", [stage for stage in load.STAGES if stage != "live"])
def test_every_stage_loads_and_is_what_it_says(make_app: MakeApp, sqlite_url: str, stage: str) -> None:
    app = make_app(sqlite_url)
    info = load.load(app, stage)
    assert info["stage"] == stage
    assert load.load(app, "planned") == info
    with app.app_context():
        lab = db.session.get_one(Lab, info["lab"]["id"])
        assert lab.state is LabState(stage)
        asked = db.session.scalar(sa.select(sa.func.count()).where(KnowledgeQuestion.lab_id == lab.id))
        assert asked == {"planned": 0, "collecting": 25}.get(stage, 30)
        before_the_day = stage in ("planned", "collecting", "grouping", "ready")
        assert (lab.starts_at > clock.now()) is before_the_day
        assert (lab.question_deadline > clock.now()) is (stage in ("planned", "collecting"))
        groups = grouping.groups_of(db.session(), lab.id)
        assert len(groups) == (0 if stage in ("planned", "collecting", "grouping") else 6)
        if groups:
            sizes = [len(group.members) for group in groups]
            assert sum(sizes) == 55 and min(sizes) >= 7 and max(sizes) <= 14
            assert all(group.leader is not None and group.room for group in groups)
            assert not [card for card in grouping.cards_of(db.session(), lab.id) if card.theme_id is None]
        said = live.contributions_of(db.session(), lab.id)
        assert len(said) == (0 if before_the_day else 46)
        ballots = live.ballots_of(db.session(), lab.id)
        assert [ballot.voters for ballot in ballots] == ([] if before_the_day else [10])


def test_live_is_open_and_takes_everything_from_phones(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    assert info["stage"] == "live"
    with app.app_context():
        lab = live.open_lab_by_code(db.session(), info["join"]["code"])
        assert lab is not None and lab.id == info["lab"]["id"]
        assert info["join"]["path"] == f"/j/{lab.join_token}" and read_code(info["join"]["code"]) == lab.join_code
        room = live.state_of(db.session(), lab.id)
        step = room.agenda[room.step.id or ""]
        assert step["title"] == "Knelpunten, oplossingen en koppelkansen"
        assert len(step["kinds"]) == 9 and step["input"] == "text" and not step["hidden_until_reveal"]
        assert (room.moderation, room.step.round_open, room.step.revealed, room.ballots) == ("post", True, True, {})
        assert room.step.ends_at is not None and room.step.ends_at > clock.now()
        said = live.contributions_of(db.session(), lab.id)
        assert len(said) == 14 and {one.status for one in said} == {"visible"}
        assert all(one.at <= clock.now() for one in said)
        anonymous = [one for one in said if one.consent == "public_anonymous"]
        assert len(anonymous) == 1 and anonymous[0].author is None and anonymous[0].municipality is None


def test_a_phone_joins_and_is_seen_at_once(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    client = app.test_client()
    joined = client.post("/join", json={"code": info["join"]["code"], "name": "Nieuw", "municipality": "GM0855"})
    assert joined.status_code == 201
    header = {"Authorization": f"Bearer {joined.json['token']}"}
    op = {"id": "01a1fe49-0240-7600-a6cc-ea2e881ed64c", "type": "contribution.add", "kind": "bottleneck", "text": "Onze lift staat stil."}
    answer = client.post(joined.json["ops"], json={"ops": [op]}, headers=header)
    assert answer.json["results"][0]["status"] == "accepted"
    snapshot = client.get(joined.json["snapshot"], headers=header).json
    assert len([one for one in snapshot["contributions"].values() if one["status"] == "visible"]) >= 13


def test_tokens_work_as_bearer_tokens(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    for role, seen in (("coordinator", "facilitator"), ("facilitator", "facilitator"), ("participant", "participant")):
        token = info["people"][role]["token"]
        snapshot = app.test_client().get(f"/live/{info['lab']['id']}/snapshot", headers={"Authorization": f"Bearer {token}"})
        assert snapshot.status_code == 200
        assert snapshot.json["me"]["role"] == seen


def test_going_on_with_the_same_folder(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    assert load.load(app, "archived") == info
    assert load.describe(app) == info
    path = Path(app.config["DATA_DIR"]) / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_lost_keys_are_made_anew(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    (Path(app.config["DATA_DIR"]) / "demo.json").unlink()
    again = load.load(app, "live")
    assert (again["lab"], again["join"]) == (info["lab"], info["join"])
    for role in again["people"]:
        assert again["people"][role]["email"] == info["people"][role]["email"]
        assert again["people"][role]["token"] != info["people"][role]["token"]
        assert again["people"][role]["password"] != info["people"][role]["password"]


def test_nothing_to_describe(make_app: MakeApp, sqlite_url: str) -> None:
    with pytest.raises(LookupError):
        load.describe(make_app(sqlite_url))


def test_an_unknown_stage(make_app: MakeApp, sqlite_url: str) -> None:
    with pytest.raises(ValueError, match="soon"):
        load.load(make_app(sqlite_url), "soon")


def test_passwords_differ_and_can_be_typed() -> None:
    made = {keys.new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(word) == 14 and word.count("-") == 2 and word == word.lower() for word in made)


def test_history_is_of_its_own_time(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, _ = live_demo
    with app.app_context():
        first = db.session.scalars(sa.select(Lab).order_by(Lab.starts_at)).first()
        assert first is not None and first.quarter == "2024-Q1"
        said = live.contributions_of(db.session(), first.id)
        assert len(said) == 45 and {one.at.date().isoformat() for one in said} == {"2024-02-08"}
        hengelo = db.session.scalars(
            sa.select(Participation).where(Participation.municipality_code == "GM0164", Participation.year == 2027)
        ).one()
        assert (str(hengelo.status), hengelo.decided_by_name) == ("stopped", "Marit Hoekzema")
        assert hengelo.decided_at.date().isoformat() == "2026-11-18"


@pytest.mark.parametrize("stage", load.STAGES)
def test_the_newest_lab_stands_where_its_stage_says(stage: str) -> None:
    lab, now = load_content().newest, clock.now()
    times = times_at_stage(lab, stage, now)
    assert times.starts < times.ends and times.deadline < times.starts
    assert (times.starts <= now < times.ends) is (stage == "live")
    assert (times.deadline > now) is (stage in ("planned", "collecting"))


def test_loading_stays_cheap(make_app: MakeApp, sqlite_url: str) -> None:
    """Counted in statements, which a busy machine does not change. So many take about two seconds of one quiet core."""
    app = make_app(sqlite_url)
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", count)
    load.load(app, "live")
    assert 1000 < statements < 4700


def test_the_archive_is_full_and_sealed(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    with app.app_context():
        session = db.session()
        kinds = dict(session.execute(sa.select(ArchiveItem.kind, sa.func.count()).group_by(ArchiveItem.kind)).all())
        assert kinds == {
            "question": 88, "solution": 158, "bottleneck": 133, "action": 56, "insight": 55, "lesson": 44, "linking_opportunity": 34,
        }  # fmt: skip
        labs = session.scalars(sa.select(Lab).where(Lab.state == LabState.ARCHIVED)).all()
        assert len(labs) == 11 and all(chain.intact(session, lab.id) for lab in labs)
        assert set(session.scalars(sa.select(ArchiveItem.status).distinct())) == {Status.CONFIRMED}
        assert session.scalar(sa.select(sa.func.count()).select_from(Evidence)) == 213
        untied = sa.select(sa.func.count()).where(ArchiveItem.kind == "solution", ArchiveItem.answers_id.is_(None))
        assert session.scalar(untied) == 0
        links = dict(session.execute(sa.select(ItemLink.kind, sa.func.count()).group_by(ItemLink.kind)).all())
        assert links[LinkKind.QUESTION] > 100 and links[LinkKind.ORIGIN] > 90


def test_nothing_leads_back_to_who_was_anonymous(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, _ = live_demo
    with app.app_context():
        anonymous = db.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.consent == Consent.PUBLIC_ANONYMOUS)).all()
        assert len(anonymous) == 11
        for item in anonymous:
            assert (item.person_id, item.participant_id, item.municipality_code, item.source_id, item.contact) == (
                None,
                None,
                None,
                None,
                "",
            )


def test_search_finds_word_forms_and_what_became_of_it(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    with app.app_context():
        lab = db.session.get_one(Lab, info["lab"]["id"])
        mine = {"public", f"programme:{lab.programme_id}"}
        soup = search.search(db.session(), "soepfietsen", mine)
        assert soup.total >= 3 and any("soepfiets" in hit.title for hit in soup.hits)
        failed = search.search(db.session(), "huurders keuken koken", mine)
        assert failed.total >= 3
        public = search.search(db.session(), "stappenplan eerste gesprek", {"public"})
        assert [hit.title for hit in public.hits] == ["Stappenplan: van eerste gesprek naar eerste straat"]
        kinds = {kind for kind, _ in search.search(db.session(), "isoleren", mine).facets["kind"]}
        assert {"solution", "bottleneck", "lesson", "question"} <= kinds
        asked = search.search(db.session(), "luidruchtige minderheid", mine)
        assert [hit.title for hit in asked.hits[:1]] == ["Wat doe je als een luidruchtige minderheid tegen het wijkplan is?"]
        twice = Counter((hit.kind, hit.title) for hit in search.search(db.session(), "bewonersavond", mine, limit=50).hits)
        assert set(twice.values()) == {1}
        group_only = db.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.consent == Consent.GROUP)).first()
        assert group_only is not None
        found = search.search(db.session(), group_only.text[:60], {*mine, f"facilitators:{lab.programme_id}"})
        assert group_only.text not in [hit.title for hit in found.hits]


def test_products_stand_where_their_dates_say(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, _ = live_demo
    with app.app_context():
        products = db.session.scalars(sa.select(Product).order_by(Product.id)).all()
        assert [str(product.stage(datetime(2026, 11, 22, 12, tzinfo=UTC))) for product in products] == ["public", "early_access", "draft"]
        assert [sum(not step.sources for step in product.steps) for product in products] == [1, 1, 1]
        assert products[0].announced_public


@pytest.mark.slow
def test_the_newest_lab_archived_with_what_the_facilitator_did(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    info = load.load(app, "archived")
    with app.app_context():
        items = db.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.lab_id == info["lab"]["id"])).all()
        statuses = Counter(str(item.status) for item in items)
        assert statuses == {"confirmed": 74, "merged": 1, "dropped": 1}
        assert sum(item.edited for item in items) == 2
        returned = sa.select(sa.func.count()).where(ItemLink.kind == LinkKind.RELATED)
        assert db.session.scalar(returned) == 5
        dots = {item.text: item.votes for item in items if item.votes}
        assert sum(dots.values()) == 30


@pytest.mark.slow
def test_it_loads_on_either_database(app: Flask) -> None:
    info = load.load(app, "harvesting")
    assert info["stage"] == "harvesting"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ArchiveItem)) == 568 + 76
        mine = {"public", "programme:1"}
        assert search.search(db.session(), "soepfietsen", mine).total >= 3
