"""docs/templates.md, typed in as it stands by somebody who has nothing."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from sheetcrm.cli import main
from sheetcrm.schema.template import json_schema

PAGE = Path(__file__).resolve().parent.parent / "docs" / "templates.md"
BLOCK = re.compile(r"```(yaml|sh)\n(.*?)```", re.DOTALL)


def blocks():
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def test_everything_on_the_page_works_in_the_order_of_the_page(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    said = ""
    for kind, text in blocks():
        if kind == "yaml":
            Path(text.splitlines()[0].removeprefix("# ")).write_text(text, encoding="utf-8")
            continue
        for line in text.splitlines():
            words = shlex.split(line, comments=True)
            assert words[0] == "sheetcrm"
            with pytest.raises(SystemExit) as ended:
                main(words[1:])
            out, err = capfd.readouterr()
            assert not ended.value.code, f"{line}\n{out}{err}"
            said += f"$ {line}\n{out}"
    assert said.count("nothing to change") >= 2
    assert "+ torch" in said
    assert "night-walks 1, over walks 1" in said
    assert "1 spreadsheet: 1 in order" in said
    assert Path("walks.html").stat().st_size > 10_000


@pytest.mark.parametrize("text", [text for kind, text in blocks() if kind == "yaml"], ids=["template", "overlay"])
def test_an_editor_finds_nothing_wrong_with_it(text):
    errors = Draft202012Validator(json_schema()).iter_errors(yaml.safe_load(text))
    assert [error.message for error in errors] == []
