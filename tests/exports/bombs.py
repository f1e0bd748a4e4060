"""Files made to harm whoever opens them: small to write, large to read. Made when asked for."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.exports import workbook

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_HEAD = (
    b"From: ap@customer.example\nTo: ar@us.example\nSubject: Late\n"
    b"Date: Mon, 3 Mar 2025 10:12:00 +0100\nMIME-Version: 1.0\n"
)
COLUMNS = "invoice_id,customer_id,issued_on,due_on,amount,currency"


def _workbook(sheet: bytes, *parts: tuple[str, bytes]) -> bytes:
    """A workbook whose only sheet is this XML, and further parts."""
    whole = io.BytesIO()
    with zipfile.ZipFile(_empty()) as base, zipfile.ZipFile(whole, "w", 8) as book:
        for part in base.infolist():
            is_sheet = part.filename == "xl/worksheets/1.xml"
            book.writestr(part.filename, sheet if is_sheet else base.read(part))
        for name, content in parts:
            book.writestr(name, content, compresslevel=1)
    return whole.getvalue()


def _empty() -> io.BytesIO:
    with tempfile.TemporaryDirectory() as folder:
        path = workbook.write(Path(folder) / "empty.xlsx", {"S": []})
        return io.BytesIO(path.read_bytes())


def _sheet(body: str, before: str = "") -> bytes:
    return f"{before}<worksheet {_MAIN}><sheetData>{body}</sheetData></worksheet>".encode()


_ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
_FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
_LAUGHS = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(8))


def _zip(*parts: tuple[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", 8) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return whole.getvalue()


def _nested_mail() -> bytes:
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(2_000)
    )
    return _HEAD + parts + b"Content-Type: text/plain\n\nhi\n"


def _many_parts() -> bytes:
    part = b"--b\nContent-Type: text/plain\n\nx\n"
    return _HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + part * 50_000 + b"--b--\n"


def _many_recipients() -> bytes:
    to = b", ".join(b"a%d@c.example" % i for i in range(30_000))
    return _HEAD.replace(b"ar@us.example", to) + b"\nhi"


def _many_columns() -> bytes:
    return ",".join([COLUMNS, *(f"x{i}" for i in range(8_000))]).encode() + b"\n"


def _open_quote() -> bytes:
    return COLUMNS.encode() + b'\n"' + b"x" * 9_000_000


#: Name -> how it is made, and a word of the refusal; None where the file may be read as it is.
BOMBS: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "corner.xlsx": (lambda: _workbook(_sheet(_ONE + _FAR)), "too large"),
    "padding.xlsx": (
        lambda: _workbook(_sheet(_ONE), ("xl/media/padding.bin", bytes(40_000_000))),
        "too large",
    ),
    "parts.xlsx": (
        lambda: _workbook(_sheet(_ONE), *((f"x/{i}", b"") for i in range(6_000))),
        "too large",
    ),
    "laughs.xlsx": (
        lambda: _workbook(_sheet(_ONE, f'<!DOCTYPE x [<!ENTITY a "ha">{_LAUGHS}]>')),
        "definitions of its own",
    ),
    "outside.xlsx": (
        lambda: _workbook(_sheet(_ONE, '<!DOCTYPE x SYSTEM "file:///etc/hostname">')),
        "definitions of its own",
    ),
    "nested.xlsx": (
        lambda: _workbook(_sheet(_ONE), ("xl/embeddings/1.bin", _zip(("a", b"b")))),
        "another archive",
    ),
    "linked.xlsx": (
        lambda: _workbook(_sheet(_ONE), ("xl/externalLinks/externalLink1.xml", b"<a/>")),
        "other workbooks",
    ),
    "slip.xlsx": (lambda: _workbook(_sheet(_ONE), ("../../slip.txt", b"slip")), "lead out of it"),
    "half.xlsx": (lambda: _workbook(_sheet(_ONE))[:900], "damaged workbook"),
    "archive.zip": (lambda: _zip(("invoices.csv", COLUMNS.encode())), "unpack it"),
    "deep.xml": (
        lambda: b"<Response>" + b"<a><b>" * 100_000 + b"</b></a>" * 100_000 + b"</Response>",
        "nested deeper",
    ),
    "laughs.xml": (lambda: b'<?xml version="1.0"?><!DOCTYPE x><Response/>', "definitions"),
    "nested.eml": (_nested_mail, "nests parts"),
    "parts.eml": (_many_parts, "50,001 parts"),
    "headers.eml": (lambda: _HEAD + b"Received: from a by b\n" * 20_000 + b"\nhi", "headers"),
    "recipients.eml": (_many_recipients, "bytes of headers"),
    "line.eml": (lambda: _HEAD + b"\n" + b"A" * 20_000_000, None),
    "charset.eml": (lambda: _HEAD + b'Content-Type: text/plain; charset="x"\n\nhi', None),
    "line.csv": (lambda: COLUMNS.encode() + b"\n" + b"a" * 20_000_000, "line above 16 MB"),
    "nul.csv": (lambda: f"{COLUMNS}\n".encode() + b"I-1\0,C,2026-01-05,,1,USD\n", "NUL"),
    "columns.csv": (_many_columns, "columns"),
    "open.csv": (_open_quote, None),
    "ragged.csv": (lambda: f"{COLUMNS}\n".encode() + b"a,b\n" * 200_000, None),
    "blank.csv": (lambda: f"{COLUMNS}\n".encode() + b"\n" * 500_000, None),
    "page.pdf": (lambda: b"%PDF-1.7\n" + b"<<" * 100_000, ""),
    "contract.pdf": (lambda: b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\n%%EOF", ""),
    "contract.docx": (
        lambda: _zip(("word/document.xml", b"<a>" + b" " * 30_000_000 + b"</a>")),
        "far more text",
    ),
    "message.msg": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4_096, ""),
}


def made(name: str, folder: Path) -> Path:
    """The hostile file of that name."""
    path = folder / name
    path.write_bytes(BOMBS[name][0]())
    return path
