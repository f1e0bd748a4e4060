"""From text to types: how each column type is read, as DuckDB expressions.

Nothing is guessed: text that is not exactly one value of the type becomes NULL, which the
intake turns into a refused row that names the cell. Every type is tried the quick way first,
as machines write it; only what that leaves open is looked at with care.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.exports.kinds import Column
from pipeline.model import CURRENCIES, MINOR_UNITS


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def named(text: str) -> str:
    """A SQL identifier, whatever characters it holds."""
    return '"' + text.replace('"', '""') + '"'


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(quoted(value) for value in values)


#: What our SQL speaks in; every books file holds them beside its tables.
MACROS = (
    # Days from terms in words; NULL when the words do not say. "2/10 net 30" is 30.
    """create or replace macro terms_days(t) as case
        when t is null then null
        when regexp_matches(lower(t), 'receipt|immediate|^\\s*(cod|cia)\\s*$') then 0
        when regexp_matches(lower(t), '(^|[^0-9a-z])(net|n)[\\s_/-]*[0-9]{1,3}([^0-9]|$)')
            then try_cast(regexp_extract(lower(t), '(net|n)[\\s_/-]*([0-9]{1,3})', 2) as integer)
        when regexp_full_match(lower(t), '\\s*[0-9]{1,3}\\s*(d|days?)?\\s*')
            then try_cast(regexp_extract(t, '[0-9]+') as integer)
        end""",
    # Days past the original due date; the due day itself is day 0 and still current.
    """create or replace macro bucket(days) as case
        when days is null then 'no_due_date' when days <= 0 then 'current'
        when days <= 30 then '1-30' when days <= 60 then '31-60'
        when days <= 90 then '61-90' else '91+' end""",
    """create or replace macro bucket_place(name) as list_position(
        ['current', '1-30', '31-60', '61-90', '91+', 'no_due_date'], name)""",
    """create or replace macro boundary_place(name) as list_position(
        ['current>1-30', '1-30>31-60', '31-60>61-90', '61-90>91+'], name)""",
    # What tells one message from another under the same id: all that was read of it.
    """create or replace macro message_stamp(id, sent, sender, subject, body) as sha256(
        to_json([id, sent::varchar, sender, subject, body]))""",
    # A value as a sentence shows it: money with its cents and thousands, the rest as it is.
    """create or replace macro readable(v) as case
        when typeof(v) like 'DECIMAL%' then format('{:,.2f}', try_cast(v as double))
        else v::varchar end""",
    # The smallest unit of a currency: three decimals for the dinars, else cents. An amount whose
    # currency is told elsewhere keeps three.
    f"""create or replace macro to_minor_unit(amount, currency) as case
        when currency is null or currency in ({_listed(MINOR_UNITS)})
            then try_cast(round(amount, 3) as decimal(18, 3))
        else try_cast(round(amount, 2) as decimal(18, 3)) end""",
    # An amount in the reporting currency. Most are in it already: they need no wide product.
    """create or replace macro in_reporting(amount, rate, currency) as case
        when rate = 1 then to_minor_unit(amount, currency)
        else to_minor_unit(amount * rate, currency) end""",
)

#: What only the intake needs besides.
INTAKE_NEEDS = (
    # Between 1900 and 2200: `infinity` and `epoch` are words, not days.
    """create or replace temp macro iso_date(t) as case
        when try_cast(t as date) between date '1900-01-01' and date '2199-12-31'
            and lower(trim(t)) <> 'epoch' then try_cast(t as date) end""",
    """create or replace temp macro iso_timestamp(t) as case
        when try_cast(trim(t) as timestamptz) between timestamptz '1900-01-01 00:00:00+00'
            and timestamptz '2199-12-31 23:59:59+00' and lower(trim(t)) <> 'epoch'
            then try_cast(trim(t) as timestamptz)::timestamp end""",
    """create or replace temp macro in_reach(d) as case
        when d between timestamp '1900-01-01' and timestamp '2199-12-31 23:59:59' then d end""",
    # Currency signs and codes, spaces, brackets, trailing minus, CR and DR.
    """create or replace temp macro bare_amount(t) as regexp_replace(
        upper(trim(t)),
        '^\\(|\\)$|-$|\\s*(CR|DR)$|^[A-Z]{3}\\s*|\\s*[A-Z]{3}$|[$€£¥\\s''\u00a0\u202f]',
        '', 'g')""",
    """create or replace temp macro is_negative_form(t) as
        regexp_matches(upper(trim(t)), '^\\(.*\\)$|-$|CR$')""",
    # A bracket without its other half, or two signs at once, is not one amount.
    """create or replace temp macro is_torn(t) as
        starts_with(trim(t), '(') <> ends_with(trim(t), ')')
        or (is_negative_form(t) and regexp_matches(bare_amount(t), '^[+-]'))""",
    # The currency that an amount names by itself; empty when it names none.
    """create or replace temp macro own_currency(t) as case when contains(t, '€') then 'EUR'
        else regexp_extract(upper(t), '(^|[^A-Z])([A-Z]{3})([^A-Z]|$)', 2) end""",
    # Thousands, or lakhs and crores; more digits than any ledger holds are no amount.
    """create or replace temp macro grouped(t) as case
        when regexp_full_match(t, '[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}'
            || '|[0-9]+)(\\.[0-9]*)?|[+-]?\\.[0-9]+')
            then try_cast(replace(t, ',', '') as decimal(38, 16)) end""",
    """create or replace temp macro bounded(v) as case when abs(v) < 10000000000000 then v end""",
    """create or replace temp macro amount_dot(t) as case when is_torn(t) then null
        when is_negative_form(t) then -bounded(grouped(bare_amount(t)))
        else bounded(grouped(bare_amount(t))) end""",
    """create or replace temp macro amount_comma(t) as
        amount_dot(translate(t, '.,', ',.'))""",
    """create or replace temp macro flag(t) as case
        when lower(trim(t)) in ('true', 'yes', 'y', '1', 't', 'x') then true
        when lower(trim(t)) in ('false', 'no', 'n', '0', 'f') then false end""",
    # An enumeration is looked up by hash, however long it is.
    f"create type if not exists currency_code as enum ({_listed(tuple(sorted(CURRENCIES)))})",
)

_ORDERED = {"month_first": ("%m", "%d"), "day_first": ("%d", "%m")}
SQL_TYPES = {
    "id": "varchar",
    "text": "varchar",
    "date": "date",
    "timestamp": "timestamp",
    "money": "decimal(18, 3)",
    "flag": "boolean",
    "number": "double",
}
_REASONS = {
    "date": "not a date",
    "timestamp": "not a date and time",
    "money": "not an amount",
    "flag": "not true or false",
    "number": "not a number",
}


@dataclass(frozen=True)
class Conversion:
    """How one column's text is read: `quick` when `is_sure` of it, else `careful`.

    All three are expressions; `{q}` in `is_sure` stands for what `quick` gave.
    """

    quick: str
    careful: str
    is_sure: str = "{q} is not null"

    def value(self, quick_name: str, raw: str) -> str:
        """The value, given the column that holds what the quick way gave."""
        return (
            f"case when {self.is_sure.format(q=quick_name)} then {quick_name} "
            f"when {raw} is not null then {self.careful} end"
        )


def conversion(column: Column, name: str, raw: str, *, order: str, unfloat: bool) -> Conversion:
    """How the text `raw` of any column but money becomes its type.

    `order` is iso, month_first or day_first.
    """
    if name == "currency":
        code = "try_cast({} as currency_code)::varchar"
        return Conversion(code.format(raw), code.format(f"upper(trim({raw}))"))
    if column.choices:
        listed = _listed(column.choices)
        chosen = f"replace(lower(trim({raw})), ' ', '_')"
        return Conversion(
            f"case when {raw} in ({listed}) then {raw} end",
            f"case when {chosen} in ({listed}) then {chosen} end",
        )
    if column.type == "id":
        return _id(raw, unfloat=unfloat)
    if column.type in ("date", "timestamp"):
        return _moment(column.type, raw, order)
    if column.type == "flag":
        return Conversion("null::boolean", f"flag({raw})")
    if column.type == "number":
        number = f"try_cast({raw} as double)"
        return Conversion("null::double", f"case when isfinite({number}) then {number} end")
    return Conversion(raw, "null")


def money(raw: str, decimal: str, currency: str) -> Conversion:
    """An amount: `quick` has two decimals or none, `careful` is exact to sixteen.

    `decimal` is the decimal sign, `currency` the expression of the row's currency: an amount
    that names another one is none.
    """
    read = "amount_dot" if decimal == "." else "amount_comma"
    named_right = f"coalesce(own_currency({raw}) in ('', {currency}), true)"
    careful = f"case when {named_right} then {read}({raw}) end"
    if decimal != ".":
        return Conversion("null::decimal(18, 3)", careful)
    return Conversion(
        # Digits, a point, two digits: what a cast takes beyond that, 1_000 and 1e5, is ruled out.
        f"case when {raw} like '%.__' and not contains({raw}, '_') and strlen({raw}) < 17 "
        f"then try_cast({raw} as decimal(18, 3)) "
        f"when regexp_full_match({raw}, '-?[0-9]{{1,12}}') then try_cast({raw} as decimal(18, 3)) "
        "end",
        careful,
    )


def _id(raw: str, *, unfloat: bool) -> Conversion:
    trimmed = f"nullif(trim({raw}), '')"
    if unfloat:
        return Conversion("null::varchar", f"regexp_replace({trimmed}, '\\.0+$', '')")
    # Only a blank or a character beyond ASCII can be a space at either end.
    spaceless = f"not contains({raw}, ' ') and strlen({raw}) = length({raw})"
    return Conversion(f"case when {spaceless} then {raw} end", trimmed)


def _moment(kind: str, raw: str, order: str) -> Conversion:
    iso = f"iso_{kind}({raw})"
    if order == "iso" and kind == "date":
        # 1970-01-01 may be the word `epoch`: it is looked at with care.
        return Conversion(
            f"try_cast({raw} as date)",
            iso,
            "{q} between date '1900-01-01' and date '2199-12-31' and {q} <> date '1970-01-01'",
        )
    nothing = f"null::{kind}"
    if order == "iso":
        return Conversion(nothing, iso)
    first, second = _ORDERED[order]
    days = [f"{first}{sign}{second}{sign}%Y" for sign in "/-."]
    times = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    formats = ", ".join(quoted(day + time) for day in days for time in times)
    ordered = f"in_reach(try_strptime(trim({raw}), [{formats}]))"
    # A year written first is unambiguous in either order.
    return Conversion(nothing, f"coalesce({ordered}::{kind}, {iso})")


def reason(column: Column, name: str) -> str:
    """Why text in this column is refused, in words."""
    if column.choices:
        return f"not one of {', '.join(column.choices)}"
    if name == "currency":
        return "not an ISO 4217 currency code"
    return _REASONS[column.type]


def can_fail(column: Column, name: str) -> bool:
    """Whether some text cannot be this column's value."""
    return bool(column.choices) or column.type in _REASONS or name == "currency"
