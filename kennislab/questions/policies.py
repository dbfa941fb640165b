"""Who may do what with knowledge questions: first the person, then the state of the lab, then the clock.

The deadline is the last second at which a question may be sent or changed. It binds askers; a facilitator may still add one.
"""

from __future__ import annotations

from datetime import datetime

from kennislab.accounts.actors import Actor
from kennislab.core.errors import N_, DomainError, NotFound, Refused
from kennislab.programme import states
from kennislab.programme.models import Lab
from kennislab.programme.policies import is_member, is_staff
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

Verdict = bool | DomainError


def deadline_passed(lab: Lab, now: datetime) -> bool:
    """Whether the second of the deadline is over."""
    return now.replace(microsecond=0) > lab.question_deadline


def _in_time(lab: Lab, now: datetime) -> Verdict:
    if not deadline_passed(lab, now):
        return True
    return Refused(
        "deadline-passed",
        N_("De deadline is voorbij"),
        N_("Je tekst staat nog in het formulier. Kopieer hem en vraag de begeleider om hem mee te nemen."),
        status=409,
    )


def _in_state_and_time(actor: Actor, lab: Lab, what: str, now: datetime) -> Verdict:
    verdict = states.verdict(lab.state, what)
    return _in_time(lab, now) if verdict is True else verdict


def may_see_questions(actor: Actor, lab: Lab) -> Verdict:
    """The submitted questions of a lab: everybody in the programme."""
    return is_member(actor, lab.programme_id)


def may_see(actor: Actor, question: KnowledgeQuestion) -> Verdict:
    """A submitted question: everybody in the programme. Any other: its asker, and staff when they returned it."""
    member = is_member(actor, question.lab.programme_id)
    if member is not True:
        return member
    if question.status is QuestionStatus.SUBMITTED or question.asker_id == actor.person_id:
        return True
    if question.status is QuestionStatus.RETURNED and actor.is_staff(question.lab.programme_id):
        return True
    return NotFound()


def may_ask(actor: Actor, lab: Lab, now: datetime) -> Verdict:
    """Everybody in the programme while questions are collected, up to the deadline; staff a while longer, for somebody else."""
    member = is_member(actor, lab.programme_id)
    if member is not True:
        return member
    if actor.is_staff(lab.programme_id) and states.allows(lab.state, "add_question"):
        return True
    return _in_state_and_time(actor, lab, "ask_question", now)


def may_ask_for_other(actor: Actor, lab: Lab) -> Verdict:
    """Staff, for somebody who could not: until the room opens."""
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, "add_question") if who is True else who


def _own(actor: Actor, question: KnowledgeQuestion) -> Verdict:
    seen = may_see(actor, question)
    if seen is not True or question.asker_id == actor.person_id:
        return seen
    return Refused(
        "not-yours", N_("Dit is de kennisvraag van iemand anders"), N_("Alleen wie de vraag stelde, kan hem veranderen of intrekken.")
    )


def may_edit(actor: Actor, question: KnowledgeQuestion, now: datetime) -> Verdict:
    """Its asker, up to the deadline; not when it was withdrawn."""
    own = _own(actor, question)
    if own is not True:
        return own
    if question.status is QuestionStatus.WITHDRAWN:
        return Refused("withdrawn", N_("Je hebt deze vraag ingetrokken"), N_("Stel hem opnieuw als je hem toch wilt insturen."), status=409)
    return _in_state_and_time(actor, question.lab, "edit_question", now)


def may_withdraw(actor: Actor, question: KnowledgeQuestion, now: datetime) -> Verdict:
    """Its asker, up to the deadline. A draft can always be thrown away."""
    own = _own(actor, question)
    if own is not True or question.status is QuestionStatus.DRAFT:
        return own
    if question.status is QuestionStatus.WITHDRAWN:
        return Refused("withdrawn", N_("Je hebt deze vraag al ingetrokken"), N_("Je hoeft niets meer te doen."), status=409)
    return _in_state_and_time(actor, question.lab, "withdraw_question", now)


def may_support(actor: Actor, question: KnowledgeQuestion) -> Verdict:
    """Everybody in the programme but the asker, until the lab begins."""
    seen = may_see(actor, question)
    if seen is not True:
        return seen
    if question.asker_id == actor.person_id:
        return Refused("own-question", N_("Dit is je eigen vraag"), N_("Steunen is voor vragen van anderen."), status=409)
    if question.status is not QuestionStatus.SUBMITTED:
        return NotFound()
    return states.verdict(question.lab.state, "support_question")


def may_light_edit(actor: Actor, question: KnowledgeQuestion) -> Verdict:
    """Staff, a submitted question, until the room opens; the asker's own words are kept."""
    return _staff_on_submitted(actor, question, "light_edit")


def may_return(actor: Actor, question: KnowledgeQuestion) -> Verdict:
    """Staff, a submitted question, while there is still time for its asker to do something with the remark."""
    verdict = _staff_on_submitted(actor, question, "return_question")
    if verdict is True and question.asker_id is None:
        return Refused("no-asker", N_("Deze vraag heeft geen afzender met een account"), N_("Pas de vraag zelf licht aan."), status=409)
    return verdict


def _staff_on_submitted(actor: Actor, question: KnowledgeQuestion, what: str) -> Verdict:
    seen = may_see(actor, question)
    if seen is not True:
        return seen
    who = is_staff(actor, question.lab.programme_id)
    if who is not True:
        return who
    if question.status is not QuestionStatus.SUBMITTED:
        return Refused("not-submitted", N_("Deze vraag is nu niet ingestuurd"), N_("Wacht tot de vraag weer is ingestuurd."), status=409)
    return states.verdict(question.lab.state, what)
