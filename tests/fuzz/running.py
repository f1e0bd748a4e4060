"""Fuzzes one target, or each in turn: `python -m tests.fuzz.running [TARGET …] --minutes N`.

Needs what requirements-fuzz.txt holds (make fuzz). Every target runs in a process of its own. What
breaks a promise is written to tests/artefacts/fuzz as the bytes that did it; corpora are kept
there too, so that a later run goes on where this one ended.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "tests" / "artefacts" / "fuzz"
#: Seconds that one input may take, and megabytes that the process may hold.
SLOWEST, LARGEST = 20, 2_048


def fuzz_one(name: str, seconds: int) -> None:
    """Runs in the child: instruments the readers, then gives them bytes until the time is up."""
    import atheris  # noqa: PLC0415 - only this command needs it

    with atheris.instrument_imports(include=["pipeline", "tests.fuzz.targets"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - imported under instrumentation

    target, seeds = TARGETS[name]
    corpus = PLACE / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={LARGEST}",
        "-max_len=4096",
        "-print_final_stats=1",
        f"-artifact_prefix={PLACE}/{name}-",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target)
    atheris.Fuzz()


def fuzz_all(names: Sequence[str], minutes: float) -> int:
    """One line a target: executions and what was found; the number of findings."""
    found = 0
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in names:
        command = [sys.executable, "-m", "tests.fuzz.running", "--child", name]
        command += ["--minutes", str(minutes)]
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        text = done.stdout.decode("utf-8", "replace")
        (PLACE / f"{name}.log").write_text(text, encoding="utf-8")
        runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", text) or re.findall(
            r"^#(\d+)", text, re.MULTILINE
        )
        broken = done.returncode != 0
        found += broken
        said = f"BROKEN, see {PLACE / name}.log" if broken else "no finding"
        sys.stdout.write(
            f"{name:10} {minutes:g} min  {runs[-1] if runs else '?':>9} runs  {said}\n"
        )
        sys.stdout.flush()
    return found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--child", metavar="TARGET")
    asked = parser.parse_args()
    if asked.child:
        fuzz_one(asked.child, int(asked.minutes * 60))
        return 0
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - the child imports it otherwise

    return 1 if fuzz_all(asked.targets or list(TARGETS), asked.minutes) else 0


if __name__ == "__main__":
    sys.exit(main())
