"""The books seen from one day: figures, routes and evidence as they stood then.

A `Day` is one cursor with its own temporary tables, so that pages and threads never share one.
Its tables are SELECTs in `sql/day`, made when first asked for; the metrics are in `sql/metrics`.
When the record grows, `follow` lays anew only the tables that what was added can change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache

import duckdb
import polars as pl

from pipeline.model import Entry, WrongCall
from pipeline.warehouse.conversions import quoted
from pipeline.warehouse.ledger_rows import continues, follow_from, ledger_rows
from pipeline.warehouse.lens import Flavour, Lens, Metric, Scope, Weeks, Windows, metric
from pipeline.warehouse.opening import OpenBooks, Row
from pipeline.warehouse.statements import Statement, folder
from pipeline.warehouse.weeks import fridays, week_ending

__all__ = [
    "Day",
    "Flavour",
    "Lens",
    "Metric",
    "Row",
    "Scope",
    "Weeks",
    "Windows",
    "enclosed",
    "fridays",
    "told",
    "week_ending",
]

#: Wider than money, or amounts of ten millions would not fit once multiplied.
_RATES = "currency varchar, rate decimal(28, 12)"
#: Functions that give another answer each time: the same files must give the same routes.
_CHANGING = re.compile(
    r"\b((now|today|random|setseed|uuid\w*|gen_random_uuid|get_current_\w+|nextval"
    r"|transaction_timestamp|txid_current)\s*\(|current_(date|time|timestamp|localtime\w*)\b"
    r"|localtime(stamp)?\b)",
    re.IGNORECASE,
)
#: What looks beyond the books: other databases, and how the engine itself is set up.
_REACHING = re.compile(
    r"\b((postgres|sqlite|mysql|ducklake|duckdb|pragma)_\w+)\"?\s*\(|\b(__ducklake\w*)",
    re.IGNORECASE,
)
_WRITTEN = re.compile(r"'(?:[^']|'')*'")


def enclosed(where: str) -> str:
    """A condition in brackets; a comment at its end ends with its line."""
    return f"({where}\n)"


def told(error: Exception) -> str:
    """What the database says, without its own headings and the query."""
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return first.split("Error: ", 1)[-1].rstrip(".")


@cache
def _of_a_focus() -> frozenset[str]:
    """The day's tables that hold the customers in focus alone: they read `focus`, or such one."""
    tables = folder("day")
    found = frozenset({"focus"})
    while True:
        more = found | {name for name, table in tables.items() if table.words & found}
        if more == found:
            return found - {"focus"}
        found = more


class Day:
    """The books and the record as of one day."""

    def __init__(
        self, books: OpenBooks, as_of: date, lens: Lens, entries: Sequence[Entry] = ()
    ) -> None:
        self.books = books
        self.as_of = as_of
        self.lens = lens
        self._cursor = books.cursor()
        #: What was made, and for which customer where that makes a difference.
        self._made: dict[str, str | None] = {}
        self._focus: str | None = None
        self._laid: list[str | None] = []
        self._weeks: Weeks | None = None
        self._state: tuple[str, str, int, date] | None = None
        self._entries: Sequence[Entry] = ()
        self._set_up(entries)

    def _set_up(self, entries: Sequence[Entry]) -> None:
        self._record("create or replace temp table ledger_entries as", entries)
        self._values("rates", _RATES, list(self.lens.all_rates.items()))
        self._values("lists", "customer_id varchar", [(c,) for c in self.lens.hands_off])
        own = [(domain.strip().lower().removeprefix("@"),) for domain in self.lens.own_domains]
        self._values("own_domains", "domain varchar", own)
        self.hold_twins([])
        self._set_arms()
        self._set("restated", "ALL", 90)

    def _record(self, into: str, added: Sequence[Entry]) -> None:
        self._cursor.register("incoming_entries", ledger_rows(added, self.as_of))
        self._cursor.execute(
            f"{into} select * replace (payload::json as payload) from incoming_entries"
        )
        self._cursor.unregister("incoming_entries")
        self._entries = (*self._entries, *added)

    @property
    def entries(self) -> Sequence[Entry]:
        """The record that is seen, entries of later days included."""
        return self._entries

    def follow(self, entries: Sequence[Entry]) -> bool:
        """Sees what was recorded since; False when these entries do not go on from those seen.

        What follows then is what a new day with all these entries would say.
        """
        if not continues(self._entries, entries):
            return False
        added = entries[len(self._entries) :]
        if added:
            for name in follow_from(frozenset(entry.kind for entry in added)):
                self._made.pop(name, None)
            self._record("insert into ledger_entries", added)
        return True

    def _run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        self.books.fetch(self._cursor, sql, parameters)

    def hold_twins(self, pairs: Sequence[tuple[str, str, str, str, int, bool]]) -> None:
        """Lays down pairs of customers that look alike, for the check that shows them.

        Of each pair: both ids (in order), both names, likeness in percent, one mail domain or not.
        """
        self._values(
            "twin_pairs",
            "customer_id varchar, twin_id varchar, name varchar, twin_name varchar, "
            "likeness integer, has_same_domain boolean",
            pairs,
        )

    def _values(self, name: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
        self._cursor.execute(f"create or replace temp table {name} ({columns})")
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            self._cursor.executemany(f"insert into {name} values ({marks})", rows)

    def _set_arms(self) -> None:
        """Who is pilot and who is control; a customer of both is in neither."""
        self._values("arms", "customer_key integer, arm varchar", [])
        segment, control = self.lens.segment_where, self.lens.control_where
        if not segment:
            return
        inside, outside = enclosed(segment), enclosed(control or "false")
        pilot = f"{inside} and not coalesce({outside}, false)"
        other = outside if self.lens.is_holdout else f"{outside} and not coalesce({inside}, false)"
        for arm, where in (("SEGMENT", pilot), ("CONTROL", other)):
            try:
                self._cursor.execute(
                    f"insert into arms select customer_key, {quoted(arm)} from customers "
                    f"where {where}"
                )
            except duckdb.Error as error:
                raise WrongCall(
                    f"pilot.toml: [segment] or [control] where cannot be worked out for every "
                    f"customer: {told(error)}."
                ) from error

    def _set(
        self, flavour: Flavour, customers: Scope, days: int, as_of: date | None = None
    ) -> None:
        state = (flavour, customers, days, as_of or self.as_of)
        if self._state == state:
            return
        self._state = state
        self._run(
            "create or replace temp table pilot as select ?::date as as_of, "
            "?::varchar as flavour, ?::integer as days, ?::varchar as currency",
            [state[3], flavour, days, self.lens.currency],
        )
        scope = (
            "select customer_key from customers"
            if customers == "ALL"
            else f"select customer_key from arms where arm = {quoted(customers)}"
        )
        self._run(f"create or replace temp table scope as {scope}")

    def _set_weeks(self, weeks: Weeks) -> None:
        if self._weeks == weeks:
            return
        self._weeks = weeks
        self._values("weeks", "week_start date, week_end date", list(weeks))

    def _set_windows(self, windows: Windows) -> None:
        columns = "is_post boolean, due_from date, due_before date, cut_on date"
        if windows:
            self._values("windows", columns, list(windows))

    def _need(self, statement: Statement) -> None:
        """Makes the day's tables that a statement reads, and theirs before them."""
        tables = folder("day")
        for name in sorted(statement.words & tables.keys()):
            focus = self._focus if name in _of_a_focus() else None
            is_made = name in self._made and self._made[name] == focus
            if name != statement.name and not is_made:
                self._need(tables[name])
                what = "view" if tables[name].is_view else "table"
                if what == "view" and self._weeks is None:
                    self._set_weeks([])
                if "focus" in tables[name].words:
                    self._lay_focus()
                self._run(f"create or replace temp {what} {name} as {tables[name].select}")
                self._made[name] = focus

    def _lay_focus(self) -> None:
        if self._laid == [self._focus]:
            return
        self._laid = [self._focus]
        chosen = f"where customer_id = {quoted(self._focus)}" if self._focus is not None else ""
        self._run(
            f"create or replace temp table focus as select customer_key from customers {chosen}"
        )

    @contextmanager
    def looking_at(self, customer_id: str) -> Iterator[None]:
        """Inside, `open_invoices` holds one customer's rows; they are what they always are."""
        self._focus = customer_id
        try:
            yield
        finally:
            self._focus = None

    def metric(
        self,
        name: str,
        *,
        flavour: Flavour = "restated",
        customers: Scope = "ALL",
        days: int = 90,
        weeks: Weeks = (),
        windows: Windows = (),
        as_of: date | None = None,
    ) -> Metric:
        """One metric of `sql/metrics` as of the day; raises WrongCall for an unknown name.

        Another `as_of` may be given to metrics that read the books alone (such as `dso`).
        """
        self._set_windows(windows)
        statement = self._ready(name, flavour, customers, days, weeks, as_of)
        return metric(statement, self._select(statement.select))

    def metric_frame(
        self,
        name: str,
        *,
        flavour: Flavour = "restated",
        customers: Scope = "ALL",
        weeks: Weeks = (),
        windows: Windows = (),
    ) -> pl.DataFrame:
        """A metric's rows as a Polars frame, for what statistics count from many rows."""
        self._set_windows(windows)
        statement = self._ready(name, flavour, customers, 90, weeks)
        return self.books.frame(self._cursor, statement.select)

    def _ready(
        self,
        name: str,
        flavour: Flavour,
        customers: Scope,
        days: int,
        weeks: Weeks,
        as_of: date | None = None,
    ) -> Statement:
        statement = folder("metrics").get(name)
        if statement is None:
            raise WrongCall(f"{name!r} is no metric: choose one of {', '.join(folder('metrics'))}.")
        if as_of and as_of != self.as_of and statement.words & folder("day").keys():
            raise WrongCall(f"{name} reads the record of the day: open another day to see it.")
        self._set(flavour, customers, days, as_of)
        self._set_weeks(tuple(weeks))
        self._need(statement)
        return statement

    def check(self, name: str) -> list[Row]:
        """The offending rows of one check; none means that it passes."""
        statement = folder("checks")[name]
        self._look_back()
        self._need(statement)
        return self._select(statement.select)

    def _look_back(self) -> None:
        """Sees all customers from the day itself again, whatever was asked for last."""
        self._set("restated", "ALL", 90)

    def invoices_named(self, invoice_id: str) -> list[Row]:
        """The invoice of that number, if the books hold it."""
        return self._select("select invoice_id from invoices where invoice_id = ?", [invoice_id])

    def table(self, name: str) -> list[Row]:
        """All rows of one of the day's own tables."""
        return self.select(f"select * from {name}")

    def select(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows of a query over the books and the day's tables."""
        self._look_back()
        self._need(Statement("", {}, "", sql.lower()))
        return self._select(sql, parameters)

    def frame(self, sql: str) -> pl.DataFrame:
        """The same as a Polars frame, for what is counted outside SQL (statistics)."""
        self._look_back()
        self._need(Statement("", {}, "", sql.lower()))
        return self.books.frame(self._cursor, sql)

    def _select(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return self.books.fetch(self._cursor, sql, parameters)

    def check_predicate(self, where: str, table: str, place: str) -> None:
        """Binds a predicate to a table; raises WrongCall naming `place` when it does not fit."""
        if ";" in where:
            raise WrongCall(f"{place}: {where!r} holds a semicolon: write one condition only.")
        changing = _CHANGING.search(_WRITTEN.sub("", where))
        if changing:
            raise WrongCall(
                f"{place}: {where!r} asks for {changing[0].rstrip('( ')}, which gives another "
                "answer each time: use the columns of the day, such as days_past_due."
            )
        reaching = _REACHING.search(_WRITTEN.sub("", where))
        if reaching:
            raise WrongCall(
                f"{place}: {where!r} asks {reaching[1] or reaching[3]}, which looks beyond the "
                "books: use the columns of the day."
            )
        self._look_back()
        self._need(Statement("", {}, "", table))
        given = self._described(where, table, place)
        if given not in ("BOOLEAN", '"NULL"', "NULL"):
            raise WrongCall(
                f"{place}: {where!r} is not a yes-or-no condition (it gives {given.lower()}): "
                "compare it with something."
            )

    def _described(self, where: str, table: str, place: str) -> str:
        """The type of a condition that holds for one row at a time."""
        condition = enclosed(where)
        try:
            # By itself first: a bracket that closes ours would reach beyond the condition.
            self._cursor.execute(f"describe select {where}\n from {table}")
            # As a condition it may neither aggregate nor look at other rows.
            (described,) = self._cursor.execute(
                f"describe select {condition} from {table} where {condition} is null"
            ).fetchall()
        except (duckdb.Error, ValueError) as error:
            raise WrongCall(f"{place}: {where!r} cannot be read: {told(error)}.") from error
        return str(described[1])

    def close(self) -> None:
        """Drops the day's tables."""
        self._cursor.close()

    def __enter__(self) -> Day:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
