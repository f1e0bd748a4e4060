"""Keeps the pictures that `test_every_page` took as docs/pages.md: every page, light and dark.

`make pictures` runs the test and then this.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[2]
ARTEFACTS = REPOSITORY / "tests" / "artefacts"
KEPT = REPOSITORY / "docs" / "screenshots" / "pages"
#: Pixels across: enough to read a heading, small enough to carry forty of them.
WIDTH = 960


def main() -> None:
    """Writes the pictures, small, and the page that shows them side by side."""
    KEPT.mkdir(parents=True, exist_ok=True)
    rows = []
    for light in sorted(ARTEFACTS.glob("page_*_light.png")):
        name = light.stem.removeprefix("page_").removesuffix("_light")
        for scheme in ("light", "dark"):
            shrink(ARTEFACTS / f"page_{name}_{scheme}.png", KEPT / f"{name}_{scheme}.png")
        shown = (f"![{name}, {s}](screenshots/pages/{name}_{s}.png)" for s in ("light", "dark"))
        rows.append(f"## {name.replace('_', ' ').capitalize()}\n\n{' '.join(shown)}\n")
    head = "# Every page, light and dark\n\nAs the browser tests saw them on the demo.\n\n"
    (REPOSITORY / "docs" / "pages.md").write_text(head + "\n".join(rows), encoding="utf-8")


def shrink(source: Path, target: Path) -> None:
    """The same picture with fewer pixels and colours."""
    with Image.open(source) as picture:
        height = round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
        small.quantize(64).save(target, optimize=True)


if __name__ == "__main__":
    main()
