"""`sheetcrm log --people`: what others changed since a snapshot, with links, and without what was ours."""

from __future__ import annotations

import pytest

from sheetcrm.cli.options import Asked


def fill(*rows):
    """A person types rows below the examples."""
    with Asked(None, None, as_json=False, stats=False).open() as job:
        book = [{"range": f"'客户进度'!A{at}:C{at}", "values": [cells]} for at, cells in rows]
        job.gateway.write(book)


def test_a_day_of_people_and_of_ours(pipeline):
    none = pipeline("log", "--people")
    assert none.code == 2
    assert "check --snapshot" in none.err
    fill((6, ["C1", "甲", "成交"]), (7, ["C2", "乙", "成交"]), (8, ["C3", "丙", "成交"]))
    pipeline("check", "--snapshot")
    quiet = pipeline("log", "--people", "--json")
    assert (quiet.code, quiet.json["differences"], quiet.json["ours"]) == (0, [], 0)

    fill((6, ["C1", "甲公司", "成交"]), (7, ["C9", "新", "流失"]))
    assert pipeline("team", "add", "王芳", "wf@example.com").code == 0
    found = pipeline("log", "--people", "--json").json
    told = [(one["kind"], one["sheet"], one["id"], one["column"], one["a1"]) for one in found["differences"]]
    assert told == [
        ("changed", "progress", "C1", "name", "客户进度!B6"),
        ("added", "progress", "C9", "", "客户进度!7:7"),
        ("removed", "progress", "C2", "", "客户进度"),
    ]
    assert found["differences"][0]["link"].endswith("&range=B6")
    assert found["ours"] == 1, "王芳 came by us"
    assert found["requests"] == {"reads": 2, "writes": 0}

    text = pipeline("log", "--people")
    assert "~ 客户进度!B6  C1  name: 甲 → 甲公司" in text.out
    assert "1 row added, 1 removed, 1 cell changed by people; 1 change was ours" in text.err
    one = pipeline("log", "--people", "--customer", "C2")
    assert [line[:1] for line in one.out.splitlines()] == ["-", " "]

    pipeline("check", "--snapshot")
    assert pipeline("log", "--people", "--json").json["differences"] == []
    again = pipeline("log", "--people", "--since", "2020-01-01")
    assert "the first snapshot is of" in again.err
    assert "1 row added" in again.err


@pytest.mark.parametrize("word", ["--command", "--person"])
def test_who_it_was_nobody_knows(sheetcrm, word):
    sheetcrm("init", "--local")
    answer = sheetcrm("log", "--people", word, "x")
    assert answer.code == 2
    assert "Google tells nobody" in answer.err
