"""Record: what was done, when and by whom, and whether anything was changed since."""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from pages.parts import session
from pages.parts.downloads import csv_bytes
from pages.parts.record_print import print_button
from pages.parts.session import Session
from pages.parts.wording import counted, escaped, happened, moment
from pipeline.ledger import sample, sealed_csv
from pipeline.model import REASONS, Entry, canonical_json
from pipeline.report.record import CHAIN

_KINDS = {
    "decision": "Decisions",
    "undone": "Undone",
    "dispute_flagged": "Disputes flagged",
    "dispute_assigned": "Disputes assigned",
    "dispute_accepted": "Disputes accepted",
    "decision_countersigned": "Countersigned",
    "dispute_closed": "Disputes closed",
    "draft_prepared": "Drafts",
    "promise_recorded": "Promises",
    "seeded_check_answered": "Seeded checks",
    "timing": "Timings",
    "kill_switch": "Kill switch",
    "handing_over": "Claimed to leave",
    "handed_over": "Handed over",
    "hand_over_refused": "Not handed over",
    "hand_over_unknown": "In doubt",
    "batch_approved": "Batches",
    "protocol_frozen": "Protocol signed",
    "protocol_changed": "Protocol changed",
    "path_documented": "Path to paid",
    "policy_changed": "Policy",
    "override_marked": "Overrides marked",
    "task_assigned": "Tasks given",
    "task_closed": "Tasks done",
    "task_reopened": "Tasks opened again",
}
#: More rows than this are for the file, not for the eye.
SHOWN = 2_000


def page() -> None:
    """The whole page."""
    here = session.here()
    st.title("What was done, and by whom?")
    if not here.entries:
        st.info("Nothing is on the record yet: the first decision on the page Review starts it.")
        return
    _chain(here)
    found = _sampled(_filtered(here))
    if not found:
        st.info("No entry matches: clear a filter.")
        return
    selected = _table(here, found)
    if selected is not None:
        _entry(selected)


def _chain(here: Session) -> None:
    """Verifies on demand, and hands out the whole record with its head."""
    with st.container(horizontal=True, vertical_alignment="center"):
        verify = st.button("Verify the record", key="verify", icon=":material/verified:")
        st.download_button(
            "Save the whole record",
            lambda: "\n".join(here.ledger().export()).encode(),
            file_name="record.jsonl",
            mime="application/x-ndjson",
            key="record_export",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="One entry a line, each bound to the one before it; the last line is the head.",
        )
        st.download_button(
            "The seals alone",
            lambda: csv_bytes(_SEAL, [_seal(entry) for entry in here.entries]),
            file_name="record-seals.csv",
            mime="text/csv",
            key="record_seals",
            icon=":material/lock:",
            type="tertiary",
            on_click="ignore",
            help="Number, day, kind and seal of each entry, without a name or a text: whoever "
            "keeps it can tell later whether the record is still the same.",
        )
        st.download_button(
            "As a sealed table",
            lambda: sealed_csv(here.ledger().export()),
            file_name="record-sealed.csv",
            mime="text/csv",
            key="record_sealed",
            icon=":material/table:",
            type="tertiary",
            on_click="ignore",
            help="For a spreadsheet. Either file is checked by `python -m pipeline verify --file`.",
        )
    st.caption(CHAIN)
    if verify:
        _verified(here)


_SEAL = ("seq", "on_day", "kind", "previous", "hash")


def _seal(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in _SEAL}


def _verified(here: Session) -> None:
    result = here.ledger().verify()
    if result.ok:
        entries = counted(result.entries, "entry", "entries")
        st.success(
            f"Nothing was changed: {entries}, head `{result.head[:16]}`. "
            "Keep the head elsewhere; it bears witness to everything before it."
        )
        for erasure in result.erasures:
            st.text(erasure.told)
        return
    where = f"Entry {result.first_broken}: " if result.first_broken else ""
    st.error(escaped(f"{where}{result.why}"), icon=":material/gpp_bad:")


def _filtered(here: Session) -> list[Entry]:
    newest_first = list(reversed(here.entries))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Find",
            key="record_search",
            type="search",
            placeholder="Invoice, customer or word",
            label_visibility="collapsed",
        )
        person = st.selectbox(
            "Person",
            sorted({entry.by for entry in newest_first}),
            index=None,
            key="record_person",
            placeholder="Everybody",
            label_visibility="collapsed",
        )
        kind = st.selectbox(
            "Kind",
            [name for name in _KINDS if any(entry.kind == name for entry in newest_first)],
            index=None,
            key="record_kind",
            format_func=_KINDS.__getitem__,
            placeholder="Everything",
            label_visibility="collapsed",
        )
    wanted = (words or "").casefold().split()
    names = here.kept_for_books("customer names", lambda: _names(here))
    return [
        entry
        for entry in newest_first
        if (not person or entry.by == person)
        and (not kind or entry.kind == kind)
        and all(word in _searchable(entry, names) for word in wanted)
    ]


def _sampled(found: list[Entry]) -> list[Entry]:
    """An auditor's draw of decisions among what is listed; all of it while none is asked for."""
    with st.popover("Random sample", icon=":material/casino:", key="record_sample"):
        n = st.number_input("Decisions", 0, 500, 0, key="sample_n", help="0 lists everything.")
        seed = st.text_input(
            "Seed", "2026", key="sample_seed", help="The same seed, the same draw."
        )
    if not n:
        return found
    decisions = [entry for entry in found if entry.kind == "decision"]
    drawn = set(sample([entry.event_id for entry in decisions], int(n), seed))
    st.caption(
        f"{len(drawn)} of {counted(len(decisions), 'decision')}, drawn by the seed "
        f"“{escaped(seed)}”."
    )
    return [entry for entry in decisions if entry.event_id in drawn]


def _names(here: Session) -> dict[str, str]:
    """Customer -> name."""
    return {row["customer_id"]: row["name"] or "" for row in here.day.table("customers")}


def _searchable(entry: Entry, names: dict[str, str]) -> str:
    customer = str(entry.payload.get("customer_id", entry.subject.split("/")[0]))
    reason = REASONS.get(entry.payload.get("reason") or "", "")
    said = (entry.subject, entry.by, happened(entry), reason, canonical_json(entry.payload))
    return " ".join((*said, names.get(customer, ""))).casefold()


def _table(here: Session, found: list[Entry]) -> Entry | None:
    rows = [_row(entry) for entry in found]
    event = st.dataframe(
        pl.DataFrame(rows[:SHOWN], infer_schema_length=None),
        hide_index=True,
        height=min(420, 38 + 35 * len(rows)),
        key="record",
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "#": st.column_config.NumberColumn(width=50),
            "When": st.column_config.TextColumn(width=150),
            "About": st.column_config.TextColumn(width=205),
            "What": st.column_config.TextColumn(width=225),
            "Reason": st.column_config.TextColumn(width=150),
            "Day": st.column_config.DateColumn(format="D MMM YYYY", help="The day looked from"),
        },
        alt="Entries of the record, newest first.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        entries = counted(len(here.entries), "entry", "entries")
        st.caption(f"{len(found):,} of {entries}, newest first. Tick one to read all of it.")
        st.download_button(
            "Save as CSV",
            partial(csv_bytes, list(rows[0]), rows),
            file_name="record.csv",
            mime="text/csv",
            key="record_csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
        print_button(here, list(zip(rows, found, strict=True)), _chosen(here, found))
    ticked = [row for row in event.selection.rows if row < len(found)]
    return found[ticked[0]] if ticked else None


def _chosen(here: Session, found: list[Entry]) -> str:
    """How the listed entries were chosen, for whoever holds the paper."""
    state = st.session_state
    said = [
        f"holding “{state.record_search}”" if state.get("record_search") else "",
        f"by {state.record_person}" if state.get("record_person") else "",
        f"of the kind “{_KINDS[state.record_kind]}”" if state.get("record_kind") else "",
        f"drawn by the seed “{state.sample_seed}”" if state.get("sample_n") else "",
    ]
    told = ", ".join(part for part in said if part)
    return f"They are those {told}." if told and len(found) < len(here.entries) else ""


def _row(entry: Entry) -> dict[str, object]:
    payload = entry.payload
    return {
        "#": entry.seq,
        "When": moment(entry.at),
        "Day": entry.on_day,
        "Who": entry.by,
        "About": entry.subject,
        "What": happened(entry),
        "Reason": REASONS.get(payload.get("reason") or "", payload.get("reason")),
        "Note": payload.get("note") or None,
    }


def _entry(entry: Entry) -> None:
    """One entry in full: both texts of a decision, then everything as it was sealed."""
    with st.container(border=True):
        st.markdown(f"**Entry {entry.seq}** · `{entry.hash[:16]}` after `{entry.previous[:16]}`")
        if entry.payload.get("final_body"):
            left, right = st.columns(2)
            subject = entry.payload["subject"]
            for column, title, said, part in (
                (left, "Draft", entry.payload.get("draft_subject") or subject, "draft_body"),
                (right, "Final text", subject, "final_body"),
            ):
                with column:
                    st.caption(title)
                    text = f"{said}\n\n{entry.payload[part]}"
                    st.code(text, language=None, wrap_lines=True)
        st.json(entry.payload, expanded=False)


page()
