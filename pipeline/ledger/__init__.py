"""The record of what people did: append-only, chained, one file beside the exports.

`places` says where it stands, `store` is the door to the database, which `engines` reaches and
whose tables `schema` holds; `entries` turns events into rows and back; `chain` seals each entry
with the one before it, and verifies a ledger or an export of one; `leaving` writes and checks
what is taken out of the house.
"""

from pipeline.ledger.chain import Verification, verify_export
from pipeline.ledger.engines import copy_file
from pipeline.ledger.leaving import sample, sealed_csv, verify_file
from pipeline.ledger.places import Place, place_of, record_of
from pipeline.ledger.store import Ledger, Stale

__all__ = [
    "Ledger",
    "Place",
    "Stale",
    "Verification",
    "copy_file",
    "place_of",
    "record_of",
    "sample",
    "sealed_csv",
    "verify_export",
    "verify_file",
]
