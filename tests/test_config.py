"""config.yaml → Config, and back for the lines that commands write."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetcrm import config, settings
from sheetcrm.cli import init
from sheetcrm.errors import ConfigError, UsageError
from sheetcrm.remind.notifiers import Way
from sheetcrm.secret import Secret
from sheetcrm.sheets.signin import SignIn

ROOT = Path(__file__).resolve().parent.parent


def load(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def complaint(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    return str(caught.value)


def test_what_init_writes_is_a_config(tmp_path):
    assert load(tmp_path, init.LOCAL).spreadsheets == {}


@pytest.mark.parametrize("way", SignIn.members())
def test_what_init_writes_for_google_is_a_config_of_that_way(tmp_path, way):
    text = init.google_config(way).replace("NAME@PROJECT", "crm@project")
    assert load(tmp_path, text).google.sign_in.type == way


def test_the_example_shows_every_setting(tmp_path):
    example = (ROOT / "config.example.yaml").read_text(encoding="utf-8")

    def shown(model):
        for name, field in model.model_fields.items():
            assert f"{name}:" in example, f"config.example.yaml does not show {name}"
            for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if isinstance(inner, type) and issubclass(inner, settings.Settings):
                    shown(inner)

    shown(config.Config)
    for way in Way.members().values():
        shown(way)
    loaded = load(tmp_path, example)
    assert loaded.mail.by.password.file == Path("secrets/smtp-password")
    assert loaded.spreadsheets["客户管理"].template == "pipeline"


MAILED = "api: local\nmail:\n  sender: a@x.org\n  by: console\n  allow: [x.org]\n"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            "api: local\nledgr: x.db\n",
            [":2:", "ledgr", "did you mean ledger?"],
            id="unknown setting, with its line and the nearest right word",
        ),
        pytest.param("api: googel\n", [":1:", "local, google or"], id="an api that is none"),
        pytest.param("api: local\napi: google\n", [":2:", "api"], id="a key twice"),
        pytest.param("api: local\nmail:\n  sender: a@x.org\n", ["by"], id="mail by no way"),
        pytest.param(
            "api: local\nmail:\n  sender: a@x.org\n  by: {type: smtp, host: h, port: 25, user: u, password: hunter2}\n",
            [":4:", "a secret does not belong in this file"],
            id="a password in the file",
        ),
        pytest.param(
            "api: local\nmail:\n  sender: a@x.org\n  by: {type: smtp, host: h, port: 25, user: u}\n",
            ["user and password go together"],
            id="user alone",
        ),
        pytest.param(
            "api: local\nmail:\n  sender: a@x.org\n  by: {type: smpt}\n",
            [":4:", "did you mean smtp?"],
            id="a way to send that is none",
        ),
        pytest.param(
            MAILED + "  redirect: b@y.org\n",
            ["redirect: b@y.org is not under allow:"],
            id="a redirect to whom nothing may go",
        ),
        pytest.param(
            MAILED + "  admins: [a@x.org, b@y.org]\n", ["admins: b@y.org is not under allow:"], id="an admin likewise"
        ),
        pytest.param(
            MAILED + "  default_to: b@y.org\n", ["default_to: b@y.org is not under allow:"], id="a default likewise"
        ),
        pytest.param(MAILED + "  quiet: 8pm-8am\n", [":6:", "write 20:00-08:00"], id="quiet hours that are none"),
        pytest.param(MAILED + "  quiet: 08:00-08:00\n", [":6:", "leaves no time to send"], id="quiet all day"),
        pytest.param(MAILED + "  caps: {per_day: 3}\n", [":6:", "per_day"], id="a cap that there is not"),
        pytest.param(MAILED + "  caps: {per_run: 0}\n", [":6:", "per_run"], id="a cap that lets nothing through"),
        pytest.param(
            "api: local\nmail: {sender: a@x.org, by: console, allow: ['*']}\n",
            ["neither an address nor a domain"],
            id="everybody allowed",
        ),
        pytest.param("- a\n", ["config.yaml"], id="not a mapping"),
        pytest.param("", ["config.yaml"], id="an empty file"),
    ],
)
def test_mistakes_name_file_line_and_what_to_do(tmp_path, text, parts):
    said = complaint(tmp_path, text)
    assert all(part in said for part in parts), said
    assert "hunter2" not in said


def test_no_config_says_how_to_get_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="sheetcrm init --local"):
        config.find()


def test_a_secret_comes_from_a_file_or_the_environment(tmp_path):
    (tmp_path / "pw").write_text("hunter2\n", encoding="utf-8")
    assert Secret(file=Path("pw")).reveal(tmp_path, {}) == "hunter2"
    assert Secret(env="PW").reveal(tmp_path, {"PW": "x"}) == "x"
    with pytest.raises(UsageError, match=r"PW.*not set"):
        Secret(env="PW").reveal(tmp_path, {})


ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGh"


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        pytest.param(None, "客户", id="the only one"),
        pytest.param("客户", "客户", id="by name"),
        pytest.param(ID, "客户", id="by id"),
        pytest.param(f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0", "客户", id="by URL"),
        pytest.param("9" * 44, "9" * 44, id="one that the config does not know"),
    ],
)
def test_which_spreadsheet(tmp_path, wanted, name):
    loaded = load(tmp_path, f"api: local\nspreadsheets:\n  客户: {{id: {ID}, template: pipeline, language: zh}}\n")
    assert config.resolve(loaded, wanted)[0] == name


def test_which_spreadsheet_when_nothing_says(tmp_path):
    with pytest.raises(UsageError, match=r"names no spreadsheet yet.*--create"):
        config.resolve(load(tmp_path, "api: local\n"), None)
    two = load(tmp_path, "api: local\nspreadsheets:\n  north: {id: a}\n  south: {id: b}\n")
    with pytest.raises(UsageError, match=r"which spreadsheet.*north, south"):
        config.resolve(two, None)
    with pytest.raises(UsageError, match="did you mean north"):
        config.resolve(two, "norht")


def test_remembering_keeps_comments_order_and_mode(tmp_path):
    loaded = load(tmp_path, "# mine\napi: local # why\nspreadsheets: {}\n\n# The ledger.\nledger: here.db\n")
    loaded.file.chmod(0o600)
    for language in ("en", "zh"):
        config.remember(loaded, "客户管理", settings.SpreadsheetSettings(id=ID, template="pipeline", language=language))
    text = loaded.file.read_text(encoding="utf-8")
    assert "# mine" in text
    assert "# why" in text
    assert "\n# The ledger.\nledger" in text
    assert text.index("spreadsheets") < text.index("ledger")
    assert config.load(loaded.file).spreadsheets["客户管理"].language == "zh"
    assert loaded.file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [loaded.file]


@pytest.mark.parametrize(("said", "place"), [
    pytest.param("here.db", "{folder}/here.db", id="a file beside the config"),
    pytest.param("/var/lib/here.db", "/var/lib/here.db", id="a file somewhere else"),
    pytest.param("postgresql://crm@db/crm", "postgresql://crm@db/crm", id="a database"),
    pytest.param("{env: URL}", "postgresql://crm:pw@db/crm", id="a database with a password"),
])  # fmt: skip
def test_where_the_ledger_is(tmp_path, said, place):
    loaded = load(tmp_path, f"api: local\nledger: {said}\n")
    found = loaded.ledger_place({"URL": "postgresql://crm:pw@db/crm"})
    assert str(found) == place.format(folder=tmp_path)
    assert "pw" not in repr(loaded)


@pytest.mark.parametrize(("said", "wrong"), [
    pytest.param("postgresql://crm:s3cret@db/crm", "a password does not belong in this file", id="a password in it"),
    pytest.param("postgresql://db/crm?user=crm&password=s3cret", "a password does not belong in this file", id="a password behind it"),
    pytest.param("mysql://crm@db/crm", "expected the path of a file, or postgresql://", id="another kind of database"),
    pytest.param("{name: URL}", "name", id="no place for a secret"),
])  # fmt: skip
def test_where_the_ledger_cannot_be(tmp_path, said, wrong):
    with pytest.raises(ConfigError, match=wrong) as caught:
        load(tmp_path, f"api: local\nledger: {said}\n")
    assert ":2:" in str(caught.value)
    assert "s3cret" not in str(caught.value)
