"""Whatever a record may hold: written to a server and read again, it is the same, for every type of column."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sheetcrm import provision, testing
from sheetcrm.schema.columns.base import ERROR_CELLS, Column
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.sync.batches import Write, cell_requests
from sheetcrm.sync.look import look
from tests.schema.model_sheet import column

WRITABLE = {name: kind for name, kind in Column.members().items() if not kind.computed}
LONGEST = 15
"""Digits that a sheet keeps."""
ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
LINE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)
DAYS = st.dates(date(1900, 1, 1))
NUMBERS = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**LONGEST) + 1, 10**LONGEST - 1),
    st.integers(0, LONGEST),
)
PHONES = st.from_regex(r"\+861(3[0-9]|8[0-9])[0-9]{8}(;ext=[0-9]{1,7})?", fullmatch=True)
MAILS = st.from_regex(r"[A-Za-z0-9_+-]{1,20}(\.[A-Za-z0-9_+-]{1,9})?@([a-z0-9]{1,20}\.){1,3}[a-z]{2,9}", fullmatch=True)
TEXTS = st.one_of(
    st.text(ANY, min_size=1, max_size=50),
    st.sampled_from(["0012", "+86138", "=1+1", "1e5", "-5", "2026-01-02", "TRUE", "'x", " x ", "50%", "\u200f\u202eabc", "a\u200bb"]),
)  # fmt: skip
# What a type may hold, by the name of the type; a type that is not here shows its examples.
VALUES = {
    "text": TEXTS,
    "id": LINE,
    "reference": LINE,
    "person": LINE,
    "phone": PHONES,
    "email": MAILS,
    "contact": PHONES | MAILS,
    "url": st.from_regex(r"https?://([a-z0-9]{1,20}\.){1,3}[a-z]{2,9}(/[A-Za-z0-9%_.~+?&=#-]{0,30})?", fullmatch=True),
    "date": DAYS,
    "created": DAYS,
    "touched": DAYS,
    "number": NUMBERS,
    "money": NUMBERS,
    "percent": NUMBERS,
    "integer": st.integers(-(10**LONGEST) + 1, 10**LONGEST - 1),
    "rating": st.integers(1, 5),
    "checkbox": st.booleans(),
    "duration": st.builds(lambda seconds: timedelta(seconds=seconds), st.integers(0, 36_500 * 86_400)),
    "choice": st.sampled_from(["lead", "won"]),
    "choices": st.sampled_from([("read",), ("travel",), ("read", "travel")]),
    "list": st.just("web") | LINE,
    "currency": st.sampled_from(["CNY", "USD", "EUR", "JPY"]),
}


def values_of(kind):
    name = kind.model_fields["type"].default
    examples = [value for _, value in kind.examples if value is not None]
    return VALUES[name] if name in VALUES else st.sampled_from(examples)


@pytest.fixture(scope="module")
def running():
    with testing.server() as running:
        yield running


@pytest.fixture(scope="module")
def sheet_of(running):
    """By type, a spreadsheet that has such a column `x`: the column, its context, gateway and layout."""
    made = {}

    def sheet(kind):
        if kind not in made:
            settings = {"type": kind.model_fields["type"].default, **kind.example_settings}
            of_kind, context = column(settings)
            gateway = Gateway(running.session, Drive(running.session).create("Any"))
            provision.apply(gateway, provision.plan(gateway, context.template, context.language, today=context.today))
            made[kind] = of_kind, context, gateway, look(gateway, context.template).layout
        return made[kind]

    return sheet


# Every example is two requests and a batch; looking for a smaller one would take minutes.
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@pytest.mark.parametrize("kind", WRITABLE.values(), ids=WRITABLE)
@given(data=st.data())
def test_it_comes_back_as_it_was(sheet_of, kind, data):
    made, context, gateway, layout = sheet_of(kind)
    values = data.draw(st.lists(values_of(kind), min_size=1, max_size=8))
    values = [value for value in values if not (isinstance(value, str) and value in ERROR_CELLS)]
    cells = [made.dump(value, context) for value in values]
    blanks = [None] * (8 - len(cells))
    gateway.batch(
        cell_requests(layout, "customers", [Write(2 + at, {"x": cell}) for at, cell in enumerate([*cells, *blanks])])
    )
    seen = look(gateway, context.template, columns=["customers.x"], sheets=["customers"])
    stored = seen.cells["customers"]["x"][: len(cells)]
    found, bad = made.parse(stored, context)
    assert (list(found), bad) == (values, {})
    if made.python_type is str and kind.model_fields["type"].default == "text":
        assert [str(cell).encode() for cell in stored] == [value.encode() for value in values], "byte for byte"
