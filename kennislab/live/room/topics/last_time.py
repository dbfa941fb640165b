"""Last time's actions and answers: how they stand, and whether they helped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kennislab.core.errors import N_, Refused
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.day_state import Report, Said
from kennislab.live.room.state import Key, RoomState

# -- deciding


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


DECIDE: dict[type[m.Op], d.Decide] = {
    m.ActionReport: _report_action,
    m.EvidenceReport: _report_evidence,
}

# -- what the facts change


def _reported(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.day.told += 1
    said = Said(data["id"], data["said"], data["note"], data["municipality"], data["leads"], state.day.told)
    state.reports.setdefault(data["item"], Report(data["item"])).said[data["who"]] = said


APPLY = {
    "action.reported": _reported,
    "evidence.reported": _reported,
}


def _reporting(state: RoomState, row: Row) -> list[Key]:
    return [("reports", row.data["item"]), ("me", row.actor or "")]


TOUCHES = {
    "action.reported": _reporting,
    "evidence.reported": _reporting,
}

# -- who sees what


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


VIEWS = {"previous": seen_previous, "reports": seen_report}
