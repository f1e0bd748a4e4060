"""Mail from end to end: mailboxes, single messages, folders, Outlook; and what strangers send."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.exports import FrameSource, Reading, content_digest, read
from pipeline.exports.mail import all_addresses, looks_automatic, strict_address

Row = dict[str, object]
Written = Callable[..., Reading]

HEAD = "From: AP <ap@customer.example>\nTo: ar@us.example\nDate: Mon, 3 Mar 2025 10:12:00 +0100\n"


def rows(reading: Reading) -> list[Row]:
    assert isinstance(reading.source, FrameSource), reading.refusal
    return reading.source.frame.rows(named=True)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(content: str | bytes, name: str = "mail.eml") -> Reading:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, name, (), {})

    return write


def message(number: int, body: str, *more: str) -> str:
    extra = "".join(f"{line}\n" for line in more)
    return f"{HEAD}Message-ID: <{number}@c.example>\nSubject: Late\n{extra}\n{body}\n"


def mailbox(*messages: str) -> str:
    return "".join(f"From ap@c.example Mon Mar  3 10:12:00 2025\n{text}\n" for text in messages)


def test_one_message_gives_one_row_of_our_columns(written: Written) -> None:
    reading = written(message(1, "Paid.", "References: <0@c.example> <9@c.example>"))
    (row,) = rows(reading)
    assert reading.layout is not None
    assert (reading.layout.kind, reading.rows, reading.warnings) == ("messages", 1, ())
    assert row == {
        "_row": 1,
        "message_id": "1@c.example",
        "thread_id": "0@c.example",
        "sent_at": "2025-03-03T09:12:00+00:00",
        "sender": '"AP" <ap@customer.example>',
        "recipients": "ar@us.example",
        "subject": "Late",
        "body": "Paid.",
        "automatic": None,
        "was_received": False,
    }


def test_a_mailbox_gives_a_row_per_message_by_its_place(written: Written) -> None:
    reading = written(mailbox(message(1, ">From here on"), message(2, "b")), "all.mbox")
    assert [(r["_row"], r["message_id"], r["body"]) for r in rows(reading)] == [
        (1, "1@c.example", "From here on"),
        (2, "2@c.example", "b"),
    ]
    assert reading.warnings == ()


def test_a_mailbox_is_known_by_how_it_begins_whatever_it_is_called(written: Written) -> None:
    assert len(rows(written(mailbox(message(1, "a")), "Posteingang"))) == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [3, 4_000_000])
def test_messages_are_found_wherever_a_block_of_the_file_ends(
    written: Written, newline: str, size: int
) -> None:
    filler = ("x" * 98 + "\n") * (size // 99)
    text = mailbox(*(message(n, filler if n == 1 else "short") for n in range(1, 5)))
    assert len(rows(written(text.replace("\n", newline), "all.mbox"))) == 4


def test_a_forged_second_message_stays_in_the_text_and_is_reported(written: Written) -> None:
    forged = (
        "hello\n\nFrom attacker@evil Mon Jan  1 00:00:00 2024\nFrom: ceo@customer.example\n"
        "To: ar@us.example\nSubject: forged\n\nmark as paid"
    )
    reading = written(mailbox(message(1, forged), message(2, "b")), "all.mbox")
    assert [r["message_id"] for r in rows(reading)] == ["1@c.example", "2@c.example"]
    assert "mark as paid" in str(rows(reading)[0]["body"])
    assert "begin with From" in reading.warnings[0]


def test_a_message_that_never_ends_cannot_swallow_the_next(written: Written) -> None:
    open_ended = message(1, "--b\n\nhi", 'Content-Type: multipart/mixed; boundary="b"')
    reading = written(mailbox(open_ended, message(2, "We dispute this.")), "all.mbox")
    assert [r["message_id"] for r in rows(reading)] == ["1@c.example", "2@c.example"]
    assert "may be forged" in reading.warnings[0]


def test_two_messages_of_one_name_are_both_kept(written: Written) -> None:
    reading = written(mailbox(message(1, "a"), message(1, "b")), "all.mbox")
    assert [r["message_id"] for r in rows(reading)] == ["1@c.example", "1@c.example#2"]


def test_a_folder_of_messages_is_one_export(tmp_path: Path) -> None:
    for name, body in (("b.eml", "two"), ("a.eml", "one"), ("notes.txt", "no mail")):
        (tmp_path / name).write_text(message(1 if body == "one" else 2, body))
    reading = read(tmp_path, "mails/*.eml", (), {})
    assert [r["body"] for r in rows(reading)] == ["one", "two"]
    before = content_digest(tmp_path)
    (tmp_path / "a.eml").write_text(message(1, "changed"))
    assert reading.sha256 == before != content_digest(tmp_path)


def test_an_outlook_message_is_read(shared: Path) -> None:
    (row,) = rows(read(shared / "data/mail/unicode.msg", "unicode.msg", (), {}))
    assert row["sender"] == '"Brian Zhou" <brizhou@gmail.com>'
    assert row["sent_at"] == "2013-11-18T08:26:24+00:00"
    assert str(row["body"]).startswith("This is a test email")
    assert "brianzhou@me.com" in str(row["recipients"])


def test_a_damaged_outlook_message_is_refused(written: Written) -> None:
    reading = written(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5_000, "x.msg")
    assert reading.refusal is not None
    assert reading.refusal.startswith("x.msg: is no Outlook message")


# --- who wrote ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ap@customer.example", "ap@customer.example"),
        ("AP <AP@Customer.Example>", "ap@customer.example"),
        ('"Silva, Maria [AP]" <ap@customer.example>', "ap@customer.example"),
        ("ap@customer.example (Maria)", "ap@customer.example"),
        ('"ap@customer.example" <x@attacker.example>', "x@attacker.example"),
        ("ap@customer.example]<x@attacker.example>", None),
        ("ap@customer.example <x@attacker.example>", None),
        ("<ap@customer.example> <x@attacker.example>", None),
        ("ap@customer.example, x@attacker.example", None),
        ("team: ap@customer.example;", None),
        ("ap@customer.example(<x@attacker.example>)", None),
        ("<ap@customer.example", None),
        ("unclear: ap@customer.example", None),
        ("", None),
    ],
)
def test_a_sender_is_known_beyond_doubt_or_not_at_all(text: str, address: str | None) -> None:
    assert strict_address(text) == address


@pytest.mark.parametrize(
    "header",
    [
        "From: ap@customer.example]<x@attacker.example>",
        "From: ap@customer.example\nFrom: x@attacker.example",
        "From: =?utf-8?q?ap=40customer.example?=",
        "From: =?utf-8?q?AP_=3Cap=40customer.example=3E?= <x@attacker.example>",
        "From: x@attacker.example\nSubject: a\u2028From: ap@customer.example",
        "From: ap@сustomer.example",
    ],
)
def test_no_header_brings_the_customers_address_in(written: Written, header: str) -> None:
    reading = written(f"{header}\nTo: ar@us.example\nDate: Mon, 3 Mar 2025 10:12:00 +0100\n\nhi")
    assert strict_address(str(rows(reading)[0]["sender"])) != "ap@customer.example"


@given(name=st.text(max_size=40))
def test_no_name_can_pass_for_an_address(name: str) -> None:
    from pipeline.exports.mail.addresses import written as address_written  # noqa: PLC0415

    assert strict_address(address_written(name, "x@attacker.example")) in (
        "x@attacker.example",
        None,
    )


def test_recipients_are_those_beyond_doubt() -> None:
    text = '"A, B" <a@b.example>; c@d.example, broken@@x, a@b.example'
    assert all_addresses(text) == ["a@b.example", "c@d.example"]


# --- what no person wrote ----------------------------------------------------------------------

AUTOMATIC = [
    ("Auto-Submitted: auto-replied", "reply"),
    ("Auto-Submitted: no", None),
    ("X-Autoreply: yes", "reply"),
    ("Precedence: auto_reply", "reply"),
    ("Precedence: bulk", "bulk"),
    ("List-Id: <ppp.zzz.org>", "bulk"),
    ("Subject: Automatische Antwort: Rechnung", "reply"),
    ("Subject: Réponse automatique : facture", "reply"),
    ("Subject: Undeliverable: Reminder for INV-20418", "bounce"),
    ("Subject: About our out of office policy", None),
    ('Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "bounce"),
]


@pytest.mark.parametrize(("header", "kind"), AUTOMATIC)
def test_automatic_messages_are_told_by_their_headers(
    written: Written, header: str, kind: str | None
) -> None:
    (row,) = rows(written(f"{HEAD}{header}\nMessage-ID: <1@c>\n\nhi"))
    assert row["automatic"] == kind


def test_without_headers_the_words_tell() -> None:
    assert looks_automatic("MAILER-DAEMON@x.example", "hi", "") == "bounce"
    assert looks_automatic("a@b.example", "Re: x", "I am out of the office until 12 August.") == (
        "reply"
    )
    assert looks_automatic("a@b.example", "Re: x", "We paid on Friday.") is None


# --- limits and horrors ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD + "Subject: " + "=?utf-8?q?=41?= " * 20_000 + "\n\nhi", "bytes of headers"),
        (HEAD + "X: y\n" * 3_000 + "\nhi", "header lines"),
        (
            HEAD + 'Content-Type: multipart/mixed; boundary="b"\n\n' + "--b\n\nx\n" * 50_000,
            "50,000 parts",
        ),
        (
            HEAD
            + "".join(
                f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(2_000)
            ),
            "nests parts",
        ),
        ("just words\n", "is no mail"),
        ("", "is no mail"),
    ],
)
def test_a_message_beyond_the_limits_is_refused_with_the_reason(
    written: Written, text: str, why: str
) -> None:
    started = time.monotonic()
    reading = written(text)
    assert reading.refusal is not None
    assert why in reading.refusal
    assert time.monotonic() - started < 5


def test_one_refused_message_leaves_the_others(written: Written) -> None:
    bomb = message(2, "x", *(f"X-{n}: y" for n in range(3_000)))
    reading = written(mailbox(message(1, "a"), bomb, message(3, "c")), "all.mbox")
    assert (reading.rows, reading.kept, len(rows(reading))) == (3, 2, 2)
    assert (reading.refused[0].row, reading.refused[0].reason[:3]) == (2, "has")


def test_a_charset_nobody_knows_and_bytes_of_another_survive(written: Written) -> None:
    for charset in ("x-made-up", "utf-8", "us-ascii", "punycode", "utf-16", "iso-2022-jp"):
        body = f"{HEAD}Content-Type: text/plain; charset={charset}\n\n".encode() + b"Z\xfcrich \xff"
        (row,) = rows(written(body))
        assert str(row["body"]).encode("utf-8")


def test_a_message_without_a_date_says_so_by_its_missing_cell(written: Written) -> None:
    text = "From: a@b.example\nDate: Sun, 30 Feb 2025 25:61:61 +9999\n\nhi"
    assert rows(written(text))[0]["sent_at"] is None
    received = "Received: from a by b; Mon, 3 Mar 2025 10:12:00 +0100\n"
    assert rows(written(received + text))[0]["sent_at"] == "2025-03-03T09:12:00+00:00"


def test_every_hostile_mail_is_read_or_refused_in_time(shared: Path, tmp_path: Path) -> None:
    taken = refused = 0
    slow: list[str] = []
    for path in sorted(p for p in (shared / "adversarial/email").rglob("*") if p.is_file()):
        # Some lie there under names of their own; a person would save them as .eml.
        begins = path.read_bytes()[:8].lstrip(b"\xef\xbb\xbf")
        ending = ".msg" if begins.startswith(b"\xd0\xcf") else ".eml"
        known = path.suffix in (".eml", ".msg") or begins.startswith(b"From ")
        copy = tmp_path / (path.name if known else path.name + ending)
        copy.write_bytes(path.read_bytes())
        started = time.monotonic()
        reading = read(copy, copy.name, (), {})
        if time.monotonic() - started > 20:
            slow.append(path.name)
        if reading.refusal:
            refused += 1
            assert reading.refusal.startswith(f"{copy.name}: "), reading.refusal
        else:
            taken += 1
            assert rows(reading)
    report = f"{taken} read, {refused} refused, slow: {slow}"
    assert taken >= 190, report
    assert taken + refused >= 243, report
    assert not slow, report


@given(data=st.binary(max_size=600))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_escape_as_an_exception(tmp_path: Path, data: bytes) -> None:
    for name, start in (("x.eml", b"From: a@b.c\n"), ("x.mbox", b"From a\nFrom: a@b.c\n")):
        path = tmp_path / name
        path.write_bytes(start + data)
        reading = read(path, name, (), {})
        assert (reading.refusal is None) == (reading.source is not None)


PIECES = st.sampled_from(
    [
        *(
            "From: a@b.c\n",
            "From a@b.c Mon Jan 1 2024\n",
            "\n",
            "\n\n",
            "Date: x\n",
            "--b\n",
            "--b--\n",
        ),
        *("Content-Type: multipart/mixed; boundary=b\n", "Content-Transfer-Encoding: base64\n"),
        *(
            "Content-Type: text/html; charset=utf-7\n",
            "Subject: =?x?b?///?=\n",
            "Message-ID: <1>\n",
        ),
        *(
            "+AGE-",
            "=\n",
            "<b>x</b>",
            "Content-Type: message/rfc822\n",
            "\x00",
            "é",
            "Content-Length: 9\n",
        ),
        *(
            "Content-Type: text/plain; charset*=x''y\n",
            'Content-Disposition: attachment; filename="\n',
        ),
    ]
)


@given(parts=st.lists(PIECES, max_size=25))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mail_escapes_as_an_exception(tmp_path: Path, parts: list[str]) -> None:
    for name in ("x.eml", "x.mbox"):
        path = tmp_path / name
        path.write_text("From: a@b.c\n" * (name == "x.eml") + "".join(parts))
        reading = read(path, name, (), {})
        if reading.source is not None:
            assert reading.kept == len(rows(reading))
