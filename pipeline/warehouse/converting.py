"""One table of one file as SQL: its rows converted, and what could not be, cell by cell.

Every statement is one pass in four steps: `source` (the file's text), `tried` (the quick
reading), `converted` (the careful one where the quick one did not do), `settled` (money, which
needs its row's currency first).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.exports import KINDS, Column, CsvSource, Reading, Table
from pipeline.warehouse.conversions import (
    SQL_TYPES,
    Conversion,
    can_fail,
    conversion,
    money,
    named,
    quoted,
    reason,
)

#: What became of a row; only accepted ones count anywhere.
ACCEPTED, REFUSED, REPEATED, CONTRADICTING, ORPHANED, SHORTENED = range(6)
#: The name under which a frame's rows are registered while a statement runs.
INCOMING = "incoming"
#: Kinds whose blank currency is the pilot's; elsewhere it is the invoice's.
_OWN_CURRENCY = frozenset({"invoices", "payments", "deals", "control_totals"})
#: Characters of a refused cell that its report repeats.
_SHOWN = 300


@dataclass(frozen=True)
class Fault:
    """One thing that a row can fail on."""

    column: str
    test: str
    raw: str
    why: str


def _source(reading: Reading) -> str:
    """The file's rows as something to select from."""
    source = reading.source
    if not isinstance(source, CsvSource):
        return INCOMING
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(reading.columns)))
    return (
        f"read_csv({quoted(_literally(str(source.path)))}, columns = {{{columns}}}, "
        f"skip = {source.skip_records + 1}, delim = {quoted(source.delimiter)}, "
        "header = false, auto_detect = false, quote = '', escape = '', "
        "comment = '', null_padding = false, strict_mode = true, compression = 'none', "
        "hive_partitioning = false, max_line_size = 2100000)"
    )


def _literally(path: str) -> str:
    """A path that holds `*`, `?` or `[` names one file, not a pattern."""
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in path)


def _row_number(reading: Reading, *, exact: bool) -> str:
    """The spreadsheet row. A plain file read whole needs none: its order is its rows."""
    source = reading.source
    if not isinstance(source, CsvSource):
        return '"_row"::integer'
    start = source.skip_records + 1
    return f"(row_number() over () + {start})::integer" if exact else "null::integer"


def _raw(reading: Reading, names: Sequence[str]) -> str:
    """The text of the first non-blank of their columns."""
    if isinstance(reading.source, CsvSource):
        columns = [f"c{reading.columns.index(name)}" for name in names]
    else:
        columns = [named(name) for name in names]
    if len(columns) == 1:
        return columns[0]
    return f"coalesce({', '.join(f'''nullif(trim({c}), '')''' for c in columns)})"


class Rows:
    """The statements that convert one table of one file."""

    def __init__(self, reading: Reading, table: Table, currency: str) -> None:
        self._reading = reading
        self._table = table
        self._kind = KINDS[table.kind]
        self._currency = currency
        self._mapped = {ours: _raw(reading, theirs) for ours, theirs in table.columns.items()}
        self._present = _raw(reading, [table.present]) if table.present else ""
        self._ways = {name: self._way(name, self._kind.columns[name]) for name in self._mapped}

    def insert(self, file_id: int) -> str:
        """Every row of the table, with its fate so far."""
        key = self._kind.key
        values = ", ".join(self._final(name) for name in self._kind.columns)
        first_only = (
            f" qualify row_number() over (partition by {key} order by row_no) = 1"
            if self._table.derived and key
            else ""
        )
        return (
            f"insert into intake_{self._kind.name} {self._steps(exact=self._table.derived)} "
            f"select {file_id}, row_no, case when {self._is_bad()} then {REFUSED} else {ACCEPTED} "
            f"end, {self._is_rounded()}, {values} from settled{first_only}"
        )

    def refusals(self, file_id: int) -> str:
        """Every cell for which a row was refused."""
        faults = ", ".join(
            f"case when {fault.test} then {{'column_name': {quoted(fault.column)}, "
            f"'value': left({fault.raw}, {_SHOWN}), 'reason': {quoted(fault.why)}}} end"
            for fault in self._faults()
        )
        return (
            f"insert into refusals {self._steps(exact=True)}, "
            f"bad as (select row_no, unnest([{faults}]) as fault from settled "
            f"where {self._is_bad()}) "
            f"select {file_id}, row_no, fault.column_name, fault.value, fault.reason, "
            "false, false from bad where fault is not null"
        )

    # --- the steps -------------------------------------------------------------------------

    def _steps(self, *, exact: bool) -> str:
        raws = ", ".join(f"{raw} as r_{name}" for name, raw in self._mapped.items())
        where = f" where trim({self._present}) <> ''" if self._present else ""
        tried = ", ".join(f"{way.quick} as q_{name}" for name, way in self._ways.items())
        plain, amounts = self._split()
        converted = "".join(f", {self._value(name)} as {name}" for name in plain)
        settled = "".join(f", {self._careful_amount(name)} as x_{name}" for name in amounts)
        return (
            f"with source as (select {_row_number(self._reading, exact=exact)} as row_no, {raws} "
            f"from {_source(self._reading)}{where}), "
            f"tried as (select *, {tried} from source), "
            f"converted as (select *{converted} from tried), "
            f"settled as (select *{settled} from converted)"
        )

    def _split(self) -> tuple[list[str], list[str]]:
        """(columns of every other type, money columns) of those that the file fills."""
        amounts = [n for n in self._mapped if self._kind.columns[n].type == "money"]
        return [n for n in self._mapped if n not in amounts], amounts

    def _way(self, name: str, column: Column) -> Conversion:
        raw = f"r_{name}"
        if column.type == "money":
            return money(raw, self._decimal, self._currency_value())
        unfloat = name in self._table.unfloat
        return conversion(column, name, raw, order=self._reading.date_order, unfloat=unfloat)

    @property
    def _decimal(self) -> str:
        layout = self._reading.layout
        return layout.reading.decimal if layout else "."

    def _value(self, name: str) -> str:
        return self._ways[name].value(f"q_{name}", f"r_{name}")

    def _careful_amount(self, name: str) -> str:
        return (
            f"case when q_{name} is null and r_{name} is not null "
            f"then {self._ways[name].careful} end"
        )

    # --- what is written -------------------------------------------------------------------

    def _final(self, name: str) -> str:
        column = self._kind.columns[name]
        value = self._amount(name) if column.type == "money" else name
        if name not in self._mapped:
            value = "null"
        default = self._table.defaults.get(name)
        if default is not None:
            value = f"coalesce({value}, {quoted(default)})"
        if name == "currency":
            value = self._currency_value()
        return f"cast({value} as {SQL_TYPES[column.type]})"

    def _amount(self, name: str) -> str:
        rounded = f"to_minor_unit(x_{name}, {self._currency_value()})"
        return f"case when x_{name} is null then q_{name} else {rounded} end"

    def _currency_value(self) -> str:
        given = "currency" if "currency" in self._mapped else "null::varchar"
        default = self._table.defaults.get("currency")
        if default is None and self._kind.name in _OWN_CURRENCY:
            default = self._currency
        return given if default is None else f"coalesce({given}, {quoted(default)})"

    def _is_rounded(self) -> str:
        tests = [f"(x_{n} is not null and x_{n} <> {self._amount(n)})" for n in self._split()[1]]
        return f"coalesce({' or '.join(tests)}, false)" if tests else "false"

    def _is_bad(self) -> str:
        """A row is looked at closely only when one of its values is not there."""
        faults = list(self._faults())
        if not faults:
            return "false"
        suspects = dict.fromkeys(self._suspicion(fault) for fault in faults)
        tests = " or ".join(f"coalesce({fault.test}, false)" for fault in faults)
        return f"case when {' or '.join(suspects)} then {tests} else false end"

    def _suspicion(self, fault: Fault) -> str:
        if fault.why == _MISSING:
            return self._is_null(fault.column)
        return f"({self._is_null(fault.column)} and {fault.raw} is not null)"

    def _is_null(self, name: str) -> str:
        if self._kind.columns[name].type == "money":
            return f"(q_{name} is null and x_{name} is null)"
        return f"{name} is null"

    def _faults(self) -> Iterable[Fault]:
        for name, column in self._kind.columns.items():
            raw = f"r_{name}"
            if name not in self._mapped:
                continue
            if column.required and name not in self._table.defaults:
                yield Fault(name, f"({raw} is null or trim({raw}) = '')", raw, _MISSING)
            if can_fail(column, name):
                test = f"(trim({raw}) <> '' and {self._is_null(name)})"
                yield Fault(name, test, raw, reason(column, name))


_MISSING = "is missing"
