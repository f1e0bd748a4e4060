"""Files that die, bite or never end: each is read or refused by name, and the next one is read."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import polars as pl
import pytest

from pipeline.exports import CsvSource, FrameSource, Layout, Reading, mails, read
from pipeline.exports.confined import ConfinedReader
from pipeline.exports.confined.limits import Limits, limits_for
from pipeline.exports.confined.parcel import Tampered, pack, unpack
from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from tests.exports import workbook
from tests.exports.bombs import BOMBS, made
from tests.exports.conftest import column

SHARED = Path(__file__).resolve().parents[3] / "shared"
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
HEADER = "invoice_id,customer_id,issued_on,due_on,amount,currency"
GOOD = f"{HEADER}\nI-1,C-1,2026-01-05,2026-02-04,100.00,USD\n"
GIGABYTE = 1_000_000_000
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the system has no such limits")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
#: A child whose reader does what the file's name says, and reads every other file as ever.
FAKE = dedent(
    """
    import os, sys, time
    from pipeline.exports import Reading, opening
    from pipeline.exports.confined.child import serve

    def forever():
        while True:
            pass

    KEPT = []
    DEEDS = {
        "leaking": lambda: KEPT.append(bytes(400_000_000)),
        "needing": lambda: bytes(400_000_000),
        "killed": lambda: os.kill(os.getpid(), 9),
        "aborted": os.abort,
        "left": lambda: os._exit(0),
        "looping": forever,
        "sleeping": lambda: time.sleep(600),
        "eating": lambda: [bytearray(10**7) for _ in range(10**6)],
        "writing": lambda: open(os.path.join(os.environ["TMPDIR"], "x"), "wb").write(bytes(10**8)),
        "panicking": lambda: (_ for _ in ()).throw(BaseException("native code")),
        "chattering": lambda: os.write(1, b"{}" * 10**6),
    }

    def read(path, name, layouts, answers):
        if name == "telling":
            return Reading(name, refusal=str(sorted(os.environ)))
        DEEDS.get(name, lambda: None)()
        return opening.read(path, name, layouts, answers)

    serve(read)
    """
)
SHORT = Limits(memory=GIGABYTE, seconds=1, processor_seconds=60, output=1_000_000)


@pytest.fixture(scope="module")
def reader(layouts: tuple[Layout, ...]) -> Iterator[ConfinedReader]:
    with ConfinedReader(layouts) as one:
        yield one


@pytest.fixture(scope="module")
def fake(layouts: tuple[Layout, ...]) -> Iterator[ConfinedReader]:
    with ConfinedReader(layouts, (sys.executable, "-c", FAKE)) as one:
        yield one


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "invoices.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


def assert_refused(reading: Reading, *words: str) -> None:
    """One sentence that begins with the file's name, and no rows."""
    assert reading.refusal is not None
    assert reading.refusal.startswith(f"{reading.name}: ")
    assert reading.refusal.endswith(".")
    assert reading.source is None
    for word in words:
        assert word in reading.refusal


def told(reading: Reading) -> dict[str, Any]:
    """Everything of a reading in a form that can be compared, rows and their types included."""
    known = {**reading.__dict__}
    source = known.pop("source")
    if isinstance(source, FrameSource):
        known["schema"], known["cells"] = source.frame.schema, source.frame.rows()
    else:
        known["source"] = source
    return known


# --- what a file may do to its reader ------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("killed", "broke off the program"),
        ("aborted", "broke off the program"),
        ("left", "broke off the program"),
        ("looping", "takes longer"),
        ("sleeping", "takes longer"),
        ("panicking", "cannot be read (BaseException)"),
        pytest.param("eating", "more memory", marks=POSIX),
        pytest.param("writing", "grows too large", marks=POSIX),
    ],
)
def test_a_file_that_breaks_its_reader_is_refused_and_the_next_one_read(
    fake: ConfinedReader, good: Path, deed: str, words: str
) -> None:
    assert_refused(fake.read(good, deed, {}, replace(SHORT, seconds=_seconds(deed))), words)
    after = fake.read(good, good.name, {})
    assert (after.refusal, after.rows) == (None, 1)


def _seconds(deed: str) -> int:
    """Only what has no end of its own is left to the clock."""
    return 1 if deed in ("looping", "sleeping") else 60


@POSIX
def test_the_processor_is_counted_too(fake: ConfinedReader, good: Path) -> None:
    within = replace(SHORT, seconds=120, processor_seconds=1)
    assert_refused(fake.read(good, "looping", {}, within), "takes longer")


def test_what_a_reader_prints_is_heard_by_nobody(fake: ConfinedReader, good: Path) -> None:
    assert fake.read(good, "chattering", {}).rows == 1


@POSIX
def test_a_file_is_refused_for_its_own_sake_only(fake: ConfinedReader, good: Path) -> None:
    # The first one leaves too little room for the second, which fits where nothing was before.
    assert fake.read(good, "leaking", {}).rows == 1
    before = fake.pid
    assert fake.read(good, "needing", {}).rows == 1
    assert fake.pid != before


def test_keys_of_the_environment_do_not_go_along(
    layouts: tuple[Layout, ...], good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with ConfinedReader(layouts, (sys.executable, "-c", FAKE)) as one:
        names = one.read(good, "telling", {}).refusal or ""
    assert "PATH" in names
    assert "OPENAI" not in names


def test_a_program_that_does_not_start_is_no_files_fault(
    layouts: tuple[Layout, ...], good: Path
) -> None:
    with (
        ConfinedReader(layouts, (sys.executable, "-c", "raise SystemExit(1)")) as one,
        pytest.raises(CountbackError, match="does not start"),
    ):
        one.read(good, good.name, {})


def test_nothing_is_left_behind(layouts: tuple[Layout, ...], good: Path, tmp_path: Path) -> None:
    with ConfinedReader(layouts, (sys.executable, "-c", FAKE)) as one:
        one.read(good, good.name, {})
        folder, pid = Path(one._folder.name), one.pid
        assert folder.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
        assert list(folder.iterdir()) == []
    assert pid is not None
    assert not folder.exists()
    if sys.platform == "linux":
        assert not Path(f"/proc/{pid}").exists()


@LINUX
def test_all_limits_are_in_force_on_linux(reader: ConfinedReader, good: Path) -> None:
    reader.read(good, good.name, {})
    named = {"RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE"}
    assert set(reader.held) == named


def test_limits_grow_with_the_file_and_end() -> None:
    assert (limits_for(0).memory, limits_for(0).seconds) == (GIGABYTE, 15)
    assert (limits_for(4_999_999).memory, limits_for(4_999_999).seconds) == (GIGABYTE, 15)
    assert (limits_for(60_000_000).memory, limits_for(60_000_000).seconds) == (2 * GIGABYTE, 195)
    assert (limits_for(10**12).memory, limits_for(10**12).seconds) == (4 * GIGABYTE, 600)


# --- what comes out of the child ------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.*")), ids=lambda path: path.name)
def test_a_reading_comes_out_as_it_went_in(
    reader: ConfinedReader, layouts: tuple[Layout, ...], path: Path
) -> None:
    assert told(reader.read(path, path.name, {})) == told(read(path, path.name, layouts, {}))


@pytest.mark.parametrize("answer", ["day first", "month first", None])
def test_an_answer_goes_along(reader: ConfinedReader, tmp_path: Path, answer: str | None) -> None:
    path = tmp_path / "doubtful.csv"
    path.write_text(f"{HEADER}\nD-1,C-1,05/01/2026,,1.00,USD\n", encoding="utf-8")
    reading = reader.read(path, path.name, {path.name: answer} if answer else {})
    assert (reading.question is None) == bool(answer)
    assert reading.date_order == (answer or "ask").replace(" ", "_")


def test_a_folder_of_mails_is_read_as_one(reader: ConfinedReader, tmp_path: Path) -> None:
    for n in range(3):
        text = f"From: a@c.example\nTo: b@us.example\nSubject: {n}\nMessage-ID: <{n}@c>\n\nhi"
        (tmp_path / f"{n}.eml").write_text(text, encoding="utf-8")
    reading = reader.read(tmp_path, "mails/*.eml", {})
    assert len(mails(tmp_path)) == reading.rows == 3
    assert column(reading, "subject") == ["0", "1", "2"]


def test_a_file_that_is_not_there_is_refused(reader: ConfinedReader, tmp_path: Path) -> None:
    assert_refused(reader.read(tmp_path / "gone.csv", "gone.csv", {}), "cannot be read")


@pytest.fixture
def parcel(tmp_path: Path, layouts: tuple[Layout, ...]) -> Path:
    """A reading with rows, packed."""
    path, folder = tmp_path / "quoted.csv", tmp_path / "parcel"
    path.write_text(GOOD + 'I-2,"C-1",2026-01-05,,1.00,USD\n\nI-3\n', encoding="utf-8")
    folder.mkdir()
    pack(read(path, path.name, layouts, {}), folder)
    return folder


def edited(**change: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        known = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        (folder / "told.json").write_text(json.dumps({**known, **change}), encoding="utf-8")

    return edit


def table(**change: object) -> Callable[[Path], None]:
    whole = {"kind": "invoices", "columns": {"amount": ["amount"]}, "defaults": {}, "unfloat": []}
    return edited(tables=[{**whole, "present": None, "derived": False, **change}])


def written(name: str, content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return write


def linked(folder: Path) -> None:
    (folder / "rows.arrow").unlink()
    (folder / "rows.arrow").symlink_to("/etc/hostname")


def swapped(folder: Path) -> None:
    pl.DataFrame({"_row": ["1"]}).write_ipc(folder / "rows.arrow")


PLAIN = {"delimiter": ",", "skip_records": 0, "skip_bytes_bom": False, "newline": "\n"}
TAMPERED: dict[str, Callable[[Path], None]] = {
    "no JSON": written("told.json", b"{"),
    "one thing more": edited(path="/etc/passwd"),
    "a layout of nobody": edited(layout="mine"),
    "rows and a refusal": edited(refusal="is bad"),
    "a kind of nobody": table(kind="files"),
    "a column of nobody": table(columns={"amount; drop table files": ["amount"]}),
    "a column that is not there": table(columns={"amount": ["note"]}),
    "a table fed from nothing": table(columns={"amount": []}),
    "a strange delimiter": edited(has_frame=False, plain={**PLAIN, "delimiter": "',x"}),
    "rows below zero": edited(rows=-1),
    "a hash that is none": edited(sha256="../../x"),
    "a link": linked,
    "rows of another form": swapped,
    "bytes that are no rows": written("rows.arrow", b"ARROW1\0\0" * 99),
    "no rows": lambda folder: (folder / "rows.arrow").unlink(),
    "no list of skipped rows": lambda folder: (folder / "skipped.arrow").unlink(),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_a_taken_over_child_may_claim_is_not_taken(
    parcel: Path, layouts: tuple[Layout, ...], what: str
) -> None:
    path = parcel.parent / "quoted.csv"
    sound = unpack(parcel, path, "quoted.csv", layouts, 1_000_000)
    assert (sound.rows, len(sound.skipped), len(sound.refused)) == (4, 1, 1)
    TAMPERED[what](parcel)
    with pytest.raises(Tampered):
        unpack(parcel, path, "quoted.csv", layouts, 1_000_000)


def test_more_rows_than_may_be_written_are_not_taken(
    parcel: Path, layouts: tuple[Layout, ...]
) -> None:
    with pytest.raises(Tampered, match="larger than 100 bytes"):
        unpack(parcel, parcel, "quoted.csv", layouts, 100)


def test_which_file_the_database_reads_is_not_the_childs_to_say(
    reader: ConfinedReader, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = reader.read(Path(good.name), good.name, {}).source
    assert isinstance(source, CsvSource)
    assert source.path == Path(good.name)


# --- bombs, and the files of others ---------------------------------------------------------------


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_or_refused_within_its_limits(
    reader: ConfinedReader, tmp_path: Path, name: str
) -> None:
    reading = reader.read(made(name, tmp_path), name, {})
    words = BOMBS[name][1]
    if words is None:
        assert reading.refusal is None
    elif words:
        assert_refused(reading, words)
    else:
        assert reading.unrecognised or reading.refusal
    assert reading.rows == reading.kept + len(reading.skipped) + len(reading.refused)
    assert_small(reader)


def assert_small(reader: ConfinedReader) -> None:
    """The most memory that the child ever asked for, its libraries included."""
    if sys.platform == "linux" and reader.pid:
        status = Path(f"/proc/{reader.pid}/status").read_text(encoding="ascii")
        (peak,) = (line for line in status.splitlines() if line.startswith("VmPeak"))
        assert int(peak.split()[1]) * 1024 <= GIGABYTE


def hostile_files() -> list[str]:
    """The manifest's paths; none where the material is not at hand."""
    listed = SHARED / "adversarial" / "MANIFEST.tsv"
    if not listed.is_file():
        return []
    with listed.open(encoding="utf-8", newline="") as handle:
        return [
            row["path"] for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


@pytest.mark.parametrize("place", hostile_files() or ["(not at hand)"])
def test_each_hostile_file_of_others_is_read_or_refused(
    reader: ConfinedReader, shared: Path, place: str
) -> None:
    path = shared / "adversarial" / place
    reading = reader.read(path, place, {})
    if reading.refusal:
        assert_refused(reading)
    assert reading.rows == reading.kept + len(reading.skipped) + len(reading.refused)
    assert_small(reader)


def test_no_string_changes_on_its_way(reader: ConfinedReader, shared: Path, tmp_path: Path) -> None:
    listed = shared / "adversarial" / "strings" / "big-list-of-naughty-strings" / "blns.json"
    wanted = [s for s in json.loads(listed.read_text("utf-8")) if "\0" not in s]
    path = tmp_path / "strings.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle, quoting=csv.QUOTE_ALL)
        rows.writerow([*HEADER.split(","), "note"])
        rows.writerows(["I", "C", "2026-01-05", "", "1", "USD", text] for text in wanted)
    reading = reader.read(path, path.name, {})
    assert column(reading, "note") == [text or None for text in wanted]


def test_no_name_of_a_file_does_anything(reader: ConfinedReader, shared: Path, good: Path) -> None:
    listed = shared / "adversarial" / "strings" / "big-list-of-naughty-strings" / "blns.json"
    for name in json.loads(listed.read_text("utf-8")):
        reading = reader.read(good, name, {})
        assert (reading.name, reading.rows) == (name, 1), reading.refusal
    missing = good.parent / "missing.csv"
    assert_refused(reader.read(missing, "a\u202e\0" + "x" * 4_000, {}))


def test_cells_of_a_workbook_keep_every_character(reader: ConfinedReader, tmp_path: Path) -> None:
    note = "\u202e 𝕬 é é ﷽ =1+1 \t end"
    rows: list[list[workbook.Cell]] = [
        [*HEADER.split(","), "note"],
        ["I-1", "C-1", "2026-01-05", None, "1", "USD", note],
    ]
    path = workbook.write(tmp_path / "book.xlsx", {"Sheet \u202e": rows})
    reading = reader.read(path, path.name, {})
    assert (column(reading, "note"), reading.sheet) == ([note], "Sheet \u202e")


def test_bombs_among_the_exports_change_nothing_for_the_others(tmp_path: Path) -> None:
    pilot = Pilot.create(tmp_path / "pilot")
    (pilot.exports / "invoices.csv").write_text(GOOD, encoding="utf-8")
    alone = pilot.load().files
    bombs = ("corner.xlsx", "slip.xlsx", "archive.zip", "deep.xml", "nested.eml", "columns.csv")
    for name in bombs:
        made(name, pilot.exports)
    together = {file.file: file for file in pilot.load().files}
    assert set(together) == {"invoices.csv", *bombs}
    assert (together["invoices.csv"],) == alone
    for name, file in together.items():
        assert file.rows == file.accepted + file.refused + file.skipped
        if file.state == "refused":
            assert file.note.startswith(f"{name}: ")
