"""The rules of the house, as code: who may know whom, and what nobody may do.

A rule is a function from one source file to the sentences that say what is wrong with it.
`test_architecture.py` runs every rule over the whole tree, and shows that each one bites.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]

HOUSE = frozenset({"app.py", "pages", "pipeline", "server"})

#: Who may know whom: a module may import from its own row (without circles) and from every row
#: below it. The name of a package stands for everything inside it.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"model"}),
    frozenset({"settings"}),
    frozenset({"routing", "context", "statistics", "replies"}),
    frozenset({"exports", "warehouse", "ledger", "prompts", "llm", "outbox"}),
    frozenset({"figures"}),
    frozenset(
        {
            "pilot",
            "desk",
            "drafting",
            "attention",
            "charts",
            "deciding",
            "disputing",
            "proving",
            "replaying",
            "sorting_session",
            "back_test",
            "timing",
            "holdout",
        }
    ),
    frozenset({"roi", "opportunity", "segments", "protocol", "phases", "what_next"}),
    frozenset({"acting", "unknown_exports", "report", "reply_desk", "keeping"}),
    frozenset({"sending"}),
    frozenset({"health"}),
    frozenset({"printing", "bench", "demo"}),
    frozenset({"verbs"}),
    frozenset({"__main__"}),
)

#: One library, one door: the only places that may import it.
#: A name stands for the file or the package.
DOORS: dict[str, frozenset[str]] = {
    "streamlit": frozenset({"app", "server", "pages", "pipeline/bench"}),  # bench: measured
    "starlette": frozenset({"app", "server"}),
    "duckdb": frozenset({"pipeline/warehouse"}),
    "sqlalchemy": frozenset({"pipeline/ledger"}),
    "sqlite3": frozenset({"pipeline/ledger"}),
    "plotly": frozenset({"pipeline/charts"}),
    "litellm": frozenset({"pipeline/llm"}),
    "polars": frozenset(
        {
            *("pipeline/exports", "pipeline/warehouse", "pipeline/charts"),
            # A comparison's rows are too many for dictionaries: they go to NumPy as a frame.
            *("pipeline/proving", "pipeline/segments", "pipeline/bench", "pages"),
            "pipeline/back_test",
        }
    ),
    "pandas": frozenset({"pipeline/bench"}),
    "scipy": frozenset({"pipeline/statistics"}),
    "statsmodels": frozenset({"pipeline/statistics"}),
    "fastexcel": frozenset({"pipeline/exports"}),
    "xlsxwriter": frozenset({"pipeline/report"}),
    "pptx": frozenset({"pipeline/report"}),
    "python_calamine": frozenset({"pipeline/exports"}),
    "pypdf": frozenset({"pipeline/exports"}),
    "oxmsg": frozenset({"pipeline/exports"}),
    "zipfile": frozenset({"pipeline/exports", "pipeline/report", "pipeline/outbox"}),
    "smtplib": frozenset({"pipeline/outbox"}),
    # Where other programs are started, and held to limits: to open strangers' files, to measure,
    # and to print a read-out.
    "subprocess": frozenset({"pipeline/exports", "pipeline/bench", "pipeline/report"}),
    "multiprocessing": frozenset(),
    "resource": frozenset({"pipeline/exports", "pipeline/bench"}),
    "holidays": frozenset({"pipeline/sending"}),
    # Nothing else reaches the network, and nothing unpacks objects that a file brings along.
    **dict.fromkeys(
        ("requests", "urllib3", "aiohttp", "openai", "socket", "http.client"), frozenset()
    ),
    "httpx": frozenset({"pipeline/llm"}),  # the limits of a model's connection
    **dict.fromkeys(("urllib.request", "pickle", "marshal", "shelve", "dill"), frozenset()),
}

#: What opens a file from outside in the process that calls it.
OPENERS = (
    *("pipeline.exports.read", "pipeline.exports.opening", "pipeline.exports.reading"),
    *("pipeline.exports.workbooks", "pipeline.exports.mail.reading.read"),
    *("pipeline.exports.agreements.reading.read", "pipeline.exports.agreements.documents"),
    *("pipeline.exports.proposing_looking.looked", "pipeline.exports.sketching"),
)

#: Calls that make one number out of many: those live in a .sql file or in `statistics`.
AGGREGATES = frozenset({"group_by", "groupby", "sum", "mean", "median", "value_counts", "agg"})
VAGUE_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "misc", "common", "manager", "services"}
)

#: Widgets that render Markdown, and fields that hold what strangers wrote. `plain()` makes it safe.
MARKDOWN_WIDGETS = frozenset(
    (
        *("badge", "button", "caption", "checkbox", "download_button", "error", "expander"),
        *("header", "info", "link_button", "markdown", "metric", "pills", "popover", "radio"),
        *("segmented_control", "status", "subheader", "success", "table", "tabs", "title"),
        *("toast", "toggle", "warning", "write"),
    )
)
STRANGERS_WORDS = frozenset(
    {"body", "subject", "sender", "recipients", "snippet", "quote", "quoted"}
)
SAFE_CALLS = frozenset({"plain", "escaped", "len", "bool"})

SQL = re.compile(
    r"""\s*(
      select\s+(distinct\s+)?(\*|\d|\w+\()
    | select\b.+\bfrom\s+(?!(the|a|an|your|this|these|that|each|every|all|one|its|our)\b)["'{(\w]
    | insert\s+(or\s+\w+\s+)?into\s
    | update\s+["'{\w}.]+\s+set\s
    | delete\s+from\s
    | (create|drop|alter)\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view|index|trigger|macro|schema)\b
    | with\s+(recursive\s+)?\w+(\s*\([^)]*\))?\s+as\s+(not\s+)?(materialized\s+)?\(
    | (attach|pragma|install)\s+['"\w]+\s*($|[=;(]|as\b)
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
SQL_CLOCK = re.compile(
    r"\bcurrent_(date|time|timestamp)\b|\b(now|today|getdate)\s*\(\s*\)|\(\s*'now'", re.IGNORECASE
)
CLOCK_MODULE = frozenset({"time", "time_ns", "localtime", "gmtime", "ctime"})


@dataclass(frozen=True)
class Source:
    """One Python file: where it lies (with forward slashes) and what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def place(self) -> str:
        """`pipeline/warehouse/build.py` and `pipeline/warehouse.py` are `pipeline/warehouse`."""
        parts = Path(self.path).with_suffix("").parts
        return "/".join(parts[:2]) if parts[0] == "pipeline" else parts[0]

    @property
    def module(self) -> str:
        return self.place.rpartition("/")[2]

    def at(self, node: ast.AST, sentence: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {sentence}"


Rule = Callable[[Source], Iterator[str]]


@cache
def python_files() -> list[Source]:
    """The code of the product: app.py, server, pages and pipeline."""
    found = [REPOSITORY / "app.py", *REPOSITORY.glob("[ps]*/**/*.py")]
    inside = [f for f in found if f.is_file() and f.relative_to(REPOSITORY).parts[0] in HOUSE]
    return [
        Source(f.relative_to(REPOSITORY).as_posix(), f.read_text("utf-8")) for f in sorted(inside)
    ]


def imports(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Every dotted name that the file imports, wherever in the file it does so."""
    folder = Path(source.path).parts[:-1]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            here = folder[: len(folder) + 1 - node.level] if node.level else ()
            base = ".".join([*here, *filter(None, [node.module])])
            yield from ((node, f"{base}.{alias.name}") for alias in node.names)


def calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def name_of(node: ast.AST) -> str:
    """The last part of a name: `now` for `datetime.now`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def docstrings(tree: ast.AST) -> set[int]:
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def strings(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Every text in the code, docstrings left out; what is filled in later reads `{}`."""
    tree = source.tree
    said = docstrings(tree)
    for node in ast.walk(tree):
        text = text_of(node)
        if text and id(node) not in said:
            yield node, text


def text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "{}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = text_of(node.left), text_of(node.right)
        return None if left is None and right is None else (left or "{}") + (right or "{}")
    return None


def layer(module: str) -> int | None:
    """Height of a module's row in LAYERS, 0 = knows nobody; None = it has no place yet."""
    return next((i for i, names in enumerate(LAYERS) if module in names), None)


# --- the rules ---------------------------------------------------------------------------------


def every_module_has_a_place(source: Source) -> Iterator[str]:
    if source.path.startswith("pipeline/") and source.module != "__init__":
        if layer(source.module) is None:
            yield f"{source.path}: give {source.module!r} a place in LAYERS (tests/house_rules.py)"


def imports_point_down(source: Source) -> Iterator[str]:
    if not source.path.startswith("pipeline/"):
        return
    height = layer(source.module)
    for node, name in imports(source):
        first, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if first in {"pages", "app", "server"}:
            yield source.at(node, f"the pipeline must not import {name!r}")
        elif first == "pipeline" and source.module == "__init__":
            yield source.at(node, "pipeline/__init__.py is the reading order and imports nothing")
        elif first == "pipeline" and height is not None and (layer(other) or 0) > height:
            yield source.at(node, f"{source.module} must not know {other}, which lies above it")


def pages_know_their_parts_only(source: Source) -> Iterator[str]:
    if source.place not in {"app", "pages"}:
        return
    for node, name in imports(source):
        first, _, rest = name.partition(".")
        if first == "app" or (first == "pages" and rest.partition(".")[0] != "parts"):
            yield source.at(node, f"shared pieces live in pages/parts, not in {name!r}")
        if first == "pipeline" and rest.partition(".")[0] in {"__main__", "verbs", "bench"}:
            yield source.at(node, f"{name!r} is for the command line")


def one_library_one_door(source: Source) -> Iterator[str]:
    for node, name in imports(source):
        for library, doors in DOORS.items():
            if (name == library or name.startswith(library + ".")) and source.place not in doors:
                where = " and ".join(sorted(doors)) or "nobody"
                yield source.at(node, f"{library} is for {where}")


def strangers_files_are_opened_apart(source: Source) -> Iterator[str]:
    """What opens a file that came from outside runs in a process of its own: `ConfinedReader`."""
    if source.place in {"pipeline/exports", "pipeline/bench"}:  # what is measured was made here
        return
    for node, name in imports(source):
        if name.startswith(OPENERS):
            yield source.at(node, f"{name} opens strangers' files: ask exports.confined")


def litellm_is_imported_where_it_is_called(source: Source) -> Iterator[str]:
    for node in source.tree.body:
        top = Source(source.path, ast.unparse(node))
        if isinstance(node, ast.Import | ast.ImportFrom | ast.If | ast.Try):
            if any(name.partition(".")[0] == "litellm" for _, name in imports(top)):
                yield source.at(node, "import litellm inside the function that calls it")


def nothing_is_imported_by_name_at_run_time(source: Source) -> Iterator[str]:
    for call in calls(source):
        if name_of(call.func) in {"__import__", "import_module"}:
            yield source.at(call, "an import by name hides from the doors")


def sql_stays_behind_its_doors(source: Source) -> Iterator[str]:
    if source.place in {"pipeline/warehouse", "pipeline/ledger"}:
        return
    for node, text in strings(source):
        if SQL.match(text):
            yield source.at(node, f"SQL belongs in pipeline/sql or behind a door: {text[:40]!r}")


def pages_and_charts_never_aggregate(source: Source) -> Iterator[str]:
    if source.place not in {"app", "pages", "pipeline/charts"}:
        return
    for call in calls(source):
        if name_of(call.func) in AGGREGATES:
            yield source.at(
                call, f"{name_of(call.func)}(): a number is defined once, in its .sql file"
            )


def pipeline_never_asks_the_clock(source: Source) -> Iterator[str]:
    if not source.path.startswith("pipeline/"):
        return
    asked = [*clock_reads(source)]
    # The command line is the edge: it may look once, and hands the time on as an argument.
    yield from asked[1:] if source.module == "__main__" else asked


def clock_reads(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and name_of(node.func) in {"today", "now", "utcnow"}:
            yield source.at(node, f"{name_of(node.func)}(): the time is an argument")
        elif isinstance(node, ast.keyword) and is_clock(node.value):
            yield source.at(node.value, "a default that reads the clock: the time is an argument")
        elif isinstance(node, ast.Attribute) and node.attr in CLOCK_MODULE:
            if name_of(node.value) == "time":
                yield source.at(node, f"time.{node.attr}: the time is an argument")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            if CLOCK_MODULE & {alias.name for alias in node.names}:
                yield source.at(node, "the time is an argument")
    for node, text in strings(source):
        if SQL_CLOCK.search(text):
            yield source.at(node, "SQL that asks the clock: the day is an argument")


def is_clock(node: ast.AST) -> bool:
    """`datetime.now` handed over without calling it."""
    known = isinstance(node, ast.Attribute) and name_of(node.value) in {"datetime", "date"}
    return known and name_of(node) in {"today", "now", "utcnow"}


def nothing_runs_or_renders_what_data_says(source: Source) -> Iterator[str]:
    for call in calls(source):
        name = name_of(call.func)
        on_builtin = isinstance(call.func, ast.Name)
        if on_builtin and name in {"eval", "exec", "compile"}:
            yield source.at(call, f"{name}() runs text")
        if isinstance(call.func, ast.Attribute) and name_of(call.func.value) == "os":
            if name in {"system", "popen"}:
                yield source.at(call, f"os.{name}() hands text to a shell")
        if name in {"html", "iframe"} and name_of(getattr(call.func, "value", call)) in {
            "st",
            "v1",
        }:
            yield source.at(call, f"st.{name}() renders markup")
        for keyword in call.keywords:
            if keyword.arg in {"unsafe_allow_html", "unsafe_allow_javascript"}:
                yield source.at(call, f"{keyword.arg} renders markup")
            if keyword.arg == "shell" and getattr(keyword.value, "value", True) is not False:
                yield source.at(call, "shell=True hands text to a shell")


def strangers_words_stay_plain(source: Source) -> Iterator[str]:
    if source.place not in {"app", "pages"}:
        return
    for call in calls(source):
        drawn = drawing(call)
        widget = name_of(drawn)
        if widget in MARKDOWN_WIDGETS and isinstance(drawn, ast.Attribute):
            shown = [
                *call.args,
                *(k.value for k in call.keywords if k.arg in {"label", "body", "help"}),
            ]
            for field in sorted({f for node in shown for f in strangers_fields(node)}):
                yield source.at(
                    call, f"{widget} renders Markdown: show {field!r} with st.text, or plain()"
                )


def drawing(call: ast.Call) -> ast.AST:
    """What draws: `st.button` of `st.button(…)`, and of `allowed(st.button, …)(…)`."""
    inner = call.func
    if isinstance(inner, ast.Call) and name_of(inner.func) == "allowed" and inner.args:
        return inner.args[0]
    return inner


def strangers_fields(node: ast.AST) -> Iterator[str]:
    """Names of untrusted fields inside an expression, unless a call has made them safe."""
    if isinstance(node, ast.Call) and name_of(node.func) in SAFE_CALLS:
        return
    key = node.slice if isinstance(node, ast.Subscript) else None
    field = key.value if isinstance(key, ast.Constant) else name_of(node)
    if field in STRANGERS_WORDS:
        yield str(field)
    for child in ast.iter_child_nodes(node):
        yield from strangers_fields(child)


def names_say_something(source: Source) -> Iterator[str]:
    for part in Path(source.path).with_suffix("").parts:
        if part in VAGUE_NAMES:
            yield f"{source.path}: {part!r} says nothing; name the noun"


RULES: tuple[Rule, ...] = (
    every_module_has_a_place,
    imports_point_down,
    pages_know_their_parts_only,
    one_library_one_door,
    strangers_files_are_opened_apart,
    litellm_is_imported_where_it_is_called,
    nothing_is_imported_by_name_at_run_time,
    sql_stays_behind_its_doors,
    pages_and_charts_never_aggregate,
    pipeline_never_asks_the_clock,
    nothing_runs_or_renders_what_data_says,
    strangers_words_stay_plain,
    names_say_something,
)
