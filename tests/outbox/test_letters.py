"""The bytes of a letter: deterministic, exactly what was approved, no header but ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import CountbackError
from pipeline.outbox import Letter, mailto_link, message_id
from tests.outbox.world import NOW, read

BODY = "Dear Maria,\n\nInvoice A-1 over $1,000.00 was due.\n\nKind regards"
ID = message_id("e1", "h1")
OURS = {"Date", "Message-ID", "To", "Subject", "X-Unsent"}
OURS |= {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}


def letter(**changed: str) -> Letter:
    said = {"to": "maria@alder.test", "subject": "Invoice A-1", "body": BODY, "message_id": ID}
    return Letter(**{**said, **changed})


def headers(data: bytes) -> set[str]:
    """Header names by every way of reading them: ours, and a mail program's."""
    found = message_from_bytes(data, policy=policy.compat32).keys()
    modern = message_from_bytes(data, policy=policy.default).keys()
    assert sorted(found) == sorted(modern)
    assert len(found) == len(set(found))
    return set(found)


def test_a_letter_is_what_was_approved() -> None:
    data = letter(body=BODY + "\n.\nFrom here on: 100 % ü €").as_bytes(NOW)
    assert read(data) == (
        "maria@alder.test",
        "Invoice A-1",
        BODY + "\n.\nFrom here on: 100 % ü €\n",
    )
    assert headers(data) == OURS
    assert b"Date: Tue, 31 Mar 2026 14:30:00 +0000\r\n" in data
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert data.isascii()


def test_the_same_approval_gives_the_same_bytes_in_any_time_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    assert letter().as_bytes(NOW) == letter().as_bytes(elsewhere)
    assert message_id("e1", "h1") == ID
    assert len({ID, message_id("e2", "h1"), message_id("e1", "h2")}) == 3
    assert message_id("e1", "h1", "ar@North.test").endswith("@north.test>")


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(CountbackError, match="no time zone"):
        letter().as_bytes(datetime(2026, 3, 31))  # noqa: DTZ001


@pytest.mark.parametrize(
    "name", ["Müller & Söhne, GmbH", 'A "quoted" <x@evil.test>', "Nordlicht; Bcc: x@evil.test"]
)
def test_a_sender_s_name_is_a_name_whatever_it_holds(name: str) -> None:
    data = letter(sender="ar@north.test", sender_name=name).as_bytes(NOW)
    assert headers(data) == OURS - {"X-Unsent"} | {"From"}
    [address] = message_from_bytes(data, policy=policy.default)["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "ar@north.test")


INJECTIONS = [
    "Invoice\r\nBcc: thief@evil.test",
    "Invoice\nBcc: thief@evil.test",
    "Invoice\rBcc: thief@evil.test",
    "Invoice\u2028Bcc: thief@evil.test",
    "Invoice\x0bBcc: thief@evil.test",
    "Invoice\x00",
    "Invoice \u202egnp.exe",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_line_break_in_a_header_is_refused(text: str) -> None:
    for attack in (
        letter(subject=text),
        letter(sender="ar@north.test", sender_name=text),
    ):
        with pytest.raises(CountbackError, match="invisible character"):
            attack.as_bytes(NOW)


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?Invoice=0d=0aBcc:_thief@evil.test?=",
        "=?utf-8?b?SW52b2ljZQ0KQmNjOiB0aGllZkBldmlsLnRlc3Q=?=",
        "a =?utf-8?q?=0A?= b",
        " leading and trailing ",
        "x" * 2000,
        "Rechnung für Müller, " * 40,
        "=?",
    ],
)
def test_what_looks_encoded_stays_text_and_adds_no_header(subject: str) -> None:
    data = letter(subject=subject).as_bytes(NOW)
    assert headers(data) == OURS
    assert read(data)[1] == subject


@pytest.mark.parametrize(
    "address",
    [
        "maria@alder.test, thief@evil.test",
        "Maria <maria@alder.test>",
        "maria@alder.test\r\nBcc: thief@evil.test",
        "maria@alder.test]<thief@evil.test>",
        '"a b"@alder.test',
        "maria@alder",
        "maria@al der.test",
        "mariä@alder.test",
        "a" * 65 + "@alder.test",
        "",
    ],
)
def test_only_one_plain_address_is_written_to(address: str) -> None:
    for make in (lambda: letter(to=address).as_bytes(NOW), lambda: mailto_link(letter(to=address))):
        with pytest.raises(CountbackError, match="no plain mail address"):
            make()


@given(subject=st.text(max_size=120), body=st.text(max_size=300), name=st.text(max_size=60))
def test_any_text_leaves_unchanged_under_our_headers_or_not_at_all(
    subject: str, body: str, name: str
) -> None:
    made = letter(subject=subject, body=body, sender="ar@north.test", sender_name=name)
    try:
        data = made.as_bytes(NOW)
    except CountbackError:
        return
    assert headers(data) == OURS - {"X-Unsent"} | {"From"}
    to, read_subject, read_body = read(data)
    plain = body.replace("\r\n", "\n").replace("\r", "\n")
    assert (to, read_subject, read_body) == (made.to, subject, plain + "\n")


def test_a_mailto_link_opens_the_same_message() -> None:
    link = urlsplit(mailto_link(letter(subject="A & B? #1", body="1 + 1\n100 %&bcc=x@evil.test")))
    assert (link.scheme, unquote(link.path)) == ("mailto", "maria@alder.test")
    assert parse_qs(link.query) == {
        "subject": ["A & B? #1"],
        "body": ["1 + 1\r\n100 %&bcc=x@evil.test"],
    }


def test_a_day_in_another_year_is_written_in_utc() -> None:
    at = datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert b"Thu, 31 Dec 2026 23:59:59 +0000" in letter().as_bytes(at)
