"""
Calls → answers of the Sheets and Drive APIs, counted.

Knows nothing of what a spreadsheet means.  A batch is all or nothing, and is
never sent twice: after a lost answer it may have been applied.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import requests

from sheetcrm.errors import ApiError, NotFound
from sheetcrm.sheets.http import Client, Counts, Patience, Wire

Json = dict[str, Any]
Cell = str | int | float | bool | None

SPREADSHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
FILES = "https://www.googleapis.com/drive/v3/files"
ABOUT = "https://www.googleapis.com/drive/v3/about"
SPREADSHEET_TYPE = "application/vnd.google-apps.spreadsheet"
PERMISSION = "id,type,role,emailAddress,domain,pendingOwner,deleted,permissionDetails(inherited)"
OWN = "sheetcrm"
"""The property of a file of ours by which we find it again."""
AS_STORED = {
    "majorDimension": "COLUMNS",
    "valueRenderOption": "UNFORMATTED_VALUE",
    "dateTimeRenderOption": "SERIAL_NUMBER",
}
"""Numbers as numbers, dates as days since 1899-12-30, a column at a time; trailing blanks are left out."""


def random_token() -> str:
    """So long that nobody has it twice."""
    return secrets.token_hex(8)


class Gateway:
    """One spreadsheet, over a session that answers Google's URLs; every error is an `errors.ApiError`."""

    def __init__(
        self,
        session: requests.Session,
        spreadsheet_id: str,
        *,
        timeout: float = 60,
        deadline: float = 120,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """`timeout` is seconds for one answer, `deadline` seconds of waiting between tries in all."""
        self.spreadsheet_id = spreadsheet_id
        self._wire = Wire(spreadsheet_id)
        self._client = Client(session, self._wire, Patience(timeout, deadline, sleep, jitter))

    @property
    def counts(self) -> Counts:
        """How many requests this gateway has sent."""
        return self._wire.counts

    def describe(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """`spreadsheets.get` with that mask; with `ranges` grid data of those only, if the mask names data."""
        return self._send("get", "", params={"fields": fields, **({"ranges": list(ranges)} if ranges else {})})

    def columns(self, filters: Sequence[Json], *, sparse: bool = False) -> list[Json]:
        """
        Values by data filter, as stored: the API's `valueRanges`, each with `dataFilters` and a `valueRange`.

        `sparse` says that few of the cells will be looked at.
        """
        asked = {"dataFilters": list(filters), **AS_STORED}
        answer = self._send("post", "/values:batchGetByDataFilter", json=asked, shared=not sparse)
        found: list[Json] = answer.get("valueRanges", [])
        return found

    def values(self, ranges: Sequence[str]) -> list[list[list[Cell]]]:
        """Values of A1 ranges, as stored: by range, columns x rows, trailing blanks left out."""
        answer = self._send("get", "/values:batchGet", params={"ranges": list(ranges), **AS_STORED})
        return [part.get("values", []) for part in answer.get("valueRanges", [])]

    def batch(self, requests: Sequence[Json], fields: str = "", *, repeatable: bool = False, **options: Any) -> Json:
        """
        Run `requests` all together or not at all; `options` go beside them in the body.  No requests, no call.

        What is all the same if it is done once or twice is `repeatable`, and sent again as a read would be.
        """
        if not requests:
            return {}
        params, body = {"fields": fields} if fields else {}, {"requests": list(requests), **options}
        return self._send("post", ":batchUpdate", repeatable=repeatable, params=params, json=body)

    def write(self, data: Sequence[Json]) -> Json:
        """Values as data, never parsed: each item has `values` and a `range` (A1) or, in all of them, a `dataFilter`."""
        if not data:
            return {}
        path = "/values:batchUpdateByDataFilter" if "dataFilter" in data[0] else "/values:batchUpdate"
        return self._send("post", path, json={"valueInputOption": "RAW", "data": list(data)})

    def _send(self, method: str, path: str, **options: Any) -> Json:
        return self._client.json(method, f"{SPREADSHEETS}/{self.spreadsheet_id}{path}", **options)


class Drive:
    """The files that a session may see."""

    def __init__(
        self, session: requests.Session, *, timeout: float = 60, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`timeout` is seconds for one answer."""
        self._wire = Wire()
        self._client = Client(session, self._wire, Patience(timeout, sleep=sleep))

    @property
    def counts(self) -> Counts:
        """How many requests went out."""
        return self._wire.counts

    def create(self, title: str, *, folder: str | None = None, token: Callable[[], str] = random_token) -> str:
        """
        Make a blank spreadsheet (in the folder or Shared Drive with that id); its id.

        Where the answer is lost it is looked for by the `token` that it was made with, which only we see.
        """
        own = {OWN: token()}
        body = {"name": title, "mimeType": SPREADSHEET_TYPE, "appProperties": own}
        body |= {"parents": [folder]} if folder else {}
        try:
            return str(self._client.json("post", FILES, params={"supportsAllDrives": True}, json=body)["id"])
        except ApiError as lost:
            if not lost.in_doubt:
                raise
            try:
                made = list(self._found(f"appProperties has {{key='{OWN}' and value='{own[OWN]}'}} and trashed=false"))
            except ApiError:
                made = []
            if not made:
                # Drive may take a while until it finds what is there, so that is no proof that there is none.
                raise lost
            return str(made[0]["id"])

    def permissions(self, file: str) -> list[Json]:
        """
        Who may open the file: `id`, `type`, `role`, and `emailAddress` or `domain`.

        `pendingOwner` and `deleted` where they hold; of files in Shared Drives in `permissionDetails` what is `inherited`.
        """
        found: list[Json] = []
        token = ""
        while True:
            params = {"fields": f"nextPageToken,permissions({PERMISSION})", "pageSize": 100}
            params |= {"supportsAllDrives": True, **({"pageToken": token} if token else {})}
            page = self._client.json("get", f"{FILES}/{file}/permissions", params=params)
            found += page.get("permissions", [])
            token = page.get("nextPageToken", "")
            if not token:
                return found

    def myself(self) -> str:
        """The address that this session acts for; empty where Drive does not say."""
        answer = self._client.json("get", ABOUT, params={"fields": "user(emailAddress)"})
        return str(answer.get("user", {}).get("emailAddress", ""))

    def modified(self, file: str) -> str:
        """When its content was changed last, as Drive says it (RFC 3339)."""
        params = {"fields": "modifiedTime", "supportsAllDrives": True}
        return str(self._client.json("get", f"{FILES}/{file}", params=params).get("modifiedTime", ""))

    def standing(self, file: str) -> Json:
        """Of the file itself `modifiedTime` (RFC 3339), and under `capabilities` whether we `canEdit` it."""
        params = {"fields": "modifiedTime,capabilities(canEdit)", "supportsAllDrives": True}
        return self._client.json("get", f"{FILES}/{file}", params=params)

    def bin(self, file: str) -> None:
        """Put a file of ours into the bin, from which its owner can take it back."""
        self._repeatable("patch", f"{FILES}/{file}", {"supportsAllDrives": True}, {"trashed": True})

    def share(self, file: str, address: str, level: str) -> None:
        """Give a person access (`writer`, `commenter` or `reader`); nobody is mailed.  Who has it already keeps it once."""
        params = {"sendNotificationEmail": "false", "supportsAllDrives": "true"}
        body = {"type": "user", "role": level, "emailAddress": address}
        self._repeatable("post", f"{FILES}/{file}/permissions", params, body)

    def reshare(self, file: str, permission: str, level: str) -> None:
        """Another level for who has access already."""
        self._repeatable(
            "patch", f"{FILES}/{file}/permissions/{permission}", {"supportsAllDrives": "true"}, {"role": level}
        )

    def lift(self, file: str, permission: str) -> None:
        """Take access away; nothing where it is gone already."""
        try:
            self._client.done(
                "delete", f"{FILES}/{file}/permissions/{permission}", params={"supportsAllDrives": "true"}
            )
        except NotFound:
            if any(one.get("id") == permission for one in self.permissions(file)):
                raise

    def _repeatable(self, method: str, url: str, params: Json, body: Json) -> None:
        """A write that is all the same if it is done once or twice."""
        self._client.json(method, url, repeatable=True, params=params, json=body)

    def files(self) -> Iterator[Json]:
        """Every spreadsheet that is not in the bin: `id` and `name`."""
        return self._found(f"mimeType='{SPREADSHEET_TYPE}' and trashed=false")

    def _found(self, query: str) -> Iterator[Json]:
        token = ""
        while True:
            params = {"q": query, "pageSize": 1000, "supportsAllDrives": True, "includeItemsFromAllDrives": True}
            params |= {"fields": "nextPageToken,files(id,name)", **({"pageToken": token} if token else {})}
            page = self._client.json("get", FILES, params=params)
            yield from page.get("files", [])
            token = page.get("nextPageToken", "")
            if not token:
                return
