"""Day first or month first is told by the whole file, or asked; never guessed."""

from __future__ import annotations

import pytest

from pipeline.exports import CsvSource, FrameSource
from tests.exports.conftest import Draw


def invoices(*dates: str, quoted: bool = False) -> bytes:
    """A file with these dates, alternating between issued_on and due_on."""
    pairs = [*zip(dates[::2], [*dates[1::2], ""], strict=False)]
    mark = '"' if quoted else ""
    rows = (f"{mark}I{n}{mark},C,{a},{b},1.00" for n, (a, b) in enumerate(pairs))
    return "\n".join(("invoice_id,customer_id,issued_on,due_on,amount", *rows)).encode()


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (("2026-01-05", "2026-02-05"), "iso"),
        (("2026-01-05 10:00", "2026-1-5T10:00Z", "05/06/2026"), "iso"),
        (("", ""), "iso"),
        (("soon", "later"), "iso"),
        (("01/02/2026", "13/02/2026"), "day_first"),
        (("01.02.2026", "31.12.2026 10:30"), "day_first"),
        (("01-02-2026", "2-13-2026"), "month_first"),
        (("1/2/2026", "12/31/2026", "soon"), "month_first"),
        (("05/05/2026", "6/6/2026"), "day_first"),
        (("13/02/2026", "31/31/2026"), "day_first"),
    ],
)
def test_the_file_tells_the_order(
    drawn: Draw, dates: tuple[str, ...], order: str, quoted: bool
) -> None:
    reading = drawn(invoices(*dates, quoted=quoted))
    assert (reading.date_order, reading.question, reading.refusal) == (order, None, None)
    assert isinstance(reading.source, FrameSource if quoted else CsvSource)


def test_a_file_that_does_not_tell_is_asked_about(drawn: Draw) -> None:
    reading = drawn(invoices("05/05/2026", "03/04/2026"))
    assert reading.question is not None
    assert reading.question.file == "invoices.csv"
    assert '"03/04/2026" (due_on)' in reading.question.question
    assert reading.question.choices == ("day first", "month first")
    assert (reading.source, reading.rows) == (None, 1)


@pytest.mark.parametrize(
    ("answer", "order"), [("day first", "day_first"), ("month first", "month_first")]
)
def test_an_answer_settles_it(drawn: Draw, answer: str, order: str) -> None:
    reading = drawn(invoices("03/04/2026", "05/06/2026"), answer=answer)
    assert (reading.date_order, reading.question) == (order, None)
    assert reading.source is not None


def test_an_answer_of_other_words_asks_again(drawn: Draw) -> None:
    assert drawn(invoices("03/04/2026"), answer="european").question is not None


def test_an_answer_does_not_overrule_the_file(drawn: Draw) -> None:
    assert drawn(invoices("13/04/2026"), answer="month first").date_order == "day_first"


@pytest.mark.parametrize("answer", ["", "day first"])
def test_dates_written_both_ways_refuse_the_file(drawn: Draw, answer: str) -> None:
    reading = drawn(invoices("13/04/2026", "04/14/2026"), answer=answer)
    assert reading.refusal == (
        'invoices.csv: writes dates both ways: "13/04/2026" in issued_on is day first and '
        '"04/14/2026" in due_on is month first; export it with one way.'
    )


def test_timestamps_are_dates_too(drawn: Draw) -> None:
    text = "ticket_id,customer_id,opened_at,subject\nT1,C,25/04/2026 10:30,late\n"
    assert drawn(text, "tickets.csv").date_order == "day_first"
