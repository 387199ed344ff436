"""
Things of one kind → the one with a key, of a name or in a place, however many there are.

A shelf reads as the list that it is, in the order of the API.  It is changed by `add`, `put`, `take` and by nothing else
(a list in its place makes a new shelf): what is looked up is remembered, so that a batch of thousands asks nothing twice.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Box = tuple[int, int, int, int]

SIDES = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
FAR = 2**31


@dataclass(frozen=True)
class Kind:
    """What tells things of a kind apart; what they are called, where they lie and what they weigh there, if they do."""

    key: Callable[[Json], Hashable]
    name: Callable[[Json], str] | None = None
    place: Callable[[Json], Json | None] | None = None
    weight: Callable[[Json], tuple[Hashable, int]] | None = None


def _field(name: str) -> Callable[[Json], Any]:
    return lambda thing: thing[name]


def _folded(name: str) -> Callable[[Json], str]:
    return lambda thing: str(thing[name]).casefold()


def _characters(metadata: Json) -> tuple[Hashable, int]:
    location = metadata["location"]
    size = len(metadata["metadataKey"]) + len(metadata.get("metadataValue", ""))
    return location.get("dimensionRange", location).get("sheetId"), size


def _marked(metadata: Json) -> Json | None:
    """The cells of a row, a column or a sheet with metadata; None for the spreadsheet's own."""
    location = metadata["location"]
    span = location.get("dimensionRange")
    if span is None:
        return {"sheetId": location["sheetId"]} if "sheetId" in location else None
    first, last = SIDES[:2] if span["dimension"] == "ROWS" else SIDES[2:]
    return {"sheetId": span["sheetId"], first: span["startIndex"], last: span["endIndex"]}


# Kinds that are not here have nothing to be looked up by.
SHELVED: dict[str, Kind] = {
    "merges": Kind(lambda merge: (merge["startRowIndex"], merge["startColumnIndex"]), place=lambda merge: merge),
    "filterViews": Kind(_field("filterViewId"), name=lambda view: str(view.get("title", ""))),
    "protectedRanges": Kind(_field("protectedRangeId"), place=_field("range")),
    "bandedRanges": Kind(_field("bandedRangeId"), place=_field("range")),
    "charts": Kind(_field("chartId")),
    "slicers": Kind(_field("slicerId")),
    "tables": Kind(_field("tableId"), name=_folded("name"), place=_field("range")),
    "namedRanges": Kind(_field("namedRangeId"), name=_folded("name")),
    "developerMetadata": Kind(_field("metadataId"), _field("metadataKey"), place=_marked, weight=_characters),
}
_NO_KIND = Kind(id)


class Shelf(list[Json]):
    """The things of one kind.  `told(thing, there)` is called when one comes to stay or is gone."""

    def __init__(
        self, kind: str, things: Iterable[Json] = (), told: Callable[[Json, bool], None] | None = None
    ) -> None:
        super().__init__(things)
        self.kind = SHELVED.get(kind, _NO_KIND)
        self._told = told
        # Each thing has a number that only grows along the shelf, so that its position is found by halving.
        self._numbers: list[int] = []
        self._number: dict[Hashable, int] | None = None
        self._names: dict[str, dict[int, Json]] | None = None
        # By the ids of sheets.
        self._places: dict[int, _Places] | None = None
        self._weights: dict[Hashable, int] | None = None

    def find(self, key: Hashable) -> Json | None:
        """The thing with this key."""
        number = self._indexed().get(key)
        return None if number is None else self[self._position(number)]

    def named(self, name: str) -> list[Json]:
        """The things of this name, the way the kind spells names."""
        if self._names is None:
            self._names = {}
            self._indexed()
            for number, thing in zip(self._numbers, self, strict=True):
                self._names.setdefault(self._name(thing), {})[number] = thing
        found = self._names.get(name, {})
        return [found[number] for number in sorted(found)]

    def overlapping(self, place: Json) -> list[Json]:
        """The things that have a cell in common with a GridRange, in order."""
        if self._places is None:
            self._places = {}
            self._indexed()
            for number, thing in zip(self._numbers, self, strict=True):
                self._lay(number, thing)
        places = self._places.get(place.get("sheetId", 0))
        found = places.overlapping(_box(place)) if places else ()
        return [self[self._position(number)] for number in sorted(found)]

    def add(self, thing: Json) -> None:
        """Put a new thing at the end."""
        index = self._indexed()
        number = self._numbers[-1] + 1 if self._numbers else 0
        index[self.kind.key(thing)] = number
        self._numbers.append(number)
        self.append(thing)
        self._remember(number, thing)

    def put(self, thing: Json) -> None:
        """Put the new state of a thing where the old one was."""
        number = self._indexed()[self.kind.key(thing)]
        self._forget(number)
        self[self._position(number)] = thing
        self._remember(number, thing)

    def take(self, thing: Json) -> None:
        """Take a thing off the shelf."""
        key = self.kind.key(thing)
        number = self._indexed()[key]
        self._forget(number)
        at = self._position(number)
        del self[at], self._numbers[at], self._indexed()[key]

    def weights(self) -> dict[Hashable, int]:
        """What the things weigh together, place by place."""
        if self._weights is None:
            self._weights = {}
            for thing in self:
                self._weigh(thing, 1)
        return self._weights

    def _weigh(self, thing: Json, sign: int) -> None:
        if self._weights is not None and self.kind.weight:
            place, weight = self.kind.weight(thing)
            self._weights[place] = self._weights.get(place, 0) + sign * weight

    def _indexed(self) -> dict[Hashable, int]:
        if self._number is None:
            self._numbers = list(range(len(self)))
            self._number = {self.kind.key(thing): number for number, thing in enumerate(self)}
        return self._number

    def _position(self, number: int) -> int:
        return bisect_left(self._numbers, number)

    def _name(self, thing: Json) -> str:
        return self.kind.name(thing) if self.kind.name else ""

    def _lay(self, number: int, thing: Json) -> None:
        place = self.kind.place(thing) if self.kind.place else None
        if place is not None and self._places is not None:
            self._places.setdefault(place.get("sheetId", 0), _Places()).put(number, _box(place))

    def _lift(self, number: int, thing: Json) -> None:
        place = self.kind.place(thing) if self.kind.place else None
        if place is not None and self._places is not None:
            self._places[place.get("sheetId", 0)].take(number, _box(place))

    def _remember(self, number: int, thing: Json) -> None:
        if self._names is not None:
            self._names.setdefault(self._name(thing), {})[number] = thing
        self._lay(number, thing)
        self._weigh(thing, 1)
        if self._told:
            self._told(thing, True)

    def _forget(self, number: int) -> None:
        old = self[self._position(number)]
        if self._names is not None:
            self._names[self._name(old)].pop(number, None)
        self._lift(number, old)
        self._weigh(old, -1)
        if self._told:
            self._told(old, False)


def _box(place: Json) -> Box:
    """(top, bottom, left, right) of a GridRange, an open end far away."""
    top, bottom, left, right = (place.get(side) for side in SIDES)
    return top or 0, FAR if bottom is None else bottom, left or 0, FAR if right is None else right


class _Places:
    """Boxes by number: those of about one size lie in the squares of one net, four at most for a box."""

    def __init__(self) -> None:
        self._nets: dict[tuple[int, int], dict[tuple[int, int], dict[int, Box]]] = {}

    def put(self, number: int, box: Box) -> None:
        """Remember a box."""
        size = _size(box)
        net = self._nets.setdefault(size, {})
        for square in _squares(box, size):
            net.setdefault(square, {})[number] = box

    def take(self, number: int, box: Box) -> None:
        """Forget a box."""
        size = _size(box)
        net = self._nets[size]
        for square in _squares(box, size):
            del net[square][number]
            if not net[square]:
                del net[square]

    def overlapping(self, box: Box) -> set[int]:
        """The numbers of the boxes that have a cell in common with this one."""
        found = set()
        for size, net in self._nets.items():
            few = _count(box, size) < len(net)
            for square in _squares(box, size) if few else list(net):
                for number, other in net.get(square, {}).items():
                    if other[0] < box[1] and box[0] < other[1] and other[2] < box[3] and box[2] < other[3]:
                        found.add(number)
        return found


def _size(box: Box) -> tuple[int, int]:
    return (box[1] - box[0] - 1).bit_length(), (box[3] - box[2] - 1).bit_length()


def _squares(box: Box, size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    for row in range(box[0] >> size[0], ((box[1] - 1) >> size[0]) + 1):
        for column in range(box[2] >> size[1], ((box[3] - 1) >> size[1]) + 1):
            yield row, column


def _count(box: Box, size: tuple[int, int]) -> int:
    rows = ((box[1] - 1) >> size[0]) - (box[0] >> size[0]) + 1
    return rows * (((box[3] - 1) >> size[1]) - (box[2] >> size[1]) + 1)


class Things(dict[str, Shelf]):
    """What a sheet holds besides cells: a shelf for every kind.

    `changed(kind, thing, there)` hears of each that comes or goes, `changed(kind, None, False)` of a whole new shelf.
    """

    def __init__(self, kinds: Iterable[str], changed: Callable[[str, Json | None, bool], None]) -> None:
        super().__init__()
        self._changed = changed
        for kind in kinds:
            self[kind] = []

    def __setitem__(self, kind: str, things: Iterable[Json]) -> None:
        """Keep a shelf with these things instead of the one that was there."""
        self._keep(kind, things)
        self._changed(kind, None, False)

    def twin(self, changed: Callable[[str, Json | None, bool], None]) -> "Things":
        """The same things on shelves of their own; nobody hears of that."""
        twin = Things((), changed)
        for kind, things in self.items():
            twin._keep(kind, things)
        return twin

    def _keep(self, kind: str, things: Iterable[Json]) -> None:
        super().__setitem__(kind, Shelf(kind, things, lambda thing, there: self._changed(kind, thing, there)))
