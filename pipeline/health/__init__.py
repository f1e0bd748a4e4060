"""Data health: what is wrong with the data, what it costs, and how it is put right.

`findings` reads the checks of `sql/checks` with their consequence in money; `overview` says what
is blocked and what to mend next; `twins` proposes customers that look like one; `remedies` says
what can be done about a finding; `mending` records it, and its undoing; `progress` how far it is.
"""
