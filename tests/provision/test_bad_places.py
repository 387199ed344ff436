"""Spreadsheets that are not what the admin takes them for, or not the admin's: a clear message, and nothing half done."""

from __future__ import annotations

import pytest
import requests

from sheetcrm import provision
from sheetcrm.errors import ApiError, NotAllowed, Refused
from sheetcrm.server.adapter import InProcess, mount
from sheetcrm.sheets.gateway import Gateway

from .bakery import TODAY, Desk, actions, bakery

PHONE = "      phone: {type: phone, title: {zh: 电话, en: Phone}}\n"
STAGE = "      stage:\n"
EVERYTHING = "sheets(properties,data,conditionalFormats,bandedRanges,protectedRanges),namedRanges,developerMetadata"


@pytest.fixture
def newer(tmp_path):
    """A template with one column more."""
    return bakery(tmp_path, was=STAGE, now=PHONE + STAGE)


@pytest.fixture
def colleague(desk):
    """A gateway of somebody else, who may do what the owner gave the role for."""

    def share(role: str) -> Gateway:
        server = desk.running.server
        session = requests.Session()
        mount(session, InProcess(server))
        session.headers["Authorization"] = f"Bearer {server.add_user('bob@x.org')}"
        desk.people.share("bob@x.org", perm_type="user", role=role, notify=False)
        return Gateway(session, desk.people.id)

    return share


def test_a_copy_of_the_whole_spreadsheet_is_looked_after_like_the_original(desk, newer):
    copy = Desk(desk.running, desk.running.client.copy(desk.people.id, title="copy"), desk.template)
    assert copy.plan().changes == ()
    copy.apply(newer)
    assert copy.plan(newer).changes == ()
    assert desk.plan().changes == (), "the original knows nothing of it"


def test_a_plan_for_another_spreadsheet_is_not_carried_out(desk, newer):
    copy = Desk(desk.running, desk.running.client.copy(desk.people.id, title="copy"), desk.template)
    reviewed = desk.plan(newer)
    with pytest.raises(Refused, match="review it again"):
        provision.apply(copy.gateway, copy.plan(newer), reviewed=reviewed.fingerprint)


def test_without_our_metadata_everything_is_found_by_its_title_and_marked_again(desk):
    desk.tab("客户").update([["C1", "Ann", "潜在"]], "A2", raw=True)
    for key in ("sheetcrm", "sheetcrm.made", "sheetcrm.highlights", "sheetcrm.template"):
        desk.send({"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": key}}}})
    plan = desk.apply()
    assert not [change for change in plan.changes if change.action == "delete"]
    assert desk.tab("客户").row_values(2)[:3] == ["C1", "Ann", "潜在"]
    assert desk.plan().changes == ()


def test_a_viewer_may_plan_and_is_told_what_to_do_when_it_comes_to_applying(desk, newer, colleague):
    gateway = colleague("reader")
    plan = provision.plan(gateway, newer, "zh", today=TODAY)
    before = desk.describe(EVERYTHING)
    with pytest.raises(NotAllowed) as caught:
        provision.apply(gateway, plan)
    assert "share" in str(caught.value).lower()
    assert desk.describe(EVERYTHING) == before


def test_what_somebody_else_protected_stops_the_whole_plan(desk, newer, colleague):
    owned = {"range": {"sheetId": desk.tab("客户").id}, "description": "mine"}
    desk.send({"addProtectedRange": {"protectedRange": owned}})
    gateway = colleague("writer")
    desk_id = desk.describe("sheets.protectedRanges")["sheets"][0]["protectedRanges"]
    mine = next(one for one in desk_id if one.get("description") == "mine")
    only_me = {"protectedRangeId": mine["protectedRangeId"], "editors": {"users": []}}
    desk.send({"updateProtectedRange": {"protectedRange": only_me, "fields": "editors"}})
    before = desk.describe(EVERYTHING)
    with pytest.raises(ApiError, match="protected"):
        provision.apply(gateway, provision.plan(gateway, newer, "zh", today=TODAY))
    assert desk.describe(EVERYTHING) == before


def test_a_full_spreadsheet_takes_no_more_and_says_so(desk, newer):
    used = sum(tab.row_count * tab.column_count for tab in desk.people.worksheets())
    desk.people.add_worksheet("full", rows=(10_000_000 - used) // 10, cols=10)
    before = desk.describe("sheets.properties")
    with pytest.raises(ApiError, match="10000000 cells"):
        desk.apply(newer)
    assert desk.describe("sheets.properties") == before


def test_a_tab_of_the_same_title_that_is_not_ours_stops_the_plan(blank):
    blank.people.add_worksheet("客户", 10, 3).update([["something", "else"], ["x", "y"]], "A1")
    plan = blank.plan()
    assert "we did not make" in plan.text()
    assert plan.requests == ()


def test_marks_that_a_copied_tab_brought_along_are_told_and_change_nothing(desk, newer):
    desk.people.duplicate_sheet(desk.tab("客户").id, new_sheet_name="客户 2")
    plan = desk.plan(newer)
    assert [trouble.code for trouble in plan.troubles] == ["sheet_copied"]
    assert not [at for _, at in actions(plan) if "2" in at]
    desk.apply(newer)
    assert desk.tab("客户 2").row_values(1) == ["客户编号", "姓名", "阶段", "下次", "消费"]
