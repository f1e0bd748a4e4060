"""Whether reviewers still read: now and then a draft carries a planted defect, and is never sent.

`planting` draws which drafts, and what is wrong with them; `answering` judges what the reviewer
did, says so at once, and keeps the team's count. No name is kept with an answer.
"""

from pipeline.attention.answering import Answer, answer, is_answered
from pipeline.attention.planting import Planted, is_drawn, plant

__all__ = ["Answer", "Planted", "answer", "is_answered", "is_drawn", "plant"]
