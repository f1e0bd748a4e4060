"""How a value is written in a message, and how a message is read back into values.

Reading is suspicious: full-width and Arabic-Indic digits count as digits, invisible
characters do not count at all, and whatever holds a digit is a figure until shown
otherwise. A found token has a kind and a value, so that $60,000.00 and 60000 compare
equal, as do 12 May 2026 and 2026-05-12.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

Kind = Literal[
    "invoice", "po", "person", "company", "amount", "date", "count", "number", "email", "link",
    "bank", "currency", "name",
]  # fmt: skip

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_SIGN_MEANS = {
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "C$": "CAD", "A$": "AUD",
    "DOLLAR": "USD", "DOLLARS": "USD", "EURO": "EUR", "EUROS": "EUR", "POUND": "GBP",
    "POUNDS": "GBP", "FRANCS": "CHF", "YEN": "JPY", "₹": "INR", "₽": "RUB", "₿": "BTC",
}  # fmt: skip
#: ISO 4217, the codes a receivables clerk meets, and what fraudsters ask for instead.
_CODES = (
    "USD|EUR|GBP|CHF|JPY|CNY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|ILS|ZAR|INR|SGD|HKD|"
    "KRW|MXN|BRL|ARS|CLP|COP|PEN|AED|SAR|KWD|BHD|THB|IDR|MYR|PHP|VND|TWD|RUB|UAH|BTC|ETH|USDT"
)
_PLACES = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "KWD": 3, "BHD": 3}

#: Stands where a token was read, so that nothing is read twice.
TAKEN = "\u25a0"

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
_UNITS += "fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_NUMBER_WORDS = {word: n for n, word in enumerate(_UNITS.split())}
_NUMBER_WORDS |= {word: 10 * n for n, word in enumerate(_TENS.split(), start=2)}
_NUMBER_WORDS |= {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}

_MONTH = "|".join(f"{name}|{name[:3]}" + ("|Sept" if name[0:3] == "Sep" else "") for name in MONTHS)
_SIGN = r"(?:US\$|C\$|A\$|[$€£¥₹₽₿])"
_RUN = r"\d(?:[\d.,'’]*\d)?"
_WORD = "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True))
_UNIT = r"(?:(?:calendar|business|working|more|open|past[- ]due|overdue)[ -])?"
_UNIT += r"(days?|weeks?|months?|years?|hours?|invoices?|items?|per ?cent|%)"
#: Words that show a name to be a mailbox or to start with a title.
_ROLES = "accounts accounting payable payables receivable ap finance billing invoices team dept "
_ROLES += "department office group purchasing procurement treasury mr mrs ms miss dr prof sir"
_NOT_FIRST = frozenset(_ROLES.split())
#: Endings that mail programs turn into links by themselves.
_ENDINGS = (
    "com net org io co uk de fr eu info biz app dev ai me us ca nl ch at be it es se no dk pl ru "
    "cn in xyz top site online shop link click live page web cloud tech finance bank pay money zip"
)
_ENDING = "|".join(_ENDINGS.split())
_BANK = (
    r"\b(?:IBAN|(?-i:SWIFT|BIC)|sort[ -]?code|(?:bank|wire|account|acct)[ -](?:details?|no\b\.?|"
    r"number|transfer details)|(?:ABA|routing)[ -](?:number|no\b\.?|code)|beneficiary|new bank)\b"
)

#: Lengths are bounded (RFC 5321, RFC 1035), so that no text takes long to read.
_EMAIL = re.compile(
    r"(?:(?<![\w.+-])|(?<=[\w.+-]{64}))[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)*"
)
_LINKS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{0,20}://|\bwww\.|\b(?:mailto|javascript|data|tel|file|ftp):(?=\S))\S*"
    rf"|(?<![\w-])[\w-]+(?:\[\.\]|\s?[\[(]dot[\])]\s?|\sdot\s|\.)(?:{_ENDING})\b"
    r"(?:/\S*)?|\]\(|<[A-Za-z/!][^>]*>?",
    re.IGNORECASE,
)
_LOOSE_LINK = re.compile(r"(?<![\w-])[\w-]{2,}\.[a-z]{2,24}\b(?:/\S*)?")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_BANK_WORDS = re.compile(_BANK, re.IGNORECASE)
_DATES = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]+(?P<month>{_MONTH})\b\.?"
    r"(?:,?[ -]+(?P<year>\d{4})\b(?![.,]?\d))?"
    rf"|\b(?P<month2>{_MONTH})\b\.?[ -]+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,]?\d)"
    r"(?:,?[ -]+(?P<year2>\d{4})\b(?![.,]?\d))?"
    rf"|\b(?P<month3>{_MONTH})\b\.?,? +(?P<year3>\d{{4}})\b(?![.,]?\d)"
    r"|(?<![\d./-])(?P<iso>\d{4}-\d{1,2}-\d{1,2})(?![\d/-])"
    r"|(?<![\d./-])(?P<slash>\d{1,2}[/.]\d{1,2}[/.]\d{2,4})(?![\d/-])",
    re.IGNORECASE,
)
_AMOUNTS = re.compile(
    rf"(?P<minus>(?<![\w])-)?(?P<before>{_SIGN}|\b(?:{_CODES}))\s?(?P<run>-?{_RUN})(?P<kilo>[kKmM]\b)?"
    rf"(?:\s?(?P<behind>{_CODES})\b)?"
    rf"|(?<![\w.,])(?P<run2>-?{_RUN})(?P<kilo2>[kKmM])?\s?"
    rf"(?P<after>€|£|¥|(?:{_CODES})\b|(?i:dollars?|euros?|pounds?|francs|yen)\b)"
    r"|(?<![\w.,/-])(?P<run3>-?\d+(?:,\d+)+(?:\.\d+)?|-?\d+\.\d+)(?![\d,]|[./-]?\w|%| ?per ?cent)"
)
_COUNTS = re.compile(
    rf"(?<![\w.,/-])(?P<n>\d+)[ -]?{_UNIT}(?!\w)|\b(?P<net>net)[ -]?(?P<n2>\d+)\b(?![.,/-]?\d)",
    re.IGNORECASE,
)
_WORD_COUNTS = re.compile(
    rf"\b(?P<words>(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*)(?:[ -]{_UNIT}(?!\w)"
    r"|\s+(?P<money>dollars?|euros?|pounds?|francs|grand)\b)?",
    re.IGNORECASE,
)
#: “May I …” asks; it names no month.
_CALENDAR = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)}|(?!May (?:I|we)\b)(?:{'|'.join(MONTHS)}))\b")
_CURRENCY_WORDS = re.compile(rf"\b(?:{_CODES})\b|{_SIGN}(?=\s|$)|\b(?i:dollars|euros|francs)\b")
_LEFT = re.compile(rf"(?<![^\s{TAKEN}])[^\s{TAKEN}]*\d(?:[^\s{TAKEN}]*\w)?")


class Day(NamedTuple):
    """A date as it was written: parts that were left out are None."""

    year: int | None
    month: int | None
    day: int | None

    def matches(self, day: date) -> bool:
        """Whether every part that was written agrees with a calendar day."""
        parts = zip(self, (day.year, day.month, day.day), strict=True)
        return all(mine is None or mine == theirs for mine, theirs in parts)


class Money(NamedTuple):
    """An amount as it was written; no currency sign is None."""

    currency: str | None
    amount: Decimal


class Count(NamedTuple):
    """A number of something: days, invoices, per cent."""

    n: int
    unit: str


Value = Day | Money | Count | str | None


class Found(NamedTuple):
    """One token of a text: `value` is None when it looks like its kind but makes no sense."""

    kind: Kind
    text: str
    value: Value
    start: int
    end: int


class Known(NamedTuple):
    """A token that the ledger holds, to be found as it is written there."""

    kind: Kind
    token: str


def money_text(amount: Decimal, currency: str) -> str:
    """$60,000.00, €950.00, CHF 1,200.00: cents by currency, never fewer than were recorded."""
    exponent = amount.normalize().as_tuple().exponent
    places = max(_PLACES.get(currency, 2), -exponent if isinstance(exponent, int) else 0)
    sign, code = ("-" if amount < 0 else ""), _SIGNS.get(currency)
    digits = f"{abs(amount):,.{places}f}"
    return f"{sign}{code}{digits}" if code else f"{currency} {sign}{digits}"


def day_text(day: date) -> str:
    """12 May 2026: the one way to write a date that no country reads otherwise."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def counted(n: int, noun: str) -> str:
    """1 day, 12 days: a number with its noun."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def person_text(name: str) -> str:
    """A person's name as one writes it: a name kept in capitals or small letters gets its case."""
    name = " ".join(name.split())
    return name.title() if name.isupper() or name.islower() else name


def first_name_text(name: str) -> str:
    """What to call a person: the first name, or the whole name of a role or a titled person."""
    whole = person_text(name)
    _, comma, given = whole.partition(",")
    words = (given if comma and given.strip() else whole).split()
    if not words or _NOT_FIRST & {word.strip(".").casefold() for word in whole.split()}:
        return whole
    return words[0] if len(words[0].strip(".")) > 1 else whole


def plain(text: str) -> str:
    """The text as a suspicious reader sees it: NFKC, ASCII digits, nothing invisible."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(_plain_character(c) for c in folded)


def invisible(text: str) -> int:
    """How many control and format characters a text holds, apart from line breaks and tabs."""
    return sum(c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf"} for c in text)


def read(text: str, known: Iterable[Known]) -> tuple[list[Found], str]:
    """Every token of a `plain` text in its order, and the text with tokens blanked out."""
    reader = _Reader(text)
    known = sorted(set(known), key=lambda k: (-len(k.token), k.token, k.kind))
    companies = [k for k in known if k.kind == "company"]
    reader.take("email", _EMAIL, lambda m: m[0])
    reader.take_known(companies)
    reader.take("link", _LINKS, lambda m: m[0])
    reader.take_known([k for k in known if not _numeric(k.token) and _has_digit(k.token)])
    reader.take_known([k for k in known if k.kind in {"invoice", "po"} and not _numeric(k.token)])
    reader.take("bank", _IBAN, lambda m: m[0])
    reader.take("bank", _BANK_WORDS, lambda m: m[0])
    reader.take("date", _DATES, _day)
    reader.take("amount", _AMOUNTS, _money)
    reader.take("count", _COUNTS, lambda m: Count(int(m["n"] or m["n2"]), _unit(m[2] or m["net"])))
    reader.take_known([k for k in known if k.kind in {"person", "name"}])
    reader.take("count", _WORD_COUNTS, _spelled, keep=_is_figure)
    reader.take("date", _CALENDAR, lambda m: m[0])
    reader.take("currency", _CURRENCY_WORDS, lambda m: _currency(m[0]))
    reader.take_known([k for k in known if _numeric(k.token)])
    reader.take("link", _LOOSE_LINK, lambda m: m[0])
    reader.take("number", _LEFT, lambda m: m[0].strip(".,;:!?()\"'“”‘’"))
    return sorted(reader.found, key=lambda f: f.start), reader.left


def is_link(text: str) -> bool:
    """Whether a mail program would make a link of some part of a text."""
    return _LINKS.search(plain(text)) is not None


def real_iban(text: str) -> bool:
    """Whether a text passes the IBAN check (ISO 13616: remainder 1 modulo 97)."""
    packed = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", packed):
        return False
    return int("".join(str(int(c, 36)) for c in packed[4:] + packed[:4])) % 97 == 1


class _Reader:
    """A text whose tokens are blanked as they are read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.left = text
        self.found: list[Found] = []

    def take(
        self,
        kind: Kind,
        pattern: re.Pattern[str],
        value: Callable[[re.Match[str]], Value],
        keep: Callable[[re.Match[str]], bool] = lambda _: True,
    ) -> None:
        for match in [m for m in pattern.finditer(self.left) if keep(m)]:
            self._add(kind, value(match), *match.span())

    def take_known(self, known: Iterable[Known]) -> None:
        for one in known:
            token = plain(one.token).strip()
            if token:
                pattern = rf"(?<![\w])(?<!\d[-/.,]){re.escape(token)}(?![\w])(?![-/.,]\d)"
                for match in list(re.finditer(pattern, self.left)):
                    self._add(one.kind, one.token, *match.span())

    def _add(self, kind: Kind, value: Value, start: int, end: int) -> None:
        self.found.append(Found(kind, self.text[start:end].strip(), value, start, end))
        blank = re.sub(r"[^\n]", TAKEN, self.left[start:end])
        self.left = f"{self.left[:start]}{blank}{self.left[end:]}"


def _plain_character(character: str) -> str:
    if character == "\n":
        return character
    if character.isspace():
        return " "
    if unicodedata.category(character) in {"Cc", "Cf"}:
        return ""
    if unicodedata.category(character) == "Pd" or character == "\u2212":
        return "-"
    if character in "\u3002\uff61\u2024":
        return "."
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _numeric(token: str) -> bool:
    """Whether an identifier looks like a bare figure, so that only its place tells it apart."""
    return re.fullmatch(r"[\d.,' ]+", plain(token)) is not None


def _has_digit(token: str) -> bool:
    return any(c.isdigit() for c in token)


def _day(match: re.Match[str]) -> Value:
    if match["iso"]:
        return _real(Day(*(int(part) for part in match["iso"].split("-"))))
    if match["slash"]:
        return _slashed(match["slash"])
    year_text = match["year"] or match["year2"] or match["year3"]
    day_part = match["day"] or match["day2"]
    month_name = (match["month"] or match["month2"] or match["month3"])[:3].title()
    number = next(n for n, name in enumerate(MONTHS, start=1) if name.startswith(month_name))
    year = int(year_text) if year_text else None
    return _real(Day(year, number, int(day_part) if day_part else None))


def _slashed(text: str) -> Value:
    first, second, year = (int(part) for part in re.split(r"[/.]", text))
    year += 2000 if year < 100 else 0
    readings = {_real(Day(year, first, second)), _real(Day(year, second, first))} - {None}
    return readings.pop() if len(readings) == 1 else None


def _real(day: Day) -> Day | None:
    try:
        date(day.year or 2000, day.month or 1, day.day or 1)
    except ValueError:
        return None
    return day


def _money(match: re.Match[str]) -> Value:
    run = match["run"] or match["run2"] or match["run3"]
    if not re.fullmatch(r"-?(?:\d{1,3}(?:[,'’]\d{3})+|\d+)(?:\.\d+)?", run):
        return None
    amount = Decimal(re.sub(r"[,'’]", "", run))
    kilo = (match["kilo"] or match["kilo2"] or "").lower()
    amount *= {"k": 1000, "m": 1_000_000}.get(kilo, 1)
    written = {_currency(m) for m in (match["before"], match["after"], match["behind"]) if m}
    if len(written) > 1:
        return None
    return Money(written.pop() if written else None, -amount if match["minus"] else amount)


def _currency(text: str) -> str:
    return _SIGN_MEANS.get(text.upper(), text.upper())


def _unit(text: str) -> str:
    unit = text.lower().rstrip("s")
    return "percent" if unit in {"%", "per cent", "percent"} else unit


def _is_figure(match: re.Match[str]) -> bool:
    """Whether spelled-out numbers count something; a lone “one” is a pronoun."""
    words = re.findall(_WORD, match["words"].lower())
    return len(words) > 1 or match[2] is not None or match["money"] is not None


def _spelled(match: re.Match[str]) -> Value:
    total = current = 0
    for word in re.findall(_WORD, match["words"].lower()):
        worth = _NUMBER_WORDS[word]
        if worth >= 1000:
            total, current = total + max(current, 1) * worth, 0
        elif word in {"hundred", "dozen"}:
            current = max(current, 1) * worth
        else:
            current += worth
    return Count(total + current, _unit(match[2]) if match[2] else "")
