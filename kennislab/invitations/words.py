"""The words for what somebody answered and for where a wave of mails stands; translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from kennislab.core.errors import N_
from kennislab.core.mail_words import STATES as MAIL_STATES
from kennislab.core.mail_words import reason
from kennislab.invitations.models import Answer

ANSWERS: Mapping[Answer, str] = {
    Answer.COMING: N_("Komt"),
    Answer.NOT_COMING: N_("Komt niet"),
    Answer.OPEN: N_("Nog geen antwoord"),
}

HOW: Mapping[str, str] = {
    "link": N_("met de persoonlijke link"),
    "self": N_("zelf, aangemeld"),
    "staff": N_("ingevuld door %(name)s"),
}

WAVE_STATES: Mapping[str, str] = {
    "planned": N_("Gepland"),
    "waiting": N_("Wacht op jou"),
    "timed": N_("Gaat vanzelf weg"),
    "leaving": N_("Wordt verstuurd"),
    "gone": N_("Verstuurd"),
    "empty": N_("Niemand had hem nodig"),
}

__all__ = ["ANSWERS", "HOW", "MAIL_STATES", "WAVE_STATES", "reason"]
