"""Pilots that lack nearly everything: every page says what it can show and what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import session
from pages.parts.site import SITE
from tests.conftest import REPOSITORY
from tests.drawn import draw
from tests.pages.conftest import said
from tests.shipped import shipped

START = '[pilot]\nname = "P"\ncurrency = "USD"\nstarted_on = 2026-01-01\n'
ARMS = "[segment]\nwhere = \"tier = 'mid'\"\n"


def empty(folder: Path) -> None:
    draw(folder)


def an_aging_report_alone(folder: Path) -> None:
    draw(
        folder,
        """
        aging.csv
        Customer | Invoice | Invoice Date | Due Date   | Current | 1-30   | 31-60 | Total
        Acme     | A1      | 2026-01-05   | 2026-02-04 | 0.00    | 120.00 | 0.00  | 120.00
        Bolt     | B1      | 2026-02-20   | 2026-03-22 | 80.00   | 0.00   | 0.00  | 80.00
        """,
    )


def no_go_live(folder: Path) -> None:
    demo(folder)
    text = (folder / "pilot.toml").read_text(encoding="utf-8")
    (folder / "pilot.toml").write_text(text.replace("started_on = 2026-01-01", ""), "utf-8")


def no_control(folder: Path) -> None:
    demo(folder)
    text = (folder / "pilot.toml").read_text(encoding="utf-8")
    before, _, after = text.partition("[control]")
    (folder / "pilot.toml").write_text(before + "[" + after.partition("\n[")[2], "utf-8")


def one_invoice(folder: Path) -> None:
    draw(
        folder,
        """
        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount | currency
        A          | c1          | 2026-02-05 | 2026-03-07 | 100.00 | USD

        customers.csv
        customer_id | name | tier
        c1          | Acme | mid
        """,
        START + ARMS,
    )


def a_year_of_future_dates(folder: Path) -> None:
    months = [f"2027-{month:02}-05 | 2027-{month:02}-25" for month in range(1, 13)]
    rows = "\n".join(f"F{n} | c1 | {dates} | 10.00 | USD" for n, dates in enumerate(months))
    draw(
        folder,
        "invoices.csv\ninvoice_id | customer_id | issued_on | due_on | amount | currency\n" + rows,
        START + "as_of = 2026-03-01\n" + ARMS,
    )


def demo(folder: Path) -> None:
    shipped(folder, record=False)


@pytest.mark.parametrize(
    "made",
    [empty, an_aging_report_alone, no_go_live, no_control, one_invoice, a_year_of_future_dates],
    ids=lambda made: made.__name__,
)
def test_every_page_says_what_it_can(
    made: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "pilot")
    monkeypatch.setenv("COUNTBACK_PILOT", str(tmp_path / "pilot"))
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=120)
    app.session_state["reviewer"] = "Ana Ruiz"
    app.run()
    wrong = []
    for file, title, _ in (page for pages in SITE.values() for page in pages):
        app.switch_page(file).run()
        if app.exception:
            wrong.append(f"{title}: {app.exception[0].message}")
        elif not app.title or len(said(app)) < 60:
            wrong.append(f"{title}: says nothing")
    session.forget_everything()
    assert wrong == []
