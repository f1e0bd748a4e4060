"""Which column of an unknown export feeds which of ours, with confidence and reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.exports.kinds import KINDS
from pipeline.exports.layouts import Layout
from pipeline.exports.proposing_looking import Look
from pipeline.exports.proposing_profiles import Profile, fit
from pipeline.exports.proposing_words import (
    ALIKE,
    NOT_ALIKE,
    Likeness,
    column,
    columns_of,
    learned,
    likeness,
    normal,
    purpose,
)

#: Required columns that the reader can fill without a column of the file.
_MADE = {
    "invoice_id": "a number made from the row's own cells",
    "payment_id": "a number made from the row's own cells",
    "application_id": "a number made from the row's own cells",
}
#: Ours -> whose column may stand in for it, and how that is said.
_STANDS_IN = {
    ("invoices", "issued_on"): ("due_on", "there is no other date: the due date stands in"),
    ("contacts", "contact_id"): ("email", "an address tells contacts apart"),
    ("people", "person_id"): ("email", "an address tells people apart"),
    ("contacts", "name"): ("email", "there is no name: the address stands in"),
    ("customers", "customer_id"): ("name", "there is no number: a customer goes by its name"),
}
#: Confidence of what only the cells suggest.
_BY_CELLS = 0.5
#: Headers that hold a customer in some systems and an account of the ledger in others.
_VAGUE = frozenset({"account", "konto", "conto", "compte"})
#: Below this a column is not picked.
_LEAST = 0.4


@dataclass(frozen=True)
class Known:
    """What the pilot's other files already hold: ids by which a column can be told."""

    customers: frozenset[str] = frozenset()
    invoices: frozenset[str] = frozenset()


NOTHING_KNOWN = Known()


@dataclass(frozen=True)
class Pick:
    """One column of ours, and the file's column that feeds it."""

    ours: str
    header: str | None
    confidence: float
    """0-1; 1 also when a person chose it."""
    reason: str
    is_required: bool

    @property
    def purpose(self) -> str:
        """What the column is for."""
        return purpose(self.ours)


def picks_for(look: Look, kind: str, layouts: Iterable[Layout], known: Known) -> dict[str, Pick]:
    """Every column of ours with the best of theirs, each of theirs once; required ones first."""
    taught = learned(kind, layouts)
    found = sorted(
        (
            candidate
            for ours in columns_of(kind)
            for header in look.columns
            if (candidate := _candidate(look, kind, ours, header, taught.get(ours, {}), known))
        ),
        key=lambda pick: (-pick.confidence, look.columns.index(pick.header or "")),
    )
    picks: dict[str, Pick] = {}
    taken: set[str] = set()
    for pick in found:
        if pick.ours not in picks and pick.header not in taken and pick.confidence >= _LEAST:
            picks[pick.ours] = pick
            taken.add(pick.header or "")
    if kind == "invoices" and ("customer_id" not in picks or _is_vague(picks["customer_id"])):
        _stand_in(picks, "customer_id", "customers.name", "a customer goes by its name")
    _from_cells(look, kind, picks, taken)
    _share(kind, picks)
    required = set(KINDS[kind].required)
    blank = {
        ours: Pick(ours, None, 0.0, _nothing(kind, ours), ours in required)
        for ours in columns_of(kind)
    }
    merged = {**blank, **picks}
    order = sorted(merged, key=lambda ours: ours not in required)
    return {ours: merged[ours] for ours in order}


def _is_vague(pick: Pick) -> bool:
    """Whether a column is likelier an account of the ledger than a customer."""
    return normal(pick.header or "") in _VAGUE and pick.confidence < 0.8


def _nothing(kind: str, ours: str) -> str:
    if ours in _MADE and ours in KINDS[kind].required:
        return f"no column for it: {_MADE[ours]} is used"
    return "no column for it"


def _candidate(
    look: Look, kind: str, ours: str, header: str, taught: Mapping[str, str], known: Known
) -> Pick | None:
    seen, ours_column = look.profiles[header], column(kind, ours)
    name = ours.rpartition(".")[2]
    like, from_layout = _like(ours, kind, header, taught)
    shared = _shared(name, seen, known)
    if like.score < ALIKE and not shared:
        return None
    suits = fit(ours_column, name, seen)
    if suits < 0.2:
        return None
    if name == "customer_id" and like.word in _VAGUE and seen.codes < 0.5:
        like = replace(like, score=0.75 * like.score)
    confidence = max(like.score * (0.3 + 0.7 * suits), 0.8 * shared)
    is_required = ours in KINDS[kind].required
    if is_required and ours == KINDS[kind].key:
        weight = 0.4 if kind == "customers" else 0.25
        confidence *= 1 - weight + weight * seen.unique
    confidence *= 0.85 + 0.15 * min(1.0, seen.filled * 2)
    reason = _reason(header, like, from_layout, seen, ours_column.type, shared, name)
    return Pick(ours, header, confidence, reason, is_required)


def _like(
    ours: str, kind: str, header: str, taught: Mapping[str, str]
) -> tuple[Likeness, str | None]:
    """How alike a header is to what feeds ours, and the layout that names it so, if one does."""
    best = NOT_ALIKE
    for place, meaning in enumerate(columns_of(kind)[ours]):
        like = likeness(header, meaning)
        if like.score * (1 - 0.06 * place) > best.score:
            best = Likeness(like.score * (1 - 0.06 * place), like.word)
    layout = taught.get(normal(header))
    if layout and best.score < 0.93:
        return Likeness(0.93, header), layout
    return best, None


def _shared(name: str, seen: Profile, known: Known) -> float:
    """Share of the column's different cells that are ids of files already loaded."""
    ids = {"customer_id": known.customers, "invoice_id": known.invoices}.get(name, frozenset())
    if not ids or not seen.values:
        return 0.0
    share = sum(value in ids for value in seen.values) / len(seen.values)
    return share if share >= 0.5 else 0.0


def _reason(
    header: str,
    like: Likeness,
    layout: str | None,
    seen: Profile,
    kind_of_text: str,
    shared: float,
    name: str,
) -> str:
    said = []
    if layout:
        said.append(f"it is called so in {layout}")
    elif like.score >= ALIKE:
        exact = normal(header) == like.word
        said.append(
            "its header is a word for it" if exact else f"its header is close to “{like.word}”"
        )
    if shared:
        said.append(f"{shared:.0%} of its cells are ids already loaded")
    if seen.values:
        shares = {"date": (seen.dates, "dates"), "timestamp": (seen.dates, "dates")}
        shares |= {"money": (seen.numbers, "amounts"), "number": (seen.numbers, "numbers")}
        share, what = shares.get(kind_of_text, (0.0, ""))
        share, what = (seen.emails, "addresses") if name == "email" else (share, what)
        share, what = (seen.currencies, "currency codes") if name == "currency" else (share, what)
        if what:
            said.append(f"{share:.0%} of its cells are {what}")
    else:
        said.append("it is blank")
    return ", ".join(said)


def _from_cells(look: Look, kind: str, picks: dict[str, Pick], taken: set[str]) -> None:
    """Required columns, and the currency and due date, by what the cells say alone."""
    wanted = [*KINDS[kind].required]
    wanted += [name for name in ("due_on", "currency") if name in columns_of(kind)]
    for ours in wanted:
        if ours in picks or ours == "application_id":
            continue
        rated = [
            (_rated(look, kind, ours, header), -place, header)
            for place, header in enumerate(look.columns)
            if header not in taken
        ]
        score, _, header = max(rated, default=(0.0, 0, ""))
        if score >= 0.6:
            taken.add(header)
            reason = _cells_say(column(kind, ours).type, ours)
            is_required = ours in KINDS[kind].required
            picks[ours] = Pick(ours, header, _BY_CELLS * score, reason, is_required)


def _rated(look: Look, kind: str, ours: str, header: str) -> float:
    """How well a column's cells alone suit ours."""
    seen, ours_column = look.profiles[header], column(kind, ours)
    suits = fit(ours_column, ours.rpartition(".")[2], seen)
    if ours == "currency" or ours_column.type in ("date", "timestamp"):
        return suits * (0.7 + 0.3 * seen.filled) if seen.values else 0.0
    if ours_column.type == "money":
        return suits * (0.6 + 0.4 * seen.decimals)
    if ours_column.type == "id":
        if (seen.numbers > 0.5 and seen.decimals > 0.1) or seen.dates > 0.5 or not seen.values:
            return 0.0
        if seen.currencies > 0.8 or len(seen.values) == 1:
            return 0.0
        if seen.numbers > 0.9 and seen.zeros == 0 and len(set(map(len, seen.values))) > 1:
            return 0.0
        is_key = ours == KINDS[kind].key
        apart = seen.unique if is_key else 1 - abs(seen.unique - 0.4)
        return suits * seen.filled * apart * (0.7 + 0.3 * max(seen.codes, 0.8 * seen.words))
    return 0.0


def _cells_say(kind_of_text: str, ours: str) -> str:
    texts = {"date": "days", "timestamp": "days", "money": "amounts", "id": "ids"}
    what = "currency codes" if ours == "currency" else texts.get(kind_of_text, "texts")
    return f"its header says nothing, its cells look like {what}"


def _share(kind: str, picks: dict[str, Pick]) -> None:
    """Columns that may feed two of ours: a name that is the id too, a date that stands in."""
    if kind == "invoices" and "customers.name" not in picks:
        _stand_in(picks, "customers.name", "customer_id", "there is no other name")
    for (of, ours), (other, said) in _STANDS_IN.items():
        if of == kind and ours not in picks:
            _stand_in(picks, ours, other, said)


def _stand_in(picks: dict[str, Pick], ours: str, other: str, said: str) -> None:
    if other in picks:
        pick = picks[other]
        picks[ours] = replace(
            pick,
            ours=ours,
            reason=said,
            confidence=0.8 * pick.confidence,
            is_required="." not in ours,
        )


def is_filled(look: Look, kind: str, name: str) -> bool:
    """Whether a required column that no column feeds is filled in another way."""
    if name in _MADE:
        return True
    if name == "customer_id" and kind == "invoices":
        return has_headings(look)
    return (name == "kind" and kind == "applications") or (
        name == "currency" and kind == "control_totals"
    )


def has_headings(look: Look) -> bool:
    """Whether names stand alone above the rows, as on reports by customer."""
    return any(sum(1 for cell in cells if cell.strip()) == 1 for _, cells in look.rows)
