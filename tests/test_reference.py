"""docs/reference.md is what the code says; a class made outside of the package is in everything from the moment it exists."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.highlights import Highlight
from sheetcrm.schema.rules import Rule
from sheetcrm.schema.sheet_rules import SheetRule

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference.md"

MOOD = '''
from sheetcrm.schema.columns.base import BadCell, Column
from sheetcrm.schema.rules import Rule


class MoodColumn(Column):
    """How somebody feels, as one of two faces."""

    python_type = bool
    examples = ((":)", True), (":(", False))
    nonsense = ("meh", 7)

    type: Literal["mood"] = "mood"

    def parse_cell(self, cell, context):
        """True for a smile."""
        if cell not in (":)", ":(", True, False):
            raise BadCell("not_a_mood", "{text} is no face", {"text": str(cell)[:60]})
        return cell in (":)", True)

    def dump_value(self, value, context):
        """The face."""
        return ":)" if value else ":("


class EvenRule(Rule):
    """An even number."""

    examples = (({}, {"x": [2, 3, None, 4]}, [1]),)
    suits = "integer"

    type: Literal["even"] = "even"

    def condition(self, place, context):
        """The same by formula."""
        return self.by_formula(f"ISEVEN({place.cell})", place, context)

    def tests(self, place, context):
        """Odd."""
        return lambda value: BadCell("even", "{value} is odd", {"value": value}) if value % 2 else None
'''
STORY = """
import importlib.util, json, sys
from datetime import date
from pathlib import Path
import mood
from jsonschema import Draft202012Validator
from sheetcrm import provision
from sheetcrm.schema import loader
from sheetcrm.schema.template import json_schema

spec = importlib.util.spec_from_file_location("reference", sys.argv[1])
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)
template = loader.load(sys.argv[2])
import yaml
found = {
    "editors": [error.message for error in Draft202012Validator(json_schema()).iter_errors(yaml.safe_load(Path(sys.argv[2]).read_text()))],
    "plan": provision.plan(provision.blank(), template, "en", today=date(2026, 6, 1)).text(),
    "page": reference.text(),
}
print(json.dumps(found))
"""
TEMPLATE = """
version: 1
title: Moods
sheets:
  days:
    title: Days
    columns:
      feeling: {type: mood, title: Feeling}
      number: {type: number, title: Number, rules: [even]}
"""


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A folder with a module that defines a column type and a rule, and an environment that finds it."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "mood.py").write_text("from typing import Literal\n" + MOOD, encoding="utf-8")
    (folder / "moods.yaml").write_text(TEMPLATE, encoding="utf-8")
    (folder / "story.py").write_text(STORY, encoding="utf-8")
    path = os.pathsep.join([str(folder), str(ROOT)])
    return folder, {**os.environ, "PYTHONPATH": path}


def run(environment, *words):
    return subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )


def test_the_page_is_fresh():
    found = run(None, ROOT / "scripts" / "reference.py", "--check")
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("family", [Column, Rule, SheetRule, Highlight], ids=lambda family: family.family)
def test_no_member_is_left_out(family):
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition(f"## {family.family.capitalize()}s\n")[2].partition("\n## ")[0]
    assert [name for name in family.members() if f"| `{name}` |" not in section] == []


def test_a_type_and_a_rule_made_outside_are_in_the_yaml_the_editors_the_plan_and_the_page(outside):
    folder, environment = outside
    done = run(environment, folder / "story.py", ROOT / "scripts" / "reference.py", folder / "moods.yaml")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["editors"] == []
    assert "Feeling" in found["plan"]
    assert "ISEVEN({number})" in found["plan"]
    assert "| `mood` | How somebody feels, as one of two faces. |" in found["page"]
    assert "| `even` | An even number. |" in found["page"]


def test_and_they_are_tested(outside):
    _, environment = outside
    words = ("-m", "pytest", "-q", "-n", "0", "-p", "mood", "tests/test_families.py", "tests/schema/test_conditions.py")
    done = run(environment, *words, "-k", "mood or even", "-p", "no:cacheprovider", "-rA")
    assert done.returncode == 0, done.stdout
    tested = [line for line in done.stdout.splitlines() if line.startswith("PASSED")]
    assert sum("[mood" in line for line in tested) >= 10, done.stdout
    assert sum("[even" in line for line in tested) >= 4, done.stdout
