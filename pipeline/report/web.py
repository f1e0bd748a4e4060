"""The readout as one HTML file: no request, no script, all text escaped, made to be printed."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from pipeline.report.drawing import chart_svg, intervals_svg
from pipeline.report.shapes import Cell, Readout, Section, Table
from pipeline.report.wording import on

#: A table of so few rows is never torn apart by a page's end.
_SHORT = 9
_STYLE = """
:root { --accent: %(colour)s }
* { box-sizing: border-box }
body { font: 15px/1.45 "Source Sans 3", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
  color: #16202a; margin: 0 auto; max-width: 62rem; padding: 1.5rem }
header { border-bottom: 3px solid var(--accent); padding-bottom: .8rem; margin-bottom: 1rem }
header img { max-height: 48px; max-width: 220px; float: right }
.who, .unit, footer, caption, .note { color: #4a5560 }
h1 { font-size: 1.55rem; line-height: 1.25; margin: .4rem 0; font-weight: 600; clear: both }
h2 { font-size: 1.15rem; margin: 1.8rem 0 .4rem; color: var(--accent) }
p { margin: .3rem 0 }
.verdict { display: inline-block; border: 1.5px solid #16202a; padding: 0 .5rem; font-weight: 600 }
.banner { border: 1.5px dashed #16202a; padding: .2rem .6rem; margin: 0 0 1rem; font-weight: 600 }
.three { display: grid; grid-template-columns: repeat(3, 1fr); gap: .8rem; margin: 1rem 0 }
.three div { border: 1px solid #aab2ba; padding: .6rem .8rem; break-inside: avoid }
.three b { display: block; font-size: 1.3rem; line-height: 1.2; margin: .15rem 0 }
.three span, .note { font-size: .86rem }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; margin: .6rem 0 }
figure { margin: 0; break-inside: avoid }
figure:only-child { grid-column: 1 / -1; max-width: 34rem }
figcaption { font-weight: 600; margin-bottom: .2rem }
svg { width: 100%%; height: auto; overflow: visible }
svg text { font-size: 12px; fill: #16202a }
svg text.unit { fill: #4a5560; font-size: 11px }
svg text.name { font-weight: 600 }
table { border-collapse: collapse; width: 100%%; margin: .7rem 0; font-size: .86rem }
caption { text-align: left; font-weight: 600; padding-bottom: .2rem }
th, td { text-align: left; padding: .22rem .5rem; border-bottom: 1px solid #ccd2d8;
  vertical-align: top }
tbody th, td:last-child { overflow-wrap: anywhere }
td:last-child { min-width: 9em }
thead th { border-bottom: 1.5px solid #16202a; overflow-wrap: normal; vertical-align: bottom }
tbody th { min-width: 8.5em }
tbody th { font-weight: 600 }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
th.number { text-align: right }
footer { margin-top: 2rem; border-top: 1px solid #aab2ba; padding-top: .4rem; font-size: .8rem;
  overflow-wrap: anywhere }
@media (max-width: 40rem) { .three, .charts { grid-template-columns: 1fr } }
@page { size: A4; margin: 16mm 14mm 18mm;
  @top-right { content: "%(banner)s"; font: 600 9px sans-serif }
  @bottom-left { content: "%(day)s"; font: 9px sans-serif }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 9px sans-serif } }
@media print {
  .short { break-inside: avoid } footer { display: none }
  body { font-size: 10pt; padding: 0; max-width: none } th, td { padding: .13rem .5rem }
  .note { break-before: avoid } h2 { margin-top: 1.3rem }
  h2 { break-after: avoid } tr { break-inside: avoid } thead { display: table-header-group }
}
"""


def html_bytes(readout: Readout) -> bytes:
    """The whole page as UTF-8."""
    banner = f'<p class="banner">{escape(readout.banner)}</p>' if readout.banner else ""
    three = "".join(
        f"<div>{escape(one.label)}<b>{escape(one.cell.text)}</b>"
        f"<span>{escape(one.note)}</span></div>"
        for one in readout.headlines
    )
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(_name(readout))}</title><style>{_style(readout)}</style></head>\n<body>"
        f"{banner}{_header(readout)}<div class='three'>{three}</div>\n"
        f'<p class="note">{escape(readout.stamp)}</p>'
        f"<main>{''.join(_section(section, readout.colour) for section in readout.sections)}"
        f"</main>\n<footer>{escape(_name(readout))}{_also(readout.banner)}</footer></body></html>\n"
    )
    return page.encode()


def _name(readout: Readout) -> str:
    return " · ".join(part for part in (readout.client, readout.pilot, "readout") if part)


def _also(text: str) -> str:
    return f" · {escape(text)}" if text else ""


def _style(readout: Readout) -> str:
    # Only fixed words and a checked colour get in here: CSS has an escaping of its own.
    return _STYLE % {
        "colour": readout.colour,
        "banner": readout.banner,
        "day": f"As of {on(readout.as_of).text}",
    }


def _header(readout: Readout) -> str:
    mark = ""
    if readout.logo:
        data = b64encode(readout.logo.content).decode()
        alt = escape(f"Logo of {readout.client}" if readout.client else "Logo")
        mark = f'<img src="data:{readout.logo.mime};base64,{data}" alt="{alt}">'
    return (
        f'<header>{mark}<p class="who">{escape(_name(readout))} · as of '
        f"{escape(on(readout.as_of).text)}</p><h1>{escape(readout.title)}</h1>"
        f'<p><span class="verdict">{escape(readout.verdict.capitalize())}</span> '
        f'<span class="verdict">What next: {escape(readout.what_next)}</span></p></header>'
    )


def _section(section: Section, colour: str) -> str:
    told = "".join(f"<p>{escape(line)}</p>" for line in section.told)
    notes = "".join(f'<p class="note">{escape(line)}</p>' for line in section.notes if line)
    tables = "".join(_table(table) for table in section.tables)
    return (
        f"<section><h2>{escape(section.title)}</h2>{told}{_figures(section, colour)}"
        f"{tables}{notes}</section>\n"
    )


def _figures(section: Section, colour: str) -> str:
    drawn = []
    if section.intervals:
        found = section.intervals
        drawn.append((found.title, intervals_svg(found, colour)))
    drawn += [(chart.title, chart_svg(chart, colour)) for chart in section.charts]
    if not drawn:
        return ""
    figures = "".join(
        f"<figure><figcaption>{escape(title)}</figcaption>{svg}</figure>" for title, svg in drawn
    )
    return f'<div class="charts">{figures}</div>'


def _table(table: Table) -> str:
    numeric = [
        any(row[place].value is not None for row in table.rows)
        for place in range(len(table.headings))
    ]
    head = "".join(
        f'<th scope="col"{_kind(is_number)}>{escape(name)}</th>'
        for name, is_number in zip(table.headings, numeric, strict=True)
    )
    kind = ' class="short"' if len(table.rows) <= _SHORT else ""
    body = "".join(f"<tr>{_row(row, numeric)}</tr>" for row in table.rows)
    return (
        f"<table{kind}><caption>{escape(table.title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _row(row: tuple[Cell, ...], numeric: list[bool]) -> str:
    first, *rest = row
    cells = "".join(
        f"<td{_kind(is_number)}>{escape(cell.text)}</td>"
        for cell, is_number in zip(rest, numeric[1:], strict=True)
    )
    return f'<th scope="row">{escape(first.text)}</th>{cells}'


def _kind(is_number: bool) -> str:
    return ' class="number"' if is_number else ""
