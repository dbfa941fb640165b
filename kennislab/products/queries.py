"""Reading products."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from kennislab.accounts.actors import Actor
from kennislab.archive import tracing
from kennislab.archive.models import ArchiveItem, Consent
from kennislab.archive.provenance import Chain, Node, Paragraph, tells_paragraphs
from kennislab.core import clock
from kennislab.products.models import Product, ProductSource, ProductStep, Stage
from kennislab.products.policies import may_read, shows_text


def by_public_id(session: Session, public_id: str) -> Product | None:
    """A product with its steps and sources."""
    return session.scalar(
        sa.select(Product)
        .where(Product.public_id == public_id)
        .options(selectinload(Product.steps).selectinload(ProductStep.sources).joinedload(ArchiveItem.lab))
    )


def readable(session: Session, actor: Actor, now: datetime) -> list[Product]:
    """Every product that this actor may read, newest first."""
    found = session.scalars(sa.select(Product).order_by(Product.public_on.desc(), Product.id.desc())).all()
    return [product for product in found if may_read(actor, product, now)]


def public(session: Session, now: datetime) -> Sequence[Product]:
    """What is public, newest first."""
    today = now.astimezone(clock.LOCAL).date()
    rows = session.scalars(
        sa.select(Product)
        .where(Product.public_on <= today, Product.early_access_at <= now)
        .order_by(Product.public_on.desc(), Product.id.desc())
    ).all()
    return rows


def _key(step: ProductStep) -> str:
    return f"alinea-{step.product.public_id}-{step.position + 1}"


def _day(product: Product) -> date | None:
    """Since when it can be read by others than its makers."""
    since = product.early_access_at
    return product.public_on or (since.astimezone(clock.LOCAL).date() if since else None)


@tells_paragraphs
def paragraphs_of(session: Session, actor: Actor, item_ids: Collection[str]) -> list[Paragraph]:
    """The steps of products that rest on these items of the archive, as far as this actor may read them."""
    rows = session.execute(
        sa.select(ProductSource.item_id, ProductStep)
        .join(ProductStep, ProductStep.id == ProductSource.step_id)
        .where(ProductSource.item_id.in_(item_ids))
        .options(joinedload(ProductStep.product))
        .order_by(ProductStep.product_id, ProductStep.position)
    )
    now = clock.now()
    return [
        Paragraph(
            item_id,
            _key(step),
            step.title,
            step.product.title,
            f"/kennisproducten/{step.product.public_id}#stap-{step.position + 1}",
            _day(step.product),
        )
        for item_id, step in rows
        if may_read(actor, step.product, now)
    ]


def way_to(session: Session, actor: Actor, product: Product, steps: Sequence[ProductStep]) -> Chain:
    """What these steps of a product rest on, and all that led to that."""
    url = f"/kennisproducten/{product.public_id}#stap-"
    ends = [
        (Node("paragraph", _key(step), step.title, f"{url}{step.position + 1}", _day(product), detail=product.title), step.sources)
        for step in steps
        if step.sources
    ]
    return tracing.behind(session, actor, ends)


@dataclass(frozen=True, slots=True)
class Source:
    """A source as this reader may see it. ``text`` is None when its words stay inside; ``city`` only with its author's consent."""

    id: str
    kind: str
    text: str | None
    city: str | None
    quarter: str
    lab: str


def sources(step: ProductStep, stage: Stage) -> list[Source]:
    """What a step rests on, as it may be shown at this stage."""
    found = []
    for item in step.sources:
        shown = shows_text(item, stage)
        named = item.municipality is not None and (
            item.consent is Consent.PUBLIC_CITY or (stage is not Stage.PUBLIC and item.consent is Consent.PROGRAMME)
        )
        found.append(
            Source(
                item.id,
                item.kind,
                item.text if shown else None,
                item.municipality.name if named and shown and item.municipality else None,
                item.quarter,
                item.lab.title,
            )
        )
    return found
