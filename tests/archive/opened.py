"""Everything that stands in a file of a report, seen or not: its words, its metadata, its attributes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from lxml import etree
from pypdf import PdfReader

from kennislab.archive.reporting import Report, docx, odt, pdf, plain, sheets

WRITERS: dict[str, Callable[[Report], bytes]] = {
    "pdf": pdf.write, "docx": docx.write, "odt": odt.write, "xlsx": sheets.write, "csv": sheets.write_csv, "json": plain.write,
}  # fmt: skip


def everything_in(name: str, data: bytes) -> str:
    """The text of a file in this format, however deep."""
    if name == "pdf":
        reader = PdfReader(io.BytesIO(data))
        pages = " ".join(page.extract_text() for page in reader.pages)
        objects = " ".join(str(reader.get_object(number)) for number in range(1, int(reader.trailer["/Size"])))
        return " ".join(f"{pages} {reader.metadata} {objects}".replace("\u00ad\n", "").replace("\u00ad", "").split())
    if name in ("docx", "odt", "xlsx"):
        found = []
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.namelist():
                content = archive.read(part)
                found.append(part)
                if part.endswith((".xml", ".rels")):
                    for one in etree.fromstring(content).iter():
                        found += [one.text or "", one.tail or "", *map(str, one.attrib.values())]
        return " ".join(" ".join(found).split())
    return data.decode("utf-8-sig")
