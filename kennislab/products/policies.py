"""Who may read and who may make a product. The same question at every way to it: page, list, feed, data, search."""

from __future__ import annotations

from datetime import datetime

from kennislab.accounts.actors import Actor
from kennislab.archive.models import ArchiveItem, Consent
from kennislab.core.errors import N_, DomainError, NotFound, NotSignedIn, Refused
from kennislab.products.models import Product, Stage
from kennislab.programme.policies import is_member, is_staff

Verdict = bool | DomainError


def may_read(actor: Actor, product: Product, now: datetime) -> Verdict:
    """A draft: who makes it. First access: who takes part in the programme. Public: everybody.

    Who may not read it is not told that it exists; who is not signed in is asked to sign in.
    """
    stage = product.stage(now)
    if stage is Stage.PUBLIC:
        return True
    if not actor.known:
        return NotSignedIn()
    allowed = actor.is_staff(product.programme_id) if stage is Stage.DRAFT else actor.has_role(product.programme_id)
    return True if allowed else NotFound()


def may_trace(actor: Actor, product: Product, now: datetime) -> Verdict:
    """The whole way to a product, back to the questions of a lab: who may read it and takes part in the programme."""
    readable = may_read(actor, product, now)
    return is_member(actor, product.programme_id) if readable is True else readable


def may_make(actor: Actor, programme_id: int) -> Verdict:
    """Facilitators and coordinators of the programme make products."""
    return is_staff(actor, programme_id)


def may_edit(actor: Actor, product: Product, now: datetime) -> Verdict:
    """Its makers, as long as it is not public: what the public cites does not change under them."""
    maker = may_make(actor, product.programme_id)
    if not maker or product.stage(now) is not Stage.PUBLIC:
        return maker
    return Refused(
        "product-public",
        N_("Dit kennisproduct is openbaar"),
        N_("Wat openbaar is verandert niet meer. Maak een nieuw stappenplan als er iets bij moet."),
        status=409,
    )


def shows_text(item: ArchiveItem, stage: Stage) -> bool:
    """Whether a source's own words may be read with the product.

    In public only what its author gave for that; never what stays in a group.
    """
    if item.consent is Consent.GROUP:
        return False
    return stage is not Stage.PUBLIC or item.consent in (Consent.PUBLIC_ANONYMOUS, Consent.PUBLIC_CITY)
