"""A model that does whatever hostile text asks for changes nothing that matters.

The attacker, its shapes and its rules are the kit's (kit/README.md), which knows nothing of how a
rewording is checked. Here it is pointed at our drafter, with the collected injections as well.
"""

from __future__ import annotations

import json
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from kit.obedient_attacker import TEXTS, Case, Message, attack, broken
from pipeline.acting import prompts
from pipeline.drafting.choosing import drafted
from pipeline.drafting.keeping import Wording, keep_wording
from pipeline.drafting.messages import draft
from pipeline.drafting.wording import Rewording, parts, question, reworded
from pipeline.model import Dossier, Draft
from pipeline.settings import DraftingSection
from tests.dossiers import MARIA, dossier, invoice
from tests.llm.test_over_http import NOW

OUTPUTS = 2_000
P = prompts()
STALE = MARIA.model_copy(update={"verified_on": date(2025, 12, 1)})
CASES = (
    dossier(invoice(days=47, po="4500012345")),
    dossier(invoice(days=5, amount="1000.00", opened="250.00"), contact=STALE),
    dossier(invoice("INV-1001", 30), invoice("INV-1002", 16, "18000.00", row=3), po_required=True),
    dossier(invoice(days=80), lane="relationship"),
)
#: What belongs to other customers, and must never be in a message to this one.
OTHERS = ("Birch Labs", "tom@birch.example", "attacker.example")
#: Those of the kit's texts that ask for one thing each.
ASKED_FOR = TEXTS[:30]


def hostile(shared: Path) -> list[str]:
    """What the collected injections say, and what our own reader of mail would be asked."""
    texts = [*TEXTS]
    for name in (
        *("adversarial/ar_own/ar_adversarial.jsonl", "adversarial/injection/deepset/train.jsonl"),
        "data/injections/injections_show.jsonl",
    ):
        lines = (shared / name).read_text("utf-8").splitlines()
        texts += [str(json.loads(line)["text"]) for line in lines[:1_200]]
    return [text for text in texts if text.strip()]


def attacked(case: Dossier) -> Case:
    """Our drafter on one case, as the kit wants it."""
    given, ours = parts(case, P["reminder"]), draft(case, P["reminder"])

    def said(subject: str, text: str) -> Message:
        return mail(reworded(case, P, Rewording(subject=subject, text=text), "m"))

    return Case(
        draft=said,
        subject=given.subject,
        text=given.text,
        recipient=case.contact.email if case.contact and case.contact.email else "",
        facts=tuple({fact.token for fact in ours.facts}),
        others=OTHERS,
    )


def mail(made: Draft) -> Message:
    """A draft that was refused goes to nobody."""
    return Message(made.to if made.state == "draft" else "", made.subject, made.body)


@pytest.mark.parametrize("case", CASES, ids=["firm", "light", "several", "relationship"])
def test_our_own_wording_passes_every_check_that_a_models_must(case: Dossier) -> None:
    given = parts(case, P["reminder"])
    made = reworded(case, P, Rewording(subject=given.subject, text=given.text), "m")
    ours = draft(case, P["reminder"])
    assert (made.state, made.body, made.subject) == ("draft", ours.body, ours.subject)
    assert broken(mail(made), attacked(case)) == []


def test_two_thousand_outputs_of_an_obedient_attacker_violate_nothing(shared: Path) -> None:
    cases = [attacked(case) for case in CASES]
    result = attack(cases, outputs_wanted=OUTPUTS, seed=7, texts=hostile(shared))
    assert result.violations == []
    assert result.tried >= OUTPUTS
    assert result.passed < result.tried // 10


@pytest.mark.parametrize("asked", ASKED_FOR)
def test_each_demand_is_refused_and_the_built_in_text_says_why(asked: str, tmp_path: Path) -> None:
    case = CASES[0]
    given = parts(case, P["reminder"])
    settings = DraftingSection(model="m")
    name = question(case, P, settings).name("m")
    answer = Rewording(subject=given.subject, text=f"{given.text}\n\n{asked}")
    keep_wording(tmp_path, case.case.case_id, Wording(name, 0, "m", answer), NOW)
    made = drafted(tmp_path, case, P, settings)
    assert made.draft.body == draft(case, P["reminder"]).body
    assert made.draft.model == ""
    assert "What m wrote was refused: It " in made.dossier.doubts[-1].sentence


def test_random_prose_of_the_allowed_words_alone_makes_no_claim() -> None:
    """Harmless words in any order: what passes still pays nobody and promises nothing."""
    words = P["wording"].section("words").split()
    rng = Random(11)
    case = CASES[0]
    given, known = parts(case, P["reminder"]), attacked(case)
    for _ in range(500):
        extra = " ".join(islice((rng.choice(words) for _ in range(40)), rng.randrange(3, 12)))
        said = Rewording(subject=given.subject, text=f"{given.text}\n\n{extra.capitalize()}.")
        made = reworded(case, P, said, "m")
        if made.state == "draft":
            assert broken(mail(made), known) == [], extra
