"""Answers kept by what was asked: the same question is paid for once.

One file an answer under `models/answers/`, named by the SHA-256 of model, prompt and everything
that was given. Only what passed its checks of form is kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from pipeline.model import CountbackError, canonical_json


class Kept:
    """A folder of JSON objects by name; a write is whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> dict[str, Any] | None:
        """What is kept under a name; None for nothing, or for a file that was damaged."""
        try:
            found = json.loads((self.folder / f"{name}.json").read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            return None  # asked anew, which writes the file again
        return found if isinstance(found, dict) else None

    def put(self, name: str, value: dict[str, Any]) -> None:
        """Keeps an object under a name, in the place of what was there."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
                file.write(canonical_json(value).encode())
            Path(file.name).replace(self.folder / f"{name}.json")
        except OSError as error:
            raise CountbackError(
                f"{self.folder}: cannot be written ({error.strerror}): mend that."
            ) from error
