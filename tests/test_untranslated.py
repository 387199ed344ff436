"""Whatever a person reads comes out of the catalogues: no words in a row stand in the code without `tr`, `t` or `N_` around them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetcrm import errors
from sheetcrm.cli import cli
from sheetcrm.cli.spoken import CLICK, CLICK_BY_NUMBER, helps

PACKAGE = Path(errors.__file__).parent
MARKED = {"tr", "t", "N_", "_", "texts"}
SAID = {"tell", "echo", "secho", "confirm", "prompt", "BadParameter", "ClickException", "PydanticCustomError"} | {
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)
} - {"Conflict"}
"""What is given to these is read: a single word is found, too.  (A `Conflict` of rows is another class, with a code.)"""
UNREAD = {
    "Field": "a description, for docs and editors",
    "option": "help, which is taken from the commands",
    "argument": "help, which is taken from the commands",
    "getLogger": "a name",
    "compile": "a pattern",
    "begin": "what the journal calls a write, the same whoever reads it",
    "Log": "what the journal calls a write, the same whoever reads it",
    "written": "what the journal calls a write, the same whoever reads it",
    "note": "what the journal calls a write, the same whoever reads it",
    "startswith": "compared",
    "removeprefix": "compared",
    "partition": "compared",
    "rpartition": "compared",
    "execute": "SQL",
    "text": "SQL",
    "Feature": "a belief about Google, for docs/unproved.md",
    **dict.fromkeys(("debug", "info", "warning", "error", "exception"), "a log is in English, for whoever helps"),
    **dict.fromkeys(
        ("ValueError", "TypeError", "RuntimeError", "AssertionError", "KeyError", "NotImplementedError"),
        "a programmer's error",
    ),
}
"""What is given to these is not read by an admin, and why."""
A_WORD = re.compile(r"[a-z]{3,}")
IN_A_ROW = re.compile(r"[A-Za-z][a-z']+[,;:]? [a-z']+")
TYPED = re.compile(r"sheetcrm( [a-z-]+)*( [A-Z]+)?|\S*[/=<>_.{}\\]\S*|--?[a-z-]+|https?:\S*")
"""Commands, options, addresses and paths are typed as they are."""

EXEMPT: dict[str, dict[str, str]] = {
    "__init__.py": {"module {} has no attribute": "a programmer's error, in Python's own words"},
    "backup/ledger.py": {"A backup of sheetcrm's ledger": "a file in an archive, for whoever finds it in years"},
    "backup/making.py": {"A backup of one Google spreadsheet": "a file in an archive, for whoever finds it in years"},
    "cli/apply.py": {
        "Nothing but": "help, put together of two",
        "All but": "help, put together of two",
        "{} that sheet, column": "help, put together of two",
    },
    "cli/init.py": {"{{type: ": "settings"},
    "cli/recipes.py": {
        "reminder mail": "the unit's description, for systemd",
        "[Unit]": "a file for systemd",
        "systemctl --user": "a command",
        "name: reminders": "a file for GitHub",
    },
    "cli/remind/quiet.py": {"command line": "what the ledger remembers"},
    "demo.py": {
        "# Written by": "settings",
        **dict.fromkeys(
            ("Sales pipeline", "Customer reminders", "Company name", "Spoke on the phone"),
            "what an imagined team types, in its language",
        ),
    },
    "cli/undo.py": {"undo of": "what the journal calls a write, the same whoever reads it"},
    "logs/exchanges.py": {
        "\n    kind type": "names of Google's fields",
        "({} letters": "a log is in English, for whoever helps",
    },
    "preview.py": {"<!doctype": "HTML", "<script>": "JavaScript"},
    "privacy/page.py": {"<!doctype": "HTML, in both languages"},
    "privacy/tombstone.py": {"which key": "what a hash is made of"},
    "provision/sending.py": {"found done": "a code", "sent again": "a code"},
    "remind/ledger/migrations.py": dict.fromkeys(("UPDATE", "message_by", "id, spreadsheet", "INSERT"), "SQL"),
    "remind/ledger/stores/postgres.py": {"set local": "SQL"},
    "schema/modelcode.py": dict.fromkeys(
        ("SHEETS", "{}: the records", "Made by", "import", "from "), "Python, for programmers"
    ),
    "resources/chart_place.py": {"another tab": "compared: where people put a chart"},
    "resources/chart_spec.py": {"{}.{} from row": "compared: which cells people gave a chart"},
    "sheets/gateway.py": {"appProperties has": "a query, as Drive has it"},
    "sheets/http.py": {"%(method)s": "a log is in English, for whoever helps"},
    "sheets/signin/consent.py": {"no code": "a code", "default-src": "a header of HTTP"},
    "sheets/silence.py": dict.fromkeys(
        ("iat", "in the", "used", "expired", "jwt", "account", "invalid"), "Google's words, looked for"
    ),
    "sync/quality/formats.py": {"body {": "CSS"},
    "sync/records.py": {"Field name": "a pattern, of a warning of pydantic's"},
    "sync/rows_moved.py": {"there already": "a code"},
    "sync/writing/given.py": {"not said": "a value that stands for none, for programmers"},
    "sync/writing/weighing.py": {"no column": "a code"},
}
"""By module, how a text begins that is read in English only, and why."""


def untranslated(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of whatever would be read as it stands."""
    yield from _in(tree, said=False)


def _in(node: ast.AST, *, said: bool) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call):
        yield from _in_call(node, said=said)
        return
    if (text := _text(node)) is not None:
        words = TYPED.sub("", text)
        if (A_WORD if said else IN_A_ROW).search(words):
            yield node.lineno, text
        for part in node.values if isinstance(node, ast.JoinedStr) else ():
            if isinstance(part, ast.FormattedValue):
                yield from _in(part.value, said=False)
        return
    for child in _shown(node):
        yield from _in(child, said=said and isinstance(node, ast.IfExp | ast.BinOp | ast.BoolOp))


def _in_call(node: ast.Call, *, said: bool) -> Iterator[tuple[int, str]]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name in UNREAD:
        return
    yield from _in(node.func, said=False)
    if name not in MARKED:
        given = {"PydanticCustomError": node.args[1:], "MissingExtra": node.args[:1]}.get(name, node.args)
        for one in given:
            yield from _in(one, said=name in SAID or (said and name in ("style", "join")))
    for keyword in node.keywords:
        yield from _in(keyword.value, said=False)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _shown(node: ast.AST) -> Iterator[ast.AST]:
    """What is below a node, but for what only the program itself, or nobody, reads: docstrings, types, what is looked up or compared."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Compare() | ast.Assert() | ast.match_case(pattern=ast.MatchValue()):
            below = [*getattr(node, "body", [])]
        case ast.Dict():
            below = list(node.values)
        case ast.AnnAssign(target=ast.Name(id="example" | "examples")):
            below = []  # of the docs, and the tests of a family
        case ast.AnnAssign():
            below = [node.value] if node.value else []
        case ast.Subscript():
            below = [node.value]
        case ast.arguments():
            below = [one for one in (*node.defaults, *node.kw_defaults) if one]
        case ast.arg():
            below = []
        case ast.FunctionDef():
            below = [node.args, *node.decorator_list, *node.body]
        case _:
            below = list(ast.iter_child_nodes(node))
    yield from below


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "server")
HELPS = frozenset((*helps(cli), *CLICK, *(text for pair in CLICK_BY_NUMBER for text in pair)))
"""What is marked by being a command's help."""


def places() -> Iterator[tuple[str, int, str]]:
    for path in MODULES:
        name = path.relative_to(PACKAGE).as_posix()
        for line, text in untranslated(ast.parse(path.read_text(encoding="utf-8"))):
            if text not in HELPS:
                yield name, line, text


def test_nothing_is_read_in_english_only():
    left, used = [], set()
    for name, line, text in places():
        exempt = next((start for start in EXEMPT.get(name, {}) if text.startswith(start)), None)
        if exempt is None:
            left.append(f"{name}:{line}: {text[:80]!r}")
        used.add((name, exempt))
    assert left == []
    assert {(name, start) for name, starts in EXEMPT.items() for start in starts} <= used, "exempted, and not there"


@pytest.mark.parametrize(("code", "found"), [
    pytest.param('raise UsageError("no such sheet")', ["no such sheet"], id="an error of ours"),
    pytest.param('raise UsageError(f"{one}: wrong")', ["{}: wrong"], id="a single word, where it is surely read"),
    pytest.param('raise UsageError(tr("no such sheet"))', [], id="marked"),
    pytest.param('raise UsageError(tr("no such {x}", x="kind of sheet"))', ["kind of sheet"], id="a value of a marked text"),
    pytest.param('tell("done" if ok else tr("not done"))', ["done"], id="one of two"),
    pytest.param('click.echo(f"{name} · {url}")', [], id="no words"),
    pytest.param('click.echo("sheetcrm apply TEMPLATE --create")', [], id="a command to type"),
    pytest.param('raise PydanticCustomError("some_code", "not so")', ["not so"], id="pydantic's: its code is a code"),
    pytest.param('raise ValueError("never comes")', [], id="a programmer's error"),
    pytest.param('LOG.warning("it was so")', [], id="a log"),
    pytest.param('WORDS = {"a key": "some words"}', ["some words"], id="a constant that is shown later"),
    pytest.param('if said == "some words": pass', [], id="compared"),
    pytest.param('def f():\n    """Some words."""\n    return "some words"', ["some words"], id="returned, and not the docstring"),
])  # fmt: skip
def test_what_is_found(code, found):
    assert [text for _, text in untranslated(ast.parse(code))] == found
