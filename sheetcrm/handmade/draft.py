"""
A survey → a template that says what is there already.

What cannot be said is left out and told, and what people set themselves stays:
a plan of the draft against its own spreadsheet changes no cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sheetcrm.errors import Problem, Refused, TemplateError
from sheetcrm.handmade.columns import Drafted, Setting, drafted
from sheetcrm.handmade.looks import Highlighted, highlighted, tab_settings, theme, with_colors
from sheetcrm.handmade.place import setting_of
from sheetcrm.handmade.sketch import SheetSketch, Sketch, sketch
from sheetcrm.handmade.survey import Survey
from sheetcrm.handmade.yamltext import Path, written
from sheetcrm.layout import letters
from sheetcrm.messages import N_, tr
from sheetcrm.schema.template import Template
from sheetcrm.yamlfile import in_words

HEALED = 20
"""How often what does not fit together is made simpler before giving up."""
ASKED = {"validation": N_("the rule"), "number_format": N_("the format")}


@dataclass(frozen=True)
class Remark:
    """Something that the draft's author should look at; `column` is empty for a sheet, `sheet` too for all of it."""

    sheet: str
    column: str
    text: str


@dataclass(frozen=True)
class Draft:
    """A template as text and as data, and what is unsure about it."""

    text: str
    data: dict[str, Any]
    remarks: tuple[Remark, ...]
    language: str


def draft(survey: Survey) -> Draft:
    """What a template would say to make that spreadsheet; Refused when nothing in it can be described."""
    found = sketch(survey)
    if not found.sheets:
        left = "; ".join(f"{title}: {why}" for title, why in found.left)
        if not left:
            raise Refused(tr("refused: there is nothing to draft a template from, it is blank"))
        raise Refused(tr("refused: there is nothing to draft a template from: {left}", left=left))
    setting = setting_of(found)
    columns = drafted(found, setting)
    remarks = _remarks(survey, found, columns, setting)
    data = _data(survey, found, columns, setting, remarks)
    healed(data, remarks)
    return Draft(_text(data, remarks, survey, setting), data, tuple(remarks), setting.language)


def _data(
    survey: Survey, found: Sketch, columns: Mapping[str, Mapping[str, Drafted]], setting: Setting, remarks: list[Remark]
) -> dict[str, Any]:
    """The template as data, settings in the order in which people read them."""
    title = found.description.get("properties", {}).get("title") or "Draft"
    head: dict[str, Any] = {"version": 1, "title": title, "time_zone": setting.time_zone}
    head |= {"country": setting.country, "currency": setting.currency}
    differs = sorted({kind for sheet in columns.values() for made in sheet.values() for kind in made.differs})
    kept = [
        kind
        for kind in differs
        if any(
            _is_theirs(found, sheet, name, kind, made) for sheet, all_ in columns.items() for name, made in all_.items()
        )
    ]
    parts = {
        "theme": theme(found),
        "policy": dict.fromkeys(kept, "keep"),
        "team": _team(found, columns),
    }
    sheets = {key: _sheet(sheet, found, columns[key], remarks) for key, sheet in found.sheets.items()}
    return {**head, **{name: part for name, part in parts.items() if part}, "sheets": sheets}


def _is_theirs(found: Sketch, sheet: str, name: str, kind: str, made: Drafted) -> bool:
    """Whether people have set there what the draft would set otherwise."""
    seen = found.sheets[sheet].seen[name]
    live = {"validation": seen.validation, "number_format": seen.format}[kind]
    return kind in made.differs and live is not None


def _sheet(sheet: SheetSketch, found: Sketch, columns: Mapping[str, Drafted], remarks: list[Remark]) -> dict[str, Any]:
    settings = {name: made.settings for name, made in columns.items()}
    looks = highlighted(sheet, found, settings)
    if looks.left:
        what = tr("{count} colour {count:rule|rules} cannot be said in a template and will stay", count=looks.left)
        remarks.append(Remark(sheet.key, "", what))
    spec: dict[str, Any] = {"title": sheet.tab.title}
    spec |= {"content": sheet.content} if sheet.content != "records" else {}
    spec |= {"key": sheet.id_column} if sheet.id_column else {}
    spec |= tab_settings(sheet, found)
    spec["columns"] = {name: _column(sheet, name, made, looks) for name, made in settings.items()}
    return {**spec, **({"highlights": looks.highlights} if looks.highlights else {})}


def _column(sheet: SheetSketch, name: str, settings: Mapping[str, Any], looks: Highlighted) -> dict[str, Any]:
    made = {"type": settings["type"], "title": sheet.columns[name].title, **settings}
    if name in looks.colors:
        made["options"] = with_colors(made["options"], looks.colors[name])
    return made


def _team(found: Sketch, columns: Mapping[str, Mapping[str, Drafted]]) -> dict[str, str]:
    """Where people are found, as far as it can be told by types and titles."""
    if found.team is None:
        return {}
    sheet = found.team.sheet
    types = {name: made.settings["type"] for name, made in columns[sheet].items()}
    titles = {name: column.title.casefold() for name, column in found.sheets[sheet].columns.items()}

    def one(kind: str, *words: str) -> str | None:
        fitting = [
            name for name in types if types[name] == kind and (not words or any(word in titles[name] for word in words))
        ]
        return fitting[0] if fitting else None

    known = {
        "email": one("email"),
        "role": one("choice", "role", "角色", "职位"),
        "manager": one("person", "manager", "上级", "主管", "经理"),
        "active": one("checkbox", "active", "在职"),
    }
    if known["email"] is None:
        return {}
    return {"sheet": sheet, "name": found.team.column, **{name: key for name, key in known.items() if key}}


def _remarks(
    survey: Survey, found: Sketch, columns: Mapping[str, Mapping[str, Drafted]], setting: Setting
) -> list[Remark]:
    """What is unsure, the whole first, then tab by tab."""
    remarks = [
        Remark("", "", tr("the tab {title} is left out: {why}", title=title, why=why)) for title, why in found.left
    ]
    locale = found.description.get("properties", {}).get("locale", "")
    if locale not in ("zh_CN", "en_US"):
        wanted = {"zh": "zh_CN", "en": "en_US"}[setting.language]
        message = tr("the spreadsheet's locale is {locale}; apply will make it {wanted}", locale=locale, wanted=wanted)
        remarks.append(Remark("", "", message))
    for key, sheet in found.sheets.items():
        remarks += [Remark(key, "", text) for text in _of_sheet(sheet, survey)]
        for name, made in columns[key].items():
            seen = {"validation": sheet.seen[name].validation, "number_format": sheet.seen[name].format}
            kept = tr(" and ").join(tr(ASKED[kind]) for kind in made.differs if seen.get(kind) is not None)
            remarks += [Remark(key, name, text) for text in made.remarks]
            stays = [tr("{kinds} that people set stays (see policy:)", kinds=kept)] if kept else []
            remarks += [Remark(key, name, text) for text in stays]
    return remarks


def _of_sheet(sheet: SheetSketch, survey: Survey) -> Sequence[str]:
    told = []
    if sheet.tab.used >= survey.sample:
        told.append(tr("only the first {count} rows were looked at", count=survey.sample))
    if sheet.content == "records" and sheet.id_column is None and not sheet.hidden_id:
        told.append(tr("no column tells its rows apart: apply adds a hidden column _id; or name one with key:"))
    if sheet.content == "page":
        told.append(tr("taken for a page to look at, which is never read; take content: out if its rows are records"))
    taken = {column.index for column in sheet.columns.values()}
    twice = [column.title for column in sheet.tab.columns if column.index not in taken and column.title != "_id"]
    told += [tr("a second column called {title} is left out; give it another title", title=title) for title in twice]
    nameless = [letters(index) for index in sheet.tab.nameless]
    told += [tr("column {letter} has values and no title; it is left out", letter=letter) for letter in nameless]
    return told


def healed(data: dict[str, Any], remarks: list[Remark]) -> Template:
    """The template of `data`, in which columns that do not fit the rest are made texts and told; TemplateError when that is not enough."""
    for _ in range(HEALED):
        wrong = _problems(data)
        if not wrong:
            return Template.model_validate(data)
        for path, message in wrong[:1]:
            _simplify(data, path, message, remarks)
    raise TemplateError([Problem(tr("the draft"), None, ".".join(map(str, path)), message) for path, message in wrong])


def _problems(data: dict[str, Any]) -> list[tuple[Path, str]]:
    try:
        template = Template.model_validate(data)
    except ValidationError as wrong:
        return list(in_words(wrong, Template, data))
    return [(tuple(path), message) for path, message in template.problems()]


def _simplify(data: dict[str, Any], path: Path, message: str, remarks: list[Remark]) -> None:
    """Make what the problem is about simpler."""
    match path:
        case ("sheets", sheet, "columns", column, "rules", *_):
            data["sheets"][sheet]["columns"][column].pop("rules", None)
            remarks.append(Remark(str(sheet), str(column), tr("its rules are left out: {message}", message=message)))
        case ("sheets", sheet, "columns", column, *_):
            was = data["sheets"][sheet]["columns"][column]
            data["sheets"][sheet]["columns"][column] = {"type": "text", "title": was["title"]}
            why = tr("it could not be a {kind}: {message}", kind=was["type"], message=message)
            remarks.append(Remark(str(sheet), str(column), why))
        case ("sheets", sheet, "highlights", *_):
            data["sheets"][sheet].pop("highlights")
            remarks.append(Remark(str(sheet), "", tr("its colour rules are left out: {message}", message=message)))
        case (("team" | "theme" | "policy") as part, *_):
            data.pop(part)
        case _:
            raise TemplateError([Problem(tr("the draft"), None, ".".join(map(str, path)), message)])


def _text(data: dict[str, Any], remarks: Sequence[Remark], survey: Survey, setting: Setting) -> str:
    """The file, with every remark where it belongs."""
    guessed = tr(
        "A guess, by {country_by}: phone numbers without a + are read as of this country.",
        country_by=tr(setting.country_by),
    )
    comments: dict[Path, list[str]] = {("country",): [guessed]}
    for remark in remarks:
        if remark.column:
            comments.setdefault(("sheets", remark.sheet, "columns", remark.column), []).append(remark.text)
        elif remark.sheet:
            comments.setdefault(("sheets", remark.sheet), []).append(remark.text)
    heading = [
        tr(
            "Drafted from the spreadsheet {title}: at most {count} rows of a tab were looked at.",
            title=data["title"],
            count=survey.sample,
        ),
        tr("Keys (before a colon) never change; give them names that you like before the first apply."),
        tr(
            "What is unsure is said above the line that it is about. See `sheetcrm template check FILE` after changing something."
        ),
        *(remark.text for remark in remarks if not remark.sheet),
    ]
    return written(data, comments, heading)
