"""
The sheets of a spreadsheet → the one with an id or a title, those that hold anything, and how many cells they have in all.

Made when first asked, told of every change after that, thrown away when a batch is undone.  `filled` may name a sheet
that has become blank again; it never leaves one out that is not.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sheetcrm.server.model import Sheet

Json = dict[str, Any]


class Directory:
    """An index over sheets; whoever adds, removes or changes one tells it."""

    def __init__(self, sheets: "Iterable[Sheet]") -> None:
        self.by_id: dict[int, Sheet] = {}
        self.filled: dict[Sheet, None] = {}
        self.cells = 0
        # Sheets that grew, or might have, since somebody last looked.
        self.resized: dict[Sheet, None] = {}
        self._by_title: dict[str, Sheet] = {}
        self._first_free: dict[str, int] = {}
        # Kind → id of a thing → the sheet that holds it; and → its name → how many have it.
        self._homes: dict[str, dict[Hashable, Sheet]] = {}
        self._names: dict[str, dict[str, int]] = {}
        for sheet in sheets:
            self.add(sheet)

    def add(self, sheet: "Sheet") -> None:
        """A sheet came."""
        self.by_id[sheet.id] = sheet
        self._by_title[sheet.title.casefold()] = sheet
        self.cells += sheet.row_count * sheet.column_count
        self.resized[sheet] = None
        self._forget(sheet)
        if sheet.grid.rows or any(sheet.things.values()):
            self.filled[sheet] = None

    def remove(self, sheet: "Sheet") -> None:
        """A sheet went, and all that it held."""
        del self.by_id[sheet.id]
        self._free(sheet.title)
        self.cells -= sheet.row_count * sheet.column_count
        self.resized.pop(sheet, None)
        self.filled.pop(sheet, None)
        self._forget(sheet)

    def _forget(self, sheet: "Sheet") -> None:
        for kind, things in sheet.things.items():
            if things:
                self._homes.pop(kind, None)
                self._names.pop(kind, None)

    def described(self, sheet: "Sheet", title: str, cells: int) -> None:
        """A sheet has new properties; it had this title and so many cells."""
        if self.by_id.get(sheet.id) is not sheet:
            return
        now = sheet.row_count * sheet.column_count
        if now != cells:
            self.cells += now - cells
            self.resized[sheet] = None
        if sheet.title != title:
            self._free(title)
            self._by_title[sheet.title.casefold()] = sheet

    def _free(self, title: str) -> None:
        del self._by_title[title.casefold()]
        self._first_free.clear()

    def titled(self, title: str) -> "Sheet | None":
        """The sheet with this title, whatever the case of its letters."""
        return self._by_title.get(title.casefold())

    def free_title(self, written: Callable[[int], str], number: int) -> str:
        """The first of `written(number)`, `written(number + 1)` … that no sheet has."""
        return self._free_one(written, number, lambda title: self.titled(title) is not None)

    def free_name(self, kind: str, written: Callable[[int], str]) -> str:
        """The first of `written(1)`, `written(2)` … that no thing of this kind has."""
        return self._free_one(written, 1, lambda name: self.has_name(kind, name.casefold()))

    def _free_one(self, written: Callable[[int], str], number: int, taken: Callable[[str], bool]) -> str:
        """Where the last search for this series ended, this one begins: names only become free by being told of."""
        series = written(0)
        number = max(number, self._first_free.get(series, 0))
        while taken(written(number)):
            number += 1
        self._first_free[series] = number
        return written(number)

    def held(self, sheet: "Sheet", kind: str, thing: Json | None, *, there: bool) -> None:
        """A thing came to a sheet or went; without one, any number of them did."""
        if there or thing is None:
            self.filled[sheet] = None
        if not there:
            self._first_free.clear()
        if thing is None:
            self._homes.pop(kind, None)
            self._names.pop(kind, None)
            return
        told = sheet.things[kind].kind
        if kind in self._homes and there:
            self._homes[kind][told.key(thing)] = sheet
        elif kind in self._homes:
            self._homes[kind].pop(told.key(thing), None)
        if kind in self._names and told.name:
            name = told.name(thing)
            self._names[kind][name] = self._names[kind].get(name, 0) + (1 if there else -1)

    def homes(self, kind: str) -> "dict[Hashable, Sheet]":
        """Id of a thing of this kind → the sheet that holds it."""
        if kind not in self._homes:
            shelves = ((sheet, sheet.things[kind]) for sheet in self.filled)
            self._homes[kind] = {things.kind.key(thing): sheet for sheet, things in shelves for thing in things}
        return self._homes[kind]

    def has_name(self, kind: str, name: str) -> bool:
        """Whether a thing of this kind is called that, in the kind's spelling."""
        if kind not in self._names:
            named = ((sheet.things[kind].kind.name, thing) for sheet in self.filled for thing in sheet.things[kind])
            self._names[kind] = dict(Counter(told(thing) for told, thing in named if told))
        return self._names[kind].get(name, 0) > 0
