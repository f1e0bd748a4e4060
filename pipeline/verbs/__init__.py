"""The verbs of the command line, by what they are about.

Each module says in `add` which verbs it has and what they take; `calling` holds what they share.
`pipeline/__main__.py` puts them together.
"""
