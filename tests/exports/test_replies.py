"""What is new in a message: measured on the fixtures of two well-known parsers, and by hand."""

from __future__ import annotations

import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.exports.mail import separate
from pipeline.exports.mail.letters import read_letter
from pipeline.exports.mail.markup import plain_text

FINE = "Hi. I am fine. Thanks, Alex"
EML = (
    "android aol apple_mail apple_mail_2 comcast gmail hotmail iphone outlook sparrow "
    "thunderbird yahoo"
)
HTML = (
    "gmail hotmail mail_ru ms_outlook_2003 ms_outlook_2007 ms_outlook_2010 thunderbird "
    "windows_mail yandex_ru"
)
#: file -> the newest words, or (first words, last words) of the stretch that they are.
EXPECTED: dict[str, str | tuple[str, str]] = {
    **{f"talon/{name}.eml": "Hello" for name in EML.split()},
    **{f"talon/{name}.html": FINE for name in HTML.split()},
    "talon/OLK_SRC_BODY_SECTION.html": "Reply",
    "talon/reply-separated-by-hr.html": "Hi there Bob",
    "reply_parser/correct_sig.txt": "this is an email with a correct -- signature.",
    "reply_parser/email_1_1.txt": ("Hi folks", "Java HTTP API."),
    "reply_parser/email_1_3.txt": "Oh thanks. Having the function would be great.",
    "reply_parser/email_1_4.txt": "Awesome! I haven't had another problem with it.",
    "reply_parser/email_1_5.txt": ("One:", "for a while."),
    "reply_parser/email_1_6.txt": "I get proper rendering as well.",
    "reply_parser/email_1_7.txt": ":+1:",
    "reply_parser/email_1_8.txt": "I will reply under this one and under this.",
    "reply_parser/email_2_1.txt": "Outlook with a reply",
    "reply_parser/email_2_2.txt": "Outlook with a reply directly above line",
    "reply_parser/email_2_3.txt": "Outlook with a reply directly above line",
    "reply_parser/email_BlackBerry.txt": "Here is another email",
    "reply_parser/email_iPhone.txt": "Here is another email",
    "reply_parser/email_multi_word_sent_from_my_mobile_device.txt": "Here is another email",
    "reply_parser/email_bullets.txt": ("test 2", "and another"),
    "reply_parser/email_one_is_not_on.txt": ("Thank,", "when I run..."),
    "reply_parser/email_sent_from_my_not_signature.txt": ("Here", "mobile phone."),
    "reply_parser/email_sig_delimiter_in_middle_of_line.txt": ("Hi", "kthxbai"),
    "reply_parser/greedy_on.txt": ("On your", "is not working."),
    "reply_parser/pathological.txt": ("I think", "to a computer."),
}


def text_of(path: Path) -> str:
    if path.suffix == ".eml":
        return read_letter(path.read_bytes()).body
    text = path.read_text("utf-8", errors="replace")
    return plain_text(text) if path.suffix == ".html" else text


def one_line(text: str) -> str:
    return " ".join(text.split())


def stretch(whole: str, expected: str | tuple[str, str]) -> str:
    if isinstance(expected, str):
        return expected
    first, last = expected
    return whole[whole.index(first) : whole.index(last) + len(last)]


def test_replies_of_many_mail_programs_are_told_from_what_they_quote(shared: Path) -> None:
    wrong = []
    for name, expected in EXPECTED.items():
        whole = text_of(shared / "data/mail" / name)
        got = one_line(separate(whole).reply)
        if got != one_line(stretch(whole, expected)):
            wrong.append(f"{name}: {got[:80]!r}")
    right = len(EXPECTED) - len(wrong)
    report = f"{right} of {len(EXPECTED)} right ({right / len(EXPECTED):.1%}); wrong: {wrong}"
    assert right / len(EXPECTED) >= 0.95, report


def test_answers_between_quoted_lines_are_kept_and_the_lines_are_not(shared: Path) -> None:
    reply = separate((shared / "data/mail/reply_parser/email_1_2.txt").read_text()).reply
    assert reply.startswith("Hi,\n")
    assert 'delete them all individually."' in reply
    assert "What is the best way" not in reply
    assert "-Abhishek Kona" not in reply


#: Own samples, none of them seen while the rules were written for the fixtures.
SAMPLES = {
    "German Outlook": (
        "Bitte Rechnung neu.\n\nVon: AR <ar@us.example>\nGesendet: Montag, 3. März\n"
        "An: AP\nBetreff: Mahnung\n\nZahlen Sie."
    ),
    "French": (
        "Payé hier.\n\nLe lun. 3 mars 2025 à 10:12, AR <ar@us.example> a écrit :\n> Merci de payer"
    ),
    "Spanish": (
        "Pagado.\n\nEl lun, 3 mar 2025 a las 10:12, AR (<ar@us.example>) escribió:\n\n> Pague"
    ),
    "Italian": (
        "Pagato.\n\n"
        "Il giorno lun 3 mar 2025 alle ore 10:12 AR <ar@us.example> ha scritto:\n\n"
        "> Paghi"
    ),
    "Dutch": ("Betaald.\n\nOp ma 3 mrt 2025 om 10:12 schreef AR <ar@us.example>:\n\n> Betaal"),
    "Polish": ("Zapłacone.\n\npon., 3 mar 2025 o 10:12 AR <ar@us.example> napisał(a):\n\n> Proszę"),
    "Swedish": ("Betald.\n\nDen mån 3 mars 2025 kl 10:12 skrev AR <ar@us.example>:\n> Betala"),
    "bare": ("We only owe $800.\nOn Mon wrote:\nInvoice SIM-2001 for $1,000.00"),
    "Outlook on the web": (
        "Will do.\n\n________________________________\nFrom: AR <ar@us.example>\n"
        "Sent: Monday\nTo: AP\nSubject: Late\n\nPay now"
    ),
}
ANSWERS = (
    *("Bitte Rechnung neu.", "Payé hier.", "Pagado.", "Pagato.", "Betaald.", "Zapłacone."),
    *("Betald.", "We only owe $800.", "Will do."),
)


@pytest.mark.parametrize(("name", "answer"), [*zip(SAMPLES, ANSWERS, strict=True)])
def test_other_languages(name: str, answer: str) -> None:
    parts = separate(SAMPLES[name])
    assert (parts.reply, parts.is_quoting) == (answer, True)


def test_words_before_an_announcement_stay() -> None:
    text = "On Monday we will pay.\nOn 3 Mar 2025 at 10:12, AR <ar@us.example> wrote:\n> please"
    assert separate(text).reply == "On Monday we will pay."


def test_what_is_passed_on_is_read_too() -> None:
    text = (
        "FYI\n\n---------- Forwarded message ---------\nFrom: CFO <cfo@c.example>\nDate: x\n"
        "Subject: y\n\nWe dispute this."
    )
    assert "We dispute this." in separate(text).reply


def test_a_message_that_is_all_quotation_is_read_whole() -> None:
    assert "We dispute this" in separate("> We dispute this").reply


def test_signatures_and_disclaimers_are_set_apart_and_the_name_stays() -> None:
    text = (
        "Paid on Friday.\n\nBest regards,\nMaria Silva\nAccounts Payable\n+351 123\n\n"
        "This message is intended solely for the addressee. If you have received this message in "
        "error, it was not delivered to you."
    )
    parts = separate(text)
    assert parts.reply == "Paid on Friday.\n\nBest regards,\nMaria Silva"
    assert parts.signature.startswith("Accounts Payable")


def test_a_delimiter_cannot_hide_a_message() -> None:
    below = "\n".join(f"Point {n}: the hours were never ordered." for n in range(20))
    assert "never ordered" in separate(f"Hello\n-- \n{below}").reply


@given(st.text(max_size=400))
def test_any_text_gives_words_when_it_has_any(text: str) -> None:
    assert bool(separate(text).reply) == bool(separate(text).reply.strip())
    if any(character.isalnum() for character in text):
        assert separate(text).reply


@given(st.binary(max_size=400))
def test_any_markup_is_read(data: bytes) -> None:
    plain_text(data.decode("latin-1"))


@pytest.mark.parametrize(
    "hostile",
    ["<" * 200_000, "<!--" * 100_000, "<style " * 100_000, "<a " * 100_000, "&" * 200_000],
)
def test_hostile_markup_costs_no_more_than_its_length(hostile: str) -> None:
    started = time.process_time()
    plain_text(hostile)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "hostile",
    ["On " * 20_000, "On 3 Mar\n" * 20_000, "From: a\n" * 20_000, "-" * 60_000, "> \n" * 20_000],
)
def test_hostile_text_costs_no_more_than_its_length(hostile: str) -> None:
    started = time.process_time()
    separate(hostile)
    assert time.process_time() - started < 5


def test_our_reading_of_the_fixtures_agrees_with_the_standard_library(shared: Path) -> None:
    for path in (shared / "data/mail/talon").glob("*.eml"):
        parsed = message_from_bytes(path.read_bytes(), policy=policy.default)
        plain = parsed.get_body(("plain",))
        if plain is not None:
            assert one_line(read_letter(path.read_bytes()).body) == one_line(plain.get_content())
