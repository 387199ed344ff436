"""Whatever any library logs goes one way, cleaned; nothing is left behind when the command ends."""

from __future__ import annotations

import json
import logging
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from sheetcrm.errors import ApiError, UsageError
from sheetcrm.logs import Wish, kept, veiled

ANN = "ann@example.com"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "x.log"


def objects(log):
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_a_line_says_when_how_bad_who_and_what(log):
    with kept(Wish(log), "check"):
        logging.getLogger("sheetcrm.http").info("%s took %d ms", "GET x", 12)
    begun, line, done = log.read_text(encoding="utf-8").splitlines()
    assert line.endswith("INFO sheetcrm.http: GET x took 12 ms")
    assert begun.endswith("check begun")
    assert done.endswith("check done")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_machines_get_an_object_a_line_with_what_the_line_was_given(log):
    with kept(Wish(log, "json"), "check"):
        logging.getLogger("sheetcrm.http").info("a\nb", extra={"call": {"status": 200, "who": ANN}})
    line = objects(log)[1]
    assert (line["level"], line["logger"], line["message"]) == ("info", "sheetcrm.http", "a\nb")
    assert line["call"] == {"status": 200, "who": veiled(ANN)}
    assert len({one["run"] for one in objects(log)}) == 1


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "name", ["gspread", "urllib3.connectionpool", "google.auth", "sqlalchemy.engine", "sheetcrm.x"]
)
def test_nobody_is_named_whoever_logs(log, name, form):
    with kept(Wish(log, form, verbose=2), "check"):
        logging.getLogger(name).warning("%s and %s", ANN, {"token": "s3cret"}, extra={"who": ANN})
    text = log.read_text(encoding="utf-8")
    assert ANN not in text
    assert "s3cret" not in text


def test_values_of_statements_are_left_out(log):
    with kept(Wish(log, verbose=2), "remind"):
        logging.getLogger("sqlalchemy.engine").info("[%s] %r", "generated in 0.1s", ("王芳", "x"))
    assert "王芳" not in log.read_text(encoding="utf-8")


def test_of_an_unknown_error_the_way_is_there_and_not_what_it_says(log):
    with pytest.raises(ValueError, match="王芳"), kept(Wish(log), "check"):
        raise ValueError("no number: 王芳")
    text = log.read_text(encoding="utf-8")
    assert "check died" in text
    assert "builtins.ValueError" in text
    assert "test_keeping.py" in text
    assert "no number: 王芳" not in text.replace('raise ValueError("no number: 王芳")', "")


@pytest.mark.parametrize(
    ("error", "there", "gone"),
    [
        pytest.param(UsageError("王芳 is not in the team"), "UsageError", "王芳", id="what a person is told"),
        pytest.param(ApiError('Bad "王芳" in x', status=400), "in x", "王芳", id="what Google says, without cells"),
    ],
)
def test_how_a_command_ended_is_there_without_people(log, error, there, gone):
    with pytest.raises(type(error)), kept(Wish(log), "team"):
        raise error
    text = log.read_text(encoding="utf-8")
    assert there in text
    assert gone not in text


def test_who_only_asks_for_help_has_not_failed(log):
    with pytest.raises(KeyError), kept(Wish(log), "team", usual=(KeyError,)):
        raise KeyError
    assert "ERROR" not in log.read_text(encoding="utf-8")


def test_the_terminal_is_not_told_twice_how_it_ended(log, capsys):
    with pytest.raises(UsageError), kept(Wish(log), "team"):
        raise UsageError("no")
    assert capsys.readouterr().err == ""


def test_people_are_there_when_that_is_asked_for_and_secrets_are_not(log):
    with pytest.raises(UsageError), kept(Wish(log, personal=True), "team"):
        raise UsageError(f"{ANN} password=hunter2")
    assert ANN in log.read_text(encoding="utf-8")
    assert "hunter2" not in log.read_text(encoding="utf-8")


def test_nothing_stays_behind(log):
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.getLogger("sheetcrm").level)
    with kept(Wish(log, verbose=2, exchanges=True), "check"):
        pass
    assert (list(root.handlers), root.level, logging.getLogger("sheetcrm").level) == before


def test_the_terminal_has_warnings_and_more_when_asked(capsys):
    with kept(Wish(), "check"):
        logging.getLogger("sheetcrm.x").info("news")
        logging.getLogger("urllib3").warning("hm, %s", ANN)
    assert "news" not in (err := capsys.readouterr().err)
    assert f"hm, {veiled(ANN)}" in err
    with kept(Wish(verbose=1), "check"):
        logging.getLogger("sheetcrm.x").info("news")
    assert "news" in capsys.readouterr().err


def test_whole_requests_go_to_the_file_where_there_is_one(log, capsys):
    text = whole(log, Exchange(), verbose=2)
    assert "> POST" in text
    assert "check begun" in (err := capsys.readouterr().err)
    assert "> POST" not in err


def test_a_file_that_cannot_be_written_is_said_before_anything_is_done(tmp_path):
    done = []
    with pytest.raises(UsageError, match="log cannot be written"), kept(Wish(tmp_path), "check"):
        done.append(1)
    assert not done


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk to try is only there on Linux")
def test_a_disk_that_is_full_is_said_once_and_stops_nothing(capsys):
    with kept(Wish(Path("/dev/full")), "check"):
        logging.getLogger("sheetcrm.x").info("one %s", ANN)
    err = capsys.readouterr().err
    assert err.count("cannot be written any more") == 1
    assert ANN not in err


@dataclass
class Exchange:
    method: str = "POST"
    url: str = "https://sheets.googleapis.com/v4/spreadsheets/ID/values/%27%E7%8E%8B%E8%8A%B3%27%21A1:B2?access_token=s3cret&fields=a(b)"
    sent: bytes = '{"values": [["王芳", "ann@example.com", 13800138000, 12, true]], "range": "王芳!A1:B2"}'.encode()
    status: int = 200
    received: bytes = '{"spreadsheetId": "ID", "title": "王芳", "error": {"message": "Bad \\"王芳\\""}}'.encode()
    seconds: float = 0.031


def whole(log, exchange, **wished):
    with kept(Wish(log, exchanges=True, **wished), "check"):
        logging.getLogger("sheetcrm.http.exchange").debug("POST x", extra={"exchange": exchange})
    return log.read_text(encoding="utf-8")


def test_of_requests_the_shape_is_shown_and_nobody(log):
    text = whole(log, Exchange())
    for there in (
        "> POST https://sheets.googleapis.com/v4/",
        "fields=a(b)",
        "< 200 in 31 ms",
        "12, true",
        ":B2",
        '"ID"',
    ):
        assert there in text
    for gone in ("王芳", ANN, "13800138000", "s3cret", "%E7"):
        assert gone not in text


def test_half_a_surrogate_pair_is_no_end_of_the_log(log, capsys, monkeypatch):
    # pytest itself keeps what is logged, and cannot pass this on from one of its processes to another.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with kept(Wish(log), "check"):
        logging.getLogger("sheetcrm.x").info("a\ud800 b")
    assert "a\\ud800 b" in log.read_text(encoding="utf-8")
    assert capsys.readouterr().err == ""


def test_of_requests_people_are_shown_when_that_is_asked_for(log):
    text = whole(log, Exchange(), personal=True)
    assert "王芳" in text
    assert "s3cret" not in text


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        pytest.param(b"grant_type=x&assertion=s3cret", "grant_type=***&assertion=***", id="a form"),
        pytest.param(b"<html>Ann</html>", "(16 letters that are no JSON)", id="a page"),
        pytest.param(b'{"a": [', "(7 letters that are no JSON)", id="half an answer"),
        pytest.param(b"\xff\xfe", "(2 letters that are no JSON)", id="no text"),
    ],
)
def test_bodies_that_are_no_json(log, body, shown):
    assert shown in whole(log, Exchange(sent=body))


def test_requests_are_not_shown_unless_asked_for(log):
    with kept(Wish(log, verbose=2), "check"):
        logging.getLogger("sheetcrm.http.exchange").debug("POST x", extra={"exchange": Exchange()})
    assert "POST x" not in log.read_text(encoding="utf-8")
