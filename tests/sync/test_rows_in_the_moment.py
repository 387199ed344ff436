"""
Whoever adds rows, by whichever way: what a person types into the first blank row in that very moment stays, and so does ours.

Between our look and our write somebody begins a row right below the last, or the first of an empty sheet.
"""

from __future__ import annotations

from functools import partial

import pytest

from sheetcrm.sync import load
from sheetcrm.sync.save import append, upsert
from sheetcrm.sync.team import add

from .desk import ROWS, column
from .meanwhile import interrupted

WRITE = 2
"""The number of the request that writes."""
DEE = {"id": "K9", "name": "Dee", "email": "dee@x.org", "stage": "won"}


def imported(gateway, template, folder):
    path = folder / "in.csv"
    path.write_text(f"{','.join(DEE)}\n{','.join(DEE.values())}\n", encoding="utf-8")
    return load(gateway, template, "customers", path)


CUSTOMERS = [
    pytest.param(imported, id="import"),
    pytest.param(lambda gateway, template, _: append(gateway, template, "customers", [DEE]), id="append"),
    pytest.param(lambda gateway, template, _: upsert(gateway, template, "customers", [DEE]), id="upsert"),
]


@pytest.mark.parametrize("there", [[], ROWS[:1], ROWS], ids=["an empty sheet", "one row", "some rows"])
@pytest.mark.parametrize("write", CUSTOMERS)
def test_a_customer_that_somebody_types_in_stays(office, tmp_path, there, write):
    office.fill("Customers", there) if there else None
    typed = {"Customer ID": "K1", "Name": "Kim", "Phone": "+8613800138009", "Stage": "Lead", "Next": 46000, "VIP": True}
    act = partial(office.fill, "Customers", [typed], first=len(there) + 2)
    done = write(interrupted(office.running, office.id, {WRITE: [act]}), office.template, tmp_path)
    assert (done.added, done.misplaced) == (("K9",), ())
    before = [row["Customer ID"] for row in there]
    rows = office.read().extracts["customers"].by_id()
    assert [(row.id, row.number, row.get("orders")) for row in rows.values()] == [
        (id_, at, 0) for at, id_ in enumerate([*before, "K9", "K1"], start=2)
    ]
    kim, dee = rows["K1"], rows["K9"]
    assert [kim.get(key) for key in ("name", "phone", "stage", "vip")] == ["Kim", "+8613800138009", "lead", True]
    assert [dee.get(key) for key in ("name", "phone", "email", "next", "vip")] == [
        "Dee",
        None,
        "dee@x.org",
        None,
        False,
    ]
    assert office.apply().changes == (), "the rows are as any other"


@pytest.mark.parametrize("there", [[], [{"Name": "Ann", "E-mail": "ann@x.org"}]], ids=["nobody", "somebody"])
def test_a_colleague_that_somebody_types_in_stays(office, there):
    office.fill("Team", there) if there else None
    act = partial(office.fill, "Team", [{"Name": "Kim", "E-mail": "kim@x.org"}], first=len(there) + 2)
    gateway = interrupted(office.running, office.id, {WRITE: [act]})
    add(gateway, office.template, {"name": "Dee", "email": "dee@x.org"})
    assert column(office, "Name", "Team") == [*(row["Name"] for row in there), "Dee", "Kim"]
    assert column(office, "E-mail", "Team") == [*(row["E-mail"] for row in there), "dee@x.org", "kim@x.org"]
    assert office.apply().changes == ()


def test_prepared_rows_stay_as_they_are_and_the_sheet_grows_by_what_comes(office, tmp_path):
    rows = office.tab("Customers").row_count
    imported(office.gateway, office.template, tmp_path)
    assert office.tab("Customers").row_count == rows + 1
    add(office.gateway, office.template, {"name": "Dee", "email": "dee@x.org"})
    assert office.tab("Team").row_count == rows + 1
