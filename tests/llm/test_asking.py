"""What is asked, what it costs and who may spend it; the model here is a function."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

from pipeline.llm import Asker, Declined, Question, spent
from pipeline.llm.calling import Reply
from pipeline.llm.spending import Budget, Log, OverBudget
from pipeline.model import CountbackError
from pipeline.settings import DraftingSection

NOW = datetime(2026, 4, 30, 9, 0, tzinfo=UTC)
ASKED = Question("wording@1", "Be kind.", "Say hello.")
REPOSITORY = Path(__file__).resolve().parents[2]


class Word(BaseModel):
    word: str


class Model:
    """Says one thing after the other, the last one for ever, and counts how often."""

    def __init__(self, *says: str, tokens: tuple[int, int] = (100, 50)) -> None:
        self.says, self.tokens, self.asked = list(says), tokens, 0

    def __call__(
        self, settings: DraftingSection, model: str, messages: list[dict[str, str]], seconds: float
    ) -> Reply:
        self.asked += 1
        self.last = messages
        return Reply(self.says.pop(0) if len(self.says) > 1 else self.says[0], *self.tokens)


def settings(**other: object) -> DraftingSection:
    rates = {"usd_per_million_in": 1000, "usd_per_million_out": 2000}
    known = {"model": "m", "usd_per_run": 100, "usd_per_day": 100, **rates}
    return DraftingSection.model_validate({**known, **other})


def asker(folder: Path, model: Model, **other: object) -> Asker:
    return Asker(folder, settings(**other), calls=model)


def test_the_same_question_is_paid_for_once_even_by_another_run(tmp_path: Path) -> None:
    model = Model('{"word": "hello"}')
    first = asker(tmp_path, model).ask(ASKED, Word, NOW)
    again = asker(tmp_path, model).ask(ASKED, Word, NOW)
    assert (first.answer.word, first.is_kept, first.usd) == ("hello", False, Decimal("0.2"))
    assert (again.answer, again.is_kept, again.usd) == (first.answer, True, 0)
    assert (model.asked, spent(tmp_path).calls) == (1, 1)
    asker(tmp_path, model).ask(ASKED._replace(given="Say goodbye."), Word, NOW)
    assert model.asked == 2


def test_a_damaged_kept_answer_is_asked_anew(tmp_path: Path) -> None:
    model = Model('{"word": "hello"}')
    asker(tmp_path, model).ask(ASKED, Word, NOW)
    [kept] = (tmp_path / "models" / "answers").iterdir()
    for damage in ("", "[]", '{"answer": 3}', "{"):
        kept.write_text(damage)
        assert asker(tmp_path, model).ask(ASKED, Word, NOW).answer.word == "hello"


@pytest.mark.parametrize("wrong", ["hello", '{"word": 3}', '["word"]', '{"wo', '{"word": null}'])
def test_another_form_is_sent_back_once_and_then_refused(tmp_path: Path, wrong: str) -> None:
    model = Model(wrong, '{"word": "hello"}')
    assert asker(tmp_path, model).ask(ASKED, Word, NOW).answer.word == "hello"
    assert "That is not the JSON object" in model.last[-1]["content"]
    stubborn = Model(wrong)
    with pytest.raises(Declined, match="twice in another form"):
        asker(tmp_path / "b", stubborn).ask(ASKED, Word, NOW)
    assert stubborn.asked == 2
    assert not (tmp_path / "b" / "models" / "answers").exists()


def test_a_fence_around_the_answer_is_no_fault(tmp_path: Path) -> None:
    model = Model('```json\n{"word": "hello"}\n```')
    assert asker(tmp_path, model).ask(ASKED, Word, NOW).answer.word == "hello"


def test_the_budget_of_a_day_holds_over_restarts_and_ends_with_the_day(tmp_path: Path) -> None:
    model = Model('{"word": "hello"}')
    # One call sets 700 x $0.002 and its prompt aside, and takes $0.20.
    day = {"usd_per_day": "1.80"}
    for n in range(2):
        asker(tmp_path, model, **day).ask(ASKED._replace(attempt=n), Word, NOW)
    with pytest.raises(OverBudget, match=r"usd_per_day = 1.80 would be passed"):
        asker(tmp_path, model, **day).ask(ASKED._replace(attempt=9), Word, NOW)
    assert model.asked == 2
    asker(tmp_path, model, **day).ask(ASKED._replace(attempt=9), Word, NOW + timedelta(days=1))
    assert model.asked == 3


def test_the_budget_of_a_run_is_its_own(tmp_path: Path) -> None:
    model = Model('{"word": "hello"}')
    one = asker(tmp_path, model, tokens_per_run=900)
    one.ask(ASKED, Word, NOW)
    with pytest.raises(OverBudget, match="tokens_per_run = 900 would be passed"):
        one.ask(ASKED._replace(attempt=1), Word, NOW)
    asker(tmp_path, model, tokens_per_run=900).ask(ASKED._replace(attempt=1), Word, NOW)


def test_a_call_that_died_keeps_what_was_set_aside_for_it(tmp_path: Path) -> None:
    budget = Budget(10_000, Decimal(10), 10_000, Decimal(10))
    Log(tmp_path).reserve(budget, run="r", now=NOW, model="m", tokens=800, usd=Decimal("1.5"))
    assert spent(tmp_path) == (1, 800, Decimal("1.5"))


def test_a_line_cut_short_by_a_crash_harms_itself_alone(tmp_path: Path) -> None:
    log = Log(tmp_path)
    budget = Budget(10_000, Decimal(10), 10_000, Decimal(10))
    given = {"run": "r", "now": NOW, "model": "m", "tokens": 8, "usd": Decimal(1)}
    log.reserve(budget, **given)  # type: ignore[arg-type]
    with log.path.open("ab") as file:
        file.write(b'{"call": "x", "tok')
    assert spent(tmp_path).calls == 1
    log.reserve(budget, **given)  # type: ignore[arg-type]
    log.reserve(budget, **given)  # type: ignore[arg-type]
    assert spent(tmp_path).calls == 3
    log.path.write_bytes(log.path.read_bytes() + b"nothing\n" * 3)
    with pytest.raises(CountbackError, match="line 4 is no call"):
        spent(tmp_path)


def test_threads_together_never_spend_more_than_the_budget(tmp_path: Path) -> None:
    budget = Budget(10**9, Decimal(10**6), 10**9, Decimal(10))
    made = []

    def spend() -> None:
        for _ in range(10):
            try:
                made.append(
                    Log(tmp_path).reserve(
                        budget, run="r", now=NOW, model="m", tokens=1, usd=Decimal(1)
                    )
                )
            except OverBudget:
                return

    threads = [threading.Thread(target=spend) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), spent(tmp_path).usd) == (10, 10)


_PROGRAM = """
import sys
from datetime import datetime, UTC
from decimal import Decimal
from pathlib import Path
from pipeline.llm.spending import Budget, Log, OverBudget
budget, made = Budget(10**9, Decimal(10**6), 10**9, Decimal(10)), 0
for _ in range(20):
    try:
        Log(Path(sys.argv[1])).reserve(budget, run=sys.argv[2],
            now=datetime(2026, 4, 30, 9, tzinfo=UTC), model="m", tokens=1, usd=Decimal(1))
        made += 1
    except OverBudget:
        pass
print(made)
"""


def test_two_programs_together_never_spend_more_than_the_budget(tmp_path: Path) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(tmp_path), name],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for name in ("a", "b")
    ]
    made = [int(program.communicate()[0]) for program in programs]
    assert sum(made) == 10
    assert spent(tmp_path).usd == 10


def test_what_was_spent_is_counted_by_day(tmp_path: Path) -> None:
    model = Model('{"word": "hello"}')
    for n in range(3):
        at = NOW + timedelta(days=n)
        asker(tmp_path, model).ask(ASKED._replace(attempt=n), Word, at)
    assert spent(tmp_path, since=NOW.date() + timedelta(days=1)).usd == Decimal("0.4")
    assert spent(tmp_path, until=NOW.date()).calls == 1


def test_without_a_model_nothing_of_it_is_even_imported() -> None:
    program = (
        "import sys, pipeline.acting, pipeline.llm, pipeline.verbs.working\n"
        "print([n for n in ('litellm', 'httpx', 'openai') if n in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    assert ran.stdout.strip() == "[]"
