"""Reading the archive: search, a sealed lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.archive import policies, queries, words
from kennislab.archive.models import Outcome, Status
from kennislab.archive.routes import Answer, bp
from kennislab.core import search
from kennislab.core.db import db
from kennislab.core.errors import N_, require
from kennislab.core.templating import quarter_text
from kennislab.programme.routes import the_lab

PER_PAGE = 20
FACETS: Mapping[str, tuple[str, str]] = {
    "soort": ("kind", N_("Soort")),
    "thema": ("theme", N_("Thema")),
    "resultaat": ("outcome", N_("Wat kwam ervan")),
    "gemeente": ("municipality", N_("Gemeente")),
    "wijk": ("district", N_("Wijk")),
    "kwartaal": ("quarter", N_("Kwartaal")),
    "lab": ("lab", N_("Kennislab")),
}
"""Name in the address → (facet in the index, heading)."""


@bp.get("/archief")
def home() -> Answer:
    """Search over everything that was ever learned. ``?q=&soort=&thema=…&volgorde=nieuw&bladzijde=2``; all filters stand in the address."""
    actor = current_actor()
    require(policies.may_search(actor))
    query = request.args.get("q", "")[:500].strip()
    chosen = {name: request.args.getlist(name)[:20] for name in FACETS}
    newest = request.args.get("volgorde") == "nieuw"
    page = _page_number()
    audiences = {"public", *(f"programme:{programme_id}" for programme_id in actor.roles)}
    results = search.search(
        db.session(),
        query,
        audiences,
        {FACETS[name][0]: values for name, values in chosen.items() if values},
        limit=PER_PAGE,
        offset=(page - 1) * PER_PAGE,
        order="date" if newest else "relevance",
    )
    asking = bool(query or any(chosen.values()))
    return render_template(
        "archive/home.html",
        query=query,
        chosen=chosen,
        active=[
            (name, value, _value(name, value), _address((name, value), bladzijde=None))
            for name, values in chosen.items()
            for value in values
        ],
        results=results,
        facets=[(_(title), _facet(name, results.facets.get(key, []), chosen[name])) for name, (key, title) in FACETS.items()],
        newest=newest,
        page=page,
        pages=max(1, -(-results.total // PER_PAGE)),
        url_of=lambda number: _address(bladzijde=str(number) if number > 1 else None),
        order_url=_address(volgorde=None if newest else "nieuw", bladzijde=None),
        asking=asking,
        labs=[] if asking else queries.archived_labs(db.session(), list(actor.roles))[:8],
    )


def _page_number() -> int:
    sent = request.args.get("bladzijde", "1")
    return min(max(int(sent), 1), 5000) if sent.isdecimal() and len(sent) < 6 else 1


def _address(without: tuple[str, str] | None = None, extra: tuple[str, str] | None = None, **changes: str | None) -> str:
    """This page with some of its address changed; only what we know of an address goes on."""
    pairs = [(name, value) for name in ("q", *FACETS, "volgorde", "bladzijde") for value in request.args.getlist(name)[:20]]
    kept = [pair for pair in pairs if pair != without and pair[0] not in changes]
    new = [(name, value) for name, value in changes.items() if value is not None] + ([extra] if extra else [])
    question = urlencode([pair for pair in kept + new if pair[1]])
    return url_for("archive.home") + (f"?{question}" if question else "")


def _facet(name: str, counted: Sequence[tuple[str, int]], chosen: Sequence[str]) -> list[tuple[str, int, str, bool]]:
    """What the page shows of a facet: (words, number, address, chosen); what is chosen stays, also when nothing is left of it."""
    numbers = dict(counted)
    values = [value for value, _n in counted] + [value for value in chosen if value not in numbers]
    if name == "kwartaal":
        values.sort(reverse=True)
    shown = []
    for value in values[:30]:
        on = value in chosen
        shown.append(
            (
                _value(name, value),
                numbers.get(value, 0),
                _address((name, value), bladzijde=None) if on else _address(extra=(name, value), bladzijde=None),
                on,
            )
        )
    return shown


def _value(name: str, value: str) -> str:
    """A facet's value in words; what we do not know is shown as it is."""
    if name == "soort":
        return _(words.KINDS[value]) if value in words.KINDS else value
    if name == "resultaat":
        return _(words.OUTCOMES[Outcome(value)]) if value in list(Outcome) else value
    if name == "kwartaal" and len(value) == 7:
        return quarter_text(value)
    return value


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
        outcomes_of=queries.outcomes,
        staff=policies.may_pack(actor, lab) is True,
    )
