"""The right side of Review: what is doubtful, the message, its checks, and the five verdicts."""

from __future__ import annotations

import streamlit as st

from pages.parts import casework, verdicts, worded
from pages.parts.allowed import allowed
from pages.parts.phases import holds
from pages.parts.session import Session
from pages.parts.verdicts import suggested, take, take_back, text_key, texts
from pages.parts.wording import LANE_TITLES, counted, escaped
from pipeline.acting import Made, blocking, checked
from pipeline.deciding import is_stopped
from pipeline.drafting.doubts import every_doubt
from pipeline.drafting.edits import word_diff
from pipeline.model import MESSAGE_LANES, REASONS, Check, Lane, Verdict

_NO_MESSAGE = {
    "disputed": "A disputed invoice gets no message. Its owner takes it from here.",
    "waiting": "Nothing is sent while this waits.",
    "not_due": "Nothing is due yet, so nothing is sent.",
}
_KEPT_WORDS = 6


def decision(here: Session, true: Made) -> None:
    """Doubts first, then the message or the note, then the verdict."""
    made = casework.as_shown(here, true)
    stops = _doubts(here, made)
    is_changed = False
    if made.draft.state == "draft":
        worded.line(here, made)
        is_changed = _message(made)
        stops = _checks(made, is_changed and made is true) or stops
    else:
        _instead(made)
        stops = True
    _inputs(here, made)
    _buttons(made, stops=stops, is_changed=is_changed)


def _doubts(here: Session, made: Made) -> bool:
    """Shows what is doubtful; whether any of it stands in the way of approving."""
    sentences = [(doubt.blocking, doubt.sentence) for doubt in every_doubt(made.dossier)]
    sentences = [(True, stop) for stop in _house_stops(here, made)] + sentences
    if not sentences:
        st.markdown(":material/check_circle: Nothing is doubtful about this case.")
    marks = {True: ":red[:material/block:]", False: ":gray[:material/help:]"}
    if sentences:
        st.markdown("**What I am unsure about**")
        st.markdown("  \n".join(f"{marks[stop]} {escaped(said)}" for stop, said in sentences))
    return any(stop for stop, _ in sentences)


def _house_stops(here: Session, made: Made) -> list[str]:
    """What stops every message today, whatever the case."""
    if made.case.lane not in MESSAGE_LANES:
        return []
    stops = []
    if is_stopped(here.entries):
        stops.append("The kill switch is on: nothing is approved until it is let go.")
    if locked := holds(here).locked:
        stops.append(locked)
    return stops


def _message(made: Made) -> bool:
    """The message, editable; whether it differs from its draft."""
    draft = made.draft
    st.text(f"To {draft.to}")
    for part, text in (("subject", draft.subject), ("body", draft.body)):
        st.session_state.setdefault(text_key(made, part), text)
    st.text_input("Subject", key=text_key(made, "subject"), label_visibility="collapsed")
    st.text_area(
        "Message", key=text_key(made, "body"), height="content", label_visibility="collapsed"
    )
    subject, body = texts(made)
    for before, after in ((draft.subject, subject), (draft.body, body)):
        if before != after:
            st.markdown(_diff(before, after))
    return (subject, body) != (draft.subject, draft.body)


def _diff(before: str, after: str) -> str:
    """The edit word by word: what was taken out struck through, what was put in set off."""
    shown = []
    for step, text in word_diff(before, after):
        words = escaped(text)
        if not words:
            continue
        if step == "delete":
            shown.append(f":gray[~~{words}~~]")
        elif step == "insert":
            shown.append(f":blue-background[**{words}**]")
        else:
            shown.append(escaped(_shortened(text)))
    return " ".join(shown)


def _shortened(text: str) -> str:
    words = text.split()
    if len(words) <= 2 * _KEPT_WORDS:
        return text
    return " ".join([*words[:_KEPT_WORDS], "…", *words[-_KEPT_WORDS:]])


def _checks(made: Made, is_changed: bool) -> bool:
    """The checks of the text as it stands; whether one fails."""
    checks: tuple[Check, ...] = made.draft.checks
    if is_changed:
        checks = checked(made, *texts(made))
    failed = [check for check in checks if not check.ok]
    for check in failed:
        st.markdown(f":red[:material/block:] **{escaped(check.name)}**: {escaped(check.sentence)}")
    if not failed:
        st.caption(
            f":material/check: All {counted(len(checks), 'check')} hold: every figure, date, "
            "name and address is as the books have it."
        )
    return bool(failed)


def _instead(made: Made) -> None:
    """What there is in place of a message: a hand-off, a call brief, or the reason for neither."""
    if made.note:
        heading = "Hand-off to the owner" if made.case.lane == "blocked" else "Call brief"
        st.markdown(f"**{heading}** · stays in the house")
        st.code(made.note, language=None, wrap_lines=True, height=330)
        return
    said = _NO_MESSAGE.get(made.case.lane) or next(iter(blocking(made)), made.draft.why)
    st.info(escaped(said), icon=":material/unsubscribe:")


def _inputs(here: Session, made: Made) -> None:
    st.session_state.setdefault("hold_until", verdicts.hold_default(here.as_of))
    reason, lane, until, note = st.columns([3, 2.2, 2.8, 2.6], vertical_alignment="bottom")
    with reason:
        st.selectbox(
            "Reason",
            list(REASONS),
            index=None,
            key="reason",
            format_func=REASONS.__getitem__,
            placeholder=_likely(made),
            help="Needed for everything but an approval as it is. What the edit looks like is "
            "taken when nothing is chosen; a hold counts as timing.",
        )
    with lane:
        st.selectbox(
            "Move to",
            _lanes(made),
            index=None,
            key="new_lane",
            format_func=LANE_TITLES.__getitem__,
            placeholder="Lane",
        )
    with until:
        st.date_input("Hold until", key="hold_until", format="YYYY-MM-DD")
    with note:
        st.text_input("Note", key="note", placeholder="For the record")


def _likely(made: Made) -> str:
    code = suggested(made, "edit")
    return REASONS[code] if code else "Choose"


def _lanes(made: Made) -> list[Lane]:
    return [lane for lane in LANE_TITLES if lane not in (made.case.lane, "not_due")]


def _buttons(made: Made, *, stops: bool, is_changed: bool) -> None:
    with st.container(horizontal=True, gap="small"):
        _button("Approve", "approve", "A", made, disabled=stops or is_changed, primary=True)
        _button(
            "Approve edit", "edit", "E", made, disabled=stops or not is_changed, primary=is_changed
        )
        _button("Move", "reroute", "M", made)
        _button("Hold", "hold", "H", made)
        _button("Reject", "reject", "X", made)
        allowed(st.button, "undone")(
            "Undo", key="undo", shortcut="U", on_click=take_back, type="tertiary"
        )
    _rejections(made)
    if stops and made.draft.state == "draft":
        st.caption("Approving is off until what is marked above is mended.")


def _rejections(made: Made) -> None:
    """Rejecting with its reason takes one key, as approving does."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="rejections"):
        st.caption("Reject, because", width="content")
        for number, (code, short) in enumerate(_BECAUSE.items(), 1):
            allowed(st.button, "decision", verdict="reject")(
                short,
                key=f"reject_{code}",
                shortcut=str(number),
                on_click=verdicts.reject,
                args=(made.case.case_id, code),
                type="tertiary",
                help=f"Rejects this draft: {REASONS[code][:1].lower()}{REASONS[code][1:]}.",
            )


def _button(
    label: str,
    verdict: Verdict,
    key: str,
    made: Made,
    *,
    disabled: bool = False,
    primary: bool = False,
) -> None:
    allowed(st.button, "decision", verdict=verdict)(
        label,
        key=verdict,
        shortcut=key,
        on_click=take,
        args=(verdict, made.case.case_id),
        disabled=disabled,
        type="primary" if primary and not disabled else "secondary",
        help=_EFFECTS[verdict],
    )


#: Reason -> its word on the key; “other” wants words, so it has none.
_BECAUSE = {
    "FACT": "Fact",
    "CONTACT": "Contact",
    "PAID": "Paid",
    "DISPUTE_MISSED": "Complaint",
    "RELATIONSHIP": "Relationship",
    "TIMING": "Timing",
    "TONE": "Tone",
}
_EFFECTS: dict[Verdict, str] = {
    "approve": "Takes the message as it is; it may leave.",
    "edit": "Takes the message as you changed it; both texts are kept.",
    "reroute": "Puts the case into the lane chosen above.",
    "hold": "Nothing is sent until the day above; then it comes back to you.",
    "reject": "Drops this draft, with its reason.",
}
