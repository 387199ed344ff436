"""Nothing is written to a spreadsheet behind the journal's back: whoever writes is known here, and how it is written down."""

from __future__ import annotations

import ast
from pathlib import Path

import sheetcrm

PACKAGE = Path(sheetcrm.__file__).parent
OWN_COPY = "a spreadsheet of its own that it has just made, which its command notes as a file"
WITHIN = "part of a write that whoever calls it has written down"
BY_ITSELF = "writes it down itself"
WRITERS = {
    "backup.rebuilding": OWN_COPY,
    "handmade.binding": WITHIN,
    "privacy.spreadsheets": BY_ITSELF,
    "provision.samples": BY_ITSELF,
    "provision.sending": BY_ITSELF,
    "publish.publication": WITHIN,
    "sync.identity": BY_ITSELF,
    "sync.landing": WITHIN,
    "sync.quality.marks": BY_ITSELF,
    "sync.rows_moved": "shows a tab of ours within a write that is written down",
    "sync.writing.taking": WITHIN,
}


def writes(tree):
    """Whether it calls `….gateway.batch(` or `gateway.write(`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("batch", "write"):
            of = node.func.value
            if (of.id if isinstance(of, ast.Name) else getattr(of, "attr", "")) == "gateway":
                return True
    return False


def journals(text):
    return "journal.written(" in text or "journal.begin(" in text


def modules():
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        if not name.startswith(("server.", "sheets.")):
            yield name, path.read_text(encoding="utf-8")


def test_whoever_writes_is_known():
    found = {name for name, text in modules() if "gateway" in text and writes(ast.parse(text))}
    assert found == set(WRITERS), "a new way to write: have it write down what it does, and say here how"


def test_whoever_is_said_to_write_it_down_does():
    texts = dict(modules())
    assert [name for name, how in WRITERS.items() if how == BY_ITSELF and not journals(texts[name])] == []


def test_commands_change_access_by_a_drive_that_writes_it_down():
    for name, text in modules():
        if name.startswith("cli.") and "Drive(" in text.replace("RecordedDrive(", ""):
            assert not any(f".{word}(" in text for word in ("share", "reshare", "lift")), name
