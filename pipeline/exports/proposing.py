"""What an unknown export may be: its kind, and which of its columns feeds which of ours.

A proposal is made from headers and from cells, each pick with its confidence and the reason in
words; a person may change any of it. Nothing is typed and nothing is loaded here.
Reading order: `proposing_looking` (header and rows), `proposing_words` (headers that we know),
`proposing_profiles` (what cells say), `proposing_columns` (theirs for ours), this module,
`proposing_rows` (totals, headings, lines, signs), `proposing_questions` (what a person must say),
`proposing_layouts` (the layout that comes of it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from pipeline.exports.kinds import KINDS
from pipeline.exports.layouts import Layout
from pipeline.exports.proposing_columns import NOTHING_KNOWN, Known, Pick, is_filled, picks_for
from pipeline.exports.proposing_looking import Look
from pipeline.exports.proposing_words import columns_of, hints, known_kinds
from pipeline.model import WrongCall

#: What newcomers bring first: it decides where headers and cells leave two kinds alike.
_USUAL = {"invoices": 0.06, "payments": 0.03, "customers": 0.03, "contacts": 0.03}


@dataclass(frozen=True, eq=False)
class Proposal:
    """The kind of a file and the columns that feed ours, required ones first."""

    look: Look
    kind: str
    confidence: float
    kinds: tuple[tuple[str, float], ...]
    """Every kind with its confidence, the likeliest first."""
    picks: tuple[Pick, ...]
    notes: tuple[str, ...]
    """What a person should know before the file is loaded."""

    def header(self, ours: str) -> str | None:
        """The file's column that feeds one of ours."""
        return next((pick.header for pick in self.picks if pick.ours == ours), None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required columns of ours that nothing feeds."""
        return tuple(
            name
            for name in KINDS[self.kind].required
            if self.header(name) is None and not is_filled(self.look, self.kind, name)
        )

    @property
    def why(self) -> str:
        """How much of what the kind needs was found."""
        required = KINDS[self.kind].required
        found = [name for name in required if self.header(name)]
        said = f"{len(found)} of the {len(required)} columns that {self.kind} need were found"
        return f"{said}; nothing feeds {', '.join(self.missing)}" if self.missing else said

    @property
    def columns(self) -> dict[str, str]:
        """Ours -> theirs, of all that is fed."""
        return {pick.ours: pick.header for pick in self.picks if pick.header}


def propose(
    look: Look, layouts: Sequence[Layout], known: Known = NOTHING_KNOWN, kind: str | None = None
) -> Proposal:
    """The proposal for a file, of a kind that a person said, if one did.

    Raises `WrongCall` for a kind that there is not.
    """
    ranked = _kinds(look, layouts, known)
    chosen = kind or ranked[0][0]
    if chosen not in known_kinds():
        raise WrongCall(f"--kind {chosen}: is none of {', '.join(known_kinds())}.")
    picks = picks_for(look, chosen, layouts, known)
    return Proposal(
        look=look,
        kind=chosen,
        confidence=dict(ranked)[chosen],
        kinds=ranked,
        picks=tuple(picks.values()),
        notes=tuple(_notes(look, chosen, picks, known)),
    )


def amended(proposal: Proposal, columns: Mapping[str, str | None]) -> Proposal:
    """The proposal with the columns that a person chose: ours -> theirs, or none.

    Raises `WrongCall` for a column of ours or a header that there is not.
    """
    for ours, header in columns.items():
        _check(proposal.look, proposal.kind, ours, header)
    picks = tuple(
        replace(pick, header=columns[pick.ours], confidence=1.0, reason="you chose it")
        if pick.ours in columns
        else pick
        for pick in proposal.picks
    )
    return replace(proposal, picks=picks)


def _check(look: Look, kind: str, ours: str, header: str | None) -> None:
    if ours not in columns_of(kind):
        raise WrongCall(
            f"{ours} is no column of {kind}: it is one of {', '.join(columns_of(kind))}."
        )
    if header is not None and header not in look.columns:
        raise WrongCall(f"{look.name}: has no column {header!r}; it has {', '.join(look.columns)}.")


# --- kinds ---------------------------------------------------------------------------------------


def _kinds(look: Look, layouts: Sequence[Layout], known: Known) -> tuple[tuple[str, float], ...]:
    """Every kind with its confidence, the likeliest first."""
    text = " ".join((look.name, look.sheet or "", *look.titles)).casefold()
    rated = []
    for kind in known_kinds():
        picks = picks_for(look, kind, layouts, known)
        required = [
            picks[name].confidence or (0.35 if is_filled(look, kind, name) else 0.0)
            for name in KINDS[kind].required
        ]
        used = {pick.header for pick in picks.values() if pick.header and pick.confidence > 0.6}
        explained = len(used) / max(1, min(len(look.columns), len(picks)))
        hinted = any(word in text for word in hints().get(kind, ()))
        lacking = sum(1 for share in required if share == 0)
        key = KINDS[kind].key or ""
        has_key = key in picks and picks[key].confidence >= 0.85
        score = 0.62 * mean(required) + 0.18 * explained + 0.1 * hinted + 0.1 * has_key
        score += _USUAL.get(kind, 0.0)
        # A ledger's totals are a narrow list; an export of many columns is none.
        narrow = 0.5 if kind == "control_totals" and len(look.columns) > 5 else 1.0
        rated.append((kind, round(min(score * narrow * 0.75**lacking, 0.99), 3)))
    return tuple(sorted(rated, key=lambda pair: -pair[1]))


def _notes(look: Look, kind: str, picks: Mapping[str, Pick], known: Known) -> Iterable[str]:
    """What a person should know about the file before it is loaded."""
    if len(look.ages) >= 3 and kind == "invoices" and not picks["issued_on"].header:
        yield (
            "It holds amounts by age and no dates, as an aging summary does: export the detail"
            " report instead, one row per invoice."
        )
    header = picks["customer_id"].header if "customer_id" in picks else None
    if header and known.customers:
        bare = {value.lstrip("0") for value in known.customers}
        values = look.profiles[header].values
        close = [v for v in values if v not in known.customers and v.lstrip("0") in bare]
        if close:
            yield (
                f"{len(close)} of the first {len(values)} customer ids match those already loaded"
                f" only without their leading zeros, e.g. {close[0]}: export both the same way."
            )
    if not look.is_whole:
        yield "The proposal rests on the first 20,000 rows; all are read when it is loaded."
