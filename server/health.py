"""/health: whether the app can do its work, for whoever keeps it running and for their monitors.

It tells states and counts and no figure, name or path, as it is answered before anybody signs in.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pages.parts import places
from pipeline.deciding import is_stopped
from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from server import logs

#: Below this many megabytes the books of a large pilot cannot be built.
_LEAST_FREE_MB = 200


def checks(folder: Path) -> list[dict[str, Any]]:
    """Each part of a pilot that is needed: `check`, `ok`, and counts; in the order of need."""
    found: list[dict[str, Any]] = []
    pilot: list[Pilot] = []

    def settings() -> dict[str, Any]:
        pilot.append(Pilot.open(folder))
        return {}

    def record() -> dict[str, Any]:
        entries = pilot[0].entries()
        return {"entries": len(entries), "sending_stopped": is_stopped(entries)}

    def books() -> dict[str, Any]:
        return {"built": any((folder / ".cache").glob("books-*.duckdb"))}

    def disk() -> dict[str, Any]:
        free = shutil.disk_usage(folder).free // 2**20
        return {"ok": free >= _LEAST_FREE_MB, "free_mb": free}

    for name, look in (("settings", settings), ("record", record), ("books", books)):
        found.append(_looked(name, look))
        if not found[-1]["ok"]:
            return found
    return [*found, _looked("disk", disk)]


def _looked(name: str, look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"check": name, "ok": True, **look()}
    except (CountbackError, OSError) as error:
        logs.say("health", level=40, check=name, type=type(error).__name__)
        return {"check": name, "ok": False}


async def health(_: Request) -> JSONResponse:
    """200 and `ok`, or 503 and `trouble`, with the checks."""
    found = await run_in_threadpool(checks, places.opened())
    is_well = all(check["ok"] for check in found)
    return JSONResponse(
        {"status": "ok" if is_well else "trouble", "checks": found},
        status_code=200 if is_well else 503,
        headers={"Cache-Control": "no-store"},
    )


ROUTES = [Route("/health", health)]
