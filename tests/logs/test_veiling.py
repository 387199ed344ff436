"""Secrets are never written; people are hashes that tell one from another."""

from __future__ import annotations

import stat

import pytest

from sheetcrm import places
from sheetcrm.logs import cleaned, hide, veiled
from sheetcrm.logs.veiling import quotes_veiled


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        pytest.param("Authorization: Bearer abcdefgh12345", "abcdefgh12345", id="a bearer token"),
        pytest.param("token ya29.a0Ab_cd-EF is old", "a0Ab_cd-EF", id="a token of Google's"),
        pytest.param("1//0gAbCdEfGhIjKlMnOpQrStUv", "0gAbCdEfGh", id="a refresh token"),
        pytest.param('{"refresh_token": "xyz", "a": 1}', "xyz", id="in JSON"),
        pytest.param("{'client_secret': 'it\\'s'}", "it", id="in a Python dict, quotes in it"),
        pytest.param("password=hunter2&x=1", "hunter2", id="in a form"),
        pytest.param("GET /cb?state=a&code=4%2F0AbC HTTP/1.1", "0AbC", id="the code of a consent"),
        pytest.param("postgresql://crm:hunter2@db/x", "hunter2", id="in the URL of a database"),
        pytest.param("https://hooks.slack.com/services/T0/B0/zzz", "zzz", id="a webhook that is a secret"),
        pytest.param("eyJhbGciOi.eyJpc3Mi.c2lnbg", "eyJpc3Mi", id="a JSON web token"),
        pytest.param("-----BEGIN PRIVATE KEY-----\nMIIE\nxx\n-----END PRIVATE KEY-----", "MIIE", id="a key"),
        pytest.param(r'"-----BEGIN PRIVATE KEY-----\nMIIE\n', "MIIE", id="half a key in JSON"),
        pytest.param("AGE-SECRET-KEY-1QQQQ", "QQQQ", id="a key of age"),
    ],
)
@pytest.mark.parametrize("personal", [True, False])
def test_a_secret_is_never_there(text, secret, personal):
    assert secret not in cleaned(text, personal=personal)


@pytest.mark.parametrize("form", [str, lambda text: text.replace("/", "%2F").replace(" ", "%20")])
def test_what_the_config_reveals_is_never_there_however_short_of_a_pattern(form):
    hide("correct horse/9")
    assert "horse" not in cleaned(f"at https://x/{form('correct horse/9')}!", personal=True)


def test_of_a_secret_address_the_path_alone_is_hidden_too():
    hide("https://hc.example.org/ping/0b1c")
    hide("postgresql://crm:pa55@db/crm")
    assert cleaned('https://hc.example.org:443 "GET /ping/0b1c HTTP/1.1" 200') == (
        'https://hc.example.org:443 "GET *** HTTP/1.1" 200'
    )
    assert "pa55" not in cleaned("authentication failed with pa55")


@pytest.mark.parametrize(
    ("text", "person"),
    [
        pytest.param("mail to wang.fang@example.com failed", "wang.fang@example.com", id="an address"),
        pytest.param("GET /permissions?q=ann%40example.com", "ann%40example.com", id="an address in a URL"),
        pytest.param("王@例子.测试 is unknown", "王@例子.测试", id="an address in Chinese"),
        pytest.param("called +86 138 0013 8000 twice", "138 0013 8000", id="a phone number"),
        pytest.param("called 13800138000.", "13800138000", id="a mobile without anything between"),
        pytest.param("(010) 6552-9988", "6552-9988", id="a number of a town"),
        pytest.param("[parameters: ('王芳', 1)]", "王芳", id="the values of a database's statement"),
    ],
)
def test_people_are_veiled_unless_that_is_asked_for(text, person):
    assert person not in cleaned(text)
    assert person in cleaned(text, personal=True)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 08:00:00.123 took 180 ms, 1234567 bytes",
        "1l7Ir4ooqw9LjIMInLvpfQgfKgBiS3wo4iGMguSdESRZ",
        "robot@our-project.iam.gserviceaccount.com",
        "from 127.0.0.1 and 192.168.100.200, 0.123456789",
        "write 000005 done, 2af00749bcf4",
        "pageToken=abc nextPageToken: abc",
    ],
)
def test_what_is_about_nobody_stays(text):
    assert cleaned(text) == text


def test_one_person_is_the_same_however_they_are_written_and_nobody_else():
    assert veiled("Ann@Example.com") == veiled(" ann@example.com") == veiled("ａnn@example.com")
    assert veiled("ann@example.com") != veiled("bob@example.com")


def test_the_key_is_the_machines_and_its_owners_alone(monkeypatch, tmp_path):
    here = veiled("Ann")
    key = places.config_folder() / "veil.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    monkeypatch.setenv("SHEETCRM_HOME", str(tmp_path / "other"))
    assert veiled("Ann") != here


def test_a_folder_that_cannot_be_written_stops_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("SHEETCRM_HOME", str(tmp_path))
    (places.config_folder() / "veil.key").mkdir()
    assert veiled("Ann") == veiled("Ann")


def test_what_others_quote_is_veiled():
    assert quotes_veiled("Invalid value \"王芳\" at 'data'") == f"Invalid value {veiled('王芳')} at {veiled('data')}"
