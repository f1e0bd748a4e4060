"""The score in use, tested on weeks that it could not know: order, honesty, money found, gate.

Reading order: `snapshots` (each Monday with the score of that day), `card` (what is judged), and
`telling`. The figures are in `statistics.ranking`, the condition for a model in `statistics.gate`.
"""

from pipeline.back_test.card import back_test, card
from pipeline.back_test.snapshots import Snapshots, snapshots
from pipeline.back_test.telling import told

__all__ = ["Snapshots", "back_test", "card", "snapshots", "told"]
