"""What was agreed before the data: one page, frozen at the start, signed by a name.

`charter` puts the agreement together from the settings and the definitions; `signing` freezes it
in the record, and tells what has changed since; `printed` is the page for the kick-off.
"""

from pipeline.protocol.charter import (
    RULE,
    Charter,
    Clause,
    charter,
    decision_rule,
    members,
    rule_numbers,
)
from pipeline.protocol.printed import printed
from pipeline.protocol.signing import (
    Signed,
    Step,
    amend,
    document_path,
    missing_for,
    path_of,
    sign,
    signed,
)

__all__ = [
    "RULE",
    "Charter",
    "Clause",
    "Signed",
    "Step",
    "amend",
    "charter",
    "decision_rule",
    "document_path",
    "members",
    "missing_for",
    "path_of",
    "printed",
    "rule_numbers",
    "sign",
    "signed",
]
