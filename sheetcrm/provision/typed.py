"""
Formulas to be written → the same, around what people typed into those columns.

Looking costs one more read, and only when a formula of a column that is there
is to be written: a plan that is up to date pays nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sheetcrm.allowances import DATA_LOSS, TYPED_OVER
from sheetcrm.layout import Layout, letters, quoted
from sheetcrm.messages import tr
from sheetcrm.provision.diff import Change, Difference, Past
from sheetcrm.provision.live import Describes, Live
from sheetcrm.provision.plan import Refusal
from sheetcrm.resources import Address, Column, Formula, Grid, Json

FIELDS = "sheets(properties.sheetId,data(startRow,startColumn,rowData.values.userEnteredValue))"


@dataclass(frozen=True)
class Around:
    """What is there and what to do, knowing what people typed; and what speaks against it."""

    live: Live
    difference: Difference
    refusals: tuple[Refusal, ...]


def around(gateway: Describes, live: Live, difference: Difference, past: Past, allow: Collection[str]) -> Around:
    """Leave people's values in computed columns alone, unless `allow` has their loss by name."""
    if TYPED_OVER in allow:
        return Around(live, _over(difference), ())
    writing = {change.address for change in difference.changes if _writes(change, live)}
    growing = {change.address.sheet for change in difference.changes if change.address.kind == Grid.kind}
    again = {
        address
        for address, found in live.state.items()
        if isinstance(found, Formula) and found.refers(address) & growing and address not in writing
    }
    typed = _typed(gateway, sorted(writing | again), live.layout)
    state = {
        address: replace(found, typed=typed[address]) if address in again and isinstance(found, Formula) else found
        for address, found in live.state.items()
    }
    refusals = tuple(_refusals(difference, typed, past, allow))
    changes = tuple(_knowing(change, typed, past) for change in difference.changes)
    return Around(Live(state, live.layout), Difference(changes, difference.kept), refusals)


def _writes(change: Change, live: Live) -> bool:
    """Whether it writes formulas into a column that is there."""
    column = Address(change.address.sheet, change.address.column, Column.kind)
    return isinstance(change.desired, Formula) and column in live.state


def _over(difference: Difference) -> Difference:
    """What is kept because somebody typed it is written over."""
    theirs = [change for change in difference.kept if isinstance(change.live, Formula)]
    kept = tuple(change for change in difference.kept if change not in theirs)
    put_back = [_clean(change) for change in theirs]
    changes = sorted([*map(_clean, difference.changes), *put_back], key=Change.order)
    return Difference(tuple(changes), kept)


def _clean(change: Change) -> Change:
    return replace(change, live=replace(change.live, typed=())) if isinstance(change.live, Formula) else change


def _becomes_computed(address: Address, past: Past) -> bool:
    """Whether the column was for typing until now, as far as anybody remembers."""
    return address not in past.digests


def _refusals(
    difference: Difference, typed: Mapping[Address, tuple[int, ...]], past: Past, allow: Collection[str]
) -> Iterator[Refusal]:
    for change in difference.changes:
        rows = typed.get(change.address, ())
        if rows and _becomes_computed(change.address, past) and DATA_LOSS not in allow:
            message = tr(
                "would write a formula over data in {place} ({count} {count:row|rows}); add --allow-{flag}, or keep the column in the template",
                place=change.address.place,
                count=len(rows),
                flag=DATA_LOSS,
            )
            yield Refusal(DATA_LOSS, message)


def _knowing(change: Change, typed: Mapping[Address, tuple[int, ...]], past: Past) -> Change:
    """The change around the typed rows; over them where the column becomes computed, which is refused unless allowed."""
    rows = typed.get(change.address, ())
    if not rows or _becomes_computed(change.address, past):
        return change
    live = change.live if isinstance(change.live, Formula) else Formula("")
    return replace(change, action="update", live=replace(live, typed=rows))


def _typed(gateway: Describes, addresses: Sequence[Address], layout: Layout) -> dict[Address, tuple[int, ...]]:
    """By column, the rows with a value that is no formula; one read."""
    if not addresses:
        return {}
    places = [(quoted(layout.tab_title(at.sheet)), letters(layout.index(at.sheet, at.column))) for at in addresses]
    firsts = [layout.first_row(at.sheet) for at in addresses]
    ranges = [f"{title}!{letter}{first}:{letter}" for (title, letter), first in zip(places, firsts, strict=True)]
    described = gateway.describe(FIELDS, ranges)
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    for part in described.get("sheets", []):
        for data in part.get("data", []):
            found[part["properties"]["sheetId"], data.get("startColumn", 0)] = tuple(_rows(data))
    return {
        at: _then(found.get((layout.sheet_id(at.sheet), layout.index(at.sheet, at.column)), ()), at.sheet, layout)
        for at in addresses
    }


def _then(rows: Sequence[int], sheet: str, layout: Layout) -> tuple[int, ...]:
    """Where these rows will be when the header row is back, without that."""
    return tuple(sorted({layout.row_then(sheet, row) for row in rows} - {1}))


def _rows(data: Json) -> Iterator[int]:
    for row, cells in enumerate(data.get("rowData", []), data.get("startRow", 0) + 1):
        value = (cells.get("values") or [{}])[0].get("userEnteredValue", {})
        if value and "formulaValue" not in value:
            yield row
