"""Disputes at work: the board with its clocks, and who takes which reason.

Reading order: `routes` (reason -> owner, backup, hours), `trying` (the same for a pasted message),
`board` (columns and cards), `telling`.
What is done to a dispute is in `deciding.disputes`.
"""

from pipeline.disputing.board import STAGES, Board, Card, board
from pipeline.disputing.routes import ACCOUNT_OWNER, REASONS, route_of, table, taker
from pipeline.disputing.telling import told

__all__ = [
    "ACCOUNT_OWNER",
    "REASONS",
    "STAGES",
    "Board",
    "Card",
    "board",
    "route_of",
    "table",
    "taker",
    "told",
]
