"""Answers to the questions that files ask, kept beside the exports for the next load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.model import CountbackError, WrongCall

CHOICES = ("day first", "month first")


def read_answers(folder: Path) -> dict[str, str]:
    """File name -> choice, as a person has answered so far."""
    path = folder / "answers.json"
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise WrongCall(f"{path}: is not valid JSON ({error}): mend or delete it.") from error
    except OSError as error:
        raise WrongCall(f"{path}: cannot be read ({error.strerror}).") from error
    if not isinstance(found, dict):
        raise WrongCall(f"{path}: should map file names to answers: mend or delete it.")
    return {str(name): str(choice) for name, choice in found.items()}


def write_answers(folder: Path, answers: Mapping[str, str]) -> None:
    """Keeps the answers; raises WrongCall for a choice that no question offers."""
    for name, choice in answers.items():
        if choice not in CHOICES:
            raise WrongCall(f"{name}={choice}: choose one of {', '.join(CHOICES)}.")
    path = folder / "answers.json"
    partial = path.with_suffix(".partial")
    try:
        partial.write_text(json.dumps(dict(sorted(answers.items())), indent=1), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise CountbackError(
            f"{path}: cannot be written ({error.strerror}): free some disk space or make the "
            "folder writable, and answer again."
        ) from error
