"""The staged loader: every stage is whole, started again it is the same, and the room at stage live takes a first contribution."""

from __future__ import annotations

import re
import shutil
import sqlite3
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person, Role
from kennislab.archive import actions, asking, chain, checking, ledger, previous, prompts, searches
from kennislab.archive.models import ArchiveItem, Consent, Correction, Evidence, ItemLink, LinkKind, SavedSearch, Status
from kennislab.archive.sealed import verify
from kennislab.core import clock, postbox, search
from kennislab.core.db import db
from kennislab.core.ids import read_code
from kennislab.core.mail import Mail, reason
from kennislab.demo import keys, load, post
from kennislab.demo.content import load_content
from kennislab.demo.history import times_at_stage
from kennislab.grouping import keeping, pairs, ranking
from kennislab.grouping import queries as grouping
from kennislab.grouping.models import Assignment
from kennislab.invitations import queries as invitations
from kennislab.live import queries as live
from kennislab.products.models import Product
from kennislab.programme import retention
from kennislab.programme.models import Lab, LabState, Participation, Programme
from kennislab.questions import carrying, fields, lineage, notices
from kennislab.questions import queries as questions
from kennislab.questions.models import KnowledgeQuestion
from tests.support import databases

pytestmark = pytest.mark.slow  # it fills a whole demonstration

MakeApp = Callable[..., Flask]


@dataclass
class Filled:
    """A demo at a stage, loaded once; ``statements``: how many that took."""

    folder: Path
    info: load.DemoInfo
    statements: int


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Filled]:
    """Gives the demo at a stage, loaded the first time that it is asked for. Nobody works in it: tests get copies."""

    @cache
    def fill(stage: str) -> Filled:
        folder = tmp_path_factory.mktemp(f"filled-{stage}")
        app = databases.create_app(databases.settings(folder, f"sqlite:///{folder / 'test.sqlite3'}"))
        statements = 0

        def count(*_: object) -> None:
            nonlocal statements
            statements += 1

        with app.app_context():
            db.create_all()
            db.session.remove()
            sa.event.listen(db.engine, "before_cursor_execute", count)
        info = load.load(app, stage)
        done = Filled(folder, info, statements)
        databases.dispose(app)
        with sqlite3.connect(folder / "test.sqlite3") as connection:  # so that the file alone is the whole database
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return done

    return fill


@pytest.fixture
def demo_at(make_app: MakeApp, filled: Callable[[str], Filled], tmp_path: Path) -> Callable[[str], tuple[Flask, load.DemoInfo]]:
    """An app on a copy of the demo at a stage."""

    def take(stage: str) -> tuple[Flask, load.DemoInfo]:
        folder = filled(stage).folder
        shutil.copy(folder / "test.sqlite3", tmp_path / "test.sqlite3")
        shutil.copytree(folder / "data", tmp_path / "data")
        return make_app(f"sqlite:///{tmp_path / 'test.sqlite3'}"), filled(stage).info

    return take


@pytest.fixture
def live_demo(demo_at: Callable[[str], tuple[Flask, load.DemoInfo]]) -> tuple[Flask, load.DemoInfo]:
    return demo_at("live")


@pytest.mark.slow
@pytest.mark.parametrize("stage", [stage for stage in load.STAGES if stage != "live"])
def test_every_stage_loads_and_is_what_it_says(demo_at: Callable[[str], tuple[Flask, load.DemoInfo]], stage: str) -> None:
    app, info = demo_at(stage)
    assert info["stage"] == stage
    assert load.load(app, "planned") == info
    with app.app_context():
        lab = db.session.get_one(Lab, info["lab"]["id"])
        assert lab.state is LabState(stage)
        asked = db.session.scalar(sa.select(sa.func.count()).where(KnowledgeQuestion.lab_id == lab.id))
        assert asked == {"planned": 0, "collecting": 25 + 3}.get(stage, 30 + 3)
        before_the_day = stage in ("planned", "collecting", "grouping", "ready")
        assert (lab.starts_at > clock.now()) is before_the_day
        assert (lab.question_deadline > clock.now()) is (stage in ("planned", "collecting"))
        groups = grouping.groups_of(db.session(), lab.id)
        assert len(groups) == (0 if stage in ("planned", "collecting", "grouping") else 6)
        if groups:
            sizes = [len(group.members) for group in groups]
            assert sum(sizes) == 51 and min(sizes) >= 6 and max(sizes) <= 9
            assert all(group.leader is not None and group.room and group.method for group in groups)
            assert not [card for card in grouping.cards_of(db.session(), lab.id) if card.theme_id is None]
        said = live.contributions_of(db.session(), lab.id)
        assert len(said) == (0 if before_the_day else 46)
        ballots = live.ballots_of(db.session(), lab.id)
        assert [ballot.voters for ballot in ballots] == ([] if before_the_day else [10])
        _invited(lab, stage)
        if stage != "planned":
            _worked_through(lab, stage)
        if stage == "grouping":
            _themes_are_chosen(lab)
        elif groups:
            _placed_by_their_wishes(lab)


def _invited(lab: Lab, stage: str) -> None:
    """Everybody is; two in three answered before they were reminded, nearly all after."""
    answers = Counter(str(answer) for answer in invitations.answers(db.session(), lab.id).values())
    before = {"planned": {"open": 59}, "collecting": {"coming": 36, "open": 19, "not_coming": 4}}
    assert answers == before.get(stage, {"coming": 52, "open": 3, "not_coming": 4})
    waves = [wave.kind for wave in reversed(invitations.waves_of(db.session(), lab.id))]
    counts = [by_state for _, by_state in sorted(invitations.counts_of_waves(db.session(), lab.id).items())]
    first = {"invitation": {"draft": 59} if stage == "planned" else {"sent": 58, "bounced": 1}}
    reminder = {} if stage == "planned" else {"reminder_answer": {"draft" if stage == "collecting" else "sent": 18}}
    last = {"grouping": {"ranking_open": {"draft": 12}}, "ready": {"your_group": {"draft": 50}}}.get(stage, {})
    assert dict(zip(waves, counts, strict=True)) == first | reminder | last
    assert db.session.scalar(sa.select(sa.func.count()).where(Mail.state == "released")) == 0
    assert all(mail.sent_at <= clock.now() for mail in db.session.scalars(sa.select(Mail).where(Mail.state == "sent")))
    if stage != "planned":
        (back,) = db.session.scalars(sa.select(Mail).where(Mail.state == "bounced"))
        assert (
            back.to == "ruud.klomp@voorbeeld.example" and reason(back) == "Dit adres bestaat niet (meer). Kijk of het goed geschreven is."
        )


def _worked_through(lab: Lab, stage: str) -> None:
    """Questions have a past: asked together, taken along, edited, merged, given back; and two that look alike still wait for somebody."""
    session = db.session()
    by_text = {one.text: one for one in questions.all_of_lab(session, lab.id)}
    celina = by_text["Hoe werken we samen met de voedselbank en budgetcoaches?"]
    assert (celina.asker_name, celina.edited_by_name) == ("Celina Fortes", "Joris Tamminga")
    assert celina.original_text is not None and "en zo" in celina.original_text
    assert [(one.name, one.how) for one in celina.co_askers] == [("Rachida Bouali", "joined")]
    assert [one.kind for one in notices.unread(session, celina.asker_id, lab.id)] == ["joined", "edited"]
    carried = by_text["Waar liggen koppelkansen?"]
    (step,) = lineage.came_from(session, carried.id)
    assert (step.how, step.other.lab.quarter, carried.asker_name) == ("carried", "2024-Q3", "Naima Chaouch")
    assert step.line.at <= clock.now() - timedelta(days=2)
    into = by_text["Wanneer betrek je huurders bij een renovatie: voor of na het ontwerp?"]
    (step,) = lineage.came_from(session, into.id)
    assert (step.how, step.other.asker_name, step.line.by_name) == ("merged", "Kwame Boadu", "Joris Tamminga")
    (back,) = questions.returned_of_lab(session, lab.id)
    assert (back.asker_name, back.remark[:22]) == ("Stijn de Raaff", "Waar gaat ‘dit’ over? ")
    (own,) = fields.form_of(session, lab.id).fields
    assert fields.answered(session, lab.id)[own.key]["Deze maand"] == 5
    if stage in ("collecting", "grouping"):
        pair = pairs.close_pairs_of(session, lab.id, make=True)[0]
        assert {pair.first.text, pair.second.text} == {
            "Hoe bereik je jongeren via andere kanalen dan de wijkkrant?",
            "Hoe bereik je jongeren die de wijkkrant niet lezen?",
        }
        left = [question.text for offer in carrying.offers(session, lab) for question in offer.questions]
        assert left == (["Hoe evalueer je een aanpak die steeds verandert?"] if stage == "collecting" else [])


def _themes_are_chosen(lab: Lab) -> None:
    """The app proposed, the facilitator began six themes with three cards each and the app filled them; most participants have chosen."""
    session = db.session()
    _pile, *themes = grouping.board(session, lab.id)
    assert [column.theme.title for column in themes if column.theme][:2] == ["Bewoners aan zet", "Geld, schulden en de rekening"]
    assert [sum(card.fixed for card in column.cards) for column in themes] == [3] * 6
    filled = [card for column in themes for card in column.cards if not card.fixed]
    assert len(filled) >= 8 and all(card.level for card in filled)
    (kept,) = keeping.kept_of(session, lab.id)
    assert kept.name == "Eerste voorstel van de app" and sorted(len(one["questions"]) for one in kept.themes)[-1] > 5
    assert grouping.history(session, lab.id)[-1].verb == "propose"
    assert ranking.is_open(session, lab.id) and len(ranking.rankings_of(session, lab.id)) == 38


def _placed_by_their_wishes(lab: Lab) -> None:
    """The engine placed them: proven, nobody who chose without a wish, all that was asked is so, and everybody's reason is kept."""
    session = db.session()
    done = session.get_one(Assignment, lab.id)
    assert done.outcome["optimal"] and done.outcome["clashes"] == []
    assert done.outcome["profile"] == [38, 7, 0, 0]
    members = {member.person.name: member for group in grouping.groups_of(session, lab.id) for member in group.members}
    assert [name for name, member in members.items() if member.pinned] == ["Leo Baan"]
    assert members["Celina Fortes"].group_id == members["Karin Bos"].group_id
    assert members["Merel Kuijpers"].group_id != members["Jamal Osei"].group_id
    assert sorted(wish.kind for wish in grouping.wishes_of(session, lab.id)) == ["apart", "together"]
    assert all(member.reason for member in members.values() if not member.pinned)
    towns = Counter((member.group_id, member.person.municipality_code) for member in members.values())
    assert max(towns.values()) == 2


def test_what_was_mailed_can_be_read_in_the_letter_box(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    app.config.update(DEMO=True, SMTP_URL="smtp://127.0.0.1:9", SERVED_AT="http://127.0.0.1:5000")
    with app.app_context():
        celina = db.session.scalars(sa.select(Person.id).where(Person.email == info["people"]["participant"]["email"])).one()
        assert post.hand_over(lambda percent, note="": None, [celina], [checking.ASK, prompts.KIND]) == 3 + 12 + 6
    mails = postbox.caught(Path(app.config["DATA_DIR"]) / "mail")
    assert [mail.subject for mail in mails if "[" in mail.subject + mail.text] == []
    check, prompt, *_, invitation = [mail for mail in mails if mail.to == info["people"]["participant"]["email"]]
    for mail, way in ((check, "/uitnodiging/"), (prompt, "/wat-kwam-ervan/")):
        (address,) = re.findall(rf"http://127\.0\.0\.1:5000({way}\S+)", mail.text)
        page = app.test_client().get(address)
        assert page.status_code == 200, address
    assert invitation.at < datetime.now(UTC) - timedelta(days=20) and invitation.meetings[0].method == "REQUEST"
    (address,) = re.findall(r"http://127\.0\.0\.1:5000(/antwoord/\S+)", invitation.text)
    page = app.test_client().get(address)
    assert page.status_code == 200 and "Celina Fortes" in page.text


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


def test_loading_stays_cheap(filled: Callable[[str], Filled]) -> None:
    """Counted in statements, which a busy machine does not change. What is signed and indexed takes time too and does not show here."""
    assert 1000 < filled("live").statements < 4800


def test_the_archive_is_full_and_sealed(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    with app.app_context():
        session = db.session()
        sealed = ArchiveItem.lab_id != info["harvest"]["id"]
        kinds = dict(session.execute(sa.select(ArchiveItem.kind, sa.func.count()).where(sealed).group_by(ArchiveItem.kind)).all())
        assert kinds == {
            "question": 89, "solution": 158, "bottleneck": 141, "action": 56, "insight": 55, "lesson": 44, "linking_opportunity": 34,
        }  # fmt: skip
        labs = session.scalars(sa.select(Lab).where(Lab.state == LabState.ARCHIVED)).all()
        assert len(labs) == 11 and all(chain.intact(session, lab.id) for lab in labs)
        assert set(session.scalars(sa.select(ArchiveItem.status).where(sealed).distinct())) == {Status.CONFIRMED}
        assert session.scalar(sa.select(sa.func.count()).select_from(Evidence)) == 219 + 3
        untied = sa.select(sa.func.count()).where(ArchiveItem.kind == "solution", ArchiveItem.answers_id.is_(None))
        assert session.scalar(untied) == 0
        links = dict(session.execute(sa.select(ItemLink.kind, sa.func.count()).group_by(ItemLink.kind)).all())
        assert links[LinkKind.QUESTION] > 100 and links[LinkKind.ORIGIN] > 90


def test_a_harvest_is_open_judged_in_part_and_looked_over_by_some(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    with app.app_context():
        session = db.session()
        lab = session.get_one(Lab, info["harvest"]["id"])
        assert (lab.state, lab.title) == (LabState.HARVESTING, "Koel blijven in de flat")
        check = checking.check_of(session, lab.id)
        assert check is not None and clock.now() < check.until < clock.now() + timedelta(days=3)
        items = session.scalars(sa.select(ArchiveItem).where(ArchiveItem.lab_id == lab.id)).all()
        progress = checking.progress(items)
        assert (progress.people, progress.done, progress.corrected, progress.withdrawn) == (12, 5, 1, 1)
        assert Counter(str(item.status) for item in items) == {"draft": 13, "confirmed": 11, "dropped": 2, "merged": 1}
        names = {person.id: person.name for person in session.scalars(sa.select(Person))}
        nearer = [names[item.person_id or 0] for item in items if item.checked_at and item.text.startswith("Het raam blijft dicht")]
        assert nearer == ["Greet Pronk"]
        assert [item.owner for item in items if item.kind == "action" and item.due is None] == ["Wendy Heemskerk"]
        celina = [item for item in items if names.get(item.person_id or 0) == "Celina Fortes"]
        assert len(celina) == 4 and all(checking.to_look_at(item) for item in celina)


def test_what_came_of_the_labs_can_be_told(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    with app.app_context():
        session = db.session()
        assert verify.database(session).findings == []
        bundled = session.scalars(sa.select(ArchiveItem).where(ArchiveItem.text.startswith("Klussen van vijftien huizen"))).one()
        clauses = [msgid % values for msgid, values in ledger.summary(bundled.evidence)]
        assert clauses[:2] == ["3 keer geprobeerd", "2 keer gewerkt"]
        assert clauses[2] == "in Overdie (Alkmaar) niet, omdat de vaste prijs was afgesproken zonder de huizen te zien"
        every = actions.of_programme(session, session.get_one(Lab, info["lab"]["id"]).programme_id)
        assert Counter(str(action.status) for action in every) == {"done": 44, "open": 8, "carried_on": 2, "dropped": 2}
        assert sum(action.overdue for action in every) >= 3
        kept = session.scalars(sa.select(SavedSearch).order_by(SavedSearch.id)).all()
        found = {
            one.name: asking.found(session, searches.asked_of(one), {f"programme:{every[0].item.programme_id}"}, 9).total for one in kept
        }
        assert found["Hitte"] >= 1 and found["Wat in Rotterdam werkte"] >= 5 and found["Geprobeerd en mislukt"] == 2
        assert len(found) == 4 and found["Oplossingen over geld"] >= 10
        (correction,) = session.scalars(sa.select(Correction))
        assert correction.by == "Wim Okkerse" and correction.signature
        programme = session.scalars(sa.select(Programme)).one()
        assert retention.over(session, programme).labs[0].quarter == "2024-Q1"
        told = previous.told_to(session, Actor(1, "", None, {programme.id: Role.COORDINATOR}), session.get_one(Lab, info["lab"]["id"]))
        assert told is not None and told.lab.id == info["sealed"]["id"]
        (open_,) = [asked for asked in told.still_open if asked.item.text.startswith("Hoe evalueer je")]
        assert open_.goes_on is not None and open_.goes_on.lab_id == info["lab"]["id"]
        outcomes = {ledger.outcomes(item.evidence).best for asked in told.answered for item, _clauses in asked.answers}
        assert {"worked", "partly", "planned"} <= {str(one) for one in outcomes}


def test_nothing_leads_back_to_who_was_anonymous(live_demo: tuple[Flask, load.DemoInfo]) -> None:
    app, info = live_demo
    with app.app_context():
        wanted = sa.select(ArchiveItem).where(ArchiveItem.consent == Consent.PUBLIC_ANONYMOUS, ArchiveItem.lab_id != info["harvest"]["id"])
        anonymous = db.session.scalars(wanted).all()
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
def test_the_newest_lab_archived_with_what_the_facilitator_did(demo_at: Callable[[str], tuple[Flask, load.DemoInfo]]) -> None:
    app, info = demo_at("archived")
    with app.app_context():
        items = db.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.lab_id == info["lab"]["id"])).all()
        statuses = Counter(str(item.status) for item in items)
        assert statuses == {"confirmed": 74, "merged": 1, "dropped": 1}
        assert sum(item.edited for item in items) == 3  # one of them a question, before the day
        returned = sa.select(sa.func.count()).where(ItemLink.kind == LinkKind.RELATED)
        assert db.session.scalar(returned) == 6
        dots = {item.text: item.votes for item in items if item.votes}
        assert sum(dots.values()) == 30


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_it_loads_on_either_database(
    kind: str,
    make_app: MakeApp,
    demo_at: Callable[[str], tuple[Flask, load.DemoInfo]],
    _dropping: databases.Databases,
    tmp_path: Path,
) -> None:
    if kind == "sqlite":
        app, info = demo_at("harvesting")
    else:
        app = make_app(_dropping.filled(kind, tmp_path))
        info = load.load(app, "harvesting")
    assert info["stage"] == "harvesting"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ArchiveItem)) == 577 + 76 + 27
        mine = {"public", "programme:1"}
        assert search.search(db.session(), "soepfietsen", mine).total >= 3
