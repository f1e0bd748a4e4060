"""The phases in plain lines for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def told(found: Mapping[str, Any]) -> Iterator[str]:
    """The result of `phases`: where it stands, every criterion, every recorded step."""
    yield found["sentence"]
    if found["locked"] and found["locked"] != found["sentence"]:
        yield found["locked"]
    for phase in found["phases"]:
        began = f"from {phase['from']}" if phase["from"] else "without a day"
        yield f"{phase['phase']}, {began}: {phase['locked']}"
        for one in phase["criteria"]:
            yield f"  {one['state']:<9} {one['name']:<19} {one['value']} (target: {one['target']})"
            if one["missing"]:
                yield f"            {one['missing']}"
    for step in found["steps"]:
        without = f", without {', '.join(step['unmet'])}" if step["unmet"] else ""
        why = f": {step['reason']}" if step["reason"] else ""
        yield f"{step['on']}: {step['by']}, {step['from']} to {step['to']}{without}{why}"
