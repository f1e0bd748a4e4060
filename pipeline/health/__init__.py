"""Data health: what is wrong with the data, what it costs, and how it is put right.

`findings` reads the checks of `sql/checks` with their consequence in money; `twins` proposes
customers that look like one; `mending` records corrections, confirmations and their undoing.
"""
