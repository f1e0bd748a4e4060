"""Before and after in a readout: the interval, its guards, what it does not prove, DSO beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.figures import dso
from pipeline.model import CountbackError
from pipeline.proving import before_after, dso_lines, not_proven
from pipeline.report.shapes import Cell, Chart, Intervals, Section, Series, Span, Table
from pipeline.report.wording import UNKNOWN, between_days, count, days, money, on, words
from pipeline.settings import Settings
from pipeline.warehouse.day import Day

Found = Mapping[str, Any]
_BASES = (
    ("By invoice (the one tested)", "count"),
    ("By dollar", "amount"),
)
_CELLS = (
    ("pilot_pre", "Pilot, before"),
    ("pilot_post", "Pilot, after"),
    ("control_pre", "Control, before"),
    ("control_post", "Control, after"),
)


def compared(day: Day, settings: Settings) -> tuple[Found | None, str]:
    """The comparison at the last read-out that is over, or why there is none, as one sentence."""
    try:
        return before_after(day, settings), ""
    except CountbackError as error:
        return None, str(error)


def comparison_section(found: Found | None, why: str) -> Section:
    """The verdict's interval and levels, or what the pilot lacks for one."""
    title = "Before and after"
    if found is None:
        return Section(title, told=(f"There is no comparison. {why}",))
    if found["rdpd30"] is None:
        return Section(title, told=(found["sentence"],))
    return Section(
        title=title,
        told=(found["sentence"], _windows(found)),
        tables=(_intervals_table(found), _levels(found)),
        charts=_levels_chart(found),
        intervals=_intervals(found),
        notes=(
            (
                "Days past due at payment, capped at 30; what is still open counts for exactly "
                "what is known of it. Only “by invoice” is tested; the others show whether it "
                "holds by money and within the same customers."
            ),
        ),
    )


def _windows(found: Found) -> str:
    spans = {is_post: (first, before, cut) for is_post, first, before, cut in found["windows"]}
    (first, before, cut), (pre_first, pre_before, pre_cut) = spans[True], spans[False]
    return (
        f"{found['design'].capitalize()}. Invoices due from {on(first).text} up to "
        f"{on(before).text}, followed up to {on(cut).text}, against those due from "
        f"{on(pre_first).text} up to {on(pre_before).text}, followed up to {on(pre_cut).text}."
    )


def _lines(found: Found) -> list[tuple[str, Found]]:
    lines = [(name, found["rdpd30"][key]) for name, key in _BASES]
    return [*lines, ("Same customers only", found["within_customer"])]


def _intervals_table(found: Found) -> Table:
    rows = []
    for name, line in _lines(found):
        low, high = line["ci95"] or (None, None)
        rows.append(
            (
                words(name),
                days(line["estimate"], signed=True),
                days(low, signed=True),
                days(high, signed=True),
                count(line["pilot_customers"]),
                count(line["control_customers"]),
                words(line.get("why") or between_days(low, high)),
            )
        )
    headings = (
        *("Change against control", "Estimate", "95% low", "95% high"),
        *("Pilot customers", "Control customers", "In words"),
    )
    return Table("The change, with its interval", headings, tuple(rows))


def _levels(found: Found) -> Table:
    levels = found["rdpd30"]
    rows = tuple(
        (
            words(name),
            count(found["invoices"][cell]),
            days(levels["count"][cell]),
            days(levels["amount"][cell]),
        )
        for cell, name in _CELLS
    )
    return Table("Days past due at payment", ("Side", "Invoices", "By invoice", "By dollar"), rows)


def _levels_chart(found: Found) -> tuple[Chart, ...]:
    levels = found["rdpd30"]["count"]
    values = {cell: levels[cell] for cell, _ in _CELLS}
    if any(value is None for value in values.values()):
        return ()
    told = ", ".join(f"{name.lower()} {days(values[cell]).text}" for cell, name in _CELLS)
    return (
        Chart(
            kind="columns",
            title="Where did both sides start and end?",
            unit="days past due at payment",
            categories=("Before", "After"),
            series=(
                Series("Pilot", (values["pilot_pre"], values["pilot_post"])),
                Series("Control", (values["control_pre"], values["control_post"]), is_main=False),
            ),
            alt=f"{told[:1].upper()}{told[1:]}.",
        ),
    )


def _intervals(found: Found) -> Intervals:
    spans = []
    for name, line in _lines(found):
        low, high = line["ci95"] or (None, None)
        spans.append(Span(name, line["estimate"], low, high))
    told = "; ".join(f"{span.name}: {between_days(span.low, span.high)}" for span in spans)
    title = "How many days sooner or later did the pilot's customers pay?"
    return Intervals(title, tuple(spans), f"{told}.")


def guards_section(found: Found | None) -> Section | None:
    """What could make the comparison lie: every guard with its state."""
    if found is None:
        return None
    rows = tuple(
        (words(light["name"].capitalize()), words(light["state"]), words(light["sentence"]))
        for light in found["guards"]
    )
    return Section(
        "What could make this lie",
        tables=(Table("Guards", ("Guard", "State", "What it saw"), rows),),
    )


def limits_section(settings: Settings) -> Section:
    """What nobody may conclude."""
    rows = tuple((words(doubt), words(why)) for doubt, why in not_proven(settings))
    return Section(
        "What this does not prove", tables=(Table("Limits", ("Not proven", "Why"), rows),)
    )


# --- DSO -----------------------------------------------------------------------------------


def dso_section(day: Day, settings: Settings, found: Found | None) -> Section:
    """DSO of both sides before go-live and at the read-out; shown, never tested."""
    lines = dso_lines(day, settings) or _today(day)
    title = "DSO beside it"
    if not lines:
        return Section(
            title, told=("No billing is known in the last twelve months: DSO is undefined.",)
        )
    last = max(line["as_of"] for line in lines)
    measured = _dso_rows(found["dso"]) if found and found["dso"] else ()
    rows = measured or tuple(_dso_row(line["arm"], line) for line in lines if line["as_of"] == last)
    headings: tuple[str, ...] = ("Side", "On", "Currency", "Open", "Billings")
    headings += ("Countback", "Period-end", "Best possible")
    if any(row[-1].text for row in rows):
        headings += ("Why not",)
    else:
        rows = tuple(row[:-1] for row in rows)
    return Section(
        title=title,
        tables=(Table("Days sales outstanding, 90 days of billings", headings, rows),),
        charts=_dso_charts(lines, day.lens.currency),
        notes=(
            (
                "DSO is shown and never tested: at this size a true gain of two days hides in its "
                "noise. Currencies are never added."
            ),
        ),
    )


def _today(day: Day) -> list[dict[str, Any]]:
    """The day itself, for books too young to have seen a second Friday."""
    found = dso(day)["currencies"].items()
    return [
        {"as_of": day.as_of, "arm": "all customers", "currency": currency, **figures}
        for currency, figures in found
    ]


def _dso_rows(found: Found) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        _dso_row(arm, {**figures, "as_of": when["as_of"], "currency": currency})
        for arm, moments in found.items()
        for when in moments.values()
        for currency, figures in when.items()
        if currency != "as_of"
    )


def _dso_row(arm: str, figures: Found) -> tuple[Cell, ...]:
    return (
        words(arm.capitalize()),
        on(figures["as_of"]),
        words(figures["currency"]),
        money(figures["ar"], figures["currency"]),
        money(figures["billings"], figures["currency"]),
        days(figures["countback"]),
        days(figures["period_end"]),
        days(figures["best_possible"]),
        words(figures.get("why") or ""),
    )


def _dso_charts(lines: Sequence[Found], reporting: str) -> tuple[Chart, ...]:
    """Countback by side in the reporting currency, or in the first one that is billed."""
    known = sorted({line["currency"] for line in lines})
    currency = reporting if reporting in known else known[0]
    of = [line for line in lines if line["currency"] == currency]
    on_days: list[date] = sorted({line["as_of"] for line in of})
    arms = list(dict.fromkeys(line["arm"] for line in of))
    at = {(line["arm"], line["as_of"]): line["countback"] for line in of}
    series = tuple(
        Series(arm, tuple(at.get((arm, d)) for d in on_days), is_main=arm != "control")
        for arm in arms
    )
    if len(on_days) < 2 or all(v is None for one in series for v in one.values):
        return ()
    told = "; ".join(f"{one.name} {_ends(one)}" for one in series)
    return (
        Chart(
            kind="lines",
            title=f"Did DSO move with it? ({currency})",
            unit="countback DSO in days, every second Friday",
            categories=tuple(on(d).text for d in on_days),
            series=series,
            alt=f"{told[:1].upper()}{told[1:]}.",
            days=tuple(on_days),
        ),
    )


def _ends(series: Series) -> str:
    known = [value for value in series.values if value is not None]
    if not known:
        return f"is not known ({UNKNOWN.text})"
    return f"from {days(known[0]).text} to {days(known[-1]).text}"
