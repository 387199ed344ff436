"""Which CSV column goes where: by title without a mapping, by the mapping where there is one, never by guess."""

import pytest
from pydantic import ValidationError

from sheetcrm.errors import FileError
from sheetcrm.sync.files.csvfile import parse
from sheetcrm.sync.files.mapping import ImportMap, read_map, sources, unused


def headers(template, text, **mapping):
    found = sources(template.sheets["customers"], parse(text.encode(), "x.csv"), ImportMap.model_validate(mapping))
    return {key: source.header or f"={source.value}" for key, source in found.items()}


def test_titles_in_any_language_keys_and_aliases_are_known(shop):
    assert headers(shop, "客户编号,Name, TEL ,spent\n") == {
        "id": "客户编号",
        "name": "Name",
        "phone": "TEL",
        "spent": "spent",
    }


def test_capitals_blanks_and_signs_make_no_difference_unless_two_headers_are_alike(shop):
    assert headers(shop, "Customer_ID,e mail*,name （必填）\n") == {
        "id": "Customer_ID",
        "name": "name (必填)",
        "email": "e mail*",
    }
    assert headers(shop, "id,E_mail,e mail\n") == {"id": "id"}
    assert headers(shop, "id,Naame\n") == {"id": "id"}, "what is only alike is not used"


def test_a_header_that_the_mapping_uses_is_not_used_again_by_title(shop):
    assert headers(shop, "id,name\n", columns={"email": "name", "id": "id"}) == {"id": "id", "email": "name"}


def test_columns_that_go_nowhere_are_told(shop):
    file = parse(b"id,Zip,Fax\n", "x.csv")
    assert unused(shop.sheets["customers"], file, sources(shop.sheets["customers"], file, ImportMap())) == (
        "Zip",
        "Fax",
    )


@pytest.mark.parametrize(
    ("text", "mapping", "words"),
    [
        pytest.param("C001,Ann,x@y.org\n", {}, "x.csv:1: the first line must name the columns", id="no header"),
        pytest.param("id,id,name\n", {}, "x.csv:1: two columns are called id", id="two equal headers"),
        pytest.param(
            "id\n",
            {"columns": {"nmae": "id"}},
            "nmae: the mapping names a column that the sheet does not have; did you mean name?",
            id="a misspelt key",
        ),
        pytest.param(
            "id,Naame\n",
            {"columns": {"name": "Name"}},
            "x.csv:1: name: the file has no column Name; did you mean Naame?",
            id="a header that is not there",
        ),
        pytest.param(
            "id\n",
            {"expect": {"Land": "x"}},
            "x.csv:1: expect: the file has no column Land",
            id="an expectation of nothing",
        ),
        pytest.param(
            "id\n", {"columns": {"orders": "id"}}, "orders: the sheet fills this column itself", id="a computed column"
        ),
    ],
)
def test_a_mapping_or_file_that_cannot_be_used_is_refused_as_a_whole(shop, text, mapping, words):
    with pytest.raises(FileError) as caught:
        headers(shop, text, **mapping)
    assert words in str(caught.value)


def test_all_that_is_wrong_with_a_mapping_is_said_at_once(shop):
    with pytest.raises(FileError) as caught:
        headers(shop, "id\n", columns={"nmae": "id", "name": "Who"})
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    "mapping",
    [
        pytest.param({"columns": {"id": {}}}, id="neither from nor value"),
        pytest.param({"columns": {"id": {"from": "a", "value": "b"}}}, id="both"),
        pytest.param({"expect": {"a": "["}}, id="no regular expression"),
        pytest.param({"columns": {"next": {"from": "a", "format": "%d.%m.%y"}}}, id="years of two digits"),
        pytest.param({"columns": {"next": {"from": "a", "format": "%d.%m."}}}, id="a date without a year"),
        pytest.param({"delimiter": ", "}, id="two characters as delimiter"),
    ],
)
def test_nonsense(mapping):
    with pytest.raises(ValidationError):
        ImportMap.model_validate(mapping)


def test_a_mapping_file_is_yaml_and_its_errors_name_the_line(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text("columns:\n  id: Nr\n  stage: {from: State, values: {NO: lost, 12:30: lead}}\n", encoding="utf-8")
    assert read_map(path).columns["stage"].values == {"NO": "lost", "12:30": "lead"}
    path.write_text("columns:\n  id: {fron: Nr}\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"map.yaml:2: columns.id.fron: no such setting; did you mean from\?"):
        read_map(path)
