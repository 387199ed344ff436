"""
A sketch → settings of every column, with what is unsure about each.

The types are chosen twice: what a column refers to is only known once the
others have one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from sheetcrm.handmade.evidence import Evidence
from sheetcrm.handmade.guess import Around, Guess, guess, is_code, weigh
from sheetcrm.handmade.options import id_shapes, money_settings
from sheetcrm.handmade.sketch import SheetSketch, Sketch
from sheetcrm.messages import N_, texts, tr
from sheetcrm.resources import Cell
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.context import Context, Place
from sheetcrm.schema.notes import header_note
from sheetcrm.schema.template import Template

MANY_ROWS, NEARLY_ALL = 12, 0.98
RESULTS = ("date", "duration", "percent", "money", "rating", "integer", "number", "text")
UNTOUCHED = 100
"""The width in pixels of a column that nobody has dragged."""
REQUIRED = N_("Required.")


@dataclass
class Drafted:
    """One column: its settings without the title, and what its author should look at."""

    settings: dict[str, Any]
    remarks: list[str] = field(default_factory=list)
    differs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """What the draft is made for: language, country (and what speaks for it), time zone, currency."""

    language: str
    country: str
    currency: str
    time_zone: str
    country_by: str = ""


def drafted(sketch: Sketch, setting: Setting) -> dict[str, dict[str, Drafted]]:
    """Every column by sheet and key."""
    around = _around(sketch, _plain(sketch), setting)
    found = {key: {name: _one(sheet, name, around) for name in sheet.columns} for key, sheet in sketch.sheets.items()}
    around = _around(sketch, {key: _settled(found[key], sheet) for key, sheet in sketch.sheets.items()}, setting)
    return {key: {name: _one(sheet, name, around) for name in sheet.columns} for key, sheet in sketch.sheets.items()}


def _plain(sketch: Sketch) -> dict[str, dict[str, Any]]:
    return {
        key: {name: {"type": "text", "title": column.title} for name, column in sheet.columns.items()}
        for key, sheet in sketch.sheets.items()
    }


def _settled(found: Mapping[str, Drafted], sheet: SheetSketch) -> dict[str, Any]:
    """Columns that others may look at: as they are where that needs nothing else, otherwise as texts."""
    alone = ("list", "date", "number", "integer", "money", "currency", "choice")
    return {
        name: {
            "title": sheet.columns[name].title,
            **(
                made.settings
                if made.settings["type"] in alone and "options_from" not in made.settings
                else {"type": "text"}
            ),
        }
        for name, made in found.items()
    }


def _around(sketch: Sketch, columns: dict[str, dict[str, Any]], setting: Setting) -> Around:
    """A template in which every place is there, to ask columns about themselves."""
    data = _template(sketch, columns, setting)
    try:
        template = Template.model_validate(data)
    except ValidationError:
        template = Template.model_validate(_template(sketch, _plain(sketch), setting))
    keys = {key: sheet.id_column for key, sheet in sketch.sheets.items() if sheet.id_column}
    places = [Place(sheet, column) for sheet, column in keys.items()]
    places += [sketch.team] if sketch.team and sketch.team not in places else []
    return Around(
        template.context(setting.language),
        keys,
        frozenset(key for key, sheet in sketch.sheets.items() if sheet.content == "lists"),
        sketch.team,
        {place: frozenset(_known(sketch.sheets[place.sheet].columns[place.column].filled)) for place in places},
        {
            key: tuple(name for name, seen in sheet.seen.items() if _may_be_currency(seen))
            for key, sheet in sketch.sheets.items()
        },
    )


def _template(sketch: Sketch, columns: dict[str, dict[str, Any]], setting: Setting) -> dict[str, Any]:
    sheets = {}
    for key, sheet in sketch.sheets.items():
        spec: dict[str, Any] = {"title": sheet.tab.title, "content": sheet.content, "columns": columns[key]}
        sheets[key] = {**spec, **({"key": sheet.id_column} if sheet.id_column else {})}
    emails = _plain_team(sketch)
    return {
        "version": 1,
        "title": "draft",
        "time_zone": setting.time_zone,
        "country": setting.country,
        "currency": setting.currency,
        **({"team": emails} if emails else {}),
        "sheets": sheets,
    }


def _plain_team(sketch: Sketch) -> dict[str, str]:
    return {"sheet": sketch.team.sheet, "name": sketch.team.column, "email": sketch.team.column} if sketch.team else {}


def _known(cells: list[Cell]) -> list[Cell]:
    return [cell.strip() if isinstance(cell, str) else cell for cell in cells]


def _may_be_currency(seen: Evidence) -> bool:
    words = [*seen.cells, *seen.options]
    title = seen.column.title.casefold()
    return any(word in title for word in ("currency", "币种", "货币")) or bool(
        words and all(isinstance(word, str) and len(word) == 3 and word.isupper() and word.isascii() for word in words)
    )


def _one(sheet: SheetSketch, name: str, around: Around) -> Drafted:
    made = (_computed if name in sheet.formulas else _typed)(sheet, name, around)
    made.settings |= _looks(sheet, name, made, around.context)
    return made


def _typed(sheet: SheetSketch, name: str, around: Around) -> Drafted:
    seen = sheet.seen[name]
    found = guess(seen, around)
    settings = dict(found.settings)
    if name == sheet.id_column:
        # A key is unique and required without saying so; text that tells rows apart is what an id is.
        settings.pop("unique", None)
        if settings["type"] == "text" and _may_be_id(seen, found):
            settings |= {"type": "id", **next(id_shapes(seen))}
    if _is_required(sheet, name, settings["type"], around.context.language):
        settings["required"] = True
    made = Drafted(settings, differs=tuple(kind for kind in found.differs if kind != "note"))
    column = Column.choose({"title": seen.column.title, **settings})
    made.remarks.extend(_misread(column, seen, around.context))
    if settings["type"] == "text" and is_code(seen) and not seen.is_text:
        made.remarks.append(tr("digits that are no numbers: text keeps the zeros in front and the +"))
    if not seen.column.filled and seen.validation is None and settings["type"] == "text":
        made.remarks.append(tr("nothing is in it yet; say its type"))
    if settings["type"] == "choice" and not seen.options and "options" in settings:
        made.remarks.append(tr("no dropdown is there; these are the words in use"))
    return made


def _misread(column: Column, seen: Evidence, context: Context) -> Iterator[str]:
    """What is said of cells that the column does not read, or reads only as text."""
    count = len(seen.column.filled)
    values, bad = column.parse(seen.column.cells, context)
    if bad:
        some = ", ".join(repr(str(seen.column.cells[row])[:30]) for row in sorted(bad)[:3])
        yield tr("{bad} of {count} {count:cell|cells} do not fit: {some}", bad=len(bad), count=count, some=some)
    if unlike := sum(1 for _ in column.unlike(seen.column.cells, values)):
        yield tr(
            "{unlike} of {count} {count:cell|cells} are text to the sheet, which neither sorts nor computes with them",
            unlike=unlike,
            count=count,
        )


def _may_be_id(seen: Evidence, found: Guess) -> bool:
    return "unique" in found.settings or not seen.validation


def _is_required(sheet: SheetSketch, name: str, kind: str, language: str) -> bool:
    """Whether its note says so, or nearly every row has a value."""
    if name == sheet.id_column or kind in ("checkbox", "id", "list"):
        return False
    seen, used = sheet.seen[name], sheet.tab.used
    lines = seen.note.split("\n")
    hints = {texts(language)(member.hint) for member in Column.members().values() if member.hint}
    if texts(language)(REQUIRED) in lines or hints.intersection(lines):
        # A note of ours says what is required, and so what is not.
        return texts(language)(REQUIRED) in lines
    return sheet.content == "records" and used >= MANY_ROWS and len(seen.column.filled) >= NEARLY_ALL * used


def _computed(sheet: SheetSketch, name: str, around: Around) -> Drafted:
    """A formula, with the type of its results."""
    seen, formula = sheet.seen[name], sheet.formulas[name]
    used, own = formula.parts()
    filled = {} if used is not None and used == sheet.id_column else {"filled": used or ""}
    if used is not None and used not in sheet.columns:
        filled, own = {"filled": ""}, formula.text[1:]
    wrapping = used is None and sheet.content == "records" and sheet.id_column is not None
    filled = {} if wrapping else filled
    made = Drafted({"type": "formula", "result": _result(seen, around), **filled, "formula": own})
    if formula.reworded or wrapping:
        blank = tr(", blank where {column} is", column=sheet.id_column) if wrapping else ""
        made.remarks.append(
            tr("the formula will be written anew: its columns by name, from row 2 to the end{blank}", blank=blank)
        )
    if formula.typed:
        made.remarks.append(
            tr(
                "typed over in {typed} of the first {count} {count:row|rows}; that is kept",
                typed=formula.typed,
                count=len(seen.column.looks),
            )
        )
    return made


def _result(seen: Evidence, around: Around) -> str | dict[str, Any]:
    """The type that shows numbers as they are shown there."""
    found = [
        (len([kind for kind in made.differs if kind == "number_format"]), RESULTS.index(name), settings)
        for name in RESULTS
        for settings in _of_result(name, seen, around)
        if (made := weigh(settings, seen, around.context)) is not None and made.misfits <= len(seen.cells) // 10
    ]
    settings = min(found, key=lambda one: one[:2])[2] if found else {"type": "text"}
    return str(settings["type"]) if len(settings) == 1 else settings


def _of_result(name: str, seen: Evidence, around: Around) -> list[dict[str, Any]]:
    """Settings of a type of results."""
    places: list[dict[str, Any]] = [{}]
    if name in ("number", "percent"):
        places += [{"decimals": count} for count in range(6)]
    if name == "money":
        places = list(money_settings(seen, around.context, ()))
    return [{"type": name, **settings} for settings in places]


def _looks(sheet: SheetSketch, name: str, made: Drafted, context: Context) -> dict[str, Any]:
    """Note, width, wrapping and whether it is hidden, where they are not what the type brings along."""
    found, own = sheet.columns[name], made.settings
    # As in a template: a key is unique, and required where it is not numbered.
    key = {"unique": True, "required": not own.get("auto")} if name == sheet.id_column else {}
    column = Column.choose({"title": found.title, **key, **own})
    note = _note(sheet.seen[name].note, column, context)
    settings: dict[str, Any] = {"note": note} if note else {}
    if found.pixels not in (column.looks()[0], UNTOUCHED) and 20 <= found.pixels <= 2000:
        settings["width"] = found.pixels
    style = found.looks[0].get("userEnteredFormat", {}) if found.looks else {}
    settings |= {"wrap": True} if style.get("wrapStrategy") == "WRAP" else {}
    return {**settings, **({"hidden": True} if found.hidden else {})}


def _note(note: str, column: Column, context: Context) -> str:
    """What people wrote into a note, without what we write below it."""
    try:
        ours = header_note(column, context)
    except (KeyError, AssertionError):
        return note
    return note.removesuffix(ours).rstrip("\n") if ours else note
