"""Where books may stand: a file, else by URL; what is not there is said in a sentence."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from pipeline.model import WrongCall
from pipeline.settings import BooksSection
from pipeline.warehouse.doors import DATA_VARIABLE, URL_VARIABLE, Door, shown
from tests.drawn import Draw, open_row, seen

ONE = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount
    A          | c1          | 2026-01-10 | 2026-02-09 | 100.00
"""


def test_without_a_url_the_books_are_a_file() -> None:
    assert Door.of(BooksSection(), {}).is_file


def test_the_environment_wins_over_pilot_toml() -> None:
    section = BooksSection(url="ducklake:/here.ducklake", data_path="/here")
    given = {URL_VARIABLE: "ducklake:postgres:dbname=a", DATA_VARIABLE: "s3://there"}
    assert Door.of(section, given) == Door("ducklake:postgres:dbname=a", "s3://there")
    assert Door.of(section, {}) == Door("ducklake:/here.ducklake", "/here")


@pytest.mark.parametrize(
    ("url", "needed"),
    [
        ("ducklake:postgres:dbname=books host=db", ("ducklake", "postgres_scanner")),
        ("ducklake:sqlite:/a/b.sqlite", ("ducklake", "sqlite_scanner")),
        ("ducklake:/a/b.ducklake", ("ducklake",)),
        ("md:receivables", ("motherduck",)),
    ],
)
def test_every_url_names_the_extensions_that_reach_it(url: str, needed: tuple[str, ...]) -> None:
    assert Door(url).extensions == needed


def test_any_other_url_is_refused_by_name(drawn: Draw) -> None:
    pilot = drawn(ONE, '[books]\nurl = "mysql://u:hunter2@db/books"')
    with pytest.raises(WrongCall, match="is no place for books") as caught:
        pilot.books()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "extension", "needs"),
    [
        ("ducklake:/nowhere/a.ducklake", "ducklake", "make lake"),
        ("md:receivables", "motherduck", "a token in motherduck_token and the network"),
    ],
)
def test_an_extension_that_is_not_there_is_told(
    url: str, extension: str, needs: str, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec(f"duckdb_extension_{extension}"):
        pytest.skip("the extension is there")
    monkeypatch.setenv(URL_VARIABLE, url)
    with pytest.raises(WrongCall, match=f"needs DuckDB's extension {extension}") as caught:
        drawn(ONE).books()
    assert needs in str(caught.value)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("dbname=a password=hunter2 host=b", "dbname=a password=… host=b"),
        ("postgresql://u:hunter2@db/a", "postgresql://u:…@db/a"),
        ("md:a?motherduck_token=hunter2", "md:a?motherduck_token=…"),
    ],
)
def test_no_password_is_shown(told: str, kept: str) -> None:
    assert shown(told) == kept


@pytest.mark.parametrize(
    "where",
    [
        "customer_id in (select x from postgres_query('lake', 'select 1') as t(x))",
        "exists (from duckdb_databases())",
        "exists (from __ducklake_metadata_lake.ducklake_metadata)",
        "exists (select 1 from \"postgres_scan\"('host=a', 'b', 'c'))",
    ],
)
def test_a_condition_looks_at_the_books_and_nowhere_else(drawn: Draw, where: str) -> None:
    with (
        seen(drawn(ONE), "2026-02-05") as day,
        pytest.raises(WrongCall, match="looks beyond the books"),
    ):
        day.check_predicate(where, "open_invoices", "here")


def test_a_word_in_quotes_is_no_function(drawn: Draw) -> None:
    with seen(drawn(ONE), "2026-02-05") as day:
        assert open_row(day, "A")["invoice_id"] == "A"
        day.check_predicate("po_number <> 'duckdb_databases()'", "open_invoices", "here")
