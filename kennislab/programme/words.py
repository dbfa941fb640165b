"""The words for the programme's choices, as message ids; translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from kennislab.accounts.models import Role
from kennislab.core.errors import N_
from kennislab.programme.models import Block, Input, LabKind, ParticipationStatus

LAB_KINDS: Mapping[LabKind, str] = {
    LabKind.KNOWLEDGE_LAB: N_("Kennislab"),
    LabKind.DEEP_DIVE: N_("Verdiepingssessie"),
    LabKind.WORKING_GROUP_MEETING: N_("Werkgroepoverleg"),
}

BLOCKS: Mapping[Block, str] = {
    Block.ARRIVAL: N_("Inloop"),
    Block.WELCOME: N_("Welkom"),
    Block.NEWS: N_("Nieuws en voortgang"),
    Block.INSPIRATION: N_("Kennis en inspiratie"),
    Block.PEER_CONSULTATION: N_("Intervisie"),
    Block.BOTTLENECKS: N_("Knelpunten en koppelkansen"),
    Block.WORKING_GROUPS: N_("Werkgroepen"),
    Block.DEEP_DIVE: N_("Verdieping"),
    Block.HARVEST: N_("Oogst"),
    Block.CLOSING: N_("Afsluiting"),
    Block.BREAK: N_("Pauze"),
}

INPUTS: Mapping[Input, str] = {
    Input.NONE: N_("Alleen meekijken"),
    Input.TEXT: N_("Tekst insturen"),
    Input.VOTE: N_("Stemmen"),
    Input.PLAN: N_("Vervolg afspreken"),
}

ROLES: Mapping[Role, str] = {
    Role.COORDINATOR: N_("Coördinator"),
    Role.FACILITATOR: N_("Begeleider"),
    Role.PARTICIPANT: N_("Deelnemer"),
}

PARTICIPATION: Mapping[ParticipationStatus, str] = {
    ParticipationStatus.JOINED: N_("Stapt in"),
    ParticipationStatus.CONTINUES: N_("Gaat door"),
    ParticipationStatus.STOPPED: N_("Stopt"),
}

PHONE_KINDS: Mapping[str, str] = {
    "question": N_("Vraag"),
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
}
"""Every kind of contribution that a phone may be asked for, in the order in which they are offered."""
