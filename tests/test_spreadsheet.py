"""What `import sheetcrm` offers: a spreadsheet, its sheets, their records, and changes to them."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pydantic import BaseModel

import sheetcrm
from sheetcrm import errors, testing
from sheetcrm.schema import loader, modelcode
from sheetcrm.server.folder import open_folder
from sheetcrm.sync.notebook import MOST_ROWS, Issues
from sheetcrm.sync.records import Issue, Record
from tests.sync.shop import SHOP, Office

CUSTOMERS = [
    {"Customer ID": "C001", "Name": "Ann <b>", "Phone": "13800138000", "Stage": "Lead", "Next": 46024, "Spent": 12.5},
    {"Customer ID": "C002", "Name": "Bob", "E-mail": "bob@x.org", "Stage": "Won", "Owner": "Eve"},
    {"Customer ID": "C003", "Name": "Cy", "Phone": "+49 30 901820", "Stage": "Leed", "Next": 46025},
]
ORDERS = [
    {"Customer ID": "C001", "Product": "tea", "Amount": 5},
    {"Customer ID": "C002", "Product": "cup", "Amount": 7},
    {"Customer ID": "C001", "Product": "pot", "Amount": 9},
    {"Customer ID": "C009", "Product": "?"},
]


@pytest.fixture(scope="module")
def shop_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("templates") / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    return path


@pytest.fixture
def office(begun, shop_file):
    """An English shop with three customers and four orders."""
    template = loader.load(shop_file)

    def make(running):
        office = Office(template, running)
        office.apply(samples=True)
        office.fill("Team", [{"Name": "Eve", "E-mail": "eve@x.org"}])
        office.fill("Customers", CUSTOMERS, first=3)
        office.fill("Orders", ORDERS)
        return office.id

    return Office(template, *begun("the shop of test_spreadsheet", make))


@pytest.fixture
def crm(office):
    """The shop, open."""
    with sheetcrm.open_spreadsheet((office.running.client, office.id), office.template, today=date(2026, 1, 1)) as crm:
        yield crm


def test_sheets_records_and_what_it_cost(crm):
    assert list(crm) == ["customers", "orders", "team"]
    assert ("orders" in crm, "help" in crm, len(crm)) == (True, False, 3)
    assert [customer.id for customer in crm["customers"]] == ["C001", "C002", "C003"]
    assert (crm.title, crm.language, crm["orders"].title) == ("Shop", "en", "Orders")
    assert (crm.requests.reads, crm.requests.writes) == (2, 0)
    first = crm["客户"].records[0]
    assert (first.phone, first.stage, first.next) == ("+8613800138000", "lead", date(2026, 1, 2))
    assert first.spent == Decimal("12.5")
    assert [(row.number, row.id, row.complete) for row in crm["customers"].rows][-1] == (5, "C003", False)


def test_issues_are_all_there_each_sheet_has_its_own(crm):
    assert [(issue.a1, issue.code, issue.suggestion) for issue in crm.issues] == [
        ("Customers!E5", "not_an_option", "Lead"),
        ("Orders!B5", "exists_in", None),
    ]
    assert [issue.sheet for issue in crm["orders"].issues] == ["orders"]


def test_a_wrong_word_names_the_nearest_right_one(crm):
    customers = crm["customers"]
    for wrong, said in [
        (lambda: crm["custmers"], "did you mean customers"),
        (lambda: customers.change(customers.records[0], nmae="x"), "did you mean name"),
        (lambda: customers.display(customers.records[0], "fone"), "customers.fone"),
        (lambda: customers.follow(customers.records[0], "name"), "refers to no other sheet.*owner"),
        (lambda: crm["orders"].related(crm["orders"].records[0], "team"), "refers to orders"),
        (lambda: crm["team"].related(crm["team"].records[0], "customers", by="name"), "does not refer"),
        (lambda: crm[Record], "models"),
    ]:
        with pytest.raises(errors.UsageError, match=said):
            wrong()


def test_a_record_by_its_id_is_there_or_says_why_not(crm):
    customers = crm["customers"]
    assert customers["C002"] is customers.get("C002")
    assert ("C002" in customers, "C009" in customers, customers.records[0] in customers) == (True, False, True)
    with pytest.raises(errors.UsageError, match="customers: no row with the id C0002 was read; did you mean C002"):
        customers["C0002"]


def test_a_frame_may_have_the_id_as_its_index(crm):
    customers = crm["customers"]
    frame = customers.frame().set_index("id")[["name"]]
    frame.loc["C002", "name"] = "Bobby"
    assert customers.save(frame).changed == ("C002",)


def test_it_says_which_spreadsheet_it_is(crm):
    assert repr(crm) == f"<Spreadsheet {crm.id} from shop>", "nothing is read for that"
    assert len(crm["customers"]) == 3
    assert repr(crm["orders"]) == "<Sheet orders of <Spreadsheet 'Shop' from shop>>"


def test_completion_offers_what_there_is_to_use():
    assert {name for name in dir(sheetcrm) if not name.startswith("__")} == {*sheetcrm.__all__, "errors", "testing"}


def test_references_lead_there_and_back(crm):
    customers, orders = crm["customers"], crm["orders"]
    ann = customers.get("C001")
    assert [order.product for order in customers.related(ann, "orders")] == ["tea", "pot"]
    assert orders.follow(orders.records[0], "customer") is ann
    assert orders.follow(orders.records[-1], "customer") is None
    assert customers.get("C009") is None
    assert [order.product for order in customers.related(ann, orders.model)] == ["tea", "pot"]
    assert customers.follow(ann, "owner") is None
    assert customers.follow(customers.get("C002"), "owner").email == "eve@x.org"
    assert [one.name for one in crm["team"].related(crm["team"].records[0], "customers")] == ["Bob"]


def test_whoever_is_in_the_archive_is_found_from_what_names_them_and_back(tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP.replace("    key: id\n", "    key: id\n    archive: by_hand\n", 1))
    with testing.server() as running:
        office = Office(loader.load(tmp_path / "shop.yaml"), running)
        office.apply()
        office.fill("Customers", CUSTOMERS)
        office.fill("Orders", ORDERS)
        crm = sheetcrm.open_spreadsheet(running.client.open_by_key(office.id), template=office.template)
        crm["customers"].archive(crm["customers"]["C001"])
        crm.refresh()
        orders, away = crm["orders"], crm["customers_archive"]
        (ann,) = away
        assert orders.follow(orders.records[0], "customer") is ann
        assert orders.follow(orders.records[1], "customer").name == "Bob"
        assert [order.product for order in away.related(ann, "orders")] == ["tea", "pot"]


def test_values_as_people_read_them(crm):
    customers = crm["customers"]
    ann, bob, cy = customers.records
    assert customers.display(ann, "phone") == "138 0013 8000"
    assert customers.display(cy, "phone") == "+49 30 901820"
    assert customers.display(ann, "stage") == "Lead"
    assert customers.display(ann, "spent") == "CN¥12.50"
    assert customers.display(ann, "next") == "2026-01-02"
    assert (customers.display(bob, "phone"), customers.display(bob, "vip")) == ("", "✗")


def test_what_was_read_stays_until_refresh(office, crm):
    customers = crm["customers"]
    before = customers.records
    office.tab("Customers").update_acell("B3", "Anna")
    assert customers.get("C001").name == "Ann <b>"
    assert crm.refresh() is crm
    assert customers.get("C001").name == "Anna"
    assert customers.refresh() is customers
    assert before[0].name == "Ann <b>"


def test_only_what_is_asked_for_is_read(office):
    running = office.running
    whole = sheetcrm.open_spreadsheet((running.client, office.id), office.template)
    running.forget_requests()
    len(whole["customers"])
    asked = [call.body for call in running.requests("*batchGetByDataFilter")]
    part = sheetcrm.open_spreadsheet((running.client, office.id), office.template, columns=["customers.name"])
    running.forget_requests()
    assert next((customer.id, customer.name, customer.phone) for customer in part["customers"]) == (
        "C001",
        "Ann <b>",
        None,
    )
    (body,) = [call.body for call in running.requests("*batchGetByDataFilter")]
    assert "customers.name" in str(body)
    assert "customers.phone" in str(asked)
    assert "customers.phone" not in str(body)
    assert list(part) == ["customers"]
    for wish, said in [({"sheets": ["custmers"]}, "customers"), ({"columns": ["customers.nam"]}, "customers.name")]:
        with pytest.raises(errors.UsageError, match=said):
            sheetcrm.open_spreadsheet((running.client, office.id), office.template, **wish)


def test_a_tab_that_is_gone_is_an_issue_and_has_no_records(office, crm):
    office.running.client.open_by_key(office.id).del_worksheet(office.tab("Orders"))
    assert (len(crm["orders"]), crm["orders"].title) == (0, "Orders")
    assert [issue.code for issue in crm["orders"].issues] == ["sheet_missing"]


def test_a_frame_is_typed(crm):
    frame = crm["customers"].frame(decimals="float")
    assert list(frame.index) == [3, 4, 5]
    assert [str(frame.dtypes[key]) for key in ("name", "stage", "spent", "vip")] == [
        "string",
        "category",
        "Float64",
        "boolean",
    ]


def test_changes_are_saved_and_only_they(office, crm):
    customers = crm["customers"]
    ann, bob, cy = customers.records
    office.tab("Customers").update_acell("C4", "+8613900139000")
    saved = customers.save(
        [customers.change(ann, stage="won", spent=Decimal(20)), bob, customers.change(cy, stage="lead")]
    )
    assert (saved.changed, saved.same, saved.conflicts) == (("C001", "C003"), ("C002",), ())
    crm.refresh()
    assert [one.stage for one in customers] == ["won", "won", "lead"]
    assert customers.get("C002").phone == "+8613900139000"
    assert customers.save({"id": "C001", "name": "Ann"}).changed == ("C001",)
    assert customers.save(customers.get("C001").model_copy(update={"vip": True})).changed == ("C001",)


def test_people_win_unless_it_is_said_otherwise(office, crm):
    customers = crm["customers"]
    ann = customers.records[0]
    office.tab("Customers").update_acell("B3", "Anna")
    with pytest.raises(errors.Conflict, match="Anna"):
        customers.save(customers.change(ann, name="Hanna"))
    assert customers.save(customers.change(ann, name="Hanna"), on_conflict="skip").changed == ()
    assert office.tab("Customers").acell("B3").value == "Anna"
    assert customers.save(customers.change(ann, name="Hanna"), on_conflict="overwrite").changed == ("C001",)
    assert office.tab("Customers").acell("B3").value == "Hanna"


def test_a_row_with_a_hidden_id_is_known_again(office, crm):
    orders = crm["orders"]
    assert orders.rows[0].id is None, "nobody has given it one yet"
    with pytest.raises(errors.UsageError, match="id"):
        orders.delete(orders.records[0])
    added = orders.append([{"customer": "C003", "product": "lid", "amount": 3}]).added
    crm.refresh()
    lid = orders.get(added[0])
    assert orders.save(orders.change(orders.change(lid, product="cap"), amount=4)).changed == added
    with pytest.raises(errors.UsageError, match="hidden id"):
        orders.change(lid.model_copy(update={"product": "x"}), amount=5)
    crm.refresh()
    assert (orders.get(added[0]).product, orders.get(added[0]).amount) == ("cap", 4)


def test_records_are_added_and_upserted(office, crm):
    customers = crm["customers"]
    new = customers.model(name="Dee", phone="13900139000", stage="won")
    assert customers.append(new).added == ("C004",)
    frame = pd.DataFrame({"email": ["bob@x.org", "eli@x.org"], "name": ["Robert", "Eli"], "stage": ["won", "won"]})
    saved = customers.upsert(frame, key="email")
    assert (saved.changed, saved.added) == (("C002",), ("C005",))
    crm.refresh()
    assert [one.name for one in customers] == ["Ann <b>", "Robert", "Cy", "Dee", "Eli"]
    with pytest.raises(errors.BadRecords, match="stage"):
        customers.append({"name": "Fay", "stage": "gone"})


def test_rows_are_deleted_if_nobody_changed_them(office, crm):
    customers = crm["customers"]
    ann, bob, _cy = customers.records
    office.tab("Customers").update_acell("B4", "Bobby")
    with pytest.raises(errors.Conflict, match="Bob"):
        customers.delete([ann, bob])
    assert customers.delete([ann, "C003"]).deleted == ("C001", "C003")
    crm.refresh()
    assert [one.name for one in customers] == ["Bobby"]


def test_rows_go_to_the_archive_and_back(shop_file, tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP.replace("    key: id\n", "    key: id\n    archive: by_hand\n"), encoding="utf-8")
    with testing.server() as running:
        office = Office(loader.load(path), running)
        office.apply()
        office.fill("Customers", CUSTOMERS)
        crm = sheetcrm.open_spreadsheet((running.client, office.id), office.template)
        assert crm["customers"].archive(crm["customers"].records[1]).deleted == ("C002",)
        crm.refresh()
        assert [one.id for one in crm["customers_archive"]] == ["C002"]
        assert crm["customers_archive"].move("C002", "customers").deleted == ("C002",)
        crm.refresh()
        assert [one.id for one in crm["customers"]] == ["C001", "C003", "C002"]
        with pytest.raises(errors.UsageError, match="archive: by_hand"):
            crm["team"].archive("Eve")


def test_classes_of_a_module_are_the_records(office, tmp_path, monkeypatch):
    (tmp_path / "shop_models.py").write_text(modelcode.module(office.template), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import shop_models

    crm = sheetcrm.open_spreadsheet((office.running.client, office.id), office.template, models=shop_models)
    customers = crm[shop_models.CustomersRecord]
    assert customers is crm["customers"]
    assert [type(one) for one in customers] == [shop_models.CustomersRecord] * 3
    assert customers.save(customers.change(customers.records[0], stage="won")).changed == ("C001",)
    with pytest.raises(errors.UsageError, match="Record is not among the models"):
        crm[Record]

    class Part(Record):
        name: str | None = None

    part = sheetcrm.open_spreadsheet((office.running.client, office.id), office.template, models={"customers": Part})
    ann = part["customers"].records[0]
    assert ann == Part(name="Ann <b>")
    assert part["customers"].id_of(ann) == "C001"
    with pytest.raises(errors.UsageError, match=r"customers\.phone is no field of Part"):
        part["customers"].change(ann, phone="x")


def test_progress_is_told(office):
    told = []
    crm = sheetcrm.open_spreadsheet(
        (office.running.client, office.id), office.template, progress=lambda *step: told.append(step)
    )
    crm["customers"].save(crm["customers"].change(crm["customers"].records[0], stage="won"))
    assert told == [
        (0, 2, "reading cells"),
        (1, 2, "checking"),
        (2, 2, "done"),
        (0, 1, "save customers"),
        (1, 1, "save customers"),
    ]


def test_a_notebook_shows_tables_in_which_nothing_runs(crm):
    customers = crm["customers"]
    page = customers._repr_html_()
    assert ">Stage</th>" in page
    assert "overflow-x:auto" in page, "many columns are scrolled, not squeezed"
    assert "Ann &lt;b&gt;" in page
    assert ">Lead<" in page
    assert "Customers!E5</a>" in crm.issues._repr_html_()
    assert "customers" in crm._repr_html_()
    assert "Ann &lt;b&gt;" in customers.records[0]._repr_html_()
    bad = Issue("s", 1, None, "x", "<script>", "a1", "javascript:alert(1)", text='"><img>')
    page = Issues([bad])._repr_html_()
    assert "javascript" not in page
    assert "<script" not in page
    assert "<img" not in page
    assert "nothing is wrong" in Issues()._repr_html_()
    assert "一切正常" in Issues(language="zh")._repr_html_()
    assert crm.issues.language == customers.issues.language == "en"


def test_a_long_table_shows_its_beginning():
    class Named(Record):
        name: str | None = None

    many = sheetcrm.Records(Named(name=str(at)) for at in range(1000))
    assert f"{MOST_ROWS} of 1,000" in many._repr_html_()
    assert many._repr_html_().count("<tr>") == MOST_ROWS + 1
    assert "…" in Issues([Issue("s", 1, None, "x", "y" * 300)])._repr_html_()


def test_gspreads_own_objects_are_enough(office, shop_file):
    book = office.running.client.open_by_key(office.id)
    for source in (book, (office.running.client, office.id), (office.running.session, office.id)):
        assert len(sheetcrm.open_spreadsheet(source, shop_file)["customers"]) == 3
    with pytest.raises(errors.UsageError, match="gspread"):
        sheetcrm.open_spreadsheet(book.sheet1)
    with pytest.raises(errors.TemplateError, match="no such template"):
        sheetcrm.open_spreadsheet(book)  # it is marked as made from `shop`, which is nowhere to be found
    blank = office.running.seed("Blank", [["a"]])
    with pytest.raises(errors.UsageError, match="not marked"):
        sheetcrm.open_spreadsheet(blank)


@pytest.fixture
def configured(tmp_path, shop_file, monkeypatch):
    """A folder with a config, a template of its own and a local spreadsheet; its id."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "shop.yaml").write_text(shop_file.read_text(encoding="utf-8"), encoding="utf-8")
    with open_folder(tmp_path / "sheetcrm-data") as opened, testing.requests.Session() as session:
        session.mount("https://", opened.adapter())
        office = Office(
            loader.load(shop_file),
            type("Running", (), {"session": session, "client": testing.gspread.Client(None, session)}),
        )
        office.apply()
        office.fill("Customers", CUSTOMERS)
    config = {"api": "local", "templates": ["templates"], "spreadsheets": {"shop": {"id": office.id}}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return office.id


def test_a_name_a_url_an_id_or_nothing_is_looked_up_in_the_config(configured, tmp_path, monkeypatch):
    url = f"https://docs.google.com/spreadsheets/d/{configured}/edit#gid=0"
    for source in ("shop", url, configured, None):
        with sheetcrm.open_spreadsheet(source) as crm:
            assert [one.name for one in crm["customers"]] == ["Ann <b>", "Bob", "Cy"]
    monkeypatch.chdir("/")
    with sheetcrm.open_spreadsheet("shop", config=tmp_path / "config.yaml") as crm:
        assert crm.template.key == "shop"
    with pytest.raises(errors.ConfigError, match="open_spreadsheet"):
        sheetcrm.open_spreadsheet("shop")
    with pytest.raises(errors.UsageError, match="did you mean shop"):
        sheetcrm.open_spreadsheet("shp", config=tmp_path / "config.yaml")


def test_what_was_saved_can_be_undone(configured, tmp_path):
    from sheetcrm.cli import main

    with sheetcrm.open_spreadsheet("shop") as crm:
        crm["customers"].save(crm["customers"].change(crm["customers"].records[0], name="Hanna"))
    with pytest.raises(SystemExit) as ended:
        main(["undo"])
    assert not ended.value.code
    with sheetcrm.open_spreadsheet("shop") as crm:
        assert crm["customers"].records[0].name == "Ann <b>"


HEAVY = {"gspread", "pandas", "pydantic", "requests", "yaml", "sqlalchemy", "starlette", "google.auth", "phonenumbers"}


def python(*lines, options=()):
    return subprocess.run(
        [sys.executable, *options, "-c", "\n".join(lines)], capture_output=True, text=True, check=False
    )


def test_importing_it_imports_nothing_heavy():
    done = python("import sheetcrm", "assert 'open_spreadsheet' in dir(sheetcrm)", options=("-X", "importtime"))
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert done.returncode == 0
    assert not HEAVY & imported


def test_every_public_name_is_there():
    for name in sheetcrm.__all__:
        assert getattr(sheetcrm, name).__name__ == name
    with pytest.raises(AttributeError, match="opne_spreadsheet"):
        sheetcrm.opne_spreadsheet  # noqa: B018 - that it is not there is the point
    assert (Path(sheetcrm.__file__).parent / "py.typed").is_file()


WITHOUT = "starlette", "uvicorn", "formualizer", "orjson", "sqlalchemy", "jinja2", "css_inline", "xlsxwriter", "aiosmtpd", "python_calamine", "pyarrow"  # fmt: skip


def test_a_base_install_has_everything_but_what_its_extras_bring(configured, tmp_path):
    done = python(
        "import sys",
        f"sys.modules.update(dict.fromkeys({WITHOUT!r}))",
        "import sheetcrm",
        "from sheetcrm import errors",
        "for name in sheetcrm.__all__: getattr(sheetcrm, name)",
        "import sheetcrm.remind.shown, sheetcrm.sync.frame",
        "try: sheetcrm.open_spreadsheet('shop')",
        "except errors.MissingExtra as error: print(error)",
        "try: import sheetcrm.testing",
        "except errors.MissingExtra as error: print(error)",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("pip install 'sheetcrm[local]'") == 2
    assert issubclass(sheetcrm.Record, BaseModel)


USER = """
import gspread
from pydantic import BaseModel
import sheetcrm

class Order(BaseModel):
    number: str

def numbers(worksheet: gspread.Worksheet) -> list[str]:
    return [order.number for order in sheetcrm.read(worksheet, Order)]

def names() -> list[str]:
    with sheetcrm.open_spreadsheet("shop") as crm:
        return [f"{issue.a1} {issue.message}" for issue in crm.issues]
"""


@pytest.mark.skipif("SHEETCRM_PROVE" not in os.environ, reason="installs a wheel: scripts/prove")
def test_a_wheel_without_extras_is_enough_for_a_script_and_for_mypy(tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    clean, root = tmp_path / "venv" / "bin" / "python", Path(__file__).parents[1]
    (tmp_path / "user.py").write_text(USER, encoding="utf-8")
    for arguments in (
        [clean, "-m", "pip", "install", "--quiet", root, "mypy"],
        [
            clean,
            "-c",
            "import sheetcrm, user, sheetcrm.remind.shown\nfor name in sheetcrm.__all__: getattr(sheetcrm, name)",
        ],
        [clean, "-m", "mypy", "--strict", "user.py"],
    ):
        done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    missing = "import sheetcrm.testing"
    done = subprocess.run([clean, "-c", missing], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "sheetcrm[local]" in done.stderr
