"""What a table is once it has been read, and how a table that cannot be read is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kennislab.core.errors import N_, Invalid

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 2000
MOST_COLUMNS = 60
MOST_CELL = 20_000
"""Characters in one cell; more is a quotation mark that was never closed."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was recognised: a Dutch message id and what it is filled with."""

    text: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """A table: as many texts in every row as there are columns.

    ``lines``: the number of each row as a spreadsheet counts them, so that people find it back. ``notes``: how it was read.
    """

    columns: list[str]
    rows: list[list[str]]
    notes: list[Note] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    name: str = ""


def refusal(detail: str, **params: Any) -> Invalid:
    """The table cannot be read; ``detail`` says why and what to do. It stands at field ``file``."""
    return Invalid("sheet", N_("Deze tabel kan niet gelezen worden"), detail, fields={"file": detail}, **params)


EMPTY = N_("Er staat niets in. Kies een bestand met kolomnamen en daaronder de rijen.")
TOO_LARGE = N_("Dit bestand is groter dan 2 MB. Verdeel het over meer bestanden.")
TOO_MANY_ROWS = N_("Er staan meer dan 2000 rijen in. Verdeel ze over meer bestanden.")
TOO_MANY_COLUMNS = N_("Er staan meer dan 60 kolommen in. Haal weg wat niet nodig is.")
ONLY_NAMES = N_("Er staan kolomnamen in, maar geen rijen eronder.")
UNPACKS_TOO_LARGE = N_("Dit bestand wordt te groot als het wordt uitgepakt. Zet de tabel in een nieuw, leeg werkblad en bewaar dat.")
LOCKED = N_("Dit bestand is met een wachtwoord beveiligd. Haal het wachtwoord eraf en kies het opnieuw.")
OLD_EXCEL = N_("Dit is een oud Excel-bestand (.xls). Open het en bewaar het als Excel-werkmap (.xlsx) of als CSV.")
BINARY_EXCEL = N_("Dit is een binaire Excel-werkmap (.xlsb). Open hem en bewaar hem als Excel-werkmap (.xlsx) of als CSV.")
OPEN_DOCUMENT = N_("Dit is een OpenDocument-bestand (.ods). Open het en bewaar het als Excel-werkmap (.xlsx) of als CSV.")
WEB_PAGE = N_("Dit is een webpagina die Excel heet. Open het bestand in Excel en bewaar het als Excel-werkmap (.xlsx) of als CSV.")
NOT_A_TABLE = N_("Dit is geen tabel. Kies een CSV-bestand of een Excel-werkmap (.xlsx).")
BROKEN = N_("Dit Excel-bestand is beschadigd. Open het, bewaar het opnieuw en probeer het nog eens.")
OPEN_QUOTE = N_("In rij %(row)s staat een aanhalingsteken dat niet wordt gesloten. Haal het weg en probeer het opnieuw.")
