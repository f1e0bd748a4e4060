"""What lies where, and what is let in: pages, SQL files, pinned packages, start-up files."""

from __future__ import annotations

import ast
import re
import sysconfig
from pathlib import Path

import duckdb
import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = REPOSITORY / "pages"
SQL = REPOSITORY / "pipeline" / "sql"
#: What a metric and a check must say about themselves, and what it may be.
HEADERS = {
    "metrics": {"title": r".+", "unit": r".+", "better": r".+"},
    "checks": {"severity": r"(blocks|warns)", "fix": r".+"},
}
#: Start-up files that Python's own tools write; any other runs code whenever Python starts.
KNOWN_STARTUP = frozenset({"distutils-precedence.pth", "_virtualenv.pth", "a1_coverage.pth"})
FORBIDDEN_LITELLM = re.compile(r"litellm==(1\.82\.[78]|1\.107\.)")
INDEX_WORDS = ("://", "--index", "--extra-index", "--find-links", "--trusted-host", "file:", " @ ")


# --- pages -------------------------------------------------------------------------------------


def page_files() -> set[str]:
    inside = {p.relative_to(REPOSITORY).as_posix() for p in PAGES.glob("*/*.py")}
    return {p for p in inside if not p.startswith("pages/parts/") and not p.endswith("__init__.py")}


def linked_pages(source: str) -> set[str]:
    """Page files that the site map names."""
    constants = (n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant))
    return {c for c in constants if isinstance(c, str) and re.fullmatch(r"pages/.+\.py", c)}


def test_no_page_lies_directly_in_pages() -> None:
    """Streamlit would serve such a page by its own address, past app.py and its sign-in."""
    assert [p.name for p in PAGES.glob("*.py")] == []


def test_the_site_map_links_every_page_and_nothing_else() -> None:
    assert linked_pages((PAGES / "parts" / "site.py").read_text("utf-8")) == page_files()


def test_a_site_map_is_read_by_its_page_files() -> None:
    assert linked_pages("st.Page('pages/work/queue.py'); x = 'pages/work'") == {
        "pages/work/queue.py"
    }


def test_every_folder_of_code_is_a_package() -> None:
    folders = {p.parent for p in (REPOSITORY / "pipeline").glob("**/*.py")}
    assert [f.name for f in folders if not (f / "__init__.py").is_file()] == []


# --- SQL files ---------------------------------------------------------------------------------


def sql_files(kind: str) -> list[Path]:
    return sorted((SQL / kind).glob("**/*.sql"))


def faults(kind: str, name: str, text: str) -> list[str]:
    """What keeps a file from being one SELECT of its kind."""
    statements = duckdb.connect().extract_statements(text)
    found = [] if len(statements) == 1 else [f"{len(statements)} statements instead of one"]
    found += [f"{s.type.name}, not a SELECT" for s in statements if s.type.name != "SELECT"]
    found += [
        f"needs a line `-- {header}: …` like {pattern}"
        for header, pattern in HEADERS.get(kind, {}).items()
        if not re.search(rf"^-- {header}: *{pattern}\s*$", text, re.MULTILINE)
    ]
    if re.search(
        r"\bcurrent_(date|time)|\b(now|today)\s*\(\)", without_comments(text), re.IGNORECASE
    ):
        found.append("asks the clock; the day comes from the table pilot")
    if not re.fullmatch(r"(\d+_)?[a-z][a-z0-9_]*\.sql", name):
        found.append("a file's name is a table's name: lower case and underscores")
    return found


def without_comments(text: str) -> str:
    return re.sub(r"--[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("file", sql_files("."), ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_an_sql_file_is_one_select_that_says_what_it_is(file: Path) -> None:
    assert faults(file.parent.name, file.name, file.read_text("utf-8")) == []


def test_no_two_sql_files_make_the_same_table() -> None:
    names = [re.sub(r"^\d+_", "", f.stem) for f in sql_files(".")]
    assert sorted({n for n in names if names.count(n) > 1}) == []


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("tables", "10_x.sql", "select 1; select 2"),
        ("tables", "10_x.sql", "create table x as select 1"),
        ("tables", "10_x.sql", "select current_date as day"),
        ("tables", "10_X-y.sql", "select 1"),
        ("metrics", "x.sql", "-- title: X\n-- unit: days\nselect 1"),
        ("metrics", "x.sql", "-- title: X\n-- unit: days\n-- better:\nselect 1"),
        ("checks", "x.sql", "-- severity: fatal\n-- fix: mend it\nselect 1"),
        ("checks", "x.sql", "-- severity: blocks\nselect 1"),
    ],
)
def test_the_sql_rule_bites(kind: str, name: str, text: str) -> None:
    assert faults(kind, name, text)


def test_a_sound_sql_file_passes() -> None:
    header = "-- title: X\n-- unit: days\n-- better: lower\n-- Not now(), ever.\n"
    assert faults("metrics", "x.sql", header + "with a as (select 1 as n)\nselect n from a;") == []


# --- packages ----------------------------------------------------------------------------------


def lock_faults(text: str) -> list[str]:
    """What a lock must not hold: a bad release, an index, a package without its hash."""
    found = [f"forbidden release {m[0]}" for m in FORBIDDEN_LITELLM.finditer(text)]
    found += [f"names an index: {word!r}" for word in INDEX_WORDS if word in text]
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE | re.IGNORECASE)[1:]
    found += [f"no hash: {e.split()[0]}" for e in entries if "--hash=sha256:" not in e]
    return found + [f"not pinned: {e.split()[0]}" for e in entries if "==" not in e.split()[0]]


LOCKS = ["requirements.txt", "requirements-dev.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_everything_with_its_hash_and_names_no_index(name: str) -> None:
    assert lock_faults((REPOSITORY / name).read_text("utf-8")) == []
    assert versions(name)["litellm"] == {"1.106.2"}


@pytest.mark.parametrize(
    "line",
    [
        "litellm==1.82.8 \\\n    --hash=sha256:00\n",
        "litellm==1.107.0 \\\n    --hash=sha256:00\n",
        "--extra-index-url somewhere\n",
        "polars==2.1.0\n",
        "polars>=2 \\\n    --hash=sha256:00\n",
    ],
)
def test_the_lock_rule_bites(line: str) -> None:
    assert lock_faults(line)


def test_checking_uses_the_versions_that_running_uses() -> None:
    run, check = (versions(name) for name in LOCKS)
    assert {p: v for p, v in run.items() if not v <= check.get(p, set())} == {}


def versions(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([\w.-]+)\S*==(\S+)", (REPOSITORY / name).read_text(), re.MULTILINE
    ):
        found.setdefault(package, set()).add(version)
    return found


def startup_files(site_packages: Path) -> set[str]:
    """Files that run, or add code, whenever Python starts: how stolen releases have hidden."""
    hooks = {p.name for p in site_packages.glob("*.pth")}
    hooks |= {p.name for p in site_packages.glob("*customize.py")}
    return hooks - KNOWN_STARTUP


def test_no_package_has_left_a_startup_file() -> None:
    assert startup_files(Path(sysconfig.get_paths()["purelib"])) == set()


def test_a_startup_file_is_seen(tmp_path: Path) -> None:
    for name in ("litellm_init.pth", "sitecustomize.py", "distutils-precedence.pth"):
        (tmp_path / name).touch()
    assert startup_files(tmp_path) == {"litellm_init.pth", "sitecustomize.py"}
