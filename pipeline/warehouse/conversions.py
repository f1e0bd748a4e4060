"""From text to types: how each column type is read, as DuckDB expressions.

Nothing is guessed: text that is not exactly one value of the type becomes NULL, which the
intake turns into a refused row that names the cell.
"""

from __future__ import annotations

from pipeline.exports.kinds import Column
from pipeline.model import MINOR_UNITS

#: What every connection needs before it runs our SQL.
MACROS = (
    # Days from terms in words; NULL when the words do not say.
    """create or replace temp macro terms_days(t) as case
        when t is null then null
        when regexp_matches(lower(t), 'receipt|immediate|^\\s*(cod|cia)\\s*$') then 0
        when regexp_matches(lower(t), '(^|[^0-9a-z])(net|n)[\\s_-]*[0-9]{1,3}([^0-9]|$)')
            then try_cast(regexp_extract(lower(t), '(net|n)[\\s_-]*([0-9]{1,3})', 2) as integer)
        when regexp_full_match(lower(t), '\\s*[0-9]{1,3}\\s*(d|days?)?\\s*')
            then try_cast(regexp_extract(t, '[0-9]+') as integer)
        end""",
    # The ISO form, between 1900 and 2200: `infinity` and `epoch` are words, not days.
    """create or replace temp macro iso_date(t) as case
        when try_cast(t as date) between date '1900-01-01' and date '2199-12-31'
            and t not in ('epoch') then try_cast(t as date) end""",
    """create or replace temp macro iso_timestamp(t) as case
        when try_cast(t as timestamptz) between timestamptz '1900-01-01 00:00:00+00'
            and timestamptz '2199-12-31 00:00:00+00' and t not in ('epoch')
            then try_cast(t as timestamptz)::timestamp end""",
    """create or replace temp macro in_reach(d) as case
        when d between timestamp '1900-01-01' and timestamp '2199-12-31 23:59:59' then d end""",
    # Currency signs, thousands separators, brackets, trailing minus, CR and DR.
    """create or replace temp macro bare_amount(t) as regexp_replace(
        upper(trim(t)), '^\\(|\\)$|-$|\\s*(CR|DR)$|^[A-Z]{3}\\s*|\\s*[A-Z]{3}$|[$€£¥]|[\\s'']', '', 'g')""",
    """create or replace temp macro is_negative_form(t) as
        regexp_matches(upper(trim(t)), '^\\(.*\\)$|-$|CR$')""",
    """create or replace temp macro grouped_dot(t) as case
        when regexp_full_match(t, '[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\\.[0-9]*)?|[+-]?\\.[0-9]+')
            then try_cast(replace(t, ',', '') as decimal(18, 3)) end""",
    """create or replace temp macro grouped_comma(t) as case
        when regexp_full_match(t, '[+-]?([0-9]{1,3}(\\.[0-9]{3})+|[0-9]+)(,[0-9]*)?|[+-]?,[0-9]+')
            then try_cast(replace(replace(t, '.', ''), ',', '.') as decimal(18, 3)) end""",
    """create or replace temp macro amount_dot(t) as case
        when contains(t, 'e') or contains(t, 'E') or contains(t, '_') then null
        when try_cast(t as decimal(18, 3)) is not null then try_cast(t as decimal(18, 3))
        when is_negative_form(t) then -grouped_dot(bare_amount(t))
        else grouped_dot(bare_amount(t)) end""",
    """create or replace temp macro amount_comma(t) as case
        when is_negative_form(t) then -grouped_comma(bare_amount(t))
        else grouped_comma(bare_amount(t)) end""",
    """create or replace temp macro flag(t) as case
        when lower(trim(t)) in ('true', 'yes', 'y', '1', 't', 'x') then true
        when lower(trim(t)) in ('false', 'no', 'n', '0', 'f') then false end""",
    # Days past the original due date; the due day itself is day 0 and still current.
    """create or replace temp macro bucket(days) as case
        when days is null then 'no_due_date' when days <= 0 then 'current'
        when days <= 30 then '1-30' when days <= 60 then '31-60'
        when days <= 90 then '61-90' else '91+' end""",
    """create or replace temp macro bucket_place(name) as list_position(
        ['current', '1-30', '31-60', '61-90', '91+', 'no_due_date'], name)""",
    """create or replace temp macro boundary_place(name) as list_position(
        ['current>1-30', '1-30>31-60', '31-60>61-90', '61-90>91+'], name)""",
    # A value as a sentence shows it: money with its cents and thousands, the rest as it is.
    """create or replace temp macro readable(v) as case
        when typeof(v) like 'DECIMAL%' then format('{:,.2f}', try_cast(v as double))
        else v::varchar end""",
    # The smallest unit of a currency: three decimals for the dinars, else cents.
    f"""create or replace temp macro to_minor_unit(amount, currency) as (case
        when currency in ({", ".join(f"'{code}'" for code in MINOR_UNITS)}) then amount
        else round(amount, 2) end)::decimal(18, 3)""",
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


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def named(text: str) -> str:
    """A SQL identifier, whatever characters it holds."""
    return '"' + text.replace('"', '""') + '"'


def converted(column: Column, raw: str, *, order: str, decimal: str, unfloat: bool) -> str:
    """The expression that turns the text `raw` into the column's type, NULL where it cannot.

    `order` is iso, month_first or day_first; `decimal` the decimal sign.
    """
    if column.choices:
        return f"case when {_choice(raw)} in ({_listed(column.choices)}) then {_choice(raw)} end"
    if column.type == "money":
        return f"{'amount_dot' if decimal == '.' else 'amount_comma'}({raw})"
    if column.type == "id":
        trimmed = f"nullif(trim({raw}), '')"
        return f"regexp_replace({trimmed}, '\\.0+$', '')" if unfloat else trimmed
    if column.type in ("date", "timestamp"):
        return _moment(column.type, raw, order)
    if column.type == "flag":
        return f"flag({raw})"
    if column.type == "number":
        return f"case when isfinite(try_cast({raw} as double)) then try_cast({raw} as double) end"
    return raw


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


def _choice(raw: str) -> str:
    return f"replace(lower(trim({raw})), ' ', '_')"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(quoted(value) for value in values)


def _moment(kind: str, raw: str, order: str) -> str:
    iso = f"iso_{kind}({raw})"
    if order == "iso":
        return iso
    first, second = _ORDERED[order]
    days = [f"{first}{sign}{second}{sign}%Y" for sign in "/-."]
    times = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    formats = ", ".join(quoted(day + time) for day in days for time in times)
    ordered = f"in_reach(try_strptime(trim({raw}), [{formats}]))"
    cast = "::date" if kind == "date" else ""
    # A year written first is unambiguous in either order.
    return f"coalesce({ordered}{cast}, {iso})"
