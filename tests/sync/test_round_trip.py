"""Text stays text: file → sheet → record → file, byte for byte."""

import csv
from datetime import date
from decimal import Decimal

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from sheetcrm import sync
from sheetcrm.schema.columns.base import ERROR_CELLS
from sheetcrm.sync.dump import guarded
from sheetcrm.sync.files.mapping import BLANKS

ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TRICKY = st.sampled_from(
    [
        "0012",
        "1e5",
        "+8613800138000",
        "=1+1",
        "-5",
        "'=1+1",
        "2026-01-02",
        "TRUE",
        "１２３",
        "null",
        " x ",
        "50%",
        '"',
        "a\nb",
        "@x",
        "8085807e40000000",
    ]
)
TEXTS = (TRICKY | st.text(ANY, min_size=1, max_size=20)).filter(
    lambda text: text.strip() and text.strip() not in BLANKS and text not in ERROR_CELLS
)
ROWS = st.lists(
    st.tuples(TEXTS, st.dates(date(1900, 1, 1)), st.decimals(-(10**9), 10**9, places=2), st.booleans()),
    min_size=1,
    max_size=5,
)


# Every example takes requests; looking for a smaller counter-example would take minutes.
@settings(max_examples=settings().max_examples // 2, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(rows=ROWS)
@example(rows=[("0\r", date(2000, 1, 1), Decimal(0), False)])
def test_what_a_file_says_is_what_the_record_says_and_what_is_exported(office, tmp_path, rows):
    path = tmp_path / "in.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "email", "stage", "next", "spent", "vip"])
        for at, (name, day, spent, vip) in enumerate(rows):
            writer.writerow([f"C{at:03d}", guarded(name), "a@x.org", "won", day.isoformat(), spent, vip])
    sync.load(office.gateway, office.template, "customers", path)
    reading = office.read()
    seen = {row.id: row for row in reading.extracts["customers"].rows}
    for at, (name, day, spent, vip) in enumerate(rows):
        row = seen[f"C{at:03d}"]
        assert (row.get("name"), row.get("next"), row.get("vip")) == (name, day, vip)
        assert row.get("spent") == Decimal(str(float(spent)))

    path.write_text(sync.dump(reading, "customers"), encoding="utf-8", newline="")
    again = sync.load(office.gateway, office.template, "customers", path)
    assert (again.added, again.changed, again.refused) == ((), (), ())
