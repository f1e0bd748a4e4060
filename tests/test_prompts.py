"""A prompt file is read whole, and every fault of it is named at once."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from pipeline.model import CountbackError
from pipeline.prompts import fill, load_prompt, placeholders

SHIPPED = Path(__file__).resolve().parents[1] / "prompts"


def written(folder: Path, text: str, name: str = "hello") -> Path:
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_a_prompt_has_its_settings_its_sections_and_the_fingerprint_of_its_bytes(
    tmp_path: Path,
) -> None:
    front = "---\nversion: 7\nfrom_day: 15\nplaceholders: who\n---\n\n"
    text = f"{front}## one\n\nHi $who,\n\n## two\nBye\n"
    prompt = load_prompt(written(tmp_path, text), "hello")
    assert (prompt.name, prompt.version, prompt.number("from_day")) == ("hello", "7", 15)
    assert dict(prompt.sections) == {"one": "Hi $who,", "two": "Bye"}
    assert prompt.fingerprint == hashlib.sha256(text.encode()).hexdigest()[:8]
    assert prompt.label == f"hello@{prompt.fingerprint}"


def test_one_changed_letter_changes_the_label(tmp_path: Path) -> None:
    before = load_prompt(written(tmp_path, "---\nversion: 1\n---\n## a\nyes\n"), "hello").label
    after = load_prompt(written(tmp_path, "---\nversion: 1\n---\n## a\nyet\n"), "hello").label
    assert before != after


def test_unknown_and_missing_placeholders_are_named_all_at_once_with_the_file(
    tmp_path: Path,
) -> None:
    text = "---\nplaceholders: who, unused\n---\n## a\n$who $typo\n## b\n$slip and a lone $ here\n"
    with pytest.raises(CountbackError) as error:
        load_prompt(written(tmp_path, text), "hello")
    said = str(error.value)
    assert "hello.md" in said
    assert "$typo" in said
    assert "$unused" in said
    assert "lone $" in said


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("## a\nno front matter\n", "front matter"),
        ("---\nno colon\n---\n## a\nx\n", "line 2"),
        ("---\nversion: 1\n---\nstray\n## a\nx\n", "stray"),
        ("---\nversion: 1\n---\n## a\nx\n## a\ny\n", "two sections “a”"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(CountbackError, match=re.escape(fault)) as error:
        load_prompt(written(tmp_path, text), "hello")
    assert "hello.md" in str(error.value)


def test_a_missing_file_and_a_file_that_is_no_text_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CountbackError, match=r"nothere\.md cannot be read"):
        load_prompt(tmp_path, "nothere")
    (tmp_path / "latin.md").write_bytes(b"---\nversion: \xe9\n---\n")
    with pytest.raises(CountbackError, match="UTF-8"):
        load_prompt(tmp_path, "latin")


def test_a_missing_section_and_a_setting_that_is_no_number_name_the_file(tmp_path: Path) -> None:
    prompt = load_prompt(written(tmp_path, "---\nfrom_day: soon\n---\n## a\nx\n"), "hello")
    with pytest.raises(CountbackError, match=r"hello\.md has no section “b”"):
        prompt.section("b")
    with pytest.raises(CountbackError, match=r"“from_day”.*“soon”"):
        prompt.number("from_day")


def test_a_value_with_a_dollar_sign_is_filled_once_and_a_missing_value_is_an_error() -> None:
    assert fill("Pay $amount.", {"amount": "$5.00 $who"}) == "Pay $5.00 $who."
    assert placeholders("$b $a ${b}") == ("b", "a")
    with pytest.raises(CountbackError, match=r"\$who"):
        fill("Hi $who", {})


@pytest.mark.parametrize("name", [path.stem for path in sorted(SHIPPED.glob("*.md"))])
def test_every_shipped_prompt_loads(name: str) -> None:
    prompt = load_prompt(SHIPPED, name)
    assert re.fullmatch(rf"{name}@[0-9a-f]{{8}}", prompt.label)
    assert prompt.sections


def test_the_reminder_holds_no_threat_no_fee_no_link_and_no_bank_detail() -> None:
    words = " ".join(load_prompt(SHIPPED, "reminder").sections.values()).lower()
    for forbidden in (
        "fee",
        "legal",
        "suspend",
        "collection agency",
        "http",
        "www",
        "iban",
        "bank",
    ):
        assert forbidden not in words
