"""Reading products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from kennislab.accounts.actors import Actor
from kennislab.archive.models import ArchiveItem, Consent
from kennislab.archive.queries import Use, tells_uses
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


@tells_uses
def uses_of(session: Session, actor: Actor, item_id: str) -> list[Use]:
    """The products that rest on this item of the archive, as far as this actor may read them, with the step that does."""
    steps = session.scalars(
        sa.select(ProductStep)
        .join(ProductSource)
        .where(ProductSource.item_id == item_id)
        .options(joinedload(ProductStep.product))
        .order_by(ProductStep.product_id, ProductStep.position)
    )
    now = clock.now()
    return [
        Use(step.product.title, f"/kennisproducten/{step.product.public_id}", step.title)
        for step in steps
        if may_read(actor, step.product, now)
    ]


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
