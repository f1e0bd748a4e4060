"""A fictional pilot, complete: "Northlight Software", 90 people, a year of history.

`write_demo` writes a pilot folder in our own export layout from a seed. The same
seed gives the same bytes. Read on in this order: `days` (the calendar), `casting`
and `company` (who), `billing` and `paying` (what is owed, and when it is paid; the
true effect of the pilot lives in `paying`), `stories` and `story_mail` (what is
planted), `disputes`, `correspondence`, `prep`, `totals`, `writing`; then what people did,
driven through the product itself: `reviewing`, `agenda`, `record`. `scale` writes a large
pilot for speed tests.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from pipeline.model import WrongCall

from .billing import bill, post
from .company import found
from .correspondence import correspond
from .days import GO_LIVE, LAST_DAY, STARTED_ON
from .disputes import contest
from .paying import TRUE_SHRINK
from .prep import time_the_work
from .record import keep_record
from .rows import Books
from .scale import write_large
from .stories import STORIES, Story, plant
from .story_mail import story_mail
from .totals import close_months
from .writing import write_books

__all__ = [
    "GO_LIVE",
    "LAST_DAY",
    "STARTED_ON",
    "STORIES",
    "TRUE_SHRINK",
    "Story",
    "keep_books",
    "true_effect",
    "write_demo",
]


def write_demo(folder: Path, *, seed: int = 7, invoices: int | None = None) -> None:
    """Write the demo pilot into `folder`, or one of about `invoices` invoices for benchmarks."""
    if invoices is not None and invoices < 1:
        raise WrongCall(f"demo: --invoices {invoices} is not a number of invoices; give 1 or more.")
    if invoices is not None:
        write_large(folder, seed=seed, invoices=invoices)
    else:
        _write_whole(folder, seed)


def _write_whole(folder: Path, seed: int) -> None:
    """Exports, settings and record; made elsewhere, so that no cache stays behind."""
    books = keep_books(seed)
    with TemporaryDirectory(prefix="countback-demo-") as made:
        write_books(Path(made), books)
        keep_record(Path(made), books, seed)
        shutil.copytree(Path(made, "exports"), folder / "exports", dirs_exist_ok=True)
        for name in ("pilot.toml", "ledger.sqlite"):
            # What a record left half-written beside it belongs to the one before.
            for beside in folder.glob(f"{name}-*"):
                beside.unlink()
            shutil.copyfile(Path(made, name), folder / name)


def keep_books(seed: int = 7) -> Books:
    """Every row of the demo company, and the truth behind them, in memory."""
    books = Books()
    profiles = found(books, seed)
    posted, contested = bill(books, profiles, seed)
    post(books, posted, seed)
    contest(books, contested, seed)
    correspond(books, seed)
    plant(books)
    books.messages += story_mail()
    time_the_work(books, profiles, seed)
    _sort(books)
    close_months(books)
    return books


def true_effect(seed: int = 7) -> float:
    """The pilot's true effect on RDPD30, in days, in this seed's own books.

    Mean over the pilot invoices due from go-live to the last day of days past due
    at payment, capped at 30: with the pilot minus without it, both followed to
    the end. Below nought means sooner. Measuring it from the exports, which see
    one world and stop on the last day, is what the product is for.

    The measured difference is another one for every seed, from about -1.3 to +0.2, and
    its interval reaches a day and a half to both sides.
    """
    window = [o for o in keep_books(seed).truth if GO_LIVE <= o.due_on <= LAST_DAY]
    return fmean(min(30, o.days_late_with) - min(30, o.days_late_without) for o in window)


def _sort(books: Books) -> None:
    """Rows lie in order of time, as systems write them."""
    books.invoices.sort(key=lambda i: (i.issued_on, i.invoice_id))
    books.messages.sort(key=lambda m: (m.sent_at, m.message_id))
    books.payments.sort(key=lambda p: (p.received_on, p.payment_id))
    books.tickets.sort(key=lambda t: (t.opened_at, t.ticket_id))
