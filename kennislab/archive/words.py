"""The words for the archive's choices, as message ids; translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from kennislab.archive.models import ActionStatus, Consent, LinkKind, Outcome, Status
from kennislab.core.errors import N_

KINDS: Mapping[str, str] = {
    "question": N_("Kennisvraag"),
    "bottleneck": N_("Knelpunt"),
    "solution": N_("Oplossing"),
    "insight": N_("Inzicht"),
    "lesson": N_("Les"),
    "linking_opportunity": N_("Koppelkans"),
    "advice": N_("Advies"),
    "association": N_("Associatie"),
    "action": N_("Actie"),
    "fact": N_("Feit"),
    "success_factor": N_("Succesfactor"),
    "value": N_("Waarde"),
    "choice": N_("Keuze"),
    "evaluation": N_("Terugblik"),
    "lab": N_("Kennislab"),
    "product": N_("Kennisproduct"),
    "method": N_("Werkvorm"),
}

PLURALS: Mapping[str, str] = {
    "question": N_("Kennisvragen"),
    "bottleneck": N_("Knelpunten"),
    "solution": N_("Oplossingen"),
    "insight": N_("Inzichten"),
    "lesson": N_("Lessen"),
    "linking_opportunity": N_("Koppelkansen"),
    "advice": N_("Adviezen"),
    "association": N_("Associaties"),
    "action": N_("Acties"),
    "fact": N_("Feiten"),
    "success_factor": N_("Succesfactoren"),
    "value": N_("Waarden"),
    "choice": N_("Keuzes"),
    "evaluation": N_("Terugblikken"),
}

CONSENTS: Mapping[Consent, str] = {
    Consent.GROUP: N_("Blijft in de groep"),
    Consent.PROGRAMME: N_("Binnen het programma"),
    Consent.PUBLIC_ANONYMOUS: N_("Openbaar zonder naam"),
    Consent.PUBLIC_CITY: N_("Openbaar met gemeente"),
}

STATUSES: Mapping[Status, str] = {
    Status.DRAFT: N_("Nog bekijken"),
    Status.CONFIRMED: N_("Bevestigd"),
    Status.DROPPED: N_("Weggelaten"),
    Status.MERGED: N_("Samengevoegd"),
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.PROPOSED: N_("Voorgesteld"),
    Outcome.PLANNED: N_("Gepland"),
    Outcome.TRIED: N_("Geprobeerd"),
    Outcome.WORKED: N_("Gewerkt"),
    Outcome.PARTLY: N_("Deels gewerkt"),
    Outcome.FAILED: N_("Niet gewerkt"),
}

ACTION_STATUSES: Mapping[ActionStatus, str] = {
    ActionStatus.OPEN: N_("Open"),
    ActionStatus.DONE: N_("Gedaan"),
    ActionStatus.DROPPED: N_("Vervallen"),
    ActionStatus.CARRIED_ON: N_("Loopt door"),
}

LINKS: Mapping[LinkKind, str] = {
    LinkKind.QUESTION: N_("Kwam op bij de kennisvraag"),
    LinkKind.ORIGIN: N_("Komt voort uit"),
    LinkKind.RELATED: N_("Hoort bij"),
}

LINKS_BACK: Mapping[LinkKind, str] = {
    LinkKind.QUESTION: N_("Kwam op bij deze vraag"),
    LinkKind.ORIGIN: N_("Hier kwam uit voort"),
    LinkKind.RELATED: N_("Hoort bij"),
}
