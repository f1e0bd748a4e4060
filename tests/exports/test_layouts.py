"""A layout is a TOML file: what it may say, and how a file is told to be of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.exports import KINDS, Layout, load_layout, load_layouts, recognise
from pipeline.model import CountbackError

SHOP = """
name = "shop_payments"
title = "Shop: payments"
kind = "payments"
[recognise]
headers = ["Ref", "Client", "Paid", "Sum"]
[reading]
date_order = "day_first"
decimal = ","
[columns]
payment_id = "Ref"
customer_id = ["Client no", "Client"]
received_on = "Paid"
amount = "Sum"
[defaults]
currency = "EUR"
"""


def written(folder: Path, text: str, name: str = "shop.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_each_of_our_own_files_has_its_layout_with_every_column(
    layouts: tuple[Layout, ...],
) -> None:
    own = {layout.kind: layout for layout in layouts if layout.is_own}
    assert set(own) == set(KINDS)
    for kind in KINDS.values():
        assert set(own[kind.name].columns) == set(kind.columns)
        assert own[kind.name].recognise.headers == tuple((name,) for name in kind.required)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("whole", [True, False])
def test_our_own_headers_are_recognised_with_and_without_optional_columns(
    layouts: tuple[Layout, ...], kind: str, whole: bool
) -> None:
    headers = tuple(KINDS[kind].columns) if whole else KINDS[kind].required
    found = recognise(headers, layouts)
    assert found is not None
    assert found.name == f"countback_{kind}"


def test_a_pilot_brings_its_own_layouts(tmp_path: Path) -> None:
    written(tmp_path, SHOP)
    layouts = load_layouts(tmp_path, tmp_path / "no such folder")
    found = recognise(["sum", " REF", "Client", "Paid", "More"], layouts)
    assert found is not None
    assert found.name == "shop_payments"
    assert found.columns["customer_id"] == ("Client no", "Client")
    assert found.dated == ("Paid",)


def test_a_layout_of_the_same_name_replaces_the_shipped_one(tmp_path: Path) -> None:
    written(tmp_path, SHOP.replace("shop_payments", "countback_payments"))
    named = [x for x in load_layouts(tmp_path) if x.name == "countback_payments"]
    assert [layout.title for layout in named] == ["Shop: payments"]


def test_more_matching_headers_win_and_a_tie_is_not_guessed(tmp_path: Path) -> None:
    one = load_layout(written(tmp_path, SHOP))
    more = one.model_copy(
        update={
            "name": "more",
            "recognise": one.recognise.model_copy(
                update={"headers": (*one.recognise.headers, ("More",))}
            ),
        }
    )
    twin = one.model_copy(update={"name": "twin"})
    headers = ["Ref", "Client", "Paid", "Sum", "More"]
    assert recognise(headers, [one, more]) == more
    assert recognise(headers[:-1], [one, more]) == one
    assert recognise(headers, [one, twin]) is None
    assert recognise(["Ref"], [one]) is None


def test_the_fingerprint_is_of_what_the_layout_says(tmp_path: Path) -> None:
    one = load_layout(written(tmp_path, SHOP))
    same = load_layout(written(tmp_path, "# a comment\n" + SHOP))
    other = load_layout(written(tmp_path, SHOP.replace("EUR", "USD")))
    assert one.fingerprint == same.fingerprint
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"payments"', '"paiments"', "kind 'paiments' is none of invoices"),
        ("amount =", "amonut =", "'amonut' is not a column of payments"),
        ('amount = "Sum"', "", "'amount' is needed by payments and is not mapped"),
        ("decimal", "decimals", "reading.decimals: Extra inputs are not permitted"),
        ('"day_first"', '"european"', "reading.date_order: Input should be 'iso'"),
        ("headers", "header", "recognise.headers: Field required"),
        ('title = "Shop: payments"', "title = 5", "title: Input should be a valid string"),
        ("kind =", "unfloat = ['invoice_id']\nkind =", "unfloat names 'invoice_id'"),
        ("[columns]", "[columns", "is not valid TOML"),
    ],
)
def test_a_fault_names_the_file_and_the_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in SHOP
    path = written(tmp_path, SHOP.replace(old, new, 1))
    with pytest.raises(CountbackError) as fault:
        load_layout(path)
    sentence = str(fault.value)
    assert sentence.startswith("shop.toml: ")
    assert says in sentence
    assert "\n" not in sentence


def test_a_default_outside_the_closed_list_is_a_fault(tmp_path: Path) -> None:
    also = '[[also]]\nkind = "invoices"\n[also.columns]\ninvoice_id = "Ref"\n'
    also += 'customer_id = "Client"\nissued_on = "Paid"\namount = "Sum"\n'
    path = written(tmp_path, SHOP + also + '[also.defaults]\nkind = "bill"\n')
    with pytest.raises(CountbackError, match=r"also\.0: the default 'bill' of kind is none of"):
        load_layout(path)
