"""Who may do what with a question: role × state, deadline and ownership, each answer written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kennislab.accounts.actors import Actor
from kennislab.core.errors import DomainError
from kennislab.programme.models import Lab, LabState
from kennislab.questions import policies
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.programme.worlds import ROLES, actor

DEADLINE = datetime(2026, 11, 12, 16, 0, tzinfo=UTC)
BEFORE, AFTER = DEADLINE - timedelta(hours=1), DEADLINE + timedelta(seconds=1)
MINE, OTHERS = 7, 8


def lab(state: LabState = LabState.COLLECTING) -> Lab:
    return Lab(id=1, programme_id=1, state=state, question_deadline=DEADLINE)


def question(
    asker: int | None = OTHERS, status: QuestionStatus = QuestionStatus.SUBMITTED, state: LabState = LabState.COLLECTING
) -> KnowledgeQuestion:
    return KnowledgeQuestion(id=1, asker_id=asker, status=status, lab=lab(state))


def said(verdict: bool | DomainError) -> str:
    """ "yes", or the type of the refusal."""
    return "yes" if verdict is True else verdict.type  # type: ignore[union-attr]


YES, EARLY, LATE = "yes", "lab-too-early", "lab-too-late"
#                       planned collecting grouping ready live harvesting archived
BY_STATE = {
    "may_ask": (EARLY, YES, LATE, LATE, LATE, LATE, LATE),
    "may_edit": (EARLY, YES, LATE, LATE, LATE, LATE, LATE),
    "may_withdraw": (EARLY, YES, LATE, LATE, LATE, LATE, LATE),
    "may_support": (EARLY, YES, YES, YES, LATE, LATE, LATE),
    "may_light_edit": (EARLY, YES, YES, YES, LATE, LATE, LATE),
    "may_return": (EARLY, YES, LATE, LATE, LATE, LATE, LATE),
}
STRANGERS = {"anonymous": "not-signed-in", "outsider": "not-found"}
FOR_STAFF = {"may_light_edit", "may_return"}


def ask_policy(name: str, who: Actor, state: LabState, now: datetime) -> str:
    if name == "may_ask":
        return said(policies.may_ask(who, lab(state), now))
    if name in ("may_edit", "may_withdraw"):
        return said(getattr(policies, name)(who, question(who.person_id or MINE, state=state), now))
    return said(getattr(policies, name)(who, question(state=state)))


@pytest.mark.parametrize("name", sorted(BY_STATE))
@pytest.mark.parametrize("role", ROLES)
def test_by_role_and_state(name: str, role: str) -> None:
    expected = BY_STATE[name]
    if role in STRANGERS:
        expected = (STRANGERS[role],) * 7
    elif name in FOR_STAFF and role == "participant":
        expected = ("not-facilitator",) * 7
    elif name == "may_ask" and role in ("facilitator", "coordinator"):
        expected = (EARLY, YES, YES, YES, LATE, LATE, LATE)  # for somebody else, until the room opens
    assert tuple(ask_policy(name, actor(role), state, BEFORE) for state in LabState) == expected


def test_the_deadline_is_exact_to_the_second() -> None:
    somebody, staff = actor("participant"), actor("facilitator")
    last = DEADLINE + timedelta(microseconds=999_999)
    for now, answer in ((BEFORE, YES), (DEADLINE, YES), (last, YES), (AFTER, "deadline-passed")):
        assert said(policies.may_ask(somebody, lab(), now)) == answer
        assert said(policies.may_edit(somebody, question(MINE), now)) == answer
        assert said(policies.may_edit(somebody, question(MINE, QuestionStatus.RETURNED), now)) == answer
        assert said(policies.may_withdraw(somebody, question(MINE), now)) == answer
        assert said(policies.may_ask(staff, lab(), now)) == YES


def test_summer_time_changes_nothing() -> None:
    """17.00 in Amsterdam on the day after the clocks go back is 16.00 UTC; on the day before it was 15.00."""
    from kennislab.programme.forms import local  # the way in which a form makes a deadline

    for day, utc in (("2026-10-24", "2026-10-24T15:00:00+00:00"), ("2026-10-26", "2026-10-26T16:00:00+00:00")):
        moment = local(datetime.fromisoformat(day).date(), datetime(2026, 1, 1, 17, 0).time()).astimezone(UTC)
        assert moment.isoformat() == utc


@pytest.mark.parametrize(
    ("status", "mine", "participant", "facilitator"),
    [
        (QuestionStatus.SUBMITTED, YES, YES, YES),
        (QuestionStatus.DRAFT, YES, "not-found", "not-found"),
        (QuestionStatus.RETURNED, YES, "not-found", YES),
        (QuestionStatus.WITHDRAWN, YES, "not-found", "not-found"),
    ],
)
def test_who_sees_a_question(status: QuestionStatus, mine: str, participant: str, facilitator: str) -> None:
    for state in LabState:
        assert said(policies.may_see(actor("participant"), question(MINE, status, state))) == mine
        assert said(policies.may_see(actor("participant"), question(OTHERS, status, state))) == participant
        assert said(policies.may_see(actor("facilitator"), question(OTHERS, status, state))) == facilitator
        assert said(policies.may_see(actor("outsider"), question(MINE, status, state))) == "not-found"
        assert said(policies.may_see(actor("anonymous"), question(None, status, state))) == "not-signed-in"


def test_others_cannot_touch_a_question() -> None:
    for role in ("participant", "facilitator", "coordinator"):
        assert said(policies.may_edit(actor(role), question(OTHERS), BEFORE)) == "not-yours"
        assert said(policies.may_withdraw(actor(role), question(OTHERS), BEFORE)) == "not-yours"
    assert said(policies.may_edit(actor("facilitator"), question(None), BEFORE)) == "not-yours"


def test_what_a_withdrawn_or_own_question_refuses() -> None:
    somebody, staff = actor("participant"), actor("facilitator")
    assert said(policies.may_edit(somebody, question(MINE, QuestionStatus.WITHDRAWN), BEFORE)) == "withdrawn"
    assert said(policies.may_withdraw(somebody, question(MINE, QuestionStatus.WITHDRAWN), BEFORE)) == "withdrawn"
    assert said(policies.may_withdraw(somebody, question(MINE, QuestionStatus.DRAFT, LabState.ARCHIVED), AFTER)) == YES
    assert said(policies.may_support(somebody, question(MINE))) == "own-question"
    assert said(policies.may_return(staff, question(None))) == "no-asker"
    assert said(policies.may_light_edit(staff, question(OTHERS, QuestionStatus.RETURNED))) == "not-submitted"
