"""Where the books stand: in a file beside the pilot, or by URL in an engine that a team shares.

A lake (DuckLake) keeps the books as Parquet files and lists them in a catalog: a PostgreSQL
database, or a SQLite or DuckDB file. `md:` is MotherDuck. Both need extensions of DuckDB.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import duckdb

from pipeline.model import WrongCall
from pipeline.settings import BooksSection
from pipeline.warehouse.conversions import named, quoted

#: They win over pilot.toml: where books stand is the machine's matter more than the pilot's.
URL_VARIABLE, DATA_VARIABLE = "COUNTBACK_BOOKS", "COUNTBACK_BOOKS_DATA"
#: What a URL begins with -> the extensions of DuckDB that reach it.
_REACHED_BY = {
    "ducklake:postgres:": ("ducklake", "postgres_scanner"),
    "ducklake:sqlite:": ("ducklake", "sqlite_scanner"),
    "ducklake:": ("ducklake",),
    "md:": ("motherduck",),
}
_SECRET = re.compile(r"(password|token)=('[^']*'|[^\s&'\"]+)|(?<=:)[^:/@\s]+(?=@)", re.IGNORECASE)


@dataclass(frozen=True)
class Door:
    """How the books are reached; without a URL they are a file."""

    url: str = ""
    data_path: str = ""
    """Where the Parquet files of a new lake go; a lake that is there knows by itself."""

    @classmethod
    def of(cls, settings: BooksSection, environment: Mapping[str, str]) -> Door:
        """The door that the environment names, or else pilot.toml; raises WrongCall."""
        door = cls(
            environment.get(URL_VARIABLE, "") or settings.url,
            environment.get(DATA_VARIABLE, "") or settings.data_path,
        )
        if door.url and not door.url.startswith(("ducklake:", "md:")):
            raise WrongCall(
                f"[books] url {shown(door.url)!r} is no place for books: write ducklake:postgres:…,"
                " ducklake:sqlite:…, ducklake:/a/file.ducklake or md:database, or leave it out."
            )
        return door

    @property
    def is_file(self) -> bool:
        """Whether the books are a file beside the pilot, as they are by default."""
        return not self.url

    @property
    def is_motherduck(self) -> bool:
        """Whether the books are MotherDuck's."""
        return self.url.startswith("md:")

    @property
    def catalog(self) -> str:
        """Under which name the engine is attached; MotherDuck keeps its own."""
        return self.url.removeprefix("md:").split("?")[0] if self.is_motherduck else "lake"

    @property
    def extensions(self) -> tuple[str, ...]:
        """What DuckDB must load to get there."""
        return next(names for start, names in _REACHED_BY.items() if self.url.startswith(start))

    def attach(
        self, connection: duckdb.DuckDBPyConnection, *, snapshot: int | None, is_writing: bool
    ) -> None:
        """Attaches the engine, as of a snapshot where it keeps such; raises duckdb.Error."""
        for extension in self.extensions:
            _load(connection, extension, self)
        if self.is_motherduck:
            connection.execute(f"attach {quoted(self.url)}")
            return
        options = [] if is_writing else ["read_only"]
        options += [f"data_path {quoted(self.data_path)}"] if is_writing and self.data_path else []
        options += [] if snapshot is None else [f"snapshot_version {snapshot}"]
        listed = f" ({', '.join(options)})" if options else ""
        connection.execute(f"attach {quoted(self.url)} as {named(self.catalog)}{listed}")


def shown(text: str) -> str:
    """A URL, or what an engine says of it, without the passwords inside."""
    return _SECRET.sub(lambda found: f"{found[1]}=…" if found[1] else "…", text)


def _load(connection: duckdb.DuckDBPyConnection, extension: str, door: Door) -> None:
    """Loads an extension from its package, or one that was installed by hand; never downloads."""
    try:
        connection.execute(f"load {quoted(str(_packaged(extension) or extension))}")
    except duckdb.Error as error:
        needs = (
            "a token in motherduck_token and the network" if door.is_motherduck else "nothing else"
        )
        raise WrongCall(
            f"[books] url {shown(door.url)!r} needs DuckDB's extension {extension}, which DuckDB "
            f"{duckdb.__version__} does not have here, and {needs}: `make lake` makes an "
            "environment with those there are (.venv-lake), or leave the URL out."
        ) from error


def _packaged(extension: str) -> Path | None:
    """The extension's file in its Python package, for this very version of DuckDB."""
    found = find_spec(f"duckdb_extension_{extension}")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder, "extensions", f"v{duckdb.__version__}", f"{extension}.duckdb_extension")
        if path.is_file():
            return path
    return None
