"""The score's own page: the verdict with its interval, the orders, the gate; and an empty pilot."""

from __future__ import annotations

from pathlib import Path

from tests.pages.conftest import Open, said


def test_the_back_test_is_a_verdict_with_its_interval_and_the_gates_conditions(
    open_app: Open,
) -> None:
    app = open_app("explain/score")
    shown = said(app)
    assert "95% from" in shown
    assert "does not pass the gate" in shown
    assert "orders better" in shown
    assert "beats oldest first cannot be told: the first fifth of the queue held" in shown
    assert "(k + 4 r) / (n + 4)" in shown
    table = app.dataframe[0].value
    assert list(table["order"])[:2] == ["score x amount", "oldest first"]
    app.toggle(key="reliability_as_table").set_value(True).run()
    assert not app.exception


def test_without_invoices_the_page_says_where_to_load_them(open_app: Open, folder: Path) -> None:
    for path in (folder / "exports").glob("*.csv"):
        path.unlink()
    assert "drop the exports" in said(open_app("explain/score"))
