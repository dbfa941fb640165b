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

_WENT_ON = frozenset({QuestionStatus.MERGED, QuestionStatus.SPLIT})
_READ_BY_ALL = frozenset({QuestionStatus.SUBMITTED}) | _WENT_ON


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
    """A submitted question, and where one that was merged or split went on: everybody in the programme. Any other: its asker, and
    staff when they returned it."""
    member = is_member(actor, question.lab.programme_id)
    if member is not True:
        return member
    if question.status in _READ_BY_ALL or question.asker_id == actor.person_id:
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


def _went_on() -> Refused:
    return Refused(
        "went-on",
        N_("Deze vraag gaat verder in een andere"),
        N_("Een begeleider voegde hem samen of splitste hem. Lees de vraag waarin hij verdergaat; vraag de begeleider als dat niet klopt."),
        status=409,
    )


def may_edit(actor: Actor, question: KnowledgeQuestion, now: datetime) -> Verdict:
    """Its asker, up to the deadline; not when it was withdrawn."""
    own = _own(actor, question)
    if own is not True:
        return own
    if question.status in _WENT_ON:
        return _went_on()
    if question.status is QuestionStatus.WITHDRAWN:
        return Refused("withdrawn", N_("Je hebt deze vraag ingetrokken"), N_("Stel hem opnieuw als je hem toch wilt insturen."), status=409)
    return _in_state_and_time(actor, question.lab, "edit_question", now)


def may_withdraw(actor: Actor, question: KnowledgeQuestion, now: datetime) -> Verdict:
    """Its asker, up to the deadline. A draft can always be thrown away."""
    own = _own(actor, question)
    if own is not True or question.status is QuestionStatus.DRAFT:
        return own
    if question.status in _WENT_ON:
        return _went_on()
    if question.status is QuestionStatus.WITHDRAWN:
        return Refused("withdrawn", N_("Je hebt deze vraag al ingetrokken"), N_("Je hoeft niets meer te doen."), status=409)
    return _in_state_and_time(actor, question.lab, "withdraw_question", now)


def may_support(actor: Actor, question: KnowledgeQuestion, *, along: bool = False) -> Verdict:
    """Everybody in the programme but who asks it, until the lab begins. ``along``: it is about asking it along instead."""
    seen = may_see(actor, question)
    if seen is not True:
        return seen
    if question.asker_id == actor.person_id:
        return Refused("own-question", N_("Dit is je eigen vraag"), N_("Steunen is voor vragen van anderen."), status=409)
    if question.status is not QuestionStatus.SUBMITTED:
        return NotFound()
    if not along and asks_along(actor, question):
        return Refused("own-question", N_("Je stelt deze vraag zelf mee"), N_("Steunen is voor vragen van anderen."), status=409)
    return states.verdict(question.lab.state, "support_question")


def asks_along(actor: Actor, question: KnowledgeQuestion) -> bool:
    """Whether this actor is one of its co-askers."""
    return any(one.person_id is not None and one.person_id == actor.person_id for one in question.co_askers)


def may_join(actor: Actor, question: KnowledgeQuestion) -> Verdict:
    """Everybody in the programme but its asker, as long as it can be supported: also who was too late for a question of their own."""
    return may_support(actor, question, along=True)


def may_leave(actor: Actor, question: KnowledgeQuestion) -> Verdict:
    """Who asks along may stop, until the lab begins."""
    seen = may_see(actor, question)
    if seen is not True:
        return seen
    if not asks_along(actor, question):
        return Refused("not-along", N_("Je stelt deze vraag niet samen met iemand"), N_("Je hoeft niets te doen."), status=409)
    return states.verdict(question.lab.state, "support_question")


def may_shape(actor: Actor, lab: Lab) -> Verdict:
    """What the form of a lab asks: staff, until the questions are in."""
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, "shape_questions") if who is True else who


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


def may_manage(actor: Actor, lab: Lab) -> Verdict:
    """Merging, splitting, taking over, reading in: staff, from when questions come in until the room opens."""
    return may_ask_for_other(actor, lab)


def may_export(actor: Actor, lab: Lab) -> Verdict:
    """The questions as a table, with who asked them: staff, in every state."""
    return is_staff(actor, lab.programme_id)


def may_rework(actor: Actor, question: KnowledgeQuestion) -> Verdict:
    """Merging, splitting, withdrawing for somebody and giving a theme hint: staff, a submitted question, until the room opens."""
    return _staff_on_submitted(actor, question, "light_edit")


def may_take_apart(actor: Actor, question: KnowledgeQuestion) -> Verdict:
    """Undoing that a question was merged or split: staff, until the room opens."""
    who = may_manage(actor, question.lab)
    if who is True and question.status not in _WENT_ON:
        return Refused(
            "stands", N_("Deze vraag staat al op zichzelf"), N_("Iemand anders was je voor. Je hoeft niets meer te doen."), status=409
        )
    return who
