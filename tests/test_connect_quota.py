"""Whoever connects with a config keeps to one quota with everybody else of this machine, where there is one to keep to."""

from __future__ import annotations

import pytest

from sheetcrm import config, testing
from sheetcrm.cli import waiting
from sheetcrm.connect import connect, network
from sheetcrm.places import state_folder
from sheetcrm.sheets.manners import Wait, manners_of


@pytest.fixture
def server():
    with testing.server(http=True) as running:
        yield running


def loaded(tmp_path, text):
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return config.load(file)


def told(tmp_path, server, more=""):
    return loaded(tmp_path, f"api: {server.url}\ntoken: {{env: TOKEN}}\n{more}"), {
        "TOKEN": server.token,
        "SHEETCRM_HOME": str(tmp_path / "home"),
    }


def test_two_connections_share_what_the_config_allows(tmp_path, server):
    ours, environment = told(tmp_path, server, "google:\n  quota: {user: 3, project: 5}\n")
    with connect(ours, environment) as one, connect(ours, environment) as other:
        first, second = manners_of(one.session).quota, manners_of(other.session).quota
        assert [quota.wait(quota.reserve("read")) for quota in (first, second, first)] == [0, 0, 0]
        assert second.wait(second.reserve("read")) == pytest.approx(62, abs=2)
        assert second.wait(second.reserve("write")) == 0
    folder = state_folder(environment) / "quota"
    assert folder.stat().st_mode & 0o077 == 0
    assert not any(server.token in file.read_text() for file in folder.iterdir())


def test_a_server_is_asked_as_often_as_one_likes_unless_the_config_says_otherwise(tmp_path, server):
    ours, environment = told(tmp_path, server)
    with connect(ours, environment) as connection:
        assert manners_of(connection.session).quota is None


def test_a_folder_of_this_machine_has_no_quota(tmp_path):
    with connect(loaded(tmp_path, "api: local\n"), {}) as connection:
        assert manners_of(connection.session).quota is None


def test_where_nothing_can_be_kept_the_quota_is_kept_alone(tmp_path, server, caplog):
    (tmp_path / "home").write_text("a file, no folder")
    ours, environment = told(tmp_path, server, "google:\n  quota: {user: 1, project: 1}\n")
    with connect(ours, environment) as connection:
        quota = manners_of(connection.session).quota
        assert [quota.wait(quota.reserve("read")) > 0 for _ in range(2)] == [False, True]
    assert "not shared with other processes" in caplog.text


def test_the_way_out_is_read_from_the_config(tmp_path):
    ours = loaded(tmp_path, "api: google\ngoogle: {proxy: {env: WAY}, ca: ca.pem}\n")
    assert network(ours, {"WAY": "http://me:x@proxy:1"}).proxy == "http://me:x@proxy:1"
    assert network(ours, {"WAY": "x"}).ca == tmp_path / "ca.pem"


@pytest.mark.parametrize(
    ("seconds", "terminal", "says"),
    [
        pytest.param(20, True, "waiting 20 s: Google's quota of reads a minute is used up (1 call waits", id="long"),
        pytest.param(1, True, "", id="too short to notice"),
        pytest.param(20, False, "", id="nobody looks on"),
    ],
)
def test_a_person_at_a_terminal_is_told_why_nothing_happens(monkeypatch, capsys, seconds, terminal, says):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    waiting.say_wait(Wait("read", seconds, 1))
    assert says in capsys.readouterr().err
    assert bool(says) or not capsys.readouterr().err
