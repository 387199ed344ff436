"""
gspread-models and google-drive-model on the same customers as we, where they run; their figures are printed and have no bound.

Each reads answers that are ready before the clock starts, through its own client: gspread's, and the one that Google generates.
Neither is a dependency: both come into a folder that is thrown away, and are left out with a notice when they cannot be fetched
or do not run here.
"""

from __future__ import annotations

import io
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Any
from urllib.parse import unquote

import requests
from canned import Canned, OwnModel, client_of, columns, named, shown, template  # benchmarks/canned.py
from clock import tell, together
from fetched import fetched
from pydantic import model_validator
from requests.adapters import BaseAdapter

from sheetcrm import sync, testing
from sheetcrm.sheets.gateway import Gateway

Cells = dict[str, list[Any]]
Read = Callable[[], Sequence[Any]]
Peer = tuple[Read, requests.Session]
"""What reads, and the session through which it asks."""
PEER_ROWS = 10_000
"""Both work on a row or a cell at a time: a row costs as much among more of them."""


def peers() -> bool:
    """A row's cost of each beside ours, what it makes of the cells, and what it says of bad ones."""
    _beside("gspread-models", gspread_models, "python-dotenv")
    _beside("google-drive-model", google_drive_model)
    return True


def _beside(package: str, reader: Callable[[Cells], Peer], *needs: str) -> None:
    with fetched(package, *needs) as found:
        if not found:
            print(f"skip  {package} cannot be fetched here: nothing to compare with")
            return
        good, bad = (columns(named(PEER_ROWS), spoilt) for spoilt in (0, 0.05))
        try:
            (theirs, session), (theirs_bad, _) = reader(good), reader(bad)
            records = theirs()
        except Exception as error:  # noqa: BLE001 - another's package: whatever it raises, it does not run here
            print(f"skip  {package} does not run here: {type(error).__name__}: {error}")
            return
        mine, our_session = ours(good)
        assert len(records) == len(mine()[0]) == PEER_ROWS
        their_time, our_time = (1e6 * spent / PEER_ROWS for spent in together(theirs, mine, rounds=3))
        detail = f"{their_time:,.1f} µs a row, ours {our_time:,.1f}, in {PEER_ROWS:,} rows"
        tell(f"records of a template and all issues against {package}", their_time / our_time, "×", detail=detail)
        print(f"      not as the model has it: {_unlike(records, good) or 'nothing'}")
        print(f"      of rows of which 5 % are bad it {_said(theirs_bad)}; we list {len(ours(bad)[0]()[1]):,} issues")
        print(f"      each reading asks {_asked(theirs, session)} times, ours {_asked(mine, our_session)}")


def ours(cells: Cells) -> tuple[Callable[[], tuple[Any, Any]], requests.Session]:
    """Rows and issues of a template."""
    session, made = requests.Session(), template()
    session.mount("https://", Canned(cells))
    source = Gateway(session, "bench")

    def read() -> tuple[Any, Any]:
        extract = sync.read(source, made).extracts["customers"]
        return extract.rows, extract.issues

    return read, session


def _asked(read: Callable[[], Any], session: requests.Session) -> int:
    """The requests of one reading."""
    answers: list[Any] = []
    session.hooks["response"].append(lambda answer, **_: answers.append(answer))
    read()
    return len(answers)


def _unlike(records: Sequence[Any], cells: Cells) -> str:
    """The fields whose value is another than a model of one's own has, each with the types that came instead."""
    found: dict[str, set[str]] = defaultdict(set)
    for record, row in zip(records, shown(cells)[1:], strict=True):
        meant = OwnModel.model_validate(_unblanked(dict(zip(cells, row, strict=True))))
        for key, value in meant:
            if getattr(record, key) != value:
                found[key].add(f"{type(getattr(record, key)).__name__} for {type(value).__name__}")
    return ", ".join(f"{key} ({', '.join(sorted(types))})" for key, types in found.items())


def _said(read: Read) -> str:
    try:
        return f"reads {len(read()):,} without a word"
    except Exception as error:  # noqa: BLE001 - another's package: how it refuses is what we print
        return f"raises {type(error).__name__} at the first and gives none"


def _unblanked(row: dict[str, Any]) -> dict[str, Any]:
    return {key: None if value == "" else value for key, value in row.items()}


def gspread_models(cells: Cells) -> Peer:
    """`all()` of a model that is bound to the spreadsheet, without a file of credentials."""
    from gspread_models import BaseModel, SpreadsheetService

    service = SpreadsheetService.__new__(SpreadsheetService)  # its __init__ wants credentials
    service.client, service.document_id = client_of(cells), "bench"
    names = [key for key in cells if key != "id"]
    bound = type("Customer", (BaseModel,), {"SHEET_NAME": "Customers", "COLUMNS": names, "service": service})

    def read() -> Sequence[Any]:
        with redirect_stdout(io.StringIO()):  # it tells of each step
            found: Sequence[Any] = bound.all()
        return found

    return read, service.client.http_client.session


def google_drive_model(cells: Cells) -> Peer:
    """All of a select, in a session of a project whose registry names the spreadsheet."""
    import gdm
    from gdm.backends.drive import DriveBackend
    from gdm.backends.registry import RegistryBackend
    from gdm.backends.sheets import SheetsBackend
    from gdm.google_api import wrap_drive_service, wrap_sheets_service
    from gdm.project import Project, ProjectRegistry, RegistryEntry

    class Customer(gdm.GDMModel, OwnModel, storage="sheet", source="Customers"):
        id: str = gdm.Field(primary_key=True)

        @model_validator(mode="before")
        @classmethod
        def blanks(cls, row: dict[str, Any]) -> dict[str, Any]:
            """A blank cell comes as an empty text, which no date is."""
            return _unblanked(row)

    session = requests.Session()
    session.mount("https://", CannedPages(cells))
    drive, sheets = (_generated(session, *which) for which in (("drive", "v3"), ("sheets", "v4")))
    drive = wrap_drive_service(drive)
    entry = RegistryEntry("Customer", "bench", gdm.ResourceKind.SPREADSHEET, extra={"worksheet": "Customers"})
    project = Project(
        project_id=uuid.uuid4(), root_folder_id="root", drive=drive, registry=ProjectRegistry({"Customer": entry})
    )
    backend = RegistryBackend(
        project=project,
        drive=DriveBackend(drive, project_id=str(project.project_id)),
        sheets=SheetsBackend(wrap_sheets_service(sheets)),
    )

    def read() -> Sequence[Any]:
        with gdm.Session(backend, read_only=True, scan_limit=PEER_ROWS) as reading:
            found: Sequence[Any] = reading.exec(gdm.select(Customer)).all()
        return found

    return read, session


def _generated(session: requests.Session, service: str, version: str) -> Any:
    """Google's generated client over that session."""
    from googleapiclient.discovery import build

    return build(service, version, http=testing.SessionHttp(session), static_discovery=True)


class CannedPages(BaseAdapter):
    """The other end of Google's clients: the file, its tabs, and the rows of a range, as shown."""

    def __init__(self, cells: Cells) -> None:
        """One tab, as in `CannedTab`."""
        super().__init__()
        self.rows = shown(cells)
        self.bodies: dict[str, bytes] = {}

    def send(self, request: Any, **_options: Any) -> requests.Response:
        """Answer as Google does; what was asked before is ready."""
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        response.headers["Content-Type"] = "application/json"
        if request.url not in self.bodies:
            self.bodies[request.url] = json.dumps(self._answer(unquote(request.url)), ensure_ascii=False).encode()
        response._content = self.bodies[request.url]
        return response

    def _answer(self, url: str) -> Any:
        if "/drive/" in url:
            return {"id": "bench", "mimeType": "application/vnd.google-apps.spreadsheet", "parents": ["root"]}
        path = url.partition("?")[0]
        if "/values/" not in path:
            return {"sheets": [{"properties": {"sheetId": 0, "title": "Customers"}}]}
        first, _, last = path.rpartition("!")[2].partition(":")
        place = {"range": f"Customers!A{first}:O{last}", "majorDimension": "ROWS"}
        held = self.rows[int(first) - 1 : int(last)]
        return place | ({"values": held} if held else {})

    def close(self) -> None:
        """Nothing is open."""
