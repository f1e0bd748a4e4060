"""From the rows of a report to records: what each row is, its sign, its id, its lines.

Everything works on text and on whole columns. A row is never lost: it stays, or it is told
of as skipped or refused, or as a line of the row above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import polars as pl

from pipeline.exports.amounts import NEGATIVE_FORM, amount, from_minor_unit, written
from pipeline.exports.layouts import Layout, header_key
from pipeline.exports.records import ROW, Records
from pipeline.exports.results import RefusedRow, SkippedRow
from pipeline.exports.shapes import (
    ANY,
    BLANK,
    KIND,
    MADE_UP,
    NEGATIVE,
    UNSIGNED,
    ZERO,
    Lines,
    RowRule,
    only,
)

_SEPARATOR = " · "
#: Our own column while lines are gathered: the row of the document's first line.
_DOCUMENT = "_document"


@dataclass
class Shaped:
    """The records of a report, and what became of its other rows."""

    frame: pl.DataFrame
    skipped: list[SkippedRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Shaper:
    """Applies one layout to one file's rows."""

    def __init__(self, layout: Layout, columns: Sequence[str]) -> None:
        self._layout = layout
        self._decimal = layout.reading.decimal
        self._spelt = {header_key(name): name for name in columns}

    def shape(self, records: Records) -> Shaped:
        """The rows as records under the file's headers, with the columns that we make."""
        shaped = Shaped(records.frame(), list(records.skipped), list(records.refused))
        for step in (self._clean, self._carry, self._sign):
            step(shaped)
        self._check_total(shaped, records.judge.grand_total if records.judge else None)
        for step in (self._rule, self._join, self._group, self._number):
            step(shaped)
        shaped.skipped.sort(key=lambda row: row.row)
        shaped.refused.sort(key=lambda row: row.row)
        return shaped

    def _there(self, names: Sequence[str]) -> list[str]:
        """Those of the layout's columns that the file has, as the file spells them.

        `@amount` is what feeds our amount; of `Type|Document Type` the first that is there.
        """
        found = []
        for name in names:
            ours = self._layout.columns.get(name[1:], ()) if name.startswith("@") else None
            keys = map(header_key, name.split("|") if ours is None else ours)
            found += [self._spelt[key] for key in keys if key in self._spelt][:1]
        return found

    # --- cells -----------------------------------------------------------------------------

    def _clean(self, shaped: Shaped) -> None:
        """Texts that mean nothing become nothing; days and cents become what they mean."""
        rules, frame = self._layout.reading, shaped.frame
        if rules.blanks:
            mean_nothing = [text.casefold() for text in rules.blanks]
            is_blank = _folded(pl.col(*self._spelt.values())).is_in(mean_nothing)
            frame = frame.with_columns(pl.when(~is_blank).then(pl.col(*self._spelt.values())))
        for name in self._there(rules.blank_zero):
            frame = frame.with_columns(pl.when(~_is(name, ZERO)).then(pl.col(name)).alias(name))
        for name in self._there(self._layout.dated) if rules.date_formats else []:
            days = {text: _day(text, rules.date_formats) for text in frame[name].unique() if text}
            frame = frame.with_columns(pl.col(name).replace(days))
        shaped.frame = self._in_main_units(frame)

    def _in_main_units(self, frame: pl.DataFrame) -> pl.DataFrame:
        names = self._there(self._layout.reading.minor_units)
        if not names:
            return frame
        found = self._there(["@currency"])
        codes = frame[found[0]].to_list() if found else [None] * frame.height
        for name in names:
            amounts = map(from_minor_unit, frame[name].to_list(), codes)
            frame = frame.with_columns(pl.Series(name, list(amounts), dtype=pl.String))
        return frame

    def _carry(self, shaped: Shaped) -> None:
        """A continuation row leaves its header fields blank: they are those of the row above."""
        names = self._there(self._layout.carried)
        if not names:
            return
        continues = pl.all_horizontal(_is(name, BLANK) for name in names)
        filled = shaped.frame.with_columns((~continues).cum_sum().alias(_DOCUMENT))
        first = (pl.col(name).first().over(_DOCUMENT).alias(name) for name in names)
        shaped.frame = filled.with_columns(*first).drop(_DOCUMENT)

    def _sign(self, shaped: Shaped) -> None:
        sign = self._layout.sign
        if sign is None or not (found := self._there([sign.column])):
            return
        minus = _is_any_of(found[0], sign.minus)
        for name in self._there(sign.amounts):
            plain = pl.col(name).str.strip_chars()
            turned = pl.when(minus & ~_is(name, NEGATIVE)).then(pl.lit("-") + plain)
            shaped.frame = shaped.frame.with_columns(turned.otherwise(pl.col(name)).alias(name))

    # --- rows ------------------------------------------------------------------------------

    def _rule(self, shaped: Shaped) -> None:
        """What each row is: the first rule that fits decides."""
        rules = [rule for rule in self._layout.rows if not rule.warn]
        for rule in self._layout.rows:
            if rule.warn and (count := shaped.frame.filter(self._fits(rule.where)).height):
                shaped.warnings.append(f"{count} row(s) {rule.warn}.")
        if not rules:
            return
        decided = pl.coalesce(
            pl.when(self._fits(rule.where)).then(pl.lit(place)) for place, rule in enumerate(rules)
        )
        frame = shaped.frame.with_columns(decided.alias("_rule"))
        for place, rule in enumerate(rules):
            self._set_aside(shaped, rule, frame.filter(pl.col("_rule") == place))
        leaves = [n for n, rule in enumerate(rules) if rule.skip or rule.refuse]
        kept = frame.filter(~pl.col("_rule").is_in(leaves).fill_null(value=False))
        shaped.frame = self._told(kept, rules).drop("_rule")

    def _fits(self, where: Mapping[str, Sequence[str]]) -> pl.Expr:
        tests = []
        for name, values in where.items():
            found = self._there([name])
            tests.append(_is_any_of(found[0], values) if found else pl.lit(value=BLANK in values))
        return pl.all_horizontal(tests) if tests else pl.lit(value=True)

    def _set_aside(self, shaped: Shaped, rule: RowRule, rows: pl.DataFrame) -> None:
        if rule.skip:
            shaped.skipped += [SkippedRow(row, rule.skip) for row in rows[ROW]]
        if rule.refuse:
            column = self._there(list(rule.where))[:1] or list(self._spelt.values())[:1]
            values = zip(rows[ROW], rows[column[0]], strict=True)
            shaped.refused += [RefusedRow(n, column[0], v or "", rule.refuse) for n, v in values]

    def _told(self, frame: pl.DataFrame, rules: Sequence[RowRule]) -> pl.DataFrame:
        """The columns that say what a row is, and to which table it belongs."""
        kinds = {place: rule.kind for place, rule in enumerate(rules) if rule.kind}
        tables = {place: rule.table for place, rule in enumerate(rules) if rule.table}
        said = pl.col("_rule").replace_strict(kinds, default=None, return_dtype=pl.String)
        made = [said.alias(KIND)] if kinds else []
        if tables:
            sent = pl.col("_rule").replace_strict(tables, default=None, return_dtype=pl.String)
            sent = sent.fill_null(self._layout.kind)
            of = dict.fromkeys((self._layout.kind, *tables.values()))
            made += [pl.when(sent == kind).then(sent).alias(only(kind)) for kind in of]
        return frame.with_columns(made)

    def _group(self, shaped: Shaped) -> None:
        """The lines of one document become its first row; the others are told of as lines."""
        lines = self._layout.lines
        keys = self._there(lines.group) if lines else []
        if lines is None or not keys:
            return
        known = ~pl.all_horizontal(_is(name, BLANK) for name in keys)
        first = pl.when(known).then(pl.col(ROW).first().over(keys)).otherwise(pl.col(ROW))
        frame = shaped.frame.with_columns(first.alias(_DOCUMENT))
        further = frame.filter(pl.col(ROW) != pl.col(_DOCUMENT))
        for row in further.select(ROW, *keys).iter_rows():
            named = _SEPARATOR.join(text for text in row[1:] if text)
            shaped.skipped.append(SkippedRow(row[0], f"a further line of {named}"))
        firsts = frame.filter(pl.col(ROW) == pl.col(_DOCUMENT))
        for name in self._there([lines.amount]):
            documents = frame.group_by(_DOCUMENT, maintain_order=True).agg(name)[name].to_list()
            firsts = self._added(firsts, shaped, lines, name, documents)
        shaped.frame = firsts.drop(_DOCUMENT)

    def _added(
        self,
        firsts: pl.DataFrame,
        shaped: Shaped,
        lines: Lines,
        name: str,
        documents: Sequence[list[str | None]],
    ) -> pl.DataFrame:
        """The documents with the sum of their lines, or a warning where a repeat differs."""
        if lines.take == "sum":
            sums = [self._sum(texts) for texts in documents]
            return firsts.with_columns(pl.Series(name, sums, dtype=pl.String))
        if differ := sum(len(set(texts)) > 1 for texts in documents):
            shaped.warnings.append(
                f"{differ} document(s) repeat another {name} on a further line: the first is taken."
            )
        return firsts

    def _sum(self, texts: Sequence[str | None]) -> str | None:
        """The lines added up; a line that is no amount stands for itself, to be refused by name."""
        found = [amount(text, self._decimal) for text in texts]
        if None in found:
            return texts[found.index(None)]
        return written(sum((part for part in found if part is not None), Decimal(0)), self._decimal)

    # --- columns of our own ------------------------------------------------------------------

    def _join(self, shaped: Shaped) -> None:
        for copied in self._layout.copied:
            for name in self._there([copied.source]):
                said = pl.lit(copied.says) if copied.says else pl.col(name)
                cell = pl.when(self._fits(copied.where)).then(said)
                shaped.frame = shaped.frame.with_columns(cell.alias(copied.column))
        for made, names in self._layout.joined.items():
            texts = [
                pl.col(name).str.strip_chars().replace("", None) for name in self._there(names)
            ]
            joined = pl.concat_str(texts or [pl.lit("")], separator=" ", ignore_nulls=True)
            joined = joined.replace("", None)
            shaped.frame = shaped.frame.with_columns(joined.alias(made))

    def _number(self, shaped: Shaped) -> None:
        """An id for what has none: the same cells give the same id in every export."""
        frame = shaped.frame
        if found := self._there(["@amount"]):
            bare = pl.col(found[0]).str.replace_all(r"(?i)[-−()]|\bcr\.?\s*$", "")
            frame = frame.with_columns(bare.str.strip_chars().alias(UNSIGNED))
        names = self._layout.unnumbered
        if names:
            made = [found for name in names for found in self._there([name]) or [name]]
            texts = [pl.col(name).str.strip_chars() for name in made if name in frame.columns]
            text = pl.concat_str(texts, separator=_SEPARATOR, ignore_nulls=True)
            again = pl.int_range(pl.len()).over("_text")
            frame = frame.with_columns(text.alias("_text")).with_columns(
                pl.when(again > 0)
                .then(pl.format("no number: {} #{}", "_text", again + 1))
                .otherwise(pl.format("no number: {}", "_text"))
                .alias(MADE_UP)
            )
            frame = frame.drop("_text")
        shaped.frame = frame

    def _check_total(self, shaped: Shaped, total: str | None) -> None:
        """The report's own grand total against its rows; a difference is said, no more."""
        report, stated = self._layout.report, amount(total, self._decimal)
        found = self._there([report.total]) if report and report.total else []
        if stated is None or not found or len(self._currencies(shaped.frame)) > 1:
            return
        amounts = [amount(text, self._decimal) for text in shaped.frame[found[0]]]
        taken = sum((part for part in amounts if part is not None), Decimal(0))
        if taken != stated:
            shaped.warnings.append(
                f"The report's own total ({found[0]}) is {stated:,.2f}, and its rows come to"
                f" {taken:,.2f}."
            )

    def _currencies(self, frame: pl.DataFrame) -> set[str | None]:
        found = self._there(["@currency"])
        return set(frame[found[0]]) if found else set()


def _folded(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().str.to_lowercase()


def _is_any_of(name: str, values: Sequence[str]) -> pl.Expr:
    texts = [value.casefold() for value in values if not value.startswith("<")]
    tests = [_is(name, value) for value in values if value.startswith("<")]
    return pl.any_horizontal(_folded(pl.col(name)).is_in(texts).fill_null(value=False), *tests)


def _is(name: str, word: str) -> pl.Expr:
    """Whether the cell is blank, filled, nought or below zero."""
    text = pl.col(name).str.strip_chars().fill_null("")
    tests: Mapping[str, pl.Expr] = {
        BLANK: text == "",
        ANY: text != "",
        ZERO: text.str.contains("^[^1-9A-Za-z]*0[^1-9A-Za-z]*$"),
        NEGATIVE: text.str.contains(NEGATIVE_FORM),
    }
    return tests[word]


def _day(text: str, formats: Sequence[str]) -> str:
    """The day in ISO form; text in no stated form stays as it is."""
    for form in formats:
        try:
            return datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return text
