"""What a readout rests on: definitions from their own files, fingerprints, the client's mark."""

from __future__ import annotations

from pathlib import Path

from pipeline.model import WrongCall, canonical_json, fingerprint
from pipeline.pilot import Pilot
from pipeline.report.shapes import Logo, Section, Table
from pipeline.report.wording import on, words
from pipeline.warehouse.day import Day
from pipeline.warehouse.statements import folder

#: The figures of a readout, by the file of `sql/metrics` that defines them.
_DEFINED = ("due_cohorts", "prep_weeks", "weekly_roll", "dispute_routing", "override_weeks", "dso")
#: Enough of a fingerprint to tell two apart.
_SHOWN = 16
_LARGEST_LOGO = 1_000_000
_MARKS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def definitions_section() -> Section:
    """Every figure's title, unit, direction and meaning, as its own file says them."""
    known = folder("metrics")
    rows = tuple(
        (
            words(known[name].headers["title"]),
            words(known[name].headers["unit"]),
            words(known[name].headers["better"]),
            words(known[name].meaning),
        )
        for name in _DEFINED
    )
    return Section(
        "How each figure is defined",
        tables=(Table("Definitions", ("Figure", "Unit", "Better", "Meaning"), rows),),
    )


def fingerprints(pilot: Pilot, day: Day) -> dict[str, str]:
    """What decides the figures, each as a short SHA-256: exports, settings, rules, record."""
    entries = [entry for entry in pilot.entries() if entry.on_day <= day.as_of]
    return {
        "Exports": pilot.data_fingerprint[:_SHOWN],
        "Settings": fingerprint(canonical_json(pilot.settings.model_dump(mode="json")))[:_SHOWN],
        "Policy": pilot.policy.fingerprint[:_SHOWN],
        "Record": entries[-1].hash[:_SHOWN] if entries else "empty",
    }


def provenance_section(pilot: Pilot, day: Day, prints: dict[str, str]) -> Section:
    """As of when, and from what."""
    rows = (
        (words("Pilot"), words(pilot.name)),
        (words("As of the close of"), words(on(day.as_of).text)),
        (words("Day 0"), words(on(pilot.settings.pilot.started_on).text)),
        (words("Reporting currency"), words(day.lens.currency)),
        *((words(f"{name}, SHA-256"), words(value)) for name, value in prints.items()),
    )
    return Section(
        "What this rests on",
        tables=(Table("Fingerprints", ("What", "Value"), rows),),
        notes=("The same exports, settings, policy and record give the same readout.",),
    )


def logo(pilot: Pilot) -> Logo | None:
    """The client's mark, if pilot.toml names one.

    Raises WrongCall when the file lies outside the pilot's folder, is no PNG or JPEG, or is too
    large: settings may come with a stranger's folder.
    """
    name = pilot.settings.report.logo
    if not name:
        return None
    place = f"{pilot.folder / 'pilot.toml'}: [report] logo {name!r}"
    path = (pilot.folder / name).resolve()
    if not path.is_relative_to(pilot.folder.resolve()):
        raise WrongCall(f"{place} lies outside the pilot's folder: copy it into it.")
    content = _content(path, place)
    for start, mime in _MARKS.items():
        if content.startswith(start):
            return Logo("image/png" if mime == "image/png" else "image/jpeg", content)
    raise WrongCall(f"{place} is neither PNG nor JPEG: save it as one of the two.")


def _content(path: Path, place: str) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_LOGO:
            raise WrongCall(f"{place} is larger than 1 MB: make it smaller.")
        return path.read_bytes()
    except OSError as error:
        raise WrongCall(f"{place} cannot be read ({error.strerror}).") from error
