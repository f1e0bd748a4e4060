"""What to do about a gate that is not passed, in plain words, and which check mends it."""

from __future__ import annotations

#: Gate -> what to do.
REMEDIES = {
    1: (
        "Load control_totals.csv with the ledger's receivables at three month-ends; where books "
        "and ledger differ, find the invoices behind it on Data health before anything else."
    ),
    2: (
        "Take a larger segment, wait for the read-out of day 120, or ask finance whether a larger "
        "change is what would pay ([choosing] worthwhile_days); do not start and hope."
    ),
    3: (
        "Leave the ten largest out by name: add “and customer_id not in (…)” to [segment] where. "
        "Their owners go on by themselves."
    ),
    4: (
        "Move [windows] selection to end before the baseline starts, and load at least 60 days of "
        "invoices from inside it."
    ),
    5: (
        "Either name an owner who is still here, on Data health under “Owner is gone” (a second "
        "person confirms it), or leave the customer out: add “and customer_id not in (…)” to "
        "[segment] where. Until then a dispute of that customer reaches nobody."
    ),
    6: (
        "Choose a wider control, carve siblings of pilot customers out by name, or draw a holdout "
        "inside the segment before go-live."
    ),
}
#: Gate -> the check of Data health that lists what to mend.
CHECKS = {1: "not_tied_out", 5: "owner_gone"}
