"""The glossary, and the numbers that changed: each read from the document that keeps it."""

from __future__ import annotations

import re
from functools import cache

import streamlit as st

from pages.parts.address import REPOSITORY
from pages.parts.tables import save

_TERM = re.compile(r"^- \*\*(.+?)\*\*: (.+)$", re.MULTILINE)
_CHANGED = re.compile(r"^### Numbers that changed\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


@cache
def terms() -> dict[str, str]:
    """Term -> meaning, in the order of the document."""
    return dict(_TERM.findall((REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8")))


def glossary() -> None:
    """The words of the product, to be searched."""
    asked = st.text_input(
        "Find a word",
        key="glossary_search",
        placeholder="Find a word",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    wanted = asked.strip().casefold()
    found = {
        term: meaning
        for term, meaning in terms().items()
        if wanted in term.casefold() or wanted in meaning.casefold()
    }
    if not found:
        st.info("No word like this is in the glossary: try another, or clear the search.")
    for term, meaning in found.items():
        st.markdown(f"**{term}**  \n{meaning[:1].upper()}{meaning[1:]}")
    rows = [{"term": term, "meaning": meaning} for term, meaning in terms().items()]
    save(rows, key="glossary_csv", name="glossary")


def numbers_that_changed() -> None:
    """What the change log says of figures that differ from an earlier version's."""
    st.markdown(
        "If a figure of yesterday's version and of today's differ for the same files, it is listed "
        "here with the reason, from `CHANGELOG.md`."
    )
    for section in _CHANGED.findall((REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")):
        if "None yet." in section:
            st.info("No figure has changed from one version to the next.")
        else:
            st.markdown(section.strip())
