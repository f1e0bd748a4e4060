"""A scenario as a TOML file: read with every fault named, written so that it reads back."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.model import CURRENCIES, WrongCall
from pipeline.roi.inputs import GRADES, SORTS, Input, plain
from pipeline.roi.spread import SEED

_TABLE = ("low", "base", "high", "source", "dated", "grade", "replaces_measured")
_HEAD = ("currency", "seed")


@dataclass(frozen=True)
class Given:
    """What a file says: some inputs, and which of them stand even against a measurement."""

    inputs: Mapping[str, Input] = field(default_factory=dict)
    replacing: frozenset[str] = frozenset()
    currency: str = ""
    seed: int = SEED


def read_toml(path: Path) -> dict[str, Any]:
    """The file's data with exact decimals; raises WrongCall with one sentence."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise WrongCall(f"{path}: is not valid TOML ({error}): mend that line.") from error
    except OSError as error:
        raise WrongCall(f"{path}: cannot be read ({error.strerror}).") from error


def read_inputs(path: Path) -> Given:
    """The inputs of a scenario file; raises WrongCall naming file, key and value."""
    return given_inputs(read_toml(path), str(path))


def given_inputs(data: Mapping[str, Any], place: str) -> Given:
    """The same from data already read; `place` names it in errors."""
    refuse_unknown(data, (*_HEAD, *SORTS), place, "input")
    tables = {name: _table(name, data[name], place) for name in SORTS if name in data}
    return Given(
        inputs={name: _input(name, table, place) for name, table in tables.items()},
        replacing=frozenset(n for n, table in tables.items() if table.get("replaces_measured")),
        currency=_currency(data.get("currency", ""), place),
        seed=_seed(data.get("seed", SEED), place),
    )


def refuse_unknown(found: Iterable[str], known: Iterable[str], place: str, noun: str) -> None:
    """Raises WrongCall for the first key that is not known, with the nearest one that is."""
    names = list(known)
    for key in found:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}."
            raise WrongCall(f"{place}: {key} is no {noun} that Countback knows: {_ended(hint)}")


def _ended(hint: str) -> str:
    """Every error is one sentence that ends in a full stop."""
    return f"{hint[:-1]}, perhaps." if hint.endswith("?") else hint


def _table(name: str, value: Any, place: str) -> dict[str, Any]:
    """`accounts = 90` is short for a table that holds a base alone."""
    if not isinstance(value, dict):
        return {"base": value}
    refuse_unknown(
        (f"{name}.{key}" for key in value), [f"{name}.{k}" for k in _TABLE], place, "key"
    )
    return value


def _input(name: str, table: Mapping[str, Any], place: str) -> Input:
    if "base" not in table:
        raise WrongCall(f"{place}: {name} has no base: write the likeliest value.")
    base = number(table["base"], f"{place}: {name}.base")
    grade = table.get("grade", "")
    if grade not in GRADES:
        raise WrongCall(f"{place}: {name}.grade is {grade!r}: use A, B, C or X.")
    if not isinstance(table.get("replaces_measured", False), bool):
        raise WrongCall(f"{place}: {name}.replaces_measured is neither true nor false.")
    try:
        return Input(
            name=name,
            low=number(table.get("low", base), f"{place}: {name}.low"),
            base=base,
            high=number(table.get("high", base), f"{place}: {name}.high"),
            tag="given",
            source=_text(table.get("source", "stated in the inputs"), f"{place}: {name}.source"),
            dated=_dated(table.get("dated", ""), f"{place}: {name}.dated"),
            grade=grade,
        )
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise WrongCall(f"{place}: {name}: {fault}: mend it.") from error


def number(value: Any, place: str) -> Decimal:
    """A whole or decimal number as an exact one; raises WrongCall for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise WrongCall(f"{place} is {value!r}: write a number.")
    found = Decimal(value)
    if not found.is_finite():
        raise WrongCall(f"{place} is {value}: write a finite number.")
    if abs(found) >= 10**13 or found != round(found, 9):
        raise WrongCall(f"{place} is {value}: at most thirteen digits and nine decimals fit.")
    return found


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise WrongCall(f"{place} is {value!r}: write a text in quotes.")
    return " ".join(value.split())


def _dated(value: Any, place: str) -> str:
    return value.isoformat() if isinstance(value, date) else _text(value, place)


def _currency(value: Any, place: str) -> str:
    if value and value not in CURRENCIES:
        raise WrongCall(f"{place}: currency is {value!r}: use an ISO 4217 code such as USD.")
    return str(value)


def _seed(value: Any, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise WrongCall(f"{place}: seed is {value!r}: write a whole number from 0 on.")
    return value


# --- writing -----------------------------------------------------------------------------------


def as_toml(inputs: Iterable[Input], currency: str, seed: int = SEED) -> str:
    """A scenario as a file for `--inputs`: given values stand, the others say where they are from.

    A measured or assumed value is written as a comment, so that the file never freezes it.
    """
    head = [
        "# A scenario for `python -m pipeline roi --inputs FILE`. Lines behind # show what was",
        "# measured or assumed at the time; remove the # to insist on a value.",
        f'currency = "{currency}"',
        f"seed = {seed}",
    ]
    return "\n".join([*head, *(_written(given) for given in inputs)]) + "\n"


def _written(given: Input) -> str:
    # A value that is not given is a comment, whole.
    mark = "" if given.tag == "given" else "# "
    lines = [
        f"[{given.name}]",
        *(f"{end} = {plain(getattr(given, end))}" for end in ("low", "base", "high")),
        f"source = {quoted(given.source)}",
        *([f"dated = {quoted(given.dated)}"] if given.dated else []),
        *([f"grade = {quoted(given.grade)}"] if given.grade else []),
        *(["replaces_measured = true"] if given.replaces else []),
    ]
    title = f"\n# {given.sort.label} ({given.tag})"
    return "\n".join([title, *(f"{mark}{line}" for line in lines)])


def quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a part of TOML's; control characters are escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
