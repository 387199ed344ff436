"""What only some roles may edit: real protected ranges whose editors are the active people of these roles, and the admins."""

from __future__ import annotations

import pytest

from sheetcrm.errors import TemplateError

from .bakery import actions, columns
from .staff import ANN, BOB, hire, staffed

ROLES = "roles: {finance: {edits: [orders, customers.stage]}, sales: {edits: [customers.stage]}}\n"
ADMINS = ("boss@x.org",)


@pytest.fixture
def desk(blank, tmp_path):
    blank.template = staffed(tmp_path, views="", top=ROLES)
    blank.apply(admins=ADMINS)
    hire(blank, ANN, BOB)
    blank.apply(admins=ADMINS)
    return blank


def locks(desk):
    """By tab, what is really protected there."""
    found = desk.describe("sheets(properties.title,protectedRanges)")["sheets"]
    return {
        part["properties"]["title"]: [one for one in part.get("protectedRanges", []) if not one.get("warningOnly")]
        for part in found
    }


def editors(desk, tab):
    (lock,) = locks(desk)[tab]
    return set(lock["editors"]["users"])


def plan(desk, **options):
    return desk.plan(admins=ADMINS, **options)


def update(desk, tab, fields, **settings):
    (lock,) = locks(desk)[tab]
    changed = {"protectedRangeId": lock["protectedRangeId"], **settings}
    desk.send({"updateProtectedRange": {"protectedRange": changed, "fields": fields}})


def test_editors_are_the_people_of_the_roles_and_the_admins(desk):
    assert editors(desk, "订单") - {desk.running.server.owner} == {"boss@x.org", "bob@x.org"}
    assert editors(desk, "客户") - {desk.running.server.owner} == {"boss@x.org", "bob@x.org", "ann@x.org"}
    assert "startRowIndex" not in locks(desk)["订单"][0]["range"]
    assert locks(desk)["订单"][0]["description"] == "sheetcrm：只有财务可以编辑"


def test_whom_google_adds_is_no_difference(desk):
    assert desk.running.server.owner in editors(desk, "订单")
    assert plan(desk).changes == ()


def test_an_owner_who_is_an_admin_too_is_no_difference(desk):
    admins = (*ADMINS, desk.running.server.owner)
    desk.apply(admins=admins)
    assert desk.plan(admins=admins).changes == ()


def test_it_follows_the_team(desk):
    hire(desk, [*ANN[:2], "财务", True], [*BOB[:3], False])
    assert actions(plan(desk)) >= {("update", "orders.lock"), ("update", "customers.stage.lock")}
    desk.apply(admins=ADMINS)
    assert editors(desk, "订单") - {desk.running.server.owner} == {"boss@x.org", "ann@x.org"}
    assert plan(desk).changes == ()


@pytest.mark.parametrize(
    ("fields", "settings"),
    [
        pytest.param("editors", {"editors": {"users": ["bob@x.org", "boss@x.org", "eve@x.org"]}}, id="somebody more"),
        pytest.param("editors", {"editors": {"users": ["boss@x.org"]}}, id="somebody less"),
        pytest.param("editors", {}, id="nobody left: as in a copy of the file"),
        pytest.param("editors", {"editors": {"domainUsersCanEdit": True}}, id="the whole domain"),
        pytest.param("warningOnly,editors", {"warningOnly": True}, id="only a warning"),
        pytest.param("description", {"description": "mine"}, id="another description"),
    ],
)
def test_what_people_did_to_a_lock_is_put_back(desk, fields, settings):
    before = locks(desk)["订单"]
    update(desk, "订单", fields, **settings)
    assert actions(plan(desk)) == {("update", "orders.lock")}
    desk.apply(admins=ADMINS)
    assert locks(desk)["订单"] == before
    assert plan(desk).changes == ()


def test_holes_in_a_lock_are_closed(desk):
    hole = {"sheetId": desk.tab("订单").id, "startRowIndex": 1, "endRowIndex": 5}
    update(desk, "订单", "unprotectedRanges", unprotectedRanges=[hole])
    desk.apply(admins=ADMINS)
    assert "unprotectedRanges" not in locks(desk)["订单"][0]
    assert plan(desk).changes == ()


def test_a_lock_that_people_took_away_comes_back(desk):
    desk.send({"deleteProtectedRange": {"protectedRangeId": locks(desk)["订单"][0]["protectedRangeId"]}})
    assert actions(plan(desk)) == {("create", "orders.lock")}


def test_a_locked_column_that_is_moved_is_still_locked(desk):
    desk.send({"moveDimension": {"source": columns(desk.tab("客户").id, 2, 3), "destinationIndex": 0}})
    assert plan(desk).changes == ()
    assert locks(desk)["客户"][0]["range"]["startColumnIndex"] == 0


def test_while_the_team_is_empty_nothing_is_locked_and_nothing_told(blank, tmp_path):
    blank.template = staffed(tmp_path, views="", top=ROLES)
    assert blank.apply().troubles == ()
    assert not any(locks(blank).values())
    assert (blank.plan().changes, blank.plan().troubles) == ((), ())


def test_with_a_team_but_nobody_to_open_it_nothing_is_locked_and_that_is_told(blank, tmp_path):
    blank.template = staffed(tmp_path, views="", top=ROLES)
    blank.apply()
    hire(blank, ANN)
    made = blank.apply()
    assert editors(blank, "客户") >= {"ann@x.org"}
    assert locks(blank)["订单"] == []
    assert "Nobody may edit orders" in made.text() or "没有人可以编辑 orders" in made.text()
    assert blank.plan().changes == ()


def test_when_the_last_who_may_open_it_leaves_it_stays_as_it_is(blank, tmp_path):
    blank.template = staffed(tmp_path, views="", top=ROLES)
    blank.apply()
    hire(blank, BOB)
    blank.apply()
    before = locks(blank)["订单"]
    hire(blank, [*BOB[:3], False])
    assert [trouble.code for trouble in blank.apply().troubles] == ["lock_nobody", "lock_nobody"]
    assert locks(blank)["订单"] == before


def test_a_tab_that_somebody_protected_already_is_told_of_and_left_alone(blank, tmp_path):
    blank.template = staffed(tmp_path, views="", top=ROLES)
    blank.apply()
    mine = {"range": {"sheetId": blank.tab("订单").id}, "editors": {"users": ["eve@x.org"]}}
    blank.send({"addProtectedRange": {"protectedRange": mine}})
    hire(blank, BOB)
    made = blank.apply()
    assert "tab_locked" in [trouble.code for trouble in made.troubles]
    assert "eve@x.org" in editors(blank, "订单")
    assert blank.plan().changes == ()


def test_dropped_by_the_template_everybody_edits_again(desk, tmp_path):
    desk.apply(staffed(tmp_path, views=""), admins=ADMINS)
    assert not any(locks(desk).values())


def test_addresses_are_in_the_plan_and_in_no_metadata(desk):
    hire(desk, ANN)
    assert "bob@x.org" in plan(desk).text()
    kept = str(desk.describe("developerMetadata,sheets.developerMetadata,sheets.data.columnMetadata"))
    assert "@" not in kept.replace("'@'", "")


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ("{sale: {edits: [orders]}}", "roles.sale: no such role: sale; did you mean sales?"),
        ("{sales: {edits: [order]}}", "roles.sales.edits.0: no such sheet: order; did you mean orders?"),
        ("{sales: {edits: [orders.amt]}}", "roles.sales.edits.0: no such column in orders: amt"),
        ("{sales: {edits: [orders]}, finance: {edits: [orders.amount]}}", "orders is locked as a whole already"),
        ("{sales: {edits: []}}", "roles.sales.edits"),
    ],
)
def test_roles_that_cannot_be(tmp_path, roles, message):
    with pytest.raises(TemplateError) as raised:
        staffed(tmp_path, views="", top=f"roles: {roles}\n")
    assert message in str(raised.value)
