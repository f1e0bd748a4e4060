"""One request to an app in this process, without a server."""

from __future__ import annotations

import asyncio

import httpx
from starlette.applications import Starlette


def get(app: Starlette, path: str, **headers: str) -> httpx.Response:
    """The answer; what the app raises becomes the answer that a server would give."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://countback") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())
