"""The whole page of a sheet, as the server answers it: what it shows besides cells, how it opens, what it lets run."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from sheetcrm import testing
from tests.server.books import span

HOSTILE = "\"><script>alert('x')</script>&amp;"


@pytest.fixture(scope="module")
def server():
    with testing.server() as running:
        yield running


@pytest.fixture
def spreadsheet(server):
    return server.client.create("客户管理")


def get(server, spreadsheet, query="", *, key=True, headers=None):
    address = urlsplit(server.server.page_url(spreadsheet.id))
    query = "&".join(filter(None, (address.query if key else "", query)))
    return server.server.handle("GET", address.path, query, {"host": "localhost", **(headers or {})}, b"")


def page(server, spreadsheet, query=""):
    answer = get(server, spreadsheet, query)
    assert answer.status == 200
    return answer.body.decode()


def do(spreadsheet, *requests):
    spreadsheet.batch_update({"requests": list(requests)})


def at(row=0, column=0, sheet_id=0):
    return {"overlayPosition": {"anchorCell": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}}}


def data(column):
    return {"sourceRange": {"sources": [span(0, 3, column, column + 1)]}}


class Tags(HTMLParser):
    """Every tag of a page, and the text in some of them."""

    def __init__(self, html):
        super().__init__()
        self.names, self.attributes = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


PIE = {"title": "占比", "pieChart": {"domain": data(0), "series": data(1)}}


def test_a_chart_lies_where_its_anchor_says(server, spreadsheet):
    spreadsheet.sheet1.update([["a", 1], ["b", 2]], "A1")
    position = {"overlayPosition": {**at(4, 2)["overlayPosition"], "offsetXPixels": 7, "offsetYPixels": 9, "widthPixels": 300, "heightPixels": 200}}  # fmt: skip
    do(spreadsheet, {"addChart": {"chart": {"spec": PIE, "position": position}}})
    html = page(server, spreadsheet)
    name = re.search(r'class="over chart (f\w+)" data-at="C5" data-x="7" data-y="9"', html)[1]
    left, top = 46 + 2 * 100 + 7, 25 + 4 * 21 + 9
    assert f".over.{name}{{left:{left}px;top:{top}px;width:300px;height:200px}}" in html
    assert 'viewBox="0 0 300 200"' in html
    assert "66.7%" in html


def test_a_chart_on_a_sheet_of_its_own_is_drawn_large(server, spreadsheet):
    spreadsheet.sheet1.update([["a", 1], ["b", 2]], "A1")
    do(spreadsheet, {"addChart": {"chart": {"spec": PIE, "position": {"sheetId": 9}}}})
    html = page(server, spreadsheet, "gid=9")
    assert 'viewBox="0 0 1000 600"' in html
    assert "<td" not in html


def test_a_chart_that_is_not_drawn_says_what_it_is(server, spreadsheet):
    spec = {"title": "层级", "treemapChart": {"labels": data(0), "sizeData": data(1)}}
    do(spreadsheet, {"addChart": {"chart": {"spec": spec, "position": at()}}})
    html = page(server, spreadsheet)
    assert "层级" in html
    assert "This page does not draw this kind of chart (treemapChart)." in html


def test_a_chart_far_outside_of_the_data_still_has_cells_under_it(server, spreadsheet):
    do(spreadsheet, {"appendDimension": {"dimension": "COLUMNS", "length": 14}})
    do(spreadsheet, {"addChart": {"chart": {"spec": PIE, "position": at(0, 34)}}})
    assert '<td id="AN1"' in page(server, spreadsheet)


def test_a_slicer_shows_its_title_and_whether_it_filters(server, spreadsheet):
    spreadsheet.sheet1.update([["客户", "阶段"], ["a", "成交"], ["b", "流失"]], "A1")
    spec = {"dataRange": span(0, 3, 0, 2), "columnIndex": 1, "filterCriteria": {"hiddenValues": ["流失"]}}
    do(spreadsheet, {"addSlicer": {"slicer": {"spec": spec, "position": at(0, 4)}}})
    html = page(server, spreadsheet)
    assert "<b>阶段</b><span>Filtered</span>" in html
    assert '<td id="A2"' in html
    assert '<td id="A3"' not in html


def test_filter_views_are_listed_with_links_as_google_writes_them(server, spreadsheet):
    do(spreadsheet, {"addFilterView": {"filter": {"filterViewId": 11, "title": "我的", "range": span(0, 9, 0, 2)}}})
    html = page(server, spreadsheet)
    assert re.search(r'<a href="\?key=\w+&amp;gid=0&amp;fvid=11#gid=0&amp;fvid=11">我的</a>', html)
    assert '<details class="on"><summary>我的</summary>' in page(server, spreadsheet, "gid=0&fvid=11")


def test_headers_of_a_filter_are_marked_and_those_that_hide_rows_more_so(server, spreadsheet):
    criteria = [{"columnIndex": 1, "filterCriteria": {"hiddenValues": ["x"]}}]
    do(spreadsheet, {"setBasicFilter": {"filter": {"range": span(0, 9, 0, 2), "filterSpecs": criteria}}})
    html = page(server, spreadsheet)
    assert '<td id="A1" class="v"><u class="u"></u></td>' in html
    assert '<td id="B1" class="v"><u class="w"></u></td>' in html
    assert '<td id="C1"></td>' in html


def test_an_edit_is_seen_by_the_next_look_at_a_filtered_sheet(server, spreadsheet):
    spreadsheet.sheet1.update([["阶段"], ["成交"], ["流失"]], "A1")
    criteria = [{"columnIndex": 0, "filterCriteria": {"hiddenValues": ["流失"]}}]
    do(spreadsheet, {"setBasicFilter": {"filter": {"range": span(0, 3, 0, 1), "filterSpecs": criteria}}})
    assert '<td id="A3"' not in page(server, spreadsheet)
    spreadsheet.sheet1.update([["成交"]], "A3")
    assert '<td id="A3"' in page(server, spreadsheet)
    spreadsheet.sheet1.update([["流失"]], "A2")
    assert '<td id="A2"' not in get(server, spreadsheet, "gid=0&block=0").json()["html"]


def test_a_linked_cell_that_a_filter_hides_is_said_to_be_hidden(server, spreadsheet):
    spreadsheet.sheet1.update([["阶段"], ["成交"], ["流失"]], "A1")
    criteria = [{"columnIndex": 0, "filterCriteria": {"hiddenValues": ["流失"]}}]
    do(spreadsheet, {"setBasicFilter": {"filter": {"range": span(0, 3, 0, 1), "filterSpecs": criteria}}})
    assert "A3 is in a row that is not shown" in page(server, spreadsheet, "gid=0&range=A3")
    assert "not shown" not in page(server, spreadsheet, "gid=0&range=A2")


def test_a_table_has_a_header_that_stands_out_and_bands(server, spreadsheet):
    rows = {"headerColorStyle": {"rgbColor": {"blue": 1}}, "secondBandColorStyle": {"rgbColor": {"green": 1}}}
    columns = [{"columnIndex": 0, "columnName": "产品"}]
    do(spreadsheet, {"addTable": {"table": {"name": "T", "range": span(1, 4, 0, 1), "rowsProperties": rows, "columnProperties": columns}}})  # fmt: skip
    html = page(server, spreadsheet)
    looks = dict(re.findall(r"\.g tr \.(f\w+)\{([^}]*)\}", html))
    found = {cell: looks[name] for cell, name in re.findall(r'<td id="(A[1-5])" class="(f\w+)', html)}
    assert found["A2"].startswith("background:#0000ff;color:#ffffff;font-weight:700")
    assert found["A3"].startswith("background:#ffffff")
    assert found["A4"].startswith("background:#00ff00")


def test_groups_are_marked_beside_their_rows_and_above_their_columns(server, spreadsheet):
    rows, columns = ({"sheetId": 0, "dimension": name, "startIndex": 2, "endIndex": 4} for name in ("ROWS", "COLUMNS"))
    do(spreadsheet, {"addDimensionGroup": {"range": rows}}, {"addDimensionGroup": {"range": columns}})
    html = page(server, spreadsheet)
    assert '<th scope="row" class="d1">3</th>' in html
    assert '<th scope="row" class="m"><s>−</s>5</th>' in html
    assert '<th scope="col" class="d1">D</th>' in html


def test_pivot_tables_show_what_they_compute(server, spreadsheet):
    spreadsheet.sheet1.update([["阶段", "金额"], ["成交", 2], ["成交", 3]], "A1")
    pivot = {"source": span(0, 3, 0, 2), "rows": [{"sourceColumnOffset": 0, "sortOrder": "ASCENDING"}], "values": [{"sourceColumnOffset": 1, "summarizeFunction": "SUM"}]}  # fmt: skip
    start = {"sheetId": 0, "rowIndex": 0, "columnIndex": 4}
    do(spreadsheet, {"updateCells": {"rows": [{"values": [{"pivotTable": pivot}]}], "start": start, "fields": "pivotTable"}})  # fmt: skip
    assert re.search(r'<td id="F2"[^>]*>5</td>', page(server, spreadsheet))


@pytest.mark.parametrize("number", ["0", "5", "999", "-1", "x", "１", "9" * 30])
def test_a_block_of_rows_is_answered_or_nothing(server, spreadsheet, number):
    spreadsheet.sheet1.update([[f"row {row}"] for row in range(1, 601)], "A1")
    answer = get(server, spreadsheet, f"gid=0&block={number}")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    rows = re.findall(r'<td id="A(\d+)"', answer.json()["html"])
    expected = range(int(number) * 100 + 1, int(number) * 100 + 101) if number in {"0", "5"} else []
    assert rows == [str(row) for row in expected]


def test_a_block_names_looks_as_the_page_does(server, spreadsheet):
    spreadsheet.sheet1.format("A1:A600", {"backgroundColor": {"red": 1}})
    block = get(server, spreadsheet, "block=4").json()
    assert block["css"] in page(server, spreadsheet)


def test_nothing_that_people_name_becomes_markup(server):
    spreadsheet = server.client.create(HOSTILE)
    spreadsheet.sheet1.update([[HOSTILE, HOSTILE]], "A1", value_input_option="RAW")
    spreadsheet.sheet1.update_title(HOSTILE)
    slicer = {"spec": {"dataRange": span(0, 2, 0, 2), "title": HOSTILE}, "position": at(3, 3)}
    spec = {"title": HOSTILE, "fontName": HOSTILE, "altText": HOSTILE, "pieChart": PIE["pieChart"]}
    do(
        spreadsheet,
        {"addFilterView": {"filter": {"filterViewId": 1, "title": HOSTILE, "range": span(0, 2, 0, 2)}}},
        {"addSlicer": {"slicer": slicer}},
        {"addChart": {"chart": {"spec": spec, "position": at(5, 5)}}},
    )
    html = page(server, spreadsheet, "gid=0&fvid=1&range=%22%3E%3Cscript%3E")
    assert "alert(" not in html.replace("alert(&#x27;", "")
    assert html.count("<script>") == 1
    assert not [one for one in Tags(html).attributes if one[1].startswith("on") or one[1] == "style"]


def test_the_page_runs_and_applies_only_what_its_policy_names(server, spreadsheet):
    policy = get(server, spreadsheet).headers["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["connect-src"] == "'self'"
    assert all(re.fullmatch(r"'sha256-[\w+/=]+'", parts[name]) for name in ("script-src", "style-src"))


def test_every_page_says_that_it_is_not_google(server, spreadsheet):
    for answer in (get(server, spreadsheet), get(server, spreadsheet, "gid=0&fvid=9"), get(server, spreadsheet, key=False)):  # fmt: skip
        assert "not Google" in answer.body.decode()


def test_the_key_of_a_link_stays_in_a_cookie_for_its_spreadsheet_alone(server, spreadsheet):
    cookie = get(server, spreadsheet).headers["Set-Cookie"]
    assert f"; Path=/spreadsheets/d/{spreadsheet.id}; HttpOnly; SameSite=Lax" in cookie
    held = {"cookie": f"other=1; {cookie.partition(';')[0]}"}
    assert get(server, spreadsheet, key=False, headers=held).status == 200
    assert get(server, server.client.create("andere"), key=False, headers=held).status == 403


def test_a_wrong_key_opens_nothing_and_is_not_kept(server, spreadsheet):
    answer = get(server, spreadsheet, "key=abc", key=False)
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers
