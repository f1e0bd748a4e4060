"""An HTML page of ours as a PDF: printed by Chromium, with nothing of the clock in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.model import CountbackError
from pipeline.report.shapes import Readout
from pipeline.report.web import html_bytes

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 120
_DATES = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")
#: The page is our own and holds no script; without these a browser asks its maker for news.
_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run"),
    *("--disable-background-networking", "--disable-sync", "--disable-component-update"),
    *("--disable-default-apps", "--proxy-server=127.0.0.1:9", "--no-pdf-header-footer"),
)


def browser() -> str | None:
    """The path of the system's Chromium; None when there is none."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def pdf_bytes(readout: Readout) -> bytes:
    """The readout on A4; raises CountbackError when there is no Chromium or it does not print."""
    return page_as_pdf(
        html_bytes(readout), readout.as_of, "choose --format html and print it from any browser"
    )


def page_as_pdf(page: bytes, as_of: date, otherwise: str) -> bytes:
    """A page without scripts on A4, the same bytes for the same page.

    Raises CountbackError when there is no Chromium or it does not print; `otherwise` ends its
    sentence with what to do instead.
    """
    found = browser()
    if found is None:
        raise CountbackError(
            "A PDF is printed by Chromium, and there is none: install it with `make chromium`, or "
            f"{otherwise}."
        )
    with TemporaryDirectory(prefix="printed-") as name:
        return _undated(_printed(found, Path(name), page, otherwise), as_of)


def _printed(found: str, folder: Path, page: bytes, otherwise: str) -> bytes:
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_bytes(page)
    call = [found, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}"]
    try:
        done = subprocess.run(
            [*call, source.as_uri()], capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CountbackError(
            f"Chromium did not print within {_SECONDS} seconds: try again, or {otherwise}."
        ) from error
    if done.returncode or not target.exists():
        raise CountbackError(
            f"Chromium could not print it (it ended with {done.returncode}): {otherwise}."
        )
    return target.read_bytes()


def _undated(content: bytes, as_of: date) -> bytes:
    """The same bytes on every day: the dates inside are the page's own, of the same length."""
    day = f"{as_of:%Y%m%d}000000".encode()
    return _DATES.sub(lambda found: b"/" + found[1] + b" (D:" + day, content)
