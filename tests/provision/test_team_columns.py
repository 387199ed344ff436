"""Who is there costs a plan the columns that say it, not the team's whole tab."""

from __future__ import annotations

import json

import pytest

from sheetcrm import provision
from sheetcrm.sheets.gateway import Gateway

from .bakery import TODAY
from .staff import ANN, BOB, hire, staffed


class Watched(Gateway):
    """Notes which ranges were asked for, and how many characters came back."""

    def describe(self, fields, ranges=()):
        answer = super().describe(fields, ranges)
        self.seen = [*getattr(self, "seen", []), (list(ranges), len(json.dumps(answer)))]
        return answer


@pytest.fixture
def desk(blank, tmp_path):
    blank.template = staffed(tmp_path)
    text = (tmp_path / "bakery.yaml").read_text(encoding="utf-8")
    wider = "      active: {type: checkbox, title: {zh: 在职, en: Active}}\n"
    more = "".join(f"      more{n}: {{type: text, title: 更多{n}, note: 注}}\n" for n in range(12))
    (tmp_path / "bakery.yaml").write_text(
        text.replace(wider, wider + more).replace("rows: 20", "rows: 900"), encoding="utf-8"
    )
    from sheetcrm.schema import loader

    blank.template = loader.load(tmp_path / "bakery.yaml")
    blank.apply()
    hire(blank, ANN, BOB)
    blank.apply()
    return blank


def planned(desk, **options):
    gateway = Watched(desk.running.session, desk.people.id)
    return provision.plan(gateway, desk.template, "zh", today=TODAY, **options), gateway


def test_only_the_columns_that_say_who_is_there_are_read_whole(desk):
    plan, gateway = planned(desk)
    assert (plan.changes, gateway.counts.reads) == ((), 2)
    ranges = [place for place in gateway.seen[1][0] if place.startswith("'团队'")]
    assert ranges == ["'团队'!1:2", "'团队'!900:900", "'团队'!A2:D"]


def test_what_comes_back_is_far_less_than_the_tab(desk):
    _, gateway = planned(desk)
    whole = Watched(desk.running.session, desk.people.id)
    fields = "sheets(data(rowData(values(userEnteredFormat,dataValidation,effectiveValue))))"
    whole.describe(fields, ["'团队'"])
    assert gateway.seen[1][1] < 0.6 * whole.seen[0][1]


def test_columns_that_were_moved_are_found_where_they_are(desk):
    tab = desk.tab("团队")
    desk.send(
        {
            "moveDimension": {
                "source": {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": 3, "endIndex": 4},
                "destinationIndex": 9,
            }
        }
    )
    plan, gateway = planned(desk)
    assert plan.changes == ()
    assert [place for place in gateway.seen[1][0] if place.startswith("'团队'")][2:] == ["'团队'!A2:C", "'团队'!I2:I"]


def test_without_their_marks_the_whole_tab_is_looked_at(desk):
    desk.send({"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataValue": "team.role"}}}})
    plan, gateway = planned(desk)
    assert "'团队'" in gateway.seen[1][0]
    assert {change.address.column for change in plan.changes} <= {"role"}
