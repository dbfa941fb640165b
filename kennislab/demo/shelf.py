"""Makes the knowledge products from what is archived, each as far as it is: draft, first access, public."""

from __future__ import annotations

from datetime import time

from kennislab.core import clock
from kennislab.core.transaction import Tx
from kennislab.demo.archives import Archived
from kennislab.demo.history import at, local
from kennislab.demo.people import Cast
from kennislab.demo.shapes import Content, Plan
from kennislab.products import operations
from kennislab.products.operations import ProductData, StepDraft

READERS = "Wijkregisseurs, projectleiders en bewonersgroepen"


def load_products(tx: Tx, content: Content, cast: Cast, archived: Archived) -> None:
    """All of them, and what became public by now is found by everybody."""
    for plan in content.plans:
        _load(tx, content, cast, plan, archived)
    operations.publish_due(tx, clock.now())


def _load(tx: Tx, content: Content, cast: Cast, plan: Plan, archived: Archived) -> None:
    steps = [
        StepDraft(
            step.title,
            step.text,
            step.who[:1].upper() + step.who[1:],
            step.when[:1].upper() + step.when[1:],
            [archived[ref] for ref in step.sources],
        )
        for step in plan.steps
    ]
    data = ProductData(
        title=plan.title,
        summary=plan.summary,
        audience=READERS,
        authors=", ".join(person.name for person in plan.authors),
        tags=[content.themes[slug].label for slug in plan.themes],
        steps=steps,
    )
    made = local(plan.made, time(14))
    with at(made):
        product = operations.create(tx, cast.programme.id, data)
        product.created_at = product.changed_at = made
    if plan.approved is not None:
        with at(local(plan.approved, time(10))):
            operations.give_early_access(tx, product, plan.public_on)
