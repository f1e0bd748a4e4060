"""The record of what people did: append-only, chained, one file beside the exports.

`store` is the door to the database; `entries` turns events into rows and back; `chain` seals each
entry with the one before it, and verifies a ledger or an export of one.
"""

from pipeline.ledger.chain import Verification, verify_export
from pipeline.ledger.store import Ledger, Stale

__all__ = ["Ledger", "Stale", "Verification", "verify_export"]
