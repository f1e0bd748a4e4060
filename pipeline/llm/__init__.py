"""The one door to language models, through LiteLLM: a prompt in, a validated answer out.

Reading order: `rates` (what a model is, and what a token of it costs), `spending` (the log of
calls, and the budget that is reserved before each), `limits` (time, bytes and hosts of one
call), `calling` (one call of LiteLLM, and what went wrong in a sentence), `answers` (answers
kept by what was asked), `asking` (all of it together). Nothing is imported or opened before the
first question, and nothing is asked unless pilot.toml names a model.
"""

from pipeline.llm.asking import Asked, Asker, Question, new_run
from pipeline.llm.calling import Declined
from pipeline.llm.spending import Budget, Spent, spent

__all__ = ["Asked", "Asker", "Budget", "Declined", "Question", "Spent", "new_run", "spent"]
