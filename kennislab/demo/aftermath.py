"""What came after the labs: who was asked by mail what came of something, what was put right after the seal, searches that were kept."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from kennislab.archive import following, prompts, sealing, searches
from kennislab.archive.asking import Asked
from kennislab.archive.models import ArchiveItem, EvidencePrompt, Outcome
from kennislab.core import clock
from kennislab.core.transaction import Tx
from kennislab.demo.archives import Archived
from kennislab.demo.harvesting import mark_sent
from kennislab.demo.history import at, local
from kennislab.demo.people import Cast
from kennislab.demo.shapes import Content, Prompt
from kennislab.programme import mails
from kennislab.programme import operations as programmes
from kennislab.programme import queries as programme_queries


def load_after(tx: Tx, content: Content, cast: Cast, archived: Archived) -> None:
    """All of it. The labs that it is about are sealed."""
    labs = {lab.quarter: lab for lab in content.archived}
    for amended in content.after.corrections:
        item = tx.session.get_one(ArchiveItem, archived[amended.item])
        day = labs[item.quarter].day + timedelta(days=amended.days)
        with at(local(day, time(10, 40))):
            sealing.correct(tx, item, amended.text, cast.actor(amended.by))
    codes = [prompt.of.city.code for prompt in content.after.prompts if prompt.of.city is not None]
    names = programme_queries.municipality_names(tx.session, codes)
    for number, prompt in enumerate(content.after.prompts):
        _prompt(tx, cast, archived, names, prompt, _office_hours(prompt.days) + timedelta(minutes=number))
    for kept in content.after.searches:
        pairs = [(name, value) for name, values in kept.query.items() for value in values]
        with at(_office_hours(kept.days)):
            searches.keep(tx, cast.actor(kept.by), kept.name, Asked.of(pairs), kept.every)


def _office_hours(days: int) -> datetime:
    """In the morning of a working day, so many days ago or a little more."""
    day = clock.now().astimezone(clock.LOCAL).date() - timedelta(days=days)
    return local(day - timedelta(days=max(0, day.weekday() - 4)), time(9, 20))


def _prompt(tx: Tx, cast: Cast, archived: Archived, names: dict[str, str], prompt: Prompt, moment: datetime) -> None:
    """The mail as it left, and the answer a day later."""
    item, person = tx.session.get_one(ArchiveItem, archived[prompt.item]), cast.row(prompt.of)
    code = person.municipality_code or ""
    solved = tx.session.get(ArchiveItem, item.answers_id) if item.answers_id else None
    values = {"oplossing": item.text, "vraag": solved.text if solved is not None else "", "gemeente": names[code]}
    with at(moment):
        mail = mark_sent(mails.prepare(tx, person, prompts.KIND, item.lab, values), moment)
        quarter = programmes.quarter_of(moment)
        tx.session.add(
            EvidencePrompt(item_id=item.id, municipality_code=code, quarter=quarter, person_id=person.id, mail_id=mail.id, at=moment)
        )
    if prompt.answer:
        with at(moment + timedelta(days=1)):
            following.report_outcome(tx, item, code, Outcome(prompt.answer), prompt.note, None, cast.actor(prompt.of))
