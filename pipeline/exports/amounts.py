"""Amounts as reports write them, read exactly: for adding lines up and checking totals."""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.model import CURRENCIES, MINOR_UNITS

_NOISE = re.compile(r"[$€£¥₹\s'’\u00a0\u202f]")
_CODE = re.compile(r"^[A-Za-z]{3}(?=[\s\d+\-(.,])|(?<=[\d).,\-])\s*[A-Za-z]{3}$")
_SIDE = re.compile(r"(?i)\s*(dr|cr)\.?$")
_NUMBER = {
    ".": re.compile(r"[+-]?(\d{1,3}(,\d{2,3})+|\d+)?(\.\d*)?"),
    ",": re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)?(,\d*)?"),
}
#: What marks an amount as below zero, wherever it stands.
NEGATIVE_FORM = r"(?i)^\s*[-−(]|-\s*$|\bcr\.?\s*$"

#: Currencies whose amounts have no smaller unit (ISO 4217).
_WHOLE = frozenset(
    (
        *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG"),
        *("RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
    )
)


def amount(text: str | None, decimal: str) -> Decimal | None:
    """The amount that the text is, None when it is none; `decimal` is the decimal sign."""
    if not text or not text.strip():
        return None
    bare = _SIDE.sub("", text.strip())
    bare = _CODE.sub(_without_code, bare.replace("−", "-")).strip()
    negative = re.search(NEGATIVE_FORM, text) is not None or bare.startswith("-")
    bare = _NOISE.sub("", bare).strip("()").strip()
    bare = bare.removesuffix("-").removeprefix("-")
    if not any(mark.isdigit() for mark in bare) or not _NUMBER[decimal].fullmatch(bare):
        return None
    plain = bare.replace("," if decimal == "." else ".", "").replace(",", ".")
    return -Decimal(plain) if negative else Decimal(plain)


def _without_code(found: re.Match[str]) -> str:
    """Nothing for a currency's code; other letters stay, for INV-001 is no amount."""
    return "" if found[0].strip().upper() in CURRENCIES else found[0]


def written(value: Decimal, decimal: str) -> str:
    """The amount as text with the same decimal sign and no thousands."""
    return f"{value:f}".replace(".", decimal)


def from_minor_unit(text: str | None, currency: str | None) -> str | None:
    """Cents as an amount: 12345 USD is 123.45, 12345 JPY is 12345; other text stays."""
    if text is None or re.fullmatch(r"\s*-?\d+\s*", text) is None:
        return text
    code = (currency or "").strip().upper()
    places = 0 if code in _WHOLE else 3 if code in MINOR_UNITS else 2
    return f"{Decimal(text.strip()).scaleb(-places):f}"
