"""What people had filled, moment by moment."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta

import pytest

from sheetcrm.errors import UsageError
from sheetcrm.journal import Policy
from sheetcrm.logs import veiled
from sheetcrm.sync.quality.album import Page, Picture, at, pictured, put
from sheetcrm.sync.records import Reading

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
COLUMNS = ["id", "name", "email", "next", "orders"]


@pytest.fixture
def reading(sheets):
    sheets.put("customers", [["C1", "Ann", "ann@x.org", 46000, 3], ["C2", "", "", "", 0], ["", "x"]], COLUMNS)
    return Reading(sheets.layout, "en", sheets.template, {"customers": sheets.extract("customers")})


def test_it_has_what_people_fill_by_id_and_counts_rows_that_have_none(reading):
    page = pictured(reading, Policy(), NOW).pages["customers"]
    assert page.rows["C1"] == {"id": "C1", "name": "Ann", "email": "ann@x.org", "next": 46000}
    assert page.rows["C2"] == {"id": "C2"}
    assert page.nameless == 1
    assert "orders" not in page.columns, "computed"


def test_what_is_not_to_be_kept_is_not(reading, tmp_path):
    picture = pictured(reading, Policy(redact=("*.email",)), NOW)
    assert picture.pages["customers"].rows["C1"]["email"] == {"veiled": veiled("ann@x.org")}


def test_it_comes_back_as_it_was_put(reading, tmp_path):
    picture = pictured(reading, Policy(), NOW)
    path = put(picture, tmp_path / "x")
    assert at(tmp_path / "x", None) == picture
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


def of(name, when):
    return Picture(when, {"customers": Page(("id", "name"), {"C1": {"id": "C1", "name": name}}, 0)})


def test_nothing_is_put_while_nothing_changed(tmp_path):
    assert put(of("Ann", NOW), tmp_path)
    assert put(of("Ann", NOW + DAY), tmp_path) is None
    assert put(of("Bob", NOW + 2 * DAY), tmp_path)


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        pytest.param(None, "Cy", id="none: the newest"),
        pytest.param(NOW + 1.5 * DAY, "Bob", id="the newest until then"),
        pytest.param(NOW + DAY, "Bob", id="that very moment"),
        pytest.param(NOW - DAY, "Ann", id="before all: the oldest"),
    ],
)
def test_which_one_is_meant(tmp_path, moment, name):
    for days, one in enumerate(("Ann", "Bob", "Cy")):
        put(of(one, NOW + days * DAY), tmp_path)
    assert at(tmp_path, moment).pages["customers"].rows["C1"]["name"] == name


def test_old_ones_go(tmp_path):
    for days, one in enumerate(("Ann", "Bob", "Cy")):
        put(of(one, NOW + days * DAY), tmp_path, keep_days=1)
    assert at(tmp_path, NOW - DAY).pages["customers"].rows["C1"]["name"] == "Bob"


def test_there_is_none_yet(tmp_path):
    assert at(tmp_path, None) is None


@pytest.mark.parametrize("content", [b"", b"no gzip", b"\x1f\x8b\x08"])
def test_a_file_that_is_none_is_said(tmp_path, content):
    put(of("Ann", NOW), tmp_path).write_bytes(content)
    with pytest.raises(UsageError, match="no snapshot of ours"):
        at(tmp_path, None)
