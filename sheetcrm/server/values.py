"""
The `values` methods: ranges and arrays of scalars → reads and writes of cells.

Trailing blanks are never in an answer, and ranges come back in their normal form.  `null` in an array skips its
cell, an empty text clears it.
"""

from collections.abc import Callable
from typing import Any

from sheetcrm.server import access, datafilters, ranges, structure, tables
from sheetcrm.server.a1 import Box, letters
from sheetcrm.server.door import finite
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.ranges import Area, Target
from sheetcrm.server.render import Renderer, choice
from sheetcrm.server.writing import Writer

Json = dict[str, Any]

DIMENSIONS = ("ROWS", "COLUMNS")
INPUTS = ("INPUT_VALUE_OPTION_UNSPECIFIED", "RAW", "USER_ENTERED")
INSERTS = ("OVERWRITE", "INSERT_ROWS")


def get(
    spreadsheet: Spreadsheet,
    range_: str,
    *,
    major_dimension: str | None = None,
    value_render_option: str | None = None,
    date_time_render_option: str | None = None,
) -> Json:
    """The ValueRange of a range."""
    renderer = Renderer(spreadsheet, value_render_option, date_time_render_option)
    return _read(renderer, ranges.readable(ranges.find(spreadsheet, range_)), major_dimension)


def batch_get(
    spreadsheet: Spreadsheet,
    range_list: list[str],
    *,
    major_dimension: str | None = None,
    value_render_option: str | None = None,
    date_time_render_option: str | None = None,
) -> Json:
    """The ValueRanges of several ranges, in their order."""
    renderer = Renderer(spreadsheet, value_render_option, date_time_render_option)
    areas = [ranges.readable(ranges.find(spreadsheet, text)) for text in range_list]
    found = [_read(renderer, area, major_dimension) for area in areas]
    return {"spreadsheetId": spreadsheet.id, **({"valueRanges": found} if found else {})}


def batch_get_by_data_filter(spreadsheet: Spreadsheet, body: Json) -> Json:
    """The ValueRanges that data filters match, each with the filters that matched it."""
    filters = body.get("dataFilters") or []
    if not filters:
        raise invalid("Must specify at least one DataFilter.")
    renderer = Renderer(spreadsheet, body.get("valueRenderOption"), body.get("dateTimeRenderOption"))
    found = [
        {"valueRange": _read(renderer, area, body.get("majorDimension")), "dataFilters": matched}
        for area, matched in datafilters.areas(spreadsheet, filters)
    ]
    return {"spreadsheetId": spreadsheet.id, **({"valueRanges": found} if found else {})}


def update(
    spreadsheet: Spreadsheet,
    range_: str,
    body: Json,
    *,
    value_input_option: str | None,
    include_values_in_response: bool = False,
    response_value_render_option: str | None = None,
    response_date_time_render_option: str | None = None,
) -> Json:
    """Write an array of values into a range."""
    write = _writer(spreadsheet, value_input_option)
    echo = _echo(
        spreadsheet, include_values_in_response, response_value_render_option, response_date_time_render_option
    )
    if body.get("range") and ranges.find(spreadsheet, body["range"]) != ranges.find(spreadsheet, range_):
        raise invalid(f"Request range[{range_}] does not match value's range[{body['range']}]")
    with spreadsheet.transaction():
        area, counts = write(ranges.find(spreadsheet, range_), body)
    return _updated(spreadsheet, area, counts, body, echo)


def batch_update(spreadsheet: Spreadsheet, body: Json) -> Json:
    """Write several arrays, all or none."""
    targets = [(ranges.find(spreadsheet, data.get("range", "")), data) for data in body.get("data") or []]
    return _update_all(spreadsheet, body, targets)


def batch_update_by_data_filter(spreadsheet: Spreadsheet, body: Json) -> Json:
    """Write several arrays where data filters match, all or none."""
    targets: list[tuple[Target, Json]] = []
    matched: list[Json] = []
    for data in body.get("data") or []:
        for area, filters in datafilters.areas(spreadsheet, [data.get("dataFilter") or {}]):
            targets.append((ranges.target_of(spreadsheet, area.json()), data))
            matched.append(filters[0])
    answer = _update_all(spreadsheet, body, targets)
    for response, data_filter in zip(answer.get("responses", []), matched, strict=True):
        response.pop("spreadsheetId")
        response["dataFilter"] = data_filter
    return answer


def _update_all(spreadsheet: Spreadsheet, body: Json, targets: list[tuple[Target, Json]]) -> Json:
    write = _writer(spreadsheet, body.get("valueInputOption"))
    echo = _echo(
        spreadsheet,
        bool(body.get("includeValuesInResponse")),
        body.get("responseValueRenderOption"),
        body.get("responseDateTimeRenderOption"),
    )
    with spreadsheet.transaction():
        written = [(*write(target, data), data) for target, data in targets]
    responses = [_updated(spreadsheet, area, counts, data, echo) for area, counts, data in written]
    totals = {
        "totalUpdatedRows": sum(counts[0] for _, counts, _ in written),
        "totalUpdatedColumns": sum(counts[1] for _, counts, _ in written),
        "totalUpdatedCells": sum(counts[2] for _, counts, _ in written),
        "totalUpdatedSheets": len({area.sheet.id for area, counts, _ in written if counts[2]}),
    }
    answer = {"spreadsheetId": spreadsheet.id, **{key: total for key, total in totals.items() if total}}
    return {**answer, "responses": responses} if responses else answer


def append(
    spreadsheet: Spreadsheet,
    range_: str,
    body: Json,
    *,
    value_input_option: str | None,
    insert_data_option: str | None = None,
    include_values_in_response: bool = False,
    response_value_render_option: str | None = None,
    response_date_time_render_option: str | None = None,
) -> Json:
    """Write an array of values below the table that is found in a range; the grid grows when it must."""
    write = _writer(spreadsheet, value_input_option)
    echo = _echo(
        spreadsheet, include_values_in_response, response_value_render_option, response_date_time_render_option
    )
    insert = choice(insert_data_option, INSERTS, "insert_data_option") == "INSERT_ROWS"
    rows = _rows(body)
    with spreadsheet.transaction():
        target = ranges.find(spreadsheet, range_)
        table = tables.found(ranges.readable(target))
        top, left = (table.bottom, table.left) if table else (target.top, target.left)
        if insert and table and rows and top < target.sheet.row_count:
            access.check_gap(spreadsheet, target.sheet, "ROWS", top)
            structure.insert(spreadsheet, target.sheet, "ROWS", top, top + len(rows), inherit_before=True)
        _make_room(spreadsheet, target, top + len(rows), left + max(map(len, rows), default=0))
        area, counts = write(Target(target.sheet, Box(top, None, left, None)), body)
    answer: Json = {"spreadsheetId": spreadsheet.id}
    if table:
        answer["tableRange"] = table.name
    return {**answer, "updates": _updated(spreadsheet, area, counts, body, echo)}


def _make_room(spreadsheet: Spreadsheet, target: Target, bottom: int, right: int) -> None:
    sheet = target.sheet
    if bottom > sheet.row_count or right > sheet.column_count:
        access.check_sheet(spreadsheet, sheet)
        sheet.resize("ROWS", max(bottom, sheet.row_count))
        sheet.resize("COLUMNS", max(right, sheet.column_count))
        spreadsheet.check_size()
        spreadsheet.restructured()


def clear(spreadsheet: Spreadsheet, range_: str) -> Json:
    """Take the values of a range away; formats, notes and rules stay."""
    area = ranges.readable(ranges.find(spreadsheet, range_))
    with spreadsheet.transaction():
        _clear(spreadsheet, area)
    return {"spreadsheetId": spreadsheet.id, "clearedRange": area.name}


def batch_clear(spreadsheet: Spreadsheet, body: Json) -> Json:
    """Clear several ranges."""
    return _clear_all(
        spreadsheet, [ranges.readable(ranges.find(spreadsheet, text)) for text in body.get("ranges") or []]
    )


def batch_clear_by_data_filter(spreadsheet: Spreadsheet, body: Json) -> Json:
    """Clear the ranges that data filters match."""
    return _clear_all(spreadsheet, [area for area, _ in datafilters.areas(spreadsheet, body.get("dataFilters") or [])])


def _clear_all(spreadsheet: Spreadsheet, areas: list[Area]) -> Json:
    with spreadsheet.transaction():
        for area in areas:
            _clear(spreadsheet, area)
    return {"spreadsheetId": spreadsheet.id, **({"clearedRanges": [area.name for area in areas]} if areas else {})}


def _clear(spreadsheet: Spreadsheet, area: Area) -> None:
    access.check_area(spreadsheet, area)
    grid = area.sheet.grid
    for row in range(area.top, min(area.bottom, len(grid.rows))):
        cells = grid.cells("values", row)
        if any(content is not None for content in cells[area.left : area.right]):
            values = grid.writable(row).values or []
            right = min(area.right, len(values))
            values[area.left : right] = [None] * (right - area.left)
    grid.touch(area.top, area.bottom)


def _read(renderer: Renderer, area: Area, major_dimension: str | None) -> Json:
    dimension = choice(major_dimension, DIMENSIONS, "major_dimension")
    rows = renderer.rows(area)
    answer: Json = {"range": area.name, "majorDimension": dimension}
    if rows:
        answer["values"] = rows if dimension == "ROWS" else _turned(rows)
    return answer


def _turned(rows: list[list[Any]]) -> list[list[Any]]:
    width = max(map(len, rows))
    columns = []
    for index in range(width):
        column = [row[index] if index < len(row) else "" for row in rows]
        while column and column[-1] == "":
            column.pop()
        columns.append(column)
    return columns


Counts = tuple[int, int, int]


def _writer(spreadsheet: Spreadsheet, option: str | None) -> Callable[[Target, Json], tuple[Area, Counts]]:
    """A function that writes a body into a target and tells (the area, rows, columns and cells written)."""
    if choice(option, INPUTS, "value_input_option") == INPUTS[0]:
        raise invalid("'valueInputOption' is required but not specified")
    writer = Writer(spreadsheet, parsed=option == "USER_ENTERED")

    def write(target: Target, body: Json) -> tuple[Area, Counts]:
        rows = _rows(body)
        area = _written(target, rows)
        access.check_area(spreadsheet, area)
        touched_rows, touched_columns, cells = set(), set(), 0
        for row, line in enumerate(rows, area.top):
            for column, value in enumerate(line, area.left):
                if value is not None:
                    writer.write(area.sheet, row, column, value)
                    touched_columns.add(column)
                    touched_rows.add(row)
                    cells += 1
        area.sheet.grid.touch(area.top, area.bottom)
        return area, (len(touched_rows), len(touched_columns), cells)

    return write


def _rows(body: Json) -> list[list[Any]]:
    """The values of a body as rows of scalars, whatever its majorDimension."""
    lines = body.get("values") or []
    for index, line in enumerate(lines):
        for position, value in enumerate(line):
            if isinstance(value, (int, float, dict, list)) and value is not True and value is not False:
                line[position] = _number(value, f"values[{index}][{position}]")
    if choice(body.get("majorDimension"), DIMENSIONS, "major_dimension") == "ROWS":
        return list(lines)
    height = max(map(len, lines), default=0)
    return [[line[row] if row < len(line) else None for line in lines] for row in range(height)]


def _number(value: Any, place: str) -> int | float:
    """A number as a double holds it; refused when it is none."""
    number = finite(value)
    if number is None:
        kinds: dict[type, str] = {dict: "struct_value", list: "list_value"}
        kind = kinds.get(type(value), "number_value")
        raise invalid(f"Invalid {place}: {kind} {{\n}}\n")
    return number


def _written(target: Target, rows: list[list[Any]]) -> Area:
    """The area that rows take up from the corner of a target; refused when they do not fit."""
    sheet, box = target.sheet, target.box
    bottom = target.top + max(len(rows), 1)
    right = target.left + max(max(map(len, rows), default=0), 1)
    anchor = box.bottom == target.top + 1 and box.right == target.left + 1
    if not anchor:
        where = f"Requested writing within range [{ranges.box_name(sheet, box)}], but tried writing to"
        if box.bottom is not None and bottom > box.bottom:
            raise invalid(f"{where} row [{box.bottom + 1}]")
        if box.right is not None and right > box.right:
            raise invalid(f"{where} column [{letters(box.right)}]")
    area = Area(sheet, target.top, bottom, target.left, right)
    if bottom > sheet.row_count or right > sheet.column_count:
        raise ranges.beyond(sheet, area.name)
    return area


def _echo(spreadsheet: Spreadsheet, wanted: bool, value_option: str | None, date_option: str | None) -> Renderer | None:
    return Renderer(spreadsheet, value_option, date_option) if wanted else None


def _updated(spreadsheet: Spreadsheet, area: Area, counts: Counts, body: Json, echo: Renderer | None) -> Json:
    answer: Json = {"spreadsheetId": spreadsheet.id, "updatedRange": area.name}
    names = ("updatedRows", "updatedColumns", "updatedCells")
    answer.update({name: count for name, count in zip(names, counts, strict=True) if count})
    if echo is not None:
        answer["updatedData"] = _read(echo, area, body.get("majorDimension"))
    return answer
