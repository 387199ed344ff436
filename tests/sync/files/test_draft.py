"""A drafted mapping says what is certain, proposes what is likely, and leaves open what nobody can tell."""

import pytest

from sheetcrm.sync.files.csvfile import parse
from sheetcrm.sync.files.draft import draft, formats
from sheetcrm.sync.files.mapping import read_map, sources

FILE = (
    "Customer_ID;Full Name;E-Mail *;Stage;Next;Spent;Fax\n"
    "C1;Ann;ann@x.org;Lead;31.12.2025;1.234,50;1\n"
    "C2;Bea;bea@x.org;Wonn;1.2.2026;12,00;\n"
    "C3;Cem;cem@x.org;Closed;;;\n"
)


@pytest.fixture
def drafted(shop, tmp_path):
    """The text of a draft, and the mapping that it is."""

    def drafted(text):
        table = parse(text.encode(), "in.csv")
        path = tmp_path / "map.yaml"
        path.write_text(draft(table, shop.sheets["customers"], shop.context("en")), encoding="utf-8")
        return path.read_text(encoding="utf-8"), read_map(path), table

    return drafted


def test_what_is_certain_is_written_and_import_takes_it(drafted, shop):
    text, mapping, table = drafted(FILE)
    found = sources(shop.sheets["customers"], table, mapping)
    assert {key: source.header for key, source in found.items()} == {
        "id": "Customer_ID", "email": "E-Mail *", "stage": "Stage", "next": "Next", "spent": "Spent",
    }  # fmt: skip
    assert (mapping.decimal, mapping.columns["next"].format) == (",", "%d.%m.%Y")
    assert mapping.columns["stage"].values == {"Wonn": "Won", "Closed": "Closed"}
    assert "# on the right one of: lead, won" in text
    assert '"Closed": "Closed"  # 1 ×, no option' in text.replace("Closed: ", '"Closed": ').replace(
        ": Closed ", ': "Closed" '
    )


def test_what_is_likely_is_a_comment_and_what_is_left_is_named(drafted):
    text, mapping, _table = drafted(FILE.replace("Full Name", "Names"))
    assert "name" not in mapping.columns
    assert "# name: Names  # likely: 89% like Name" in text
    assert "# in the file, going nowhere: Fax" in text
    assert "owner (Owner)" in text


@pytest.mark.parametrize(
    ("header", "told"),
    [
        pytest.param("跟进", '# next: "跟进"  # likely: a part of 下次跟进; take away the first # if so', id="a part of one title"),
        pytest.param("客户的负责人", '# owner: "客户的负责人"  # likely: has 负责人 in it; take away the first # if so', id="a title in it"),
        pytest.param("Contact e-mail", '# email: "Contact e-mail"  # likely: has E-mail in it; take away the first # if so', id="words"),
        pytest.param("next_step", "# next: ", id="words of a database"),
        pytest.param("户", None, id="one letter is in too much"),
        pytest.param("Landowners", None, id="half a word"),
        pytest.param("xt", None, id="half a word of a title"),
        pytest.param("负责人的电话", None, id="two titles in it"),
        pytest.param("客户姓名,联系人姓名", None, id="two that have the same title in them"),
    ],
)  # fmt: skip
def test_a_header_in_one_title_or_the_other_way_round_is_proposed(drafted, header, told):
    text, mapping, _table = drafted(f"客户编号,{header}\nC1,x,y\n")
    assert set(mapping.columns) == {"id"}
    assert ("likely" not in text) if told is None else (told in text)


def test_a_file_of_which_nothing_is_known(drafted):
    _text, mapping, _table = drafted("x1,x2\n1,2\n")
    assert mapping.columns == {}


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        pytest.param(["31.12.2025", "1.2.2026"], ["%d.%m.%Y"], id="German"),
        pytest.param(["12/31/2025"], ["%m/%d/%Y"], id="American"),
        pytest.param(["1/2/2025"], ["%d/%m/%Y", "%m/%d/%Y"], id="either"),
        pytest.param(["31.12.25"], [], id="two digits for a year"),
        pytest.param(["20250131"], ["%Y%m%d"], id="digits alone"),
    ],
)
def test_formats_of_dates(texts, found):
    assert formats(texts) == found
