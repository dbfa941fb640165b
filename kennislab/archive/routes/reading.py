"""Reading the archive: search and what goes with it, a sealed lab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask import Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.archive import asking, policies, queries, words
from kennislab.archive.asking import FACETS, Asked, WayOut
from kennislab.archive.findable import UNKNOWN
from kennislab.archive.ledger import Outcomes
from kennislab.archive.models import ActionStatus, Outcome, Status
from kennislab.archive.routes import Answer, bp, chains
from kennislab.core import search
from kennislab.core.db import db
from kennislab.core.errors import NotFound, require
from kennislab.core.mail import site_address
from kennislab.core.search import Hit, SearchDocument
from kennislab.core.security import limiter
from kennislab.core.sheets import CSV_TYPE, write_csv
from kennislab.core.templating import quarter_text
from kennislab.core.text import tidy
from kennislab.programme.routes import the_lab

PER_PAGE = 20
MOST_ROWS = 5_000
"""Of a list to take along."""
_SHOWN = 8
"""Values of a facet before the rest is folded."""
_ALIKE = 12
OPEN = ("soort", "thema", "resultaat", "gemeente")


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One choice of a facet, as the page shows it."""

    text: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """A facet with its choices; ``rest`` is folded."""

    name: str
    title: str
    first: Sequence[FacetValue]
    rest: Sequence[FacetValue]
    open: bool


@bp.get("/archief")
@limiter.limit("240 per minute")
def home() -> Answer:
    """Search over everything that was ever learned. ``?q=&soort=&thema=…&van=2025-Q1&tot=2026-Q4&volgorde=nieuw&bladzijde=2``."""
    actor = current_actor()
    require(policies.may_search(actor))
    read, asked, page = db.session(), Asked.of(request.args.items(multi=True)), _page_number()
    audiences = asking.audiences_of(actor)
    results = asking.found(read, asked, audiences, PER_PAGE, (page - 1) * PER_PAGE, widen=not asked.newest)
    nothing = asked.asks and not results.total
    ways, nowhere = asking.ways_out(read, asked, audiences) if nothing or results.relaxed else ([], [])
    pages = max(1, -(-results.total // PER_PAGE))
    return render_template(
        "archive/home.html",
        asked=asked,
        actor=actor,
        results=results,
        evidence=_evidence(results.hits),
        active=_active(asked),
        facets=[group for name in FACETS if (group := _facet(name, results.facets.get(FACETS[name][0], []), asked)).first],
        quarters=sorted({value for value, _n in results.facets.get("quarter", [])} | {asked.since, asked.until} - {""}, reverse=True),
        ways=[(_told(way), _href(way.asked), way.total) for way in ways],
        nowhere=nowhere,
        page=page,
        pages=pages,
        url_of=lambda number: _href(asked, number),
        order_url=_href(replace(asked, newest=not asked.newest)),
        csv=_with(url_for("archive.found_csv"), asked.address),
        labs=[] if asked.asks else queries.archived_labs(read, list(actor.roles))[:8],
        may_keep=policies.may_add_search(actor) is True,
    )


@bp.get("/archief.csv")
@limiter.limit("20 per minute")
def found_csv() -> Answer:
    """The same list to take along, as far as this person may see it."""
    actor = current_actor()
    require(policies.may_search(actor))
    asked = Asked.of(request.args.items(multi=True))
    hits = asking.found(db.session(), asked, asking.audiences_of(actor), MOST_ROWS, widen=not asked.newest).hits
    columns = [
        _("Soort"), _("Tekst"), _("Kennislab"), _("Gemeente"), _("Wijk"), _("Kwartaal"), _("Thema’s"), _("Heeft het gewerkt?"),
        _("Stand van de actie"), _("Adres"),
    ]  # fmt: skip
    rows = [
        [
            value_words("soort", hit.kind),
            hit.title,
            *(", ".join(value_words(name, value) for value in hit.facets.get(FACETS[name][0], []))
              for name in ("lab", "gemeente", "wijk", "kwartaal", "thema", "resultaat", "stand")),
            site_address(hit.url),
        ]
        for hit in hits
    ]  # fmt: skip
    answer = Response(write_csv(columns, rows), content_type=CSV_TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="archief.csv"'
    return answer


@bp.post("/archief/suggesties")
@limiter.limit("240 per minute")
def suggestions() -> Answer:
    """What the field may be completed to; asked by POST, so that half a word stands in no log.

    JSON: ``{"suggestions": [{text, about, count, url}]}``; with a ``url`` it is somewhere to go, without it is what to search for.
    """
    actor = current_actor()
    require(policies.may_search(actor))
    typed = tidy(request.form.get("q", "")[: asking.MOST_QUERY])
    if len(typed.strip()) < 2:
        return jsonify(suggestions=[])
    told = []
    names = {facet: name for name, (facet, _title) in FACETS.items()}
    for one in search.suggest(db.session(), typed, asking.audiences_of(actor), 8):
        if one.kind == "facet" and one.facet in names and one.value:
            name = names[one.facet]
            where = _href(Asked(one.query, {name: (one.value,)}))
            told.append({"text": value_words(name, one.value), "about": _(FACETS[name][1]), "count": one.count, "url": where})
        elif one.kind == "title":
            told.append({"text": one.text, "about": "", "count": 0, "url": request.script_root + one.url})
        elif one.kind == "word":
            told.append({"text": one.query, "about": "", "count": one.count, "url": ""})
    return jsonify(suggestions=told)


@bp.get("/archief/lijkt-op/<kind>/<key>")
@limiter.limit("60 per minute")
def like(kind: str, key: str) -> Answer:
    """What is most like something that was found: more like this."""
    actor = current_actor()
    require(policies.may_search(actor))
    read, audiences = db.session(), asking.audiences_of(actor)
    D = SearchDocument
    document = read.scalar(sa.select(D).where(D.kind == kind[:40], D.key == key[:80], D.audience.in_(audiences)))
    if document is None:
        require(policies.may_keep_searches(actor))  # who is not signed in is asked to, whether it exists or not
        raise NotFound()
    text = document.title if len(document.title) > 60 else f"{document.title}\n{document.text[:300]}"
    hits = search.similar(read, text, (), audiences, _ALIKE, besides={(kind, key)}, least=0.12)
    return render_template("archive/home_like.html", document=document, hits=hits, evidence=_evidence(hits), actor=actor)


def _page_number() -> int:
    sent = request.args.get("bladzijde", "1")
    return min(max(int(sent), 1), 5000) if sent.isascii() and sent.isdecimal() and len(sent) < 6 else 1


def _with(path: str, question: str) -> str:
    return f"{path}?{question}" if question else path


def _href(asked: Asked, page: int = 1) -> str:
    question = asked.address + (f"{'&' if asked.pairs else ''}bladzijde={page}" if page > 1 else "")
    return _with(url_for("archive.home"), question)


def _active(asked: Asked) -> list[tuple[str, str, str]]:
    """What is chosen: (facet, value in words, address without it)."""
    shown = [
        (_(FACETS[name][1]), value_words(name, value), _href(asked.without_value(name, value)))
        for name, values in asked.chosen.items()
        for value in values
    ]
    if asked.since:
        words_ = _("vanaf %(quarter)s", quarter=quarter_text(asked.since))
        shown.append((_("Periode"), words_, _href(replace(asked, since=""))))
    if asked.until:
        words_ = _("tot en met %(quarter)s", quarter=quarter_text(asked.until))
        shown.append((_("Periode"), words_, _href(replace(asked, until=""))))
    return shown


def _facet(name: str, counted: Sequence[tuple[str, int]], asked: Asked) -> FacetGroup:
    """A facet with its counts; what is chosen stays, in front, also when nothing is left of it."""
    numbers, chosen = dict(counted), asked.chosen.get(name, ())
    values = [value for value, number in counted if number or value in chosen] + [value for value in chosen if value not in numbers]
    if name == "kwartaal":
        values = sorted((value for value in values if asked.in_period(value)), reverse=True)
    values.sort(key=lambda value: value not in chosen)
    shown = [
        FacetValue(
            value_words(name, value),
            numbers.get(value, 0),
            _href(asked.without_value(name, value) if value in chosen else asked.with_value(name, value)),
            value in chosen,
        )
        for value in values
    ]
    first = max(_SHOWN, len(chosen))
    first = len(shown) if len(shown) <= first + 2 else first
    return FacetGroup(name, _(FACETS[name][1]), shown[:first], shown[first:], name in OPEN or bool(chosen))


def value_words(name: str, value: str) -> str:
    """A facet's value in words; what we do not know is shown as it is."""
    if name == "soort":
        return _(words.KINDS[value]) if value in words.KINDS else value
    if name == "resultaat":
        if value == UNKNOWN:
            return _("Nog niets gemeld")
        return _(words.OUTCOMES[Outcome(value)]) if value in list(Outcome) else value
    if name == "stand":
        return _(words.ACTION_STATUSES[ActionStatus(value)]) if value in list(ActionStatus) else value
    if name == "kwartaal" and len(value) == 7:
        return quarter_text(value)
    return value


def _told(way: WayOut) -> str:
    """A way out of finding nothing, in words."""
    if way.what == "filters":
        return _("Zonder filters")
    if way.what == "period":
        return _("Zonder de periode")
    if way.what.startswith("filter:"):
        return _("Zonder “%(filter)s”", filter=value_words(way.what.removeprefix("filter:"), way.text))
    return _("Alleen “%(word)s”", word=way.text)


def _evidence(hits: Sequence[Hit]) -> dict[str, Outcomes]:
    """Address of an item → what came of it, for those of which that is known."""
    ids = [hit.url.removeprefix("/archief/") for hit in hits if hit.url.startswith("/archief/") and hit.facets.get("outcome")]
    return {f"/archief/{item.id}": queries.outcomes(item.evidence) for item in queries.some(db.session(), ids).values() if item.evidence}


@bp.get("/kennislabs/<int:lab_id>/archief")
def lab_archive(lab_id: int) -> Answer:
    """A sealed lab: what was learned there, as far as this person may see."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_read_lab(actor, lab))
    read = db.session()
    groups = queries.groups_of(read, lab_id, actor.person_id)
    confirmed = queries.items_of(read, lab_id, Status.CONFIRMED)
    seen = [item for item in confirmed if policies.may_see_item(actor, item, groups) is True]
    return render_template(
        "archive/lab.html",
        lab=lab,
        seal=queries.seal_of(read, lab_id),
        items=seen,
        way=chains.of_lab(lab, seen),
        outcomes_of=queries.outcomes,
        staff=policies.may_pack(actor, lab) is True,
    )
