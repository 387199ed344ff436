"""Where a new spreadsheet comes from: each refusal says which address must get which role on which address."""

from __future__ import annotations

import pytest

from sheetcrm import testing
from sheetcrm.errors import ApiError, UsageError
from sheetcrm.server.drive_errors import DriveError
from sheetcrm.server.faults import Fault
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.sheets.newfile import folder_id, make

ROBOT = "robot@project.iam.gserviceaccount.com"
FOLDER = "0AAbCdEfGhIjKlUk9PVA"


@pytest.fixture(scope="module")
def server():
    with testing.server() as running:
        yield running


@pytest.fixture
def refusing(server, monkeypatch):
    """A server that refuses to make files for a reason of Drive's."""

    def order(status, reason):
        error = DriveError(status, "As ordered.", reason)
        server.faults.clear()
        server.faults.add(Fault("drive.files.create", status=status))
        monkeypatch.setattr(Fault, "refusal", lambda *_: error)
        return Drive(server.session, sleep=lambda _: None)

    return order


def test_a_folder_is_named_by_its_address_or_id():
    assert folder_id(FOLDER) == FOLDER
    assert folder_id(f"https://drive.google.com/drive/u/0/folders/{FOLDER}?resourcekey=0-x") == FOLDER
    with pytest.raises(UsageError, match=r"drive\.google\.com"):
        folder_id("Our folder")


def test_it_is_made_in_the_folder(server):
    made = make(Drive(server.session), "Ours", folder=FOLDER, account=ROBOT)
    found = server.session.get(f"https://www.googleapis.com/drive/v3/files/{made}", params={"fields": "name,parents"})
    assert found.json() == {"name": "Ours", "parents": [FOLDER]}
    assert Gateway(server.session, made).describe("properties.title")["properties"]["title"] == "Ours"


@pytest.mark.parametrize(
    ("folder", "status", "reason", "said"),
    [
        pytest.param(None, 403, "storageQuotaExceeded", (ROBOT, "sheets.new", "--in URL", "--folder", "desktop"), id="a service account's own Drive"),
        pytest.param(FOLDER, 403, "storageQuotaExceeded", (ROBOT, f"folders/{FOLDER}", "Shared Drive", "--in URL"), id="a folder of somebody's own"),
        pytest.param(FOLDER, 404, "notFound", (ROBOT, f"folders/{FOLDER}", "Content manager"), id="a folder that nobody shared"),
        pytest.param(FOLDER, 403, "insufficientFilePermissions", (ROBOT, f"folders/{FOLDER}", "Content manager"), id="a folder to look at only"),
        pytest.param(FOLDER, 403, "insufficientPermissions", ("sheetcrm login",), id="a sign-in that does not reach so far"),
        pytest.param(None, 403, "accessNotConfigured", ("Drive API", "console.cloud.google.com"), id="the API is off"),
    ],
)  # fmt: skip
def test_who_needs_which_role_where(refusing, folder, status, reason, said):
    with pytest.raises(ApiError) as caught:
        make(refusing(status, reason), "Ours", folder=folder, account=ROBOT)
    assert (caught.value.status, caught.value.reason) == (status, reason)
    for part in said:
        assert part in str(caught.value)
