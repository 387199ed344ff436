"""What the doctor finds: all well, then one thing after the other that is not, each with what to do."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sheetcrm.doctor import CHECKS, Grade, exit_code
from sheetcrm.errors import UsageError
from sheetcrm.messages import speaking
from sheetcrm.privacy.folding import Forms
from sheetcrm.privacy.registry import Registry
from sheetcrm.privacy.tombstone import Tombstone
from sheetcrm.server.faults import Fault
from sheetcrm.sheets.scopes import ACCESS, WRITE

BAD = (Grade.BROKEN, Grade.LOOK)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "doctor.md"


def later(**span):
    return {"now": lambda: datetime.now(UTC) + timedelta(**span)}


def test_all_is_well(shop):
    shop.running.forget_requests()
    found = shop.findings()
    assert [(one.check, one.text) for one in found if one.grade in BAD or one.grade is Grade.UNSEEN] == []
    assert exit_code(found) == 0
    assert {one.check for one in found} == set(CHECKS)
    assert [one.check for one in found] == sorted((one.check for one in found), key=list(CHECKS).index)
    said = {one.check: one.text for one in found}
    assert "service_account: crm@project.iam.gserviceaccount.com; a token was given" in said["credentials"]
    assert "mode 0600" in said["credentials"]
    # 1 to see what it is, 3 to plan it, 3 to see what is locked; and Drive: who we are, the file, its people.
    calls = [call.method for call in shop.running.requests()]
    assert sum(one.startswith("sheets") for one in calls) <= 7
    assert sum(one.startswith("drive") for one in calls) <= 4
    assert not any(re.search(r"(?i)update|create|append|clear", one) for one in calls)


def test_the_page_names_every_check_and_every_check_says_what_it_looks_at():
    page = DOCS.read_text(encoding="utf-8")
    for name, check in CHECKS.items():
        needs = ", ".join(f"`{one}`" for one in check.needs)
        assert f"| `{name}` | {check.about} | {needs} |\n" in page
        assert set(check.needs) | set(check.after) < set(CHECKS)
        assert all(CHECKS[one].rank < check.rank for one in (*check.needs, *check.after))


@pytest.mark.parametrize(
    ("match", "reason", "wrong", "said"),
    [
        pytest.param(
            "sheets.*",
            {"reason": "SERVICE_DISABLED"},
            ("apis", Grade.BROKEN),
            "https://console.cloud.google.com/apis/library/sheets.googleapis.com?project=",
            id="the Sheets API is off",
        ),
        pytest.param(
            "drive.*",
            {"reason": "SERVICE_DISABLED"},
            ("apis", Grade.LOOK),
            "https://console.cloud.google.com/apis/library/drive.googleapis.com",
            id="the Drive API is off",
        ),
        pytest.param(
            "/token", {"reason": "invalid_grant"}, ("credentials", Grade.BROKEN), "Make a new one", id="a dead key"
        ),
        pytest.param("/token", {"page": "<p>Sign in"}, ("credentials", Grade.BROKEN), "proxy", id="a hotel's page"),
        pytest.param("sheets.*", {"status": 404}, ("spreadsheets", Grade.BROKEN), "with crm@project", id="it is gone"),
        pytest.param("sheets.*", {"status": 403}, ("spreadsheets", Grade.BROKEN), "as editor", id="it is not shared"),
        pytest.param(
            "sheets.*", {"status": 503}, ("spreadsheets", Grade.BROKEN), "fault of its own", id="Google is down"
        ),
        pytest.param("sheets.*", {"drop": "before"}, ("apis", Grade.BROKEN), "No answer from", id="a line that breaks"),
    ],
)
def test_what_google_refuses(shop, match, reason, wrong, said):
    check, grade = wrong
    shop.running.faults.add(Fault(match, times=50, **reason))
    found = shop.findings()
    (one,) = [one for one in found if one.grade is grade and one.check == check]
    assert said in one.text
    assert [one.check for one in found if one.grade is Grade.BROKEN] == ([check] if grade is Grade.BROKEN else [])
    unseen = [one for one in found if one.grade is Grade.UNSEEN]
    assert all(one.text == f"not looked at: first see to {check}" for one in unseen)
    assert {"mail", "ledger", "journal", "backups"}.isdisjoint(one.check for one in unseen)


def test_nobody_at_the_other_end(shop):
    found = shop.findings(api="http://127.0.0.1:9")
    (wrong,) = [one for one in found if one.grade is Grade.BROKEN]
    assert wrong.check == "network"
    assert "No answer from 127.0.0.1" in wrong.text
    assert exit_code(found) == 1


def test_a_proxy_that_is_not_there_keeps_us_from_google(shop):
    google = {**shop.said["google"], "proxy": "http://127.0.0.1:9"}
    found = shop.finding("network", api="google", google=google)
    assert (found.grade, "proxy: …" in found.text) == (Grade.BROKEN, True)
    assert found.text.endswith("(by the proxy 127.0.0.1:9)")
    secret = {**google, "proxy": {"env": "WAY_OUT"}}
    environment = {"WAY_OUT": "http://me:s3cret@127.0.0.1:9"}
    assert "s3cret" not in shop.finding("network", api="google", google=secret, world={"environment": environment}).text


def test_who_takes_too_long_is_not_waited_for(shop):
    shop.running.faults.add(Fault("sheets.*", delay=3, times=9))
    began = time.monotonic()
    found = shop.findings("spreadsheets", world={"patience": 1.0})
    assert time.monotonic() - began < 3
    (late,) = [one for one in found if one.grade is Grade.BROKEN]
    assert late.text == "no answer within 1 s, so it was given up"
    assert late.todo == "try again, with the log: sheetcrm -v doctor --only apis"


@pytest.mark.parametrize(
    ("ahead", "grade", "said"),
    [
        pytest.param({"seconds": 5}, Grade.FINE, "right within", id="a little"),
        pytest.param({"seconds": 90}, Grade.LOOK, "s fast", id="a minute and a half fast"),
        pytest.param({"hours": -1}, Grade.BROKEN, "s slow", id="an hour slow"),
    ],
)
def test_the_clock(shop, ahead, grade, said):
    found = shop.finding("clock", world=later(**ahead))
    assert (found.grade, said in found.text) == (grade, True)
    assert bool(found.todo) == (grade is not Grade.FINE)


def test_a_key_that_others_can_read(shop):
    key = shop.folder / "key-open.json"
    key.write_text((shop.folder / "key.json").read_text(encoding="utf-8"), encoding="utf-8")
    key.chmod(0o644)
    found = shop.finding("credentials", google={"sign_in": {"type": "service_account", "key": "key-open.json"}})
    assert (found.grade, "chmod 600" in found.text) == (Grade.BROKEN, True)


@pytest.mark.parametrize(
    ("granted", "said", "todo"),
    [
        pytest.param({WRITE}, "spreadsheets; not enough for: access, access fix,", "--for see-access", id="some of it"),
        pytest.param({WRITE, ACCESS}, "enough for every command", "", id="everything"),
    ],
)
def test_how_far_a_person_agreed(shop, granted, said, todo):
    """Nothing more than what they agreed to is asked for: the doctor has to be able to say what is missing."""
    shop.person_agrees(granted)
    sign_in = {"type": "desktop", "client": "client.json"}
    found = {one.check: one for one in shop.findings("credentials", "scopes", "apis", google={"sign_in": sign_in})}
    assert {one.grade for one in found.values()} == {Grade.FINE}
    assert found["credentials"].text.startswith("desktop: you@example.com; a token was given")
    assert said in found["scopes"].text
    assert todo in found["scopes"].todo
    assert ("may not be asked" in found["apis"].text) == (granted == {WRITE})


def test_nobody_signed_in_yet(shop, monkeypatch):
    monkeypatch.setenv("SHEETCRM_HOME", str(shop.folder / "another home"))
    shop.running.desktop(shop.folder / "client.json").chmod(0o600)
    found = shop.finding("credentials", google={"sign_in": {"type": "desktop", "client": "client.json"}})
    assert found.text == "You are not signed in yet: sheetcrm login"


def test_we_may_only_read_it(shop):
    book = shop.running.client.create("Read only")
    book.share("crm@project.iam.gserviceaccount.com", perm_type="user", role="reader", notify=False)
    found = shop.finding("spreadsheets", "shop", spreadsheets={"shop": {"id": book.id}})
    assert (found.grade, found.todo) == (Grade.LOOK, "share it with crm@project.iam.gserviceaccount.com as Editor")
    bare = shop.finding("template", "shop", spreadsheets={"shop": {"id": book.id}})
    assert (bare.text, bare.todo) == ("no template yet", "sheetcrm apply TEMPLATE --in shop")


@pytest.mark.parametrize(
    ("change", "said", "todo"),
    [
        pytest.param(("Next", "Next visit"), "changes behind", "sheetcrm plan --in shop", id="behind"),
        pytest.param(("version: 2", "version: 1"), "which is newer than what is here", "update sheetcrm", id="ahead"),
    ],
)
def test_the_template(shop, change, said, todo):
    other = shop.folder / "other" / "shop.yaml"
    other.parent.mkdir(exist_ok=True)
    other.write_text((shop.folder / "shop.yaml").read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    spreadsheet = {**shop.said["spreadsheets"]["shop"], "template": "./other/shop.yaml"}
    found = shop.finding("template", "shop", spreadsheets={"shop": spreadsheet})
    assert found.grade is Grade.LOOK
    assert said in found.text
    assert todo in found.todo


def test_what_the_config_names_and_is_not_there(shop):
    spreadsheet = shop.said["spreadsheets"]["shop"]
    otherwise = {
        "spreadsheets": {"shop": spreadsheet, "again": {**spreadsheet, "template": "./nowhere.yaml"}},
        "heartbeat": {"env": "NOBODY_SET_THIS"},
        "mail": {**shop.said["mail"], "templates": "letters"},
    }
    found = [one for one in shop.findings("config", **otherwise) if one.grade is Grade.LOOK]
    said = " ".join(one.text for one in found)
    assert "shop, again are one spreadsheet" in said
    assert "nowhere.yaml" in said
    assert "NOBODY_SET_THIS" in said
    assert "letters" in said
    assert len(found) == 4


def test_a_rule_by_a_channel_that_is_not_there(shop):
    other = shop.folder / "chatty" / "shop.yaml"
    other.parent.mkdir(exist_ok=True)
    text = (shop.folder / "shop.yaml").read_text(encoding="utf-8")
    other.write_text(text.replace("show: [id]}", "show: [id], channels: [mail, chat]}"), encoding="utf-8")
    spreadsheet = {**shop.said["spreadsheets"]["shop"], "template": "./chatty/shop.yaml"}
    found = shop.finding("config", spreadsheets={"shop": spreadsheet})
    assert found.text == "a rule of shop names the channel chat, which is not here"


def test_a_token_of_another_server(shop):
    (shop.folder / "pw").write_text("some other", encoding="utf-8")
    (shop.folder / "pw").chmod(0o600)
    found = [one for one in shop.findings(google=None, token={"file": "pw"}) if one.grade is Grade.BROKEN]
    assert [(one.check, one.text[:14]) for one in found] == [("apis", "Not signed in:")]


def test_a_secret_in_a_file_that_others_can_read(shop):
    (shop.folder / "beat").write_text("https://example.com/beat", encoding="utf-8")
    (shop.folder / "beat").chmod(0o640)
    found = shop.finding("config", heartbeat={"file": "beat"})
    assert (found.grade, found.todo) == (Grade.LOOK, f"chmod 600 {shop.folder / 'beat'}")


def test_one_that_is_gone_keeps_nobody_from_the_others(shop):
    spreadsheets = {"gone": {"id": "1" * 44, "template": "./shop.yaml"}, **shop.said["spreadsheets"]}
    found = shop.findings(spreadsheets=spreadsheets)
    assert [(one.check, one.about) for one in found if one.grade is Grade.BROKEN] == [("spreadsheets", "gone")]
    unseen = {one.check for one in found if one.grade is Grade.UNSEEN}
    assert unseen == {"template", "zone", "allow", "permissions"}
    assert {one.about for one in found if one.grade is Grade.UNSEEN} == {"gone"}
    assert {one.grade for one in found if one.about == "shop"} == {Grade.FINE}


# What is kept here


def newer(path):
    with closing(sqlite3.connect(path)) as ledger, ledger:
        ledger.execute("CREATE TABLE schema_version (version INTEGER)")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda path: path.write_text("not at all " * 100), "not a database", id="some file"),
        pytest.param(newer, "is not a ledger of sheetcrm", id="another database"),
    ],
)
def test_a_ledger_that_cannot_be_used(shop, make, said):
    path = shop.folder / f"{said[:5]}.db"
    make(path)
    found = shop.findings("reminders", ledger=path.name)
    assert [(one.check, one.grade) for one in found] == [("ledger", Grade.BROKEN), ("reminders", Grade.UNSEEN)]
    assert said in found[0].text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param("nfs4", "locks cannot be trusted", id="a network's"),
        pytest.param("overlay", "all would be told again", id="a container's own"),
        pytest.param("ext4", "can be written", id="one of this machine"),
    ],
)
def test_the_disk_that_the_ledger_is_on(shop, kind, said, tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"a / tmpfs rw 0 0\nb {shop.folder} {kind} rw 0 0\nc /elsewhere cifs rw 0 0\n", encoding="utf-8")
    found = shop.finding("ledger", world={"mounts": mounts})
    assert said in found.text
    assert bool(found.todo) == (kind != "ext4")


def test_a_machine_that_forgets_its_disk(shop):
    found = shop.finding("ledger", world={"environment": {"GITHUB_ACTIONS": "true"}})
    assert "(GitHub Actions): all would be told again" in found.text


def test_folders_that_cannot_be_made(shop):
    inside = "config.yaml/inside"
    for check, setting in (("journal", {"journal": inside}), ("backups", {"backup": {"folder": inside}})):
        found = shop.finding(check, **setting)
        assert found.grade is Grade.BROKEN, check
        assert "cannot be written" in found.text
    assert shop.finding("ledger", ledger=inside).grade is Grade.BROKEN


def test_what_others_may_look_into(shop):
    folder = shop.folder / "seen"
    (folder / "inside").mkdir(parents=True, mode=0o755, exist_ok=True)
    folder.chmod(0o755)
    found = shop.finding("journal", journal="seen")
    assert (found.grade, found.todo) == (Grade.LOOK, f"chmod -R go= {folder}")


def test_backups(shop):
    assert "no backup yet" in shop.finding("backups", "shop", backup={"folder": "none"}).text
    unchanged = shop.finding("backups", "shop", world=later(days=30))
    assert unchanged.grade is Grade.FINE, "nothing changed since, so it is as good as a new one"
    long_ago = shop.finding("backups", "shop", world=later(days=60))
    assert (long_ago.grade, long_ago.todo) == (Grade.LOOK, "sheetcrm backup verify --in shop")
    shop.running.faults.add(Fault("drive.*", reason="SERVICE_DISABLED", times=50))
    unknown = shop.finding("backups", "shop", world=later(days=30))
    assert "nobody knows whether it changed since" in unknown.text


def test_a_backup_that_could_not_be_restored(shop):
    (proof,) = (shop.folder / "sheetcrm-backup").glob(f"{shop.book.id}/verified.json")
    before = proof.read_text(encoding="utf-8")
    try:
        proof.write_text(json.dumps({**json.loads(before), "good": False}), encoding="utf-8")
        found = shop.finding("backups", "shop")
        assert (found.grade, "cannot be restored" in found.text) == (Grade.BROKEN, True)
        proof.write_text("…", encoding="utf-8")
        assert "last tried: never" in shop.finding("backups", "shop").text
    finally:
        proof.write_text(before, encoding="utf-8")


def test_somebody_who_is_not_wholly_erased(shop, tmp_path):
    registry = Registry(tmp_path)
    elsewhere = {"backup": {"folder": str(tmp_path)}}
    assert shop.finding("erasing", **elsewhere).grade is Grade.NOTHING
    stone = Tombstone.of(Forms(), frozenset(), (), {}, "2026-11-22T09:00:00Z")
    registry.put(stone)
    found = shop.finding("erasing", **elsewhere)
    assert (found.grade, "2026-11-22" in found.text, "privacy erase" in found.todo) == (Grade.LOOK, True, True)
    registry.note(stone.mark, done=True)
    assert shop.finding("erasing", **elsewhere).grade is Grade.FINE
    registry.path.write_text(registry.path.read_text().replace(stone.key, "another"))
    assert shop.finding("erasing", **elsewhere).grade is Grade.BROKEN


def test_reminders_that_stopped(shop):
    found = shop.finding("reminders", "shop", world=later(hours=30))
    assert (found.grade, found.todo) == (Grade.LOOK, "is the timer on? sheetcrm remind install")
    assert "no run came to its end yet" in shop.finding("reminders", "shop", ledger="new.db").text
    assert not (shop.folder / "new.db").exists(), "nothing is made by looking"
    assert shop.finding("reminders", "shop", mail=None).grade is Grade.NOTHING


# People, mail and chats


def test_the_allow_list(shop):
    mail = {**shop.said["mail"], "allow": ["y.org"]}
    found = shop.finding("allow", "shop", mail=mail)
    assert (found.grade, "ann@x.org, so they are never reminded" in found.text) == (Grade.LOOK, True)
    assert shop.finding("allow", "shop", mail={**mail, "allow_team": True}).grade is Grade.FINE


def test_who_may_open_it_and_should_not(shop):
    found = shop.finding("permissions", "shop", access={"domains": ["y.org"]})
    assert (found.grade, found.todo) == (Grade.LOOK, "sheetcrm access --in shop")
    assert re.match(r"\d+ things are not as they should be", found.text)


@pytest.fixture
def by_smtp(shop, post):
    """`by_smtp(password)`: what the config says under mail:."""
    for name, text in (("good", "s3cret"), ("bad", "guess")):
        (shop.folder / name).mkdir(exist_ok=True)
        (shop.folder / name / "pw").write_text(text, encoding="utf-8")
        (shop.folder / name / "pw").chmod(0o600)

    def said(password="good/pw", **more):
        way = {"type": "smtp", "host": "127.0.0.1", "port": post[1], "security": "none", "user": "me", "timeout": 5}
        return {**shop.said["mail"], "by": {**way, "password": {"file": password}}, **more}

    return said


def test_a_mail_server_that_lets_us_in(shop, post, by_smtp):
    found = shop.finding("mail", "mail", mail=by_smtp())
    assert (found.grade, found.text.endswith("signed in as me")) == (Grade.FINE, True)
    assert post[0].mails == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"password": {"file": "bad/pw"}}, "does not accept user and password", id="a wrong password"),
        pytest.param({"port": 9}, "cannot be used", id="nobody there"),
        pytest.param({"password": {"env": "NOT_THERE"}}, "NOT_THERE", id="a password that is not there"),
        pytest.param({"security": "tls"}, "no secure connection", id="another kind of connection"),
    ],
)
def test_a_mail_server_that_does_not(shop, by_smtp, change, said):
    mail = by_smtp()
    found = shop.finding("mail", "mail", mail={**mail, "by": {**mail["by"], **change}})
    assert (found.grade, said in found.text) == (Grade.BROKEN, True), found.text


def test_a_test_mail_to_the_admins_goes_where_mail_may_go(shop, post, by_smtp):
    admins = by_smtp(admins=["boss@x.org"])
    found = [one.text for one in shop.findings("mail", to_admins=True, mail=admins)]
    assert found[1:] == ["a test mail went to boss@x.org"]
    shop.findings("mail", to_admins=True, mail={**admins, "redirect": "me@x.org"})
    assert [whom for (whom,) in post[0].mails] == ["boss@x.org", "me@x.org"]
    nobody = shop.findings("mail", to_admins=True, mail=by_smtp())
    assert nobody[-1].todo == "name somebody under mail: admins:"


def test_a_chat_whose_token_is_not_there(shop):
    channels = {"chat": {"type": "wecom", "webhook": {"env": "ROBOT"}}}
    lacking = shop.finding("mail", "chat", channels=channels, world={"environment": {}})
    assert (lacking.grade, "ROBOT" in lacking.text) == (Grade.BROKEN, True)
    there = {"environment": {"ROBOT": "https://127.0.0.1/robot?key=abc"}}
    found = shop.finding("mail", "chat", channels=channels, world=there)
    assert found.grade is Grade.FINE
    assert "sheetcrm remind test --channel chat" in found.text
    assert "abc" not in found.text


# Which are made


def test_only_what_is_asked_for_and_what_of_its_needs_is_broken(shop):
    assert {one.check for one in shop.findings("zone")} == {"zone"}
    shop.running.faults.add(Fault("/token", times=9, reason="invalid_grant"))
    assert [(one.check, one.grade) for one in shop.findings("zone")] == [
        ("credentials", Grade.BROKEN),
        ("zone", Grade.UNSEEN),
    ]


def test_a_check_that_is_none(shop):
    with pytest.raises(UsageError, match="no such check: clok; did you mean clock"):
        shop.findings("clok")


def test_in_chinese(shop):
    with speaking("zh"):
        found = shop.finding("clock", world=later(hours=1))
    assert "快" in found.text
