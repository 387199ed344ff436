"""A CSV file goes in by key, as data; what cannot be read is named; a second time nothing changes."""

from decimal import Decimal

import pytest

from sheetcrm import sync
from sheetcrm.errors import FileError, UsageError
from sheetcrm.sync import ImportMap


@pytest.fixture
def load(office, tmp_path):
    """Import that text into that sheet; the result has the requests that it took."""

    def load(text, sheet="customers", mapping=None, **options):
        path = tmp_path / "in.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        gateway = office.gateway
        chosen = ImportMap.model_validate(mapping or {})
        done = sync.load(gateway, office.template, sheet, path, mapping=chosen, **options)
        load.counts = (gateway.counts.reads, gateway.counts.writes)
        return done

    return load


def records(office, sheet="customers"):
    return {row.id: row for row in office.read().extracts[sheet].rows}


TWO = "id,name,email,stage,next,spent\nC001,Ann,ann@x.org,lead,2026-01-02,12.50\nC002,=1+1,bea@x.org,won,,\n"


def test_rows_arrive_as_they_are_and_formulas_as_text(office, load):
    done = load(TWO)
    assert (done.added, done.changed, done.same, done.refused) == (("C001", "C002"), (), (), ())
    rows = records(office)
    assert rows["C001"].get("spent") == Decimal("12.5")
    assert rows["C002"].get("name") == "=1+1"
    assert office.tab("Customers").acell("B3", value_render_option="FORMULA").value == "=1+1"


def test_an_import_costs_two_reads_and_one_write(load):
    load(TWO)
    assert load.counts == (2, 1)


def test_a_second_import_changes_nothing_and_writes_nothing(load):
    load(TWO)
    again = load(TWO)
    assert (again.added, again.changed, again.same) == ((), (), ("C001", "C002"))
    assert load.counts == (2, 0)


def test_only_cells_that_differ_are_written_and_blanks_take_nothing_away(office, load):
    load(TWO)
    tab = office.tab("Customers")
    tab.update_cell(2, tab.row_values(1).index("Owner") + 1, "Bo")
    done = load("id,name,email\nC001,Ann Lee,\nC002,=1+1,bea@x.org\n")
    assert (done.changed, done.same) == (("C001",), ("C002",))
    ann = records(office)["C001"]
    assert (ann.get("name"), ann.get("email"), ann.get("owner")) == ("Ann Lee", "ann@x.org", "Bo")


def test_rows_are_found_by_key_after_a_person_sorted_them(office, load):
    load(TWO)
    office.tab("Customers").sort((1, "des"), range="A2:I1000")
    done = load("id,spent\nC001,99\n")
    assert done.changed == ("C001",)
    rows = records(office)
    assert (rows["C001"].number, rows["C001"].get("spent"), rows["C002"].get("spent")) == (3, Decimal(99), None)


def test_a_dry_run_says_the_same_and_writes_nothing(office, load):
    done = load(TWO, dry_run=True)
    assert (done.added, load.counts) == (("C001", "C002"), (2, 0))
    assert records(office) == {}


def test_a_cell_that_people_wrote_otherwise_but_means_the_same_is_left_alone(office, load):
    load(TWO)
    office.tab("Customers").update_cell(2, 5, "潜在客户")
    assert load(TWO).changed == ()
    assert office.tab("Customers").acell("E2").value == "潜在客户"


def test_lines_without_an_id_get_the_next_free_number_which_no_line_of_the_file_has(office, load):
    done = load("id,name,email\nC007,Ann,ann@x.org\n,Bea,bea@x.org\nC008,Cem,no address\n")
    assert done.added == ("C007", "C009")
    assert [(refusal.line, refusal.reason) for refusal in done.refused] == [(4, "not_an_email")]


def test_lines_that_never_have_an_id_are_known_again_by_what_they_say(office, load):
    load(TWO)
    orders = "customer,product,amount\nC001,Tea,5\nC001,Tea,5\nC002,Pot,NULL\n"
    assert len(load(orders, "orders").added) == 3
    again = load(orders, "orders")
    assert (again.added, len(again.same)) == ((), 3)
    assert len(load(orders + "C001,Tea,5\n", "orders").added) == 1


def test_a_line_that_refers_to_nobody_is_refused(load):
    load(TWO)
    done = load("Customer ID,product\nC001,Tea\nC009,Tea\n", "orders")
    assert len(done.added) == 1
    [refusal] = done.refused
    assert (refusal.line, refusal.column, refusal.reason, refusal.text) == (
        3,
        "Customer ID",
        "exists_in",
        "C009 is not in Customers",
    )


def test_an_owner_whom_the_team_tab_does_not_know_keeps_no_customer_out(office, load):
    assert load("id,name,email,owner,stage\nC001,Ann,ann@x.org,Bo,won\n").added == ("C001",)
    assert [issue.code for issue in office.read().issues] == ["exists_in"]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        pytest.param("C003,Cem,c@x.org,lead,2026-01-02,", 0, id="all right"),
        pytest.param("C003,,c@x.org,lead,2026-01-02,", 1, id="a name that is required"),
        pytest.param("C003,,,lead,2026-01-02,Nobody", 3, id="neither name nor address, and an owner of another team"),
        pytest.param("C001,Ann,,,,Nobody", 1, id="a row that changes"),
        pytest.param("C001,Ann,,,,", 0, id="a row that says it already, whatever is wrong in it"),
        pytest.param("C003,Cem,none,lead,2026-01-02,", 0, id="one that is refused comes not in"),
    ],
)
def test_cells_that_break_a_rule_come_in_and_are_counted(office, load, line, wrong):
    office.fill("Team", [{"Name": "Ann Lee", "E-mail": "lee@x.org"}])
    load(TWO)
    before = len(office.read().issues)
    expected = load(f"id,name,email,stage,next,owner\n{line}\n", dry_run=True).wrong
    assert (load(f"id,name,email,stage,next,owner\n{line}\n").wrong, expected) == (wrong, wrong)
    assert len(office.read().issues) == before + wrong


def test_one_id_twice_in_the_file(load):
    done = load("id,name,email\nC001,Ann,ann@x.org\nC001,Ann,ann@x.org\nC001,Bea,bea@x.org\n")
    assert done.added == ("C001",)
    assert [(refusal.line, refusal.reason, refusal.text) for refusal in done.refused] == [
        (4, "id_twice", "C001 stands in line 2 already, with other cells")
    ]


def test_one_id_twice_in_the_sheet(office, load):
    load(TWO)
    office.tab("Customers").update_cell(3, 1, "C001")
    done = load("id,name\nC001,Somebody\n")
    assert [(refusal.line, refusal.reason) for refusal in done.refused] == [(2, "id_not_unique")]


def test_a_key_that_people_write_must_be_there(load):
    done = load("name,email\n,bo@x.org\nBo,bo@x.org\n", "team")
    assert (done.added, [(refusal.line, refusal.reason) for refusal in done.refused]) == (("Bo",), [(2, "no_id")])


def test_refusals_of_every_kind_come_in_the_order_of_the_file(load):
    load(TWO)
    text = "customer,product,amount\nC009,Tea,5\nC001,Tea,lots\nC001,Tea,5,6\nC001,Tea\nC001,Tea,5\n"
    done = load(text, "orders")
    assert [(refusal.line, refusal.reason) for refusal in done.refused] == [
        (2, "exists_in"), (3, "not_a_number"), (4, "shifted"), (5, "shifted"),
    ]  # fmt: skip
    assert len(done.added) == 1


def test_columns_that_go_nowhere_are_told(load):
    assert load("id,name,email,Fax\nC001,Ann,a@x.org,1\n").unused == ("Fax",)


def test_columns_that_the_sheet_computes_itself_go_nowhere_without_a_word(load):
    assert load("id,name,email,Fax,Orders\nC001,Ann,a@x.org,1,7\n").unused == ("Fax",)


def test_a_file_from_a_chinese_windows_into_an_english_sheet(office, load):
    load("客户编号,姓名,邮箱,阶段\nC001,王芳,w@x.org,成交\n".encode("gb18030"))
    row = records(office)["C001"]
    assert (row.get("name"), row.get("stage")) == ("王芳", "won")
    assert office.tab("Customers").acell("E2").value == "Won"


def test_fifty_thousand_characters(office, load):
    load(f"id,name,email,stage\nC001,{'y' * 50_000},a@x.org,won\n")
    assert records(office)["C001"].get("name") == "y" * 50_000


@pytest.mark.parametrize(
    ("text", "sheet", "error", "words"),
    [
        pytest.param("C001,Ann\n", "customers", FileError, "the first line must name the columns", id="no header"),
        pytest.param(
            "email\nbo@x.org\n", "team", FileError, "no column is Name, by which rows are known again", id="no key"
        ),
        pytest.param(
            "text\nx\n",
            "help",
            UsageError,
            "rows cannot be imported into help; choose one of customers, orders, team",
            id="a page for people",
        ),
        pytest.param("", "customers", FileError, "the file is empty", id="an empty file"),
    ],
)
def test_what_cannot_be_imported_at_all_is_refused_before_anything_is_asked_of_the_sheet(
    load, text, sheet, error, words
):
    with pytest.raises(error, match=words):
        load(text, sheet)


def test_a_column_that_a_person_deleted_stops_the_import_with_its_name(office, load):
    tab = office.tab("Customers")
    office.send(
        {"deleteDimension": {"range": {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}}}
    )
    with pytest.raises(UsageError, match="Customers has no column Name; see: sheetcrm check"):
        load(TWO)


def test_a_grid_that_is_full_grows_with_its_formulas_formats_and_validation(office, load):
    load(TWO)
    many = "id,name,email,stage\n" + "".join(f"D{n:04d},N,n{n}@x.org,won\n" for n in range(1100))
    done = load(many)
    assert (len(done.added), done.misplaced) == (1100, ())
    rows = records(office)
    assert len(rows) == 1102
    assert rows["D1099"].get("orders") == 0
    assert office.read().issues == ()
    load("customer,product\nD1099,Tea\nD1099,Pot\n", "orders")
    assert records(office)["D1099"].get("orders") == 2


def test_rows_may_reach_to_the_very_end_of_the_grid_and_beyond(office, load):
    many = "id,name,email,stage\n" + "".join(f"D{n:04d},N,n{n}@x.org,won\n" for n in range(998))
    load(many)
    tab = office.tab("Customers")
    tab.update([["LAST", "Z", "", "z@x.org", "Won"]], "A1000:E1000")
    done = load(many.replace(",N,", ",M,") + "E1,N,e@x.org,won\nE2,N,f@x.org,won\nLAST,Y,z@x.org,won\n")
    assert (done.added, len(done.changed), done.misplaced) == (("E1", "E2"), 999, ())
    rows = records(office)
    assert (len(rows), rows["LAST"].get("name"), rows["D0997"].get("name")) == (1001, "Y", "M")


def test_after_growing_the_template_wants_nothing_more(office, load):
    load("id,name,email,stage\n" + "".join(f"D{n:04d},N,n{n}@x.org,won\n" for n in range(1200)))
    changes = office.apply().changes
    assert [str(change.address) for change in changes] == []
