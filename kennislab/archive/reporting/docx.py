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

from kennislab.archive.reporting import chapters, charts, widths
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
    _at_the_edges(file, made.title, made.lead, page)
    styles = {style.name: style for style in file.styles}
    drawn = charts.pictures([block for chapter in made.chapters for block in chapter.blocks if isinstance(block, chapters.Figure)])
    writer = _Writer(file, styles, iter(drawn))
    writer.say(made.over, "Subtitle")
    writer.say(made.title, "Title")
    writer.say(made.lead, "Subtitle")
    writer.say(made.held, "Subtitle")
    for text in made.notices:
        writer.say(text, "Intense Quote")
    if made.contents:
        writer.contents(made)
    for number, chapter in enumerate(made.chapters, 1):
        writer.heading(chapter.title, number, on_a_new_page=number == 1 and bool(made.contents))
        for block in chapter.blocks:
            writer.write(block)
    for number, line in enumerate(made.seal):
        writer.say(line, "Caption", above=18 if number == 0 else 0)
    out = io.BytesIO()
    file.save(out)
    return repacked(out.getvalue())


class _Writer:
    """Adds to the end of a document."""

    def __init__(self, file: Any, styles: dict[str, Any], pictures: Iterator[charts.Picture]) -> None:
        self.file, self.styles, self.pictures = file, styles, pictures

    def say(self, text: str, style: str, bold: str = "", *, with_next: bool = False, above: int = 0) -> None:
        """A paragraph; what is ``bold`` comes first. ``with_next``: on the page of what follows; ``above``: points."""
        paragraph = self.file.add_paragraph(style=self.styles[style])
        if bold:
            paragraph.add_run(xml_text(bold)).bold = True
        paragraph.add_run(xml_text(text))
        if with_next:
            paragraph.paragraph_format.keep_with_next = True
        if above:
            paragraph.paragraph_format.space_before = above * 12700  # a point in Word's own measure

    def heading(self, title: str, number: int, *, on_a_new_page: bool) -> None:
        """The heading of a chapter, which the contents lead to."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        paragraph = self.file.add_paragraph(style=self.styles["Heading 1"])
        paragraph.paragraph_format.page_break_before = on_a_new_page or None
        begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for mark in (begin, end):
            mark.set(qn("w:id"), str(number))
        begin.set(qn("w:name"), f"_Toc{number:04d}")
        paragraph._p.append(begin)
        paragraph.add_run(xml_text(title))
        paragraph._p.append(end)

    def contents(self, made: chapters.Document) -> None:
        """Word's own list of contents. What it finds itself, it may write anew; the page numbers come when somebody asks it to, as only
        Word knows its pages.
        """
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self.say(made.contents, "TOC Heading")
        for number, chapter in enumerate(made.chapters, 1):
            paragraph = self.file.add_paragraph(style=self.styles["toc 1"])
            if number == 1:
                _field(paragraph, "begin", ' TOC \\o "1-1" \\h \\z \\n ')
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), f"_Toc{number:04d}")
            link.set(qn("w:history"), "1")
            link.append(paragraph.add_run(xml_text(chapter.title))._r)
            paragraph._p.append(link)
            if number == len(made.chapters):
                _field(paragraph, "end")

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
        about = " · ".join([*(text for text, _tone in entry.about), *(f"#{theme}" for theme in entry.themes)])
        below = [text for text in (about, *entry.remarks, entry.gap) if text]
        self.say(entry.text, first, bold=f"{entry.label}: " if entry.label else "", with_next=bool(below or entry.answers))
        for number, text in enumerate(below, 1):
            self.say(text, further, with_next=number < len(below) or bool(entry.answers))
        for answer in entry.answers:
            self.entry(answer, min(level + 1, len(_LEVELS) - 1))

    def picture(self, picture: charts.Picture) -> None:
        """A drawing, with what it says for who cannot see it."""
        from docx.shared import Cm

        shape = self.file.add_picture(io.BytesIO(picture.data), width=Cm(14.5))
        told = shape._inline.docPr
        told.set("title", xml_text(picture.title))
        told.set("descr", xml_text(picture.description))

    def table(self, table: chapters.Table) -> None:
        """A table of which the first row is its head on every page; a row stays whole, unless it is long."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Cm
        from docx.text.paragraph import Paragraph

        self.say(table.caption, "Heading 2" if table.title else "Caption")
        made = self.file.add_table(rows=1 + len(table.rows), cols=len(table.columns), style=self.styles["Table Grid"])
        made.autofit = False
        together = len(table.rows) if widths.whole(table) else 1
        wide = [Cm(width) for width in widths.columns(table)]
        for column, width in zip(made.columns, wide, strict=True):
            column.width = width
        for number, (row, texts) in enumerate(zip(made._tbl.tr_lst, (table.columns, *table.rows), strict=True)):
            look = row.get_or_add_trPr()
            if max(map(len, texts)) < widths.WHOLE:
                look.append(OxmlElement("w:cantSplit"))
            if number == 0:
                look.append(OxmlElement("w:tblHeader"))
            for place, (cell, text) in enumerate(zip(row.tc_lst, texts, strict=True)):
                cell.width = wide[place]
                paragraph = Paragraph(cell.p_lst[0], self.file._body)
                paragraph.style = self.styles["Table"]
                paragraph.add_run(xml_text(text)).bold = True if number == 0 else None
                if place in table.numbers:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                paragraph.paragraph_format.keep_with_next = True if number < together else None
                if number == 0:
                    shade = OxmlElement("w:shd")
                    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "DCECE6")):
                        shade.set(qn(f"w:{name}"), value)
                    cell.get_or_add_tcPr().append(shade)
        _lined(made._tbl.tblPr)
        for name in ("w:tblCaption", "w:tblDescription"):
            told = OxmlElement(name)
            told.set(qn("w:val"), xml_text(table.caption))
            made._tbl.tblPr.append(told)
        self.file.add_paragraph(style=self.styles["Caption"])


def _lined(look: Any) -> None:
    """Thin lines below the rows, and room around the words; in the places that the schema has for them."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    lines, room = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        drawn = side in ("bottom", "insideH")
        for name, value in (("val", "single" if drawn else "nil"), *((("sz", "4"), ("space", "0"), ("color", "D9D6CB")) if drawn else ())):
            line.set(qn(f"w:{name}"), value)
        lines.append(line)
    for side, twips in (("top", 50), ("left", 90), ("bottom", 50), ("right", 90)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twips))
        margin.set(qn("w:type"), "dxa")
        room.append(margin)
    before = look.find(qn("w:tblLayout"))
    before.addprevious(lines)
    before.addnext(room)


def _field(paragraph: Any, kind: str, instruction: str = "") -> None:
    """The begin of a field with what it is to do, or its end. What stands between is what it says now."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for one in (kind, "separate") if kind == "begin" else (kind,):
        run = paragraph.add_run()._r
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), one)
        run.append(mark)
        if one == "begin":
            told = OxmlElement("w:instrText")
            told.set(qn("xml:space"), "preserve")
            told.text = instruction
            paragraph.add_run()._r.append(told)


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
    _spaces(file)
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin, section.bottom_margin = Cm(2.5), Cm(2.2)
    section.header_distance = section.footer_distance = Cm(1.2)
    section.different_first_page_header_footer = True


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


def _at_the_edges(file: Any, title: str, lead: str, page: str) -> None:
    """The title above every page but the first; the programme and the page's number below each."""
    from docx.shared import Cm

    section = file.sections[0]
    head = section.header.paragraphs[0]
    head.style = file.styles["Caption"]
    head.add_run(xml_text(title))
    for foot in (section.footer, section.first_page_footer):
        paragraph = foot.paragraphs[0]
        paragraph.style = file.styles["Caption"]
        stops = paragraph.paragraph_format.tab_stops
        stops.add_tab_stop(Cm(widths.PAGE), _right())
        paragraph.add_run(xml_text(f"{lead}\t{page} "))
        _field(paragraph, "begin", " PAGE ")
        paragraph.add_run("1")
        _field(paragraph, "end")


def _right() -> Any:
    from docx.enum.text import WD_TAB_ALIGNMENT

    return WD_TAB_ALIGNMENT.RIGHT


def _spaces(file: Any) -> None:
    """Room between paragraphs, what stays together, and the styles that the empty template lacks."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, base in (("Table", "Normal"), ("toc 1", "Normal")):
        made = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = file.styles[base]
    room = {
        "Normal": (0, 6), "Title": (0, 6), "Subtitle": (0, 4), "Heading 1": (22, 8), "Heading 2": (14, 5), "Caption": (0, 4),
        "List Bullet": (7, 1), "List Continue": (0, 1), "List Bullet 2": (4, 1), "List Continue 2": (0, 1), "Table": (0, 0),
        "toc 1": (0, 5), "TOC Heading": (24, 8), "Intense Quote": (8, 8),
    }  # fmt: skip
    for name, (before, after) in room.items():
        style = file.styles[name]
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.line_spacing = 1.1
        style.paragraph_format.widow_control = True
        spaced = style.element.find(qn("w:pPr")).find(qn("w:contextualSpacing"))
        if spaced is not None:
            spaced.set(qn("w:val"), "0")
        for old in style.element.iter(qn("w:spacing")):
            if old.getparent().tag == qn("w:rPr"):
                old.getparent().remove(old)  # letters further apart
                break
    for name in ("Caption", "Subtitle"):
        file.styles[name].paragraph_format.keep_with_next = name == "Caption"
    quote = file.styles["Intense Quote"]
    quote.font.italic, quote.font.bold, quote.font.color.rgb = False, False, RGBColor(0x14, 0x26, 0x1F)
    quote.paragraph_format.left_indent = quote.paragraph_format.right_indent = Pt(0)
    look = quote.element.get_or_add_pPr()
    for old in look.findall(qn("w:pBdr")):
        look.remove(old)
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "F9ECC9")):
        shade.set(qn(f"w:{name}"), value)
    look.insert_element_before(
        shade, "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl"
    )
    title = file.styles["TOC Heading"]
    title.font.name, title.font.size, title.font.color.rgb = _FONT, Pt(15), RGBColor(0x08, 0x3F, 0x33)
