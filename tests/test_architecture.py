"""The import arrows of docs/architecture.md hold, and third parties stay with their owners."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "sheetcrm"

EVERYBODY = {"allowances", "atomic", "errors", "variants", "messages", "meter", "places", "logs"}
MAY_IMPORT = {
    "allowances": set(),
    "atomic": set(),
    "errors": {"messages"},
    "variants": {"messages"},
    "messages": set(),
    "meter": set(),
    "places": set(),
    "logs": {"errors", "messages", "places"},
    "yamlfile": EVERYBODY,
    "layout": EVERYBODY,
    "sheets": EVERYBODY | {"secret"},
    "resources": EVERYBODY | {"layout"},
    "schema": EVERYBODY | {"resources", "yamlfile", "layout"},
    "journal": EVERYBODY | {"layout", "sheets"},
    "provision": EVERYBODY | {"schema", "sheets", "resources", "layout", "journal"},
    "handmade": EVERYBODY | {"schema", "sheets", "resources", "layout", "yamlfile", "provision"},
    "sync": EVERYBODY | {"schema", "sheets", "resources", "layout", "yamlfile", "journal"},
    "remind": EVERYBODY | {"schema", "sync", "layout", "secret"},
    "publish": EVERYBODY | {"schema", "sheets", "resources", "layout", "provision", "sync"},
    "server": set(),
    "secret": EVERYBODY,
    "settings": EVERYBODY | {"secret", "remind", "sheets"},
    "config": EVERYBODY | {"yamlfile", "secret", "settings", "remind", "journal"},
    "connect": EVERYBODY | {"config", "sheets", "server"},
    "testing": EVERYBODY | {"server"},
    "spreadsheet": EVERYBODY
    | {"schema", "sync", "sheets", "layout", "journal", "config", "settings", "connect", "remind", "resources"},
    "backup": EVERYBODY
    | {"provision", "sync", "sheets", "layout", "journal", "schema", "resources", "server", "remind"},
    "doctor": EVERYBODY
    | {
        "config",
        "settings",
        "connect",
        "secret",
        "sheets",
        "layout",
        "schema",
        "provision",
        "publish",
        "remind",
        "backup",
        "privacy",
    },
    "privacy": EVERYBODY | {"schema", "sheets", "resources", "layout", "journal", "sync", "remind", "backup"},
    "preview": EVERYBODY | {"schema", "provision", "sheets", "testing"},
}
OWNERS = {
    "python_calamine": {"sync.files.xlsx"},
    "gspread": {"sheets", "testing", "demo"},
    "google": {"sheets", "remind.notifiers.tokens"},
    "apprise": {"remind.notifiers.apprise"},
    "click": {"cli"},
    "platformdirs": {"places"},
    "pandas": {"spreadsheet.sheet", "sync.frame"},
    "sqlalchemy": {"remind.ledger", "sync.export"},
    "jinja2": {"remind", "privacy.page"},
    "holidays": {"remind.workdays"},
    "schedule": {"remind.daemon"},
    "css_inline": {"remind"},
    "icalendar": {"remind.ics"},
    "PIL": {"remind.summary.picture"},
    "starlette": {"server"},
    "xlsxwriter": {"server.xlsx", "sync.export"},
    "pyarrow": {"sync.export"},
    "uvicorn": {"server"},
    "formualizer": {"server"},
    "orjson": {"server"},
    "cryptography": {"server"},
    "pyrage": {"backup.sealing"},
    "googleapiclient": {"testing"},
    "httplib2": {"testing"},
    "phonenumbers": {"schema"},
    "email_validator": {"schema", "remind"},
    "aiosmtpd": {"demo"},
    "ruamel": {"config", "handmade.overlay"},
    "yaml": {"yamlfile"},
    "babel": {"schema", "remind", "server"},
}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            if node.module == "sheetcrm":
                found |= {f"sheetcrm.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_arrows(path):
    own = dotted(path).split(".")[0]
    if own in ("", "cli", "demo", "__main__"):
        return
    reached = {name.split(".")[1] for name in imports(path) if name.startswith("sheetcrm.")}
    assert own in MAY_IMPORT, f"{own} is new: give it its arrows here and in docs/architecture.md"
    assert reached - {own} <= MAY_IMPORT[own]


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_third_parties_stay_with_their_owners(path):
    own = dotted(path)
    for name in {name.split(".")[0] for name in imports(path)} & set(OWNERS):
        assert any(own == owner or own.startswith(f"{owner}.") for owner in OWNERS[name]), f"{own} imports {name}"


def test_no_module_is_named_for_the_whole():
    vague = {"utils", "helpers", "common", "core", "manager", "service", "engine"}
    assert not [dotted(path) for path in modules() if path.stem in vague]


def test_the_picture_names_every_package():
    picture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for child in PACKAGE.iterdir():
        if child.name.startswith("__") or child.suffix not in ("", ".py"):
            continue
        assert child.stem in picture, f"docs/architecture.md does not mention {child.stem}"
