"""Who may do what with harvest and archive: every role × every state of the lab."""

from __future__ import annotations

import pytest

from kennislab.archive import policies
from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.core.errors import DomainError
from kennislab.programme.models import Lab, LabState
from tests.programme.worlds import ROLES, actor

S = LabState
HARVESTING, ARCHIVED = {S.HARVESTING}, {S.ARCHIVED}
LAB_POLICIES = {
    policies.may_harvest: {"facilitator": HARVESTING, "coordinator": HARVESTING},
    policies.may_seal: {"facilitator": HARVESTING, "coordinator": HARVESTING},
    policies.may_check_own: {"participant": HARVESTING, "facilitator": HARVESTING, "coordinator": HARVESTING},
    policies.may_read_lab: {"participant": ARCHIVED, "facilitator": ARCHIVED, "coordinator": ARCHIVED},
    policies.may_read_report: {"participant": ARCHIVED, "facilitator": HARVESTING | ARCHIVED, "coordinator": HARVESTING | ARCHIVED},
}
REFUSED = {"anonymous": 401, "outsider": 404}


@pytest.mark.parametrize("policy", LAB_POLICIES, ids=lambda policy: policy.__name__)
def test_of_a_lab(policy) -> None:
    for role in ROLES:
        for state in S:
            verdict = policy(actor(role), Lab(programme_id=1, state=state))
            if state in LAB_POLICIES[policy].get(role, set()):
                assert verdict is True, (role, state)
            else:
                assert isinstance(verdict, DomainError)
                status = REFUSED.get(role) or (
                    403 if role == "participant" and policy in (policies.may_harvest, policies.may_seal) else 409
                )
                assert verdict.status == status, (role, state)


def item(state: LabState, **values: object) -> ArchiveItem:
    made = ArchiveItem(programme_id=1, status=Status.CONFIRMED, consent=Consent.PROGRAMME, person_id=7)
    for name, value in values.items():
        setattr(made, name, value)
    made.lab = Lab(programme_id=1, state=state)
    return made


def status(verdict: bool | DomainError) -> int:
    return 200 if verdict is True else verdict.status  # type: ignore[union-attr]


@pytest.mark.parametrize("state", list(S), ids=lambda state: state.value)
@pytest.mark.parametrize("role", ROLES)
def test_of_an_item(role: str, state: LabState) -> None:
    who = actor(role)
    staff = role in ("facilitator", "coordinator")
    member = staff or role == "participant"
    closed = REFUSED.get(role, 404)
    for item_status in Status:
        for consent in Consent:
            one = item(state, status=item_status, consent=consent, group_name="Groep 1")
            for groups in ((), ("Groep 2",), ("Groep 1",)):
                seen = staff or (
                    member
                    and state is S.ARCHIVED
                    and item_status is Status.CONFIRMED
                    and (consent is not Consent.GROUP or "Groep 1" in groups)
                )
                assert status(policies.may_see_item(who, one, groups)) == (200 if seen else closed), (item_status, consent, groups)
    sealed = state is S.ARCHIVED
    plain = item(state)
    assert status(policies.may_correct(who, plain)) == (REFUSED.get(role) or ((200 if sealed else 409) if staff else 403))
    outcome = status(policies.may_report_outcome(who, plain))
    assert outcome == (REFUSED.get(role) or (200 if sealed else 409 if staff else 404))
    own = status(policies.may_change_own(who, plain))
    assert own == (REFUSED.get(role) or (200 if state is S.HARVESTING else 409))
    if member:
        assert status(policies.may_change_own(who, item(S.HARVESTING, person_id=8))) == 404
        assert status(policies.may_change_own(who, item(S.HARVESTING, person_id=None))) == 404


def test_of_the_search() -> None:
    assert {role: status(policies.may_search(actor(role))) for role in ROLES} == dict.fromkeys(ROLES, 200), (
        "who is unknown finds what is public"
    )


def test_an_item_without_a_group_that_stays_in_its_group_is_for_staff_only() -> None:
    assert status(policies.may_see_item(actor("participant"), item(S.ARCHIVED, consent=Consent.GROUP), ("Groep 1",))) == 404
