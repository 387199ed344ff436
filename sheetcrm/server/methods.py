"""
Sheets v4 over HTTP → the functions that answer it, one line of the table per method.

Query parameters and bodies are checked before the spreadsheet is looked for: Google's gateway answers a malformed
request the same way whether or not the spreadsheet exists.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sheetcrm.server import door, masks, metadata, spreadsheets, values
from sheetcrm.server.errors import ApiError, bad_request
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


@dataclass(frozen=True)
class Call:
    """A checked call: what stood in the path, in the query (by Python's names) and in the body."""

    args: Mapping[str, str]
    options: Mapping[str, Any]
    body: Json
    fields: str | None = None
    ranges: tuple[str, ...] = ()


Run = Callable[[Spreadsheet, Call], Json]


@dataclass(frozen=True)
class Method:
    """A method that works on one spreadsheet; `schema` names its body in the discovery document."""

    run: Run
    writes: bool
    schema: str | None = None
    parameters: Parameters = field(default_factory=dict)
    own_fields: bool = False

    def answer(self, backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
        """Check, open, run and render; rendered while the spreadsheet is held, saved before it is let go."""
        caller = backend.guard.caller(request.headers)
        call = read_call(request, args, self.schema, self.parameters)
        spreadsheet_id = args["spreadsheetId"]
        backend.library.allow(spreadsheet_id, caller, writing=self.writes)
        with backend.library.opened(spreadsheet_id) as (spreadsheet,):
            result = self.run(spreadsheet, call)
            return render(backend, request, result if self.own_fields else masks.apply(result, call.fields))


def render(backend: Backend, request: Request, result: Json) -> Response:
    """The answer as JSON, with links that lead to this server's own page."""
    for holder in (result, result.get("updatedSpreadsheet")):
        if holder and "spreadsheetUrl" in holder:
            holder["spreadsheetUrl"] = backend.page_url(holder["spreadsheetUrl"].split("/d/")[1].split("/")[0])
    return json_response(result, pretty=request.parameter("prettyPrint", "true").lower() != "false")


def read_call(request: Request, args: Mapping[str, str], schema: str | None, parameters: Parameters) -> Call:
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
        elif name not in STANDARD:
            raise _malformed(
                f"Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message."
            )
    body = read_body(request) if schema else {}
    if schema:
        door.check(body, schema)
    return Call(args, options, body, fields or None, ranges)


def read_body(request: Request) -> Json:
    """The body as a JSON object; an empty body is an empty message."""
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


def _input(call: Call) -> dict[str, Any]:
    return {"value_input_option": None, **call.options}


def _get(spreadsheet: Spreadsheet, call: Call) -> Json:
    grid = bool(call.options.get("include_grid_data", False))
    return spreadsheets.get(spreadsheet, ranges=list(call.ranges), include_grid_data=grid, fields=call.fields)


def _metadata_id(call: Call) -> int:
    try:
        return int(call.args["metadataId"])
    except ValueError as error:
        raise _malformed(
            f"Invalid value at 'metadata_id' (TYPE_INT32), \"{call.args['metadataId']}\"", "metadata_id"
        ) from error


def create(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """spreadsheets.create: a new file of the caller's."""
    caller = backend.guard.caller(request.headers)
    call = read_call(request, args, "Spreadsheet", {})
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
    call = read_call(request, args, "CopySheetToAnotherSpreadsheetRequest", {})
    source_id, target_id = args["spreadsheetId"], str(call.body.get("destinationSpreadsheetId") or "")
    try:
        sheet_id = int(args["sheetId"])
    except ValueError as error:
        raise _malformed(f"Invalid value at 'sheet_id' (TYPE_INT32), \"{args['sheetId']}\"", "sheet_id") from error
    backend.library.allow(source_id, caller, writing=False)
    backend.library.allow(target_id, caller, writing=True)
    with backend.library.opened(source_id, target_id) as (source, target):
        return render(backend, request, masks.apply(spreadsheets.copy_sheet_to(source, sheet_id, target), call.fields))


BASE = "/v4/spreadsheets"
ONE = BASE + "/{spreadsheetId}"
VALUES = ONE + "/values"
RANGE = VALUES + "/{range}"

# Suffixed paths come before `/values/{range}`, which would take the suffix for part of the range.
ON_ONE: tuple[tuple[str, str, str, Method], ...] = (
    ("get", "GET", ONE, Method(_get, writes=False, parameters={"ranges": str, "includeGridData": bool, "excludeTablesInBandedRanges": bool, "commentsViewMode": str}, own_fields=True)),
    ("getByDataFilter", "POST", ONE + ":getByDataFilter", Method(lambda s, c: spreadsheets.get_by_data_filter(s, c.body, fields=c.fields), writes=False, schema="GetSpreadsheetByDataFilterRequest", own_fields=True)),
    ("batchUpdate", "POST", ONE + ":batchUpdate", Method(lambda s, c: spreadsheets.batch_update(s, c.body), writes=True, schema="BatchUpdateSpreadsheetRequest")),
    ("values.batchGet", "GET", VALUES + ":batchGet", Method(lambda s, c: values.batch_get(s, list(c.ranges), **c.options), writes=False, parameters={"ranges": str, **RENDER})),
    ("values.batchGetByDataFilter", "POST", VALUES + ":batchGetByDataFilter", Method(lambda s, c: values.batch_get_by_data_filter(s, c.body), writes=False, schema="BatchGetValuesByDataFilterRequest")),
    ("values.batchUpdate", "POST", VALUES + ":batchUpdate", Method(lambda s, c: values.batch_update(s, c.body), writes=True, schema="BatchUpdateValuesRequest")),
    ("values.batchUpdateByDataFilter", "POST", VALUES + ":batchUpdateByDataFilter", Method(lambda s, c: values.batch_update_by_data_filter(s, c.body), writes=True, schema="BatchUpdateValuesByDataFilterRequest")),
    ("values.batchClear", "POST", VALUES + ":batchClear", Method(lambda s, c: values.batch_clear(s, c.body), writes=True, schema="BatchClearValuesRequest")),
    ("values.batchClearByDataFilter", "POST", VALUES + ":batchClearByDataFilter", Method(lambda s, c: values.batch_clear_by_data_filter(s, c.body), writes=True, schema="BatchClearValuesByDataFilterRequest")),
    ("values.append", "POST", RANGE + ":append", Method(lambda s, c: values.append(s, c.args["range"], c.body, **_input(c)), writes=True, schema="ValueRange", parameters={"valueInputOption": str, "insertDataOption": str, **ECHO})),
    ("values.clear", "POST", RANGE + ":clear", Method(lambda s, c: values.clear(s, c.args["range"]), writes=True, schema="ClearValuesRequest")),
    ("values.get", "GET", RANGE, Method(lambda s, c: values.get(s, c.args["range"], **c.options), writes=False, parameters=RENDER)),
    ("values.update", "PUT", RANGE, Method(lambda s, c: values.update(s, c.args["range"], c.body, **_input(c)), writes=True, schema="ValueRange", parameters={"valueInputOption": str, **ECHO})),
    ("developerMetadata.get", "GET", ONE + "/developerMetadata/{metadataId}", Method(lambda s, c: metadata.get(s, _metadata_id(c)), writes=False)),
    ("developerMetadata.search", "POST", ONE + "/developerMetadata:search", Method(lambda s, c: metadata.search(s, c.body), writes=False, schema="SearchDeveloperMetadataRequest")),
)  # fmt: skip


def _route(name: str, verb: str, template: str, writes: bool, answer: Answer) -> Route:
    return Route(f"sheets.spreadsheets.{name}", verb, path_pattern(template), "write" if writes else "read", answer)


ROUTES = (
    *(_route(name, verb, template, method.writes, method.answer) for name, verb, template, method in ON_ONE),
    _route("create", "POST", BASE, True, create),
    _route("sheets.copyTo", "POST", ONE + "/sheets/{sheetId}:copyTo", True, copy_to),
)
