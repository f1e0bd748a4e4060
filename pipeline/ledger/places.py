"""Where a pilot's record stands: the file in its folder, or a PostgreSQL database by URL.

The URL is in `pilot.toml` (`[record] url`, without a password) or in the environment variable
COUNTBACK_LEDGER, which counts first. A password comes from that variable, from PGPASSWORD or
from `~/.pgpass`. Each pilot has a database of its own, or a schema of its own
(`…?options=-csearch_path=NAME`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.ledger import schema
from pipeline.ledger.engines import engine_of, in_one_sentence, is_sqlite, name_of, url_of
from pipeline.ledger.store import Ledger
from pipeline.model import WrongCall

FILE = "ledger.sqlite"
VARIABLE = "COUNTBACK_LEDGER"


@dataclass(frozen=True)
class Place:
    """The one answer to where the record is, whether it is there, and how it is opened."""

    name: str
    """The path, or the URL without its password: what a sentence may say."""
    address: str = field(repr=False)
    """The path or the URL as it is opened; it may hold a password."""

    def __str__(self) -> str:
        return self.name

    @property
    def file(self) -> Path | None:
        """The record's file; None when it stands on a server."""
        return None if "://" in self.address else Path(self.address)

    def exists(self) -> bool:
        """Whether a record was ever begun here.

        Raises CountbackError when the server cannot be asked.
        """
        if self.file is not None:
            return self.file.exists()
        engine = engine_of(url_of(self.address))
        try:
            with in_one_sentence(self.name), engine.connect() as connection:
                return not schema.is_empty(connection)
        finally:
            engine.dispose()

    def open(self) -> Ledger:
        """The record, for reading and writing; close it when done."""
        return Ledger.open(self.address)


def place_of(address: str | Path) -> Place:
    """The place at a path or a URL; raises WrongCall when it cannot be one."""
    url = url_of(address)
    if is_sqlite(url):
        return Place(str(url.database), str(url.database))
    return Place(name_of(url), str(address))


def record_of(
    folder: Path, url: str, environment: Mapping[str, str], *, is_synthetic: bool
) -> Place:
    """Where the record of a pilot's folder stands; `url` is what its pilot.toml says.

    Raises WrongCall when there are two: a file in the folder, and another place that is set.
    """
    file = folder / FILE
    # Made-up data never goes among real decisions, whatever this machine's variable says.
    asked = url if is_synthetic else environment.get(VARIABLE) or url
    if not asked:
        return Place(str(file), str(file))
    if "://" not in asked:
        raise WrongCall(
            f"{VARIABLE} is no database URL: write it as postgresql+psycopg://user@host/database."
        )
    place = place_of(asked)
    if file.exists() and place.file != file:
        raise WrongCall(
            f"{folder} has two records, {FILE} and {place}: take the file there with `backup` and "
            "`restore` and move it away, or leave the URL out."
        )
    return place
