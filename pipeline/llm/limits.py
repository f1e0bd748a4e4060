"""What one call may take: seconds, bytes and hosts; a server that wants more is cut off.

The limits hold for the connection itself, so that a server that hangs, drips or floods is left
in time whatever it sends. LiteLLM's own time-out only speaks of the pause between two bytes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

#: Longest answer in bytes: a message of a few hundred words needs a hundredth of it.
LARGEST = 256 * 1024


@dataclass
class Limits:
    """Of one call; `broken` says in words which limit ended it."""

    seconds: float
    host: str
    """The only host that may be asked; empty: the provider's own."""
    largest: int = LARGEST
    ends: float = 0.0
    """On the monotonic clock, from the first request on: importing is not the server's time."""
    broken: str = ""
    status: int | None = None
    """Of the server's answer; None before it gave one."""

    @property
    def left(self) -> float:
        """Seconds left, above zero."""
        return max(0.05, self.ends - time.monotonic())

    def check(self, size: int) -> None:
        """Ends the call when a limit is passed."""
        if time.monotonic() > self.ends:
            self.broken = f"gave no whole answer within {self.seconds:g} seconds"
        elif size > self.largest:
            self.broken = f"sent more than {self.largest // 1024} KB"
        if self.broken:
            raise httpx.ReadError(self.broken)


_LIMITS: ContextVar[Limits | None] = ContextVar("limits", default=None)


@contextmanager
def limited(limits: Limits) -> Iterator[Limits]:
    """The limits that hold for every connection that this thread makes inside."""
    token = _LIMITS.set(limits)
    try:
        yield limits
    finally:
        _LIMITS.reset(token)


def limited_client() -> httpx.Client:
    """A client that follows no redirect and asks nothing outside of `limited`."""
    return httpx.Client(transport=_LimitedTransport(), follow_redirects=False)


def host_of(address: str) -> str:
    """The host of an `api_base`; empty for none."""
    return (urlsplit(address).hostname or "") if address else ""


class _LimitedTransport(httpx.HTTPTransport):
    """Asks only inside `limited`, and reads no further than it allows."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        limits = _LIMITS.get()
        if limits is None:
            raise httpx.ConnectError("no model is asked here")
        if limits.host and request.url.host != limits.host:
            limits.broken = f"sent us to {request.url.host}, which is not its api_base"
            raise httpx.ConnectError(limits.broken)
        limits.ends = limits.ends or time.monotonic() + limits.seconds
        left = limits.left
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), left)
        response = super().handle_request(request)
        limits.status = response.status_code
        return httpx.Response(
            status_code=response.status_code,
            headers=response.headers,
            stream=_LimitedStream(response, limits),
            extensions=response.extensions,
        )


class _LimitedStream(httpx.SyncByteStream):
    """A body that is read no longer and no further than its call allows."""

    def __init__(self, response: httpx.Response, limits: Limits) -> None:
        self._response, self._limits = response, limits

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._response.stream:  # type: ignore[union-attr]
            size += len(chunk)
            self._limits.check(size)
            yield chunk

    def close(self) -> None:
        self._response.close()
