"""Rewording what was caught and tying it together: text, kind, themes, consent, owner and date, what it solves and where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.archive import lessons, queries
from kennislab.archive.changing import changed, cut, given, line, link, reword, tidy_themes, unsealed
from kennislab.archive.models import KINDS, REACH, ActionStatus, ArchiveItem, Consent, ItemLink, LinkKind
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.transaction import Tx


@dataclass(frozen=True, slots=True)
class Revision:
    """What the harvest makes of an item. ``agreed``: its author said yes to reaching further than they first chose.

    ``lesson``: the three parts of *als … dan … want …*; the text is then the sentence that they make.
    """

    text: str
    kind: str
    themes: Sequence[str]
    consent: Consent
    agreed: bool = False
    answers: str | None = None
    question: str | None = None
    contact: str = ""
    owner: str = ""
    due: date | None = None
    lesson: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Part of a revision, made in place: what is None stays as it is. ``action``: who does it and when it is done."""

    text: str | None = None
    kind: str | None = None
    lesson: Mapping[str, str] | None = None
    consent: Consent | None = None
    agreed: bool = False
    contact: str | None = None
    action: tuple[str, date | None] | None = None


def revise(tx: Tx, item: ArchiveItem, revision: Revision, rev: int, by: Actor) -> None:
    """All that the harvest can change of one item at once. ``rev``: what the editor saw.

    Raises Conflict when somebody else changed it meanwhile, Invalid when it cannot be so.
    """
    whole = Changes(
        text=revision.text,
        kind=revision.kind,
        lesson=revision.lesson,
        consent=revision.consent,
        agreed=revision.agreed,
        contact=revision.contact,
        action=(revision.owner, revision.due),
    )
    change(tx, item, whole, rev, by)
    set_themes(tx, item, revision.themes)
    set_answers(tx, item, revision.answers)
    _set_question(tx, item, revision.question)
    tx.session.flush()


def change(tx: Tx, item: ArchiveItem, changes: Changes, rev: int, by: Actor) -> None:
    """Part of an item. ``rev``: what the editor saw.

    Raises Conflict when somebody else changed it meanwhile, Invalid when it cannot be so.
    """
    unsealed(item)
    if item.rev != rev:
        raise Conflict(
            "changed-meanwhile",
            N_("Iemand anders heeft deze kaart intussen veranderd"),
            N_("Jouw tekst staat nog in het formulier. Vergelijk hem met de kaart en sla daarna opnieuw op."),
        )
    kind = changes.kind or item.kind
    if kind not in KINDS:
        raise Invalid(fields={"kind": N_("Kies een soort uit de lijst.")})
    before = item.contact
    if changes.consent is not None:
        set_consent(tx, item, changes.consent, agreed=changes.agreed)
    if changes.lesson is not None and kind == "lesson":
        parts = lessons.of(changes.lesson)
        reword(tx, item, lessons.sentence(parts), by)
    else:
        if changes.text is not None:
            reword(tx, item, changes.text, by)
        parts = lessons.parts_of(item.text) if kind == "lesson" else {}
    changed(item, kind=kind, lesson=parts)
    if changes.contact is not None:
        contact = line(changes.contact, 160)
        if item.anonymous and contact and contact != before:
            raise Invalid(fields={"contact": N_("Deze kaart is anoniem. Wie je kunt bellen, verraadt van wie zij komt. Maak dit leeg.")})
        changed(item, contact="" if item.anonymous else contact)
    owner, due = changes.action or (item.owner, item.due)
    set_action(tx, item, owner, due)
    tx.session.flush()


def set_themes(tx: Tx, item: ArchiveItem, themes: Sequence[str]) -> None:
    """The themes it belongs to, at most eight."""
    unsealed(item)
    changed(item, themes=tidy_themes(themes))


def set_action(tx: Tx, item: ArchiveItem, owner: str, due: date | None) -> None:
    """Who does it, and when it is done. Of something that is not an action both are emptied."""
    unsealed(item)
    if item.kind == "action":
        changed(item, owner=line(owner, 120), due=due, action_status=item.action_status or ActionStatus.OPEN)
    else:
        changed(item, owner="", due=None, action_status=None)


def set_consent(tx: Tx, item: ArchiveItem, consent: Consent, *, agreed: bool = False) -> None:
    """How far it may go. Nearer: always. Further than its author chose: only when they agreed. From anonymous there is no way back.

    Of what was made one, each of the authors counts. Raises Invalid.
    """
    unsealed(item)
    if consent is item.consent:
        return
    if item.reach_given is Consent.PUBLIC_ANONYMOUS and consent is Consent.PUBLIC_CITY:
        raise Invalid(fields={"consent": N_("Deze kaart is anoniem ingestuurd. Bij welke gemeente zij hoort, weten we niet meer.")})
    if REACH[consent] > REACH[given(tx.session, item)] and not agreed:
        raise Invalid(fields={"agreed": N_("De inbrenger koos voor minder ver. Vraag het eerst en vink dan aan dat het mag.")})
    if consent is Consent.PUBLIC_ANONYMOUS:
        cut(item)
    changed(item, consent=consent)


def set_answers(tx: Tx, item: ArchiveItem, solved: str | None) -> None:
    """Ties a solution to the bottleneck or question that it solves, or unties it. Raises Invalid."""
    unsealed(item)
    other = queries.item(tx.session, solved) if solved else None
    if solved and (other is None or other.programme_id != item.programme_id or other.id == item.id or other.answers_id == item.id):
        raise Invalid(fields={"answers": N_("Kies een knelpunt of vraag uit de lijst.")})
    changed(item, answers_id=other.id if other else None)


def _set_question(tx: Tx, item: ArchiveItem, question: str | None) -> None:
    """The one knowledge question with which it came up."""
    wanted = [question] if question and question != item.id else []
    tx.session.execute(
        sa.delete(ItemLink).where(ItemLink.from_id == item.id, ItemLink.kind == LinkKind.QUESTION, ItemLink.to_id.not_in(wanted))
    )
    for target in wanted:
        add_link(tx, item, target, LinkKind.QUESTION)


def tie(tx: Tx, item: ArchiveItem, target_id: str) -> bool:
    """Ties an item to another of its lab in the way that fits both, or unties it when it was tied so. Returns whether it is tied now.

    A question: the one with which it came up. A bottleneck: what it solves. Anything else: what it came from. Raises Invalid.
    """
    unsealed(item)
    target = queries.item(tx.session, target_id)
    if target is None or target.lab_id != item.lab_id or target.id == item.id:
        raise Invalid("no-such-item", N_("Deze kaart bestaat niet"), N_("Kies een andere kaart om aan te koppelen."))
    if target.kind == "bottleneck" and item.kind != "bottleneck":
        tied = item.answers_id != target.id
        set_answers(tx, item, target.id if tied else None)
    else:
        kind = LinkKind.QUESTION if target.kind == "question" else LinkKind.ORIGIN
        tied = target.id not in queries.linked(tx.session, item.id, kind)
        if kind is LinkKind.QUESTION:
            _set_question(tx, item, target.id if tied else None)
        elif tied:
            add_link(tx, item, target.id, kind)
        else:
            tx.session.execute(sa.delete(ItemLink).where(ItemLink.from_id == item.id, ItemLink.to_id == target.id, ItemLink.kind == kind))
        changed(item)
    tx.session.flush()
    return tied


def add_theme(tx: Tx, items: Sequence[ArchiveItem], theme: str) -> int:
    """One theme more for all of these. Returns how many had it not."""
    before = [len(item.themes) for item in items]
    for item in items:
        set_themes(tx, item, [*item.themes, theme])
    return sum(len(item.themes) > number for item, number in zip(items, before, strict=True))


def add_link(tx: Tx, item: ArchiveItem, to_id: str, kind: LinkKind) -> None:
    """Says that an item came from, or belongs with, another of the same programme, also of an earlier lab. Raises Invalid."""
    unsealed(item)
    other = queries.item(tx.session, to_id)
    if other is None or other.programme_id != item.programme_id or other.id == item.id:
        raise Invalid("no-such-item", N_("Deze kaart bestaat niet"), N_("Kies een andere kaart om aan te koppelen."))
    link(tx, item.id, other.id, kind)
