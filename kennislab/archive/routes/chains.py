"""Where things came from and what came of them: the block on other pages, the pages with the whole picture, and the same as data."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import current_app, jsonify, render_template, request, url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import current_actor
from kennislab.archive import drawing, folding, overview, policies, provenance, queries, tracing, words
from kennislab.archive.models import ArchiveItem, Outcome
from kennislab.archive.provenance import Chain, Edge, Node
from kennislab.archive.routes import Answer, bp, the_item
from kennislab.core.db import db
from kennislab.core.errors import N_, require
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions.models import KnowledgeQuestion

SHORT, MIDDLE, LONG = (16, 4), (70, 10), (140, 24)
"""So many boxes in a drawing, and so many in a layer: on the page of something, of a product, and of the whole. The list has them all."""
HEADS = {"question": N_("Vraag"), "group": N_("Groep"), "paragraph": N_("Product")}
TOGETHER = {5: N_("Wat er speelt"), 6: N_("Wat helpt")}
"""Heads of columns: of kinds that are called otherwise above a column, and of stages with several kinds in them."""
Near = Sequence[tuple[str, Node]]


def kind_text(node: Node) -> str:
    """What a node is, in a word."""
    if node.kind == "outcome" and node.detail:
        return _(words.OUTCOMES[Outcome(node.detail)])
    return _(provenance.NODES.get(node.kind) or words.KINDS[node.kind])


def label_text(node: Node) -> str:
    """Its words."""
    if node.kind == "more":
        return ngettext("en nog %(num)s", "en nog %(num)s", node.count)
    return _(node.label) if node.hidden or node.label == provenance.NO_PLACE else node.label


def place_text(node: Node) -> str:
    """When and where, short."""
    if node.kind == "paragraph":
        return node.detail
    day = format_date(node.when, "MMM yyyy") if node.when and node.kind not in ("theme", "group", "step") else ""
    where = "" if node.kind == "outcome" else node.where
    return " · ".join(one for one in (where, day) if one)


def in_a_box(node: Node) -> tuple[str, str, str]:
    """What a box of the drawing says."""
    return kind_text(node), label_text(node), place_text(node)


@dataclass(frozen=True, slots=True)
class Told:
    """A chain ready for ``archive/_chain.html``. ``whole``: all of it, in the order of the picture; ``url``: the page of the whole."""

    whole: Chain
    before: Near
    after: Near
    began: Sequence[Node]
    wide: Markup
    narrow: Markup
    url: str | None

    @property
    def drawn(self) -> bool:
        """Whether there is more to see than what the words say."""
        return len(self.whole.nodes) > 2

    @property
    def broad(self) -> bool:
        """Whether the drawing is wider than a page, so that it may take the whole window."""
        found = re.search(r' width="(\d+)"', self.wide)
        return found is not None and int(found[1]) > drawing.PAGE


def told(chain: Chain, url: str | None = None, *, size: tuple[int, int] = SHORT, ahead: bool = True) -> Told | None:
    """What a page shows of a chain; None when nothing hangs together. ``url``: where the whole is; of a page that is the whole, None.

    ``size``: one of :data:`SHORT`, :data:`MIDDLE` and :data:`LONG`; ``ahead``: whether it tells what came of it, too.
    """
    if not chain or not chain.roots:
        return None
    whole = drawing.in_order(chain)
    root = next(node for node in whole.nodes if node.key in chain.roots)
    seen = folding.folded(whole, *size, url or "")
    less = folding.folded(whole, *SHORT, url or "") if size == MIDDLE else seen  # under each other many boxes are a long way
    title = _("Waar dit vandaan komt en wat ervan kwam") if ahead else _("Waar dit vandaan komt")
    before, after = near(whole, root)
    direct = {node.key for _why, node in before}
    began = [one for one in whole.upstream(root.key) if one.kind == "question" and not one.hidden and one.key not in direct]
    return Told(whole, before, after, began, *_drawn(seen, less, title, _about(whole)), url)


def of_many(chain: Chain, url: str) -> Told | None:
    """The same of all of a lab: nothing of it is marked, and what is too much for a drawing is folded. ``url``: where all of it stands."""
    if not chain:
        return None
    whole = drawing.in_order(Chain(chain.nodes, chain.edges, cut=chain.cut))
    title = _("Van vraag naar gevolg")
    seen = folding.folded(whole, *LONG, url)
    return Told(whole, [], [], [], *_drawn(seen, seen, title, _about(whole)), None)


def _drawn(wide: Chain, narrow: Chain, title: str, about: str) -> tuple[Markup, Markup]:
    """The drawing for a laptop, and the one for a phone."""
    icons = _icons()
    pictures = (drawing.wide(wide, in_a_box, heading), wide), (drawing.narrow(narrow, in_a_box), narrow)
    laptop, phone = (drawing.svg(picture, chain, title, about, in_a_box, icons) for picture, chain in pictures)
    return laptop, phone


def heading(kinds: Collection[str]) -> str:
    """What stands above a column of the drawing: of one kind what that is, of several what they are together."""
    told = [kind for kind in kinds if kind != "hidden"]
    some = [kind for kind in told if kind != "lab"] or told  # a later lab stands beside what came before it
    if len(some) == 1:
        return _(HEADS.get(some[0]) or provenance.NODES.get(some[0]) or words.KINDS[some[0]])
    stages = {folding.STAGES.get(kind, 8) for kind in some}
    if stages and min(stages) >= 7:
        return _("Wat ervan kwam")
    return _(TOGETHER[stages.pop()]) if len(stages) == 1 else ""


@dataclass(frozen=True, slots=True)
class Overview:
    """A lab in one picture, and where all of each theme stands: its name, how many there are, and the address."""

    drawing: Markup
    themes: Sequence[tuple[str, int, str]]


def of_lab(lab: Lab, items: Sequence[ArchiveItem]) -> Overview | None:
    """What the page of a sealed lab shows of the items that its reader may see."""

    def url_of(theme: str | None) -> str:
        return url_for("archive.lab_chain", lab_id=lab.id, thema=theme or "-")

    def says(node: Node) -> tuple[str, str, str]:
        if node.kind == "theme":
            return kind_text(node), node.label or _("Zonder thema"), ""
        kind = kind_text(node) if node.kind == "outcome" else _(words.PLURALS[node.kind])
        return _("%(kind)s: %(number)s", kind=kind, number=node.count), "", ""

    chain = overview.by_theme(items, url_of)
    if not chain:
        return None
    title = _("Van vraag naar gevolg")
    about = _("Per thema hoeveel er gevraagd, gevonden en afgesproken is, en hoeveel er werkte. Dezelfde thema’s staan eronder als lijst.")
    svg = drawing.svg(drawing.wide(chain, says, heading), chain, title, about, says, _icons())
    themes = [(theme or _("Zonder thema"), len(some), url_of(theme)) for theme, some in overview.themes_in(items)]
    return Overview(svg, themes)


def near(chain: Chain, node: Node) -> tuple[Near, Near]:
    """What a node followed from and what followed from it, each with the words for why. A place that is not told is left to the picture."""
    before = [pair for pair in chain.before(node.key) if pair[1].label != provenance.NO_WHERE]
    back = [(_(provenance.RELATIONS[edge.kind][1]), other) for edge, other in before]
    on = [(_(provenance.RELATIONS[edge.kind][0]), other) for edge, other in chain.after(node.key)]
    return back, on


def _about(chain: Chain) -> str:
    """The picture in a sentence: how many of what, in the order in which they followed from each other."""
    counted: dict[str, int] = {}
    for node in chain.nodes:
        kind = kind_text(node) if node.kind != "outcome" else _(provenance.NODES["outcome"])
        counted[kind] = counted.get(kind, 0) + 1
    return _(
        "Van links naar rechts, of van boven naar beneden: %(kinds)s.", kinds=", ".join(f"{name} ({n})" for name, n in counted.items())
    )


def _icons() -> Mapping[str, str]:
    drawn: Mapping[str, str] = current_app.jinja_env.get_template("_macros/icons.html").module.drawings  # type: ignore[attr-defined]  # set in it
    return drawn


def of_item(actor: Actor, item: ArchiveItem) -> Told | None:
    """What an item's page shows."""
    return told(tracing.chain(db.session(), actor, item), url_for("archive.item_chain", item_id=item.id))


def of_question(session: Session, actor: Actor, question: KnowledgeQuestion) -> Told | None:
    """What a question's page shows: nothing as long as only its lab is known."""
    chain = tracing.of_question(session, actor, question)
    if all(node.kind == "lab" or node.key in chain.roots for node in chain.nodes):
        return None
    item = next((key.removeprefix("kaart-") for key in chain.roots if key.startswith("kaart-")), None)
    return told(chain, url_for("archive.item_chain", item_id=item) if item else None)


def _seen(item_id: str) -> ArchiveItem:
    found, actor = the_item(item_id), current_actor()
    require(policies.may_see_item(actor, found, queries.groups_of(db.session(), found.lab_id, actor.person_id)))
    return found


@bp.get("/archief/<item_id>/herkomst")
def item_chain(item_id: str) -> Answer:
    """The whole chain of an item, with nothing folded."""
    found = _seen(item_id)
    chain = tracing.chain(db.session(), current_actor(), found)
    return render_template("archive/chain.html", item=found, lab=found.lab, told=told(chain, size=LONG))


@bp.get("/archief/<item_id>/herkomst.json")
def item_chain_data(item_id: str) -> Answer:
    """The same as data, with the same rights: nodes (*knopen*) and ties (*verbanden*), readable as JSON-LD with the terms of PROV-O."""
    found = _seen(item_id)
    return jsonify(as_data(drawing.in_order(tracing.chain(db.session(), current_actor(), found)), request.base_url))


def as_data(chain: Chain, base: str) -> dict[str, object]:
    """A chain as JSON. What is hidden is a blank node: it has no name that leads anywhere."""
    name = {node.key: f"_:{node.key}" if node.hidden else f"#{quote(node.key)}" for node in chain.nodes}
    return {
        "@context": {
            "@base": base,
            "prov": "http://www.w3.org/ns/prov#",
            "label": "http://www.w3.org/2000/01/rdf-schema#label",
            "knopen": "@graph",
            "sleutel": "@id",
            "type": "@type",
            "tekst": "label",
            "afgeleidVan": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
            "adres": {"@id": "prov:atLocation", "@type": "@id"},
        },
        "van": sorted(name[key] for key in chain.roots),
        "afgekapt": chain.cut,
        "knopen": [_node_data(chain, node, name) for node in chain.nodes],
        "verbanden": [
            {"soort": edge.kind, "woorden": _(provenance.RELATIONS[edge.kind][0]), "van": name[edge.earlier], "naar": name[edge.later]}
            for edge in chain.edges
        ],
    }


def _node_data(chain: Chain, node: Node, name: Mapping[str, str]) -> dict[str, object]:
    derived: list[Edge] = [edge for edge, _other in chain.before(node.key)]
    return {
        "sleutel": name[node.key],
        "type": "prov:Entity",
        "soort": node.kind,
        "tekst": label_text(node),
        "adres": node.url,
        "dag": node.when.isoformat() if node.when else None,
        "gemeente": node.where or None,
        "kennislab": node.lab or None,
        "uitkomst": node.detail if node.kind == "outcome" else None,
        "kennisproduct": node.detail if node.kind == "paragraph" else None,
        "verborgen": node.hidden,
        "afgeleidVan": list(dict.fromkeys(name[edge.earlier] for edge in derived)),
    }


@bp.get("/kennislabs/<int:lab_id>/herkomst")
def lab_chain(lab_id: int) -> Answer:
    """What a sealed lab asked and found, theme by theme; ``?thema=`` names one, ``?thema=-`` what has none."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_read_lab(actor, lab))
    read = db.session()
    themes = tracing.themes_of(read, actor, lab)
    wanted = request.args.get("thema")
    known = {(theme or "-").casefold(): theme for theme, _number in themes}
    first = themes[0][0] if themes else None
    theme = known.get((wanted or "").casefold(), first) if wanted else first
    tabs = [
        (f"{name or _('Zonder thema')} ({number})", url_for("archive.lab_chain", lab_id=lab.id, thema=name or "-"), name == theme)
        for name, number in themes
    ]
    chain = tracing.of_lab(read, actor, lab, theme) if themes else Chain()
    whole = url_for("archive.lab_archive", lab_id=lab.id)
    return render_template("archive/lab_chain.html", lab=lab, tabs=tabs, name=theme or _("Zonder thema"), told=of_many(chain, whole))
