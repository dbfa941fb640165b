"""Asking a question together: named by its asker, or come in by *stel hem samen* on somebody else's question."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Membership, Person
from kennislab.core.errors import N_, Invalid
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab
from kennislab.questions import notices
from kennislab.questions.models import CoAsker, KnowledgeQuestion, Support
from kennislab.questions.signals import askers_changed

MOST = 8
"""Of one question, named by its asker: more is a working group."""

MOST_OWN_TEXT = 4600
"""Characters of what somebody had typed themselves: a question with its context and what was tried."""


def people_like(session: Session, programme_id: int, typed: str, besides: int | None, most: int = 8) -> list[tuple[str, str]]:
    """(name that says who it is, organisation) of people of the programme of whose name some word begins with ``typed``."""
    typed = " ".join(typed.casefold().split())
    if len(typed) < 2:
        return []
    found = [
        (shown, person.organisation)
        for shown, person in _people(session, programme_id)
        if person.id != besides and f" {typed}" in f" {person.name.casefold()}"
    ]
    return found[:most]


def _people(session: Session, programme_id: int) -> list[tuple[str, Person]]:
    """Everybody of the programme, by name; who shares a name is shown with a place."""
    people = session.scalars(
        sa.select(Person).join(Membership).where(Membership.programme_id == programme_id).order_by(Person.name, Person.id)
    ).all()
    often: dict[str, int] = {}
    for person in people:
        often[person.name.casefold()] = often.get(person.name.casefold(), 0) + 1
    shared = [person for person in people if often[person.name.casefold()] > 1]
    places = programme_queries.municipality_names(session, [person.municipality_code for person in shared])
    shown = []
    for person in people:
        place = places.get(person.municipality_code or "", person.organisation) if often[person.name.casefold()] > 1 else ""
        shown.append((f"{person.name} ({place})" if place else person.name, person))
    return shown


def name(tx: Tx, lab: Lab, question: KnowledgeQuestion, names: Sequence[str], by: Actor) -> list[int]:
    """Makes these the co-askers that the asker named; the others that were named go. Gives the account of who is new.

    A name that is one person's of the programme becomes that person; any other stays a name. Raises Invalid.
    """
    wanted = list(dict.fromkeys(" ".join(tidy(one).split()) for one in names))
    wanted = [one for one in wanted if one]
    if len(wanted) > MOST:
        raise Invalid(fields={"co_askers": N_("Noem hoogstens 8 mensen met wie je deze vraag samen stelt.")})
    if any(len(one) > 120 for one in wanted):
        raise Invalid(fields={"co_askers": N_("Zet een komma tussen de namen.")})
    named = {one.name: one for one in question.co_askers if one.how == "named"}
    if set(wanted) == set(named):
        return []
    people = _people(tx.session, lab.programme_id)
    added = [(one, _who(people, one)) for one in wanted if one not in named]
    there = {one.person_id for one in question.co_askers if one.how != "named" or one.name in wanted} | {question.asker_id}
    new: list[int] = []
    for gone in [one for who, one in named.items() if who not in wanted]:
        question.co_askers.remove(gone)
    tx.session.flush()
    for one, found in added:
        if found is None:
            question.co_askers.append(CoAsker(name=one, how="named"))
            continue
        shown, person = found
        if person.id in there:
            continue
        there.add(person.id)
        new.append(person.id)
        question.co_askers.append(CoAsker(person_id=person.id, name=shown, municipality_code=person.municipality_code, how="named"))
        _no_support(tx, question, person.id)
    tx.session.flush()
    return new


def _who(people: Sequence[tuple[str, Person]], name: str) -> tuple[str, Person] | None:
    """The one person whom this name means, with how the name is shown. Raises Invalid when it may be several."""
    name = name.casefold()
    same = [(shown, person) for shown, person in people if name in (shown.casefold(), person.name.casefold())]
    if len(same) > 1:
        raise Invalid(
            fields={"co_askers": N_("Er zijn meer mensen die %(name)s heten. Kies uit de lijst wie je bedoelt.")}, name=same[0][1].name
        )
    return same[0] if same else None


def join(tx: Tx, question: KnowledgeQuestion, by: Actor, text: str = "") -> CoAsker:
    """Asks a question along with who asked it; what somebody had typed themselves stays with their name. Doing it twice changes nothing."""
    mine = of_person(question, by.person_id)
    text = tidy(text)[:MOST_OWN_TEXT]
    if mine is None:
        known = tx.session.get_one(Person, by.person_id)
        mine = CoAsker(person_id=known.id, name=known.name, municipality_code=known.municipality_code, how="joined", text=text)
        question.co_askers.append(mine)
        _no_support(tx, question, known.id)
        tx.session.flush()
        notices.notify(tx, [question.asker_id], question.lab, question, "joined", by, own=text)
        tx.after_commit(askers_changed, lab=question.lab_id, question=question.id)
    elif text and text not in mine.text:
        mine.text = (f"{mine.text}\n\n{text}" if mine.text else text)[:MOST_OWN_TEXT]
    return mine


def leave(tx: Tx, question: KnowledgeQuestion, by: Actor) -> str:
    """Asks it along no longer. Gives back what this person had written themselves."""
    mine = of_person(question, by.person_id)
    if mine is None:
        return ""
    text = mine.text
    question.co_askers.remove(mine)
    tx.session.flush()
    if not notices.take_back(tx, [question.asker_id], question, "joined", by.name):
        notices.notify(tx, [question.asker_id], question.lab, question, "unjoined", by)
    tx.after_commit(askers_changed, lab=question.lab_id, question=question.id)
    return text


def of_person(question: KnowledgeQuestion, person_id: int | None) -> CoAsker | None:
    """How this person asks the question along; None when they do not."""
    return next((one for one in question.co_askers if one.person_id is not None and one.person_id == person_id), None)


def _no_support(tx: Tx, question: KnowledgeQuestion, person_id: int) -> None:
    """Who asks a question does not support it as well."""
    tx.session.execute(sa.delete(Support).where(Support.question_id == question.id, Support.person_id == person_id))
