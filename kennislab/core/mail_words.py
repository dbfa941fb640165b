"""What is said about a mail: where it is, and why it did not arrive. Dutch message ids, for people who never saw a mail server's answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kennislab.core.errors import N_

UNSURE = "unsure"
GAVE_UP = "gave up"
AWAY = "unreachable"
BECAUSE = "because: "
"""How ``Mail.error`` begins when it is not the answer of a mail server: nobody knows, too often tried, no server, a sentence of ours."""

STATES: Mapping[str, str] = {
    "draft": N_("Concept"),
    "held": N_("Tegengehouden"),
    "released": N_("Gaat weg"),
    "sending": N_("Wordt verstuurd"),
    "sent": N_("Verstuurd"),
    "failed": N_("Mislukt"),
    "bounced": N_("Teruggekomen"),
    "skipped": N_("Niet meer nodig"),
}

_NO_ADDRESS = N_("Dit adres bestaat niet (meer). Kijk of het goed geschreven is.")
_FULL = N_("De mailbox van de ontvanger is vol.")
_OFF = N_("De mailbox van de ontvanger neemt geen mail aan.")
_TRUST = N_("De mailserver van de ontvanger weigert mail van ons. Laat de beheerder naar het afzenderadres en SPF, DKIM en DMARC kijken.")
_ROUTE = N_("De mailserver van de ontvanger antwoordt niet.")
_BIG = N_("De mail is te groot voor de mailserver.")
_SIGNS = N_("In dit adres staan tekens die de mailserver niet aankan.")
_SENDER = N_("De mailserver neemt ons afzenderadres niet aan. Laat de beheerder de instellingen nakijken.")
_NO = N_("De mailserver van de ontvanger nam de mail niet aan.")
_LATER = N_("De mailserver van de ontvanger vraagt om het later nog eens te proberen.")

_BY_STATUS: tuple[tuple[str, str], ...] = (
    (r"5\.6\.7", _SIGNS),
    (r"[45]\.1\.[78]", _SENDER),
    (r"[45]\.1\.\d+", _NO_ADDRESS),
    (r"[45]\.2\.2", _FULL),
    (r"[45]\.2\.3", _BIG),
    (r"5\.2\.\d+", _OFF),
    (r"[45]\.3\.4", _BIG),
    (r"5\.4\.\d+", _ROUTE),
    (r"4\.4\.\d+", _ROUTE),
    (r"5\.7\.\d+", _TRUST),
)
_BY_CODE: Mapping[str, str] = {"550": _NO_ADDRESS, "551": _NO_ADDRESS, "553": _NO_ADDRESS, "552": _FULL, "452": _FULL, "554": _TRUST}


def reason(error: str) -> str:
    """Why a mail has not arrived (yet), by what is written in ``Mail.error``; empty when nothing is."""
    if not error:
        return ""
    if error.startswith(UNSURE):
        return N_("De verbinding viel weg terwijl de mail werd afgegeven. Misschien is hij toch aangekomen; vraag dat eerst na.")
    if error.startswith(BECAUSE):
        return error.removeprefix(BECAUSE)
    if error.startswith((AWAY, f"{GAVE_UP}: {AWAY}")):
        return N_("Onze mailserver is niet bereikbaar, of weigert onze aanmelding.")
    answer = error.removeprefix(f"{GAVE_UP}: ")
    for status, sentence in _BY_STATUS:
        if re.search(rf"(?<![\d.]){status}(?![\d.]*\d)", answer):
            return sentence
    code = answer[:3]
    if code.startswith("4") and code not in _BY_CODE:
        return _LATER
    return _BY_CODE.get(code, _NO)
