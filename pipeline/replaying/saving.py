"""A changed policy made the pilot's own: written into pilot.toml, put on the record, taken back.

The rest of pilot.toml stays as it was written, comments and all. What was written is read again
before it counts: a file that would not say exactly what is meant is left as it was.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.deciding.cases import check_named
from pipeline.model import CountbackError, Entry, Event, WrongCall
from pipeline.pilot import Pilot
from pipeline.replaying.proposal import Proposal, RuleTable, as_it_stands, changes

SUBJECT = "policy"
_HEADER = re.compile(r"^\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(#.*)?$")
_RULE = re.compile(r"^\s*\[\[\s*rule\s*\]\]\s*(#.*)?$")
_LISTS = re.compile(r"^\s*\[\s*lists\s*\]\s*(#.*)?$")
_HANDS_OFF = re.compile(r"^\s*hands_off\s*=")


def save(
    pilot: Pilot, changed: Proposal, *, seen: str, by: str, now: datetime, on_day: date
) -> Entry:
    """Writes a changed policy into pilot.toml and on the record; returns the entry.

    `seen` is the fingerprint of the proposal that the change began from. Raises CountbackError
    when somebody changed it since, WrongCall when nothing is changed, a rule does not fit the
    books, or no person is named; nothing is written then.
    """
    check_named(by)
    fresh = pilot.fresh()
    before = as_it_stands(fresh)
    if before.fingerprint != seen:
        raise CountbackError(
            "The policy was changed by somebody since: look again, then change it."
        )
    found = changes(before, changed)
    if not found and before.fingerprint == changed.fingerprint:
        raise WrongCall("Nothing is changed: there is nothing to save.")
    with fresh.day(on_day) as day:
        changed.check(day)
    words = "; ".join(f"{change.rule} {change.words}".strip() for change in found)
    said = {
        "words": words or "rules that are off",
        "before": _snapshot(fresh, before),
        "after": {**_snapshot(fresh, changed), "own": True},
    }
    return _put(fresh, changed.rules, changed.hands_off, _event(said, by, now, on_day))


def undo_change(pilot: Pilot, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Puts the policy back to what it was before a change; the change itself stays on the record.

    Raises CountbackError when the policy was changed again since.
    """
    check_named(by)
    fresh = pilot.fresh()
    last = last_change(fresh.entries())
    if last is None or last.event_id != event_id:
        raise CountbackError("The policy was changed again since: undo the newest change first.")
    before, after = last.payload["before"], last.payload["after"]
    if as_it_stands(fresh).fingerprint != after["written"]:
        raise CountbackError("pilot.toml was edited since the change: mend it there by hand.")
    said = {"words": "put back", "before": after, "after": before, "undoes": event_id}
    rules = before["rules"] if before["own"] else []
    return _put(fresh, rules, before["hands_off"], _event(said, by, now, on_day))


def last_change(entries: Iterable[Entry]) -> Entry | None:
    """The newest change of the policy that is on the record, if any."""
    found = [entry for entry in entries if entry.kind == "policy_changed"]
    return found[-1] if found else None


def _event(said: dict[str, Any], by: str, now: datetime, on_day: date) -> Event:
    return Event(kind="policy_changed", subject=SUBJECT, by=by, at=now, on_day=on_day, payload=said)


def _snapshot(pilot: Pilot, policy: Proposal) -> dict[str, Any]:
    """All it takes to know a policy again: its fingerprint, its rules' text, its lists."""
    return {
        "policy": policy.policy.fingerprint,
        "written": policy.fingerprint,
        "rules": [dict(_kept(rule)) for rule in policy.rules],
        "hands_off": list(policy.hands_off),
        "own": bool(pilot.settings.rule),
    }


def _put(pilot: Pilot, rules: Iterable[RuleTable], hands_off: Iterable[str], event: Event) -> Entry:
    """File first, record second; a record that cannot be written puts the file back."""
    pilot.require(event.kind, event.payload)
    path = pilot.folder / "pilot.toml"
    earlier = _read(path)
    text = changed_text(earlier or "", tuple(rules), tuple(hands_off))
    _replace(path, text)
    try:
        with closing(pilot.ledger()) as ledger:
            return ledger.append(event)
    except CountbackError:
        _restore(path, earlier)
        raise


def _read(path: Path) -> str | None:
    """The file as it is written; None when there is none yet."""
    if not path.exists():
        return None
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CountbackError(f"{path}: cannot be read ({error}): mend it by hand.") from error


def _replace(path: Path, text: str) -> None:
    """All or nothing: a reader sees the old file or the new one."""
    coming = path.with_name(".pilot.toml.coming")
    try:
        coming.write_bytes(text.encode())
        coming.replace(path)
    except OSError as error:
        raise CountbackError(f"{path}: cannot be written ({error.strerror}).") from error


def _restore(path: Path, earlier: str | None) -> None:
    if earlier is None:
        path.unlink(missing_ok=True)
    else:
        _replace(path, earlier)


# --- pilot.toml as text --------------------------------------------------------------------


def changed_text(text: str, rules: tuple[RuleTable, ...], hands_off: tuple[str, ...]) -> str:
    """The settings with these rules and this hands-off list, everything else as it was written.

    Raises CountbackError when the file is written so that only a person can change it.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = _with_hands_off(_without_rules(text.splitlines()), hands_off)
    while lines and not lines[-1].strip():
        lines.pop()
    changed = end.join([*lines, *_table_lines(rules)]).lstrip("\r\n") + end
    wanted = _meant(tomllib.loads(text), rules, hands_off)
    try:
        is_meant = _meant(tomllib.loads(changed), rules, hands_off, own=True) == wanted
    except tomllib.TOMLDecodeError:
        is_meant = False
    if not is_meant:
        raise CountbackError(
            "pilot.toml is written in a way that cannot be changed without touching other lines: "
            "give each [[rule]] and hands_off its own plain lines, or change it by hand."
        )
    return changed


def _meant(
    data: dict[str, Any],
    rules: tuple[RuleTable, ...],
    hands_off: tuple[str, ...],
    own: bool = False,
) -> dict[str, Any]:
    """What the file is to say: its own data, with our rules and list unless it says its `own`."""
    lists = dict(data.get("lists", {}))
    said = {**data, "lists": {**lists, "hands_off": lists.get("hands_off", [])}}
    said["rule"] = data.get("rule", [])
    if not own:
        said["lists"]["hands_off"] = list(hands_off)
        said["rule"] = [dict(_kept(rule)) for rule in rules]
    return said


def _without_rules(lines: Iterable[str]) -> list[str]:
    """The lines outside every [[rule]]; a comment right above the next table stays with it."""
    kept: list[str] = []
    held: list[str] = []
    in_rule = False
    for line in lines:
        header = _HEADER.match(line)
        if header:
            if in_rule and not _RULE.match(line):
                kept += held
            in_rule, held = bool(_RULE.match(line)), []
        if not in_rule:
            kept.append(line)
        elif line.startswith("#") or not line.strip():
            held.append(line)
        else:
            held = []
    return kept


def _with_hands_off(lines: list[str], hands_off: tuple[str, ...]) -> list[str]:
    wanted = f"hands_off = {_value(list(hands_off))}"
    start = next((n for n, line in enumerate(lines) if _LISTS.match(line)), None)
    if start is None:
        return [*lines, "", "[lists]", wanted] if hands_off else lines
    after = range(start + 1, len(lines))
    stop = next((n for n in after if _HEADER.match(lines[n])), len(lines))
    given = next((n for n in range(start + 1, stop) if _HANDS_OFF.match(lines[n])), None)
    if given is None:
        return [*lines[: start + 1], wanted, *lines[start + 1 :]]
    return [*lines[:given], wanted, *lines[_list_end(lines, given, stop) :]]


def _list_end(lines: list[str], first: int, stop: int) -> int:
    """The line after a list that may run over several."""
    for end in range(first + 1, stop + 1):
        try:
            tomllib.loads("\n".join(lines[first:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return stop


def _table_lines(rules: Iterable[RuleTable]) -> Iterator[str]:
    for rule in rules:
        yield from ("", "[[rule]]", *(f"{key} = {_value(said)}" for key, said in _kept(rule)))


def _kept(rule: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, said in rule.items():
        if not (key == "off" and said is False):
            yield key, said


def _value(said: Any) -> str:
    """A text, a switch or a list of texts as TOML, which writes them as JSON does."""
    # DEL is the one character that JSON leaves bare and TOML does not allow.
    return json.dumps(said, ensure_ascii=False).replace("\x7f", "\\u007f")
