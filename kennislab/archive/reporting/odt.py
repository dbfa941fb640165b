"""The report as ODT, to go on writing in: real headings, lists, tables with header rows, and styles that are changed in one place.

Written as OpenDocument 1.3 by ourselves: a library's template brings its maker's language, settings and clock. The metadata hold the title
and the date of the seal; nothing of who made the file, or when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from flask_babel import force_locale

from kennislab.archive.reporting import chapters, charts, widths
from kennislab.archive.reporting.packing import packed, xml_text
from kennislab.archive.reporting.shapes import Report
from kennislab.core import clock

TYPE = "application/vnd.oasis.opendocument.text"

_SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
        "xlink": "http://www.w3.org/1999/xlink",
        "dc": "http://purl.org/dc/elements/1.1/",
        "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
        "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
    }.items()
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

_STYLES = Path(__file__).resolve().parents[1] / "data" / "verslag-odt.xml"
_TABLE_LOOKS = (
    '<style:style style:name="Rij" style:family="table-row"><style:table-row-properties fo:keep-together="always"/></style:style>'
    '<style:style style:name="Lange_20_rij" style:family="table-row"><style:table-row-properties fo:keep-together="auto"/></style:style>'
    '<style:style style:name="Kop" style:family="table-cell">'
    '<style:table-cell-properties fo:background-color="#dcece6" fo:padding="0.12cm"/></style:style>'
    '<style:style style:name="Cel" style:family="table-cell">'
    '<style:table-cell-properties fo:padding="0.12cm" fo:border-bottom="0.5pt solid #d9d6cb"/></style:style>'
)


def write(report: Report) -> bytes:
    """The ODT."""
    with force_locale("nl"):
        made = chapters.document(report)
    drawn = charts.pictures([block for chapter in made.chapters for block in chapter.blocks if isinstance(block, chapters.Figure)])
    pictures = {f"Pictures/{number}.png": picture.data for number, picture in enumerate(drawn, 1)}
    content = _content(made, iter(zip(pictures, drawn, strict=True)))
    parts = {
        "mimetype": TYPE,
        "content.xml": content,
        "styles.xml": _styles(made),
        "meta.xml": _meta(made, report.dated.astimezone(clock.LOCAL).strftime("%Y-%m-%dT%H:%M:%S"), content),
    }
    listed = "".join(f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>' for name in parts if "." in name)
    listed += "".join(f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="image/png"/>' for name in pictures)
    parts["META-INF/manifest.xml"] = (
        f'{_HEAD}<manifest:manifest {_SPACES} manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:version="1.3" '
        f'manifest:media-type="{TYPE}"/>{listed}</manifest:manifest>'
    )
    return packed([*((name, text.encode()) for name, text in parts.items()), *pictures.items()], plain=frozenset({"mimetype"}))


def _meta(made: chapters.Document, day: str, content: str) -> str:
    counted = f'meta:table-count="{content.count("<table:table ")}" meta:paragraph-count="{content.count("<text:p ")}"'
    return (
        f'{_HEAD}<office:document-meta {_SPACES} office:version="1.3"><office:meta><dc:title>{_plain(made.title)}</dc:title>'
        f"<dc:subject>{_plain(made.over)}</dc:subject><dc:language>nl-NL</dc:language><meta:creation-date>{day}</meta:creation-date>"
        f"<dc:date>{day}</dc:date><meta:generator>Kennislab</meta:generator><meta:document-statistic {counted}/>"
        "</office:meta></office:document-meta>"
    )


# --- content ------------------------------------------------------------------------------------------------------------------


def _content(made: chapters.Document, pictures: Iterator[tuple[str, charts.Picture]]) -> str:
    looks: list[str] = []
    body = [_p("First", made.over), _p("Title", made.title), _p("Subtitle", made.lead), _p("Subtitle", made.held)]
    body += [_p("Notice", text) for text in made.notices]
    if made.contents:
        body.append(_list_of_contents(made))
    tables = 0
    for number, chapter in enumerate(made.chapters, 1):
        body.append(_h(1, chapter.title, mark=f"hoofdstuk-{number}", look="Chapter" if number == 1 and made.contents else ""))
        for block in chapter.blocks:
            match block:
                case chapters.Text():
                    body.append(_p("About" if block.small else "Standard", block.text))
                case chapters.Heading():
                    body.append(_h(2, block.text))
                case chapters.Totals():
                    body.append(_list(_item(_p("Standard", f"{number} {name}")) for _kind, name, number in block.rows))
                case chapters.Entries():
                    body.append(_list(_item(_entry(entry)) for entry in block.entries))
                case chapters.Figure():
                    body.append(_picture(*next(pictures)))
                case chapters.Table():
                    tables += 1
                    body.append(_table(block, f"Tabel{tables}", looks))
    body += [_p("About", line) for line in made.seal]
    return (
        f'{_HEAD}<office:document-content {_SPACES} office:version="1.3">'
        f"<office:automatic-styles>{''.join(looks)}{_TABLE_LOOKS}</office:automatic-styles>"
        f'<office:body><office:text text:use-soft-page-breaks="true">{"".join(body)}</office:text></office:body></office:document-content>'
    )


def _entry(entry: chapters.Shown, *, inner: bool = False) -> str:
    label = f'<text:span text:style-name="Strong">{_x(entry.label)}: </text:span>' if entry.label else ""
    parts = [f'<text:p text:style-name="{"Standard" if inner else "Contribution"}">{label}{_x(entry.text)}</text:p>']
    about = [text for text, _tone in entry.about] + [f"#{theme}" for theme in entry.themes]
    if about:
        parts.append(_p("About", " · ".join(about)))
    parts += [_p("About", text) for text in (*entry.remarks, entry.gap) if text]
    if entry.answers:
        parts.append(_list(_item(_entry(answer, inner=True)) for answer in entry.answers))
    return "".join(parts)


def _list_of_contents(made: chapters.Document) -> str:
    """The chapters with their pages. The pages are fields, which whoever opens it reckons out; it can be made anew by hand as well."""
    lines = ""
    for number, chapter in enumerate(made.chapters, 1):
        name = f"hoofdstuk-{number}"
        lines += (
            f'<text:p text:style-name="Contents_20_1"><text:a xlink:type="simple" xlink:href="#{name}" text:style-name="Index_20_Link" '
            f'text:visited-style-name="Index_20_Link">{_x(chapter.title)}<text:tab/>'
            f'<text:bookmark-ref text:reference-format="page" text:ref-name="{name}">–</text:bookmark-ref></text:a></text:p>'
        )
    entry = (
        '<text:index-entry-link-start/><text:index-entry-text/><text:index-entry-tab-stop style:type="right" style:leader-char="."/>'
        "<text:index-entry-page-number/><text:index-entry-link-end/>"
    )
    return (
        '<text:table-of-content text:name="Inhoud" text:protected="false"><text:table-of-content-source text:outline-level="1">'
        f'<text:index-title-template text:style-name="Contents_20_Heading">{_x(made.contents)}</text:index-title-template>'
        '<text:table-of-content-entry-template text:outline-level="1" text:style-name="Contents_20_1">'
        f"{entry}</text:table-of-content-entry-template></text:table-of-content-source><text:index-body>"
        f'<text:index-title text:name="Inhoud_Kop">{_p("Contents_20_Heading", made.contents)}</text:index-title>{lines}'
        "</text:index-body></text:table-of-content>"
    )


def _table(table: chapters.Table, name: str, looks: list[str]) -> str:
    wide = widths.columns(table)
    together = ' style:may-break-between-rows="false"' if widths.whole(table) else ""
    looks.append(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties style:width="{sum(wide):.2f}cm" table:align="left" '
        f'fo:margin-bottom="0.3cm"{together}/></style:style>'
    )
    looks += [
        f'<style:style style:name="{name}.{place}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width}cm"/></style:style>'
        for place, width in enumerate(wide)
    ]
    head = "".join(
        _cell("Table_20_Number_20_Heading" if place in table.numbers else "Table_20_Heading", text, "Kop")
        for place, text in enumerate(table.columns)
    )
    rows = "".join(
        f'<table:table-row table:style-name="{"Rij" if max(map(len, row)) < widths.WHOLE else "Lange_20_rij"}">'
        + "".join(
            _cell("Table_20_Number" if place in table.numbers else "Table_20_Contents", text, "Cel") for place, text in enumerate(row)
        )
        + "</table:table-row>"
        for row in table.rows
    )
    defined = "".join(f'<table:table-column table:style-name="{name}.{place}"/>' for place in range(len(table.columns)))
    title = _h(2, table.caption) if table.title else _p("Caption", table.caption)
    return (
        f'{title}<table:table table:name={_attribute(name)} table:style-name="{name}">'
        f"<table:title>{_plain(table.caption)}</table:title>{defined}"
        f"<table:table-header-rows><table:table-row>{head}</table:table-row></table:table-header-rows>{rows}</table:table>"
    )


def _picture(name: str, picture: charts.Picture) -> str:
    wide = 14.5
    return (
        f'<text:p text:style-name="Standard"><draw:frame draw:name={_attribute(name)} text:anchor-type="as-char" svg:width="{wide}cm" '
        f'svg:height="{wide * picture.ratio:.2f}cm"><draw:image xlink:href="{name}" xlink:type="simple" xlink:show="embed" '
        f'xlink:actuate="onLoad" draw:mime-type="image/png"/><svg:title>{_plain(picture.title)}</svg:title>'
        f"<svg:desc>{_plain(picture.description)}</svg:desc></draw:frame></text:p>"
    )


def _cell(style: str, text: str, look: str) -> str:
    return f'<table:table-cell table:style-name="{look}" office:value-type="string">{_p(style, text)}</table:table-cell>'


def _list(items: Iterable[str]) -> str:
    return f'<text:list text:style-name="Bijdragen">{"".join(items)}</text:list>'


def _item(inside: str) -> str:
    return f"<text:list-item>{inside}</text:list-item>"


def _h(level: int, text: str, *, mark: str = "", look: str = "") -> str:
    """A heading; ``mark``: the name by which the contents find it."""
    marked = f'{_x(text)}<text:bookmark text:name="{mark}"/>' if mark else _x(text)
    return f'<text:h text:style-name="{look or f"Heading_20_{level}"}" text:outline-level="{level}">{marked}</text:h>'


def _p(style: str, text: str) -> str:
    return f'<text:p text:style-name="{style}">{_x(text)}</text:p>'


def _x(text: str) -> str:
    """Text as XML; line breaks and rows of spaces as OpenDocument writes them."""
    lines = _plain(text).replace("\t", "<text:tab/>").replace("  ", " <text:s/>").split("\n")
    return "<text:line-break/>".join(lines)


def _plain(text: str) -> str:
    return escape(xml_text(text))


def _attribute(text: str) -> str:
    return quoteattr(xml_text(text))


def _styles(made: chapters.Document) -> str:
    return _STYLES.read_text("utf-8").replace("{title}", _x(made.title)).replace("{lead}", _x(made.lead))
