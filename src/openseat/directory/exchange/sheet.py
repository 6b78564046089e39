"""Table files as people make them: CSV of any encoding met in China, and Excel workbooks."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from openseat.core.errors import CoreError

MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 4_000
_UNPACKED = 100_000_000
"""Largest workbook in bytes once it is unpacked."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_FORMULA = re.compile(r"^[=+\-@\t\r]")

Sheet = list[list[str]]
"""Rows of cells without blanks around them; the first row is the header."""


def read_sheet(data: bytes) -> Sheet:
    """Return the rows of a CSV file or of a workbook's first sheet, empty rows included.

    Raises:
        CoreError: ``sheet.unreadable``, ``sheet.too_large`` or ``sheet.empty``.
    """
    rows = _workbook(data) if data.startswith((_ZIP, _OLE)) else _csv(data)
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) < 2:
        raise CoreError("sheet.empty")
    if len(rows) > MOST_ROWS + 1 or max(map(len, rows)) > MOST_COLUMNS:
        raise CoreError("sheet.too_large", rows=MOST_ROWS, columns=MOST_COLUMNS)
    if any(len(cell) > LONGEST_CELL for row in rows for cell in row):
        raise CoreError("sheet.unreadable")
    return rows


def _workbook(data: bytes) -> Sheet:
    try:
        if data.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                if sum(one.file_size for one in packed.infolist()) > _UNPACKED:
                    raise CoreError("sheet.too_large", rows=MOST_ROWS, columns=MOST_COLUMNS)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return [[_cell(value) for value in row] for row in sheet.to_python(nrows=MOST_ROWS + 2)]
    except (CalamineError, zipfile.BadZipFile, IndexError, OSError) as error:
        raise CoreError("sheet.unreadable") from error


def _cell(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        # Excel knows no whole numbers: the agent 1001 comes as 1001.0.
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return _clean(str(value))


def _csv(data: bytes) -> Sheet:
    text = _decoded(data)
    if "\x00" in text:
        raise CoreError("sheet.unreadable")
    first = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [[_clean(cell) for cell in row] for row in rows]
    except csv.Error as error:
        raise CoreError("sheet.unreadable") from error


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        # UTF-8 first: hardly any GB 18030 text is valid UTF-8, but nearly every UTF-8 text is
        # valid GB 18030.
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CoreError("sheet.unreadable")


def _clean(cell: str) -> str:
    return cell.replace("\u00a0", " ").replace("\u3000", " ").strip()


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV that Excel opens rightly: BOM, CRLF, no cell taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        # A tab, which reading takes away again, keeps +86… a telephone number.
        writer.writerow([f"\t{cell}" if _FORMULA.match(cell) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def write_workbook(name: str, rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as an Excel workbook of one sheet, every cell a text."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell, bold if at == 0 else None)
        sheet.autofit()
    return file.getvalue()
