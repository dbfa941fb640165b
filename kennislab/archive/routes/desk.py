"""The facilitator's desk: everything that was caught, per group, kind or theme, and its cards as they are sent to a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import get_template_attribute, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from kennislab.accounts.signin import current_actor
from kennislab.archive import checking, policies, queries, undoing, words
from kennislab.archive.models import KINDS, REACH, ArchiveItem, Consent, Status
from kennislab.archive.routes import Answer, bp
from kennislab.archive.routes.own import own_page
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.error_pages import problem
from kennislab.core.errors import DomainError, NotFound, require
from kennislab.programme import links
from kennislab.programme.links import Waiting
from kennislab.programme.models import Lab, LabState
from kennislab.programme.routes import the_lab

VIEWS: dict[str, Callable[[ArchiveItem], bool]] = {
    "open": lambda item: item.status is Status.DRAFT,
    "bevestigd": lambda item: item.status is Status.CONFIRMED,
    "weggelaten": lambda item: item.status is Status.DROPPED,
    "reacties": lambda item: item.corrected_at is not None or item.withdrawn_at is not None,
    "alles": lambda item: True,
}
"""What ``?toon=`` may be, and what it shows."""
GROUPINGS = ("soort", "groep", "thema")
"""What ``?per=`` may be: how the cards stand together."""
KEPT = ("toon", "per", "soort", "groep", "thema")
"""What of the address goes along with every form."""
KEYS = 9


@bp.get("/kennislabs/<int:lab_id>/oogst")
def harvest(lab_id: int) -> Answer:
    """The desk for staff, one's own contributions for the others; a sealed lab has its own page."""
    actor, lab = current_actor(), the_lab(lab_id)
    if lab.state is LabState.ARCHIVED and policies.may_read_lab(actor, lab) is True:
        return redirect(url_for("archive.lab_archive", lab_id=lab_id))
    if not actor.is_staff(lab.programme_id):
        return own_page(lab, "archive.harvest")
    require(policies.may_harvest(actor, lab))
    return _desk(lab)


def _desk(lab: Lab) -> str:
    read = db.session()
    every = queries.items_of(read, lab.id)
    view = request.args.get("toon", "open")
    view = view if view in VIEWS else "open"
    per = request.args.get("per", "soort")
    per = per if per in GROUPINGS else "soort"
    shown = [item for item in every if VIEWS[view](item)]
    kinds, groups, themes = _choices(shown)
    chosen = {name: request.args.get(name, "") for name in ("soort", "groep", "thema")}
    shown = [
        item
        for item in shown
        if (not chosen["soort"] or item.kind == chosen["soort"])
        and (not chosen["groep"] or (item.group_name or "") == chosen["groep"])
        and (not chosen["thema"] or chosen["thema"] in item.themes)
    ]
    sections = _sections(shown, per)
    check = checking.check_of(read, lab.id)
    return render_template(
        "archive/harvest.html",
        lab=lab,
        sections=sections,
        number=queries.counts(read, lab.id),
        reactions=sum(VIEWS["reacties"](item) for item in every),
        view=view,
        per=per,
        chosen=chosen,
        kinds=kinds,
        groups=groups,
        themes=themes,
        board=board_of(lab, every, [item for section in sections for item in section.items]),
        waiting=queries.not_taken_over(read, lab),
        all_themes=_themes_by_use(every),
        key_themes=_themes_by_use(every)[:KEYS],
        check=check,
        check_open=check is not None and check.until > clock.now(),
        progress=checking.progress(every),
        undo=undoing.last_act(read, lab.id, current_actor()),
        kind_choices=[(kind, _(words.KINDS[kind])) for kind in KINDS],
        consents=consents(),
    )


def consents() -> list[tuple[str, str]]:
    """Every consent with its words, from near to far."""
    return [(consent.value, _(words.CONSENTS[consent])) for consent in Consent]


def _themes_by_use(items: Sequence[ArchiveItem]) -> list[str]:
    """The themes of a harvest, most used first."""
    used: dict[str, int] = {}
    for theme in (theme for item in items for theme in item.themes):
        used[theme] = used.get(theme, 0) + 1
    return sorted(used, key=lambda theme: (-used[theme], theme.casefold()))


def _choices(items: Sequence[ArchiveItem]) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """What the filters offer: only what is there, each with its number."""

    def counted(values: Sequence[str]) -> dict[str, int]:
        return {value: values.count(value) for value in sorted(set(values), key=str.casefold)}

    kinds = counted([item.kind for item in items])
    groups = counted([item.group_name for item in items if item.group_name])
    themes = counted([theme for item in items for theme in item.themes])
    return (
        [(kind, f"{_(words.PLURALS[kind])} ({kinds[kind]})") for kind in KINDS if kind in kinds],
        [(name, f"{name} ({n})") for name, n in groups.items()],
        [(name, f"{name} ({n})") for name, n in themes.items()],
    )


# --- how cards stand together -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """Cards that stand together under one title."""

    title: str
    items: list[ArchiveItem]
    kind: str | None = None


def _sections(items: Sequence[ArchiveItem], per: str) -> list[Section]:
    """Per kind in the order of a report; per group or theme by name, what has none last. A card stands under its first theme only."""
    if per == "soort":
        kinds = ((kind, [item for item in items if item.kind == kind]) for kind in KINDS)
        return [Section(_(words.PLURALS[kind]), some, kind) for kind, some in kinds if some]

    def name_of(item: ArchiveItem) -> str:
        return (item.group_name or "") if per == "groep" else next(iter(item.themes), "")

    names = sorted({name_of(item) for item in items}, key=lambda name: (not name, name.casefold()))
    rest = _("Niet uit een groep") if per == "groep" else _("Nog zonder thema")
    return [Section(name or rest, [item for item in items if name_of(item) == name]) for name in names]


@dataclass(frozen=True, slots=True)
class Board:
    """What a card shows beside itself. ``texts``: of every item of the lab; ``ties``: id → (kind of link, id); ``order``: next card.

    ``dropped``: what was left out, to which others may be tied; ``given``: how far its authors let it go, all of those that were made one.
    """

    lab: Lab
    speakers: dict[str, str]
    texts: dict[str, str]
    dropped: set[str]
    ties: dict[str, list[tuple[str, str]]]
    merged: dict[str, list[str]]
    order: dict[str, str]
    given: dict[str, Consent]
    kept: list[tuple[str, str]]


def board_of(lab: Lab, every: Sequence[ArchiveItem], shown: Sequence[ArchiveItem]) -> Board:
    """What these cards need, of all items of their lab."""
    read = db.session()
    ties: dict[str, list[tuple[str, str]]] = {}
    for link in queries.links_of_lab(read, lab.id):
        ties.setdefault(link.from_id, []).append((link.kind.value, link.to_id))
    merged: dict[str, list[str]] = {}
    given = {item.id: item.reach_given for item in every}
    for item in every:
        if item.merged_into_id in given:
            merged.setdefault(item.merged_into_id, []).append(item.text)
            given[item.merged_into_id] = min(given[item.merged_into_id], item.reach_given, key=REACH.__getitem__)
    texts = {item.id: item.text for item in every}
    elsewhere = {to for some in ties.values() for _kind, to in some} - texts.keys()
    texts |= {item_id: item.text for item_id, item in queries.some(read, elsewhere).items()}
    order = {one.id: after.id for one, after in zip(shown, shown[1:], strict=False)}
    dropped = {item.id for item in every if item.status is Status.DROPPED}
    return Board(lab, queries.speakers(read, shown), texts, dropped, ties, merged, order, given, kept_filters())


def kept_filters() -> list[tuple[str, str]]:
    """The filters of the page that this came from."""
    return [(name, value) for name in KEPT if (value := request.values.get(name))]


# --- what the pages of one card share -----------------------------------------------------------------------------------------


def the_card(session: Any, lab_id: int, item_id: str) -> ArchiveItem:
    """This card of this lab, or NotFound."""
    found = queries.item(session, item_id)
    if found is None or found.lab_id != lab_id:
        raise NotFound()
    return found


def wants_json() -> bool:
    """Whether a script asks, which stays on the page."""
    return request.accept_mimetypes.best == "application/json"


def cards_answer(lab_id: int, touched: Iterable[str], done: str, focus: str | None = None) -> Answer:
    """The touched cards as they are now, and the numbers around them, for a script. ``focus``: where to go on."""
    lab, read = the_lab(lab_id), db.session()
    every = queries.items_of(read, lab_id)
    wanted = set(touched)
    shown = [item for item in every if item.id in wanted]
    board = board_of(lab, every, shown)
    card = get_template_attribute("archive/_cards.html", "harvest_card")
    number = queries.counts(read, lab_id)
    undo = undoing.last_act(read, lab_id, current_actor())
    return jsonify(
        done=done,
        focus=focus,
        left=number[Status.DRAFT],
        number={status.value: n for status, n in number.items()},
        undo=_(undo.what) if undo is not None else None,
        cards={item.id: str(card(item, board)) for item in shown},
    )


@bp.get("/kennislabs/<int:lab_id>/oogst/kaarten")
def cards_now(lab_id: int) -> Answer:
    """For a script: the revision of every card, so that it knows what others changed; with ``?kaart=`` those cards as they are now."""
    require(policies.may_harvest(current_actor(), the_lab(lab_id)))
    if wanted := request.args.getlist("kaart"):
        return cards_answer(lab_id, wanted, "")
    number = queries.counts(db.session(), lab_id)
    return jsonify(revs=queries.revisions(db.session(), lab_id), left=number[Status.DRAFT])


def seen_revs() -> dict[str, int]:
    """Card → the revision that stood on the page: ``rev=<card>.<revision>``."""
    told = (one.partition(".") for one in request.values.getlist("rev"))
    return {item_id: int(rev) for item_id, _dot, rev in told if rev.isdecimal() and len(rev) < 10}


def met(error: DomainError, lab_id: int, item_ids: Iterable[str]) -> Answer:
    """For a script: a refusal because somebody else was here, with the cards as they are now."""
    fresh: Any = cards_answer(lab_id, item_ids, "")
    answer = jsonify({**fresh.get_json(), **problem(error)})
    answer.status_code = error.status
    return answer


def back(lab_id: int, item_id: str | None = None) -> Answer:
    """The desk with the filters of the page that the form stood on."""
    kept = kept_filters()
    anchor = f"#kaart-{item_id}" if item_id and item_id.isalnum() else ""
    return redirect(url_for("archive.harvest", lab_id=lab_id) + (f"?{urlencode(kept)}" if kept else "") + anchor, 303)


@links.tells_waiting
def _waiting(session: Session, labs: Sequence[Lab]) -> list[Waiting]:
    """What waits for who runs these labs: cards to judge, those that their authors changed, and harvests of which the look-over is past."""
    found: list[Waiting] = []
    for lab in labs:
        if lab.state is not LabState.HARVESTING:
            continue
        drafts = queries.items_of(session, lab.id, Status.DRAFT)
        check = checking.check_of(session, lab.id)
        if drafts:
            text = ngettext("Nog %(num)s kaart te bekijken", "Nog %(num)s kaarten te bekijken", len(drafts))
            found.append(Waiting(lab, text, f"/kennislabs/{lab.id}/oogst"))
        if changed := sum(VIEWS["reacties"](item) for item in drafts):
            text = ngettext(
                "%(num)s kaart is anders verwoord door wie haar inbracht",
                "%(num)s kaarten zijn anders verwoord door wie ze inbracht",
                changed,
            )
            found.append(Waiting(lab, text, f"/kennislabs/{lab.id}/oogst?toon=reacties"))
        if check is not None and check.until <= clock.now():
            found.append(
                Waiting(lab, _("Iedereen heeft kunnen nakijken. Maak de oogst af en sluit het lab."), f"/kennislabs/{lab.id}/oogst")
            )
    return found
