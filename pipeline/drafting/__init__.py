"""A dossier and a prompt in, a message with its evidence and its doubts out.

`messages` words a follow-up and `handing` an internal hand-off; `doubts` says what is uncertain;
`verifying` holds every figure of a text (`tokens`, `naming`) against the facts; `edits` measures
what a reviewer changed. Code fills in every fact: no wording can add one.
"""
