"""Asking together, what is told about it, and what a lab asks beyond the question: through the operations, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person, Role
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.mail import Mail, still_needed
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab, LabState
from kennislab.questions import co_asking, fields, notices, operations, policies, queries, wall, words
from kennislab.questions.fields import Wish
from kennislab.questions.models import KnowledgeQuestion
from kennislab.questions.operations import QuestionData
from tests.factories.world import World
from tests.programme.worlds import actor, signed_in, world_in

TEXT = "Hoe bereik je bewoners die nooit naar een bewonersavond komen?"
OWN = "Wat doe je als bewoners wegblijven?"


@pytest.fixture
def world(app_context: Flask) -> World:
    return world_in(app_context)


def by(world: World, role: str) -> Actor:
    roles = {world.programme_id: Role(role)}
    return Actor(world.people[role], role.title(), "GM0855", roles)


def told(world: World, role: str) -> list[tuple[str, str]]:
    return [(one.kind, one.by_name) for one in notices.unread(db.session(), world.people[role], world.lab_id)]


def mails(world: World, role: str, wanted: bool = True) -> list[str]:
    """Purposes of the mails to somebody that would leave now, or (not wanted) would not."""
    waiting = db.session.scalars(sa.select(Mail).where(Mail.person_id == world.people[role], Mail.state == "released").order_by(Mail.id))
    return [mail.purpose for mail in waiting if still_needed(db.session(), mail) is wanted]


def test_stel_hem_samen_and_back(world: World) -> None:
    """Who joins counts as asker, is no supporter, keeps their words; the asker is told once, and not at all when it is undone at once."""
    with transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        question = operations.submit(tx, lab, by(world, "coordinator"), QuestionData(TEXT))
        me = by(world, "participant")
        operations.support(tx, question, world.people["participant"])
        co_asking.join(tx, question, me, OWN)
        co_asking.join(tx, question, me, OWN)
        co_asking.join(tx, question, me, "En in Noord?")
        number = question.id
    with transaction() as tx:
        question = tx.session.get_one(KnowledgeQuestion, number)
        assert [(one.name, one.how, one.text) for one in question.co_askers] == [("Participant", "joined", f"{OWN}\n\nEn in Noord?")]
        assert queries.support_counts(tx.session, [number]) == {}
        assert queries.askers_of(tx.session, world.lab_id) == {number: [world.people["coordinator"], world.people["participant"]]}
        assert told(world, "coordinator") == [("joined", "Participant")] and mails(world, "coordinator") == ["question_joined"]
        assert OWN in tx.session.scalars(sa.select(Mail.body).where(Mail.purpose == "question_joined")).one()
        assert policies.may_support(me, question).type == "own-question"  # type: ignore[union-attr]
        assert co_asking.leave(tx, question, me) == f"{OWN}\n\nEn in Noord?"
        assert co_asking.leave(tx, question, me) == ""
    assert told(world, "coordinator") == [] and mails(world, "coordinator", wanted=False) == ["question_joined"]
    with transaction() as tx:
        question = tx.session.get_one(KnowledgeQuestion, number)
        co_asking.join(tx, question, me)
        notices.mark_read(
            tx, world.people["participant"], [one.id for one in notices.all_of(tx.session, world.people["coordinator"], lab.id)]
        )
        assert told(world, "coordinator") == [("joined", "Participant")]  # somebody else's notice is not read for them
        notices.mark_read(
            tx, world.people["coordinator"], [one.id for one in notices.all_of(tx.session, world.people["coordinator"], lab.id)]
        )
        co_asking.leave(tx, question, me)
    assert told(world, "coordinator") == [("unjoined", "Participant")]


def test_naming_co_askers(world: World) -> None:
    """A name that is one person's becomes that person and is told once it is sent; two who share a name are asked apart."""
    with transaction() as tx:
        for name in ("Fatma Yıldız", "Bram de Wit", "Bram de Wit"):
            known = accounts.create_person(tx, name=name, email=None, municipality_code="GM0503" if name[0] == "F" else None)
            known.organisation = f"Organisatie {known.id}"
            accounts.set_role(tx, known, world.programme_id, Role.PARTICIPANT)
        fatma, bram, other_bram = tx.session.scalars(sa.select(Person.id).order_by(Person.id.desc()).limit(3)).all()[::-1]
        lab, me = tx.session.get_one(Lab, world.lab_id), by(world, "participant")
        found = co_asking.people_like(tx.session, world.programme_id, "br", me.person_id)
        assert [name for name, _where in found] == [f"Bram de Wit (Organisatie {bram})", f"Bram de Wit (Organisatie {other_bram})"]
        assert co_asking.people_like(tx.session, world.programme_id, "yıl", me.person_id) == [("Fatma Yıldız", f"Organisatie {fatma}")]
        assert co_asking.people_like(tx.session, world.programme_id, "b", None) == []
        names = ["fatma yıldız", "Iemand zonder account", " ", f"Bram de Wit (Organisatie {other_bram})", "Participant"]
        draft = operations.save_draft(tx, lab, me, QuestionData(TEXT, co_askers=names))
        assert [(one.name, one.person_id) for one in draft.co_askers] == [
            ("Fatma Yıldız", fatma), ("Iemand zonder account", None), (f"Bram de Wit (Organisatie {other_bram})", other_bram),
        ]  # fmt: skip
        assert list(notices.unread(tx.session, fatma, lab.id)) == []  # a draft is nobody else's business
        operations.submit(tx, lab, me, QuestionData(TEXT, co_askers=["Fatma Yıldız"]), draft)
        assert [one.kind for one in notices.unread(tx.session, fatma, lab.id)] == ["named"]
        assert list(notices.unread(tx.session, other_bram, lab.id)) == [] and queries.asked_along(tx.session, lab.id, fatma) == {draft.id}
        for wrong in (["Bram de Wit"], [f"Mens {n}" for n in range(9)]):
            with pytest.raises(Invalid) as refused:
                operations.edit(tx, draft, me, QuestionData(TEXT, co_askers=wrong), draft.rev)
            assert list(refused.value.fields) == ["co_askers"]
        operations.edit(tx, draft, me, QuestionData(TEXT, co_askers=None), draft.rev)
        assert len(draft.co_askers) == 1  # not asked for is not taken away
        operations.withdraw(tx, draft)
        assert [one.kind for one in notices.unread(tx.session, fatma, lab.id)] == ["named", "taken_back"]


def test_a_notice_is_a_whole_sentence_and_never_told_twice(world: World) -> None:
    with transaction() as tx:
        lab, staff = tx.session.get_one(Lab, world.lab_id), by(world, "facilitator")
        question = operations.submit(tx, lab, by(world, "participant"), QuestionData(TEXT))
        for text in ("Hoe bereik je wie wegblijft?", "Hoe bereik je wie nooit komt?"):
            operations.light_edit(tx, question, text, staff, question.rev)
        operations.return_to_asker(tx, question, "Voor welke wijk?", staff)
        notices.notify(tx, [world.people["facilitator"], None], lab, question, "edited", staff)  # not to oneself, not to nobody
    assert told(world, "participant") == [("edited", "Facilitator"), ("returned", "Facilitator")] and told(world, "facilitator") == []
    assert mails(world, "participant")[-1] == "question_returned"
    for kind, sentence in words.NOTICES.items():
        said, values = words.notice(kind, "Joris", {"remark": "R", "was": "W", "lab": "L"})
        assert said == sentence and "Joris" in said % values


def wish(label: str, kind: str = "line", **more: object) -> Wish:
    return Wish(label=label, kind=kind, **more)  # type: ignore[arg-type]


def test_own_fields_are_asked_when_sending_and_frozen_once_answered(world: World) -> None:
    with transaction() as tx:
        lab, me = tx.session.get_one(Lab, world.lab_id), by(world, "participant")
        wishes = [
            wish("Welke wijk?", required=True),
            wish("Fase", "choice", options="Plan\nUitvoering\n\nPlan"),
            wish("Urgent?", "yes_no"),
            Wish(),
        ]
        form = fields.save(tx, lab, wishes, ["context", "onzin"], 0)
        district, phase, urgent = (one.key for one in form.fields)
        assert (form.fields[1].options, form.required, form.rev) == (("Plan", "Uitvoering"), frozenset({"context"}), 1)
        draft = operations.save_draft(tx, lab, me, QuestionData(TEXT, answers={phase: "Plan", "vreemd": "x"}))
        assert draft.answers == {phase: "Plan"}  # a draft may be as empty as it likes
        with pytest.raises(Invalid) as refused:
            operations.submit(tx, lab, me, QuestionData(TEXT, answers={urgent: "misschien"}), draft)
        assert refused.value.fields == {
            f"own_{district}": fields.REQUIRED, f"own_{urgent}": "Kies een antwoord uit de lijst.", "context": fields.REQUIRED,
        }  # fmt: skip
        operations.submit(tx, lab, me, QuestionData(TEXT, "Noord", answers={district: "Noord", phase: "Plan"}), draft)
        assert [(one.label, value) for one, value in fields.shown(form, draft)] == [("Welke wijk?", "Noord"), ("Fase", "Plan")]
        operations.submit(
            tx, lab, by(world, "facilitator"), QuestionData(TEXT + " Zo?", asker_name="Truus", answers={})
        )  # for somebody else
        kept = [Wish(one.key, one.label, one.help, one.kind, "\n".join(one.options), one.required) for one in form.fields]
        frozen = (
            ([kept[1]], "form"),  # answered, and left out
            ([Wish(district, "Wijk", kind="text"), *kept[1:]], "0-kind"),
            ([kept[0], Wish(phase, "Fase", kind="choice", options="Uitvoering\nKlaar")], "1-options"),
            ([*kept, wish("fase")], "form"),
            ([*kept, *(wish(f"Veld {n}") for n in range(6))], "form"),
            ([*kept, wish("Keuze", "choice", options="Eén")], "3-options"),
        )
        for wishes_, name in frozen:
            with pytest.raises(Invalid) as refused:
                fields.save(tx, lab, wishes_, [], 1)
            assert name in refused.value.fields, name
        with pytest.raises(Conflict):
            fields.save(tx, lab, kept, [], 0)
        now = fields.save(tx, lab, [kept[1], Wish(district, "In welke wijk?", required=True)], [], 1)  # not answered: may go
        assert [(one.key, one.label) for one in now.fields] == [(phase, "Fase"), (district, "In welke wijk?")]


def test_the_wall_searches_and_orders(world: World) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        for text, theme, place in (
            (TEXT, "Draagvlak", "GM0855"),
            ("Wie betaalt de financiën straks?", "geld", "GM0503"),
            ("Hoe houd je vol?", "draagvlak", None),
        ):
            operations.submit(tx, lab, by(world, "participant"), QuestionData(text, theme_hint=theme, municipality_code=place))
        all_ = queries.of_lab(tx.session, lab.id)
        names = {"GM0855": "Tilburg", "GM0503": "Delft"}
        assert wall.themes(all_) == [("Draagvlak", 2), ("geld", 1)]

        def found(**wanted: str) -> list[str]:
            return [one.text[:9] for one in wall.chosen(all_, wall.Wish(**wanted), {all_[0].id: 2}, names)]

        assert found() == ["Hoe houd ", "Wie betaa", "Hoe berei"]
        assert found(order="steun")[0] == "Hoe berei"
        assert found(words="FINANCIEN delft") == ["Wie betaa"] and found(words="delft bewoners") == []
        assert found(theme="draagvlak", place="GM0855") == ["Hoe berei"]


def test_the_pages_of_it(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    """Setting the form, filling it in, joining from the form, reading the notice: plain forms, no script."""
    app = make_app(sqlite_url)
    world = world_in(app)
    staff, first, second = (signed_in(app, world, role) for role in ("facilitator", "coordinator", "participant"))
    shape, new = f"/kennislabs/{world.lab_id}/vragen/formulier", f"/kennislabs/{world.lab_id}/vragen/nieuw"
    row = {"rev": "0", "key-0": "", "label-0": "Welke wijk?", "kind-0": "line", "required-0": "1", "required-municipality_code": "1"}
    assert "Nieuw veld" in staff.post(shape, data=row | {"do": "add"}).text
    bad = staff.post(shape, data=row | {"kind-0": "choice", "options-0": "Eén"})
    assert bad.status_code == 422 and "Geef 2 tot 20 keuzes" in bad.text and "Welke wijk?" in bad.text
    assert staff.post(shape, data=row | {"do": "save"}).status_code == 303
    assert staff.post(shape, data=row | {"do": "save"}).status_code == 409
    with app.app_context():
        key = fields.PREFIX + fields.form_of(db.session(), world.lab_id).fields[0].key
    got = first.post(new, data={"text": TEXT, "municipality_code": "GM0855"})
    assert got.status_code == 422 and "Welke wijk?" in got.text and fields.REQUIRED in got.text and TEXT in got.text
    sent = first.post(new, data={"text": TEXT, "municipality_code": "GM0855", key: "Noord"})
    assert sent.status_code == 303 and "Noord" in first.get(sent.location).text
    path = sent.location.partition("?")[0]
    kept = second.post(f"/kennislabs/{world.lab_id}/vragen/concept", data={"text": OWN, "context": "Bij ons in Zuid."}).json
    stale = second.post(f"/kennislabs/{world.lab_id}/vragen/concept", data={"text": "Anders", "question": kept["question"], "rev": "9"})
    assert stale.status_code == 409 and stale.json["elsewhere"]["text"] == OWN  # written on elsewhere: nothing is overwritten
    joined = second.post(f"{path}/samen", data={"text": OWN, "context": "Bij ons in Zuid.", "question": kept["question"]})
    assert joined.status_code == 303
    page = second.get(joined.location).text
    assert "jij vraagt mee" in page and "Bij ons in Zuid." in page and "Coordinator, samen met Participant" in page
    with app.app_context():
        assert queries.draft_of(db.session(), world.lab_id, world.people["participant"]) is None
    assert "Bij ons in Zuid." in first.get(path).text and "Participant stelt je vraag samen met jou." in first.get(path).text
    assert "jij vraagt mee" in second.get(f"/kennislabs/{world.lab_id}/vragen").text
    with app.app_context():
        ids = [one.id for one in notices.unread(db.session(), world.people["coordinator"], world.lab_id)]
    back = first.post(f"/kennislabs/{world.lab_id}/vragen/gelezen", data={"bericht": ids, "back": f"question:{path.split('/')[-1]}"})
    assert back.location == path and "stelt je vraag samen met jou" not in first.get(path).text
    assert second.post(f"{path}/niet-samen").status_code == 303
    page = second.get(new).text
    assert f"{OWN}</textarea>" in page and "Bij ons in Zuid.</textarea>" in page  # one's own words are a draft again
    staff.post(f"{path}/steunen", data={"on": "1"})
    assert "Tilburg 1" in staff.get(path).text and "Tilburg 1" not in second.get(path).text  # who supports: to staff as municipalities
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Lab, world.lab_id).question_deadline = clock.now() - timedelta(minutes=1)
    late = second.get(new)
    assert late.status_code == 409 and f"{OWN}</textarea>" in late.text and "Mijn vraag kopiëren" in late.text
    assert second.post(f"{path}/samen").status_code == 303  # too late for a question of one's own, not for joining one


def test_who_may(app_context: Flask) -> None:
    for state in LabState:
        lab = Lab(id=1, programme_id=1, state=state)
        asked = state in (LabState.PLANNED, LabState.COLLECTING)
        assert bool(policies.may_shape(actor("facilitator"), lab)) is asked
        assert policies.may_shape(actor("participant"), lab).status == 403  # type: ignore[union-attr]
