"""Fills an empty database with the demo, its newest lab at a chosen stage; on a filled one it finds what is there.

All through the features' own operations, in one transaction: a demo is there whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from kennislab.accounts import operations as accounts
from kennislab.accounts import passwords
from kennislab.accounts.models import Person as PersonRow
from kennislab.archive import checking, prompts
from kennislab.core import clock, jobs
from kennislab.core.db import db
from kennislab.core.ids import show_code
from kennislab.core.transaction import Tx, transaction
from kennislab.demo import aftermath, archives, desk, groups, harvesting, invited, keys, meetings, people, post, rooms, shelf
from kennislab.demo.content import load_content
from kennislab.demo.groups import Groups
from kennislab.demo.history import Times, at, times_at_stage, times_of
from kennislab.demo.people import Cast
from kennislab.demo.shapes import Content, Lab, Person
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab as LabRow
from kennislab.programme.models import LabKind, LabState, Programme

STAGES = tuple(str(state) for state in LabState)
BEFORE_THE_DAY = (LabState.COLLECTING, LabState.GROUPING, LabState.READY)
PARTICIPANT = "celina"
"""The participant that a visitor signs in as: somebody with a question, a contribution and a history in the programme."""


class LabInfo(TypedDict):
    """One lab."""

    id: int
    title: str


class JoinInfo(TypedDict):
    """How to take part in it. ``path`` is what the QR carries, without the server's address."""

    code: str
    path: str


class DemoInfo(TypedDict):
    """What whoever started the demo is told. ``lab``: the newest; ``harvest``: one whose harvest is open; ``sealed``: the last in the
    archive."""

    stage: str
    lab: LabInfo
    harvest: LabInfo
    sealed: LabInfo
    join: JoinInfo
    people: dict[str, keys.Key]


def load(app: Flask, stage: str) -> DemoInfo:
    """Makes the demo, unless it is there already: then it goes on as it is, whatever ``stage`` says."""
    if stage not in STAGES:
        raise ValueError(stage)
    content = load_content()
    folder = Path(app.config["DATA_DIR"])
    with app.app_context():
        programme = _present(db.session(), content)
        db.session.remove()
        kept = keys.read(folder)
        if programme is None:
            _make(content, stage, folder)
        elif kept is None or kept["programme"] != programme:
            _new_keys(content, programme, folder)
    return describe(app)


def describe(app: Flask) -> DemoInfo:
    """What is there. Raises LookupError when nothing was loaded."""
    kept = keys.read(Path(app.config["DATA_DIR"]))
    with app.app_context():
        lab = db.session.get(LabRow, kept["lab"]) if kept else None
        if kept is None or lab is None:
            raise LookupError("no demo in this folder")
        return {
            "stage": str(lab.state),
            "lab": _info(lab),
            "harvest": _info(_latest(db.session(), lab, LabRow.kind == LabKind.DEEP_DIVE)),
            "sealed": _info(_latest(db.session(), lab, LabRow.state == LabState.ARCHIVED)),
            "join": {"code": show_code(lab.join_code), "path": f"/j/{lab.join_token}"},
            "people": kept["people"],
        }


def _info(lab: LabRow) -> LabInfo:
    return {"id": lab.id, "title": lab.title}


def _latest(session: Session, lab: LabRow, wanted: sa.ColumnElement[bool]) -> LabRow:
    """The latest of the same programme that is so; the newest itself when there is none, in a folder of an older version."""
    chosen = sa.select(LabRow).where(LabRow.programme_id == lab.programme_id, wanted)
    return session.scalars(chosen.order_by(LabRow.starts_at.desc()).limit(1)).first() or lab


def _present(session: Session, content: Content) -> int | None:
    return session.scalar(sa.select(Programme.id).where(Programme.example, Programme.name == content.name).limit(1))


def _signing_in(content: Content) -> dict[str, Person]:
    return {
        "coordinator": content.coordinator,
        "facilitator": content.newest.facilitator,
        "participant": content.people[PARTICIPANT],
    }


def _make(content: Content, stage: str, folder: Path) -> None:
    who = _signing_in(content)
    secret = {role: keys.new_password() for role in who}
    hashes = {
        person.slug: passwords.make(secret[role]) for role, person in who.items()
    }  # not inside the transaction: it is slow on purpose
    with transaction() as tx:
        cast = people.load_people(tx, content, hashes)
        archived: archives.Archived = {}
        for lab in content.archived:
            _past(tx, content, cast, lab, archived)
        newest = _newest(tx, content, cast, stage, archived)
        _open(tx, content, cast)
        aftermath.load_after(tx, content, cast, archived)
        everybody = stage in BEFORE_THE_DAY  # later on nobody reads old mail, save who tries out what it says
        these = [] if everybody else [cast.row(one).id for one in who.values()]
        jobs.enqueue(tx, post.JOB, people=these, purposes=[checking.ASK, prompts.KIND])
        shelf.load_products(tx, content, cast, archived)
        tokens = {role: accounts.make_access_token(tx, cast.row(person), "Voorbeeld") for role, person in who.items()}
        kept = _kept(cast.programme.id, newest.id, {r: cast.row(p) for r, p in who.items()}, secret, tokens)
    keys.keep(folder, kept)


def _new_keys(content: Content, programme: int, folder: Path) -> None:
    """The database is there and its keys are not: the same people get new ones."""
    who = _signing_in(content)
    secret = {role: keys.new_password() for role in who}
    hashes = {role: passwords.make(word) for role, word in secret.items()}
    with transaction() as tx:
        rows = {role: tx.session.scalars(sa.select(PersonRow).where(PersonRow.email == person.email)).one() for role, person in who.items()}
        for role, row in rows.items():
            accounts.set_password(tx, row, hashes[role])
        tokens = {role: accounts.make_access_token(tx, row, "Voorbeeld") for role, row in rows.items()}
        newest = tx.session.scalars(
            sa.select(LabRow.id)
            .where(LabRow.programme_id == programme, LabRow.kind == LabKind.KNOWLEDGE_LAB)
            .order_by(LabRow.starts_at.desc())
            .limit(1)
        ).one()
        kept = _kept(programme, newest, rows, secret, tokens)
    keys.keep(folder, kept)


def _kept(programme: int, lab: int, rows: Mapping[str, PersonRow], secret: Mapping[str, str], tokens: Mapping[str, str]) -> keys.Kept:
    return {
        "programme": programme,
        "lab": lab,
        "people": {role: {"email": row.email or "", "password": secret[role], "token": tokens[role]} for role, row in rows.items()},
    }


def _past(tx: Tx, content: Content, cast: Cast, lab: Lab, archived: archives.Archived) -> None:
    """A lab of an earlier quarter, from plan to archive."""
    times = times_of(lab)
    with at(times.starts - timedelta(days=56)):
        row = meetings.plan(tx, content, cast, lab, times, quarter=lab.quarter)
    room, asked = _prepare(tx, content, cast, lab, row, times, LabState.READY)
    rooms.play_day(room, times)
    archives.harvest(room, asked, times.ends + archives.CHECKED, archived)


def _open(tx: Tx, content: Content, cast: Cast) -> LabRow:
    """The meeting of a few days ago whose harvest is open."""
    lab = harvesting.held(content.harvesting, clock.now().astimezone(clock.LOCAL).date())
    times = times_of(lab)
    with at(times.starts - timedelta(days=28)):
        row = meetings.plan(tx, content, cast, lab, times, quarter=None)
    room, asked = _prepare(tx, content, cast, lab, row, times, LabState.READY)
    rooms.play_day(room, times)
    harvesting.work_on(room, asked, times)
    return row


def _newest(tx: Tx, content: Content, cast: Cast, stage: str, archived: archives.Archived) -> LabRow:
    """The lab that is in the chosen stage."""
    lab = content.newest
    times = times_at_stage(lab, stage, clock.now())
    with at(min(clock.now(), times.starts - timedelta(days=49))):
        row = meetings.plan(tx, content, cast, lab, times, quarter=None)
    state = LabState(stage)
    if state is LabState.PLANNED:
        invited.draft(tx, content, cast, row)
        return row
    invited.invite(tx, content, cast, row, times, state)
    room, asked = _prepare(tx, content, cast, lab, row, times, state if state in BEFORE_THE_DAY else LabState.READY)
    if state is LabState.LIVE:
        rooms.play_until_now(room, times)
    elif state not in BEFORE_THE_DAY:
        rooms.play_day(room, times)
    if state is LabState.ARCHIVED:
        archives.harvest(room, asked, times.ends + archives.CHECKED, archived)
    invited.settle(tx)
    if state in (LabState.GROUPING, LabState.READY):
        invited.prepare(tx, content, cast, row, "ranking_open" if state is LabState.GROUPING else "your_group")
    return row


def _prepare(
    tx: Tx, content: Content, cast: Cast, lab: Lab, row: LabRow, times: Times, until: LabState
) -> tuple[rooms.Room, meetings.Asked]:
    """From planned to ``until``: questions come in, are grouped, and people placed."""
    past = lab is not content.newest
    now = clock.now()
    staff = cast.actor(lab.facilitator)
    with at(min(times.deadline - timedelta(days=21), now)):
        programmes.move_lab(tx, row, LabState.COLLECTING, staff)
    asked = meetings.ask(
        tx, content, cast, row, lab.questions if until is not LabState.COLLECTING else lab.questions[:-5], times, past=past
    )
    if not past:
        desk.work_through(tx, content, cast, row, asked, times, until is LabState.READY)
    if until is not LabState.COLLECTING:
        with at(min(times.deadline + timedelta(hours=10), now)):
            programmes.move_lab(tx, row, LabState.GROUPING, staff)
    made = Groups()
    if until is LabState.GROUPING and not past:
        groups.propose(tx, content, cast, row, asked, times)
    if until is LabState.READY:
        with at(min(times.deadline + timedelta(days=2), now)):
            made = groups.remember(tx, cast, lab, row, asked) if past else groups.make(tx, content, cast, row, asked)
        with at(min(times.deadline + timedelta(days=4), now)):
            programmes.move_lab(tx, row, LabState.READY, staff)
    room = rooms.PastRoom if past else rooms.Room
    return room(tx, content, cast, lab, row, made), asked
