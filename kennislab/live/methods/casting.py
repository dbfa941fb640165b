"""Who has which role: given to the group, or going round the table where everybody gets a turn."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from kennislab.live.methods.model import Method, Step
from kennislab.live.methods.plan import Position, parts
from kennislab.live.methods.sizing import TABLE_MODES, sizes, station_count
from kennislab.live.methods.tables import Member, stations
from kennislab.live.methods.vocabulary import ROLE

SUPPORT = ("discussion_leader", "note_taker", "timekeeper")
"""Roles that one of the helpers takes on besides, in the order in which a small group can do with them."""


def rotates(step: Step) -> bool:
    """Whether the roles go round the table in this step."""
    return step.mode in TABLE_MODES and step.scale in ("per_round", "per_participant")


def roles(method: Method, position: Position, table: Sequence[str], base: Mapping[str, str]) -> dict[str, str]:
    """The role of everybody at this table now. Where roles rotate, the order of the table is the order of the turns."""
    step = method.steps[position.step]
    if rotates(step):
        return _turns(method, position, table)
    rest = "consultant" if "adviseurs" in method.roles else "participant"
    given = {one: base.get(one, rest) for one in table}
    owner = ROLE[method.stations.owner] if method.stations is not None else None
    if step.scale == "per_station" and owner is not None and owner not in base.values() and table:
        given[table[0]] = owner
    return given


def _turns(method: Method, position: Position, table: Sequence[str]) -> dict[str, str]:
    words = set(method.roles)
    turn = "case_owner" if "casusinbrenger" in words and "klant" not in words else "client"
    helper = "consultant"
    size = len(table)
    cast = dict.fromkeys(table, helper)
    if not size:
        return cast
    if "coach" in words:
        watcher = "observer" if "observator" in words else helper
        cast = dict.fromkeys(table, watcher)
        coach = table[(position.unit + 1) % size]
        pieces = parts(method, position.step)
        watching = bool(pieces) and pieces[position.part].speaking == "observator"
        if size > 2 or not watching:  # in a pair the coach also watches
            cast[coach] = "coach"
    cast[table[position.unit % size]] = turn
    return cast


def suggest(method: Method, members: Sequence[Member], case_owner: str | None, seed: str) -> dict[str, str]:
    """Roles to begin with, one a person; who is not named helps or takes part. The group may change them.

    Where a method has an example giver, that is the ``case_owner``. Who leads is preferably of another municipality than the case.
    """
    words = {ROLE[word] for word in method.roles}
    given: dict[str, str] = {}
    cities = {member.id: member.municipality for member in members}
    own = cities.get(case_owner) if case_owner is not None else None
    if case_owner in cities and case_owner is not None:
        turn = next((role for role in ("case_owner", "example_giver") if role in words and not _rotating(method)), None)
        if turn is not None:
            given[case_owner] = turn
    if method.stations is not None:
        role = ROLE[method.stations.owner]
        number = station_count(method, len(members))
        owners = dict.fromkeys((table[0] for table in stations(method, members, number, seed) if table), role)
        given = {**owners, **given}
    if "table_host" in words:
        given = {**_hosts(method, members, seed), **given}
    random_ = random.Random(f"{seed}:roles")
    free = [member.id for member in members if member.id not in given]
    random_.shuffle(free)
    free.sort(key=lambda one: own is not None and cities[one] == own)  # stable: the others first
    for index, role in enumerate(role for role in SUPPORT if role in words):
        if not free or (index and len(members) < 3 + index):
            break
        given[free.pop(0)] = role
    return given


def _rotating(method: Method) -> bool:
    return any(rotates(step) for step in method.steps)


def _hosts(method: Method, members: Sequence[Member], seed: str) -> dict[str, str]:
    """One host for each table of the first step with tables."""
    step = next((step for step in method.steps if step.mode in TABLE_MODES), None)
    if step is None:
        return {}
    order = [member.id for member in members]
    random.Random(f"{seed}:hosts").shuffle(order)
    return dict.fromkeys(order[: len(sizes(method, step, len(members)))], "table_host")
