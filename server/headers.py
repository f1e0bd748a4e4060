"""What every answer tells the browser: run, load and frame nothing that is not ours.

Should a stranger's text ever be drawn as markup, the browser still fetches nothing for it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_NONE = ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")


@cache
def policy() -> str:
    """The content security policy.

    Scripts come from us alone: those that Streamlit's page holds in itself are named by their
    hashes. Styles are made in the browser (emotion, Plotly), hence `unsafe-inline` for them; a
    style can fetch nothing from elsewhere, as pictures and fonts come from us alone too.
    """
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    inline = " ".join(_hash(script) for script in _INLINE.findall(page.read_text("utf-8")))
    parts = {
        "default-src": "'self'",
        "script-src": f"'self' {inline} 'wasm-unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@cache
def headers() -> dict[str, str]:
    """Header -> value, for every answer."""
    return {
        "Content-Security-Policy": policy(),
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        # Nobody else learns which page was open; we do, to lead back to it after a sign-in.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _NONE),
    }


class SecurityHeaders:
    """Puts the headers onto every HTTP answer but a bare “Internal Server Error”."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the call on; only answers over HTTP are touched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in headers().items():
                    answer[name] = value
            await send(message)

        await self._app(scope, receive, with_headers)
