"""A layout applied to one file's headers: which of its columns feed which of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.exports.kinds import KINDS
from pipeline.exports.layouts import Also, Layout, header_key
from pipeline.exports.results import Table
from pipeline.exports.shapes import HEADING, KIND, MADE_UP, UNSIGNED, only


def present(theirs: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Those of a layout's headers that the file has, spelt as the file spells them."""
    spelt = {header_key(column): column for column in columns}
    return tuple(spelt[key] for key in map(header_key, theirs) if key in spelt)


def tables(layout: Layout, columns: Sequence[str]) -> tuple[Table, ...]:
    """The layout applied to this file's headers: the main table first."""
    there = (*columns, *_made(layout))
    split = any(also.own_rows for also in layout.also)
    main = Table(
        kind=layout.kind,
        columns=_mapped(layout.columns, there),
        defaults=layout.defaults,
        unfloat=layout.unfloat,
        present=only(layout.kind) if split else None,
    )
    further = (_further(also, layout, there) for also in layout.also)
    return (main, *(table for table in further if table))


def _further(also: Also, layout: Layout, there: Sequence[str]) -> Table | None:
    """A further table, or None when this file lacks what it needs."""
    columns = _mapped(also.columns, there)
    wanted = present([also.present], there) if also.present else ()
    needed = set(KINDS[also.kind].required) - set(also.defaults)
    if (also.present and not wanted) or not needed <= set(columns):
        return None
    return Table(
        kind=also.kind,
        columns=columns,
        defaults=also.defaults,
        unfloat=tuple(name for name in layout.unfloat if name in also.columns),
        present=only(also.kind) if also.own_rows else next(iter(wanted), None),
        derived=not also.own_rows,
    )


def _made(layout: Layout) -> tuple[str, ...]:
    """The columns of our own making that this layout's rows have."""
    made = [*layout.joined, *(copied.column for copied in layout.copied)]
    made += [HEADING] if layout.report else []
    made += [KIND] if any(rule.kind for rule in layout.rows) else []
    made += [MADE_UP] if layout.unnumbered else []
    return (*made, UNSIGNED) if layout.is_shaped else tuple(made)


def _mapped(
    mapping: Mapping[str, tuple[str, ...]], there: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Our columns that the file can fill; an optional column it lacks is left out."""
    found = {ours: present(theirs, there) for ours, theirs in mapping.items()}
    return {ours: theirs for ours, theirs in found.items() if theirs}


def cited(layout: Layout, columns: Sequence[str]) -> dict[str, str]:
    """For each column of our making, the file's header that its values come from."""
    sources: dict[str, tuple[str, ...]] = dict(layout.joined)
    sources |= {copied.column: (copied.source,) for copied in layout.copied}
    if layout.report:
        sources[HEADING] = (layout.report.heading or columns[0],)
    named = (name for rule in layout.rows if rule.kind for name in rule.where)
    sources[KIND] = tuple(part for name in named for part in name.split("|"))
    sources[MADE_UP] = tuple(part for name in layout.unnumbered for part in name.split("|"))
    sources[UNSIGNED] = layout.columns.get("amount", ())
    found = {made: present(names, columns) for made, names in sources.items()}
    return {made: names[0] for made, names in found.items() if names}
