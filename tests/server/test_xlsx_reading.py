"""Files of Excel's become spreadsheets: what other programs write, what this server writes itself, and what is no such file."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from sheetcrm.server.errors import ApiError
from sheetcrm.server.xlsx import package
from sheetcrm.server.xlsx.errors import XlsxError
from sheetcrm.server.xlsx.export import export
from sheetcrm.server.xlsx.reading import read as parse
from tests.server.books import book, cells, do, everything, first_sheet, formulas, put, read, span

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def loaded(content):
    return parse(content, "twin", {"title": "twin"})


def workbook(fill):
    """A file that XlsxWriter writes."""
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as made:
        fill(made)
    return content.getvalue()


def by_hand(rows, *, sheet="", styles="", strings="", more="", namespace=MAIN):
    """A file with these `<row>` elements in its one sheet, as small as can be."""
    relations = "".join(
        f'<Relationship Id="r{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
        for kind in ("worksheet", *(["styles"] if styles else []), *(["sharedStrings"] if strings else []))
    )
    parts = {
        "_rels/.rels": f'<R><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="/xl/workbook.xml"/></R>',
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{OFFICE}">{more}<sheets><sheet name="Data" sheetId="1" r:id="rworksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<R>{relations}</R>",
        "xl/worksheet.xml": f'<worksheet xmlns="{namespace}">{sheet}<sheetData>{rows}</sheetData></worksheet>',
        "xl/styles.xml": f'<styleSheet xmlns="{namespace}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{namespace}">{strings}</sst>',
    }
    return zipped(parts)


def zipped(parts):
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as made:
        for path, text in parts.items():
            made.writestr(path, text)
    return content.getvalue()


# Texts that are easily taken for something else, and characters that XML cannot hold.
TEXTS = st.one_of(
    st.sampled_from(["0012", "=1+1", "+86 138", "TRUE", "2026-09-05", "1e5", "客户 🙂", " a ", "a\r\nb\tc", "_x0041_", "#N/A", "'", "<&\">"]),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.integers(1, 2_000).map(lambda size: "长" * size),
)  # fmt: skip
NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
FORMULAS = st.sampled_from([
    "=1+1", "=A1&\"x\"", "=SUM(A2:A)", "=SUM($B:$C)", "=IF(A1>1,\"SORT(\",\"}\")", "=UNIQUE(A1:A9)", "=ARRAYFORMULA(A1:A3*2)",
    "={1,2;3,4}", "=XLOOKUP(1,A:A,B:B)", "=QUERY(A1:B2,\"select A\")", "=JOIN(\"&\",A1:A2)", "=TODAY()", "=1/0", "=foo", "=#REF!",
    "=IFERROR(1/0,\"没有\")", "='Sheet1'!A1", "=REGEXMATCH(A1,\"\"\"&\"\"\")",
])  # fmt: skip
GRIDS = st.lists(st.lists(st.one_of(st.none(), TEXTS, NUMBERS, st.booleans()), max_size=4), max_size=4)


@given(grid=GRIDS, typed=st.lists(FORMULAS, max_size=3))
def test_a_spreadsheet_goes_out_and_comes_back_the_same(grid, typed):
    made = book()
    put(made, "Sheet1!A1", *([["" if cell is None else cell for cell in row] for row in grid] or [[]]), option="RAW")
    # Far apart, so that arrays have room.
    for index, formula in enumerate(typed):
        put(made, f"Sheet1!{'HNT'[index]}20", [formula])
    twin = loaded(export(made))
    assert formulas(twin) == formulas(made)
    kinds = [[type(cell) is bool or type(cell) is str for cell in row] for row in formulas(made)]
    assert kinds == [[type(cell) is bool or type(cell) is str for cell in row] for row in formulas(twin)]


@pytest.mark.parametrize(
    "text", ["长" * 32_767, "🙂" * 16_383, "x" * 20_000], ids=["Chinese", "two units each", "ASCII"]
)
def test_long_texts_come_back_whole(text):
    assert read(loaded(export(book([text, "=LEN(A1)"])))) == [[text, len(text)]]


def test_what_comes_to_a_very_long_text_comes_back_as_its_value():
    made = book(["长" * 9_000, "=UNIQUE(A1:A1)"])
    assert formulas(loaded(export(made))) == [["长" * 9_000, "长" * 9_000]]


def test_what_comes_back_looks_and_computes_the_same():
    made = book(["2026-09-05", "$1,234.50", "12%", "'007", "=A1+1", "=UNIQUE(A1:A1)"], ["=B1*2"])
    form = {"textFormat": {"bold": True, "foregroundColor": {"red": 1}}, "backgroundColor": {"blue": 1}, "horizontalAlignment": "CENTER", "wrapStrategy": "WRAP"}  # fmt: skip
    do(
        made,
        {"repeatCell": {"range": span(1, 2, 0, 1), "cell": {"userEnteredFormat": form}, "fields": "userEnteredFormat"}},
        {"mergeCells": {"range": span(4, 6, 0, 2), "mergeType": "MERGE_ALL"}},
        {"updateSheetProperties": {"properties": {"gridProperties": {"frozenRowCount": 1}}, "fields": "gridProperties.frozenRowCount"}},
        {"addNamedRange": {"namedRange": {"name": "foo", "range": span(0, 2, 0, 1)}}},
    )  # fmt: skip
    twin = loaded(export(made))
    assert read(twin, option="FORMATTED_VALUE") == read(made, option="FORMATTED_VALUE")
    assert cells(twin, "A2", "userEnteredFormat")[0][0] | {"numberFormat": None} == cells(made, "A2", "userEnteredFormat")[0][0] | {"numberFormat": None}  # fmt: skip
    assert first_sheet(twin)["merges"] == first_sheet(made)["merges"]
    assert first_sheet(twin)["properties"]["gridProperties"] == first_sheet(made)["properties"]["gridProperties"]
    assert [one["name"] for one in everything(twin)["namedRanges"]] == ["foo"]


def test_what_another_program_writes():
    def fill(made):
        sheet, other = made.add_worksheet("客户"), made.add_worksheet("藏")
        other.hide()
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        clock = made.add_format({"num_format": "h:mm"})
        sheet.write_row(0, 0, ["a", 1.5, True])
        sheet.write_datetime(1, 0, date(2026, 9, 5), day)
        sheet.write_datetime(1, 1, time(12, 30), clock)
        sheet.write_rich_string(2, 0, "a", made.add_format({"bold": True}), "b", "c")
        sheet.write_array_formula("B3:B4", "{=A1:A2}")
        sheet.write_dynamic_array_formula("C3", "=_xlfn.UNIQUE(A1:A3)")
        sheet.set_column_pixels(0, 1, 180, None, {"hidden": True})
        sheet.set_row_pixels(0, 40)

    twin = loaded(workbook(fill))
    assert formulas(twin, "客户") == [["a", 1.5, True], [46270, 0.5208333333333334], ["abc", "=ARRAYFORMULA(A1:A2)", "=UNIQUE(A1:A3)"]]  # fmt: skip
    assert read(twin, "客户", "FORMATTED_VALUE")[1] == ["2026-09-05", "12:30"]
    sheet = everything(twin)["sheets"][0]
    assert sheet["data"][0]["columnMetadata"][:3] == [{"pixelSize": 180, "hiddenByUser": True}] * 2 + [
        {"pixelSize": 100}
    ]
    assert sheet["data"][0]["rowMetadata"][0] == {"pixelSize": 40}
    hidden = [one["properties"].get("hidden", False) for one in everything(twin)["sheets"]]
    assert hidden == [False, True]


@pytest.mark.parametrize(("rows", "expected"), [
    pytest.param('<row><c><v>1</v></c><c t="b"><v>0</v></c></row><row><c t="str"><v>x</v></c></row>', [[1, False], ["x"]], id="no addresses"),
    pytest.param('<row r="2"><c r="C2" t="inlineStr"><is><t>a</t></is></c></row>', [[], ["", "", "a"]], id="texts in line"),
    pytest.param('<row r="1"><c r="A1" t="d"><v>2026-09-05T12:00:00</v></c></row>', [[46270.5]], id="a date by the letter"),
    pytest.param('<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1" t="e"><v>#BUSY!</v></c></row>', [["=#N/A", "=#VALUE!"]], id="errors without formulas"),
    pytest.param('<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1*$C$1</f></c></row><row r="2"><c r="A2"><f t="shared" si="0"/></c></row>', [["=B1*$C$1"], ["=B2*$C$1"]], id="a shared formula"),
    pytest.param('<row r="1"><c r="A1"><f>[1]Sheet1!A1</f><v>7</v></c></row>', [[7]], id="a formula over another file keeps its value"),
    pytest.param('<row r="1"><c r="A1"><f>_xlfn._xlws.SORT(_xlfn.CONCAT(A2))</f></c></row>', [["=SORT(CONCAT(A2))"]], id="marks of newer functions"),
    pytest.param('<row r="1"><c r="A1"><f>#N/A</f><v/></c><c r="B1"/></row>', [["=#N/A"]], id="an error as a formula"),
])  # fmt: skip
@pytest.mark.parametrize("namespace", [MAIN, STRICT], ids=["transitional", "strict"])
def test_cells_as_files_have_them(rows, expected, namespace):
    assert formulas(loaded(by_hand(rows, namespace=namespace)), "Data") == expected


def test_shared_texts_without_their_readings():
    strings = '<si><t xml:space="preserve"> a_x000D_</t></si><si><r><t>东</t></r><r><t>京</t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    assert read(loaded(by_hand(rows, strings=strings)), "Data") == [[" a\r", "东京"]]


def test_days_counted_from_1904():
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    rows = '<row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1"><v>1</v></c></row>'
    twin = loaded(by_hand(rows, styles=styles, more='<workbookPr date1904="1"/>'))
    assert read(twin, "Data", "FORMATTED_VALUE") == [["1/2/1904", "1"]]
    assert (date(1904, 1, 2) - date(1899, 12, 30)).days == 1463


def broken(change):
    content = bytearray(workbook(lambda made: made.add_worksheet().write(0, 0, "x" * 500)))
    return bytes(change(content))


BAD = [
    pytest.param(b"", "is empty", id="nothing"),
    pytest.param(b"a,b", "is not a zip archive", id="CSV"),
    pytest.param(package._OLD + b"x" * 600, "password, or in the format of Excel before 2007", id="encrypted, or .xls"),
    pytest.param(zipped({"a": "b"}), "lacks a part", id="another zip"),
    pytest.param(broken(lambda content: content[: len(content) // 2]), "is not a zip archive", id="cut in half"),
    pytest.param(by_hand("<row><c>"), "cannot be read", id="XML that does not end"),
    pytest.param(by_hand('<row r="1"><c r="A1"><v>x</v></c></row>'), "has something in it", id="a number that is none"),
    pytest.param(by_hand('<row r="1"><c r="A1"><v>inf</v></c></row>'), "number inf", id="infinity"),
    pytest.param(by_hand('<row r="1"><c r="A1" t="s"><v>5</v></c></row>'), "lacks its text number 5", id="a text that is not there"),
    pytest.param(by_hand('<row r="1"><c r="ZZZZ1"><v>5</v></c></row>'), "cell called 'ZZZZ1'", id="a column beyond all"),
    pytest.param(by_hand('<row r="2"/><row r="1"/>'), "row 1 after row 2", id="rows out of order"),
    pytest.param(by_hand('<row r="1"><c r="A2"><v>5</v></c></row>'), "cell A2 in row 1", id="a cell of another row"),
    pytest.param(by_hand('<row r="1000000"><c r="A1000000"><v>5</v></c></row>'), "more than the 10000000 cells", id="too many rows"),
    pytest.param(by_hand("", sheet='<mergeCells><mergeCell ref="frobs"/></mergeCells>'), "cell called 'frobs'", id="a merge of nothing"),
    pytest.param(by_hand("").replace(b"xl/workbook.xml", b"xl/workb00k.xml"), "lacks a part: xl/workbook.xml", id="no workbook"),
    pytest.param(by_hand("", sheet='<!DOCTYPE x [<!ENTITY a "b">]>'), "declares a document type", id="a document type"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "text"), BAD)
def test_what_is_no_such_file_says_why(content, text):
    with pytest.raises(XlsxError, match=text):
        loaded(content)


def test_a_file_that_is_far_larger_than_it_looks_is_refused_before_it_is_unpacked():
    bomb = by_hand(" " * (package.MAX_EXPANDED + 1))
    assert len(bomb) < 2**20
    with pytest.raises(XlsxError, match="holds more than 256 MB"):
        loaded(bomb)


def test_xml_that_is_far_larger_in_memory_is_refused():
    with pytest.raises(XlsxError, match="than any spreadsheet"):
        loaded(by_hand(f'<row r="1">{"<a/>" * (package.MAX_HELD + 1)}</row>'))
    with pytest.raises(XlsxError, match="a row 1048577"):
        loaded(by_hand('<row r="1048576"/><row/>'))


@pytest.mark.parametrize(("rows", "sheet"), [
    pytest.param(f'<row r="1"><c r="A1" t="str"><v>{"x" * 50_001}</v></c></row>', "", id="a text too long for a cell"),
    pytest.param('<row r="1"><c r="A1" t="str"><v>_xD800_</v></c></row>', "", id="half a character"),
    pytest.param("", '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="B2:C3"/></mergeCells>', id="merges that overlap"),
    pytest.param("", '<sheetViews><sheetView><pane ySplit="5000000" state="frozen"/></sheetView></sheetViews>', id="frozen beyond all rows"),
])  # fmt: skip
def test_what_no_spreadsheet_can_hold_is_refused(rows, sheet):
    with pytest.raises((ApiError, XlsxError)):
        loaded(by_hand(rows, sheet=sheet))


GOOD = workbook(lambda made: made.add_worksheet().write_row(0, 0, ["a", 1, True, "=A1"]))


@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_but_never_breaks(data):
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(XlsxError, ApiError):
        loaded(bytes(content))


SHEET = '<row r="1"><c r="A1" s="1" t="n"><f t="shared" si="0" ref="A1:A2">B1</f><v>1</v></c></row>'


@given(at=st.integers(0, len(SHEET) - 1), letter=st.sampled_from('0 9Zz"<>/&#='))
def test_a_damaged_sheet_is_read_or_refused_but_never_breaks(at, letter):
    with suppress(XlsxError, ApiError):
        loaded(by_hand(SHEET[:at] + letter + SHEET[at + 1 :]))
