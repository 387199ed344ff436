"""Groups of the same thing: what counts, what does not, how many are found, and at what cost."""

from __future__ import annotations

import csv
import os
import time
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from sheetcrm.errors import UsageError
from sheetcrm.schema import loader
from sheetcrm.sync.extract import Values, extract
from sheetcrm.sync.quality.duplicates import MOST, find, sheets_with
from sheetcrm.sync.records import Reading
from tests.sync.shop import Sheets

from .firms import FIRMS
from .planted import Customer, many, planted, rng

NORTHWIND = Path(__file__).resolve().parents[4] / "shared" / "northwind" / "customers.csv"
PROVE = "SHEETCRM_PROVE" in os.environ
COLUMNS = ["id", "name", "city", "phone", "email"]


def loaded(folder, text):
    path = folder / "firms.yaml"
    path.write_text(text, encoding="utf-8")
    return loader.load(path)


@pytest.fixture(scope="module")
def firms(tmp_path_factory):
    """The template; no rule is written, so the usual ones hold."""
    return loaded(tmp_path_factory.mktemp("templates"), FIRMS)


def reading(template, rows, columns=COLUMNS, sheet="firms"):
    sheets = Sheets(template).put(sheet, rows, columns)
    made = extract(sheets.parsed[sheet], Values(sheets.parsed), sheets.context, sheets.layout)
    return Reading(sheets.layout, "en", template, {sheet: made})


def groups(template, *rows):
    """Ids and whether they are sure."""
    return [(group.ids, group.sure) for group in find(reading(template, rows), "firms").groups]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [["F1", "Acme", "", "13800138000"], ["F2", "ACME Ltd", "", "+86 138-0013-8000"]], [(("F1", "F2"), True)], id="same phone"
        ),
        pytest.param(
            [["F1", "Acme", "", "", "A@x.org"], ["F2", "Acme", "", "", "a@X.org"]], [(("F1", "F2"), True)], id="same e-mail"
        ),
        pytest.param(
            [["F1", "Acme", "", "030-0074321"], ["F2", "Acme", "", "030 007 4321"]], [(("F1", "F2"), True)], id="numbers that are no phones yet"
        ),
        pytest.param(
            [["F1", "Acme", "", "13800138000"], ["F2", "Zenith Paper", "", "13800138000"]], [(("F1", "F2"), False)],
            id="same phone, other names: somebody should look",
        ),
        pytest.param([["F1", "Acme GmbH"], ["F2", "ACME"]], [(("F1", "F2"), True)], id="firms of one name"),
        pytest.param([["F1", "王芳"], ["F2", "王芳"]], [(("F1", "F2"), False)], id="maybe people of one name"),
        pytest.param(
            [["F1", "Futterkiste", "", "13800138000"], ["F2", "Futterkitse", "", "13900139000"]], [], id="alike, and other phones"
        ),
        pytest.param([["F1", "Futterkiste Alfreds"], ["F2", "Futterkitse Alfreds"]], [(("F1", "F2"), False)], id="alike, nothing else known"),
        pytest.param(
            [["F1", "Futterkiste Alfreds", "Lützow 7"], ["F2", "Futterkitse Alfreds", "luetzow"], ["F3", "Futterkitse Alfred", "Lützow 7"]],
            [(("F1", "F3"), True)], id="alike, in one street",
        ),
        pytest.param(
            [["F1", "Acme GmbH", "", "13800138000"], ["F2", "Acme AG", "", "", "a@x.org"], ["F3", "ACME", "", "13800138000", "a@x.org"]],
            [(("F1", "F2", "F3"), True)], id="by way of a third",
        ),
        pytest.param([["F1", "A Ltd", "", ""], ["F2", "B Ltd", "", ""]], [], id="blanks prove nothing"),
        pytest.param([["", "Acme GmbH"], ["F2", "ACME"]], [], id="a row without an id takes no part"),
        pytest.param([["F1", "Acme GmbH"], ["F1", "ACME"], ["F2", "ACME"]], [], id="nor rows that share one"),
    ],
)  # fmt: skip
def test_groups(firms, rows, expected):
    assert groups(firms, *rows) == expected


def test_what_is_not_sure_beside_a_group_that_is_is_told(firms):
    rows = [["F1", "Acme GmbH", "", "13800138000"], ["F2", "ACME", "", "13800138000"], ["F3", "Zen", "", "13800138000"]]
    (group,) = find(reading(firms, rows), "firms").groups
    assert group.ids == ("F1", "F2")
    assert {why.ids for why in group.maybe} == {("F1", "F3"), ("F2", "F3")}


def test_what_very_many_say_is_no_proof_and_is_named(firms):
    rows = [[f"F{at}", f"Firm{at:c>{at + 2}}", "", "13800138000"] for at in range(MOST + 1)]
    found = find(reading(firms, rows), "firms")
    assert found.groups == ()
    assert [(one.column, one.text, one.count) for one in found.common] == [("phone", "+8613800138000", MOST + 1)]


def test_example_rows_take_no_part(tmp_path):
    samples = "    samples: [{id: SAMPLE, name: Acme GmbH, phone: '13800138000'}]\n    columns:\n"
    template = loaded(tmp_path, FIRMS.replace("    columns:\n", samples, 1))
    assert groups(template, ["SAMPLE", "Acme GmbH", "", "13800138000"], ["F2", "Acme GmbH", "", "13800138000"]) == []


def test_why_is_said_in_the_language_of_the_sheet(firms):
    rows = [["F1", "Futterkiste Alfreds", "Lützow 7"], ["F2", "Futterkitse Alfreds", "Lützow 7"]]
    chinese = replace(reading(firms, rows), language="zh")
    (group,) = find(chinese, "firms").groups
    assert group.why[0].text == "Name相似度 94%"


def test_rules_of_the_template_are_asked_instead_of_the_usual(tmp_path):
    own = loaded(
        tmp_path, FIRMS.replace("    key: id\n", "    key: id\n    duplicates: [{type: same, of: [name, city]}]\n", 1)
    )
    assert groups(own, ["F1", "Acme", "Rome"], ["F2", "acme", "ROME"], ["F3", "Acme", "Bari"]) == [(("F1", "F2"), True)]
    none = loaded(tmp_path, FIRMS.replace("    key: id\n", "    key: id\n    duplicates: []\n", 1))
    assert sheets_with(none) == ()
    with pytest.raises(UsageError, match="add duplicates: to the sheet"):
        find(reading(none, []), "firms")


def customers():
    with NORTHWIND.open(encoding="utf-8", newline="") as file:
        lines = [line for line in list(csv.reader(file))[1:] if len(line) == 11]
    return [Customer(line[0], line[1], line[2], line[4], line[9]) for line in lines]


def told(rows):
    """How many pairs of rows are of the same customer, were found, are both; of those that are sure, how many are wrong."""
    template = loader.named("account-manager")
    cells = [[f"C{at:06d}", one.name, one.contact, one.address, one.phone] for at, one in enumerate(rows)]
    found = find(reading(template, cells, ["id", "name", "contact", "address", "mobile"], "customers"), "customers")
    by_customer = {}
    for (id_, *_), one in zip(cells, rows, strict=True):
        by_customer.setdefault(one.of, []).append(id_)
    right = {pair for ids in by_customer.values() for pair in combinations(ids, 2)}
    pairs = {pair for group in found.groups for pair in combinations(group.ids, 2)}
    sure = {pair for group in found.groups if group.sure for pair in combinations(group.ids, 2)}
    return len(right), len(pairs), len(right & pairs), len(sure - right), found.compared


@pytest.mark.skipif(not NORTHWIND.exists(), reason="needs ../shared, which only developers of sheetcrm have")
@pytest.mark.parametrize("kept", ["everything", "names only"])
def test_spelling_variants_among_the_customers_of_northwind(kept, capsys):
    base, totals = customers(), [0, 0, 0, 0, 0]
    for seed in range(100 if PROVE else 10):
        rows = planted(base, rng(seed), 30)
        if kept == "names only":
            rows = [replace(one, contact="", address="", phone="") for one in rows]
        totals = [total + one for total, one in zip(totals, told(rows), strict=True)]
    right, found, both, wrong, _ = totals
    precision, recall = both / found, both / right
    with capsys.disabled():
        print(f"\nNorthwind, {kept}: {right} planted, {found} found, precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.95
    assert recall >= 0.9
    assert wrong == 0, "what is sure is merged without asking"


def test_the_cost_grows_with_the_rows_and_not_with_their_square(capsys):
    small, factor = (10_000, 10) if PROVE else (1_500, 10)
    seconds, compared = [], []
    for count in (small, small * factor):
        chance = rng(1)
        rows = planted(many(count - count // 10, chance), chance, count // 10)
        began = time.process_time()
        right, found, both, _, pairs = told(rows)
        seconds.append(time.process_time() - began)
        compared.append(pairs)
        assert both / right >= 0.9
        assert both / found >= 0.95
    with capsys.disabled():
        print(
            f"\n{small:,} → {small * factor:,} rows: {seconds[0]:.2f} s → {seconds[1]:.2f} s, {compared[0]:,} → {compared[1]:,} pairs compared"
        )
    assert compared[1] <= 25 * small * factor
