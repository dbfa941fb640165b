"""The authorisation matrix: every route × every role × every state of the lab, each with its expected answer.

The answers stand in ``authorisation.txt``, to be read by people. A route that is not in it fails; so does another answer. After a change
on purpose: ``KENNISLAB_WRITE_MATRIX=1``, and read the difference before committing it.

What a request would change is not kept (every commit becomes a roll-back), so that no answer depends on the one before.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.archive.models import ArchiveItem, Consent, Evidence, Outcome, SavedSearch, Status
from kennislab.core import clock
from kennislab.core.mail import Mail
from kennislab.core.sheets import SheetDraft
from kennislab.core.transaction import transaction
from kennislab.grouping.models import KeptGrouping, Theme, WorkingGroup
from kennislab.invitations.models import Invitation, Wave
from kennislab.live import library
from kennislab.live import operations as live
from kennislab.live.methods.schema import BUILT_IN
from kennislab.products import operations as products
from kennislab.programme import uploads
from kennislab.programme.models import District, Lab, LabKind, LabProposal, LabState, Upload
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.factories.world import World, bring_to, make_world

EXPECTED = Path(__file__).with_name("authorisation.txt")
ROLES = ("anonymous", "outsider", "participant", "facilitator", "coordinator")
STATES = tuple(LabState)


def _filled(app: Flask, state: LabState) -> tuple[World, dict[str, object]]:
    """A world with one of everything, its lab in ``state``; and what to fill in for each name in a route."""
    world = make_world(app, "planned")
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        question = KnowledgeQuestion(
            lab_id=lab.id, asker_id=world.people["participant"], asker_name="P", municipality_code="GM0855",
            text="Hoe bereik je wie nooit komt?", status=QuestionStatus.SUBMITTED,
            submitted_at=clock.now(),
        )  # fmt: skip
        theme = Theme(lab_id=lab.id, title="Bereik", position=0)
        group = WorkingGroup(lab_id=lab.id, name="Bereik", position=0)
        district = District(programme_id=world.programme_id, municipality_code="GM0855", name="Noord")
        item = ArchiveItem(
            programme_id=world.programme_id, lab_id=lab.id, kind="lesson", text="Les", original_text="Les", quarter=lab.quarter,
            consent=Consent.PROGRAMME, reach_given=Consent.PROGRAMME, status=Status.CONFIRMED, source_kind="added", source_id="1",
            municipality_code="GM0855", person_id=world.people["participant"],
        )  # fmt: skip
        upload = Upload(id=f"u-{state}", lab_id=lab.id, name="dia.pdf", media="application/pdf", size=1, sha256="")
        proposal = LabProposal(id=f"v-{state}", lab_id=lab.id, kind=LabKind.DEEP_DIVE, title="Schuldhulp", people=[])
        post = Mail(to="a@voorbeeld.example", subject="Kom je ook?", body="Dag", programme_id=world.programme_id, purpose="invitation")
        wave = Wave(lab_id=lab.id, kind="invitation", prepared_at=clock.now())
        invited = Invitation(lab_id=lab.id, person_id=world.people["participant"])
        table = {"columns": ["Naam"], "rows": [["Noor"], [""]], "lines": [2, 3], "notes": []}
        sheet = SheetDraft(scope=f"people:{world.programme_id}", person_id=world.people["coordinator"], name="lijst.csv", data=table)
        kept = KeptGrouping(lab_id=lab.id, name="Maandag", themes=[])
        line = Evidence(item=item, municipality_code="GM0855", status=Outcome.WORKED, at=clock.now().date())
        wish = SavedSearch(person_id=world.people["participant"], name="Geld", query={"q": ["geld"]})
        tx.session.add_all([question, theme, group, district, item, upload, proposal, post, wave, invited, sheet, kept, line, wish])
        place = uploads.place_of(Path(app.config["DATA_DIR"]), upload)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"%PDF-1.4\n%%EOF")
        tx.session.flush()
        library.keep(tx, world.programme_id, Actor(None, "C"), BUILT_IN["triz"].model_copy(update={"id": "onze_ronde"}))
        product = products.create(tx, world.programme_id, products.ProductData("Plan"))
        by = Actor(world.people["coordinator"], "Coordinator")
        if state is LabState.ARCHIVED:
            bring_to(tx, lab, LabState.HARVESTING, by)
            lab.state = LabState.ARCHIVED
        else:
            bring_to(tx, lab, state, by)
        values: dict[str, object] = {
            "lab_id": lab.id, "programme_id": world.programme_id, "item_id": item.id, "theme_id": theme.id, "group_id": group.id,
            "district_id": district.id, "person_id": world.people["facilitator"], "year": 2027, "token": "no-such-token", "token_id": 0,
            "filename": "css/tokens.css", "upload_id": upload.id, "proposal_id": proposal.id, "key": "onze_ronde",
            "handover_id": "no-such-handover", "word": "ja", "mail_kind": "invitation", "kept_id": kept.id, "verb": "hold",
            "language": "nl", "draft_id": sheet.id, "kind": "csv", "wish_id": 0, "file_id": "no-such-file", "what": "themas",
            "line_id": line.id, "search_id": wish.id,
        }  # fmt: skip
        by_blueprint = {
            "questions": question.public_id,
            "products": product.public_id,
            "accounts": "no-such-sign-in",
            "core": "no-such-job",
            "programme": post.public_id,
            "invitations": wave.public_id,
        }
    return world, values | {f"public_id:{name}": value for name, value in by_blueprint.items()}


def _address(app: Flask, endpoint: str, arguments: set[str], values: dict[str, object]) -> str:
    blueprint = endpoint.split(".")[0]
    chosen = {name: values[f"public_id:{blueprint}"] if name == "public_id" else values[name] for name in arguments}
    with app.test_request_context():
        from flask import url_for

        return url_for(endpoint, **chosen)  # type: ignore[arg-type]  # plain values


OF_A_LAB = {
    "lab_id", "item_id", "public_id", "theme_id", "group_id", "token", "upload_id", "proposal_id", "handover_id", "kept_id", "draft_id",
    "file_id", "line_id", "what",
}  # fmt: skip
"""Who names none of these asks about a programme, a person or nothing: that is asked before the first lab's beginning and after its end."""


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_route_role_and_state(make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(sqlite_url)
    worlds = {state: _filled(app, state) for state in STATES}
    monkeypatch.setattr(Session, "commit", Session.rollback)
    monkeypatch.setattr(live, "_written", {}, raising=False)
    lines: list[str] = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (str(rule), sorted(rule.methods or ()))):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            rows: dict[str, list[str]] = {}
            asked = STATES if rule.arguments & OF_A_LAB else (STATES[0], STATES[-1])
            for state in asked:
                world, values = worlds[state]
                address = _address(app, rule.endpoint, rule.arguments, values)
                answers = " ".join(str(_ask(app, method, address, world, role)) for role in ROLES)
                rows.setdefault(answers, []).append(str(state))
            lines.append(f"{method} {rule}")
            for answers, states in rows.items():
                lines.append(f"    {answers}   {'always' if len(states) == len(asked) else ', '.join(states)}")
    told = f"# {' · '.join(ROLES)}\n" + "\n".join(lines) + "\n"
    if os.environ.get("KENNISLAB_WRITE_MATRIX"):
        EXPECTED.write_text(told, "utf-8")
    assert told.splitlines() == EXPECTED.read_text("utf-8").splitlines()


def _ask(app: Flask, method: str, address: str, world: World, role: str) -> int:
    headers = {"Accept": "application/json"} | ({} if role == "anonymous" else world.bearer(role))
    live._written.clear()
    return app.test_client().open(address, method=method, headers=headers).status_code


def test_no_answer_is_a_fault() -> None:
    answers = [line.split()[: len(ROLES)] for line in EXPECTED.read_text("utf-8").splitlines() if line.startswith("    ")]
    assert not [row for row in answers if any(number.startswith("5") for number in row)]


def test_nobody_unknown_changes_anything() -> None:
    """A POST by somebody who is not signed in, or from outside the programme, is refused; the doors are the exceptions."""
    doors = ("/aanmelden", "/afmelden", "/join", "/uitnodiging", "/mijn/", "/overnemen", "/antwoord", "/wat-kwam-ervan")
    doors += ("/zoekmail-stoppen", "/archief/suggesties")  # a link of a mail; only reads
    method = ""
    for line in EXPECTED.read_text("utf-8").splitlines()[1:]:
        if not line.startswith("    "):
            method = line
        elif method.startswith("POST") and not method.removeprefix("POST ").startswith(doors):
            anonymous, outsider = line.split()[:2]
            assert anonymous in ("401", "404") and outsider in ("403", "404"), method
