"""
Source → message catalogues: extract marked texts, update the Chinese .po, compile the .mo.

What commands say of themselves (their docstrings and options' help) is taken
from the commands; click's own words are listed in `sheetcrm/cli/spoken.py`.
`--check` changes nothing and fails when the catalogue is not what the source
says or a text is untranslated.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sheetcrm.cli import cli
from sheetcrm.cli.spoken import CLICK, CLICK_BY_NUMBER, helps

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "sheetcrm"
FOLDER = SOURCE / "messages" / "locales" / "zh" / "LC_MESSAGES"
KEYWORDS = {"t": None, "tr": None, "N_": None, "_": None, "gettext": None}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.j2", "jinja2")]


def extracted() -> Catalog:
    """Every marked text of the source, sorted, without line numbers (they would change with every edit)."""
    catalog = Catalog(project="sheetcrm", charset="utf-8")
    found = extract_from_dir(
        SOURCE,
        METHODS,
        keywords=KEYWORDS,
        directory_filter=lambda path: Path(path).name not in {"locales", "__pycache__"},
    )
    for _file, _line, message, comments, context in found:
        catalog.add(message, None, auto_comments=comments, context=context)
    for text in (*helps(cli), *CLICK, *CLICK_BY_NUMBER):
        catalog.add(text)
    return catalog


def updated() -> Catalog:
    """The Chinese catalogue with exactly the texts of the source, translations kept."""
    path = FOLDER / "sheetcrm.po"
    old = read_po(io.BytesIO(path.read_bytes()), locale="zh") if path.exists() else Catalog(locale="zh")
    new = Catalog(
        locale="zh", project="sheetcrm", charset="utf-8", fuzzy=False, header_comment="# Chinese texts of sheetcrm."
    )
    new.creation_date = new.revision_date = old.creation_date
    for message in sorted(extracted(), key=lambda message: str(message.id)):
        if message.id:
            known = old.get(message.id)
            new.add(message.id, known.string if known else "", flags=message.flags)
    return new


def untranslated(catalog: Catalog) -> list[str]:
    """The texts that have no Chinese."""
    return [str(message.id) for message in catalog if message.id and not "".join(message.string)]


def main(arguments: list[str]) -> int:
    """Write the catalogues, or with --check say what is not right."""
    catalog = updated()
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=120, no_location=True, omit_header=False)
    write_mo(mo, catalog)
    missing = untranslated(catalog)
    for message in missing:
        print(f"no Chinese for: {message}")
    if "--check" in arguments:
        stale = [
            name
            for name, body in (("sheetcrm.po", po), ("sheetcrm.mo", mo))
            if not (FOLDER / name).exists() or (FOLDER / name).read_bytes() != body.getvalue()
        ]
        for name in stale:
            print(f"{name} is not what the source says: run scripts/fix")
        return int(bool(stale or missing))
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "sheetcrm.po").write_bytes(po.getvalue())
    (FOLDER / "sheetcrm.mo").write_bytes(mo.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
