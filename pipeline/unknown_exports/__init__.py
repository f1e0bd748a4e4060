"""An export that no layout fits, from first look to loaded: proposed, tried, saved, undone.

A trial loads the one file with the proposed layout into books of its own, which are thrown
away: what it shows is what loading will give, to the cent. Nothing of the pilot is touched
until a mapping is saved, which writes one TOML file into the pilot's own `formats/`.
Reading order: `drafts` (a proposal with a person's choices), `trials` (what loading it gives),
`effects` (what each choice of a question changes), `saving` (kept, used again, undone),
`telling` (what the command line prints).
"""

from pipeline.unknown_exports.drafts import (
    Draft,
    Ground,
    answered,
    closest,
    closest_in_words,
    drafted,
    ground,
    look_at,
    proposed,
)
from pipeline.unknown_exports.effects import Effect, effects
from pipeline.unknown_exports.saving import Saved, forget, save, saved
from pipeline.unknown_exports.telling import loaded_sentence, mapped, told
from pipeline.unknown_exports.trials import SHOWN, Trial, tried

__all__ = [
    "SHOWN",
    "Draft",
    "Effect",
    "Ground",
    "Saved",
    "Trial",
    "answered",
    "closest",
    "closest_in_words",
    "drafted",
    "effects",
    "forget",
    "ground",
    "loaded_sentence",
    "look_at",
    "mapped",
    "proposed",
    "save",
    "saved",
    "told",
    "tried",
]
