"""The demo's content: it reads, it keeps its own rules, and there is enough of it for search, recall and insight to say something."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kennislab.demo.check import problems, valid_on
from kennislab.demo.content import DATA, ContentError, _read, load_content, municipality_register
from kennislab.demo.harvesting import held
from kennislab.demo.shapes import Content

SOURCE_QUESTIONS = {
    "Hoe realiseer je samenwerking tussen sociaal, fysiek en techniek?",
    "Waar liggen koppelkansen?",
    "Hoe ga je met bewoners in gesprek over verduurzaming?",
    "Hoe organiseer je draagvlak, betrokkenheid en vertrouwen?",
    "Hoe stimuleer je sociaal eigenaarschap?",
}


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


def test_every_rule_is_kept(content: Content) -> None:
    assert problems(content) == []


def test_three_years_of_quarters_of_which_the_newest_is_not_yet_archived(content: Content) -> None:
    assert [lab.quarter for lab in content.labs] == [f"{year}-Q{quarter}" for year in (2024, 2025, 2026) for quarter in (1, 2, 3, 4)]
    assert len(content.archived) == 11


def test_at_least_450_archived_items_apart_from_questions(content: Content) -> None:
    counts = Counter(item.kind for lab in content.archived for item in lab.items)
    assert counts == {"solution": 158, "bottleneck": 141, "action": 56, "insight": 55, "lesson": 44, "linking_opportunity": 34}
    assert counts.total() == 488
    assert sum(len(lab.questions) for lab in content.archived) == 89


def test_every_archived_lab_is_whole(content: Content) -> None:
    for lab in content.archived:
        counts = Counter(item.kind for item in lab.items)
        assert 6 <= len(lab.questions) <= 9, lab.quarter
        assert 10 <= counts["bottleneck"] <= 16, lab.quarter
        assert 12 <= counts["solution"] <= 18, lab.quarter
        assert 3 <= counts["insight"] <= 6 and 3 <= counts["lesson"] <= 5, lab.quarter
        assert 2 <= counts["linking_opportunity"] <= 4 and 4 <= counts["action"] <= 6, lab.quarter
        assert sum(step.minutes for step in lab.agenda) in range(240, 420), lab.quarter


def test_nobody_says_the_same_twice(content: Content) -> None:
    said = Counter(item.text for lab in content.labs for item in lab.items)
    noted = Counter(proof.note for lab in content.labs for item in lab.items for proof in item.evidence)
    assert [text for text, times in (said + noted).items() if times > 1] == []


def test_a_question_returns_only_on_purpose(content: Content) -> None:
    asked = Counter(question.text for lab in content.labs for question in lab.questions if question.returns is None)
    assert [text for text, times in asked.items() if times > 1] == []
    assert set(asked) >= SOURCE_QUESTIONS
    unanswered = "Hoe evalueer je een aanpak die steeds verandert?"
    assert {question.text for question in content.newest.questions if question.returns} == {*SOURCE_QUESTIONS, unanswered}


def test_the_newest_lab_has_enough_for_every_stage(content: Content) -> None:
    newest = content.newest
    assert len(newest.questions) == 30
    assert (len(newest.proposals), len(newest.groups)) == (6, 6)
    assert (newest.now, len(newest.items)) == (14, 46)
    assert [step.title for step in newest.agenda if step.here] == ["Knelpunten, oplossingen en koppelkansen"]
    now = {item.slug for item in newest.items[: newest.now]}
    assert newest.ballot is not None and set(newest.ballot.choices) <= now


def test_evidence_is_honest_and_about_real_municipalities(content: Content) -> None:
    proofs = [proof for lab in content.archived for item in lab.items for proof in item.evidence]
    statuses = Counter(proof.status for proof in proofs)
    assert len(proofs) == 219 and statuses["failed"] == 15
    assert all(valid_on(proof.city, proof.at) for proof in proofs)


def test_codes_have_dates(content: Content) -> None:
    delfzijl, eemsdelta = content.cities["delfzijl"], content.cities["eemsdelta"]
    assert (delfzijl.code, eemsdelta.code) == ("GM0010", "GM1979")
    assert valid_on(delfzijl, date(2020, 12, 31)) and not valid_on(delfzijl, date(2021, 1, 1))
    assert not valid_on(eemsdelta, date(2020, 12, 31)) and valid_on(eemsdelta, date(2021, 1, 1))
    (nieuwborgen,) = [partaker for partaker in content.partakers if partaker.name == "Nieuwborgen"]
    assert [city.code for city in nieuwborgen.cities] == ["GM1895", "GM1979"]
    assert len(content.partakers) == 18


def test_the_register_has_all_present_municipalities() -> None:
    register = municipality_register()
    present = [code for code, (_, _, last) in register.items() if last is None]
    assert len(present) == 342 and len(register) == 345
    assert register["GM0010"] == ("Delfzijl", None, date(2020, 12, 31))


def test_people_cannot_be_mistaken_for_real_ones(content: Content) -> None:
    assert len(content.people) == 59
    emails = [person.email for person in content.people.values()]
    assert len(set(emails)) == 59
    assert all(email.endswith("@voorbeeld.example") and email.isascii() for email in emails)
    assert content.people["sefa"].email == "sefa.yildirim@voorbeeld.example"
    assert content.people["hanneke"].organisation == "Gemeente Alkmaar (voorbeeld)"
    assert content.name.endswith("(voorbeeld)")


def test_consent_varies(content: Content) -> None:
    consents = Counter(item.consent for lab in content.archived for item in lab.items)
    assert set(consents) == {"public_city", "programme", "public_anonymous", "group"}
    assert sum(item.anonymous for lab in content.archived for item in lab.items) == 11


def test_some_steps_have_no_source_yet(content: Content) -> None:
    assert [sum(not step.sources for step in plan.steps) for plan in content.plans] == [1, 1, 1]
    assert [plan.state for plan in content.plans] == ["public", "early_access", "draft"]


def test_decisions(content: Content) -> None:
    statuses = {year: Counter(d.status for d in content.decisions if d.year == year) for year in (2024, 2025, 2026, 2027)}
    assert statuses == {
        2024: {"joined": 15},
        2025: {"joined": 3, "continues": 15},
        2026: {"continues": 18},
        2027: {"continues": 8, "stopped": 1},
    }


def test_broken_content_is_named(content: Content) -> None:
    first = content.labs[0]
    solution = next(item for item in first.items if item.kind == "solution")
    broken = replace(
        first, items=(*first.items, replace(solution, slug="los", answers="bestaat-niet", consent="public_city", anonymous=True))
    )
    found = problems(replace(content, labs=(broken, *content.labs[1:])))
    assert found == [
        "2024-Q1/los: anonymous, but with its city",
        "2024-Q1/los: answers bestaat-niet, which is not there",
        "2024-Q1/los: a solution answers a bottleneck",
    ]


def test_what_happened_before_refers_to_what_is_there(content: Content) -> None:
    before = content.before
    broken = replace(before, carried=frozenset({"weg"}), placing=replace(before.placing, pinned={"leo": "zolder"}))
    broken = replace(broken, joined={"voedselbank": {"wendy": "Ik steun hem al."}}, invited=replace(before.invited, away={"bas": ""}))
    assert problems(replace(content, before=broken)) == [
        "before: no question weg",
        "before: wendy asks voedselbank along and is there already",
        "before: no group zolder",
        "before: bas takes part and does not come",
    ]


def test_what_came_after_refers_to_what_is_there(content: Content) -> None:
    prompt, looked = content.after.prompts[0], content.looked
    broken = replace(
        content,
        after=replace(content.after, prompts=(replace(prompt, item="2024-Q1/weg", note=""), replace(prompt, of=content.coordinator))),
        looked=replace(looked, withdrawn=frozenset({"weg"}), approved=(content.people["noor"],)),
    )
    assert problems(broken) == [
        "after: no item 2024-Q1/weg",
        "after: 2024-Q1/weg without a reason",
        "after: marit cannot say 'partly' of 2024-Q3/logboek-baten",
        "open: no item weg",
        "open: noor has nothing to look at",
    ]


@pytest.mark.parametrize(("today", "day"), [("2026-11-20", 18), ("2026-11-22", 20), ("2026-11-23", 20), ("2026-11-24", 23)])
def test_the_open_harvest_was_held_on_a_working_day_not_long_ago(content: Content, today: str, day: int) -> None:
    lab = held(content.harvesting, date.fromisoformat(today))
    assert (lab.day, lab.day.weekday() < 5) == (date(2026, 11, day), True)
    assert [item.due - lab.day for item in lab.items if item.due] == [timedelta(days=112)]


def test_a_key_stands_only_once(tmp_path: Path) -> None:
    twice = tmp_path / "twice.yaml"
    twice.write_text("items:\n  one: 1\n  one: 2\n", encoding="utf-8")
    with pytest.raises(ContentError, match="line 3: one stands there twice"):
        _read(twice)


def test_files_stay_readable() -> None:
    assert max(len(path.read_text(encoding="utf-8").splitlines()) for path in DATA.rglob("*.yaml")) < 400
