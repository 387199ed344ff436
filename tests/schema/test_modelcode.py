"""A template as a Python module: the same fields and types as the records that are read by it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm import sync
from sheetcrm.errors import UsageError
from sheetcrm.schema import loader, modelcode
from sheetcrm.schema.template import Template
from sheetcrm.sync.models import models_of

NAMES = loader.names()


def imported(text, folder, name="made"):
    """The module with that text."""
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain(annotation: Any) -> Any:
    """The annotation with `str` for options."""
    if get_origin(annotation) is Literal:
        return str
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        return tuple[plain(arguments[0]), ...]
    return plain(arguments[0]) | None if type(None) in arguments else annotation


def template_of(sheets):
    return Template.model_validate({"version": 3, "title": {"zh": "店", "en": 'A "shop"'}, "sheets": sheets}).called(
        "shop"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_module_has_the_fields_and_types_of_the_records(name, tmp_path):
    template = loader.named(name)
    module = imported(modelcode.module(template), tmp_path)
    assert name == module.TEMPLATE
    assert template.version == module.VERSION
    assert list(module.SHEETS) == list(template.records)
    for sheet, record in module.SHEETS.items():
        made = sync.model(template, sheet)
        fields = {about.alias or key: about for key, about in record.model_fields.items()}
        assert {key: plain(about.annotation) for key, about in fields.items()} == {
            key: about.annotation for key, about in made.model_fields.items()
        }
        assert all(about.default is None for about in fields.values())
    assert models_of(module, template) == module.SHEETS


def test_mypy_and_ruff_find_nothing_in_any_of_them(tmp_path):
    files = []
    for name in NAMES:
        path = tmp_path / f"{name.replace('-', '_')}.py"
        path.write_text(modelcode.module(loader.named(name)), encoding="utf-8")
        files.append(str(path))
    ruff = Path(sys.executable).with_name("ruff")
    for arguments in (
        [ruff, "format", "--isolated", "--check"],
        [ruff, "format", "--isolated", "--line-length", "120", "--check"],
        [ruff, "check", "--isolated", "--select", "E,F,I,UP", "--ignore", "E501"],
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports", "silent"],
    ):
        done = subprocess.run(
            [*arguments, *files], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


AWKWARD = {
    "class": {"type": "date", "title": "Class"},
    "copy": {"type": "text", "title": {"zh": '三个""" 引号\\', "en": 'three """ quotes \\'}},
    "date": {"type": "date", "title": "Date"},
    "datetime": {"type": "duration", "title": "Datetime"},
    "str": {"type": "money", "title": "Str\nin two lines"},
    "model_config": {"type": "choice", "title": "Config", "options": ['a"b', "it's", "both ' and \"", "\\n"]},
    "record": {"type": "choice", "title": "Record", "options": ["a"]},
    "many": {"type": "choices", "title": "Many", "options": ["a", "b"]},
    "how": {"type": "percent", "title": "How", "note": "So\nmuch。"},
}


def test_names_that_python_or_pydantic_have_taken_get_an_alias(tmp_path):
    sheets = {"a": {"title": "A", "columns": AWKWARD}, "a_": {"title": "B", "columns": {"b_c": AWKWARD["many"]}}}
    sheets |= {"a_b": {"title": "C", "columns": {"c": AWKWARD["many"]}}}
    template = template_of(
        {**sheets, "help": {"title": "H", "content": "page", "columns": {"x": {"type": "text", "title": "X"}}}}
    )
    text = modelcode.module(template)
    module = imported(text, tmp_path)
    record = module.SHEETS["a"]
    assert list(record.model_fields) == [
        "class_", "copy_", "date", "datetime_", "str_", "model_config_", "record", "many", "how"
    ]  # fmt: skip
    assert get_args(get_args(record.model_fields["model_config_"].annotation)[0]) == tuple(
        template.sheets["a"].columns["model_config"].options
    )
    assert models_of(module, template) == module.SHEETS
    assert len(set(module.SHEETS.values())) == 3
    assert record(class_=None).class_ is None
    assert modelcode.module(template) == text


KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
KINDS = st.sampled_from([AWKWARD["how"], AWKWARD["many"], AWKWARD["class"], AWKWARD["model_config"]])


@given(sheets=st.dictionaries(KEYS, st.dictionaries(KEYS, KINDS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_whatever_sheets_and_columns_are_called_the_module_is_one(sheets):
    template = template_of({key: {"title": key, "columns": columns} for key, columns in sheets.items()})
    space: dict[str, Any] = {}
    exec(compile(modelcode.module(template), "made", "exec", dont_inherit=True), space)
    assert models_of(space["SHEETS"], template) == space["SHEETS"]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        pytest.param(
            "amount: float | None = None", r"amount: is float, and the column a.amount is Decimal", id="another type"
        ),
        pytest.param("amount: Decimal = Decimal(0)", "needs .. None = None", id="never None"),
        pytest.param("amount: Decimal | None", "needs .. None = None", id="no default"),
        pytest.param("amuont: Decimal | None = None", "did you mean amount", id="no such column"),
        pytest.param("stage: Literal['lead'] | None = None", "stage: is .*lead.*won", id="an option missing"),
    ],
)
def test_classes_that_do_not_fit_the_template_are_refused(field, said):
    columns = {
        "amount": {"type": "money", "title": "A"},
        "stage": {"type": "choice", "title": "S", "options": ["lead", "won"]},
    }
    template = template_of({"a": {"title": "A", "columns": columns}})
    space: dict[str, Any] = {}
    imports = "from decimal import Decimal\nfrom typing import Literal\nfrom sheetcrm import Record"
    exec(compile(f"{imports}\nclass Own(Record):\n    {field}", "own", "exec", dont_inherit=True), space)
    with pytest.raises(UsageError, match=said):
        models_of({"a": space["Own"]}, template)


def test_a_part_of_the_columns_is_enough_and_options_may_be_plain_texts():
    columns = {
        "amount": {"type": "money", "title": "A"},
        "stage": {"type": "choice", "title": "S", "options": ["lead", "won"]},
    }
    template = template_of({"a": {"title": "A", "columns": columns}})

    class Own(sync.records.Record):
        stage: str | None = None

    assert models_of({"a": Own}, template) == {"a": Own}
    with pytest.raises(UsageError, match="did you mean a"):
        models_of({"aa": Own}, template)
    with pytest.raises(UsageError, match="template models"):
        models_of(sys, template)
