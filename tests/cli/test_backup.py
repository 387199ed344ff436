"""`sheetcrm backup` and `restore`: yesterday is kept, is checked, and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sheetcrm import sync
from sheetcrm.cli.options import Asked
from sheetcrm.schema import loader


@pytest.fixture
def small(sheetcrm, tmp_path):
    """The command line with a spreadsheet made from a template with a few columns and rows, and a backup of it."""
    assert sheetcrm("init", "--local").code == 0
    assert sheetcrm("apply", str(template(tmp_path)), "--create", "Small", "--lang", "en").code == 0
    imported(sheetcrm, tmp_path, "P-A,Ann,Rome", "P-B,Bob,Bonn")
    assert sheetcrm("backup").code == 0
    return sheetcrm


def template(folder: Path, **columns) -> Path:
    """With `columns` more, or with None less."""
    text = {
        "version": 1,
        "title": {"zh": "小", "en": "Small"},
        "sheets": {
            "people": {
                "title": {"zh": "人", "en": "People"},
                "key": "id",
                "rows": 40,
                "columns": {
                    "id": {"type": "id", "title": {"zh": "编号", "en": "Id"}},
                    "name": {"type": "text", "title": {"zh": "姓名", "en": "Name"}},
                    "city": {"type": "text", "title": {"zh": "城市", "en": "City"}},
                },
            }
        },
    }
    shown = text["sheets"]["people"]["columns"]
    for key, value in columns.items():
        shown.pop(key) if value is None else shown.update({key: value})
    path = folder / "small.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(text, file)
    loader.load(path)
    return path


def imported(command, folder: Path, *lines: str) -> None:
    (folder / "people.csv").write_text("\n".join(["Id,Name,City", *lines, ""]))
    done = command("import", "people.csv", "--sheet", "people")
    assert done.code == 0, done.err


def archives(folder: Path) -> list[Path]:
    return sorted(folder.glob("sheetcrm-backup/*/*.zip"))


def rows(command) -> list[str]:
    return sorted(command("export", "people").out.splitlines())


def test_it_is_listed_verified_and_not_made_again(small, tmp_path):
    (archive,) = archives(tmp_path)
    assert str(archive) in small("backup", "list").out
    checked = small("backup", "verify", "--json")
    assert (checked.code, checked.json[0]["troubles"]) == (0, [])
    assert "nothing changed since" in small("backup").out
    assert (tmp_path / "sheetcrm-backup").stat().st_mode & 0o077 == 0
    archive.write_bytes(archive.read_bytes()[:-1])
    assert small("backup", "verify").code == 1


def test_a_new_spreadsheet_is_made_of_it(small, tmp_path):
    (archive,) = archives(tmp_path)
    made = small("restore", str(archive), "--create", "Small, again")
    assert made.code == 0, made.err
    assert small("plan", "--check", "--in", "Small, again").code == 0
    assert "nobody was given access to it: sheetcrm apply --share --in 'Small, again'" in made.err
    assert small("restore", str(archive), "--create", "Small").code == 2, "that title is taken"


def test_what_was_deleted_or_changed_comes_back_and_undo_takes_that_back(small, tmp_path):
    before = rows(small)
    imported(small, tmp_path, "P-A,Anna,Rome")
    changed = rows(small)
    assert changed != before
    (archive,) = archives(tmp_path)
    shown = small("restore", str(archive), "--tab", "people", "--dry-run")
    assert "  ~ people P-A name: Anna → Ann" in shown.out
    assert rows(small) == changed
    done = small("restore", str(archive), "--tab", "People", "--rows", "P-A", "--columns", "name")
    assert (done.code, rows(small)) == (0, before)
    assert small("undo").code == 0
    assert rows(small) == changed


def test_what_makes_no_sense_is_refused_before_anything_is_done(small, tmp_path):
    refused = {
        (): "say what to bring back",
        ("--create", "x", "--tab", "people"): "say what to bring back",
        ("--create", "x", "--rows", "P-A"): "go with --tab",
        ("--tab", "poeple"): "did you mean people",
        ("--tab", "people", "--rows", "P-Z"): "has no row P-Z",
        ("--ledger",): "no backup of a ledger",
    }
    for options, said in refused.items():
        answer = small("restore", str(archives(tmp_path)[0]), *options)
        assert (answer.code, said in answer.err) == (2, True), (options, answer.err)


def test_what_loses_data_makes_a_backup_first(small, tmp_path):
    imported(small, tmp_path, "P-C,Cleo,Cairo")
    path = str(template(tmp_path, city=None))
    assert small("apply", path).code == 4
    assert len(archives(tmp_path)) == 1
    done = small("apply", path, "--allow-data-loss", "--allow-many-changes")
    assert (done.code, len(archives(tmp_path))) == (0, 2), done.err
    assert f"as it was before: {archives(tmp_path)[-1]}" in done.err
    template(tmp_path)
    assert small("apply").code == 0
    assert rows(small) == ["P-A,Ann,", "P-B,Bob,", "P-C,Cleo,", "id,name,city"]
    assert small("restore", str(archives(tmp_path)[-1]), "--tab", "people").code == 0
    assert "P-C,Cleo,Cairo" in rows(small)


def test_what_an_undo_loses_is_in_a_backup_too(small, tmp_path):
    template(tmp_path, note={"type": "text", "title": {"zh": "备注", "en": "Note"}})
    assert small("apply").code == 0
    with Asked(None, None, as_json=False, stats=False).open() as job:
        reading = sync.read(job.gateway, job.template()[0])
        cell = reading.layout.cell("people", "note", reading.extracts["people"].number("P-A"))
        job.gateway.write([{"range": f"'{reading.layout.tab_title('people')}'!{cell}", "values": [["of an Ann"]]}])
    refused = small("undo")
    assert (refused.code, len(archives(tmp_path))) == (4, 1), refused.err
    done = small("undo", "--allow-data-loss", "--allow-many-changes")
    assert (done.code, len(archives(tmp_path))) == (0, 2), done.err
    assert f"as it was before: {archives(tmp_path)[-1]}" in done.err
