"""The day as a whole: its times, what it carried along from last time, questions for a speaker, what to go on with."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from kennislab.core.clock import iso, parse_iso
from kennislab.core.errors import N_, Refused, require
from kennislab.core.journal import Entry, Row
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience, audience_of
from kennislab.live.room.day_state import Plan, Report, Said
from kennislab.live.room.fitting import fit, floor_of
from kennislab.live.room.state import Key, RoomState
from kennislab.live.room.topics.contributions_seen import may_see, status

LONGEST = timedelta(hours=16)
PARTICIPANT_ONLY = Refused("participant-only", N_("Dit doet een deelnemer"), N_("Open het lab op een telefoon om mee te doen."))


# -- the times of the day


def in_order(state: RoomState) -> list[dict[str, Any]]:
    """The steps of the day."""
    return sorted(state.agenda.values(), key=lambda step: int(step["position"]))


def still_to_come(state: RoomState) -> list[dict[str, Any]]:
    """The steps after the present one; all when it has not begun."""
    present = state.agenda.get(state.step.id or "")
    return [step for step in in_order(state) if present is None or step["position"] > present["position"]]


def present_until(state: RoomState) -> datetime | None:
    """When the present step ends as its clock stands (paused: as if it went on at once); before the first step: when the day begins."""
    step = state.step
    agenda = state.agenda.get(step.id or "")
    if agenda is None:
        return state.day.starts_at
    if step.paused_at is not None:
        return step.paused_at + timedelta(seconds=step.remaining or 0.0)
    if step.ends_at is not None:
        return step.ends_at
    return step.started_at + timedelta(minutes=agenda["minutes"]) if step.started_at is not None else None


def planned_at(state: RoomState) -> dict[str, datetime]:
    """Step → when it was to begin, as the coordinator planned."""
    if state.day.starts_at is None:
        return {}
    moments: dict[str, datetime] = {}
    at = state.day.starts_at
    for step in in_order(state):
        moments[step["id"]] = at
        at += timedelta(minutes=state.day.planned.get(step["id"], step["minutes"]))
    return moments


def real_times(state: RoomState) -> dict[str, tuple[datetime, datetime | None]]:
    """Step → when it began and ended (None: it is on); with a step that was gone back to, from its first to its last moment."""
    times: dict[str, tuple[datetime, datetime | None]] = {}
    ends: list[datetime | None] = [at for _, at in state.visited[1:]]
    ends.append(None if state.open else state.closed_at)
    for (step, at), end in zip(state.visited, ends, strict=False):
        times[step] = (times[step][0] if step in times else at, end)
    return times


# -- deciding


def _minutes(state: RoomState, actor: LiveActor, changed: dict[str, int]) -> list[Entry]:
    told = {id_: {"minutes": n} for id_, n in changed.items() if state.agenda[id_]["minutes"] != n}
    return [Entry("agenda.changed", {"steps": told}, actor.key)] if told else []


def _fit(state: RoomState, actor: LiveActor, op: m.AgendaFit, now: datetime) -> d.Decision:
    steps = still_to_come(state)
    if not steps:
        raise Refused("last-step", N_("Dit is de laatste stap"), N_("Verleng deze stap zelf, met +1 minuut."), status=422)
    until = parse_iso(op.until)
    start = max(now, present_until(state) or now)
    if until <= now or until > now + LONGEST:
        raise Refused("not-a-time", N_("Dat tijdstip kan niet"), N_("Kies een tijd die vandaag nog komt."), status=422)
    available = math.floor(max(0.0, (until - start).total_seconds()) / 60)
    had = [int(step["minutes"]) for step in steps]
    floors = [floor_of(step["block"], step["title"], step["minutes"]) for step in steps]
    got = fit(had, floors, available)
    return d.Decision(_minutes(state, actor, {step["id"]: n for step, n in zip(steps, got, strict=True)}), {})


def _set(state: RoomState, actor: LiveActor, op: m.AgendaSet, now: datetime) -> d.Decision:
    agenda = state.agenda.get(op.step)
    if agenda is None:
        raise d.missing(N_("Deze stap staat niet in de agenda"))
    entries = _minutes(state, actor, {op.step: op.minutes})
    step = state.step
    if entries and step.id == op.step:
        more = 60 * (op.minutes - int(agenda["minutes"]))
        if step.paused_at is not None:
            clock = {"ends_at": None, "paused_at": iso(step.paused_at), "remaining": max(0.0, (step.remaining or 0.0) + more)}
        else:
            ends = (step.ends_at or step.started_at or now) + timedelta(seconds=more)
            clock = {"ends_at": iso(ends), "paused_at": None, "remaining": None}
        entries.append(Entry("timer.changed", clock, actor.key))
    return d.Decision(entries, {})


def _support(state: RoomState, actor: LiveActor, op: m.SupportGive, now: datetime) -> d.Decision:
    if actor.leads:
        raise PARTICIPANT_ONLY
    one = d.existing(state, op.contribution)
    visible = may_see(state, audience_of(state, actor.key), one) and status(one) == "visible"
    require(policies.may_support(actor, one, visible))
    if (actor.key in one.support) == op.on:
        return d.NOTHING
    return d.fact("support.given", actor, id=one.id, participant=actor.key, on=op.on)


def _answered(state: RoomState, actor: LiveActor, op: m.QuestionAnswer, now: datetime) -> d.Decision:
    one = d.existing(state, op.contribution)
    if one.kind != "question":
        raise Refused("not-a-question", N_("Dit is geen vraag"), N_("Maak er eerst een vraag van, met Verplaatsen."), status=422)
    return d.fact("question.answered", actor, id=one.id, answered=op.answered) if one.answered != op.answered else d.NOTHING


def _carried(state: RoomState, kind: str, id_: str) -> dict[str, Any]:
    """An action or answer of last time."""
    found = next((one for one in (state.day.previous or {}).get(kind, []) if one["id"] == id_), None)
    if found is None:
        raise d.missing(N_("Dit stond er vorige keer niet bij"))
    return found


def _report_action(state: RoomState, actor: LiveActor, op: m.ActionReport, now: datetime) -> d.Decision:
    _carried(state, "actions", op.action)
    return d.fact(
        "action.reported", actor, id=d.new_id(), item=op.action, who=actor.key, said=op.state, note=op.note,
        municipality=actor.municipality, leads=actor.leads,
    )  # fmt: skip


def _report_evidence(state: RoomState, actor: LiveActor, op: m.EvidenceReport, now: datetime) -> d.Decision:
    _carried(state, "answers", op.item)
    place = op.municipality if actor.leads else actor.municipality
    if place is None:
        detail = N_("Kies een gemeente.") if actor.leads else N_("Vul bij de deelnamecode je gemeente in en probeer het dan opnieuw.")
        raise Refused("no-municipality", N_("Bij welke gemeente hoort dit?"), detail, status=422)
    if op.outcome in ("partly", "failed") and not op.note:
        raise Refused(
            "why", N_("Schrijf erbij waarom"), N_("Van wat niet of half werkte, leren anderen het meest. Eén zin is genoeg."), status=422
        )
    who = f"{actor.key}:{place}" if actor.leads else actor.key
    return d.fact(
        "evidence.reported", actor, id=d.new_id(), item=op.item, who=who, said=op.outcome, note=op.note,
        municipality=place, leads=actor.leads,
    )  # fmt: skip


def plan_of(state: RoomState, id_: str) -> Plan:
    """A plan, also one that was taken off the list."""
    plan = state.plans.get(id_)
    if plan is None:
        raise d.missing(N_("Deze afspraak is er niet"))
    return plan


def _plan(state: RoomState, actor: LiveActor, op: m.PlanAdd, now: datetime) -> d.Decision:
    id_ = d.new_id()
    return d.fact("plan.added", actor, {"plan": id_}, id=id_, title=op.title, kind=op.kind, when=op.when, place=op.place)


def _edit_plan(state: RoomState, actor: LiveActor, op: m.PlanEdit, now: datetime) -> d.Decision:
    plan = plan_of(state, op.plan)
    changed = {name: value for name in ("title", "kind", "when", "place") if (value := getattr(op, name)) is not None}
    return d.fact("plan.edited", actor, id=plan.id, **changed)


def _remove_plan(state: RoomState, actor: LiveActor, op: m.PlanRemove, now: datetime) -> d.Decision:
    return d.fact("plan.removed", actor, id=plan_of(state, op.plan).id, on=op.on)


def _join_plan(state: RoomState, actor: LiveActor, op: m.PlanJoin, now: datetime) -> d.Decision:
    if actor.leads:
        raise PARTICIPANT_ONLY
    plan = plan_of(state, op.plan)
    if plan.removed:
        raise d.missing(N_("Deze afspraak is er niet meer"))
    if plan.people.get(actor.key) == op.how:
        return d.NOTHING
    return d.fact("plan.joined", actor, id=plan.id, participant=actor.key, how=op.how)


DECIDE: dict[type[m.Op], d.Decide] = {
    m.AgendaFit: _fit,
    m.AgendaSet: _set,
    m.SupportGive: _support,
    m.QuestionAnswer: _answered,
    m.ActionReport: _report_action,
    m.EvidenceReport: _report_evidence,
    m.PlanAdd: _plan,
    m.PlanEdit: _edit_plan,
    m.PlanRemove: _remove_plan,
    m.PlanJoin: _join_plan,
}

# -- what the facts change


def with_its_hours(state: RoomState, step: dict[str, Any]) -> dict[str, Any]:
    """A step as it opens: with the minutes that the room gave it before, unless the coordinator planned it otherwise since."""
    before = state.agenda.get(step["id"])
    kept = before is not None and state.day.planned.get(step["id"]) == step["minutes"]
    return {**step, "minutes": before["minutes"]} if before is not None and kept else step


def opened(state: RoomState, data: dict[str, Any]) -> None:
    """What the opening says of the day; called by the opening itself."""
    day = state.day
    day.starts_at = parse_iso(data["starts_at"]) if data.get("starts_at") else None
    day.planned = {step["id"]: step["minutes"] for step in data["agenda"]}
    day.previous = data.get("previous")
    day.questions = data.get("evaluation", [])
    day.leaders = data.get("leaders", [])
    known = {one["id"] for kind in ("actions", "answers") for one in (day.previous or {}).get(kind, [])}
    for id_ in known:
        state.reports.setdefault(id_, Report(id_))


def _changed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    for id_, change in data["steps"].items():
        if id_ in state.agenda:
            state.agenda[id_] = {**state.agenda[id_], **change}
    state.day.questions = data.get("evaluation", state.day.questions)


def _supported(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    one, who = state.contributions[data["id"]], data["participant"]
    person = state.people[who]
    if data["on"]:
        one.support[who] = None
        person.supports.append(one.id)
    else:
        one.support.pop(who, None)
        person.supports.remove(one.id)


def _answering(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.contributions[data["id"]].answered = data["answered"]


def _reported(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.day.told += 1
    said = Said(data["id"], data["said"], data["note"], data["municipality"], data["leads"], state.day.told)
    state.reports.setdefault(data["item"], Report(data["item"])).said[data["who"]] = said


def _planned(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.plans[data["id"]] = Plan(data["id"], data["title"], data["kind"], data["when"], data["place"])


def _replanned(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    plan = state.plans[data["id"]]
    for name in ("title", "kind", "when", "place"):
        if name in data:
            setattr(plan, name, data[name])


def _unplanned(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.plans[data["id"]].removed = data["on"]


def _joined(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    people = state.plans[data["id"]].people
    if data["how"] is None:
        people.pop(data["participant"], None)
    else:
        people[data["participant"]] = data["how"]


APPLY = {
    "agenda.changed": _changed,
    "support.given": _supported,
    "question.answered": _answering,
    "action.reported": _reported,
    "evidence.reported": _reported,
    "plan.added": _planned,
    "plan.edited": _replanned,
    "plan.removed": _unplanned,
    "plan.joined": _joined,
}


def touched_by_opening(state: RoomState, row: Row) -> list[Key]:
    """What may look different after the opening, besides the agenda."""
    carried = row.data.get("previous") or {}
    items = [one["id"] for kind in ("actions", "answers") for one in carried.get(kind, [])]
    return [("day", ""), ("previous", ""), *(("reports", id_) for id_ in [*items, *(i for i in state.reports if i not in items)])]


def touched_by_step(state: RoomState, *steps: str | None) -> list[Key]:
    """What may look different when the room goes on, or its clock changes: the day, and the steps that begin and end."""
    return [("day", ""), *(("agenda", id_) for id_ in dict.fromkeys(steps) if id_ in state.agenda)]


def _changing(state: RoomState, row: Row) -> list[Key]:
    later = [step["id"] for step in in_order(state)]
    return [("day", ""), ("evaluation", ""), *(("agenda", id_) for id_ in later if id_ in row.data["steps"])]


def _supporting(state: RoomState, row: Row) -> list[Key]:
    return [("contributions", row.data["id"]), ("me", row.data["participant"])]


def _question(state: RoomState, row: Row) -> list[Key]:
    return [("contributions", row.data["id"])]


def _reporting(state: RoomState, row: Row) -> list[Key]:
    return [("reports", row.data["item"]), ("me", row.actor or "")]


def _plans(state: RoomState, row: Row) -> list[Key]:
    return [("plans", row.data["id"]), *((("me", row.data["participant"]),) if "participant" in row.data else ())]


TOUCHES = {
    "agenda.changed": _changing,
    "support.given": _supporting,
    "question.answered": _question,
    "action.reported": _reporting,
    "evidence.reported": _reporting,
    "plan.added": _plans,
    "plan.edited": _plans,
    "plan.removed": _plans,
    "plan.joined": _plans,
}

# -- who sees what


def seen_step(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """A step of the agenda, with when it was planned and when it was."""
    step = state.agenda.get(id_)
    if step is None:
        return None
    real = real_times(state).get(id_)
    return {
        **step,
        "planned_minutes": state.day.planned.get(id_, step["minutes"]),
        "planned_at": iso(planned_at(state).get(id_)),
        "real": {"started_at": iso(real[0]), "ended_at": iso(real[1])} if real else None,
    }


def seen_day(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """When it was to begin and end, and when it will, if the present step ends when its clock says so."""
    planned = planned_at(state)
    steps = in_order(state)
    last = steps[-1]["id"] if steps else None
    planned_end = planned[last] + timedelta(minutes=state.day.planned[last]) if last in planned and last is not None else None
    until = present_until(state)
    ends = until + timedelta(minutes=sum(step["minutes"] for step in still_to_come(state))) if until and state.open else None
    started = state.visited[0][1] if state.visited else None
    return {
        "starts_at": iso(state.day.starts_at),
        "started_at": iso(started),
        "planned_end": iso(planned_end),
        "ends_at": iso(ends),
        "late_seconds": round((ends - planned_end).total_seconds()) if ends and planned_end else None,
    }


def seen_previous(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """Last time's actions and answers; how they stand is in the reports."""
    return state.day.previous or {"lab": None, "actions": [], "answers": []}


def counted(words: Iterable[str]) -> dict[str, int]:
    """Word → how often."""
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found


def said_of_action(state: RoomState, report: Report) -> Said | None:
    """The word that counts for an action: the facilitator's, else that of its own municipality, else anybody's; the last of these."""
    action: dict[str, Any] = next((one for one in (state.day.previous or {}).get("actions", []) if one["id"] == report.id), {})
    own = action.get("municipality")
    return max(report.said.values(), key=lambda one: (one.leads, own is not None and one.municipality == own, one.number), default=None)


def seen_report(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """The sums of what was said of one item; for who leads also the notes, with the municipality."""
    report = state.reports.get(id_)
    if report is None:
        return None
    said = sorted(report.said.values(), key=lambda one: one.number)
    action = any(one["id"] == id_ for one in (state.day.previous or {}).get("actions", []))
    settled = said_of_action(state, report) if action else None
    content: dict[str, Any] = {"id": id_, "sums": counted(one.said for one in said), "said": settled.said if settled else None}
    if audience.kind == "facilitators":
        content["notes"] = [{"municipality": one.municipality, "said": one.said, "note": one.note} for one in said]
    return content


def seen_plan(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """A plan: how many join; by name for who leads the room. Who offers to lead stands there with the municipality, for all."""
    plan = state.plans.get(id_)
    if plan is None or plan.removed:
        return None
    people = [(state.people[who], how) for who, how in plan.people.items() if who in state.people]
    content: dict[str, Any] = {
        "id": plan.id,
        "title": plan.title,
        "kind": plan.kind,
        "when": plan.when,
        "place": plan.place,
        "joins": len(people),
        "leads": sum(how == "lead" for _, how in people),
        "leaders": sorted({person.municipality for person, how in people if how == "lead" and person.municipality}),
    }
    if audience.kind == "facilitators":
        content["people"] = [
            {"id": person.id, "name": person.name, "municipality": person.municipality, "how": how} for person, how in people
        ]
    return content


def mine(state: RoomState, who: str) -> dict[str, Any]:
    """What is mine alone of the day: what I support, reported and joined."""
    person = state.people.get(who)
    return {
        "supports": sorted(person.supports) if person else [],
        "reports": {id_: {"said": r.said[who].said, "note": r.said[who].note} for id_, r in state.reports.items() if who in r.said},
        "plans": {id_: plan.people[who] for id_, plan in state.plans.items() if who in plan.people},
    }


VIEWS = {"agenda": seen_step, "day": seen_day, "previous": seen_previous, "reports": seen_report, "plans": seen_plan}
