"""A small spreadsheet made from a template, on an embedded server, and a folder for its archives."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from sheetcrm import provision, testing
from sheetcrm.backup.archive import Archive
from sheetcrm.backup.making import Kept, Made, back_up
from sheetcrm.backup.rebuilding import rebuild
from sheetcrm.schema import loader
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Drive, Gateway

TODAY = date(2026, 11, 22)
MORNING = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


@dataclass
class Shop:
    """A spreadsheet of `template`, with its example rows; each backup is made an hour after the one before."""

    running: testing.Running
    template: Template
    folder: Path
    id: str
    language: str = "zh"
    recipients: tuple[str, ...] = ()
    now: datetime = field(default=MORNING)

    @property
    def drive(self) -> Drive:
        return Drive(self.running.session)

    @property
    def gateway(self) -> Gateway:
        return Gateway(self.running.session, self.id)

    def plan(self, spreadsheet: str | None = None) -> provision.Plan:
        gateway = Gateway(self.running.session, spreadsheet or self.id)
        return provision.plan(gateway, self.template, self.language, today=TODAY)

    def backup(self) -> Made:
        self.now += timedelta(hours=1)
        return back_up(self.gateway, self.drive, self.id, Kept(self.folder, self.recipients), now=self.now)

    def restored(self, archive: Path) -> str:
        """The id of a new spreadsheet with what the archive has."""
        new = self.drive.create("restored")
        with Archive(archive) as opened:
            rebuild(Gateway(self.running.session, new), opened)
        return new


@pytest.fixture
def running():
    with testing.server() as running:
        yield running


@pytest.fixture
def tiny(running, tmp_path) -> Shop:
    """A tab of a few cells, that no template knows."""
    cells = [
        {"userEnteredValue": {"stringValue": "Ann"}, "note": "met in May"},
        {"userEnteredValue": {"numberValue": 5}},
    ]
    header = [{"userEnteredValue": {"stringValue": text}} for text in ("name", "count")]
    rows = [{"values": header}, {"values": cells}]
    grid = {"rowCount": 20, "columnCount": 4}
    body = {
        "properties": {"title": "Tiny"},
        "sheets": [{"properties": {"title": "People", "gridProperties": grid}, "data": [{"rowData": rows}]}],
    }
    made = running.session.post("https://sheets.googleapis.com/v4/spreadsheets", json=body).json()["spreadsheetId"]
    return Shop(running, loader.load(loader.find("pipeline")), tmp_path / "backup", made)


@pytest.fixture
def shop(running, tmp_path) -> Shop:
    """The pipeline template, in Chinese."""
    return opened(running, tmp_path, "pipeline")


@pytest.fixture
def shop_of(running, tmp_path) -> Callable[[str], Shop]:
    return lambda name: opened(running, tmp_path, name)


def opened(running: testing.Running, folder: Path, name: str) -> Shop:
    template = loader.load(loader.find(name))
    template = template if os.environ.get("SHEETCRM_PROVE") else short(template)
    shop = Shop(running, template, folder / "backup", Drive(running.session).create(name))
    provision.apply(shop.gateway, provision.plan(shop.gateway, template, shop.language, samples=True, today=TODAY))
    return shop


def short(template: Template) -> Template:
    """The same with few blank rows: a thousand of them test nothing more. Charts need sixty to lie on."""
    sheets = {
        key: spec.model_copy(update={"rows": min(spec.rows, max(60, len(spec.samples) + len(spec.seeds) + 8))})
        for key, spec in template.sheets.items()
    }
    return template.model_copy(update={"sheets": sheets})
