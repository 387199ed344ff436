"""The page in a real browser: its script runs under its own policy, follows links, and shows long sheets as they are scrolled."""

from __future__ import annotations

import pytest

from sheetcrm import testing
from tests.server.browser import CHROMIUM, Browser

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
ROWS = 2500
SCROLLED = "document.querySelector('main').scrollTop"
COMPLETE = "!document.querySelector('tbody.empty[data-block]')"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def desk(request):
    """A window of a desk's size, and no errors on the console of any page, breaches of the policy included."""
    browser = request.getfixturevalue("browser")
    browser.errors.clear()
    browser.scripts(allowed=True)
    browser.size(1200, 700)
    yield
    assert browser.errors == []


@pytest.fixture(scope="module")
def server():
    with testing.server(http=True) as running:
        yield running


@pytest.fixture(scope="module")
def spreadsheet(server):
    """A long first tab with a frozen row, a filter view over it, and a second tab with a Chinese title and a chart."""
    made = server.client.create("客户管理")
    first = made.sheet1
    first.resize(ROWS, 4)
    first.update([[f"row {row}", row] for row in range(1, ROWS + 1)], "A1")
    first.freeze(1)
    view = {
        "filterViewId": 11,
        "title": "少数",
        "range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": ROWS, "startColumnIndex": 0, "endColumnIndex": 2},
        "filterSpecs": [{"columnIndex": 1, "filterCriteria": {"condition": condition("NUMBER_GREATER", "2490")}}],
        "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}],
    }
    chart = {
        "spec": {"title": "图", "basicChart": {"chartType": "COLUMN", "series": [{"series": cells_of(7, 1)}], "domains": [{"domain": cells_of(7, 0)}]}},
        "position": {"overlayPosition": {"anchorCell": {"sheetId": 7, "rowIndex": 6, "columnIndex": 1}, "offsetXPixels": 5}},
    }  # fmt: skip
    made.batch_update(
        {
            "requests": [
                {"addFilterView": {"filter": view}},
                {"addSheet": {"properties": {"sheetId": 7, "title": "团队"}}},
                {"addChart": {"chart": chart}},
            ]
        }
    )
    team = made.worksheet("团队")
    team.update([["姓名", "数"], ["王芳\n李强\n赵磊", 3], ["陈晨", 5]], "A1")
    team.format("A2", {"wrapStrategy": "WRAP"})
    return made


@pytest.fixture(scope="module")
def link(server, spreadsheet):
    return server.server.page_url(spreadsheet.id)


def condition(kind, value):
    return {"type": kind, "values": [{"userEnteredValue": value}]}


def cells_of(sheet_id, column):
    place = {
        "sheetId": sheet_id,
        "startRowIndex": 0,
        "endRowIndex": 3,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }
    return {"sourceRange": {"sources": [place]}}  # fmt: skip


def open_at(browser, link, fragment, cell):
    browser.open(link + fragment)
    browser.until(f"document.querySelector('.hit')?.id === '{cell}'")


@pytest.mark.parametrize(
    ("fragment", "cell", "text"),
    [
        pytest.param("#gid=0&range=A3", "A3", "row 3", id="a cell of the tab that is shown anyway"),
        pytest.param("#gid=0&range=A2100", "A2100", "row 2100", id="a row far below"),
        pytest.param("#gid=7&range=A3", "A3", "陈晨", id="another tab"),
        pytest.param("#gid=0&fvid=11&range=A2495", "A2495", "row 2495", id="in a filter view"),
    ],
)
def test_the_linked_cell_is_found_marked_spelt_out_and_in_sight(browser, link, fragment, cell, text):
    open_at(browser, link, fragment, cell)
    assert browser.run("[...document.querySelectorAll('.hit')].map(cell => cell.id)") == [cell]
    assert browser.run("document.getElementById('bar').innerHTML") == f"<b>{cell}</b><span>{text}</span>"
    assert browser.run(
        "((cell, main) => cell.top >= main.top && cell.bottom <= main.bottom)"
        "(document.querySelector('.hit').getBoundingClientRect(), document.querySelector('main').getBoundingClientRect())"
    )


def test_a_linked_range_is_marked_as_a_whole(browser, link):
    open_at(browser, link, "#gid=0&range=A5:B6", "A5")
    assert browser.run("[...document.querySelectorAll('.hit')].map(cell => cell.id)") == ["A5", "B5", "A6", "B6"]


def test_a_link_that_leads_nowhere_ends_at_the_end(browser, link):
    browser.open(f"{link}#gid=99&range=ZZ99999")
    browser.until(f"!!document.getElementById('A{ROWS}')")


def test_a_link_chooses_a_filter_view_and_its_order(browser, link):
    browser.open(f"{link}#gid=0&fvid=11")
    browser.until("!!document.querySelector('details.on')")
    rows = browser.run(
        "[...document.querySelectorAll('tbody[data-block] td:nth-of-type(1)')].map(cell => cell.innerText)"
    )
    assert rows == [f"row {row}" for row in range(ROWS, 2490, -1)]


def test_rows_come_into_sight_as_the_sheet_is_scrolled_and_leave_again(browser, link):
    browser.open(link)
    browser.until(COMPLETE)
    whole = browser.run("document.querySelector('main').scrollHeight")
    for place in (20_000, 48_000, 9_000):
        browser.run(f"{SCROLLED} = {place}")
        browser.until(f"Math.abs({SCROLLED} - {place}) < 2")
        # The row that must stand right below the head: all rows are 21 pixels high, the frozen one is above them.
        row = place // 21 + 3
        browser.until(f"document.getElementById('A{row}')?.textContent === 'row {row}'")
        browser.until(COMPLETE)
        head = "document.querySelector('thead').getBoundingClientRect().bottom"
        top = browser.run(f"document.getElementById('A{row}').getBoundingClientRect().top - {head}")
        assert -2 <= top <= 42
        assert browser.run("document.querySelectorAll('tr').length") < 700
        assert abs(browser.run("document.querySelector('main').scrollHeight") - whole) <= 2


def test_the_head_stays_while_the_sheet_is_scrolled(browser, link):
    browser.open(link)
    before = browser.run("document.getElementById('A1').getBoundingClientRect().top")
    browser.run(f"{SCROLLED} = 30000")
    browser.until(COMPLETE)
    assert browser.run("document.getElementById('A1').getBoundingClientRect().top") == before


def test_without_scripts_links_lead_through_a_long_sheet(browser, link):
    browser.scripts(allowed=False)
    browser.open(link)
    seen = []
    for _ in range(20):
        rows = browser.run("[...document.querySelectorAll('th[scope=row]')].map(head => +head.innerText)")
        seen += [row for row in rows if row > 1 or not seen]
        onward = browser.run(
            "[...document.querySelectorAll('.pages a')].find(link => link.innerText === '›')?.href ?? ''"
        )
        if not onward:
            break
        browser.open(onward)
    assert seen == list(range(1, ROWS + 1))


def test_a_chart_stands_at_its_anchor_even_below_a_row_that_grew(browser, link):
    browser.open(f"{link}#gid=7")
    browser.until("!!document.querySelector('.chart svg')")
    assert browser.run("document.getElementById('A2').offsetHeight") > 40
    where = (
        "(chart => [chart.left, chart.top].map(Math.round))(document.querySelector('.chart').getBoundingClientRect())"
    )
    anchor = (
        "(cell => [cell.left + 5, cell.top].map(Math.round))(document.getElementById('B7').getBoundingClientRect())"
    )
    assert browser.run(where) == browser.run(anchor)
    assert browser.run("document.querySelectorAll('.chart rect').length") == 3


def test_a_phone_shows_the_sheet_in_its_own_width(browser, link):
    browser.size(390, 844, mobile=True)
    open_at(browser, link, "#gid=0&range=B1500", "B1500")
    assert browser.run("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]
    assert browser.run("document.querySelector('.say').getBoundingClientRect().right") <= 390


def test_a_link_opens_the_page_once_and_its_cookie_from_then_on(browser, link):
    browser.leave()
    browser.call("Storage.clearCookies")
    bare = link.partition("?")[0]
    browser.open(bare)
    assert browser.run("document.querySelectorAll('table').length") == 0
    browser.forgive("403")
    browser.open(link)
    browser.open(bare)
    assert browser.run("document.getElementById('A1').textContent") == "row 1"
    assert browser.run("document.cookie") == ""
