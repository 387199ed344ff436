"""Each way to sign in, end to end: key file or variable → a session that the other end takes for the right person."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sheetcrm import testing
from sheetcrm.connect import connect
from sheetcrm.errors import ConfigError, NoAnswer, NotSignedIn, Refused, SheetcrmError
from sheetcrm.server.faults import Fault
from sheetcrm.server.workload import credentials as external_account
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sheets.scopes import ACCESS, AUTH, MAKING, READING
from sheetcrm.sheets.signin import ApplicationDefault, ServiceAccountFile, SignIn, google_session
from sheetcrm.sheets.signin.consent import client_of

from .conftest import ABOUT, ROBOT


def test_the_key_file_of_a_service_account(google):
    google.key(google.robot())
    assert google.who({"type": "service_account", "key": "key.json"}) == (ROBOT, ROBOT)


def test_a_key_that_may_only_read_cannot_write(google):
    spreadsheet = google.running.seed("Orders", [["tea"]])
    spreadsheet.share(ROBOT, perm_type="user", role="writer", notify=False)
    google.key(google.robot())
    with connect(google.config({"type": "service_account", "key": "key.json"}), scopes=READING) as connection:
        address = f"https://sheets.googleapis.com/v4/spreadsheets/{spreadsheet.id}"
        assert connection.session.get(address).status_code == 200
        answer = connection.session.post(f"{address}:batchUpdate", json={"requests": []})
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_acting_for_a_person_whose_domain_does_not_let_it(google):
    google.key(google.robot())
    way = ServiceAccountFile(key="key.json", subject="boss@example.com")
    session, account = google_session(way, google.folder, MAKING)
    assert account == "boss@example.com"
    with pytest.raises(NotSignedIn, match=r"boss@example.com.*unauthorized_client.*domainwidedelegation"):
        session.prove()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("service_account", id="a service account's key"),
        pytest.param("authorized_user", id="what gcloud leaves of a person"),
    ],
)
def test_application_default_credentials(google, monkeypatch, kind):
    issuer = google.running.server.issuer
    info = google.robot() if kind == "service_account" else issuer.authorized_user("you@example.com")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(google.key(info)))
    _account, who = google.who("application_default")
    assert who == (ROBOT if kind == "service_account" else "you@example.com")


@pytest.fixture
def workload(google, monkeypatch):
    """A machine elsewhere that knows itself by a word in a file, and may act as the robot."""
    word = google.folder / "word"
    word.write_text(google.running.server.issuer.workload_word("github:team/crm"), encoding="utf-8")
    google.running.server.issuer.let_act("github:team/crm", ROBOT)
    path = google.key(external_account(ROBOT, str(word)), mode=0o644)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    return word


def test_workload_identity_has_no_key_at_all(google, workload):
    """The file that says so holds no secret: others may read it, and it may be committed."""
    (google.folder / ".git").mkdir()
    assert google.who("application_default") == (ROBOT, ROBOT)


def test_a_workload_whose_word_is_too_old(google, workload):
    workload.write_text(google.running.server.issuer.workload_word("github:team/crm", -1), encoding="utf-8")
    with (
        connect(google.config("application_default")) as connection,
        pytest.raises(NotSignedIn, match=r"no more.*invalid_grant.*docs/google\.md"),
    ):
        connection.session.get(ABOUT)


def test_a_workload_that_may_not_act_as_that_account(google, workload):
    workload.write_text(google.running.server.issuer.workload_word("github:else/where"), encoding="utf-8")
    with (
        connect(google.config("application_default")) as connection,
        pytest.raises(NotSignedIn, match=r"Workload Identity User"),
    ):
        connection.session.get(ABOUT)


def test_a_machine_that_is_not_signed_in(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with pytest.raises(NotSignedIn, match=r"sign_in.*sheetcrm login.*GOOGLE_APPLICATION_CREDENTIALS"):
        google_session(ApplicationDefault(), tmp_path, MAKING)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param("clock", "this machine's clock is wrong", id="a clock that is a day off"),
        pytest.param("key", "it was deleted", id="a key of another server, as after it was deleted"),
    ],
)
def test_a_key_that_google_takes_no_more(google, spoil, said):
    info = google.robot()
    if spoil == "clock":
        google.ahead = timedelta(days=1)
    else:
        with testing.server() as other:
            info["private_key"] = other.server.issuer.service_account(ROBOT)["private_key"]
    google.key(info)
    with (
        connect(google.config({"type": "service_account", "key": "key.json"})) as connection,
        pytest.raises(NotSignedIn, match=said),
    ):
        Gateway(connection.session, "1" * 44).describe("sheets")


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        pytest.param(Fault("oauth2.token", drop="before"), None, "", id="one broken connection is tried again"),
        pytest.param(Fault("oauth2.token", drop="before", times=99), NoAnswer, "network", id="no network"),
        pytest.param(Fault("oauth2.token", page="<html>Sign in</html>"), NoAnswer, "proxy", id="a page of a proxy's"),
        pytest.param(Fault("oauth2.token", status=403), NotSignedIn, "no token", id="refused by something in between"),
    ],
)
def test_a_token_endpoint_that_fails(google, fault, error, said):
    google.key(google.robot())
    google.running.faults.clear()
    google.running.faults.add(fault)
    spreadsheet = google.running.seed("Orders", [["tea"]])
    spreadsheet.share(ROBOT, perm_type="user", role="writer", notify=False)
    with connect(google.config({"type": "service_account", "key": "key.json"})) as connection:
        gateway = Gateway(connection.session, spreadsheet.id, sleep=lambda _: None)
        if error is None:
            assert gateway.describe("spreadsheetId") == {"spreadsheetId": spreadsheet.id}
        else:
            with pytest.raises(error, match=said):
                gateway.describe("spreadsheetId")
    google.running.faults.clear()


def test_impersonation_by_a_key(google):
    google.running.server.issuer.let_act(ROBOT, "crm@project.iam.gserviceaccount.com")
    google.key(google.robot())
    by = {"type": "service_account", "key": "key.json"}
    sign_in = {"type": "impersonation", "account": "crm@project.iam.gserviceaccount.com", "by": by}
    assert google.who(sign_in) == (sign_in["account"], sign_in["account"])


def test_impersonation_by_what_the_machine_is_signed_in_with(google, monkeypatch):
    """Without any key of the account; the person comes as gcloud leaves them."""
    google.running.server.issuer.let_act("you@example.com", ROBOT)
    person = google.running.server.issuer.authorized_user("you@example.com")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(google.key(person)))
    assert google.who({"type": "impersonation", "account": ROBOT}) == (ROBOT, ROBOT)


def test_impersonation_that_nobody_allowed(google):
    google.key(google.robot())
    by = {"type": "service_account", "key": "key.json"}
    config = google.config({"type": "impersonation", "account": "other@project.iam.gserviceaccount.com", "by": by})
    with (
        connect(config) as connection,
        pytest.raises(NotSignedIn, match=r"(?s)other@project.*Service Account Token Creator"),
    ):
        connection.session.get(ABOUT)


@pytest.mark.parametrize(
    ("sign_in", "said"),
    [
        pytest.param("servce_account", "did you mean service_account?", id="a slip"),
        pytest.param({"type": "service_account"}, "key", id="no key"),
        pytest.param({"type": "impersonation", "account": "ann@x.org"}, "gserviceaccount.com", id="to be a person"),
        pytest.param(
            {"type": "impersonation", "account": ROBOT, "by": {"type": "desktop", "client": "c.json"}},
            "application_default or service_account",
            id="by a browser, whose tokens cannot ask for others",
        ),
    ],
)
def test_a_config_that_makes_no_sense(google, sign_in, said):
    with pytest.raises(ConfigError, match=said):
        google.config(sign_in)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "cannot be read", id="no such file"),
        pytest.param("not JSON", "damaged", id="not JSON"),
        pytest.param('{"type": "service_account", "private_key": "-----BEG', "damaged", id="half a key"),
        pytest.param("[]", "no key file", id="JSON of something else"),
        pytest.param("{}", "something else", id="an empty object"),
        pytest.param('{"type": "service_account"}', "key.json cannot be used", id="a key with nothing in it"),
        pytest.param('{"type": "authorized_user"}', "GOOGLE_APPLICATION_CREDENTIALS", id="a person's file"),
        pytest.param('{"type": "external_account"}', "workload identity", id="a kind that may run commands"),
        pytest.param('{"installed": {}}', "type: desktop", id="an OAuth client"),
        pytest.param(
            '{"type": "service_account", "token_uri": "http://evil.example/token"}', "https", id="sent in clear"
        ),
    ],
)
def test_a_key_file_that_is_none(google, content, said):
    if content is not None:
        google.key(content)
    with pytest.raises(SheetcrmError, match=said) as caught:
        google_session(ServiceAccountFile(key="key.json"), google.folder, MAKING)
    assert "BEG" not in str(caught.value)


def test_a_damaged_private_key_is_not_quoted(google):
    google.key(google.robot(private_key="-----BEGIN PRIVATE KEY-----\nSECRETSECRET\n-----END PRIVATE KEY-----\n"))
    with pytest.raises(NotSignedIn) as caught:
        google_session(ServiceAccountFile(key="key.json"), google.folder, MAKING)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620], ids=oct)
def test_a_key_that_others_can_read_is_refused_with_the_command_that_mends_it(google, mode):
    path = google.key(google.robot(), mode=mode)
    with pytest.raises(Refused, match=f"chmod 600 {path}"):
        google_session(ServiceAccountFile(key="key.json"), google.folder, MAKING)
    path.chmod(0o600)
    google_session(ServiceAccountFile(key="key.json"), google.folder, MAKING)


@pytest.mark.parametrize("way", ["in the tree", "by a link from elsewhere", "of a work tree whose .git is a file"])
def test_a_key_in_a_git_work_tree_is_refused_with_the_command_that_mends_it(google, way):
    tree = google.folder / "project" / "secrets"
    tree.mkdir(parents=True)
    if way.startswith("of"):
        (tree.parent / ".git").write_text("gitdir: elsewhere", encoding="utf-8")
    else:
        (tree.parent / ".git").mkdir()
    key = google.key(google.robot(), "project/secrets/key.json")
    if way.startswith("by"):
        link = google.folder / "link.json"
        link.symlink_to(key)
        key = link
    with pytest.raises(Refused, match=r"git work tree .*project.*mv .*key\.json|mv .*link\.json"):
        google_session(ServiceAccountFile(key=key), google.folder, MAKING)


def test_the_variable_is_held_to_the_same(google, monkeypatch):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(google.key(google.robot(), mode=0o644)))
    with pytest.raises(Refused, match="chmod 600"):
        google_session(ApplicationDefault(), google.folder, MAKING)


def test_the_whole_drive_is_asked_for_by_nothing_but_sharing(google):
    google.key(google.robot())
    session, _ = google_session(ServiceAccountFile(key="key.json"), google.folder, MAKING)
    assert ACCESS not in session.credentials.scopes
    assert all(scope.startswith(AUTH) for scope in session.credentials.scopes)


def test_nobody_is_signed_in_by_the_servers_own_token(google):
    """With `sign_in:` a session to an embedded server speaks for whoever signed in, and not for its owner."""
    google.key(google.robot())
    with connect(google.config({"type": "service_account", "key": "key.json"})) as connection:
        sent = connection.session.get(ABOUT).request
        assert google.running.token not in str(sent.headers)


def test_every_way_has_a_name_and_says_what_it_is():
    for name, way in SignIn.members().items():
        assert way.__doc__
        assert name == way.model_fields["type"].default


def test_requests_of_ours_have_no_secret_in_their_words(google):
    google.key(google.client(), "client.json")
    client = client_of(google.folder / "client.json")
    assert client.secret not in repr(client)
    assert json.loads((google.folder / "client.json").read_text())["installed"]["client_secret"] == client.secret
