"""Who may reach the app: this machine alone, unless people sign in or nothing in it is real."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from streamlit import config
from streamlit.runtime.secrets import secrets_singleton

from pipeline.model import CountbackError
from pipeline.pilot import Pilot


def is_this_machine(address: str | None) -> bool:
    """Whether only this machine can connect to a server that listens there.

    None and the empty text mean every address, for Streamlit as for the operating system.
    """
    if not address:
        return False
    if address.startswith("unix://") or address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def refusal(address: str | None, *, signs_in: bool, is_synthetic: bool) -> str:
    """Why a pilot is not served at an address, as one sentence; empty when it may be."""
    if is_this_machine(address) or signs_in or is_synthetic:
        return ""
    return (
        f"Nobody signs in here and the pilot holds real receivables, so Countback does not listen "
        f"on {address or 'every address'}: set server.address to 127.0.0.1, or set up sign-in as "
        "docs/operate.md says."
    )


def signs_in() -> bool:
    """Whether a provider of identities is set up in secrets.toml."""
    return secrets_singleton.load_if_toml_exists() and "auth" in secrets_singleton


def refuse(pilot: Pilot) -> None:
    """Raises CountbackError when this pilot must not be served where the server listens."""
    why = refusal(
        config.get_option("server.address"), signs_in=signs_in(), is_synthetic=pilot.is_synthetic
    )
    if why:
        raise CountbackError(why)


def refuse_at_start(folder: Path) -> None:
    """Ends the program with one sentence when the pilot in a folder must not be served here.

    A pilot that cannot be opened is not known to be made up.
    """
    try:
        is_synthetic = Pilot.open(folder).is_synthetic
    except CountbackError:
        is_synthetic = False
    why = refusal(
        config.get_option("server.address"), signs_in=signs_in(), is_synthetic=is_synthetic
    )
    if why:
        raise SystemExit(why)
