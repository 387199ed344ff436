"""Spreadsheets as .xlsx files, read again by another program (calamine) and by the letter of their XML."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import load_workbook

from sheetcrm.server.xlsx.errors import XlsxError
from sheetcrm.server.xlsx.export import export
from tests.server.books import book, do, lines, put, span

RED, BLUE = {"red": 1}, {"blue": 1}


def part(spreadsheet, path):
    return ZipFile(BytesIO(export(spreadsheet))).read(path).decode()


def sheet_xml(spreadsheet, number=1):
    return part(spreadsheet, f"xl/worksheets/sheet{number}.xml")


def read_back(spreadsheet):
    workbook = load_workbook(BytesIO(export(spreadsheet)))
    return {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names}


def test_values_keep_their_types():
    made = book(["公司", "'0012", "'=1+1", 0.30000000000000004, True, "2026-09-05", "=2*3", '="a"&"b"', "=1=1"])
    found = read_back(made)["Sheet1"]
    assert found == [["公司", "0012", "=1+1", 0.30000000000000004, True, date(2026, 9, 5), 6, "ab", True]]


def test_the_same_spreadsheet_is_the_same_file():
    made = book(["a", "=A1"], title="客户")
    assert export(made) == export(made)


def test_what_excel_cannot_compute_stands_as_a_value_beside_its_formula():
    made = book(["b"], ["a"], ["b"], ['=JOIN("-",A1:A3)', "=UNIQUE(A1:A3)"])
    assert read_back(made)["Sheet1"][3:] == [["b-a-b", "b"], ["", "a"]]
    found = sheet_xml(made)
    assert 'IFERROR(__xludf.DUMMYFUNCTION("JOIN(""-"",A1:A3)"),"b-a-b")' in found
    assert 'IFERROR(__xludf.DUMMYFUNCTION("UNIQUE(A1:A3)"),"b")' in found
    assert 'IFERROR(__xludf.DUMMYFUNCTION("""COMPUTED_VALUE"""),"a")' in found


@pytest.mark.parametrize(("formula", "written"), [
    pytest.param("=SUM(A2:A)", "SUM(A2:A1048576)", id="a column without end"),
    pytest.param("=SUM($A$2:$C)", "SUM($A$2:$C$1048576)", id="columns without end, fixed"),
    pytest.param("=SUM(B2:2)", "SUM(B2:XFD2)", id="a row without end"),
    pytest.param("=COUNTA(A:A)", "COUNTA(A:A)", id="a whole column"),
    pytest.param('=IFS(A2="SORT(","x")', '__xludf', id="a text that looks like a function of arrays"),
    pytest.param('=IFNA(A2,"}")', '_xlfn.IFNA(A2,"}")', id="newer than the file format; a text that ends like an array"),
    pytest.param('=if(A2;"BASE(1)";2)', 'IF(A2,"BASE(1)",2)', id="semicolons; a text with a function's name"),
    pytest.param("=A2&\"\x01\"", 'A2&amp;"_x0001_"', id="a character that XML does not know"),
])  # fmt: skip
def test_formulas_in_excels_words(formula, written):
    made = book([formula], columns_in_grid=5)
    assert written in sheet_xml(made)


def test_titles_that_excel_does_not_allow_are_changed_and_formulas_follow():
    made = book(["=A1"])
    for title in ("a/b:c", "A_B_C", "x" * 40, "x" * 41, "it's"):
        do(made, {"addSheet": {"properties": {"title": title}}})
    put(made, "Sheet1!A1", ["='a/b:c'!A1&'it''s'!B2"])
    assert list(read_back(made)) == ["Sheet1", "a_b_c", "A_B_C_2", "x" * 31, "x" * 29 + "_2", "it's"]
    assert "<f>a_b_c!A1&amp;'it''s'!B2</f>" in sheet_xml(made)


def test_looks_and_layout():
    made = book(["head", 5, True], ["x"])
    form = {
        "backgroundColor": RED,
        "horizontalAlignment": "CENTER",
        "wrapStrategy": "WRAP",
        "numberFormat": {"type": "NUMBER", "pattern": "0.0 件"},
        "borders": {"top": {"style": "SOLID", "color": BLUE}},
        "textFormat": {"bold": True, "foregroundColor": BLUE, "fontSize": 14, "fontFamily": "Roboto"},
    }
    do(
        made,
        {"repeatCell": {"range": span(0, 1, 0, 2), "cell": {"userEnteredFormat": form}, "fields": "userEnteredFormat"}},
        {"mergeCells": {"range": span(2, 4, 0, 2), "mergeType": "MERGE_ALL"}},
        {"updateDimensionProperties": {"range": lines("COLUMNS", 1, 2), "properties": {"pixelSize": 210}, "fields": "pixelSize"}},
        {"updateDimensionProperties": {"range": lines("ROWS", 1, 2), "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}},
        {"updateSheetProperties": {"properties": {"gridProperties": {"frozenRowCount": 1}, "tabColor": RED}, "fields": "gridProperties.frozenRowCount,tabColor"}},
        {"updateCells": {"rows": [{"values": [{"note": "注意"}]}], "fields": "note", "start": {"rowIndex": 1}}},
    )  # fmt: skip
    found, styles = sheet_xml(made), part(made, "xl/styles.xml")
    for piece in (
        '<mergeCell ref="A3:B4"/>', '<col min="2" max="2" width="30" customWidth="1"/>', 'hidden="1"',
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>', '<tabColor rgb="FFFF0000"/>',
    ):  # fmt: skip
        assert piece in found
    for piece in ('formatCode="0.0 &quot;件&quot;"', '<name val="Roboto"/>', '<fgColor rgb="FFFF0000"/>', 'wrapText="1"', '<top style="thin"><color rgb="FF0000FF"/></top>'):  # fmt: skip
        assert piece in styles
    assert "注意" in part(made, "xl/comments1.xml")


def test_links_names_and_filters():
    made = book(["云帆", '=HYPERLINK("https://x.org","x")'])
    link = {"userEnteredFormat": {"textFormat": {"link": {"uri": "https://yun.fan/#a"}}}}
    do(
        made,
        {"repeatCell": {"range": span(0, 1, 0, 1), "cell": link, "fields": "userEnteredFormat.textFormat.link"}},
        {"addNamedRange": {"namedRange": {"name": "阶段", "range": span(0, 3, 0, 1)}}},
        {"setBasicFilter": {"filter": {"range": span(0, 3, 0, 2)}}},
    )
    assert 'Target="https://yun.fan/"' in part(made, "xl/worksheets/_rels/sheet1.xml.rels")
    assert '<definedName name="阶段">Sheet1!$A$1:$A$3</definedName>' in part(made, "xl/workbook.xml")
    assert '<autoFilter ref="A1:B3"/>' in sheet_xml(made)
    assert read_back(made)["Sheet1"][0] == ["云帆", "x"]


def validation(kind, *values, strict=True):
    condition = {"type": kind, "values": [{"userEnteredValue": value} for value in values]}
    rule = {"condition": condition, "strict": strict}
    return {"setDataValidation": {"range": span(1, 4, 0, 2), "rule": rule}}


@pytest.mark.parametrize(("request_", "written"), [
    pytest.param(validation("ONE_OF_LIST", "线索", "赢单"), 'type="list".*sqref="A2:B4"><formula1>"线索,赢单"<', id="a list"),
    pytest.param(validation("ONE_OF_RANGE", "=D1:D"), 'type="list".*<formula1>D1:D1048576<', id="a list in a range"),
    pytest.param(validation("BOOLEAN"), '<formula1>"TRUE,FALSE"<', id="a checkbox"),
    pytest.param(validation("NUMBER_BETWEEN", "1", "10"), 'type="decimal" allow.*<formula1>1</formula1><formula2>10<', id="numbers"),
    pytest.param(validation("DATE_AFTER", "2026-01-01"), 'type="date" operator="greaterThan".*<formula1>46023<', id="dates"),
    pytest.param(validation("TEXT_CONTAINS", "@"), r'type="custom".*ISNUMBER\(SEARCH\("@",A2\)\)', id="texts"),
    pytest.param(validation("CUSTOM_FORMULA", "=$A2>1"), r'type="custom".*<formula1>\$A2&gt;1<', id="a formula"),
])  # fmt: skip
def test_validations(request_, written):
    made = book(["a"])
    do(made, request_)
    assert re.search(written, sheet_xml(made))


@pytest.mark.parametrize("request_", [
    pytest.param(validation("ONE_OF_LIST", *["x" * 50] * 6), id="a list too long for Excel"),
    pytest.param(validation("TEXT_IS_EMAIL"), id="an address"),
    pytest.param(validation("CUSTOM_FORMULA", "=REGEXMATCH(A2,\"x\")"), id="a function that Excel does not have"),
])  # fmt: skip
def test_validations_without_words_in_excel_are_left_out(request_):
    made = book(["a"])
    do(made, request_)
    assert "<dataValidation" not in sheet_xml(made)


def rule(kind, *values):
    boolean = {"condition": {"type": kind, "values": list(values)}, "format": {"backgroundColor": RED}}
    return {"ranges": [span(1, 9, 0, 2)], "booleanRule": boolean}


@pytest.mark.parametrize(("given", "written"), [
    pytest.param(rule("DATE_BEFORE", {"relativeDate": "TODAY"}), "AND(ISNUMBER(A2),INT(A2)&lt;TODAY())", id="overdue, not blank"),
    pytest.param(rule("NUMBER_BETWEEN", {"userEnteredValue": "3"}, {"userEnteredValue": "1"}), "AND(ISNUMBER(A2),A2&gt;=MIN(3,1),A2&lt;=MAX(3,1))", id="between"),
    pytest.param(rule("TEXT_EQ", {"userEnteredValue": '赢"单'}), 'A2&amp;""="赢""单"', id="a text"),
    pytest.param(rule("BLANK"), 'A2&amp;""=""', id="blank"),
    pytest.param(rule("CUSTOM_FORMULA", {"userEnteredValue": "=$B2>1"}), "$B2&gt;1", id="a formula"),
])  # fmt: skip
def test_conditional_formats(given, written):
    made = book(["a"])
    do(made, {"addConditionalFormatRule": {"rule": given}})
    assert f'<cfRule type="expression" dxfId="0" priority="1"><formula>{written}</formula>' in sheet_xml(made)
    assert '<bgColor rgb="FFFF0000"/>' in part(made, "xl/styles.xml")


def test_a_colour_scale_and_the_order_of_rules():
    made = book(["a"])
    points = {"minpoint": {"type": "MIN", "color": RED}, "midpoint": {"type": "PERCENT", "value": "50", "color": BLUE}, "maxpoint": {"type": "MAX", "color": RED}}  # fmt: skip
    scale = {"ranges": [span(0, 9, 0, 1), span(0, 9, 2, 3)], "gradientRule": points}
    do(made, {"addConditionalFormatRule": {"rule": scale}}, {"addConditionalFormatRule": {"rule": rule("BLANK")}})
    found = sheet_xml(made)
    assert '<conditionalFormatting sqref="A1:A9 C1:C9"><cfRule type="colorScale" priority="2">' in found
    assert '<cfvo type="percent" val="50.0"/>' in found


def test_bands_are_drawn_under_the_cells_own_colours():
    made = book(["a"], ["b"], ["c"])
    bands = {"headerColor": BLUE, "firstBandColor": RED, "secondBandColor": BLUE}
    own = {"userEnteredFormat": {"backgroundColor": {"green": 1}}}
    do(
        made,
        {"addBanding": {"bandedRange": {"range": span(0, 4, 0, 2), "rowProperties": bands}}},
        {"repeatCell": {"range": span(2, 3, 0, 1), "cell": own, "fields": "userEnteredFormat.backgroundColor"}},
    )
    fills = re.findall(r'<fgColor rgb="FF(\w+)"', part(made, "xl/styles.xml"))
    cells = dict(re.findall(r'<c r="(\w+)" s="(\d)"', sheet_xml(made)))
    assert {name: fills[int(style) - 1] for name, style in cells.items()} == {
        "A1": "0000FF", "B1": "0000FF", "A2": "FF0000", "B2": "FF0000", "A3": "00FF00", "B3": "0000FF", "A4": "FF0000", "B4": "FF0000",
    }  # fmt: skip


def chart(kind, **spec):
    source = {"sourceRange": {"sources": [span(0, 3, 0, 1)]}}
    values = {"sourceRange": {"sources": [span(0, 3, 1, 2)]}}
    basic = {
        "chartType": kind,
        "headerCount": 1,
        "domains": [{"domain": source}],
        "series": [{"series": values}],
        **spec,
    }
    place = {"overlayPosition": {"anchorCell": {"rowIndex": 5}}}
    return {"addChart": {"chart": {"spec": {"title": "漏斗", "basicChart": basic}, "position": place}}}


@pytest.mark.parametrize(("kind", "element"), [
    ("COLUMN", '<c:barDir val="col"/>'), ("BAR", '<c:barDir val="bar"/>'), ("LINE", "<c:lineChart>"), ("AREA", "<c:areaChart>"), ("SCATTER", "<c:scatterChart>"),
])  # fmt: skip
def test_charts(kind, element):
    made = book(["阶段", "数"], ["线索", 3], ["赢单", 1])
    do(made, chart(kind))
    found = part(made, "xl/charts/chart1.xml")
    assert element in found
    assert "漏斗" in found
    assert "<c:f>Sheet1!$B$2:$B$3</c:f>" in found


def test_a_chart_of_rows():
    made = book(["线索", 3, 4], ["赢单", 1, 2])
    series = [{"series": {"sourceRange": {"sources": [span(1, 2, 0, 3)]}}}]
    do(made, chart("LINE", series=series, domains=[]))
    found = part(made, "xl/charts/chart1.xml")
    assert "<c:f>Sheet1!$A$2:$A$2</c:f>" in found, "its name"
    assert "<c:f>Sheet1!$B$2:$C$2</c:f>" in found, "its values"


def test_a_name_that_excel_does_not_allow_is_left_out_and_so_are_formulas_with_it():
    made = book([1, "=C+1"])
    do(made, {"addNamedRange": {"namedRange": {"name": "C", "range": span(0, 1, 0, 1)}}})
    assert "definedName" not in part(made, "xl/workbook.xml")
    assert 'IFERROR(__xludf.DUMMYFUNCTION("C+1"),2)' in sheet_xml(made)


def test_a_combination_a_pie_and_a_chart_that_excel_does_not_have():
    made = book(["a", "b"], ["x", 3], ["y", 1])
    values = {"sourceRange": {"sources": [span(0, 3, 1, 2)]}}
    place = {"overlayPosition": {"anchorCell": {}}}
    pie = {"spec": {"pieChart": {"domain": values, "series": values}}, "position": place}
    organisation = {"spec": {"orgChart": {"labels": values}}, "position": place}
    do(
        made,
        chart("COMBO", series=[{"series": values, "type": "LINE"}, {"series": values, "type": "COLUMN"}]),
        {"addChart": {"chart": pie}},
        {"addChart": {"chart": organisation}},
    )
    names = [name for name in ZipFile(BytesIO(export(made))).namelist() if name.startswith("xl/charts/")]
    assert names == ["xl/charts/chart1.xml", "xl/charts/chart2.xml"]
    assert re.search("<c:barChart>.*<c:lineChart>", part(made, names[0]))
    assert "<c:pieChart>" in part(made, names[1])


def test_a_sheet_larger_than_any_of_excels_is_refused():
    made = book(["a"], columns_in_grid=16_385, rows_in_grid=2)
    put(made, "Sheet1!XFE1", ["b"])
    with pytest.raises(XlsxError, match="more cells"):
        export(made)


def test_a_text_longer_than_excel_allows_is_cut():
    made = book(["x" * 40_000])
    assert read_back(made)["Sheet1"] == [["x" * 32_767]]
