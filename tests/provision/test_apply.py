"""From nothing to a spreadsheet, in three requests; and right after that, nothing to do."""

from __future__ import annotations

import pytest

from sheetcrm import provision
from sheetcrm.errors import Refused
from sheetcrm.resources import Highlights
from sheetcrm.schema import loader

from .bakery import TODAY, Desk, bakery


@pytest.fixture(params=loader.names())
def every(request):
    """Every template that we ship."""
    return loader.load(loader.find(request.param))


@pytest.fixture(params=["zh", "en"])
def language(request):
    return request.param


def test_apply_twice_changes_nothing(running, every, language):
    desk = Desk(running, running.client.create("x"), every, language)
    desk.apply(samples=True)
    assert desk.plan().text() == "nothing to change"
    assert desk.plan(samples=True).changes == ()


def test_few_requests(running, every):
    desk = Desk(running, running.client.create("x"), every)
    gateway = desk.gateway
    provision.apply(gateway, provision.plan(gateway, every, "zh", today=TODAY))
    assert (gateway.counts.reads, gateway.counts.writes) == (2, 1)
    gateway = desk.gateway
    provision.apply(gateway, provision.plan(gateway, every, "zh", today=TODAY))
    assert (gateway.counts.reads, gateway.counts.writes) == (2, 0)


def test_bytes_of_a_plan_do_not_grow_with_the_rows(blank, tmp_path):
    small = blank.plan()
    large = blank.plan(bakery(tmp_path, was="rows: 100\n", now="rows: 9000\n"))
    assert large.bytes < 1.02 * small.bytes


def test_bytes_read_for_a_plan_do_not_grow_with_the_rows(desk):
    def read():
        sizes = []
        desk.running.session.hooks["response"] = [lambda answer, **_: sizes.append(len(answer.content))]
        desk.plan()
        desk.running.session.hooks["response"] = []
        return sum(sizes)

    before = read()
    desk.tab("订单").update([["C1", 5]] * 90, "B2", raw=True)
    assert read() < 1.1 * before


def test_what_people_see(desk):
    tabs = [tab.title for tab in desk.people.worksheets()]
    assert tabs == ["客户", "订单", "团队"], "the blank Sheet1 of a new file is gone"
    assert desk.tab("客户").row_values(1) == ["客户编号", "姓名", "阶段", "下次", "消费"]
    assert desk.tab("客户").frozen_row_count == 1
    properties = desk.describe("properties")["properties"]
    assert (properties["locale"], properties["timeZone"]) == ("zh_CN", "Asia/Shanghai")


def test_formulas_reach_across_tabs(desk):
    desk.tab("客户").update([["C1", "Ann"]], "A2", raw=True)
    desk.tab("订单").update([["C1", 20], ["C1", 22.5]], "B2", raw=True)
    spent = desk.tab("客户").acell("E2", value_render_option="UNFORMATTED_VALUE").value
    assert spent == 42.5


def test_the_plan_of_a_spreadsheet_that_is_not_made_yet_is_the_one_it_will_have(blank):
    ahead = provision.plan(provision.blank(), blank.template, "zh", samples=True, today=TODAY)
    assert ahead.fingerprint == blank.plan(samples=True).fingerprint


def test_only_the_reviewed_plan_runs(blank):
    reviewed = blank.plan()
    blank.people.add_worksheet("mine", 10, 5)
    with pytest.raises(Refused, match="changed since"):
        provision.apply(blank.gateway, blank.plan(), reviewed=reviewed.fingerprint)
    assert [tab.title for tab in blank.people.worksheets()] == ["Sheet1", "mine"]


def test_a_first_tab_with_something_in_it_stays(blank):
    blank.tab("Sheet1").update([["mine"]], "C7")
    blank.apply()
    assert blank.tab("Sheet1").acell("C7").value == "mine"
    assert blank.plan().changes == ()


def test_a_blank_tab_of_the_right_title_is_used(blank):
    blank.tab("Sheet1").update_title("客户")
    blank.apply()
    assert [tab.title for tab in blank.people.worksheets()] == ["客户", "订单", "团队"]
    assert blank.tab("客户").id == 0
    assert blank.plan().changes == ()


def test_a_tab_of_ours_by_title_that_is_not_ours_is_never_written_over(blank):
    blank.tab("Sheet1").update_title("客户")
    blank.tab("客户").update([["Customer", "Phone"], ["Ann", "1"]], "A1")
    plan = blank.plan()
    assert [refusal.flag for refusal in plan.refusals] == [""]
    assert "客户" in plan.refusals[0].message
    with pytest.raises(Refused, match="did not make"):
        provision.apply(blank.gateway, plan)
    assert blank.tab("客户").get_all_values() == [["Customer", "Phone"], ["Ann", "1"]]


def test_no_highlight_looks_into_another_tab(every, language):
    """Sheets refuses a conditional format whose formula does."""
    for address, resource in every.compile(language).items():
        if isinstance(resource, Highlights):
            assert resource.refers(address) == {address.sheet}


def test_a_batch_is_smaller_than_google_advises(every):
    plan = provision.plan(provision.blank(), every, "zh", samples=True, today=TODAY)
    assert plan.bytes < 1_000_000


def test_a_colleagues_tab_with_our_title_in_another_language_is_in_nobodys_way(blank):
    blank.people.add_worksheet("TEAM", 10, 3).update([["football"]], "A1")
    blank.apply()
    assert blank.tab("TEAM").acell("A1").value == "football"
    assert blank.plan().changes == ()


def test_a_plan_as_text_and_as_json_tells_the_same(blank):
    plan = blank.plan(samples=True)
    told = plan.json()
    assert {change["address"] for change in told["changes"]} == {str(change.address) for change in plan.changes}
    assert told["fingerprint"] in plan.text()
    assert "+ stage  阶段" in plan.text()
    assert all(change["text"] for change in told["changes"])


def test_people_rearrange_the_first_tab_and_nothing_is_to_be_done(running, every):
    desk = Desk(running, running.client.create("x"), every)
    desk.apply(samples=True)
    for tab in desk.people.worksheets()[:1]:
        last = {
            "sheetId": tab.id,
            "dimension": "COLUMNS",
            "startIndex": tab.column_count - 1,
            "endIndex": tab.column_count,
        }
        first = {**last, "startIndex": 0, "endIndex": 1}
        desk.send(
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": tab.id, "title": f"{tab.title} (旧)"},
                    "fields": "title",
                }
            },
            {"moveDimension": {"source": last, "destinationIndex": 0}},
            {"insertDimension": {"range": first, "inheritFromBefore": False}},
        )
        desk.people.get_worksheet_by_id(tab.id).update([["mine"]], "A1")
    plan = desk.plan()
    assert plan.changes == ()
    assert plan.troubles == ()
