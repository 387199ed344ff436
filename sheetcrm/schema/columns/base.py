"""
Cells ↔ values, a column at a time; a column → what it wants of the spreadsheet.

A blank cell is None in every type and never wrong by itself (that is what the
rule `required` is for), so a type says only what a cell that is not blank means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Address, Cell, Resource
from sheetcrm.resources.header import Header
from sheetcrm.resources.look import Look
from sheetcrm.resources.note import Note
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.rewording import Rewording
from sheetcrm.resources.validation import Condition, Validation
from sheetcrm.resources.width import Width
from sheetcrm.schema.columns.glance import Glance
from sheetcrm.schema.conditions import joined
from sheetcrm.schema.context import BadCell, Context, Place
from sheetcrm.schema.notes import header_note, hover
from sheetcrm.schema.rules import RequiredRule, Rule, UniqueRule
from sheetcrm.schema.text import Text
from sheetcrm.variants import Variant

__all__ = ["BadCell", "Column", "Context", "Place"]

ERROR_CELLS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#ERROR!"})
"""How a formula that failed reads."""


class Column(Variant):
    """A named column of a sheet; its key never changes, its title is what people see."""

    family: ClassVar[str] = N_("column")
    python_type: ClassVar[Any]
    """The type of a value that is not None."""
    examples: ClassVar[tuple[tuple[Cell, Any], ...]] = ()
    """Cells and what they mean, in a sheet of `country: CN`, `currency: CNY`."""
    nonsense: ClassVar[tuple[Cell, ...]] = ()
    """Cells that this type refuses."""
    pixels: ClassVar[int] = 120
    """The width when none is given."""
    alignment: ClassVar[str] = "LEFT"
    computed: ClassVar[bool] = False
    """Whether the sheet fills it; such a cell neither makes a row nor is ever written."""
    stamped: ClassVar[Literal["created", "touched"] | None] = None
    """When we put the day into it: into a row that is new, or also into one that we change.  Such a cell makes no row."""
    example_settings: ClassVar[dict[str, Any]] = {}
    """What the examples need beside the title."""
    bounds: ClassVar[Literal["NUMBER", "DATE"] | None] = None
    """What the rules `range`, `after` and `before` compare; None: nothing."""
    hint: ClassVar[str] = ""
    """What goes in, as a message of the header's note."""

    if TYPE_CHECKING:
        type: Any
        """Each member's own; the family has none."""

    title: Text
    """What people see in the header."""
    was: tuple[str, ...] = ()
    """Keys that it had before."""
    note: Text | None = None
    """What the header tells when one points at it, before what the type says by itself."""
    width: int | None = Field(None, ge=20, le=2000)
    """In pixels; None: as suits the type."""
    hidden: bool = False
    """Out of sight, which is not secret: whoever may open the spreadsheet may unhide it."""
    wrap: bool = False
    """Long texts on several lines instead of cut off."""
    align: Literal["left", "center", "right"] | None = None
    """How its cells are aligned; None: as suits the type."""
    group: str | None = Field(None, pattern=r"^[a-z][a-z0-9_]{0,40}$")
    """Neighbours of the same name fold away together."""
    required: bool = False
    """Short for the rule of that name."""
    unique: bool = False
    """As `required`."""
    strict: bool = True
    """False: the sheet only marks what does not fit, whatever the rules say."""
    rules: tuple[Rule, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other headers under which it may come in files and in spreadsheets made by hand."""
    personal: bool | None = None
    """Whether it is about a person, for `privacy` and exports; None: phones, e-mails, contacts, and names beside these are."""

    @classmethod
    def shown(cls) -> dict[str, Any]:
        """What the examples need."""
        return dict(cls.example_settings)

    def parse(self, cells: Sequence[Cell], context: Context) -> tuple[Sequence[Any], dict[int, BadCell]]:
        """
        The values of a column of cells, and what is wrong by 0-based offset; None where blank or wrong.

        Never raises for what a cell says.  Equal cells are looked at once, and
        those that are right as they stand not one by one.
        """
        right = self.right(context)
        if right is None:
            return self._closely(cells, context)
        seen = right.seen(cells)
        if None not in seen:
            return filled(cells, self.blank()), {}
        missed = [offset for offset, text in enumerate(seen) if text is None]
        values = [text or self.blank() for text in seen] if "" in seen else list[Any](seen)
        closely, wrong = self._closely([cells[offset] for offset in missed], context)
        for offset, value in zip(missed, closely, strict=True):
            values[offset] = value
        return values, {missed[at]: bad for at, bad in wrong.items()}

    def right(self, context: Context) -> Glance | None:
        """The shape of texts that certainly are their own value; None when there is none.  What it misses is looked at closely."""
        return None

    def _closely(self, cells: Sequence[Cell], context: Context) -> tuple[Sequence[Any], dict[int, BadCell]]:
        """As `parse`, for cells that are not right at a glance."""
        kinds = set(map(type, cells))
        if bool in kinds and len(kinds) > 1:
            # True is 1 to Python and not to a sheet.
            values = self._one_by_one(cells, context)
        else:
            meanings = {cell: self._meaning(cell, context) for cell in dict.fromkeys(cells)}
            values = list(map(meanings.__getitem__, cells))
            if not any(type(value) is BadCell for value in meanings.values()):
                return values, {}
        bad = {offset: value for offset, value in enumerate(values) if type(value) is BadCell}
        for offset in bad:
            values[offset] = None
        return values, bad

    def _one_by_one(self, cells: Sequence[Cell], context: Context) -> list[Any]:
        known: dict[type, dict[Cell, Any]] = {kind: {} for kind in (str, int, float, bool, type(None))}
        values = []
        for cell in cells:
            seen = known[type(cell)]
            if cell not in seen:
                seen[cell] = self._meaning(cell, context)
            values.append(seen[cell])
        return values

    def unlike(self, cells: Sequence[Cell], values: Sequence[Any]) -> Iterator[tuple[int, BadCell]]:
        """Cells that we understand and the sheet's own formulas do not, by offset: a date that is text, say."""
        return iter(())

    def parse_cell(self, cell: Cell, context: Context) -> Any:
        """The value of a cell that is neither blank nor a failed formula; BadCell when it makes no sense."""
        raise NotImplementedError

    def dump(self, value: Any, context: Context) -> Cell:
        """The cell that parses to `value` again; None for None."""
        return None if value is None else self.dump_value(value, context)

    def dump_value(self, value: Any, context: Context) -> Cell:
        """The cell for a value that is not None."""
        cell: Cell = value
        return cell

    def said(self, value: Any, context: Context) -> str | None:
        """How people of the sheet's country write a value that is not None; None where that is as the cell has it."""
        return None

    def blank(self) -> Any:
        """What a blank cell means."""
        return None

    def usual(self, value: Any, cell: Cell) -> Any:
        """What stands in `cell` (and was read as `value`, not None) as one usually writes it; None: nobody can tell."""
        return value

    def python_annotation(self) -> Any:
        """The type of a value that is not None, for a record's model."""
        return self.python_type

    def sample(self, written: Any, context: Context) -> Cell:
        """The cell for what a sample or seed row of a template says; BadCell when it cannot be."""
        if written is None:
            return None
        cell = Text.model_validate(written).say(context.language) if isinstance(written, dict) else written
        if isinstance(cell, list):
            raise BadCell("not_one_value", N_("one value is expected, not a list"))
        return self.dump(self.parse_cell(cell, context), context)

    def literal(self, value: Any, context: Context) -> str:
        """A value as a formula has it: `"成交"`, `3`, `TRUE`."""
        cell = self.dump(value, context)
        if isinstance(cell, bool):
            return str(cell).upper()
        return f'"{quoted(cell)}"' if isinstance(cell, str) else str(cell)

    def states(self) -> tuple[bool | str, ...]:
        """The values that `unless:` and `when:` may name; none where they cannot be listed."""
        return ()

    def option_keys(self, context: Context) -> tuple[str, ...]:
        """What a formula may name as `{column=option}`."""
        return ()

    def option_colors(self, context: Context) -> dict[str, str]:
        """Option key → `#rrggbb`, of those that have one."""
        return {}

    def hint_values(self, context: Context) -> dict[str, str]:
        """What to fill into `hint`."""
        return {}

    @property
    def is_required(self) -> bool:
        """Whether a blank cell is an issue in any state of its row."""
        return any(isinstance(rule, RequiredRule) and not (rule.unless or rule.when) for rule in self.all_rules())

    @property
    def is_unique(self) -> bool:
        """Whether no value may stand twice."""
        return any(isinstance(rule, UniqueRule) for rule in self.all_rules())

    def help(self) -> str:
        """What goes in, as a message; empty for anything."""
        return self.hint

    def titles(self, language: str) -> dict[str, str]:
        """Option key → title, where the options are the column's own."""
        return {}

    def all_rules(self) -> tuple[Rule, ...]:
        """Its rules, those meant by `required:`, `unique:` and its type included, each once."""
        short = [RequiredRule()] * self.required + [UniqueRule()] * self.unique
        found: list[Rule] = []
        for rule in (*self.rules, *short, *self.implied_rules()):
            if rule not in found and not (rule in short and any(rule.code == one.code for one in found)):
                found.append(rule)
        return tuple(found)

    def implied_rules(self) -> tuple[Rule, ...]:
        """The rules that come with the type."""
        return ()

    def looks(self) -> tuple[int, str]:
        """The width in pixels when none is given, and the alignment."""
        return self.pixels, self.alignment

    def condition(self, place: Place, context: Context) -> Condition | None:
        """What the type itself asks of a cell, for the sheet's validation."""
        return None

    def number_format(self, context: Context) -> NumberFormat | None:
        """How cells are shown; None leaves Sheets to it."""
        return None

    def rewording(self, context: Context) -> Rewording | None:
        """What is to be replaced in cells because options are called otherwise now."""
        return None

    def problems(self, place: Place, context: Context) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What does not fit the rest of the template: the path below the column, and why."""
        if self.computed and self.is_unique:
            yield ("unique",), tr("nobody can put right what a formula gives; make the columns unique that it looks at")
        for offset, rule in enumerate(self.rules):
            for path, message in rule.problems(place, context):
                yield ("rules", offset, *path), message

    def resources(self, place: Place, context: Context) -> Iterator[tuple[Address, Resource]]:
        """Everything of this column but its place in the order."""
        for resource in self._resources(place, context):
            if resource is not None:
                yield Address(place.sheet, place.column, resource.kind), resource

    def _resources(self, place: Place, context: Context) -> Iterator[Resource | None]:
        yield Header(self.title.say(context.language))
        yield Note(note) if (note := header_note(self, context)) else None
        pixels, alignment = self.looks()
        theme = context.template.theme
        yield Width(self.width or pixels, self.hidden)
        align = self.align.upper() if self.align else alignment
        yield Look(align, "WRAP" if self.wrap else "CLIP", theme.font, theme.size)
        yield self.number_format(context)
        yield self.rewording(context)
        yield self.validation(place, context)

    def validation(self, place: Place, context: Context) -> Validation | None:
        """The one validation that Sheets allows a cell, made of the type's condition and those of its rules."""
        own = self.condition(place, context)
        asked = [(rule.condition(place, context), self.strict and rule.strict) for rule in self.all_rules()]
        found = joined([(one, strict) for one, strict in ((own, self.strict), *asked) if one is not None], place)
        if found is None:
            return None
        condition, strict = found
        return Validation(condition, strict, hover(self, context))

    def _meaning(self, cell: Cell, context: Context) -> Any:
        if cell is None or cell == "":
            return self.blank()
        try:
            if isinstance(cell, str) and cell in ERROR_CELLS:
                raise BadCell("error_value", N_("the formula failed: {text}"), {"text": cell})
            return self.parse_cell(cell, context)
        except BadCell as bad:
            return bad


def quoted(text: str) -> str:
    """Text as it stands between the quotes of a formula."""
    return text.replace('"', '""')


def filled(texts: Sequence[Cell], blank: Any = None) -> Sequence[Any]:
    """Texts with `blank` where there is none."""
    return texts if all(texts) else [text or blank for text in texts]
