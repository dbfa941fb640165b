"""Making products and letting them go out, step by step: draft, first access for participants, public on a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.archive import reindexing
from kennislab.archive.models import ArchiveItem, Status
from kennislab.core import clock, search
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.search import Document
from kennislab.core.transaction import Tx
from kennislab.products.models import Product, ProductStep, Stage
from kennislab.programme.operations import quarter_of

MOST_STEPS = 40


@dataclass(frozen=True, slots=True)
class StepDraft:
    """One step as somebody wrote it. ``sources``: ids of archive items."""

    title: str
    text: str = ""
    who: str = ""
    when: str = ""
    sources: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class ProductData:
    """A whole product as somebody wrote it."""

    title: str
    summary: str = ""
    audience: str = ""
    authors: str = ""
    tags: Sequence[str] = field(default_factory=tuple)
    steps: Sequence[StepDraft] = field(default_factory=tuple)


def create(tx: Tx, programme_id: int, data: ProductData) -> Product:
    """A new draft. Raises Invalid."""
    product = Product(programme_id=programme_id, title="")
    _fill(tx, product, data)
    tx.session.add(product)
    tx.session.flush()
    _index(tx, product)
    return product


def from_items(tx: Tx, programme_id: int, title: str, items: Sequence[ArchiveItem]) -> Product:
    """A draft with a step for each item, which is its source."""
    steps = [StepDraft(_headline(item.text), item.text, sources=(item.id,)) for item in items]
    return create(tx, programme_id, ProductData(title, steps=steps))


def _headline(text: str) -> str:
    words = text.split(". ")[0]
    return words if len(words) <= 100 else words[:99].rsplit(" ", 1)[0] + "…"


def edit(tx: Tx, product: Product, data: ProductData, rev: int) -> None:
    """Other words, steps or sources. Raises Invalid, or Conflict when somebody else changed it meanwhile."""
    if product.rev != rev:
        raise Conflict(
            "product-changed",
            N_("Iemand anders heeft dit intussen veranderd"),
            N_("Je tekst staat hieronder nog. Open het stappenplan in een tweede venster en neem de verschillen over."),
        )
    _fill(tx, product, data)
    product.rev += 1
    product.changed_at = clock.now()
    tx.session.flush()
    _index(tx, product)


def _fill(tx: Tx, product: Product, data: ProductData) -> None:
    wrong: dict[str, str] = {}
    if not data.title.strip():
        wrong["title"] = N_("Geef het stappenplan een titel.")
    if len(data.steps) > MOST_STEPS:
        wrong["steps"] = N_("Een stappenplan heeft ten hoogste veertig stappen.")
    wanted = {id_ for step in data.steps for id_ in step.sources}
    found = {item.id: item for item in tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.id.in_(wanted)))} if wanted else {}
    if any(
        id_ not in found or found[id_].programme_id != product.programme_id or found[id_].status is not Status.CONFIRMED for id_ in wanted
    ):
        wrong["steps"] = N_("Een van de bronnen staat niet (meer) in het archief van dit programma. Haal hem weg en kies een andere.")
    if wrong:
        raise Invalid(fields=wrong)
    product.title, product.summary, product.audience, product.authors = (
        data.title.strip(),
        data.summary.strip(),
        data.audience.strip(),
        data.authors.strip(),
    )
    product.tags = sorted({tag.strip() for tag in data.tags if tag.strip()})
    product.steps = [
        ProductStep(
            position=position,
            title=step.title.strip(),
            text=step.text.strip(),
            who=step.who.strip(),
            when=step.when.strip(),
            sources=[found[id_] for id_ in dict.fromkeys(step.sources)],
        )
        for position, step in enumerate(data.steps)
    ]


def give_early_access(tx: Tx, product: Product, public_on: date | None) -> None:
    """Participants may read it from now on; everybody from ``public_on``, when that is given. Raises Invalid."""
    today = clock.now().astimezone(clock.LOCAL).date()
    wrong: dict[str, str] = {}
    if not product.steps:
        wrong["public_on"] = N_("Er staan nog geen stappen in. Voeg er eerst een toe.")
    elif public_on is not None and public_on < today:
        wrong["public_on"] = N_("Kies vandaag of een latere dag.")
    if wrong:
        raise Invalid(fields=wrong)
    product.early_access_at = product.early_access_at or clock.now()
    product.public_on = public_on
    product.changed_at = clock.now()
    tx.session.flush()
    _index(tx, product)


def withdraw(tx: Tx, product: Product) -> None:
    """Back to a draft; only before it is public (see the policy)."""
    product.early_access_at = product.public_on = None
    product.changed_at = clock.now()
    tx.session.flush()
    _index(tx, product)


def publish_due(tx: Tx, now: datetime) -> list[int]:
    """Lets the search index follow what became public by its date. Returns the ids. (Pages need no such help: they look at the date.)"""
    today = now.astimezone(clock.LOCAL).date()
    due = tx.session.scalars(
        sa.select(Product).where(Product.announced_public.is_(False), Product.public_on <= today, Product.early_access_at <= now)
    ).all()
    for product in due:
        _index(tx, product)
    return [product.id for product in due]


def _index(tx: Tx, product: Product) -> None:
    product.announced_public = product.stage(clock.now()) is Stage.PUBLIC
    tx.session.flush()
    search.index(tx, document_of(product))


def document_of(product: Product) -> Document:
    """A product as it is found, by whom it is for at this moment."""
    text = "\n".join([product.summary, *(f"{step.title}. {step.text}" for step in product.steps)])
    at = product.early_access_at or product.changed_at
    return Document(
        kind="product",
        key=product.public_id,
        title=product.title,
        text=text,
        audience={
            Stage.DRAFT: f"facilitators:{product.programme_id}",
            Stage.EARLY_ACCESS: f"programme:{product.programme_id}",
            Stage.PUBLIC: "public",
        }[product.stage(clock.now())],
        url=f"/kennisproducten/{product.public_id}",
        facets={"theme": list(product.tags), "quarter": [quarter_of(at)]},
        at=product.changed_at,
    )


def _documents(session: Session, ids: Sequence[int]) -> list[Document]:
    return [document_of(product) for product in session.scalars(sa.select(Product).where(Product.id.in_(ids)))]


reindexing.source("products", lambda session: session.scalars(sa.select(Product.id)).all(), _documents)
