"""
Calls → answers of the Sheets and Drive APIs, counted.

Knows nothing of what a spreadsheet means.  A batch is all or nothing, and is
never sent twice: after a lost answer it may have been applied.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import requests

from sheetcrm.sheets.http import Client, Counts, Patience, Wire

Json = dict[str, Any]
Cell = str | int | float | bool | None

SPREADSHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
FILES = "https://www.googleapis.com/drive/v3/files"
ABOUT = "https://www.googleapis.com/drive/v3/about"
SPREADSHEET_TYPE = "application/vnd.google-apps.spreadsheet"
PERMISSION = "id,type,role,emailAddress,domain,pendingOwner,deleted,permissionDetails(inherited)"
AS_STORED = {
    "majorDimension": "COLUMNS",
    "valueRenderOption": "UNFORMATTED_VALUE",
    "dateTimeRenderOption": "SERIAL_NUMBER",
}
"""Numbers as numbers, dates as days since 1899-12-30, a column at a time; trailing blanks are left out."""


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

    def batch(self, requests: Sequence[Json], fields: str = "", **options: Any) -> Json:
        """Run `requests` all together or not at all; `options` go beside them in the body.  No requests, no call."""
        if not requests:
            return {}
        params = {"fields": fields} if fields else {}
        return self._send("post", ":batchUpdate", params=params, json={"requests": list(requests), **options})

    def write(self, data: Sequence[Json]) -> Json:
        """Values as data, never parsed: each item has `values` and a `range` (A1) or, in all of them, a `dataFilter`."""
        if not data:
            return {}
        path = "/values:batchUpdateByDataFilter" if "dataFilter" in data[0] else "/values:batchUpdate"
        return self._send("post", path, json={"valueInputOption": "RAW", "data": list(data)})

    def _send(self, method: str, path: str, *, shared: bool = True, **options: Any) -> Json:
        return self._client.json(method, f"{SPREADSHEETS}/{self.spreadsheet_id}{path}", shared=shared, **options)


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

    def create(self, title: str, *, folder: str | None = None) -> str:
        """Make a blank spreadsheet (in the folder or Shared Drive with that id); its id."""
        body = {"name": title, "mimeType": SPREADSHEET_TYPE, **({"parents": [folder]} if folder else {})}
        return str(self._client.json("post", FILES, params={"supportsAllDrives": True}, json=body)["id"])

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
        self._client.request("patch", f"{FILES}/{file}", params={"supportsAllDrives": True}, json={"trashed": True})

    def share(self, file: str, address: str, level: str) -> None:
        """Give a person access (`writer`, `commenter` or `reader`); nobody is mailed."""
        params = {"sendNotificationEmail": "false", "supportsAllDrives": "true"}
        body = {"type": "user", "role": level, "emailAddress": address}
        self._client.request("post", f"{FILES}/{file}/permissions", params=params, json=body)

    def reshare(self, file: str, permission: str, level: str) -> None:
        """Another level for who has access already."""
        params = {"supportsAllDrives": "true"}
        self._client.request("patch", f"{FILES}/{file}/permissions/{permission}", params=params, json={"role": level})

    def lift(self, file: str, permission: str) -> None:
        """Take access away."""
        params = {"supportsAllDrives": "true"}
        self._client.request("delete", f"{FILES}/{file}/permissions/{permission}", params=params)

    def files(self) -> Iterator[Json]:
        """Every spreadsheet that is not in the bin: `id` and `name`."""
        token = ""
        while True:
            query = f"mimeType='{SPREADSHEET_TYPE}' and trashed=false"
            params = {"q": query, "pageSize": 1000, "supportsAllDrives": True, "includeItemsFromAllDrives": True}
            params |= {"fields": "nextPageToken,files(id,name)", **({"pageToken": token} if token else {})}
            page = self._client.json("get", FILES, params=params)
            yield from page.get("files", [])
            token = page.get("nextPageToken", "")
            if not token:
                return
