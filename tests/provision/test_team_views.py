"""Views for people: one each, named after them, that come and go with the rows of the team tab."""

from __future__ import annotations

import pytest

from sheetcrm import provision

from .bakery import TODAY, actions
from .staff import ANN, BOB, hire, staffed


@pytest.fixture
def desk(blank, tmp_path):
    blank.template = staffed(tmp_path)
    blank.apply()
    hire(blank, ANN, BOB)
    return blank


def views(desk):
    found = desk.describe("sheets(properties.title,filterViews)")["sheets"][0].get("filterViews", [])
    return {view["title"]: view for view in found}


def criteria(desk, title):
    (spec,) = views(desk)[title]["filterSpecs"]
    return spec["filterCriteria"]["condition"]


def test_everybody_has_one_at_the_next_apply(desk):
    desk.apply()
    assert set(views(desk)) == {"Ann的客户", "Bob的客户", "销售的客户"}
    assert criteria(desk, "Ann的客户") == {"type": "TEXT_EQ", "values": [{"userEnteredValue": "Ann"}]}
    assert desk.plan().changes == ()


def test_a_view_of_a_role_shows_what_its_people_have(desk):
    desk.apply()
    assert criteria(desk, "销售的客户")["values"] == [{"userEnteredValue": '=OR($D2="ANN")'.replace("ANN", "Ann")}]
    hire(desk, ANN, [*BOB[:2], "销售", True])
    desk.apply()
    assert criteria(desk, "销售的客户")["values"] == [{"userEnteredValue": '=OR($D2="Ann",$D2="Bob")'}]
    assert desk.plan().changes == ()


def test_a_view_of_a_role_follows_its_column(desk):
    desk.apply()
    source = {"sheetId": desk.tab("客户").id, "dimension": "COLUMNS", "startIndex": 3, "endIndex": 4}
    desk.send({"moveDimension": {"source": source, "destinationIndex": 0}})
    assert (desk.plan().changes, desk.plan().kept) == ((), ())
    assert views(desk)["销售的客户"]["filterSpecs"][0]["columnIndex"] == 0


def test_who_left_loses_it(desk):
    desk.apply()
    hire(desk, [*ANN[:3], False], BOB)
    desk.apply()
    assert set(views(desk)) == {"Bob的客户", "销售的客户"}
    assert desk.plan().changes == ()


def test_who_is_called_otherwise_now_keeps_the_view_under_the_new_name(desk):
    desk.apply()
    before = views(desk)["Ann的客户"]["filterViewId"]
    hire(desk, ["Ann Lee", *ANN[1:]], BOB)
    desk.apply()
    assert views(desk)["Ann Lee的客户"]["filterViewId"] == before
    assert criteria(desk, "Ann Lee的客户")["values"] == [{"userEnteredValue": "Ann Lee"}]


def test_what_somebody_changed_in_their_own_is_kept(desk):
    desk.apply()
    changed = {"filterViewId": views(desk)["Ann的客户"]["filterViewId"], "title": "Mine!"}
    desk.send({"updateFilterView": {"filter": changed, "fields": "title"}})
    assert desk.plan().changes == ()
    assert "Mine!" in desk.plan().text()


def test_example_people_have_none(blank, tmp_path):
    blank.template = staffed(tmp_path)
    blank.apply(samples=True)
    assert blank.tab("团队").acell("A2").value == "示例"
    assert blank.plan().changes == ()


def test_two_rows_of_one_name_are_one_person(desk):
    hire(desk, ANN, ANN, ["Zoe", "", "", True], ["Yan", "shared@x.org", "", True], ["Wu", "shared@x.org", "", True])
    desk.apply()
    assert set(views(desk)) == {"Ann的客户", "Zoe的客户", "Yan的客户", "Wu的客户", "销售的客户"}
    assert desk.plan().changes == ()


def test_names_that_are_computed_count(desk):
    desk.tab("团队").format("A4", {"numberFormat": {"type": "NUMBER"}})
    desk.tab("团队").update([['="A"&"nna"', "anna@x.org", "销售", True]], "A4", raw=False)
    desk.apply()
    assert "Anna的客户" in views(desk)


def test_where_the_team_cannot_be_read_everything_stays(desk):
    desk.apply()
    tab = desk.tab("团队")
    tab.add_cols(2)
    whole = {"sheetId": tab.id, "startRowIndex": 0, "endRowIndex": 20, "startColumnIndex": 0, "endColumnIndex": 1}
    target = {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 5}
    desk.send({"cutPaste": {"source": whole, "destination": target, "pasteType": "PASTE_NORMAL"}})
    plan = desk.plan()
    assert "mark_moved" in [trouble.code for trouble in plan.troubles]
    assert not [change for change in plan.changes if change.resource.kind == "filter_view"]


def test_it_costs_no_request_more(desk):
    desk.apply()
    gateway = desk.gateway
    assert provision.plan(gateway, desk.template, "zh", today=TODAY).changes == ()
    assert (gateway.counts.reads, gateway.counts.writes) == (2, 0)
    hire(desk, ANN)
    gateway = desk.gateway
    plan = provision.plan(gateway, desk.template, "zh", today=TODAY)
    assert ("delete", "customers.filter_view.mine_") in {(action, address[:27]) for action, address in actions(plan)}
    provision.apply(gateway, plan)
    assert (gateway.counts.reads, gateway.counts.writes) == (2, 1)


def test_no_address_of_anybody_is_in_the_metadata(desk):
    desk.apply()
    kept = str(desk.describe("developerMetadata,sheets.developerMetadata,sheets.data.columnMetadata"))
    assert "x.org" not in kept
    assert "Ann" not in kept


@pytest.mark.parametrize(
    ("view", "message"),
    [
        ("{title: X, each: person, of: owner}", "needs {person} in its title"),
        ("{title: X, of: owner, roles: [sale]}", "roles.0: no such role: sale; did you mean sales?"),
        ("{title: X, of: owner, where: {owner: {contains: A}}}", "owner is asked for by of: already"),
    ],
)
def test_a_view_that_cannot_be(tmp_path, view, message):
    from sheetcrm.errors import TemplateError

    with pytest.raises(TemplateError) as raised:
        staffed(tmp_path, views=f"x: {view}")
    assert message in str(raised.value)
