"""The list of parts: sbom.cdx.json (CycloneDX) from requirements.txt. `make sbom` runs it.

The kept tool reads the lock; here only the addresses it assumes are taken out (the lock names
none), and each part goes on a line of its own, so that a change of the lock is readable.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "sbom.cdx.json"
LOCK = ROOT / "requirements.txt"
_PINNED = re.compile(r"^([\w.-]+)\S*==(\S+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def locked(text: str) -> dict[tuple[str, str], set[str]]:
    """(package, version) -> the hashes that the lock allows."""
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    found: dict[tuple[str, str], set[str]] = {}
    for entry in entries:
        pinned = _PINNED.match(entry)
        if pinned:
            found.setdefault((pinned[1], pinned[2]), set()).update(_HASH.findall(entry))
    return found


def plain(component: dict[str, Any]) -> dict[str, Any]:
    """One part: its name, version, package URL, and the hashes of its files."""
    files = component.pop("externalReferences", [])
    component.pop("description", None)
    component["bom-ref"] = component["purl"]
    hashes = {(h["alg"], h["content"]) for file in files for h in file.get("hashes", [])}
    component["hashes"] = [{"alg": alg, "content": content} for alg, content in sorted(hashes)]
    return component


def made(text: str) -> str:
    """The tool's list, without what it assumed; one part a line."""
    bom = json.loads(text)
    parts = {one["bom-ref"]: one for one in map(plain, bom.pop("components"))}
    for tool in bom["metadata"].get("tools", {}).get("components", []):
        tool.pop("externalReferences", None)
    root = bom["metadata"]["component"]["bom-ref"]
    bom["dependencies"] = [{"ref": root, "dependsOn": sorted(parts)}]
    head = json.dumps(bom, indent=1, sort_keys=True).removesuffix("\n}")
    lines = ",\n".join(json.dumps(parts[name], sort_keys=True) for name in sorted(parts))
    return f'{head},\n "components": [\n{lines}\n]}}\n'


def main() -> int:
    """Writes the list, and holds it against the format's own schema."""
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - only in the environment of make sbom
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    tool = Path(sys.executable).with_name("cyclonedx-py")
    command = [tool, "requirements", LOCK, "--output-reproducible", "--pyproject"]
    text = subprocess.run(
        [*command, ROOT / "pyproject.toml", "--sv", "1.6"], capture_output=True, check=True
    ).stdout.decode()
    listed = made(text)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(listed)
    if fault is not None:
        sys.stderr.write(f"sbom.cdx.json would not be CycloneDX 1.6: {fault}\n")
        return 1
    LIST.write_text(listed, encoding="utf-8")
    sys.stdout.write(f"{LIST.name}: {len(locked(LOCK.read_text('utf-8')))} parts\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
