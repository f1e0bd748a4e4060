"""The candidates as a TOML file: `[process.NAME]` tables, and `[rubric]` for another judgement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.model import CURRENCIES, WrongCall
from pipeline.opportunity.rubric import Rubric, shipped
from pipeline.opportunity.scoring import Candidate, Known
from pipeline.roi.files import number, quoted, read_toml, refuse_unknown
from pipeline.roi.inputs import plain

#: A key of a process -> the component that it speaks of.
FIELDS = {
    "hours_per_month": "volume",
    "data_trust": "data_trust",
    "routing_clarity": "routing_clarity",
    "checkability": "checkability",
    "money_per_year": "money",
}
#: Two halves of one component: only together do they say anything.
FLAGS = ("owner_named", "baseline_measured")
_WORDS = ("label", "source", "replaces_measured")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_BANDS = ("floor", "go", "fix")
#: More candidates than this are no short list.
_MOST = 50


@dataclass(frozen=True)
class Described:
    """What a file says about the candidates."""

    candidates: Mapping[str, Candidate] = field(default_factory=dict)
    replacing: frozenset[str] = frozenset()
    rubric: Rubric = field(default_factory=shipped)
    currency: str = ""


def read_processes(path: Path) -> Described:
    """The candidates of a file; raises WrongCall naming file, key and value."""
    return described(read_toml(path), str(path))


def described(data: Mapping[str, Any], place: str) -> Described:
    """The same from data already read; `place` names it in errors."""
    refuse_unknown(data, ("currency", "process", "rubric"), place, "key")
    currency = data.get("currency", "")
    if currency and currency not in CURRENCIES:
        raise WrongCall(f"{place}: currency is {currency!r}: use an ISO 4217 code such as USD.")
    tables = data.get("process", {})
    if not isinstance(tables, dict) or len(tables) > _MOST:
        raise WrongCall(f"{place}: process must be at most {_MOST} tables like [process.renewals].")
    return Described(
        candidates={name: _candidate(name, table, place) for name, table in tables.items()},
        replacing=frozenset(
            n for n, table in tables.items() if table.get("replaces_measured") is True
        ),
        rubric=_rubric(data.get("rubric", {}), place),
        currency=str(currency),
    )


def _candidate(name: str, table: Any, place: str) -> Candidate:
    if not isinstance(table, dict):
        raise WrongCall(f"{place}: process.{name} is {table!r}: write a table [process.{name}].")
    if not _NAME.fullmatch(name):
        raise WrongCall(f"{place}: {name!r} names no process: use small letters, digits and _.")
    here = f"{place}: process.{name}"
    refuse_unknown(table, (*FIELDS, *FLAGS, *_WORDS), here, "key")
    for key in ("label", "source"):
        if not isinstance(table.get(key, ""), str):
            raise WrongCall(f"{here}.{key} is {table[key]!r}: write a text in quotes.")
    for key in (*FLAGS, "replaces_measured"):
        if not isinstance(table.get(key, False), bool):
            raise WrongCall(f"{here}.{key} is {table[key]!r}: write true or false.")
    source = " ".join(table.get("source", "stated in the inputs").split())
    flags = {flag: table[flag] for flag in FLAGS if flag in table}
    known = _known(table, source, here)
    return Candidate(name=name, label=_label(name, table), known=known, flags=flags)


def _label(name: str, table: Mapping[str, Any]) -> str:
    usual = shipped().processes.get(name)
    stated = " ".join(table.get("label", "").split())
    return stated or (usual.label if usual else name.replace("_", " ").capitalize())


def _known(table: Mapping[str, Any], source: str, here: str) -> dict[str, Known]:
    found = {}
    for key, component in FIELDS.items():
        if key in table:
            value = number(table[key], f"{here}.{key}")
            most = 1 if shipped().components[component].unit == "share" else 10**13
            if not 0 <= value <= most:
                raise WrongCall(f"{here}.{key} is {plain(value)}: it lies between 0 and {most}.")
            found[component] = Known(value=float(value), tag="given", source=source)
    # Half an answer is none: an unsaid owner or baseline leaves the component unknown.
    if all(flag in table for flag in FLAGS):
        found["ownership"] = Known(
            value=sum(bool(table[flag]) for flag in FLAGS) / 2, tag="given", source=source
        )
    return found


def _rubric(data: Any, place: str) -> Rubric:
    """The shipped rubric with a file's own floor, bands, weights and lines."""
    if not isinstance(data, dict):
        raise WrongCall(f"{place}: rubric is {data!r}: write a table [rubric].")
    usual = shipped()
    refuse_unknown(data, (*_BANDS, *usual.components), f"{place}: rubric", "key")
    plan = usual.model_dump()
    for key in _BANDS:
        if key in data:
            plan[key] = float(number(data[key], f"{place}: rubric.{key}"))
    for name in usual.components:
        table = data.get(name, {})
        if not isinstance(table, dict):
            raise WrongCall(f"{place}: rubric.{name} is {table!r}: write [rubric.{name}].")
        refuse_unknown(table, ("weight", "bad", "good"), f"{place}: rubric.{name}", "key")
        for key, value in table.items():
            plan["components"][name][key] = float(number(value, f"{place}: rubric.{name}.{key}"))
    try:
        return Rubric.model_validate(plan)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise WrongCall(f"{place}: rubric: {fault}: mend it.") from error


# --- writing -----------------------------------------------------------------------------------


def as_toml(described: Described, currency: str) -> str:
    """The given facts of the candidates as a file for `--inputs`."""
    head = [
        "# Candidates for `python -m pipeline opportunity --inputs FILE`.",
        f'currency = "{currency}"',
    ]
    tables = (
        _written(one, name in described.replacing) for name, one in described.candidates.items()
    )
    return "\n".join([*head, *tables]) + "\n"


def _written(candidate: Candidate, is_insisting: bool) -> str:
    lines = [f"\n[process.{candidate.name}]", f"label = {quoted(candidate.label)}"]
    for key, component in FIELDS.items():
        if component in candidate.known:
            lines.append(f"{key} = {plain(Decimal(f'{candidate.known[component].value:.6f}'))}")
    lines += [f"{flag} = {str(value).lower()}" for flag, value in candidate.flags.items()]
    sources = {fact.source for fact in candidate.known.values()}
    lines += [f"source = {quoted(source)}" for source in sorted(sources)[:1]]
    return "\n".join([*lines, *(["replaces_measured = true"] if is_insisting else [])])
