"""Known advisories on the locked versions: `make advisories` runs it.

The service that knows them is asked over the network. Where it cannot be asked about every part,
that is said, and the exit status is 2: a part that nobody asked about is not a part without
advisories.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.txt"
#: Seconds for the whole question, and for one answer.
PATIENCE, EACH = 300, 15


def told(parts: Sequence[Mapping[str, Any]]) -> tuple[str, int]:
    """What the answer says in one sentence (and a line for each advisory), and the exit status."""
    unknown = [one["name"] for one in parts if "skip_reason" in one]
    found = [(one, known) for one in parts for known in one.get("vulns", [])]
    lines = [f"{one['name']} {one['version']}: {known['id']}" for one, known in found]
    if found:
        return "\n".join([*lines, f"{len(found)} advisories: raise these versions."]), 1
    if unknown or not parts:
        which = f"{len(unknown)} of {len(parts)} parts" if parts else "any part"
        return f"Nothing is known: the advisory service did not answer about {which}.", 2
    return f"No advisory is known on any of the {len(parts)} locked parts.", 0


def ask(run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run) -> tuple[str, int]:
    """Asks the service about every locked version."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--require-hashes"]
    command += ["--disable-pip", "--progress-spinner", "off", "--timeout", str(EACH), "-f", "json"]
    try:
        done = run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return told(json.loads(done.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return "Nothing is known: the advisory service cannot be reached from this machine.", 2


def main() -> int:
    """The command line."""
    said, status = ask()
    sys.stdout.write(f"{said}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
