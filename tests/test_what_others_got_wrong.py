"""
What others got wrong, a test each, end to end; the names are of those who paid for it.  Closer tests stand beside each
module (kill -9, races, any order of edits).
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta

import pytest
from ruamel.yaml import YAML

from sheetcrm import provision, sync
from sheetcrm.cli import main
from sheetcrm.cli.init import LOCAL
from sheetcrm.cli.options import today_in
from sheetcrm.schema import loader


def received(post):
    return Counter(recipient for recipients, _ in post.mails for recipient in recipients)


ONCE = {"one@example.com": 1, "two@example.com": 1, "three@example.com": 1}


def test_1_monica_ten_failed_sends_delete_nothing(office, post):
    office.follow_ups(office.people)
    post.refusal = "451 come back later"
    for minute in range(10):
        assert office.remind(post.port, now=office.now + timedelta(minutes=minute)).failed
    post.refusal = ""
    office.remind(post.port, now=office.now + timedelta(days=1), today=office.today + timedelta(days=1))
    assert received(post) == ONCE


def test_2_liberapay_hourly_instead_of_daily_mails_once(office, post):
    office.follow_ups(office.people)
    for hour in range(24):
        office.remind(post.port, now=office.now + timedelta(hours=hour))
    assert received(post) == ONCE


def test_3_espocrm_odoo_what_was_missed_is_told_once_and_not_replayed(office, post):
    office.follow_ups(office.people, due=office.today - timedelta(days=6))
    office.remind(post.port)
    assert received(post) == ONCE, "dates typed into the past are not skipped, and six missed days are one mail"


def test_3_espocrm_what_the_mail_server_refused_is_not_forgotten_however_late_it_comes_back(office, post):
    office.follow_ups(office.people)
    post.refusal = "451 come back later"
    office.remind(post.port)
    post.refusal = ""
    office.remind(post.port, now=office.now + timedelta(days=5), today=office.today + timedelta(days=5))
    assert received(post) == ONCE


@pytest.mark.parametrize("days", [(0, 0, 0), (4,)], ids=["thrice a day", "late"])
def test_4_londonhackspace_run_too_often_or_not_on_the_day_each_is_told_once(office, post, days):
    office.follow_ups(office.people, due=office.today)
    for day in days:
        office.remind(post.port, now=office.now + timedelta(days=day), today=office.today + timedelta(days=day))
    assert received(post) == ONCE


def test_4_lokole_four_workers_send_one_mail(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(LOCAL, encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["apply", "pipeline", "--create", "T", "--lang", "en"])
    (tmp_path / "team.csv").write_text("Name,E-mail,Active\nAnn,ann@example.com,TRUE\n", encoding="utf-8")
    header = "Customer ID,Customer,Stage,Owner,Next follow-up\n"
    # Late, but not too late, and not moved past today by days off.
    day = today_in("Asia/Shanghai") - timedelta(days=12)
    (tmp_path / "due.csv").write_text(f"{header}C1,Acme,Lead,Ann,{day.isoformat()}\n", encoding="utf-8")
    for sheet, file in (("team", "team.csv"), ("progress", "due.csv")):
        with pytest.raises(SystemExit):
            main(["import", file, "--sheet", sheet])
    workers = [subprocess.Popen([sys.executable, "-m", "sheetcrm", "remind"]) for _ in range(4)]
    assert [worker.wait(timeout=60) for worker in workers] == [0] * 4
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 1


def test_5_twenty_a_date_is_the_same_day_in_every_zone(office):
    for zone in ("Asia/Shanghai", "America/Los_Angeles"):
        office.book.update_timezone(zone)
        office.put("下次跟进日期", 2, "2026-11-22")
        assert office.read().extracts["progress"].rows[0].get("next") == date(2026, 11, 22)
        assert office.read().layout.time_zone == zone
    apart = (today_in("Pacific/Kiritimati") - today_in("Pacific/Pago_Pago")).days
    assert apart in (1, 2), (
        "today depends on the zone; the two are 25 hours apart, which is two dates for an hour a day"
    )


def test_6_gspread_formatting_a_colleagues_rule_is_left_alone_and_ours_are_not_added_twice(office):
    place = {
        "sheetId": office.tab.id,
        "startRowIndex": 1,
        "endRowIndex": 50,
        "startColumnIndex": 1,
        "endColumnIndex": 2,
    }
    theirs = {
        "condition": {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "VIP"}]},
        "format": {"textFormat": {"bold": True}},
    }
    office.book.batch_update(
        {"requests": [{"addConditionalFormatRule": {"rule": {"ranges": [place], "booleanRule": theirs}, "index": 0}}]}
    )
    before = rules(office)
    for _ in range(2):
        provision.apply(office.gateway, office.plan())
    assert rules(office) == before
    office.book.batch_update({"requests": [{"deleteConditionalFormatRule": {"sheetId": office.tab.id, "index": 3}}]})
    provision.apply(office.gateway, office.plan())
    assert sorted(map(str, rules(office))) == sorted(map(str, before)), "ours is back, theirs is still there"


def rules(office):
    fields = "sheets(properties.sheetId,conditionalFormats)"
    sheets = office.book.fetch_sheet_metadata({"fields": fields})["sheets"]
    return next(sheet["conditionalFormats"] for sheet in sheets if sheet["properties"]["sheetId"] == office.tab.id)


def test_7_n8n_after_a_sort_the_right_row_is_written_and_nothing_else(office, tmp_path):
    office.follow_ups(["甲", "乙", "丙"])
    office.tab.sort((2, "des"), range="A2:S1000")
    office.put("备注", office.tab.find("C1").row, "typed by a person")
    (tmp_path / "c.csv").write_text("客户编号,联系人\nC2,新联系人\n", encoding="utf-8")
    done = sync.load(office.gateway, office.template, "progress", tmp_path / "c.csv", language="zh")
    assert (done.changed, done.misplaced) == (("C2",), ())
    rows = office.read().extracts["progress"].by_id()
    assert [rows[key].get("contact") for key in ("C1", "C2", "C3")] == [None, "新联系人", None]
    assert rows["C1"].get("notes") == "typed by a person"


def test_8_columns_are_bound_to_identity_not_to_position_or_title(office):
    before = [row.record for row in office.read().extracts["progress"].rows]
    office.tab.update_cell(1, office.header.index("客户名称") + 1, "随便改的名字")
    span = {"sheetId": office.tab.id, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    office.book.batch_update({"requests": [{"moveDimension": {"source": span, "destinationIndex": 7}}]})
    office.tab.insert_cols([["我的列"]], col=2)
    assert [row.record for row in office.read().extracts["progress"].rows] == before


def test_9_igem_a_template_update_reaches_the_live_sheet(office, tmp_path):
    yaml = YAML()
    mine = yaml.load(loader.find("pipeline"))
    mine["version"] = 2
    mine["sheets"]["progress"]["columns"]["wechat"] = {"type": "text", "title": {"zh": "微信", "en": "WeChat"}}
    yaml.dump(mine, tmp_path / "pipeline.yaml")
    newer = loader.load(tmp_path / "pipeline.yaml")
    provision.apply(office.gateway, office.plan(newer))
    assert "微信" in office.tab.row_values(1)
    assert office.plan(newer).changes == ()


def test_10_agent_crm_every_line_of_a_file_is_accounted_for(office, tmp_path):
    lines = [
        "C1,甲,潜在客户,甲,2026-12-01,13800138000",
        "C2,乙,潜在客户,甲,2026-12-01,",
        "C3,丙,没有这个,甲,,",
        "C4,丁",
        "C1,另一个,潜在客户,甲,2026-12-01,",
    ]
    (tmp_path / "c.csv").write_text(
        "\n".join(["客户编号,客户名称,销售阶段,负责人,下次跟进日期,电话", *lines]), encoding="utf-8"
    )
    done = sync.load(office.gateway, office.template, "progress", tmp_path / "c.csv", language="zh")
    told = len(done.added) + len(done.changed) + len(done.same) + len(done.refused)
    assert told == len(lines)
    assert [refusal.line for refusal in done.refused] == [4, 5, 6]


@pytest.mark.parametrize("allow", [(), ("elsewhere.org",)], ids=["an empty list", "another domain"])
def test_11_freescout_nobody_is_mailed_who_is_not_allowed(office, post, allow):
    office.follow_ups(office.people)
    report = office.remind(post.port, allow=allow)
    assert post.mails == []
    assert {unsent.code for unsent in report.unsent} == {"not_allowed"}
    assert len(report.unsent) == len(office.people)


def test_12_table_export_escaping_damages_neither_minus_five_nor_a_phone(office):
    office.put("备注", 2, "=1+1", raw=True)
    office.put("备注", 3, "＝SUM(A1)", raw=True)
    office.put("备注", 4, "-5", raw=True)
    office.put("电话", 4, "+8613800138000", raw=True)
    text = sync.dump(office.read(), "progress", "csv", samples=True)
    assert "'=1+1" in text
    assert "'＝SUM(A1)" in text
    assert ",-5," in text
    assert ",+8613800138000," in text
