"""
Reading typed records, measured beside one pydantic pass over rows that have names already, in the same run.

Everything of ours begins with the bytes of the API's answer (columns, unformatted) and ends with records, issues or a typed
DataFrame.  The yardstick is `TypeAdapter(list[Model]).validate_python` on 100,000 dicts of 15 fields.  The garbage collector
is on for all.

    scripts/benchmark sync [NAME …]
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from canned import (  # benchmarks/canned.py
    DAY_ZERO,
    ROWS,
    Canned,
    Model,
    OwnModel,
    columns,
    gateway,
    named,
    tab_of,
    template,
)
from clock import apart, say, timed, together
from pydantic import TypeAdapter

from sheetcrm import sync
from sheetcrm.sheets.gateway import Gateway


def records() -> bool:
    """Records and issues, typed frames, against the validator alone."""
    rows = named(ROWS)
    adapter, made = TypeAdapter(list[Model]), template()
    good, bad = gateway(Canned(columns(rows))), gateway(Canned(columns(rows, 0.05)))

    def ours(source: Gateway) -> Any:
        reading = sync.read(source, made)
        extract = reading.extracts["customers"]
        return extract.records(), extract.issues

    from sheetcrm.sync.frame import frame

    def framed() -> Any:
        reading = sync.read(good, made)
        return frame(reading, "customers", decimals="float"), reading.extracts["customers"].issues

    assert len(ours(good)[0]) == ROWS
    assert not ours(good)[1]
    assert len(ours(bad)[1]) > ROWS * 0.04
    yard, clean, spoilt, frames = together(
        lambda: adapter.validate_python(rows), lambda: ours(good), lambda: ours(bad), framed
    )
    detail = f"validator {ROWS / yard:,.0f} rows/s, ours {ROWS / clean:,.0f}"
    return all([
        say("records and all issues from the answer's bytes", yard / clean, "×", 0.8, detail=detail),
        say("the same with 5 % of the rows bad", yard / spoilt, "×", 0.5),
        say("typed DataFrame and all issues", yard / frames, "×", 2),
    ])  # fmt: skip


def scan() -> bool:
    """Rows that are due today against making all records, and the bytes of both."""
    from sheetcrm.remind.due import due
    from sheetcrm.remind.gather import needed
    from sheetcrm.remind.people import People, Person

    made, canned = template(), Canned(columns(named(ROWS)))
    source, today = gateway(canned), DAY_ZERO + timedelta(45_060)
    rule, asked = made.reminders["next"], needed(made)
    everybody = People({f"王{at}": Person(f"王{at}", f"p{at}@example.com") for at in range(12)})

    def all_records() -> Any:
        return sync.read(source, made).extracts["customers"].records()

    def scanned() -> Any:
        reading = sync.read(source, made, columns=asked, rules=False)
        return list(due(reading.extracts["customers"], rule, key="next", today=today, people=everybody))

    found = scanned()
    assert 0 < len(found) < ROWS / 10
    sent = []
    for work in (all_records, scanned):
        canned.sent = 0
        work()
        sent.append(canned.sent)
    records_take, scan_takes = together(all_records, scanned)
    detail = f"{len(found):,} of {ROWS:,} rows due; {ROWS / scan_takes:,.0f} rows/s"
    return all([
        say("scan for due rows against making all records", records_take / scan_takes, "×", 10, detail=detail),
        say("bytes of that scan", 100 * sent[1] / sent[0], "%", 40, at_most=True),
    ])  # fmt: skip


def gspread_records() -> bool:
    """Records of a template and all issues, against `get_all_records` and a model for each row."""
    cells = columns(named(ROWS))
    source, made, tab = gateway(Canned(cells)), template(), tab_of(cells)
    phones = [1 + list(cells).index("phone")]

    def theirs() -> Any:
        rows = tab.get_all_records(numericise_ignore=phones)
        return [OwnModel(**{key: None if value == "" else value for key, value in row.items()}) for row in rows]

    def ours() -> Any:
        extract = sync.read(source, made).extracts["customers"]
        return extract.records(), extract.issues

    assert len(theirs()) == len(ours()[0]) == ROWS
    their_time, our_time = together(theirs, ours, rounds=3)
    detail = f"ours {ROWS / our_time:,.0f} rows/s, with all issues; theirs raises at the first bad row"
    what = "records of a template against get_all_records and a model per row"
    return say(what, their_time / our_time, "×", 4, detail=detail)


def own() -> bool:
    """`sheetcrm.read` with a model of one's own, against `get_all_records` and that model for each row."""
    from sheetcrm.sync.own import read

    tab = tab_of(columns(named(ROWS)))

    def theirs(ignored: list[Any]) -> Any:
        rows = tab.get_all_records(numericise_ignore=ignored)
        return [OwnModel(**{key: None if value == "" else value for key, value in row.items()}) for row in rows]

    def ours() -> Any:
        return read(tab, OwnModel)

    found, phones = ours(), [1 + list(OwnModel.model_fields).index("phone")]
    assert (len(found), found.issues) == (ROWS, ())
    assert [record.model_dump() for record in theirs(["all"])] == [record.model_dump() for record in found]
    numbers, texts, our_time = together(lambda: theirs(phones), lambda: theirs(["all"]), ours, rounds=3)
    detail = f"ours {ROWS / our_time:,.0f} rows/s, with all issues; theirs raises at the first bad row"
    what = "a model of one's own against get_all_records and a model per row"
    return all([
        say(what, numbers / our_time, "×", 4, detail=detail),
        say("the same, told to leave every text a text", texts / our_time, "×", 1, detail="which a script must, for 0012"),
    ])  # fmt: skip


def peers() -> bool:
    """gspread-models and google-drive-model beside ours; imported late, as what they load is for the garbage collector to walk."""
    from peers import peers as beside  # benchmarks/peers.py

    return beside()


def linear() -> bool:
    """A row's cost from 1,000 rows to 1,000,000."""
    made, costs = template(), []
    for rows in (1_000, 10_000, 100_000, 1_000_000):
        source = gateway(Canned(columns(named(rows))))

        def read(source: Gateway = source) -> Any:
            extract = sync.read(source, made).extracts["customers"]
            return extract.records(), extract.issues

        costs.append(min(timed(read) for _ in range(7 if rows < 10**6 else 2)) / rows * 1e6)
        del source
    detail = " → ".join(f"{cost:.1f}" for cost in costs) + " µs a row at 1,000, 10,000, 100,000 and 1,000,000 rows"
    return say(
        "a row's cost at 1,000,000 rows against the dearest of fewer",
        costs[-1] / max(costs[:-1]),
        "×",
        1.5,
        at_most=True,
        detail=detail,
    )


if __name__ == "__main__":
    parts = {"records": records, "scan": scan, "gspread": gspread_records, "own": own, "linear": linear, "peers": peers}
    sys.exit(0 if apart(__file__, parts, sys.argv[1:]) else 1)
