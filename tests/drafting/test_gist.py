"""What the customer said, in short: whole sentences of theirs, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.gist import MOST, gist
from tests.dossiers import dossier, heard

LONG = (
    "Hello Dana, I hope you had a good weekend. We dispute invoice INV-1001 because the quantity "
    "is wrong. By the way, our office has moved. Best regards, Maria"
)


def test_only_the_sentence_that_tells_something_is_taken_whole_and_verbatim() -> None:
    [said] = gist(dossier(exchanges=(heard(LONG),)))
    assert said.text == "We dispute invoice INV-1001 because the quantity is wrong."
    assert said.label == "DISPUTE"
    assert (said.source.file, said.source.row) == ("messages.csv", 2)


def test_the_newest_message_comes_first_and_our_own_words_are_none() -> None:
    case = dossier(
        exchanges=(
            heard("We will pay INV-1001 on 30 April.", day=3),
            heard("We dispute it, the price is wrong.", day=9),
            heard("We dispute that you dispute it.", direction="out", day=12),
        )
    )
    assert [(said.sent_at.day, said.label) for said in gist(case)] == [
        (9, "DISPUTE"),
        (3, "PROMISE_TO_PAY"),
    ]


def test_what_no_person_wrote_and_what_says_nothing_is_left_out() -> None:
    absent = heard("I am out of office until 3 May.").model_copy(update={"automatic": "reply"})
    assert gist(dossier(exchanges=(absent, heard("Hm.")))) == ()
    assert gist(dossier()) == ()


@given(st.lists(st.text(max_size=200), max_size=6))
def test_every_sentence_stands_in_a_message_as_it_was_written(texts: list[str]) -> None:
    messages = tuple(heard(f"{text}. We dispute this.", day=n + 1) for n, text in enumerate(texts))
    found = gist(dossier(exchanges=messages))
    assert len(found) <= MOST
    plain = [" ".join(message.text.split()) for message in messages]
    assert all(any(said.text in text for text in plain) for said in found)
