"""Who may open the file: asked for by name, listed in the plan, and taken from nobody but those who left."""

from __future__ import annotations

import pytest

from sheetcrm import provision
from sheetcrm.errors import Refused, TemplateError, UsageError
from sheetcrm.provision import Share
from sheetcrm.provision.audit import House
from sheetcrm.sheets.gateway import Drive

from .staff import ANN, BOB, hire, staffed

LEVELS = {"sales": "writer", "finance": "commenter"}


@pytest.fixture
def desk(blank, tmp_path):
    blank.template = staffed(tmp_path, views="")
    blank.apply()
    hire(blank, ANN, BOB)
    return blank


def share(desk, **levels):
    return Share(Drive(desk.running.session), desk.people.id, levels or LEVELS)


def access(desk):
    """Address → level, of everybody but the owner."""
    found = Drive(desk.running.session).permissions(desk.people.id)
    return {one["emailAddress"]: one["role"] for one in found if one.get("emailAddress") and one["role"] != "owner"}


def give(desk, address, level, kind="user"):
    desk.people.share(address, perm_type=kind, role=level, notify=False)


def go(desk, **options):
    plan = desk.plan(share=share(desk), **options)
    provision.apply(desk.gateway, plan, drive=Drive(desk.running.session))
    return plan


def calls(desk):
    return [call.method for call in desk.running.requests("drive.permissions.*")]


def test_without_being_asked_nothing_of_drive_is_touched_or_read(desk):
    desk.running.forget_requests()
    desk.apply()
    assert desk.running.requests("drive.*") == []


def test_everybody_gets_what_their_role_has(desk):
    plan = go(desk)
    assert access(desk) == {"ann@x.org": "writer", "bob@x.org": "commenter"}
    assert "  + ann@x.org  writer" in plan.text()
    again = desk.plan(share=share(desk))
    assert (again.sharing.grants, again.has_work) == ((), False)


def test_one_call_each(desk):
    desk.running.forget_requests()
    go(desk)
    assert calls(desk) == ["drive.permissions.list", "drive.permissions.create", "drive.permissions.create"]


def test_a_plan_does_nothing(desk):
    desk.plan(share=share(desk))
    assert access(desk) == {}


def test_another_role_is_another_level(desk):
    go(desk)
    hire(desk, [*ANN[:2], "财务", True], BOB)
    assert "~ ann@x.org  writer → commenter" in go(desk).text()
    assert access(desk)["ann@x.org"] == "commenter"


def test_who_left_loses_access_and_is_named(desk):
    go(desk)
    hire(desk, [*ANN[:3], False], BOB)
    assert "- ann@x.org  writer" in go(desk).text()
    assert access(desk) == {"bob@x.org": "commenter"}


def test_who_left_under_one_name_and_is_there_under_another_keeps_it(desk):
    go(desk)
    hire(desk, [*ANN[:3], False], ["Ann Lee", *ANN[1:]], BOB)
    assert go(desk).sharing.grants == ()


def test_whom_the_team_does_not_know_is_told_of_and_keeps_access(desk):
    give(desk, "eve@y.org", "writer")
    give(desk, "all@y.org", "reader", "group")
    give(desk, None, "reader", "anyone")
    text = go(desk).text()
    assert "eve@y.org (user, writer) has access and is not in the team" in text
    assert "all@y.org (group, reader)" in text
    assert "anyone with the link may open it (reader)" in text
    assert {"eve@y.org", "all@y.org"} <= access(desk).keys()


def test_admins_are_no_strangers(desk):
    give(desk, "boss@x.org", "writer")
    assert desk.plan(share=share(desk), admins=["Boss@x.org"]).sharing.others == ()


def test_the_owner_stays_the_owner(desk):
    owner = desk.running.server.owner
    hire(desk, ["Own", owner, "财务", True])
    assert go(desk).sharing.grants == ()
    hire(desk, ["Own", owner, "财务", False])
    assert go(desk).sharing.grants == ()


def test_roles_without_a_level_get_and_lose_nothing(desk):
    give(desk, "bob@x.org", "writer")
    plan = desk.plan(share=share(desk, sales="reader"))
    assert [grant.address for grant in plan.sharing.grants] == ["ann@x.org"]


def test_the_fingerprint_is_of_the_access_too(desk):
    plan = desk.plan(share=share(desk))
    assert plan.fingerprint != desk.plan().fingerprint
    hire(desk, ANN)
    again = desk.plan(share=share(desk))
    with pytest.raises(Refused):
        provision.apply(desk.gateway, again, reviewed=plan.fingerprint, drive=Drive(desk.running.session))
    assert access(desk) == {}


def test_the_template_may_say_who_gets_what_and_the_config_has_the_last_word(blank, tmp_path):
    blank.template = staffed(tmp_path, views="", top="share: {sales: reader, finance: reader}\n")
    blank.apply()
    hire(blank, ANN, BOB)
    plan = blank.plan(share=Share(Drive(blank.running.session), blank.people.id, {"sales": "writer"}))
    assert {grant.address: grant.level for grant in plan.sharing.grants} == {
        "ann@x.org": "writer",
        "bob@x.org": "reader",
    }


def test_it_is_in_markdown_and_json(desk):
    plan = desk.plan(share=share(desk))
    assert "### Access to the file" in plan.markdown()
    assert plan.json()["access"][0] == {"action": "share", "address": "ann@x.org", "level": "writer"}


def test_who_stands_in_the_team_and_is_of_another_domain_gets_nothing(desk):
    hire(desk, ANN, ["Eve", "eve@evil-x.org", "财务", True])
    plan = desk.plan(share=Share(Drive(desk.running.session), desk.people.id, LEVELS, House(domains={"X.org"})))
    assert [grant.address for grant in plan.sharing.grants] == ["ann@x.org"]
    assert "eve@evil-x.org is in the team and outside of x.org" in plan.text()


def test_nobody_said_which_role_gets_what(desk):
    with pytest.raises(UsageError, match="add share:"):
        desk.plan(share=Share(Drive(desk.running.session), desk.people.id))


def test_a_role_that_is_none(tmp_path):
    with pytest.raises(TemplateError, match=r"share\.sale: no such role: sale; did you mean sales\?"):
        staffed(tmp_path, views="", top="share: {sale: reader}\n")
