"""Who may do what in this pilot: the roles that people hold, and what each of them is for."""

from __future__ import annotations

import streamlit as st

from pages.parts import people_acts, session, signin
from pages.parts.allowed import allowed
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import escaped
from pipeline.ledger.rights import PURPOSES, RIGHTS, spoken
from pipeline.model import ROLES, Role


def main() -> None:
    """Draws the page."""
    here = session.here()
    st.title("Who may do what?")
    if not here.people.is_ruled:
        _without_roles()
    else:
        _held(here)
        _grant()
    _rights()


def _without_roles() -> None:
    st.info(
        "No roles count in this pilot: whoever reaches this page works under the name in the "
        "sidebar and may do everything, except what takes a second person.",
        icon=":material/info:",
    )
    st.markdown(
        "To let people sign in, name a provider in `.streamlit/secrets.toml` and the first admin "
        "in the pilot's `pilot.toml`; the admin then grants the roles on this page. Sign-in and "
        "roles are described in `docs/operate.md`."
    )
    st.code(
        '[people]\nsign_in = true\nadmins = ["https://id.example|the-admin\'s-subject"]',
        language=None,
    )


def _held(here: Session) -> None:
    """Everybody with a role: since when, by whom, and the way to take it away."""
    rows = [
        {
            "name": one.name or "–",
            "role": spoken([one.role]),
            "identity": one.identity,
            "since": one.since,
            "granted_by": one.by,
        }
        for one in here.people.holdings
    ]
    if not rows:
        st.warning(
            "Nobody holds a role: name the first admin in pilot.toml, [people] admins.",
            icon=":material/group_off:",
        )
        return
    st.markdown("**Who holds which role**")
    table(rows, key="people_held", alt="Who holds which role, since when and by whom.")
    save(rows, key="people_save", name="people")
    _remove(here)


def _remove(here: Session) -> None:
    held = {
        f"{one.name or one.identity} – {spoken([one.role])}  ({one.identity})": (
            one.identity,
            one.role,
        )
        for one in here.people.holdings
        if one.since is not None
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Take a role away",
            list(held),
            index=None,
            key="people_chosen",
            placeholder="Choose who and which" if held else "Nobody was granted one yet",
            disabled=not held,
        )
        allowed(st.button, "role_removed")(
            "Remove it",
            key="people_remove",
            icon=":material/person_remove:",
            on_click=people_acts.take_away,
            args=held.get(chosen or "", ("", "")),
            disabled=not chosen,
        )
        if st.session_state.get("people_last"):
            allowed(st.button, "role_granted")(
                "Undo the last change",
                key="people_undo",
                icon=":material/undo:",
                type="tertiary",
                on_click=people_acts.undo,
            )
    st.caption("A role that is removed is gone at the person's next click, in every open window.")


def _grant() -> None:
    with st.container(border=True):
        st.markdown("**Grant a role**")
        left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
        with left:
            st.text_input(
                "Issuer and subject",
                key="people_identity",
                placeholder="https://id.example|248289761001",
                help="The line that the person's own sign-in page shows them; never an e-mail.",
            )
        with middle:
            st.text_input("Name", key="people_name", placeholder="Ana Ruiz")
        with right:
            st.selectbox("Role", ROLES, key="people_role", format_func=_title)
        allowed(st.button, "role_granted")(
            "Grant it",
            key="people_grant",
            type="primary",
            icon=":material/person_add:",
            on_click=people_acts.give,
        )
        if not signin.is_set_up():
            st.caption(escaped("No provider of identities is set up here: see docs/operate.md."))


def _title(role: Role) -> str:
    return spoken([role]).capitalize()


def _rights() -> None:
    """What each role may do, from the very table that the record asks."""
    st.markdown("**What each role may do**")
    for role in ROLES:
        st.markdown(f"**{_title(role)}.** {PURPOSES[role]}.")
    rows = [
        {
            "what": right.does,
            **{role: "yes" if role in right.roles else "" for role in ROLES if role != "viewer"},
        }
        for right in RIGHTS
    ]
    table(rows, key="people_rights", alt="What can be done, and which roles may do it.")
    save(rows, key="people_rights_save", name="rights")


main()
