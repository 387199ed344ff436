"""
Sheets v4 over HTTP → the functions that answer it, one small function per method.

Query parameters and bodies are checked before the spreadsheet is looked for: Google's gateway answers a malformed
request the same way whether or not the spreadsheet exists.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sheetcrm.server import access, door, masks, metadata, spreadsheets, values
from sheetcrm.server.errors import ApiError, bad_request, unsupported
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.routes import Answer, Backend, Route, path_pattern
from sheetcrm.server.wire import Json, Request, Response, json_response

STANDARD = frozenset(
    {
        "$.xgafv",
        "access_token",
        "alt",
        "callback",
        "fields",
        "key",
        "oauth_token",
        "prettyPrint",
        "quotaUser",
        "uploadType",
        "upload_protocol",
    }
)
RENDER = {"majorDimension": str, "valueRenderOption": str, "dateTimeRenderOption": str}
ECHO = {"includeValuesInResponse": bool, "responseValueRenderOption": str, "responseDateTimeRenderOption": str}
Parameters = Mapping[str, type]
# Bytes.  Sheets documents no hard limit (2 MB are advised), so this one is ours; the words are those of Google's gateway.
MAX_BODY = 100 * 2**20


@dataclass(frozen=True)
class Call:
    """A checked call: what stood in the path, in the query (by Python's names) and in the body."""

    args: Mapping[str, str]
    options: Mapping[str, Any]
    body: Json
    fields: str | None = None
    ranges: tuple[str, ...] = ()


Run = Callable[[Spreadsheet, Call], Json]
# What the answer of each method is called in the discovery document.
ANSWERS = {
    "get": "Spreadsheet",
    "getByDataFilter": "Spreadsheet",
    "batchUpdate": "BatchUpdateSpreadsheetResponse",
    "values.get": "ValueRange",
    "values.update": "UpdateValuesResponse",
    "values.append": "AppendValuesResponse",
    "values.clear": "ClearValuesResponse",
    "values.batchGet": "BatchGetValuesResponse",
    "values.batchUpdate": "BatchUpdateValuesResponse",
    "values.batchClear": "BatchClearValuesResponse",
    "values.batchGetByDataFilter": "BatchGetValuesByDataFilterResponse",
    "values.batchUpdateByDataFilter": "BatchUpdateValuesByDataFilterResponse",
    "values.batchClearByDataFilter": "BatchClearValuesByDataFilterResponse",
    "developerMetadata.get": "DeveloperMetadata",
    "developerMetadata.search": "SearchDeveloperMetadataResponse",
}


@dataclass(frozen=True)
class Method:
    """A method that works on one spreadsheet; `schema` and `answers` name its body and answer in the discovery document."""

    answers: str
    run: Run
    writes: bool
    schema: str | None
    parameters: Parameters
    own_fields: bool

    def answer(self, backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
        """Check, open, run and render; rendered while the spreadsheet is held, saved before it is let go."""
        caller = backend.guard.caller(request.headers)
        call = read_call(request, args, self.schema, self.parameters, self.answers)
        spreadsheet_id = args["spreadsheetId"]
        backend.library.allow(spreadsheet_id, caller, writing=self.writes)
        with backend.library.opened(spreadsheet_id) as (spreadsheet,), access.acting(spreadsheet, caller):
            result = self.run(spreadsheet, call)
            return render(backend, request, result if self.own_fields else masks.apply(result, call.fields))


BASE = "/v4/spreadsheets"
ONE = BASE + "/{spreadsheetId}"
VALUES = ONE + "/values"
RANGE = VALUES + "/{range}"
# In the order of the functions below: `/values/{range}` comes last, it would take a suffix for part of the range.
ROUTES: list[Route] = []


def _route(name: str, verb: str, path: str, answer: Answer, *, writes: bool) -> None:
    ROUTES.append(Route(f"sheets.spreadsheets.{name}", verb, path_pattern(path), "write" if writes else "read", answer))


def method(
    name: str,
    verb: str,
    path: str,
    *,
    writes: bool = False,
    schema: str | None = None,
    parameters: Parameters | None = None,
    own_fields: bool = False,
) -> Callable[[Run], Run]:
    """Put a function into the table of routes; `own_fields` when it looks at the field mask itself."""

    def register(run: Run) -> Run:
        _route(
            name,
            verb,
            path,
            Method(ANSWERS[name], run, writes, schema, parameters or {}, own_fields).answer,
            writes=writes,
        )
        return run

    return register


def render(backend: Backend, request: Request, result: Json) -> Response:
    """The answer as JSON, with links that lead to this server's own page."""
    for holder in (result, result.get("updatedSpreadsheet")):
        if holder and "spreadsheetUrl" in holder:
            holder["spreadsheetUrl"] = backend.page_url(holder["spreadsheetUrl"].split("/d/")[1].split("/")[0])
    return json_response(result, pretty=request.parameter("prettyPrint", "true").lower() != "false")


def read_call(
    request: Request, args: Mapping[str, str], schema: str | None, parameters: Parameters, answers: str
) -> Call:
    """The checked path, query and body of a request; ApiError 400 in the words of Google's gateway."""
    options: dict[str, Any] = {}
    ranges: tuple[str, ...] = ()
    fields: str | None = None
    for name, given in request.parameters().items():
        if name == "ranges" and "ranges" in parameters:
            ranges = tuple(given)
        elif name in parameters:
            options[snake(name)] = _scalar(name, given[-1], parameters[name])
        elif name == "fields":
            fields = given[-1]
        elif name == "alt" and given[-1] not in ("", "json"):
            raise unsupported(f"alt={given[-1]}")
        elif name not in STANDARD:
            raise _malformed(
                f"Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message."
            )
    if fields:
        door.check_mask(masks.parse(fields), answers)
    body = read_body(request) if schema else {}
    if schema:
        door.check(body, schema)
    return Call(args, options, body, fields or None, ranges)


def read_body(request: Request) -> Json:
    """The body as a JSON object; an empty body is an empty message."""
    if len(request.body) > MAX_BODY:
        raise ApiError(400, f"Request payload size exceeds the limit: {MAX_BODY} bytes.")
    if not request.body.strip():
        return {}
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        text = request.body.decode("utf-8", "replace")
        at = error.pos if isinstance(error, json.JSONDecodeError) else 0
        raise _malformed(f"Invalid JSON payload received. Unexpected token.\n{text[at : at + 20]}\n^") from error
    if not isinstance(body, dict):
        raise _malformed('Invalid JSON payload received. Unknown name "": Root element must be a message.')
    return body


def snake(name: str) -> str:
    """`valueInputOption` → `value_input_option`, as Google's texts and Python's arguments have it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _scalar(name: str, text: str, kind: type) -> Any:
    if kind is not bool:
        return text or None
    if text.lower() in {"true", "1"}:
        return True
    if text.lower() in {"false", "0", ""}:
        return False
    raise _malformed(f"Invalid value at '{snake(name)}' (TYPE_BOOL), \"{text}\"", snake(name))


def _malformed(message: str, place: str = "") -> ApiError:
    return bad_request([(place, message)])


@method(
    "get",
    "GET",
    ONE,
    parameters={"ranges": str, "includeGridData": bool, "excludeTablesInBandedRanges": bool, "commentsViewMode": str},
    own_fields=True,
)
def _get(spreadsheet: Spreadsheet, call: Call) -> Json:
    grid = bool(call.options.get("include_grid_data", False))
    return spreadsheets.get(spreadsheet, ranges=list(call.ranges), include_grid_data=grid, fields=call.fields)


@method(
    "getByDataFilter", "POST", ONE + ":getByDataFilter", schema="GetSpreadsheetByDataFilterRequest", own_fields=True
)
def _get_by_data_filter(spreadsheet: Spreadsheet, call: Call) -> Json:
    return spreadsheets.get_by_data_filter(spreadsheet, call.body, fields=call.fields)


@method("batchUpdate", "POST", ONE + ":batchUpdate", writes=True, schema="BatchUpdateSpreadsheetRequest")
def _batch_update(spreadsheet: Spreadsheet, call: Call) -> Json:
    return spreadsheets.batch_update(spreadsheet, call.body)


@method("values.batchGet", "GET", VALUES + ":batchGet", parameters={"ranges": str, **RENDER})
def _values_batch_get(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.batch_get(spreadsheet, list(call.ranges), **call.options)


@method(
    "values.batchGetByDataFilter", "POST", VALUES + ":batchGetByDataFilter", schema="BatchGetValuesByDataFilterRequest"
)
def _values_batch_get_by_data_filter(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.batch_get_by_data_filter(spreadsheet, call.body)


@method("values.batchUpdate", "POST", VALUES + ":batchUpdate", writes=True, schema="BatchUpdateValuesRequest")
def _values_batch_update(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.batch_update(spreadsheet, call.body)


@method(
    "values.batchUpdateByDataFilter",
    "POST",
    VALUES + ":batchUpdateByDataFilter",
    writes=True,
    schema="BatchUpdateValuesByDataFilterRequest",
)
def _values_batch_update_by_data_filter(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.batch_update_by_data_filter(spreadsheet, call.body)


@method("values.batchClear", "POST", VALUES + ":batchClear", writes=True, schema="BatchClearValuesRequest")
def _values_batch_clear(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.batch_clear(spreadsheet, call.body)


@method(
    "values.batchClearByDataFilter",
    "POST",
    VALUES + ":batchClearByDataFilter",
    writes=True,
    schema="BatchClearValuesByDataFilterRequest",
)
def _values_batch_clear_by_data_filter(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.batch_clear_by_data_filter(spreadsheet, call.body)


@method(
    "values.append",
    "POST",
    RANGE + ":append",
    writes=True,
    schema="ValueRange",
    parameters={"valueInputOption": str, "insertDataOption": str, **ECHO},
)
def _values_append(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.append(spreadsheet, call.args["range"], call.body, **{"value_input_option": None, **call.options})


@method("values.clear", "POST", RANGE + ":clear", writes=True, schema="ClearValuesRequest")
def _values_clear(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.clear(spreadsheet, call.args["range"])


@method("values.get", "GET", RANGE, parameters=RENDER)
def _values_get(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.get(spreadsheet, call.args["range"], **call.options)


@method("values.update", "PUT", RANGE, writes=True, schema="ValueRange", parameters={"valueInputOption": str, **ECHO})
def _values_update(spreadsheet: Spreadsheet, call: Call) -> Json:
    return values.update(spreadsheet, call.args["range"], call.body, **{"value_input_option": None, **call.options})


@method("developerMetadata.get", "GET", ONE + "/developerMetadata/{metadataId}")
def _metadata_get(spreadsheet: Spreadsheet, call: Call) -> Json:
    return metadata.get(spreadsheet, _whole_number(call.args, "metadataId"))


@method("developerMetadata.search", "POST", ONE + "/developerMetadata:search", schema="SearchDeveloperMetadataRequest")
def _metadata_search(spreadsheet: Spreadsheet, call: Call) -> Json:
    return metadata.search(spreadsheet, call.body)


def _whole_number(args: Mapping[str, str], name: str) -> int:
    try:
        return int(args[name])
    except ValueError as error:
        text = f"Invalid value at '{snake(name)}' (TYPE_INT32), \"{args[name]}\""
        raise _malformed(text, snake(name)) from error


def create(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """spreadsheets.create: a new file of the caller's."""
    caller = backend.guard.caller(request.headers)
    call = read_call(request, args, "Spreadsheet", {}, "Spreadsheet")
    made = spreadsheets.create(call.body, new_id=backend.new_id())
    backend.library.add(made, owner=caller)
    with backend.library.opened(made.id) as (spreadsheet,):
        grid = any("data" in sheet for sheet in call.body.get("sheets") or [])
        return render(
            backend, request, spreadsheets.get(spreadsheet, ranges=[], include_grid_data=grid, fields=call.fields)
        )


def copy_to(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """spreadsheets.sheets.copyTo: into another spreadsheet, or the same."""
    caller = backend.guard.caller(request.headers)
    call = read_call(request, args, "CopySheetToAnotherSpreadsheetRequest", {}, "SheetProperties")
    source_id, target_id = args["spreadsheetId"], str(call.body.get("destinationSpreadsheetId") or "")
    sheet_id = _whole_number(args, "sheetId")
    backend.library.allow(source_id, caller, writing=False)
    backend.library.allow(target_id, caller, writing=True)
    with backend.library.opened(source_id, target_id) as (source, target), access.acting(target, caller):
        return render(backend, request, masks.apply(spreadsheets.copy_sheet_to(source, sheet_id, target), call.fields))


_route("create", "POST", BASE, create, writes=True)
_route("sheets.copyTo", "POST", ONE + "/sheets/{sheetId}:copyTo", copy_to, writes=True)
