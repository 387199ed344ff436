"""`sheetcrm undo`: what was applied last is as it was before, and says what is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sheetcrm import sync
from sheetcrm.cli.options import Asked
from sheetcrm.schema import loader
from sheetcrm.sync.cells import Log
from sheetcrm.sync.save import delete


@pytest.fixture
def wider(tmp_path):
    """A copy of the template with one wider column."""
    yaml = YAML()
    mine = yaml.load(loader.find("pipeline"))
    mine["sheets"]["progress"]["columns"]["name"]["width"] = 333
    own = tmp_path / "own" / "pipeline.yaml"
    own.parent.mkdir()
    yaml.dump(mine, own)
    return str(own)


def test_the_last_apply_is_taken_back(pipeline, wider):
    assert pipeline("apply", wider).code == 0
    shown = pipeline("undo", "--dry-run")
    assert "name.width  333 px → 190 px" in shown.out
    assert pipeline("plan", wider, "--check").code == 0, "a dry run changes nothing"
    done = pipeline("undo", "--json")
    assert [change["address"] for change in done.json["changes"]] == [
        "progress.name.width",
        "progress_archive.name.width",
        "progress.memory",
        "progress_archive.memory",
    ]
    assert pipeline("plan", "pipeline", "--check").code == 0


def test_what_was_undone_is_not_undone_again(pipeline, wider):
    pipeline("apply", wider)
    pipeline("undo")
    again = pipeline("undo")
    assert again.code == 4
    assert "delete the spreadsheet instead" in again.err


def test_nothing_written_from_here_is_a_usage_error(pipeline, tmp_path):
    for file in tmp_path.glob("sheetcrm-journal/*/*"):
        file.unlink()
    answer = pipeline("undo")
    assert answer.code == 2
    assert "nothing that was written" in answer.err


def test_rows_that_were_deleted_come_back_and_what_cannot_is_said(pipeline):
    with Asked(None, None, as_json=False, stats=False).open() as job:
        template, _ = job.template()
        ids = [row.id for row in sync.read(job.gateway, template).extracts["progress"].rows]
        delete(job.gateway, template, "progress", ids[:2], log=Log(job.journal, "a clean-up", datetime.now(UTC)))
    shown = pipeline("undo", "--dry-run")
    assert [line for line in shown.out.splitlines() if line.startswith("  +")] == [
        f"  + progress {one}" for one in ids[:2]
    ]
    done = pipeline("undo", "--json")
    assert (done.code, done.json["back"], done.json["left"]) == (0, ids[:2], [])
    assert "what cannot come back: the place in the tab" in done.err
    with Asked(None, None, as_json=False, stats=False).open() as job:
        rows = sync.read(job.gateway, template).extracts["progress"].rows
        assert sorted(row.id for row in rows) == sorted(ids)


def redacting(*columns):
    with Path("config.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\njournal: {{folder: sheetcrm-journal, redact: {list(columns)}}}\n")


def test_what_the_journal_does_not_keep_stays_and_is_said(pipeline):
    redacting("team.email")
    assert pipeline("team", "add", "王芳", "wf@example.com").code == 0
    answer = pipeline("undo", "--yes")
    assert answer.code == 0
    assert "stays: team 王芳 email: the journal does not keep what stood there" in answer.err


def test_where_the_journal_keeps_nothing_of_it_the_write_before_is_the_next(pipeline):
    redacting("team.*")
    assert pipeline("team", "add", "王芳", "wf@example.com").code == 0
    for words in (("--dry-run",), ("--dry-run",), ("--yes",)):
        refused = pipeline("undo", *words)
        assert refused.code == 4
        assert "the journal keeps none of it" in refused.err
        assert "王芳" not in refused.err
    assert "delete the spreadsheet instead" in pipeline("undo").err
