"""The personal link of an invitation: signed, not stored. It gives one right: answering this one invitation.

The token holds the invitation's number and the revision of its link; another salt makes it worthless for anything else that this
site signs. Raising ``link_rev`` ends all earlier links.
"""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from kennislab.accounts import queries as people
from kennislab.core.mail import site_address
from kennislab.invitations import queries
from kennislab.invitations.models import Invitation

_SALT = "kennislab.invitation"
_LONGEST = 120


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=_SALT)


def token_of(invitation: Invitation) -> str:
    """The secret of this invitation's link."""
    return str(_signer().dumps([invitation.id, invitation.link_rev]))


def address_of(invitation: Invitation) -> str:
    """The whole address, for in a mail; who reads English gets the page in English."""
    english = "?taal=en" if invitation.person.language == "en" else ""
    return site_address(f"/antwoord/{token_of(invitation)}{english}")


def invitation_by(session: Session, token: str) -> Invitation | None:
    """The invitation that this token belongs to; None when it was made up, was replaced, or its person left the programme."""
    if len(token) > _LONGEST:
        return None
    try:
        invitation_id, rev = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    found = queries.by_id(session, invitation_id) if isinstance(invitation_id, int) else None
    if found is None or found.link_rev != rev:
        return None
    return found if people.membership(session, found.person_id, found.lab.programme_id) is not None else None
