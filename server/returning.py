"""Back to the page that was asked for, once somebody has signed in.

The sign-in leads to the provider and from there to the start page, whatever link had been opened.
So the page from which it began is kept in a cookie of its own for a few minutes. Only the path and
the query of an address of ours are ever kept, so nobody can be sent elsewhere by it.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COOKIE = "countback_asked"
_MINUTES = 15
_LONGEST = 2000
#: Where Streamlit begins and ends a sign-in, below whatever base the server has.
_BEGINS, _ENDS = "/auth/login", "/oauth2callback"
_SIGNED_IN = "_streamlit_user="


class ReturnToThePage:
    """Notes the page at the beginning of a sign-in, and leads there at its end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the call on; only the answers of a sign-in are touched."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.endswith((_BEGINS, _ENDS)):
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)

        async def led(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                if path.endswith(_BEGINS):
                    _note(asked, answer)
                else:
                    _lead(asked, answer)
            await send(message)

        await self._app(scope, receive, led)


def _note(asked: Headers, answer: MutableHeaders) -> None:
    """The page that the sign-in was begun from: the browser tells it to ourselves alone."""
    page = _page_of(asked.get("referer", ""), asked.get("host", ""))
    answer.append("set-cookie", _cookie(page, _MINUTES * 60 if page else 0))


def _page_of(address: str, host: str) -> str:
    """Path and query of an address on our host; empty for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:  # not an address at all
        return ""
    page = parts.path + (f"?{parts.query}" if parts.query else "")
    return page if parts.netloc == host and is_a_page(page) else ""


def _lead(asked: Headers, answer: MutableHeaders) -> None:
    """To that page, if somebody is signed in now and the answer leads to our start page."""
    is_in = any(one.startswith(_SIGNED_IN) for one in answer.getlist("set-cookie"))
    page = _kept(asked.get("cookie", ""))
    if is_in and page and answer.get("location", "").startswith("/"):
        answer["location"] = page
        answer.append("set-cookie", _cookie("", 0))


def is_a_page(page: str) -> bool:
    """Whether a text is a path of ours, and nothing that a browser would take for another host."""
    begins = page.startswith("/") and not page.startswith(("//", "/\\"))
    is_plain = page.isascii() and page.isprintable() and "\\" not in page and " " not in page
    return begins and is_plain and len(page) <= _LONGEST


def _kept(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(_COOKIE)
    except CookieError:
        return ""
    page = unquote(found.value) if found else ""
    return page if is_a_page(page) else ""


def _cookie(page: str, seconds: int) -> str:
    kept = f"{_COOKIE}={quote(page, safe='')}; Path=/; Max-Age={seconds}"
    return f"{kept}; HttpOnly; SameSite=Lax"
