"""
A request body → the same, or Google's refusal of it: unknown fields, wrong types, two of what may be one.

The texts are the gateway's, in front of Sheets: paths are in snake_case, and a value is shown as it was sent.
Nulls mean "not set" and pass.  `discovery.json` is made by scripts/discovery out of Google's own description.
"""

import json
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sheetcrm.server.errors import ApiError, bad_request
from sheetcrm.server.masks import Mask, camel

Json = dict[str, Any]
Violation = tuple[str, str]

PACKAGE = "type.googleapis.com/google.apps.sheets.v4."
# The body of these is a field of the request message, and the gateway says so in its paths.
PREFIX = {"ValueRange": "data", "Spreadsheet": "spreadsheet"}
CHARTS = (
    "basicChart", "pieChart", "bubbleChart", "candlestickChart", "orgChart", "histogramChart", "waterfallChart",
    "treemapChart", "scorecardChart",
)  # fmt: skip
# Not in the discovery document: fields of which only one may be set, and what the union is called.
UNIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ExtendedValue": ("value", ("numberValue", "stringValue", "boolValue", "formulaValue", "errorValue")),
    "ColorStyle": ("kind", ("rgbColor", "themeColor")),
    "DataFilter": ("filter", ("a1Range", "developerMetadataLookup", "gridRange")),
    "ConditionalFormatRule": ("rule", ("booleanRule", "gradientRule")),
    "ConditionValue": ("value", ("userEnteredValue", "relativeDate")),
    "DeveloperMetadataLocation": ("location", ("spreadsheet", "sheetId", "dimensionRange")),
    "UpdateCellsRequest": ("area", ("start", "range")),
    "ChartSpec": ("chart", CHARTS),
    "ChartData": ("type", ("sourceRange", "columnReference")),
    "EmbeddedObjectPosition": ("location", ("sheetId", "overlayPosition", "newSheet")),
    "FindReplaceRequest": ("scope", ("range", "sheetId", "allSheets")),
    "AutoFillRequest": ("area", ("range", "sourceAndDestination")),
    "PasteDataRequest": ("kind", ("delimiter", "html")),
}
# Enumerations that are not called after their field; names from the reference and from errors that people met.
ENUMS = {
    "majorDimension": "Dimension",
    "dimension": "Dimension",
    "valueInputOption": "ValueInputOption",
    "valueRenderOption": "ValueRenderOption",
    "responseValueRenderOption": "ValueRenderOption",
    "dateTimeRenderOption": "DateTimeRenderOption",
    "responseDateTimeRenderOption": "DateTimeRenderOption",
    "PieChartSpec.legendPosition": "PieChartSpec.PieChartLegendPosition",
}
INT32 = 2**31
LARGEST_FLOAT = (2 - 2**-23) * 2.0**127
# Whole numbers up to here are the same as a double.
EXACT = 2**53


@cache
def _schemas() -> Json:
    text = (Path(__file__).parent / "discovery.json").read_text(encoding="utf-8")
    return json.loads(text)["schemas"]  # type: ignore[no-any-return]  # our own file


def check(body: Any, schema: str) -> None:
    """Refuse a body that is not of a schema.  Snake-case names and numbers in quotes are put right in place."""
    violations = list(_message(body, schema, PREFIX.get(schema, "")))
    if violations:
        raise bad_request(violations)


def _message(value: Any, schema: str, path: str) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield path, _wrong(path, PACKAGE + schema, value)
        return
    fields = _schemas()[schema]
    for name in list(value):
        if name not in fields and camel(name) in fields:
            value[camel(name)] = value.pop(name)
    for name in list(value):
        if name not in fields:
            where = f" at '{path}'" if path else ""
            yield path, f"Invalid JSON payload received. Unknown name {_quoted(name)}{where}: Cannot find field."
        elif value[name] is not None:
            yield from _field(value, name, fields[name], _join(path, name), schema)
    yield from _union(value, schema, path)


def _join(path: str, name: str) -> str:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return f"{path}.{snake}" if path else snake


def _union(value: Json, schema: str, path: str) -> Iterator[Violation]:
    union, members = UNIONS.get(schema, ("kind", tuple(value) if schema == "Request" else ()))
    present = [member for member in value if member in members and value[member] is not None]
    for extra in present[1:]:
        yield path, f"Invalid value at '{path}' (oneof), oneof field '{union}' is already set. Cannot set '{extra}'"


def _field(holder: Json, name: str, spec: Json, path: str, schema: str) -> Iterator[Violation]:
    value = holder[name]
    kind = PACKAGE + ENUMS.get(name, ENUMS.get(f"{schema}.{name}", f"{schema}.{name[0].upper()}{name[1:]}"))
    if "items" in spec:
        # The gateway takes a lone value for a list of one, and lists in a list for one list.
        parts = holder[name] = _flat(value, spec["items"])
        for index in range(len(parts)):
            place = f"{path}[{index}]" if isinstance(value, list) else path
            yield from _value(parts, index, spec["items"], place, kind)
    elif isinstance(value, list) and spec.get("type") != "any":
        before = path.rpartition(".")[0]
        where = f" at '{before}'" if before else ""
        text = f'Invalid JSON payload received. Unknown name "{name}"{where}: Proto field is not repeating, cannot start list.'
        yield path, text
    else:
        yield from _value(holder, name, spec, path, kind)


def _flat(value: Any, spec: Json) -> list[Any]:
    """A repeated field as one list; where its parts are lists themselves, as rows of values are, they stay."""
    if not isinstance(value, list):
        return [value]
    if "items" in spec or not any(isinstance(part, list) for part in value):
        return value
    return [inner for part in value for inner in _flat(part, spec)]


def _value(holder: Any, key: Any, spec: Json, path: str, kind: str) -> Iterator[Violation]:
    """Check what stands at `key` of a list or an object; `kind` is the name of its enumeration, if it is one."""
    value = holder[key]
    if "ref" in spec:
        yield from _message(value, spec["ref"], path)
    elif "map" in spec:
        yield from _map(value, spec["map"], path, kind)
    elif "items" in spec:
        if not isinstance(value, list):
            yield path, _wrong(path, "type.googleapis.com/google.protobuf.ListValue", value)
    elif "enum" in spec:
        if value not in spec["enum"]:
            yield path, _wrong(path, kind, value)
    elif spec["type"] != "any":
        name, fitting = _scalar(spec, value)
        if fitting is None:
            yield path, _wrong(path, name, value)
        else:
            holder[key] = fitting


def _map(value: Any, spec: Json, path: str, kind: str) -> Iterator[Violation]:
    """Check a map; its keys are texts in the discovery document and whole numbers (columns) in every map there is."""
    if not isinstance(value, dict):
        yield path, _wrong(path, "Map", value)
        return
    for index, key in enumerate(list(value)):
        number = _scalar({"type": "integer"}, key)[1]
        if number is None:
            place = f"{path}[{index}].key"
            yield place, _wrong(place, "TYPE_INT32", key)
            continue
        value[str(number)] = value.pop(key)
        yield from _value(value, str(number), spec, f"{path}[{index}].value", kind)


def _scalar(spec: Json, value: Any) -> tuple[str, Any]:
    """(the gateway's name of the type, the value as that type or None)."""
    kind = spec["type"]
    if kind == "string":
        return "TYPE_STRING", value if isinstance(value, str) and is_text(value) else None
    if kind == "boolean":
        return "TYPE_BOOL", value if isinstance(value, bool) else None
    number = finite(value)
    if kind == "integer":
        fits = number is not None and -INT32 <= number < INT32 and float(number).is_integer()
        return "TYPE_INT32", int(number) if fits and number is not None else None
    if spec.get("format") == "float":
        return "TYPE_FLOAT", number if number is not None and abs(number) <= LARGEST_FLOAT else None
    return "TYPE_DOUBLE", number


def finite(value: Any) -> int | float | None:
    """A number, also in quotes, that a double can hold; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return value if isinstance(value, int) and abs(value) <= EXACT else number


def is_text(value: str) -> bool:
    """Whether a text can be written in UTF-8: JSON may name half a character, `\\ud800`."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong(path: str, kind: str, value: Any) -> str:
    return f"Invalid value at '{path}' ({kind}), {_quoted(value)}"


def _quoted(value: Any) -> str:
    """A value as JSON that can be sent."""
    text = json.dumps(value, ensure_ascii=False)
    return text if is_text(text) else json.dumps(value)


def check_mask(mask: Mask | None, schema: str) -> None:
    """Refuse a `fields` parameter that names what an answer of this schema never has."""
    wrong = _missing(mask, schema, "")
    if wrong is not None:
        text = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{wrong}'."
        refused = bad_request([(wrong, text)])
        raise ApiError(400, "Request contains an invalid argument.", details=refused.details)


def _missing(mask: Mask | None, schema: str | None, path: str) -> str | None:
    """The first path of a mask that a schema does not have."""
    for name, below in (mask or {}).items():
        here = f"{path}.{name}" if path else name
        if schema is None or name not in _schemas()[schema]:
            return here
        spec = _schemas()[schema][name]
        spec = spec.get("items", spec)
        if below is None or "map" in spec or spec.get("type") == "any":
            continue
        wrong = _missing(below, spec.get("ref"), here)
        if wrong is not None:
            return wrong
    return None


PLACES = ("GridRange", "DimensionRange", "DataSourceSheetDimensionRange", "GridCoordinate", "DataFilter")
"""What says where a request applies; a mask is about the other thing in it."""


# What a mask is about, where that is only a part of what stands in the request.
ROOTS = {"RowData": "CellData", "EmbeddedObjectPosition": "OverlayPosition"}


def check_update_mask(mask: Mask | None, kind: str) -> str | None:
    """The first path in the `fields` of a request of some kind that what it updates does not have, or None."""
    fields = _schemas()[_schemas()["Request"][kind]["ref"]]
    specs = (spec.get("items", spec) for spec in fields.values())
    targets = [spec["ref"] for spec in specs if spec.get("ref") not in (None, *PLACES)]
    if not targets:
        return None
    return _missing(mask, ROOTS.get(targets[0], targets[0]), "")
