"""Countback in the browser: what is served, with its headers, its health page and its log.

Run it with `streamlit run app.py`; COUNTBACK_PILOT names the pilot folder (default: data/demo).
"""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts import places, site
from server import exposure, headers, health, logs, returning

if get_script_run_ctx(suppress_warning=True) is None:
    exposure.refuse_at_start(places.asked_for())
    logs.begin()
    app = st.App(
        site.__file__,
        routes=health.ROUTES,
        middleware=[
            Middleware(headers.SecurityHeaders),
            Middleware(logs.SlowAndFailed),
            Middleware(returning.ReturnToThePage),
        ],
        on_script_error=logs.unforeseen,
    )
else:  # a host that runs this file as a page rather than serving it
    site.draw()
