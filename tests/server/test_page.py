"""What a sheet looks like to eyes, and what cannot get into the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.page_grid import Painter, View
from sheetcrm.server.page_style import color, declarations


def cell(text="", **parts):
    return {"formattedValue": text, "effectiveValue": {"stringValue": text}, **parts} if text else parts


def painted(rows, *, widths=(), sizes=(), grid=None, blocks=None, **sheet):
    block = {
        "rowData": [{"values": values} for values in rows],
        "columnMetadata": [{"pixelSize": width} if isinstance(width, int) else width for width in widths],
        "rowMetadata": list(sizes),
    }
    properties = {
        "sheetId": 0,
        "title": "Sheet1",
        "gridProperties": {"rowCount": 100, "columnCount": 26, **(grid or {})},
    }
    below = range((grid or {}).get("frozenRowCount", 0), len(rows))
    view = View({"properties": properties, "data": [block], **sheet}, max(map(len, rows)), blocks or {0: list(below)})
    painter = Painter(view)
    return painter.table(), painter.styles.css()


class Cells(HTMLParser):
    """Collects the cells of a table by their A1 address."""

    def __init__(self, html):
        super().__init__()
        self.cells, self.tags, self._at = {}, [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "td":
            self._at = dict(attrs)["id"]
            self.cells[self._at] = {"text": "", **dict(attrs)}
        elif tag == "th":
            self._at = None

    def handle_data(self, data):
        if self._at:
            self.cells[self._at]["text"] += data


def cells(*args, **kwargs):
    return Cells(painted(*args, **kwargs)[0]).cells


def test_every_cell_stands_at_its_address():
    found = cells([[cell("公司"), cell("电话")], [cell("云帆"), cell()]])
    assert {address: one["text"] for address, one in found.items()} == {
        "A1": "公司",
        "B1": "电话",
        "A2": "云帆",
        "B2": "",
    }


def test_hidden_columns_and_hidden_frozen_rows_are_not_shown():
    found = cells(
        [[cell("a"), cell("b")], [cell("c"), cell("d")]],
        widths=[{"hiddenByUser": True}, {}],
        sizes=[{}, {"hiddenByUser": True}],
        grid={"frozenRowCount": 2},
    )
    assert list(found) == ["B1"]


def test_a_merge_is_one_cell():
    found = cells(
        [[cell("x"), cell()], [cell(), cell()]],
        merges=[{"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}],
    )
    assert list(found) == ["A1"]
    assert (found["A1"]["rowspan"], found["A1"]["colspan"]) == ("2", "2")


def test_frozen_rows_stand_in_the_head_on_every_page_of_a_long_sheet():
    html, _ = painted([[cell(str(row))] for row in range(10)], grid={"frozenRowCount": 1}, blocks={3: [5, 6, 7]})
    head, body = html.split('<tbody data-block="3">')
    assert list(Cells(head).cells) == ["A1"]
    assert list(Cells(body).cells) == ["A6", "A7", "A8"]


def test_frozen_columns_know_where_they_stand():
    html, css = painted([[cell("a"), cell("b"), cell("c")]], widths=[120, 80, 60], grid={"frozenColumnCount": 2})
    found = Cells(html).cells
    left = [
        re.search(rf"\.{name.split()[-2] if name.endswith('o') else name.split()[-1]}\{{left:(\d+)px", css)
        for name in (found["A1"]["class"], found["B1"]["class"])
    ]
    assert [match and int(match[1]) for match in left] == [46, 166]
    assert "s" not in found["C1"].get("class", "").split()


def test_a_merge_over_two_blocks_is_one_cell_in_each():
    merge = {"startRowIndex": 1, "endRowIndex": 5, "startColumnIndex": 0, "endColumnIndex": 1}
    found = cells([[cell("x")] for _ in range(6)], merges=[merge], blocks={0: [0, 1, 2], 1: [3, 4, 5]})
    assert {address: one.get("rowspan") for address, one in found.items()} == {
        "A1": None,
        "A2": "2",
        "A4": "2",
        "A6": None,
    }


def test_widths_are_the_sheets():
    html, _ = painted([[cell("a"), cell("b")]], widths=[120, 80])
    assert [attrs["width"] for tag, attrs in Cells(html).tags if tag == "col"] == ["46", "120", "80"]


@pytest.mark.parametrize(
    ("rule", "value", "drawn"),
    [
        pytest.param(
            {"condition": {"type": "BOOLEAN"}},
            {"boolValue": True},
            'class="y" role="img" aria-label="TRUE"',
            id="a ticked box",
        ),
        pytest.param(
            {"condition": {"type": "BOOLEAN"}},
            {"boolValue": False},
            'class="k" role="img" aria-label="FALSE"',
            id="an empty box",
        ),
        pytest.param(
            {"condition": {"type": "ONE_OF_LIST"}, "showCustomUi": True},
            {},
            "<i></i>",
            id="a dropdown without a choice",
        ),
    ],
)
def test_controls_are_drawn(rule, value, drawn):
    html, _ = painted(
        [[{"dataValidation": rule, "effectiveValue": value, "formattedValue": "x" if "boolValue" in value else ""}]]
    )
    assert drawn in html


def test_a_dropdown_that_is_only_checked_is_drawn_as_text():
    html, _ = painted([[cell("A", dataValidation={"condition": {"type": "ONE_OF_LIST"}})]])
    assert "<span>" not in html


def test_text_runs_over_a_blank_neighbour_only():
    found = cells([[cell("long text"), cell(), cell("next"), cell("taken")]])
    assert "o" in found["A1"]["class"].split()
    assert "o" not in found["C1"].get("class", "").split()


def test_a_note_shows_on_hover():
    assert cells([[cell("x", note="必填")]])["A1"]["title"] == "必填"


@pytest.mark.parametrize(
    ("link", "follows"),
    [
        ("https://x.org/?a=1&b=2", True),
        ("mailto:ann@x.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        (" javascript:x", False),
    ],
)
def test_only_harmless_links_are_links(link, follows):
    html, _ = painted([[cell("x", hyperlink=link)]])
    hrefs = [attrs["href"] for tag, attrs in Cells(html).tags if tag == "a"]
    assert hrefs == ([link] if follows else [])


hostile = st.text(alphabet="<>\"'&/=;{}\\ ax\u0000\n程序", max_size=30) | st.just('"><script>alert(1)</script>')


@given(text=hostile, note=hostile, link=hostile, font=hostile)
def test_nothing_that_people_type_becomes_markup(text, note, link, font):
    html, css = painted([[cell(text, note=note, hyperlink=link, effectiveFormat={"textFormat": {"fontFamily": font}})]])
    assert {tag for tag, _ in Cells(html).tags} <= {"table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "a"}
    assert all(
        set(attrs) <= {"class", "id", "title", "href", "target", "rel"}
        for tag, attrs in Cells(html).tags
        if tag in {"td", "a"}
    )
    assert "<" not in css
    assert css.count("{") == css.count("}")


@pytest.mark.parametrize(
    ("form", "css"),
    [
        pytest.param({}, "", id="nothing said"),
        pytest.param({"backgroundColor": {"red": 1, "green": 1, "blue": 1}}, "", id="white is the page's own"),
        pytest.param(
            {"backgroundColorStyle": {"rgbColor": {"red": 1}}}, "background:#ff0000", id="channels left out are zero"
        ),
        pytest.param({"backgroundColor": {}}, "background:#000000", id="black is an empty colour"),
        pytest.param(
            {"textFormat": {"bold": True, "strikethrough": True}},
            "font-weight:700;text-decoration:line-through",
            id="text",
        ),
        pytest.param({"textFormat": {"fontSize": 10}}, "", id="ten points are the page's own"),
        pytest.param(
            {"wrapStrategy": "WRAP", "verticalAlignment": "MIDDLE"},
            "vertical-align:middle;white-space:pre-wrap;overflow-wrap:anywhere",
            id="wrapped",
        ),
        pytest.param(
            {"borders": {"top": {"style": "SOLID", "colorStyle": {"rgbColor": {"blue": 1}}}}},
            "border-top:1px solid #0000ff",
            id="a border",
        ),
    ],
)
def test_formats(form, css):
    assert declarations(form, aligned="left") == css


@pytest.mark.parametrize(
    ("value", "side"), [({"numberValue": 1}, "right"), ({"boolValue": True}, "center"), ({"stringValue": "x"}, None)]
)
def test_values_stand_where_sheets_puts_them(value, side):
    _, css = painted([[{"effectiveValue": value, "formattedValue": "x"}]])
    assert (f"text-align:{side}" in css) if side else "text-align" not in css


def test_colours_out_of_range_are_cut_off():
    assert color({"rgbColor": {"red": 2, "green": -1, "blue": 0.5}}) == "#ff0080"
