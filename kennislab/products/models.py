"""Tables of knowledge products."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kennislab.archive.models import ArchiveItem
from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.ids import new_id


class Stage(enum.StrEnum):
    """Who may read a product: its makers, the participants, everybody. The dates say which (see :meth:`Product.stage`)."""

    DRAFT = "draft"
    EARLY_ACCESS = "early_access"
    PUBLIC = "public"


class Product(Base):
    """A step-by-step plan. ``early_access_at``: since when participants may read it; ``public_on``: from which day (in the Netherlands)
    everybody may. Both empty: a draft. ``rev`` grows with each change, so that two people cannot overwrite each other unseen."""

    __tablename__ = "product"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_id)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(sa.String(160))
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    audience: Mapped[str] = mapped_column(sa.String(200), default="")
    authors: Mapped[str] = mapped_column(sa.String(300), default="")
    tags: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    licence: Mapped[str] = mapped_column(sa.String(60), default="CC BY 4.0")
    early_access_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    public_on: Mapped[date | None] = mapped_column(index=True)
    announced_public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    rev: Mapped[int] = mapped_column(default=1)

    steps: Mapped[list[ProductStep]] = relationship(back_populates="product", order_by="ProductStep.position", cascade="all, delete-orphan")

    def stage(self, now: datetime) -> Stage:
        """Who may read it at this moment. Nothing has to run for a product to become public in time."""
        if self.early_access_at is None or now < self.early_access_at:
            return Stage.DRAFT
        if self.public_on is not None and now.astimezone(clock.LOCAL).date() >= self.public_on:
            return Stage.PUBLIC
        return Stage.EARLY_ACCESS


class ProductStep(Base):
    """One step: what, who, when. ``position`` counts from 0 without gaps."""

    __tablename__ = "product_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(160))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    who: Mapped[str] = mapped_column(sa.String(160), default="")
    when: Mapped[str] = mapped_column(sa.String(160), default="")

    product: Mapped[Product] = relationship(back_populates="steps")
    sources: Mapped[list[ArchiveItem]] = relationship(secondary="product_source", order_by=ArchiveItem.quarter)


class ProductSource(Base):
    """That a step rests on something from the archive."""

    __tablename__ = "product_source"
    step_id: Mapped[int] = mapped_column(sa.ForeignKey("product_step.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.ForeignKey("archive_item.id", ondelete="CASCADE"), primary_key=True, index=True)
