"""What the command line prints: one JSON object, or a few plain lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipeline.desk import Desk
from pipeline.model import CURRENCIES, MINOR_UNITS
from pipeline.warehouse.intake_report import FileReport, LoadReport


def money(amount: Decimal, currency: str | None = None) -> str:
    """An amount with its cents: "60000.00"; three decimals only where the currency has them."""
    unit = Decimal("0.001") if currency in MINOR_UNITS else Decimal("0.01")
    # Adding nothing turns a negative zero into the plain one.
    return str(amount.quantize(unit, ROUND_HALF_UP) + 0)


def plain_data(value: Any, currency: str | None = None) -> Any:
    """Any result as JSON data: money as text with cents, days as ISO dates.

    `currency` is that of the amounts inside: a mapping's own "currency", or the code it lies under.
    """
    if isinstance(value, Decimal):
        return money(value, currency)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return plain_data(value.model_dump(), currency)
    if is_dataclass(value) and not isinstance(value, type):
        return plain_data(asdict(value), currency)
    if isinstance(value, Mapping):
        return _plain_mapping(value, currency)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        return [plain_data(inner, currency) for inner in value]
    return value


def _plain_mapping(value: Mapping[Any, Any], currency: str | None) -> dict[str, Any]:
    own = value.get("currency", currency)
    return {
        str(key): plain_data(inner, key if key in CURRENCIES else own)
        for key, inner in value.items()
    }


def as_json(result: Mapping[str, Any]) -> str:
    """One JSON object; NaN and infinity are no JSON and would raise ValueError."""
    return json.dumps(plain_data(result), ensure_ascii=False, allow_nan=False)


def load_result(report: LoadReport, pilot: Path) -> dict[str, Any]:
    """The `load` verb's object."""
    return {
        "pilot": str(pilot),
        "files": [_file(file) for file in report.read],
        "unrecognised": list(report.unrecognised),
        "not_used": [{"file": file.file, "why": file.note} for file in report.not_used],
        "questions": [
            {"file": file.file, "question": file.question, "choices": list(file.choices)}
            for file in report.questions
        ],
        "tie_out": [
            {
                "as_of": tie.as_of,
                "currency": tie.currency,
                "books": tie.books,
                "control": tie.control,
                "difference": tie.difference,
                "ok": tie.is_ok,
            }
            for tie in report.tie_out
        ],
    }


def _file(file: FileReport) -> dict[str, Any]:
    found = {
        "file": file.file,
        "format": file.format,
        "kind": file.kind,
        "rows": file.rows,
        "accepted": file.accepted,
        "refused": file.refused,
        "skipped": file.skipped,
        "reasons": [asdict(reason) for reason in file.reasons],
        "totals": file.totals,
        "warnings": list(file.warnings),
    }
    return {**found, "refusal": file.note} if file.note else found


def route_result(desk: Desk, as_of: date) -> dict[str, Any]:
    """The `route` verb's object: every open invoice once, and the cases they make."""
    return {
        "as_of": as_of,
        "policy": desk.policy.fingerprint[:16],
        "invoices": [route.model_dump() for route in desk.routes],
        "cases": [
            {
                "case_id": case.case_id,
                "customer_id": case.customer_id,
                "lane": case.lane,
                "currency": case.currency,
                "invoice_ids": case.invoice_ids,
                "open_amount": case.open_amount,
                "value": case.value,
            }
            for case in desk.cases
        ],
    }


def lines(value: Any, indent: int = 0) -> Iterator[str]:
    """The same result for people: one figure a line, nested by two spaces."""
    data = plain_data(value)
    pad = "  " * indent
    if isinstance(data, Mapping):
        for key, inner in data.items():
            if isinstance(inner, Mapping | list) and inner:
                yield f"{pad}{key}"
                yield from lines(inner, indent + 1)
            else:
                yield f"{pad}{key}: {_word(inner)}"
    elif isinstance(data, list):
        for inner in data:
            if isinstance(inner, Mapping) and inner:
                yield pad + "- " + ", ".join(f"{k} {_word(v)}" for k, v in inner.items())
            else:
                yield f"{pad}- {_word(inner)}"


def _word(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False) if value else "none"
    return str(value)
