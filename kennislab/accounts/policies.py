"""Who may do what with accounts."""

from __future__ import annotations

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import AccessToken, Role, SignIn
from kennislab.core.errors import N_, DomainError, NotFound, NotSignedIn, Refused

Verdict = bool | DomainError


def may_see_own_account(actor: Actor) -> Verdict:
    """Only somebody who is signed in has an account to see."""
    return True if actor.known else NotSignedIn()


def may_revoke_sign_in(actor: Actor, record: SignIn | None) -> Verdict:
    """One's own only; another's looks as if it were not there."""
    if not actor.known:
        return NotSignedIn()
    return True if record is not None and record.person_id == actor.person_id else NotFound()


def may_revoke_token(actor: Actor, record: AccessToken | None) -> Verdict:
    """One's own only; another's looks as if it were not there."""
    if not actor.known:
        return NotSignedIn()
    return True if record is not None and record.person_id == actor.person_id else NotFound()


def may_change_account(actor: Actor, full_sign_in: bool) -> Verdict:
    """Password and keys: only for who signed in fully; a personal link or a program's key is not enough to take an account over."""
    if not actor.known:
        return NotSignedIn()
    if full_sign_in:
        return True
    return Refused(
        "personal-link-only",
        N_("Meld je eerst volledig aan"),
        N_("Je kwam binnen met een persoonlijke link. Laat je op de aanmeldpagina een link mailen om je gegevens te veranderen."),
    )


def may_manage_people(actor: Actor, programme_id: int) -> Verdict:
    """Coordinators give and take roles in their own programme."""
    if not actor.known:
        return NotSignedIn()
    if not actor.has_role(programme_id):
        return NotFound()
    if actor.has_role(programme_id, Role.COORDINATOR):
        return True
    return Refused("not-coordinator", N_("Dit is voor de coördinator"), N_("Vraag de coördinator van je programma om dit te doen."))
