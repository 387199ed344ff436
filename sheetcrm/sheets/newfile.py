"""
A title → a blank spreadsheet of that title, or which address needs which role where.

A service account has no Drive of its own: it makes files in a Shared Drive, or fills one that a person made and shared.
"""

from __future__ import annotations

import re

from sheetcrm.errors import ApiError, NotAllowed, NotFound, UsageError
from sheetcrm.messages import tr
from sheetcrm.sheets.gateway import Drive

FOLDERS = "https://drive.google.com/drive/folders/"
BLANK = "https://sheets.new"
NO_ROOM = frozenset({"storageQuotaExceeded", "teamDriveFileLimitExceeded"})


def folder_id(text: str) -> str:
    """The id of a Drive folder or Shared Drive from its id or address; UsageError for neither."""
    found = re.search(r"/folders/([\w-]+)", text)
    if found or re.fullmatch(r"[\w-]{10,}", text):
        return found[1] if found else text
    raise UsageError(
        tr("{text} is neither the address of a Drive folder ({folders}…) nor its id", text=repr(text), folders=FOLDERS)
    )


def make(drive: Drive, title: str, *, folder: str | None, account: str) -> str:
    """The id of a new spreadsheet (in the folder with that id); errors say what `account` needs to make one."""
    try:
        return drive.create(title, folder=folder)
    except (NotAllowed, NotFound) as error:
        who = account or tr("the account that you signed in with")
        text = _in_folder(error, who, FOLDERS + folder) if folder else _anywhere(error, who)
        if not text:
            raise
        raise type(error)(text, status=error.status, reason=error.reason) from error


def _in_folder(error: ApiError, who: str, url: str) -> str:
    if error.reason == "storageQuotaExceeded":
        return tr(
            "{url} is in somebody's own Drive, and {who} has no storage to make files there. Take a folder of a Shared Drive, or make a blank spreadsheet there yourself ({blank}), share it with {who} as Editor and name it: --in URL.",
            url=url,
            who=who,
            blank=BLANK,
        )
    if error.status == 404 or error.reason in ("", "insufficientFilePermissions", "teamDriveMembershipRequired"):
        return tr(
            "{who} may not make files in {url}, or there is no such folder. Open it and give that address the role Content manager of the Shared Drive (Manage members), or Editor of the folder (Share).",
            who=who,
            url=url,
        )
    return ""


def _anywhere(error: ApiError, who: str) -> str:
    if error.reason not in NO_ROOM:
        return ""
    return tr(
        "{who} has no storage to make files in; a service account never has. One of these: make a blank spreadsheet yourself ({blank}), share it with {who} as Editor, and name it: --in URL; or --folder ID of a Shared Drive where {who} is Content manager; or sign in as yourself (sign_in: {{type: desktop, …}}).",
        who=who,
        blank=BLANK,
    )
