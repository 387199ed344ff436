"""Excel files: what stands in the cells comes in, what the library would pass over is said, what is dangerous is not opened."""

import io
import zipfile
import zlib

import openpyxl
import pytest
import xlsxwriter

from sheetcrm.errors import FileError, MissingExtra
from sheetcrm.messages import texts
from sheetcrm.sync.files import package, xlsx
from sheetcrm.sync.files.mapping import ImportMap
from sheetcrm.sync.files.reading import read_file


@pytest.fixture
def book(tmp_path):
    """Write a workbook by a function of its first sheet and of itself; its table."""

    def book(fill, *, name="in.xlsx", tab=None, wanted=(), **options):
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path), options) as made:
            fill(made.add_worksheet("Data"), made)
        return xlsx.read_file(path, tab=tab, wanted=wanted)

    return book


def rows(table):
    return [line.cells for line in table.lines]


def test_numbers_ticks_and_texts_stay_what_they_are(book):
    def fill(sheet, made):
        sheet.write_row(0, 0, ["a", "b", "c", "d", "e"])
        sheet.write_row(1, 0, ["0012", 13800138000, 1.5, True])
        sheet.write_string(1, 4, "=1+1")

    assert rows(book(fill)) == [("0012", 13800138000, 1.5, True, "=1+1")]


@pytest.mark.parametrize(
    ("serial", "options", "day"),
    [
        pytest.param(46024, {}, "2026-01-02", id="a day"),
        pytest.param(46024.75, {}, "2026-01-02 18:00:00", id="with a time of day"),
        pytest.param(61, {}, "1900-03-01", id="the day after the one that never was"),
        pytest.param(60, {}, "1900-02-29", id="the 29 February 1900 that Excel believes in"),
        pytest.param(59, {}, "1900-02-28", id="the day before"),
        pytest.param(1, {}, "1900-01-01", id="Excel's first day"),
        pytest.param(44562, {"date_1904": True}, "2026-01-02", id="a file that counts from 1904"),
        pytest.param(60, {"date_1904": True}, "1904-03-01", id="sixty days from there"),
    ],
)
def test_dates_are_calendar_days(book, serial, options, day):
    def fill(sheet, made):
        sheet.write_row(0, 0, ["day", "number"])
        sheet.write_number(1, 0, serial, made.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_number(1, 1, 60)

    assert rows(book(fill, **options)) == [(day, 60)]


def test_a_formula_that_failed_is_not_blank(book):
    def fill(sheet, made):
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 1, "=1+1", None, 2)

    assert rows(book(fill)) == [("#DIV/0!", 2)]


def test_a_formula_that_nobody_calculated_is_blank_and_told(tmp_path):
    made = openpyxl.Workbook()  # a library that writes formulas and does not calculate
    made.active.append(["a", "b", "c"])
    made.active.append(["=1+1", "=SUM(A2:A3)", "text"])
    made.save(tmp_path / "in.xlsx")
    table = xlsx.read_file(tmp_path / "in.xlsx")
    assert rows(table) == [("", "", "text")]
    assert [one.values for one in table.remarks] == [{"count": 2, "cell": "A2"}]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        pytest.param('<c r="A2"><f>1+1</f><v></v></c>', 1, id="an empty result"),
        pytest.param('<c r="A2" s="1"><f t="shared" si="0"/></c>', 1, id="a formula that another cell has"),
        pytest.param('<x:c r="A2"><x:f>1+1</x:f></x:c>', 1, id="with prefixes"),
        pytest.param('<c r="A2" t="str"><f>""</f><v></v></c>', 0, id="a text without a letter is a result"),
        pytest.param('<c r="A2"><f t="shared" si="0"/><v>2</v></c>', 0, id="a result"),
        pytest.param('<c r="A2"/><c r="B2"><v>2</v></c>', 0, id="no formula"),
    ],
)
def test_whether_a_formula_was_calculated(cell, told):
    seen = xlsx._Seen()
    xlsx._look(f'<row r="2">{cell}</row>'.encode(), seen)
    assert (seen.uncalculated, seen.first_uncalculated) == (told, "A2" if told else "")


def test_rows_have_the_numbers_that_people_see_and_hidden_ones_are_read_and_counted(book):
    def fill(sheet, made):
        sheet.write(2, 0, "id")
        sheet.write(3, 0, "x")
        sheet.write(5, 0, "y")
        for row in hidden:
            sheet.set_row(row, None, None, {"hidden": True})

    hidden = [5]
    table = book(fill)
    assert (table.header.number, [line.number for line in table.lines]) == (3, [4, 6])
    (remark,) = table.remarks
    assert remark.say(texts("en")) == "1 row is hidden in the file, and read like the others"
    hidden = [3, 5]
    (remark,) = book(fill).remarks
    assert remark.say(texts("en")) == "2 rows are hidden in the file, and read like the others"
    assert remark.say(texts("zh")).startswith("文件")


def test_rows_that_are_merged_into_one_are_named(book):
    def fill(sheet, made):
        sheet.write_row(0, 0, ["a", "b"])
        sheet.merge_range("A2:A4", "both")
        sheet.write_column(1, 1, [1, 2, 3])
        sheet.merge_range("A5:B5", "wide")

    table = book(fill)
    assert [line.number for line in table.lines] == [2, 5]
    assert [(one.number, one.code, one.values) for one in table.faults] == [
        (3, "merged", {"cell": "A2"}), (4, "merged", {"cell": "A2"}),
    ]  # fmt: skip


def test_which_tab(book):
    def fill(sheet, made):
        sheet.write_column(0, 0, ["a", "from data"])
        made.add_worksheet("客户").write_column(0, 0, ["a", "from customers"])
        hidden = made.add_worksheet("Secret")
        hidden.write_column(0, 0, ["a", "hidden"])
        hidden.hide()

    assert rows(book(fill, tab="Data")) == [("from data",)]
    assert rows(book(fill, wanted=("customers", "客户"))) == [("from customers",)]
    assert [one.message for one in book(fill, tab="Secret").remarks] == ["the tab {title} is hidden in the file"]
    with pytest.raises(FileError, match="several tabs; say with --tab which is meant: Data, 客户, Secret"):
        book(fill)
    with pytest.raises(FileError, match="no tab Dta in it; there are Data"):
        book(fill, tab="Dta")


def test_macros_are_said_and_not_run(book, tmp_path):
    book(lambda sheet, made: sheet.write_column(0, 0, ["a", "x"]))
    with zipfile.ZipFile(tmp_path / "in.xlsx", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"anything")
    (tmp_path / "in.xlsx").rename(tmp_path / "in.xlsm")
    table = xlsx.read_file(tmp_path / "in.xlsm")
    assert rows(table) == [("x",)]
    assert "macros" in table.remarks[0].message


def test_a_cell_far_out_does_not_make_a_giant_of_a_file(book):
    with pytest.raises(FileError, match="more than the 10,000,000 cells"):
        book(lambda sheet, made: sheet.write(1_048_575, 16_383, "x") or sheet.write(0, 0, "a"))


def repacked(path, name, body, *, declared=None):
    """The archive with another part; its size may be declared otherwise."""
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts[name] = body
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, content in parts.items():
            archive.writestr(one, content)
    if declared is not None:
        packed = path.read_bytes()
        true = len(body).to_bytes(4, "little")
        assert packed.count(true) >= 2
        path.write_bytes(packed.replace(true, declared.to_bytes(4, "little")))


@pytest.mark.parametrize(
    "declared", [pytest.param(None, id="by its own word"), pytest.param(1000, id="though it says otherwise")]
)
def test_a_bomb_is_not_unpacked(book, tmp_path, monkeypatch, declared):
    monkeypatch.setattr(package, "MOST_BYTES", 3_000_000)
    path = tmp_path / "in.xlsx"
    book(lambda sheet, made: sheet.write(0, 0, "a"))
    repacked(path, "xl/media/image1.bin", b"0" * 5_000_001, declared=declared)
    with pytest.raises(FileError, match="unpacks to more than 3 MB"):
        xlsx.read_file(path)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"PK\x03\x04 nothing", "is not an Excel file, or is damaged", id="half an archive"),
        pytest.param(
            b"\xd0\xcf\x11\xe0" + b"0" * 600, "locked by a password or from before Excel 2007", id="an old file"
        ),
    ],
)
def test_what_is_no_workbook(tmp_path, body, words):
    path = tmp_path / "x.csv"
    path.write_bytes(body)
    with pytest.raises(FileError, match=words):
        read_file(path, ImportMap())


def test_other_archives_are_named(tmp_path):
    path = tmp_path / "x.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(FileError, match=r"is not an Excel workbook; save it as \.xlsx"):
        xlsx.read_file(path)


def test_a_damaged_part(book, tmp_path):
    path = tmp_path / "in.xlsx"
    book(lambda sheet, made: sheet.write(0, 0, "a"))
    body = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(body))) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    body[start : start + 40] = b"\xff" * 40
    path.write_bytes(bytes(body))
    with pytest.raises((FileError, zlib.error), match="damaged"):
        xlsx.read_file(path)


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(MissingExtra, match=r"pip install 'sheetcrm\[excel\]'"):
        xlsx.read_file(tmp_path / "x.xlsx")
