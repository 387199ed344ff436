"""References in formulas keep pointing at the same content, and nothing else in the text ever changes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server import formulas
from sheetcrm.server.edits import Edit
from sheetcrm.server.formulas import Area, Corner, Reference

INSERT = Edit("ROWS", 2, 4, "insert")


@pytest.mark.parametrize(("formula", "found"), [
    pytest.param("=A1", ["A1"], id="a cell"),
    pytest.param("=sum(a1:$b$2)", ["A1:$B$2"], id="a range, any case"),
    pytest.param("=SUM(A2:A)", ["A2:A"], id="open below"),
    pytest.param("=SUM(A:A,3:3,B2:2)", ["A:A", "3:3", "B2:2"], id="whole columns and rows"),
    pytest.param("='客户 表'!B2+客户!B3", ["'客户 表'!B2", "'客户'!B3"], id="Chinese titles, quoted or not"),
    pytest.param("='O''Neil'!A1", ["'O''Neil'!A1"], id="an apostrophe in the title"),
    pytest.param("='A1'!B2", ["'A1'!B2"], id="a title that looks like a cell"),
    pytest.param('="A1"&"it""s B2"', [], id="not in strings"),
    pytest.param("=LOG10(2)+ABC1.5+x_A1+A1_x", [], id="not in function names, words and numbers"),
    pytest.param("=Q1+TAX2024", ["Q1", "TAX2024"], id="words that are cells"),
    pytest.param("=AAAA1+ZZZZ9", [], id="past the last column"),
    pytest.param("=A0", [], id="there is no row 0"),
    pytest.param("=IF(A1>1.5,B1:B2,C1)", ["A1", "B1:B2", "C1"], id="several"),
    pytest.param("=#REF!+Sheet2!#REF!", [], id="broken ones point nowhere"),
    pytest.param("=Table1[A1]", [], id="not a column of a table"),
    pytest.param('=INDIRECT("A1")', [], id="not what INDIRECT makes of a string"),
])  # fmt: skip
def test_references(formula, found):
    assert [reference.text() for reference in formulas.references(formula)] == found


@pytest.mark.parametrize(("formula", "rows", "columns", "after"), [
    pytest.param("=A1+$A$1+$A1+A$1", 2, 1, "=B3+$A$1+$A3+B$1", id="dollars stay"),
    pytest.param("=SUM(A2:A)", 1, 1, "=SUM(B3:B)", id="open ranges"),
    pytest.param("=A:A", 5, 1, "=B:B", id="whole columns have no row"),
    pytest.param("=A1", -1, 0, "=#REF!", id="above the first row"),
    pytest.param("='客户'!A1", 0, -1, "='客户'!#REF!", id="left of the first column, the title stays"),
    pytest.param('=IF( A1 = "A1" ,1, 2)', 1, 0, '=IF( A2 = "A1" ,1, 2)', id="spaces and strings stay"),
    pytest.param("=1+1", 7, 7, "=1+1", id="nothing to follow"),
    pytest.param('=A1*5%&"%d"&\'10%\'!B2', 2, 0, '=A3*5%&"%d"&\'10%\'!B4', id="percent signs are only that"),
    pytest.param("=B3+A1", -1, 0, "=B2+#REF!", id="one of two above the first row"),
    pytest.param("=B3+A1", 1, -1, "=A4+#REF!", id="one of two left of the first column"),
    pytest.param("=A9999999+B1", 2, 0, "=#REF!+B3", id="below the last row"),
    pytest.param("=A$10000001+B1", 1, 0, "=#REF!+B2", id="a dollar does not keep what there never was"),
])  # fmt: skip
def test_shifted(formula, rows, columns, after):
    assert formulas.shifted(formula, rows, columns) == after


@pytest.mark.parametrize(("formula", "edit", "after"), [
    pytest.param("=A2+A3+A$3", INSERT, "=A2+A5+A$5", id="rows inserted"),
    pytest.param("=SUM(A2:A3)", INSERT, "=SUM(A2:A5)", id="inserted inside a range"),
    pytest.param("=SUM(A2:A)+SUM(B:B)", INSERT, "=SUM(A2:A)+SUM(B:B)", id="open ranges"),
    pytest.param("=SUM(A3:A2)", INSERT, "=SUM(A2:A5)", id="a range written upside down"),
    pytest.param("=SUM($A3:A$2)", INSERT, "=SUM($A$2:A5)", id="upside down, its dollars go along"),
    pytest.param("=B2+C3", Edit("COLUMNS", 1, 2, "delete"), "=#REF!+B3", id="a column deleted"),
    pytest.param("=SUM(A1:D1)", Edit("COLUMNS", 1, 2, "delete"), "=SUM(A1:C1)", id="a column deleted inside"),
    pytest.param("=SUM(2:3)", Edit("ROWS", 1, 3, "delete"), "=SUM(#REF!)", id="all rows of a range deleted"),
    pytest.param("=A5", Edit("ROWS", 4, 5, "move", 0), "=A1", id="a row moved"),
    pytest.param("=other!A5", Edit("ROWS", 4, 5, "move", 0), "=other!A5", id="of another sheet"),
    pytest.param("=Here!A5", Edit("ROWS", 4, 5, "move", 0), "=Here!A1", id="of this sheet by name"),
    pytest.param("=HERE!A5", Edit("ROWS", 4, 5, "move", 0), "=HERE!A1", id="of this sheet by name in capitals"),
    pytest.param("=A5+C5", Edit("ROWS", 0, 1, "insert", across=(2, 3)), "=A5+C6", id="only column C pushed down"),
    pytest.param("=SUM(B5:C5)", Edit("ROWS", 0, 1, "insert", across=(2, 3)), "=SUM(B5:C5)", id="half inside stays"),
])  # fmt: skip
def test_edited(formula, edit, after):
    assert formulas.edited(formula, formula_sheet="here", edited_sheet="here", edit=edit) == after


def test_an_edit_reaches_formulas_of_other_sheets_only_where_they_name_it():
    edit = Edit("ROWS", 0, 1, "insert")
    assert formulas.edited("=A1+'客户'!A1", formula_sheet="汇总", edited_sheet="客户", edit=edit) == "=A1+'客户'!A2"


@pytest.mark.parametrize(("formula", "after"), [
    pytest.param("='Old one'!A1+A1", "='新 表'!A1+A1", id="a reference"),
    pytest.param("='old ONE'!#REF!", "='新 表'!#REF!", id="a broken one"),
    pytest.param("=\"'Old one'!A1\"", "=\"'Old one'!A1\"", id="not in strings"),
    pytest.param("=Old!A1", "=Old!A1", id="not a part of the title"),
])  # fmt: skip
def test_renamed_sheet(formula, after):
    assert formulas.renamed_sheet(formula, "Old one", "新 表") == after


def test_deleted_sheet():
    assert formulas.deleted_sheet("=a!A1+SUM(b!A:A)+A1+A!#REF!", "A") == "=#REF!+SUM(b!A:A)+A1+#REF!"
    assert formulas.deleted_sheet("=A1", "A", formula_sheet="A") == "=#REF!"


@pytest.mark.parametrize(("formula", "sheet", "after"), [
    pytest.param("=B2", "S", "=D5", id="inside"),
    pytest.param("=B2", "T", "=B2", id="of another sheet"),
    pytest.param("=SUM(A1:B2)", "S", "=SUM(A1:B2)", id="half inside"),
    pytest.param("=S!B2", "T", "=S!D5", id="by name"),
])  # fmt: skip
def test_relocated(formula, sheet, after):
    source, target = Area("S", (1, 3), (1, 3)), Area("S", (4, 6), (3, 5))
    assert formulas.relocated(formula, formula_sheet=sheet, source=source, target=target) == after


@pytest.mark.parametrize(("target", "sheet", "after"), [
    pytest.param("T", "S", "=T!D5", id="to another sheet: it is named"),
    pytest.param("T", "T", "=T!D5", id="to the formula's own: the name stays as it was written"),
])  # fmt: skip
def test_relocated_to_another_sheet(target, sheet, after):
    source = Area("S", (1, 3), (1, 3))
    formula = "=B2" if sheet == "S" else "=S!B2"
    assert formulas.relocated(formula, formula_sheet=sheet, source=source, target=Area(target, (4, 6), (3, 5))) == after


@pytest.mark.parametrize(("title", "shown"), [
    ("Sheet1", "Sheet1"), ("客户", "'客户'"), ("A1", "'A1'"), ("R1C1", "'R1C1'"), ("it's", "'it''s'"), ("a b", "'a b'"),
    ("2026", "'2026'"), ("TRUE", "'TRUE'"), ("my_sheet", "my_sheet"),
])  # fmt: skip
def test_titles_are_quoted_where_they_could_be_mistaken(title, shown):
    assert formulas.quoted(title) == shown
    assert [r.title for r in formulas.references(f"={shown}!A1")] == [title]


@given(st.integers(0, formulas.LAST_COLUMN - 1))
def test_letters_and_indexes_are_inverse(column):
    assert formulas.column_index(formulas.letters(column)) == column


def corners():
    return st.builds(Corner, st.integers(0, 30), st.integers(0, 30), st.booleans(), st.booleans())


PIECES = st.sampled_from(
    ["+", "SUM(", ")", '"A1 ""x"', '"', "'", "!", "客户", " ", ",", "{", "[", "$", "A", ":", "1", "#REF!", "TRUE"]
)
TEXTS = st.lists(PIECES | corners().map(Corner.text) | st.text(max_size=6), max_size=25).map(
    lambda parts: "=" + "".join(parts)
)


@given(TEXTS | st.text(max_size=80))
def test_no_text_is_lost_or_refused(text):
    assert "".join(token.text for token in formulas.tokens(text)) == text
    assert formulas.rewrite(text, lambda reference: reference) == text
    formulas.shifted(text, 3, -2)
    formulas.renamed_sheet(text, "客户", "x")
    formulas.deleted_sheet(text, "客户", formula_sheet="a")


@given(corners(), corners(), st.text("ab客'! \"", min_size=1, max_size=8))
def test_what_a_reference_writes_it_reads(first, last, title):
    reference = Reference(title, first, last)
    assert formulas.references("=" + reference.text()) == [reference]


@given(TEXTS, st.integers(0, 9), st.integers(0, 9))
def test_copying_there_and_back_changes_nothing_that_was_in_the_grid(text, rows, columns):
    there = formulas.shifted(text, rows, columns)
    before = formulas.references(text)
    assert formulas.references(formulas.shifted(there, -rows, -columns)) == before


@given(TEXTS, st.integers(-3, 9), st.integers(-3, 3))
def test_a_copy_is_what_its_references_are_one_by_one(text, rows, columns):
    one_by_one = formulas.rewrite(text, lambda reference: formulas.moved_by(reference, rows, columns))
    assert formulas.shifted(text, rows, columns) == one_by_one


@given(TEXTS, st.integers(0, 40), st.integers(1, 5))
def test_inserting_and_deleting_again_changes_nothing(text, start, count):
    edit = Edit("ROWS", start, start + count, "insert")
    there = formulas.edited(text, formula_sheet="a", edited_sheet="a", edit=edit)
    back = formulas.edited(there, formula_sheet="a", edited_sheet="a", edit=edit.inverse())
    assert [(r.rows, r.columns) for r in formulas.references(back)] == [
        (r.rows, r.columns) for r in formulas.references(text)
    ]


@given(corners(), st.integers(0, 30), st.integers(1, 5), st.integers(0, 30))
def test_a_moved_cell_is_found_where_it_went(corner, start, count, to):
    edit = Edit("ROWS", start, start + count, "move", to)
    text = formulas.edited(f"={corner.text()}", formula_sheet="a", edited_sheet="a", edit=edit)
    assert text == f"={Corner(corner.column, edit.index(corner.row), corner.column_fixed, corner.row_fixed).text()}"


@pytest.mark.parametrize("piece", ["'", '"', "A1:", "[", "A", "A1 ", "(", "$", "!", "'a!", "#", "1:", "A!", '""', "''"])
def test_the_longest_cell_is_read_in_a_blink(piece):
    text = "=" + piece * (50_000 // len(piece))
    started = time.perf_counter()
    assert "".join(token.text for token in formulas.tokens(text)) == text
    assert time.perf_counter() - started < 20, "quadratic: this takes milliseconds per 10,000 characters otherwise"
