"""
An answer of the server → what in it does not fit Google's own description of the API.

The discovery documents that ship with google-api-python-client say which fields an answer has.  Nothing in them is
required: a field mask may have left out anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from sheetcrm.server.wire import Response

Json = dict[str, Any]

DOCUMENTS = {"/v4/": "sheets.v4", "/drive/v3/": "drive.v3", "/drive/v2/": "drive.v2"}
UPLOAD = "/upload"
STATUSES = {
    400: {"INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"},
    401: {"UNAUTHENTICATED"},
    403: {"PERMISSION_DENIED"},
    404: {"NOT_FOUND"},
    405: {"UNIMPLEMENTED"},
    409: {"ABORTED", "ALREADY_EXISTS"},
    429: {"RESOURCE_EXHAUSTED"},
    500: {"INTERNAL", "UNKNOWN"},
    501: {"UNIMPLEMENTED"},
    503: {"UNAVAILABLE"},
}
CELLS = {str, int, float, bool}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float)}
FORMATS = {
    "int64": re.compile(r"-?\d{1,19}"),
    "date-time": MOMENT,
    "google-datetime": MOMENT,
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
}


@cache
def document(name: str) -> Json:
    """A discovery document, whole: `sheets.v4`, `drive.v3` or `drive.v2`."""
    source = files("googleapiclient.discovery_cache") / "documents" / f"{name}.json"
    found: Json = json.loads(source.read_text(encoding="utf-8"))
    return found


@cache
def methods(name: str) -> list[tuple[str, re.Pattern[str], Json]]:
    """(verb, pattern over encoded paths, method) for all methods of a document."""
    found = []
    open_resources = [document(name)]
    while open_resources:
        resource = open_resources.pop()
        open_resources += resource.get("resources", {}).values()
        for method in resource.get("methods", {}).values():
            parts = re.split(r"\{\+?\w+\}", "/" + document(name)["servicePath"] + method["path"])
            pattern = re.compile("(?:[^/]+?)".join(map(re.escape, parts)))
            found.append((method["httpMethod"], pattern, method))
    # Literal text before the place of an argument: `values:batchGet` is not a range.
    return sorted(found, key=lambda one: one[1].pattern.count("(?:"))


def method_of(verb: str, path: str) -> tuple[str, Json] | None:
    """(name of the document, method) that a request calls; None when Google has no such method."""
    service = path.removeprefix(UPLOAD).rstrip("/").replace("/:", ":")  # slashes too many say nothing
    name = next((found for start, found in DOCUMENTS.items() if service.startswith(start)), None)
    uploading = path.startswith(UPLOAD) and verb == "PUT"  # the content of an upload that another request began
    for wanted, pattern, method in methods(name) if name else ():
        fits = wanted == verb or (uploading and method.get("supportsMediaUpload"))
        if fits and pattern.fullmatch(service):
            return str(name), method
    return None


def violations(verb: str, path: str, response: Response) -> list[str]:
    """What is wrong with the answer to a request of Sheets or Drive; nothing for other paths and for broken connections."""
    if (
        not path.removeprefix(UPLOAD).startswith(tuple(DOCUMENTS))
        or response.dropped
        or response.truncated_at is not None
        or _page(response)
    ):
        return []
    try:
        return list(_violations(verb, path, response))
    except ValueError as error:
        return [f"not JSON: {error}"]


def _page(response: Response) -> bool:
    """Whether it is a page of somebody in between, as a fault ordered."""
    return response.headers.get("Content-Type", "").startswith("text/html") and response.body.startswith(b"<")


def _violations(verb: str, path: str, response: Response) -> Iterator[str]:
    if response.status >= 400:
        yield from _error(path, response)
        return
    if response.status == 308 or "X-GUploader-UploadID" in response.headers:
        return  # an upload under way: the documents describe how it begins and ends
    verbs = (verb.upper(), "POST", "PATCH") if path.startswith(UPLOAD) else (verb.upper(),)
    found = next(filter(None, (method_of(one, path) for one in verbs)), None)
    if found is None:
        yield f"{verb} {path} is answered, but Google has no such method"
        return
    name, method = found
    if "response" not in method or response.status == 308 or _begins_upload(path, response):
        return
    if not response.headers["Content-Type"].startswith("application/json"):
        yield f"answered as {response.headers['Content-Type']}"
        return
    yield from fitting(parsed(response.body), method["response"], document(name)["schemas"])


def _begins_upload(path: str, response: Response) -> bool:
    return path.startswith(UPLOAD) and not response.body and "Location" in response.headers


def parsed(body: bytes) -> Any:
    """JSON by the letter: NaN is none."""

    def refused(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(body, parse_constant=refused)


def _error(path: str, response: Response) -> Iterator[str]:
    body = parsed(response.body)
    error = body.get("error") if isinstance(body, dict) and set(body) == {"error"} else None
    if not isinstance(error, dict) or error.get("code") != response.status:
        yield f"not Google's error shape: {body}"
        return
    if not isinstance(error.get("message"), str) or not error["message"]:
        yield "an error without a message"
    drive = path.startswith(("/drive/", "/upload/"))
    yield from _reasons(error) if drive else _status(error)


def _status(error: Json) -> Iterator[str]:
    if extra := error.keys() - {"code", "message", "status", "details"}:
        yield f"an error with {extra}"
    if error.get("status") not in STATUSES.get(error["code"], {error.get("status")}):
        yield f"{error['code']} with status {error.get('status')}"
    for detail in error.get("details", []):
        if not str(detail.get("@type", "")).startswith("type.googleapis.com/google.rpc."):
            yield f"a detail without a type: {detail}"
        for one in detail.get("fieldViolations", []):
            if not one.keys() <= {"field", "description"} or not all(isinstance(text, str) for text in one.values()):
                yield f"not a field violation: {one}"


def _reasons(error: Json) -> Iterator[str]:
    if extra := error.keys() - {"code", "message", "errors", "status", "details"}:
        yield f"an error with {extra}"
    reasons = error.get("errors")
    if not isinstance(reasons, list) or not reasons:
        yield "a Drive error without errors"
        return
    for reason in reasons:
        if (
            not {"message", "domain", "reason"}
            <= reason.keys()
            <= {"message", "domain", "reason", "location", "locationType"}
        ):
            yield f"not a reason: {reason}"


def fitting(value: Any, spec: Json, schemas: Json, path: str = "") -> Iterator[str]:
    """What in `value` is not as a schema of a discovery document has it."""
    if "$ref" in spec:
        fields = schemas[spec["$ref"]]["properties"]
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no {spec['$ref']}"
            return
        for name, part in value.items():
            if name not in fields:
                yield f"{path}.{name}: no field of {spec['$ref']}"
            else:
                yield from fitting(part, fields[name], schemas, f"{path}.{name}")
    elif spec.get("type") == "array":
        yield from _list(value, spec["items"], schemas, path)
    elif "additionalProperties" in spec:
        for name, part in value.items() if isinstance(value, dict) else [("", value)]:
            yield from fitting(part, spec["additionalProperties"], schemas, f"{path}[{name}]")
    elif not _scalar(value, spec):
        yield f"{path}: {value!r} is no {spec.get('format') or spec.get('enum') or spec['type']}"


def _list(value: Any, items: Json, schemas: Json, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: {value!r} is no list"
    elif items.get("type") == "array" and items["items"].get("type") == "any":
        wrong = {type(cell) for row in value for cell in row} - CELLS
        if wrong:
            yield f"{path}: cells of {wrong}"
    else:
        for index, part in enumerate(value):
            if index and part == value[index - 1]:
                continue  # a million rows of one height
            yield from fitting(part, items, schemas, f"{path}[{index}]")


def _scalar(value: Any, spec: Json) -> bool:
    kind = spec["type"]
    if kind in ("any", "object"):
        return value is not None
    if isinstance(value, bool) != (kind == "boolean") or not isinstance(value, TYPES[kind]):
        return False
    if kind == "integer":
        return -(2**31) <= value < 2**31
    if "enum" in spec:
        return value in spec["enum"]
    form = FORMATS.get(spec.get("format", ""))
    return form is None or bool(form.fullmatch(value))
