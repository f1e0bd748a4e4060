"""Keeping a pilot: copies of it that can be trusted, and texts about a customer that must go.

`backing_up` and `restoring` make and read a copy with its head noted; `erasing` finds what the
record says about one customer and takes the texts out.
"""

from pipeline.keeping.backing_up import back_up
from pipeline.keeping.erasing import erase, to_erase
from pipeline.keeping.restoring import restore

__all__ = ["back_up", "erase", "restore", "to_erase"]
