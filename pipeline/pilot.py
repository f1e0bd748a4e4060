"""A pilot is a folder: its exports, its policy, and the record of what people did.

`Pilot.open(folder)` reads `pilot.toml`; `books()` builds what can be built from `exports/` and
keeps it under `.cache/`, which may be deleted at any time; `day(as_of)` looks from one day.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from copy import copy
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.context import dossier
from pipeline.desk import Desk, Routing, again, desk_of
from pipeline.exports import Layout, uploads
from pipeline.exports.gathering import exports_below, files_below
from pipeline.exports.layouts import SHIPPED
from pipeline.exports.remembered import digest_of, layouts_of
from pipeline.ledger import Ledger, Place, record_of
from pipeline.ledger.rights import TAKE_IN
from pipeline.ledger.roles import People
from pipeline.model import (
    Actor,
    CountbackError,
    Dossier,
    Entry,
    WrongCall,
    canonical_json,
    fingerprint,
)
from pipeline.routing import (
    Policy,
    policy,
)
from pipeline.settings import PeopleSection, Settings, read_settings
from pipeline.warehouse import evidence
from pipeline.warehouse.answers import read_answers, write_answers
from pipeline.warehouse.books import ExportFile, Ingredients, build
from pipeline.warehouse.day import Day, Lens
from pipeline.warehouse.doors import Door
from pipeline.warehouse.intake_report import LoadReport, load_report
from pipeline.warehouse.lake import lake_books
from pipeline.warehouse.opening import DamagedBooks, OpenBooks, open_books

Progress = Callable[[str], None]


def _silent(_: str) -> None:
    """Progress that nobody watches."""


class Pilot:
    """One pilot folder, opened."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.actor: Actor | None = None
        """On whose behalf the pilot is open; None where nobody has signed in."""
        self.must_sign_in = False

    @classmethod
    def open(cls, folder: Path | str) -> Pilot:
        """Opens an existing pilot folder and checks what its pilot.toml says.

        Raises WrongCall when there is no such folder or a setting does not fit.
        """
        path = Path(folder)
        if _spelled(str(path)) != str(path):
            raise WrongCall(f"{_spelled(str(path))}: the path is no UTF-8: choose another folder.")
        if not path.is_dir():
            raise WrongCall(
                f"{path}: there is no such pilot folder; make one with "
                f"`python -m pipeline load EXPORTS --pilot {path}`."
            )
        return cls(path, read_settings(path / "pilot.toml"))

    @classmethod
    def create(cls, folder: Path | str) -> Pilot:
        """Opens a pilot folder, making an empty one when there is none."""
        path = Path(folder)
        if _spelled(str(path)) != str(path):
            return cls.open(path)
        try:
            (path / "exports").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WrongCall(f"{path}: cannot be made ({error.strerror}).") from error
        return cls.open(path)

    def on_behalf(self, actor: Actor | None, *, sign_in: bool = False) -> Pilot:
        """The same pilot, acted on by this person; all that it writes is theirs.

        `sign_in`: roles say who may do what, whether or not pilot.toml says so.
        """
        found = copy(self)
        found.actor = actor
        found.must_sign_in = sign_in
        return found

    def fresh(self) -> Pilot:
        """The same folder as it is now, on behalf of the same person."""
        return Pilot.open(self.folder).on_behalf(self.actor, sign_in=self.must_sign_in)

    @property
    def name(self) -> str:
        """What the pilot is called on screen."""
        return self.settings.pilot.name or self.folder.name

    @property
    def exports(self) -> Path:
        """Where the files lie exactly as the systems wrote them."""
        return self.folder / "exports"

    # --- loading ---------------------------------------------------------------------------

    def take_in(self, source: Path) -> tuple[str, ...]:
        """Copies the files of a folder (or one file) into `exports/`; returns their names."""
        self.require(TAKE_IN)
        if not source.exists():
            raise WrongCall(f"{source}: there is no such file or folder to load.")
        taken = []
        self.exports.mkdir(parents=True, exist_ok=True)
        for place, path in files_below(source):
            if str(place) == "pilot.toml":
                self._take_policy(path)
                continue
            name = _spelled(place.as_posix())
            taken.append(name)
            if path.resolve() != (self.exports / name).resolve():
                uploads.lay_in(path, self.exports / name)
        uploads.forget(self.exports, taken)
        dropped = uploads.elsewhere(source, self.exports)
        return (*taken, *(self.take_up(dropped) if dropped else ()))

    def take_up(self, files: Iterable[tuple[str, bytes]]) -> tuple[str, ...]:
        """Keeps dropped files, by (name, content), under their hashes; returns names as shown.

        An upload takes the place of an export of the same name, whichever way that came.
        """
        self.require(TAKE_IN)
        taken = []
        for name, content in files:
            if name == "pilot.toml":
                with TemporaryDirectory() as folder:
                    (Path(folder) / name).write_bytes(content)
                    self._take_policy(Path(folder) / name)
            else:
                taken.append((name, content))
        if not taken:
            return ()
        names = {uploads.shown(name) for name, _ in taken}
        laid = [path for name, path in exports_below(self.exports) if name in names]
        uploads.keep(self.exports, taken)
        for path in laid:
            if path.parent.name != uploads.CONTENTS and path.is_file():
                path.unlink()
        return tuple(sorted(names))

    def _take_policy(self, path: Path) -> None:
        """A pilot.toml among the exports becomes the pilot's own when it has none yet."""
        own = self.folder / "pilot.toml"
        if not own.exists():
            read_settings(path)
            uploads.lay_in(path, own)
            self.settings = read_settings(own)

    def load(
        self, answers: Mapping[str, str] | None = None, progress: Progress = _silent
    ) -> LoadReport:
        """Reads what is in `exports/` and says what became of every row.

        `answers` (file name -> choice) are kept for the next load.
        """
        if answers:
            self.require(TAKE_IN)
            write_answers(self.folder, {**read_answers(self.folder), **answers})
        return load_report(self.books(progress), self.lens(check=False))

    def books(self, progress: Progress = _silent) -> OpenBooks:
        """The books of the exports as they are now, built if they are not there yet."""
        door = Door.of(self.settings.books, os.environ)
        try:
            return self._opened(door, progress)
        except DamagedBooks:
            progress("The books were damaged: building them again")
            return self._opened(door, progress)

    def _opened(self, door: Door, progress: Progress) -> OpenBooks:
        made, cache = self._ingredients(), self.folder / ".cache"
        if door.is_file:
            return open_books(build(made, cache, progress))
        return lake_books(door, made, cache, lambda: build(made, cache, progress), progress)

    def _ingredients(self) -> Ingredients:
        return Ingredients(
            files=tuple(self._files()),
            layouts=self.layouts,
            answers=read_answers(self.folder),
            currency=self.settings.pilot.currency or "USD",
        )

    def _files(self) -> Sequence[ExportFile]:
        if not self.exports.is_dir():
            return []
        return [self._file(name, path) for name, path in exports_below(self.exports)]

    def _file(self, name: str, path: Path) -> ExportFile:
        if _spelled(name) != name:
            raise CountbackError(
                f"{self.exports / _spelled(name)}: the file's name is no UTF-8: rename it."
            )
        return ExportFile(path, name, digest_of(path))

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """The layouts that ship, then the pilot's own `formats/`."""
        own = self.folder / "formats"
        return layouts_of((SHIPPED, own) if own.is_dir() else (SHIPPED,))

    # --- looking ---------------------------------------------------------------------------

    def lens(self, *, check: bool = True) -> Lens:
        """How the settings look at the books; conditions are bound when `check`."""
        settings = self.settings
        lens = Lens(
            currency=self._reporting_currency(),
            rates=settings.rates,
            segment_where=settings.segment.where,
            control_where=settings.control.where,
            is_holdout=settings.control.kind == "holdout",
            hands_off=settings.lists.hands_off,
            own_domains=settings.pilot.own_domains,
        )
        if check:
            self._check_conditions(lens)
        return lens

    def _reporting_currency(self) -> str:
        if self.settings.pilot.currency:
            return self.settings.pilot.currency
        found = self.books().currencies()
        return found[0] if len(found) == 1 else "USD"

    def _check_conditions(self, lens: Lens) -> None:
        books = self.books()
        bound = (str(books.path), lens.segment_where, lens.control_where)
        if bound in _BOUND:
            return
        with Day(books, date(2000, 1, 1), Lens(currency=lens.currency)) as day:
            for place, where in (
                ("[segment] where", lens.segment_where),
                ("[control] where", lens.control_where),
            ):
                if where:
                    day.check_predicate(
                        where, "customers", f"{self.folder / 'pilot.toml'}: {place}"
                    )
        _BOUND.add(bound)

    def as_of(self, asked: date | None = None) -> date:
        """The day to look from: asked for, set in pilot.toml, or the last day known."""
        return asked or self.settings.pilot.as_of or self.books().last_known_day()

    def day(self, as_of: date | None = None) -> Day:
        """The books and the record as of a day; close it when done."""
        return Day(self.books(), self.as_of(as_of), self.lens(), self.entries())

    @cached_property
    def policy(self) -> Policy:
        """The rules to sort by, with the guards in their places."""
        return policy(self.settings.rule, str(self.folder / "pilot.toml"))

    def desk(self, day: Day, case_id: str | None = None) -> Desk:
        """Every open invoice of the day, routed; own rules are bound first.

        With `case_id` only the invoices of that case's customer, routed as among all others.
        """
        return desk_of(day, self._routing, case_id)

    def desk_again(self, day: Day, before: Desk, customer_ids: Iterable[str]) -> Desk:
        """The same day's desk after something was recorded about these customers alone.

        Only their invoices are routed anew; the result is that of `desk(day)`.
        """
        return again(day, self._routing, before, customer_ids)

    @property
    def _routing(self) -> Routing:
        return Routing(self.policy, str(self.folder / "pilot.toml"), bool(self.settings.rule))

    def dossier(self, day: Day, desk: Desk, case_id: str) -> Dossier:
        """Everything known about one case; raises WrongCall when the case is not open."""
        case = desk.case(case_id)
        rows = [desk.rows[name] for name in case.invoice_ids]
        routes = desk.routes_of(case_id)
        first = rows[0]
        found = {
            "places": evidence.invoice_places(day, case.invoice_ids),
            "exchanges": evidence.exchanges(day, case.customer_id, case.invoice_ids),
            "payments": evidence.paid_invoices(day, case.customer_id),
            "deals": evidence.deals(day, case.customer_id),
            "contact": evidence.contact(day, first["contact_id"]),
            "owner": evidence.record(day, "people", "person_id", first["owner_id"]),
            "last_payment": evidence.last_payment(day, case.customer_id),
        }
        sender = self.settings.pilot.company or self.name
        columns = evidence.cell_columns(day.books)
        return dossier(case, day.as_of, rows, routes, found, columns, sender)

    # --- the record ------------------------------------------------------------------------

    @property
    def record(self) -> Place:
        """Where what people did is kept: a file in the folder, or a database by URL.

        Raises WrongCall when the URL cannot be one, or a file lies in the folder besides.
        """
        return record_of(
            self.folder, self.settings.record.url, os.environ, is_synthetic=self.is_synthetic
        )

    def ledger(self) -> Ledger:
        """The record, opened for reading and writing; close it when done."""
        return self.record.open().on_behalf(self.actor, self.people_rules)

    @property
    def people_rules(self) -> PeopleSection:
        """What the settings say of people, and whether roles count at all."""
        rules = self.settings.people
        return rules.model_copy(update={"sign_in": True}) if self.must_sign_in else rules

    def people(self) -> People:
        """Who holds which role now."""
        if not self.record.exists():
            return People(self.people_rules)
        with closing(self.ledger()) as ledger:
            return ledger.people()

    def called(self) -> str:
        """The name under which the person acts; empty when nobody is signed in."""
        return self.people().called(self.actor) if self.actor else ""

    def require(self, act: str, payload: Mapping[str, Any] | None = None) -> None:
        """Raises CountbackError when roles do not let this person do it."""
        if why := self.people().why_not(self.actor, act, payload or {}):
            raise CountbackError(why)

    def entries(self) -> list[Entry]:
        """Everything in the record, oldest first; nothing when there is no record yet."""
        if not self.record.exists():
            return []
        ledger = self.ledger()
        try:
            return ledger.entries()
        finally:
            ledger.close()

    @property
    def is_synthetic(self) -> bool:
        """Whether the pilot's data is made up."""
        return self.settings.pilot.synthetic

    @property
    def data_fingerprint(self) -> str:
        """SHA-256 (hex) of the exports alone: the same files give the same, wherever they lie."""
        return fingerprint(*(f"{file.name}\t{file.sha256}" for file in self._files()))

    @property
    def fingerprint(self) -> str:
        """Of everything that decides a figure: exports, settings and record."""
        seen = self.entries()
        return canonical_json(
            [self._ingredients().fingerprint, self.settings.model_dump(mode="json"), len(seen)]
        )


#: Conditions already bound to the books of this process: (books, segment, control).
_BOUND: set[tuple[str, str, str]] = set()


def _spelled(name: str) -> str:
    """A file's name as text; bytes of it that are no UTF-8 are written as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
