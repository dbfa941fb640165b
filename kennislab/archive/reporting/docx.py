"""The report as DOCX, to go on writing in: Word's own headings, lists and table heads, which a contents list and a screen reader find.

The template that the library brings names its maker and its day: both are put right, and the zip is packed anew without a clock.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from kennislab.archive.reporting import chapters, charts
from kennislab.archive.reporting.packing import repacked, xml_text
from kennislab.archive.reporting.shapes import Report

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FONT = "Calibri"
_LEVELS = (("List Bullet", "List Continue"), ("List Bullet 2", "List Continue 2"))


def write(report: Report) -> bytes:
    """The DOCX."""
    from docx import Document  # slow to import, and only needed here

    with force_locale("nl"):
        made = chapters.document(report)
        page = _("Bladzijde")
    file = Document()
    _looks(file)
    _about(file, made, report)
    _footer(file, f"{made.title} · {made.lead} · {page} ")
    styles = {style.name: style for style in file.styles}
    drawn = charts.pictures([block for chapter in made.chapters for block in chapter.blocks if isinstance(block, chapters.Figure)])
    writer = _Writer(file, styles, iter(drawn))
    writer.say(made.over, "Subtitle")
    writer.say(made.title, "Title")
    writer.say(made.lead, "Subtitle")
    for text in made.notices:
        writer.say(text, "Intense Quote")
    for chapter in made.chapters:
        writer.say(chapter.title, "Heading 1")
        for block in chapter.blocks:
            writer.write(block)
    for line in made.seal:
        writer.say(line, "Caption")
    out = io.BytesIO()
    file.save(out)
    return repacked(out.getvalue())


class _Writer:
    """Adds to the end of a document."""

    def __init__(self, file: Any, styles: dict[str, Any], pictures: Iterator[charts.Picture]) -> None:
        self.file, self.styles, self.pictures = file, styles, pictures

    def say(self, text: str, style: str, bold: str = "") -> None:
        """A paragraph; what is ``bold`` comes first. Line breaks in it stay."""
        paragraph = self.file.add_paragraph(style=self.styles[style])
        if bold:
            paragraph.add_run(xml_text(bold)).bold = True
        paragraph.add_run(xml_text(text))

    def write(self, block: chapters.Block) -> None:
        """One block of a chapter."""
        match block:
            case chapters.Text():
                self.say(block.text, "Caption" if block.small else "Normal")
            case chapters.Heading():
                self.say(block.text, "Heading 2")
            case chapters.Totals():
                for _kind, name, number in block.rows:
                    self.say(f"{number} {name}", "List Bullet")
            case chapters.Entries():
                for entry in block.entries:
                    self.entry(entry)
            case chapters.Table():
                self.table(block)
            case chapters.Figure():
                self.picture(next(self.pictures))

    def entry(self, entry: chapters.Shown, level: int = 0) -> None:
        """A contribution as a list item, what is told about it below, its answers one level in."""
        first, further = _LEVELS[level]
        self.say(entry.text, first, bold=f"{entry.label}: " if entry.label else "")
        about = " · ".join([*(text for text, _tone in entry.about), *(f"#{theme}" for theme in entry.themes)])
        for text in (about, *entry.remarks, entry.gap):
            if text:
                self.say(text, further)
        for answer in entry.answers:
            self.entry(answer, min(level + 1, len(_LEVELS) - 1))

    def picture(self, picture: charts.Picture) -> None:
        """A drawing, with what it says for who cannot see it."""
        from docx.shared import Cm

        shape = self.file.add_picture(io.BytesIO(picture.data), width=Cm(15.5))
        told = shape._inline.docPr
        told.set("title", xml_text(picture.title))
        told.set("descr", xml_text(picture.description))

    def table(self, table: chapters.Table) -> None:
        """A table of which the first row is its head on every page."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self.say(table.caption, "Heading 2" if table.title else "Caption")
        made = self.file.add_table(rows=1 + len(table.rows), cols=len(table.columns), style=self.styles["Table Grid"])
        for row, (cells, texts) in enumerate(zip(made.rows, (table.columns, *table.rows), strict=True)):
            for place, (cell, text) in enumerate(zip(cells.cells, texts, strict=True)):
                paragraph = cell.paragraphs[0]
                paragraph.add_run(xml_text(text)).bold = True if row == 0 else None
                if place in table.numbers:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        head = made.rows[0]._tr.get_or_add_trPr()
        head.append(OxmlElement("w:tblHeader"))
        look = made._tbl.tblPr
        for name in ("w:tblCaption", "w:tblDescription"):
            told = OxmlElement(name)
            told.set(qn("w:val"), xml_text(table.caption))
            look.append(told)
        self.file.add_paragraph(style=self.styles["Caption"])


def _looks(file: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    sizes = {
        "Normal": 10.5,
        "Title": 24,
        "Subtitle": 12,
        "Heading 1": 15,
        "Heading 2": 12,
        "Caption": 9,
        "List Continue": 9,
        "List Continue 2": 9,
    }
    for name, size in sizes.items():
        style = file.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for which in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(which), _FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
        if name.startswith(("Heading", "Title")):
            style.font.color.rgb = RGBColor(0x08, 0x3F, 0x33)
        elif name not in ("Normal",):
            style.font.color.rgb, style.font.italic, style.font.bold = RGBColor(0x4A, 0x5A, 0x53), False, False
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "nl-NL")
    letters = file.styles["Normal"].element.get_or_add_rPr()
    letters.append(language)
    for default in file.styles.element.iter(qn("w:lang")):
        default.set(qn("w:val"), "nl-NL")
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.2)


def _about(file: Any, made: chapters.Document, report: Report) -> None:
    told = file.core_properties
    day = report.dated.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    told.title, told.subject, told.language = xml_text(made.title)[:255], xml_text(made.over)[:255], "nl-NL"
    told.author = told.last_modified_by = told.comments = told.keywords = ""
    told.created = told.modified = day
    told.revision = 1
    package = file.part.package
    for key in [key for key, relation in package.rels.items() if relation.reltype.endswith("/thumbnail")]:
        del package.rels[key]  # a picture of the empty template


def _footer(file: Any, text: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = file.sections[0].footer.paragraphs[0]
    paragraph.style = file.styles["Caption"]
    paragraph.add_run(xml_text(text))
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    paragraph._p.append(number)
