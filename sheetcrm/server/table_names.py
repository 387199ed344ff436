"""
Tables before and after a change → formulas that call them, and their columns, what they are called now.
"""

from collections.abc import Iterable
from functools import partial

from sheetcrm.server import structured
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.structure import rewrite
from sheetcrm.server.table_references import renamed


def settle(spreadsheet: Spreadsheet, before: Iterable[Sheet]) -> None:
    """Finish a change of a spreadsheet whose sheets were `before`: see structured.settle_all."""
    structured.settle_all(spreadsheet)
    old, new = _called(before), _called(spreadsheet.sheets)
    if old == new:
        return
    for table_id in old.keys() & new.keys():
        (name, headers, _), (now, now_headers, _) = old[table_id], new[table_id]
        pairs = zip(headers, now_headers, strict=False) if len(headers) == len(now_headers) else ()
        columns = {was.casefold(): column for was, column in pairs if was not in now_headers}
        if columns or name != now:
            rewrite(spreadsheet, partial(_renamed, name, (now, columns)))
    spreadsheet.forget_calculator()


def _renamed(table: str, names: tuple[str, dict[str, str]], formula: str, _: Sheet) -> str:
    return renamed(formula, table, names) if "[" in formula else formula


def _called(sheets: Iterable[Sheet]) -> dict[str, tuple[str, tuple[str, ...], str]]:
    """Id of a table → its name, the names of its columns and where it is."""
    return {
        table["tableId"]: (
            table["name"],
            tuple(structured.names(sheet, area := structured.area_of(sheet, table))),
            area.name,
        )
        for sheet in sheets
        for table in sheet.things["tables"]
    }
