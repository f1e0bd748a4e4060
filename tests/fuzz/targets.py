"""Everything that reads what strangers wrote, each with the promise that any bytes must keep.

A target is called with bytes of any kind. It returns, or it raises: then a promise was broken, and
the bytes are a finding, kept in `test_targets.py` once it is mended.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipeline.exports import load_layouts, opening, uploads
from pipeline.exports.amounts import amount, from_minor_unit, written
from pipeline.exports.confined.parcel import pack, unpack
from pipeline.exports.dates import date_order
from pipeline.exports.layouts import load_layout
from pipeline.exports.mail.addresses import all_addresses, claimed_sender, strict_address
from pipeline.exports.mail.markup import plain_text
from pipeline.exports.mail.replies import separate
from pipeline.exports.proposing_looking import looked
from pipeline.exports.results import Question, Unreadable
from pipeline.ledger.chain import verify_export
from pipeline.llm.spending import Log
from pipeline.model import CountbackError
from pipeline.replies import understand
from pipeline.settings import read_settings
from pipeline.warehouse.answers import read_answers
from tests.exports.bombs import _empty

LAYOUTS = load_layouts()
#: The largest parcel of a file's rows that is taken, in bytes.
MOST = 50_000_000
Target = Callable[[bytes], None]


@contextmanager
def file_of(data: bytes, name: str) -> Iterator[Path]:
    """The bytes as a file of that name, in a folder of its own."""
    with TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        yield path


def check_named(said: Exception, path: Path) -> None:
    """One sentence that names the file."""
    assert path.name in str(said), said


def reading(data: bytes, name: str) -> None:
    """A file is read, asked about or refused in one sentence, and survives its journey."""
    with file_of(data, name) as path:
        found = opening.read(path, name, LAYOUTS, {})
        parcel = path.parent / "parcel"
        parcel.mkdir(exist_ok=True)
        pack(found, parcel)
        again = unpack(parcel, path, name, LAYOUTS, MOST)
    ends = [found.refusal is not None, found.unrecognised, found.question is not None]
    assert [*ends, found.source is not None].count(True) == 1, found
    if found.refusal is not None:
        assert found.refusal.startswith(f"{name}: "), found.refusal
        assert found.refusal.endswith("."), found.refusal
        assert "\n" not in found.refusal, found.refusal
    assert found.rows == found.kept + len(found.skipped) + len(found.refused)
    assert found.kept >= 0, found
    assert (again.refusal, again.rows, again.columns) == (found.refusal, found.rows, found.columns)


def in_workbook(data: bytes) -> bytes:
    """A sound workbook whose sheet, list of sheets or styles are these bytes."""
    place, rest = (data[0] % 4 if data else 0), data[1:]
    if place == 3:
        return rest
    part = ("xl/worksheets/1.xml", "xl/workbook.xml", "xl/styles.xml")[place]
    whole = io.BytesIO()
    with zipfile.ZipFile(_empty()) as base, zipfile.ZipFile(whole, "w") as book:
        for entry in base.infolist():
            is_it = entry.filename == part
            book.writestr(entry.filename, rest if is_it else base.read(entry))
    return whole.getvalue()


def in_document(data: bytes) -> bytes:
    """A DOCX whose text is these bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as document:
        document.writestr("word/document.xml", data)
    return whole.getvalue()


def looking(data: bytes) -> None:
    """The closer look at a file that fits no layout: a look, or one sentence."""
    with file_of(data, "unknown.csv") as path:
        try:
            look = looked(path, path.name)
        except CountbackError as said:
            check_named(said, path)
            return
    assert all(len(cells) == len(look.columns) for _, cells in look.rows)


def amounts(data: bytes) -> None:
    """An amount is exact and finite, and reads back as itself."""
    text = data.decode("utf-8", "replace")
    for decimal in ".,":
        found = amount(text, decimal)
        if found is not None:
            assert found.is_finite(), text
            assert amount(written(found, decimal), decimal) == found, text
    from_minor_unit(text, "JPY")
    from_minor_unit(text, "USD")


def dates(data: bytes) -> None:
    """A column's dates have one order, or are asked about, or are told to be of two minds."""
    cells = [cell or None for cell in data.decode("utf-8", "replace").split("\n")]
    frame = pl.DataFrame({"due": cells}, schema={"due": pl.String()}).lazy()
    try:
        found = date_order("f.csv", frame, ["due"], None)
    except Unreadable:
        return
    assert isinstance(found, Question) or found in ("iso", "day_first", "month_first")


def addresses(data: bytes) -> None:
    """An address is beyond doubt or nobody's; writing it down brings no other one in."""
    text = data.decode("utf-8", "replace")
    one = strict_address(text)
    if one is not None:
        assert strict_address(one) == one, text
        assert one.count("@") == 1, text
        assert one.isprintable(), text
        assert strict_address(claimed_sender(text)) in (one, None), text
    else:
        assert strict_address(claimed_sender(text)) is None, text
    for found in all_addresses(text):
        assert strict_address(found) == found, text


def mail_text(data: bytes) -> None:
    """What is new in a mail is part of it; reading it says something of every text."""
    text = data.decode("utf-8", "replace")
    separate(text)
    understand(text)


def markup(data: bytes) -> None:
    """HTML to text: nothing of a tag that runs or loads is left."""
    assert "\0" not in plain_text(data.decode("utf-8", "replace").replace("\0", ""))


def in_one_sentence(name: str, read: Callable[[Path], object]) -> Target:
    """A file of the pilot's own: read, or one sentence that names it."""

    def target(data: bytes) -> None:
        with file_of(data, name) as path:
            try:
                read(path)
            except CountbackError as said:
                check_named(said, path)

    return target


def exported_record(data: bytes) -> None:
    """An export of the record verifies or says why not; it never breaks the checker."""
    found = verify_export(data.decode("utf-8", "replace").split("\n"))
    assert found.ok != bool(found.why), found


_INVOICES = (
    b"invoice_id,customer_id,issued_on,due_on,amount,currency\nI-1,C-1,2026-01-05,,1.00,USD\n"
)
_MAIL = (
    b"From: ap@c.example\nTo: ar@us.example\nSubject: =?utf-8?q?Re=3A?= INV-1\n"
    b"Date: Tue, 3 Mar 2026 10:12:00 +0100\nMessage-ID: <1@c>\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html; charset="x"\n'
    b"Content-Transfer-Encoding: quoted-printable\n\n<b>hi</b>=20\n--b--\n"
)
_SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>invoice_id</t></is></c><c r="B1"><v>1</v></c></row>'
    b"</sheetData></worksheet>"
)
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]"
    b"/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R"
    b">>>>>>endobj\n4 0 obj<</Length 44>>stream\nBT /F1 9 Tf 9 9 Td (due within 30 days) Tj ET\n"
    b"endstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    b"trailer<</Root 1 0 R/Size 6>>\n%%EOF\n"
)
_LAYOUT = (
    b'name = "mine"\ntitle = "Mine"\nkind = "people"\n[recognise]\nheaders = ["who"]\n'
    b'[columns]\nperson_id = "who"\nname = "who"\nemail = "who"\n[reading]\ndecimal = ","\n'
)
_PILOT = (
    b'[pilot]\nname = "P"\ncurrency = "USD"\nas_of = 2026-03-31\n[rates]\nEUR = 1.1\n'
    b'[segment]\nwhere = "tier = \'mid\'"\n[outbox]\nkind = "eml"\n'
)
_CALL = (
    b'{"call":"1","run":"1","at":"2026-03-31T00:00:00+00:00","model":"m","tokens":1,"usd":"0.1",'
    b'"state":"reserved"}\n'
)
_XML = b"<Response><Invoices><Invoice><Number>1</Number></Invoice></Invoices></Response>"
_WORDS = "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
_DOCUMENT = (
    f"{_WORDS}<w:p><w:r><w:t>Invoices are due within 30 days.</w:t></w:r></w:p></w:document>"
).encode()
_OUTLOOK = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\0\x03\0\xfe\xff\x09\0" + bytes(480)
)

#: Name -> the target and bytes to start from.
TARGETS: dict[str, tuple[Target, tuple[bytes, ...]]] = {
    "csv": (
        lambda data: reading(data, "invoices.csv"),
        (_INVOICES, b'invoice_id;"due\non";amount\n1;"2";3,00\n', b"a\tb\n1\t2\n"),
    ),
    "xlsx": (lambda data: reading(in_workbook(data), "book.xlsx"), (b"\0" + _SHEET, b"\x03PK\3\4")),
    "xml": (lambda data: reading(data, "answer.xml"), (_XML,)),
    "pdf": (lambda data: reading(data, "contracts/c1/msa.pdf"), (_PDF,)),
    "docx": (lambda data: reading(in_document(data), "contracts/c1/msa.docx"), (_DOCUMENT,)),
    "markdown": (
        lambda data: reading(data, "contracts/c1/msa.md"),
        (b"# Terms\n\nInvoices are due within **30 days** of receipt.\n",),
    ),
    "eml": (lambda data: reading(data, "one.eml"), (_MAIL,)),
    "mbox": (
        lambda data: reading(data, "all.mbox"),
        (b"From a@c.example Tue Mar  3 10:12:00 2026\n" + _MAIL,),
    ),
    "msg": (lambda data: reading(data, "one.msg"), (_OUTLOOK,)),
    "map": (looking, (_INVOICES, b"Kunde;Betrag\nA;1,00\n")),
    "amounts": (amounts, (b"1,234.50-", b"(EUR 1.234,50)", b"USD -5 CR")),
    "dates": (dates, (b"03/04/2026\n13/04/2026", b"2026-01-05\n")),
    "addresses": (addresses, (b'"A, B" <a@b.example>, c@d.example (C)', b"a@b]<x@y.example>")),
    "replies": (
        mail_text,
        (b"We paid.\n\nOn 3 April, Bob <b@c.example> wrote:\n> please pay\n-- \nAna\n",),
    ),
    "html": (markup, (b"<p>a<br>b<script>x</script><blockquote>c</blockquote>&amp;",)),
    "layout": (
        in_one_sentence("formats/mine.toml", load_layout),
        (_LAYOUT,),
    ),
    "policy": (in_one_sentence("pilot.toml", read_settings), (_PILOT,)),
    "answers": (
        in_one_sentence("answers.json", lambda path: read_answers(path.parent)),
        (b'{"a.csv": "day first"}',),
    ),
    "uploads": (
        in_one_sentence(".uploads.json", lambda path: uploads.uploads(path.parent)),
        (b'{"a.csv": "' + b"0" * 64 + b'.csv"}',),
    ),
    "calls": (
        in_one_sentence("models/calls.jsonl", lambda path: Log(path.parent.parent).lines()),
        (_CALL * 3,),
    ),
    "record": (exported_record, (b'{"entries":0,"head":"' + b"0" * 64 + b'"}',)),
}
